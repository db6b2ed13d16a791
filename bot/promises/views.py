"""How promises look: as a row with its buttons, in messages and lists, once they ended; the rates; the windows."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.commitments import views as shared
from bot.commitments.views import customer_name, person, plain, what_of
from bot.core.schemas import MorningRow
from bot.promises.rules import CONTACT as CONTACT_LENGTH
from bot.promises.rules import NOTE, WHAT, PromiseEvent, PromiseState, widest_gap
from bot.promises.schemas import (
    KeptRates,
    ParsedPromise,
    PromiseList,
    PromiseNews,
    PromiseNoted,
    PromisesBroken,
    PromiseSchema,
    PromisesDue,
    PromisesInherited,
    Tally,
    Told,
)
from bot.slack import blocks as ui
from bot.slack.blocks import Block, Message, Option

PROMISE, KEPT, MORE = "promises.promise", "promises.kept", "promises.more"
RENEGOTIATE, WITHDRAW = "promises.renegotiate", "promises.withdraw"

SAVE, MOVED, WITHDRAWN = "promises.save", "promises.moved", "promises.withdrawn"
CUSTOMER, WORDS, DUE = "promises.customer", "promises.words", "promises.due"
CONTACT, WHO = "promises.contact", "promises.who"
SAID, AGREED, YES = "promises.said", "promises.agreed", "yes"
FIELD_OF = {
    "customer": CUSTOMER, "what": WORDS, "due": DUE, "contact": CONTACT, "promised_by": WHO, "note": SAID,
    "agreed": AGREED,
}  # fmt: skip
EXTRA = "promises.promised"
EXTRA_WHAT, EXTRA_DUE = f"{EXTRA}.what", f"{EXTRA}.due"
EXTRA_FIELD_OF = {"what": EXTRA_WHAT, "due": EXTRA_DUE, "promised_by": EXTRA_WHAT}

REST = {RENEGOTIATE: "Renegotiated to…", WITHDRAW: "Withdrawn"}
MENU = {KEPT: "Kept", **REST}
HELP = """*/promise*  a form: which customer, what, by when, to whom
*/promise Acme friday send the new price list*  the same in one line; quotes around a name are fine
*/promise @ana Acme friday call the lawyer*  what Ana promised; she is told
*/promise list*  what you are to keep; *team*, *@person* or *Acme* for other lists
*/promise kept*  how well promises are kept: the team, each person, small and large customers"""


def noted(schema: PromiseNoted) -> Message:
    """Tell who promised it that somebody else wrote it down."""
    head = f"{person(schema.by_name)} noted that you made a promise."
    return _one(schema.promise, head, f"{head} {_sentence(schema.promise)}")


def recorded(one: PromiseSchema, viewer: str) -> Message:
    """Tell who wrote it down that it is kept in mind, and by when."""
    head = "Noted." if one.assignee_id == viewer else f"Noted, and {person(one.assignee_name)} will be told."
    who = "you" if one.promised_by == viewer else person(one.promised_by_name)
    return _one(one, head, f"Noted: {who} promised {_sentence(one)}")


def again(one: PromiseSchema) -> Message:
    """Return the message about one promise as it stands now."""
    return _one(one, "", _sentence(one))


def due(schema: PromisesDue) -> Message:
    """Return the reminder: what is to be kept, the working day before its day and on it."""
    name, owed = person(schema.first_name), [row for row in schema.rows if row.is_owed]
    if not owed:
        return _told(f"{name}, none of these is open any more.", schema, "due")
    when, count = shared.in_days(owed[0].due_on, today=owed[0].today), schema.total - len(schema.rows) + len(owed)
    said = f"a promise is due {when}." if count == 1 else f"{count:,} promises are due, the first {when}."
    return _told(f"{name}, {said}", schema, "due")


def broken(schema: PromisesBroken) -> Message:
    """Say what wasn't kept: not to scold, but so that the customer hears of it."""
    name, left = person(schema.first_name), schema.total - sum(not row.is_owed for row in schema.rows)
    if not left:
        return _told(f"{name}, all of these are settled.", schema, "broken")
    late = "a promise is past its day" if left == 1 else f"{left:,} promises are past their day"
    return _told(f"{name}, {late}. A word to the customer helps, and late is better than never.", schema, "broken")


def inherited(schema: PromisesInherited) -> Message:
    """Tell who keeps it from now on what somebody who left had promised."""
    name = person(schema.first_name)
    what = "a promise of theirs is" if schema.total == 1 else f"{schema.total:,} promises of theirs are"
    mine = f"{name}, {person(schema.left)} left, and {what} yours to keep now."
    return _told(mine if schema.left else f"{name}, these are yours to keep now.", schema, "inherited")


def morning(one: PromiseSchema, person_id: str) -> MorningRow:
    """Return a promise in somebody's reminder."""
    if not one.is_owed:
        return shared.morning_row(one, ended_text(one))
    first = (KEPT, "Kept late" if one.state is PromiseState.BROKEN else "Kept")
    return shared.morning_row(one, about(one, person_id), first, menu_id=MORE, menu=REST)


def lead(waiting: Sequence[PromiseSchema], count: int) -> str:
    """Return `a promise to Golddex is due tomorrow`, or with how many more."""
    return shared.morning_lead("a promise to", "promises to", waiting, count, _when(waiting, count))


def counted(waiting: Sequence[PromiseSchema], count: int) -> str:
    """Return `two promises are due`."""
    return shared.morning_counted("promise", count, _when(waiting, count))


def _when(waiting: Sequence[PromiseSchema], count: int) -> str:
    return shared.due_words(waiting, count, late="broken")


def page(schema: PromiseList) -> Message:
    """Return one page of what is owed, with a menu for each row."""

    def row(one: PromiseSchema) -> tuple[str, dict[str, str]]:
        return about(one, one.assignee_id if schema.whose == f"p-{one.assignee_id}" else ""), MENU

    counted = f"{schema.total - schema.late:,} to keep" + (f" · {schema.late:,} broken" if schema.late else "")
    return shared.list_message(
        schema, feature="promises", counted=counted, nothing="nothing is owed.", offer=ui.button("Promise", PROMISE),
        order="The earliest day", row=row,
    )  # fmt: skip


def news(schema: PromiseNews) -> Message:
    """Return what became of a promise, for who was to keep it and for the customer's owner."""
    return shared.news_message(_news_head(schema), shared.quoted(schema.words), schema.customer_id)


def ended_text(one: PromiseSchema) -> str:
    """Return `✓ Acme · price list · kept by Ana`."""
    how = one.state.words
    if one.state is PromiseState.BROKEN:
        how = "broken, a new day is agreed" if one.moved_to else "broken, no longer owed"
    until = f" for {ui.short_date(one.moved_to, today=one.today)}" if one.moved_to else ""
    mark = "✗" if one.state in {PromiseState.WITHDRAWN, PromiseState.BROKEN} else "✓"
    return shared.ended(one, f"{how}{until}", mark=mark, by=one.ended_by_name, said=one.note)


def about(one: PromiseSchema, viewer: str = "") -> str:
    """Return customer and words, then when, to whom, by whom, and how often it was moved."""
    late = one.state is PromiseState.BROKEN or one.due_on < one.today
    when = f"broken: it was due {_day(one)}" if late else f"due {shared.in_days(one.due_on, today=one.today)}"
    to = f" · to {person(one.contact)}" if one.contact else ""
    who = "" if one.assignee_id == viewer else f" · {person(one.assignee_name)}"
    gave = f" · {person(one.promised_by_name)} promised it" if one.promised_by != one.assignee_id else ""
    return f"{customer_name(one)} · {what_of(one)}\n{when}{to}{who}{gave}{_moved(one)}{shared.source_link(one)}"


def _one(one: PromiseSchema, head: str, text: str) -> Message:
    if not one.is_owed:
        return Message(text=plain(ended_text(one)), blocks=_row(one, "one"))
    return Message(text=plain(text), blocks=[*([ui.section(head)] if head else []), *_row(one, "one")])


def _told(head: str, schema: Told, place: str) -> Message:
    return shared.notified_message(head, schema, lambda one: _row(one, place, schema.person_id), command="/promise")


def _row(one: PromiseSchema, place: str, viewer: str = "") -> list[Block]:
    """Return the words, then *Kept*, *Card*, and the menu with the rest; one line once nothing is owed."""
    block_id = f"promises.{place}:{one.id}"
    if not one.is_owed:
        return [ui.section(ended_text(one), block_id=block_id)]
    buttons = [
        ui.button("Kept late" if one.state is PromiseState.BROKEN else "Kept", KEPT, str(one.id), style="primary"),
        shared.card_button(one.customer_id),
        shared.menu_of("promises", REST, one.id),
    ]
    return [ui.section(about(one, viewer), block_id=block_id), ui.actions(*buttons, block_id=f"{block_id}:do")]


def _sentence(one: PromiseSchema) -> str:
    return f"{customer_name(one)}: “{what_of(one)}”, by {_day(one)}."


def _day(one: PromiseSchema) -> str:
    return ui.short_date(one.due_on, today=one.today)


def _moved(one: PromiseSchema) -> str:
    if not one.moves:
        return ""
    times = "once" if one.moves == 1 else ui.plural(one.moves, "time")
    return f" · moved {times}, first promised for {ui.short_date(one.first_due_on, today=one.today)}"


def _news_head(schema: PromiseNews) -> str:
    who, day = person(schema.by_name), ui.short_date(schema.due_on)
    if schema.event is PromiseEvent.FORGOTTEN:
        return f"A customer was deleted, and with it a promise that was due {day}."
    what = shared.subject(schema.customer_name, f"“{ui.cut(schema.what, shared.WHAT - 2)}”")
    moved = f" to {ui.short_date(schema.moved_to)}" if schema.moved_to else ""
    return {
        PromiseEvent.KEPT: f"{who} said that this promise was kept: {what}",
        PromiseEvent.RENEGOTIATED: f"{who} renegotiated a promise{moved}: {what}",
        PromiseEvent.UNDONE: f"{who} undid the check-in in which you promised this, so it isn't owed: {what}",
        PromiseEvent.WITHDRAWN: f"{who} withdrew a promise: {what}" if who else f"No longer owed: {what}",
    }[schema.event]


# --- how well promises are kept ----------------------------------------------------------------------------------


def rates(schema: KeptRates) -> Message:
    """Return the kept-rate, the widest difference between sizes in front; then sizes, the team and each person."""
    text = _first_sentence(schema)
    top = [ui.section(text), ui.divider()]
    foot = ui.context(
        f"Promises due since {ui.short_date(schema.since)} {schema.since.year}, counted for whoever gave their word."
        " Kept on the day ÷ all whose day has come; late, renegotiated and broken ones don't count as kept."
        " Size is shown only here."
    )
    bands = "\n".join(_tally(one, is_band=True) for one in schema.bands)
    lines = [f"*By size of the customer*\n{bands}"] if bands else []
    lines += [_tally(one) for one in ((schema.team, *schema.people) if schema.team.total else schema.people)]
    room = ui.MESSAGE_CHARACTERS - ui.size([*top, foot]) - len(text) - 100
    rows = [[ui.section(line)] for line in lines]
    shown = ui.fitting(rows, most_blocks=ui.MESSAGE_BLOCKS - len(top) - 2, most_characters=room)
    more = len(rows) - len(shown)
    rest = [ui.context(f"and {ui.plural(more, 'more person', 'more people')}")] if more else []
    return Message(text=plain(text), blocks=[*top, *(row[0] for row in shown), *rest, foot])


def _first_sentence(schema: KeptRates) -> str:
    if schema.team.rate is None:
        return "No promise has reached its day yet, so there is no rate to show."
    known = {band.name: band for band in schema.bands if band.is_enough}
    gap = widest_gap({name: band.rate for name, band in known.items()})
    kept = f"{_percent(schema.team.rate)} of promises were kept on their day."
    if gap is None:
        return f"{kept} Too few to tell whether a customer's size makes a difference."
    best, worst = known[gap[0]], known[gap[1]]
    points = round(100 * (best.rate or 0)) - round(100 * (worst.rate or 0))
    if not points:
        return f"{kept} No difference between the sizes of customers."
    return (
        f"{kept} The widest difference between sizes is {ui.plural(points, 'point')}:"
        f" {best.name} {_percent(best.rate)}, {worst.name} {_percent(worst.rate)}."
    )


def _tally(one: Tally, *, is_band: bool = False) -> str:
    """Return `*Ana Lima* 80% · 4 kept · 1 kept late · 2 open`; for a size, the rate only if it is one of enough."""
    counts = [f"{one.counts[state]:,} {state.words}" for state in PromiseState if one.counts.get(state)]
    ordered = sorted(counts, key=lambda words: words.endswith("open"))
    rate = "none has reached its day yet" if one.rate is None else _percent(one.rate)
    if is_band and one.rate is not None and not one.is_enough:
        rate = "too few to tell"
    return f"{ui.bold(ui.cut(one.name, shared.WHO))} {rate} · {' · '.join(ordered)}"


def _percent(rate: float | None) -> str:
    return f"{round(100 * (rate or 0))}%"


# --- windows -----------------------------------------------------------------------------------------------------


def promise_form(parsed: ParsedPromise, *, state: str) -> Block:
    """
    Return the form: which customer, what, by when, to whom, who; what couldn't be told is asked for on top.

    Drawn again in an open modal, fields keep what was entered; only the one of the contact depends on the customer.
    """
    words = ui.text_input(WORDS, initial=parsed.what, max_length=WHAT)
    blocks = [
        *shared.asked(parsed),
        shared.customer_field(parsed, CUSTOMER, dispatch=True),
        ui.field_of("What we promised", words, block_id=WORDS),
        ui.field_of("By when", ui.date_picker(DUE, initial=parsed.due_on), block_id=DUE),
        _contact_field(parsed),
        ui.field_of("Who promised", ui.person_select(WHO, initial=parsed.assignee_id), block_id=WHO),
    ]
    return ui.modal("Promise", blocks, callback_id=SAVE, submit="Save", state=state)


def is_contact(block: Mapping[str, Any]) -> bool:
    """Return whether a block of the form asks to whom it was promised."""
    return str(block.get("block_id")).startswith(f"{CONTACT}:")


def renegotiate_form(one: PromiseSchema, *, state: str) -> Block:
    """Ask for another day, what was agreed, and that it was."""
    agreed = ui.checkboxes(AGREED, [Option("The customer agreed to this day", YES)])
    words = ui.text_input(SAID, multiline=True, max_length=NOTE)
    blocks = [
        ui.section(about(one)),
        ui.field_of("New day", ui.date_picker(DUE), block_id=DUE),
        ui.field_of("What was agreed", words, block_id=SAID),
        ui.field_of("Agreed", agreed, block_id=AGREED, optional=True),
    ]
    return ui.modal("Renegotiated", blocks, callback_id=MOVED, submit="Save", state=state)


def withdraw_form(one: PromiseSchema, *, state: str) -> Block:
    """Ask why it isn't owed any more."""
    words = ui.text_input(SAID, multiline=True, max_length=NOTE)
    blocks = [ui.section(about(one)), ui.field_of("Why it isn't owed any more", words, block_id=SAID)]
    return ui.modal("Withdrawn", blocks, callback_id=WITHDRAWN, submit="Withdraw", close="Keep it", state=state)


def extra_fields(_about: object) -> list[Block]:
    """Return the fields for what was promised in the check-in form."""
    what = ui.text_input(EXTRA_WHAT, max_length=WHAT, placeholder="send the new price list")
    return [
        ui.field_of("We promised", what, block_id=EXTRA_WHAT, optional=True),
        ui.field_of("By when", ui.date_picker(EXTRA_DUE), block_id=EXTRA_DUE, optional=True),
    ]


def _contact_field(parsed: ParsedPromise) -> Block:
    """Return a choice of the customer's people, or a field for a name; another block id for each customer."""
    if parsed.contacts:
        options = [Option(ui.cut(one.name, ui.OPTION_TEXT), str(one.id)) for one in parsed.contacts]
        element = ui.select(CONTACT, options, placeholder="Somebody there")
    else:
        element = ui.text_input(CONTACT, max_length=CONTACT_LENGTH)
    return ui.field_of("To whom", element, block_id=f"{CONTACT}:{parsed.customer_id or ''}", optional=True)

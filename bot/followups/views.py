"""How follow-ups look: as a row with its buttons, in messages and lists, once they are closed, and their windows."""

from collections.abc import Sequence

from bot.checkins.rules import Result, in_words
from bot.commitments import views as shared
from bot.commitments.schemas import ParsedCommand
from bot.commitments.views import LATE, checkin_fields, customer_name, menu_of, person, plain, what_of
from bot.core.schemas import MorningRow
from bot.followups.rules import NOTE, REASON, WHAT, FollowupEvent, FollowupState
from bot.followups.schemas import FollowupGiven, FollowupLate, FollowupList, FollowupNews, FollowupSchema, FollowupsDue
from bot.slack import blocks as ui
from bot.slack.blocks import Block, Message, Option

ASSIGN, TAKE, MORE = "followups.assign", "followups.take", "followups.more"
DONE, CANT, LATER = "followups.done", "followups.cant", "followups.later"
REASSIGN, CANCEL = "followups.reassign", "followups.cancel"

SAVE, COMPLETED, DECLINED = "followups.save", "followups.completed", "followups.declined"
MOVED, REASSIGNED, CANCELLED = "followups.moved", "followups.reassigned", "followups.cancelled"
WHO, CUSTOMER, DUE = "followups.who", "followups.customer", "followups.due"
WORDS, SAID, WHY = "followups.words", "followups.said", "followups.why"
CHECKIN, HOW, TO = "followups.checkin", "followups.how", "followups.to"
FIELD_OF = {"assignee": WHO, "customer": CUSTOMER, "due": DUE, "what": WORDS, "note": SAID, "reason": WHY, "to": TO}

RESULTS = (
    shared.TALKED,
    shared.THEY_CONTACTED_US,
    Option("I tried", Result.TRIED.value, "an attempt; the clock keeps running"),
    Option("They declined", Result.DECLINED.value, "an attempt; the clock keeps running"),
)
MENU = {DONE: "Done", CANT: "Can't", LATER: "Change date", REASSIGN: "Give to somebody else", CANCEL: "Cancel it"}
GIVERS_MENU = {LATER: "Change date", REASSIGN: "Give to somebody else", CANCEL: "Cancel it", DONE: "It is done"}
MORNING_MENU = {LATER: "Change date", CANT: "Can't"}
HELP = """*/assign*  a form: who, which customer, by when, what
*/assign @ana Acme friday call about the invoice*  the same in one line; quotes around a name are fine
*/assign Acme 2026-12-01 send the contract*  for yourself
*/assign list*  what you have; *given*, *team*, *@person* or *Acme* for other lists"""


def given(schema: FollowupGiven) -> Message:
    """Return what somebody is asked to do, with *Done*, *Can't*, *Later* and *Card*; once it is closed, how."""
    one = schema.followup
    who = person(one.given_by_name)
    if schema.returned_from:
        head = f"{person(schema.returned_from)} left, so this is yours now."
    elif schema.reassigned_by:
        head = f"{person(schema.reassigned_by)} gave you this; {who} asked for it."
    else:
        head = f"{who} asks you to follow up."
    return _message(f"{head} {_sentence(one)}", one, [ui.section(head)])


def again(one: FollowupSchema) -> Message:
    """Return the message about one follow-up as it stands now."""
    return _message(_sentence(one), one, [])


def late(schema: FollowupLate) -> Message:
    """Tell who asked for it that it is two working days late."""
    return late_now(schema.followup)


def late_now(one: FollowupSchema) -> Message:
    """Return the same as it stands now."""
    block_id = f"followups.late:{one.id}"
    if not one.is_open:
        return Message(text=plain(closed_text(one)), blocks=[ui.section(closed_text(one), block_id=block_id)])
    text = f"{customer_name(one)}: {what_of(one)} · {person(one.assignee_name)} has it, due {_day(one)}"
    head = "A follow-up that you asked for is two working days late." if one.is_late else "It has a new day."
    row = ui.section(text, accessory=menu_of("followups", GIVERS_MENU, one.id), block_id=block_id)
    return Message(text=f"{head} {plain(text)}", blocks=[ui.section(head), row])


def due(schema: FollowupsDue) -> Message:
    """Return the reminder: what is to be done before somebody works again, and what is late."""
    left = schema.total - sum(not row.is_open for row in schema.rows)
    waits = f"{ui.plural(left, 'follow-up')} {'waits' if left == 1 else 'wait'} for you."
    head = f"{person(schema.first_name)}, {waits if left else 'nothing is left to follow up today.'}"
    return shared.notified_message(head, schema, lambda one: _row(one, "due"), command="/assign")


def morning(one: FollowupSchema, person_id: str) -> MorningRow:
    """Return a follow-up in the reminder of who has it, or of who asked for it."""
    if not one.is_open:
        return shared.morning_row(one, closed_text(one))
    if one.assignee_id != person_id:
        text = f"{customer_name(one)} · {what_of(one)}\n{_when(one)} · {person(one.assignee_name)} has it"
        return shared.morning_row(one, text, menu_id=MORE, menu=GIVERS_MENU)
    return shared.morning_row(one, _text(one), (DONE, "Done"), menu_id=MORE, menu=MORNING_MENU)


def asked_lead(waiting: Sequence[FollowupSchema], count: int) -> str:
    """Return `a follow-up about Sunset Diner is due`, or with how many more."""
    return shared.morning_lead("a follow-up about", "follow-ups about", waiting, count, _when_due(waiting, count))


def asked_counted(waiting: Sequence[FollowupSchema], count: int) -> str:
    """Return `two follow-ups are due`."""
    return shared.morning_counted("follow-up", count, _when_due(waiting, count))


def _when_due(waiting: Sequence[FollowupSchema], count: int) -> str:
    return shared.due_words(waiting, count, late="late")


def given_lead(waiting: Sequence[FollowupSchema], count: int) -> str:
    """Return `what you asked for about Sunset Diner is late`, or with how many more."""
    return shared.morning_lead("what you asked for about", "what you asked for about", waiting, count, "late")


def given_counted(waiting: Sequence[FollowupSchema], count: int) -> str:  # noqa: ARG001 - every section's takes them
    """Return `two follow-ups that you asked for are late`."""
    if count == 1:
        return "one follow-up that you asked for is late"
    return f"{in_words(count)} follow-ups that you asked for are late"


def page(schema: FollowupList) -> Message:
    """Return one page of a list, with a menu for each row."""

    def row(one: FollowupSchema) -> tuple[str, dict[str, str]]:
        who = "" if schema.whose == f"p-{one.assignee_id}" else f" · {person(one.assignee_name)}"
        return f"{customer_name(one)} · {what_of(one)}\n{_when(one)}{who}", MENU

    counted = f"{schema.total:,} open" + (f" · {schema.late:,} late" if schema.late else "")
    return shared.list_message(
        schema, feature="followups", counted=counted, nothing="nothing is open.", order="The earliest day", row=row,
        offer=ui.button("Ask somebody", ASSIGN),
    )  # fmt: skip


def assigned(one: FollowupSchema) -> Message:
    """Tell who asked who has it now, and by when."""
    mine = one.assignee_id == one.given_by
    who = "You have" if mine else f"{person(one.assignee_name)} has"
    return _message(f"{who} it: {_sentence(one)}", one, [ui.section(f"{who} it now.")], owner=mine)


def take_it(words: str, value: str) -> Message:
    """Say why somebody can't ask another, with the button to do it themselves."""
    text = ui.escape(words)
    take = ui.actions(ui.button("Take it", TAKE, value, style="primary"))
    return Message(text=text, blocks=[ui.section(text), take])


def news(schema: FollowupNews) -> Message:
    """Return what became of something that somebody asked for, or had."""
    again = schema.event is FollowupEvent.CANT and not schema.mine
    buttons = [ui.button("Ask somebody", ASSIGN, str(schema.customer_id))] if again else []
    return shared.news_message(_news_head(schema), shared.quoted(schema.words), schema.customer_id, *buttons)


def closed_text(one: FollowupSchema) -> str:
    """Return `✓ Acme · call about the invoice · done by Ana`."""
    mark = "✓" if one.state is FollowupState.DONE else "✗"
    return shared.ended(one, one.state.words, mark=mark, by=one.closed_by_name, said=one.note or one.reason)


def _message(text: str, one: FollowupSchema, head: list[Block], *, owner: bool = True) -> Message:
    if not one.is_open:
        return Message(text=plain(closed_text(one)), blocks=_row(one, "one"))
    return Message(text=plain(text), blocks=[*head, *_row(one, "one", owner=owner)])


def _row(one: FollowupSchema, place: str, *, owner: bool = True) -> list[Block]:
    """Return who, what, by when; *Done*, *Can't*, *Later*, *Card*, or for who asked a menu; once closed, one line."""
    block_id, key = f"followups.{place}:{one.id}", str(one.id)
    if not one.is_open:
        return [ui.section(closed_text(one), block_id=block_id)]
    text = _text(one)
    if not owner:
        menu = menu_of("followups", GIVERS_MENU, one.id)
        return [ui.section(text, accessory=menu, block_id=block_id)]
    buttons = [
        ui.button("Done", DONE, key, style="primary"),
        ui.button("Can't", CANT, key),
        ui.button("Later", LATER, key),
        shared.card_button(one.customer_id),
    ]
    return [ui.section(text, block_id=block_id), ui.actions(*buttons, block_id=f"{block_id}:do")]


def _text(one: FollowupSchema) -> str:
    asked = "" if one.given_by == one.assignee_id else f" · {person(one.given_by_name)} asked"
    return f"{customer_name(one)} · {what_of(one)}\n{_when(one)}{asked}{shared.source_link(one)}"


def _news_head(schema: FollowupNews) -> str:
    who, day = person(schema.by_name), ui.short_date(schema.due_on)
    if schema.event is FollowupEvent.FORGOTTEN:
        return f"A customer was deleted, and with it a follow-up of yours that was due {day}."
    what = shared.subject(schema.customer_name, schema.what)
    return {
        FollowupEvent.DONE: f"{who} did it: {what}",
        FollowupEvent.CANT: f"{who} can't do it: {what}",
        FollowupEvent.CANCELLED: f"{who} cancelled it: {what}" if who else f"No longer to be done: {what}",
        FollowupEvent.MOVED: f"{who} moved it to {day}: {what}",
        FollowupEvent.REASSIGNED: f"{who} gave it to {person(schema.to_name)}: {what}",
    }[schema.event]


def _sentence(one: FollowupSchema) -> str:
    return f"{customer_name(one)}: {what_of(one)}, by {_day(one)}."


def _when(one: FollowupSchema) -> str:
    if one.is_late:
        return f"{LATE} late, due {_day(one)}"
    return "due today" if one.due_on == one.today else f"due {_day(one)}"


def _day(one: FollowupSchema) -> str:
    return ui.short_date(one.due_on, today=one.today)


def assign_form(parsed: ParsedCommand, *, state: str) -> Block:
    """Return the form: who, which customer, by when, what; what couldn't be told is asked for on top."""
    words = ui.text_input(WORDS, initial=parsed.what, max_length=WHAT)
    blocks = [
        *shared.asked(parsed),
        ui.field_of("Who", ui.person_select(WHO, initial=parsed.assignee_id), block_id=WHO),
        shared.customer_field(parsed, CUSTOMER),
        ui.field_of("By when", ui.date_picker(DUE, initial=parsed.due_on), block_id=DUE),
        ui.field_of("What needs doing", words, block_id=WORDS),
    ]
    return ui.modal("Ask somebody", blocks, callback_id=SAVE, submit="Ask", state=state)


def done_form(one: FollowupSchema, *, state: str) -> Block:
    """Ask what came of it; a check-in may be kept with it."""
    said = ui.text_input(SAID, multiline=True, max_length=NOTE)
    blocks = [
        _about(one),
        ui.field_of("What came of it", said, block_id=SAID, optional=True),
        *checkin_fields(RESULTS, result_id=CHECKIN, channel_id=HOW),
    ]
    return ui.modal("Done", blocks, callback_id=COMPLETED, submit="Save", state=state)


def cant_form(one: FollowupSchema, *, state: str) -> Block:
    """Ask why it can't be done; who asked for it reads that."""
    words = ui.text_input(SAID, multiline=True, max_length=NOTE)
    blocks = [_about(one), ui.field_of("Why not", words, block_id=SAID, hint="Whoever asked for it will be told.")]
    return ui.modal("Can't be done", blocks, callback_id=DECLINED, submit="Save", state=state)


def later_form(one: FollowupSchema, *, state: str) -> Block:
    """Ask for another day."""
    blocks = [
        _about(one),
        ui.field_of("By when", ui.date_picker(DUE, initial=max(one.due_on, one.today)), block_id=DUE),
        ui.field_of("Why", ui.text_input(WHY, max_length=REASON), block_id=WHY, optional=True),
    ]
    return ui.modal("Another day", blocks, callback_id=MOVED, submit="Change", state=state)


def reassign_form(one: FollowupSchema, *, state: str) -> Block:
    """Ask for somebody else."""
    blocks = [_about(one), ui.field_of("Who should do it", ui.person_select(TO), block_id=TO)]
    return ui.modal("Give to somebody else", blocks, callback_id=REASSIGNED, submit="Give", state=state)


def cancel_form(one: FollowupSchema, *, state: str) -> Block:
    """Ask why it needn't be done any more."""
    blocks = [_about(one), ui.field_of("Why", ui.text_input(WHY, max_length=REASON), block_id=WHY)]
    return ui.modal("Cancel", blocks, callback_id=CANCELLED, submit="Cancel it", close="Keep it", state=state)


def _about(one: FollowupSchema) -> Block:
    return ui.section(f"{customer_name(one)} · {what_of(one)}\ndue {_day(one)}")

"""One promise: as a row with its buttons, in lists and messages, and as it stands once nothing is owed any more."""

from collections.abc import Sequence

from bot.customers.views import CARD
from bot.promises.rules import State
from bot.promises.schemas import (
    PromiseList,
    PromiseNoted,
    PromisesBroken,
    PromiseSchema,
    PromisesDue,
    PromisesInherited,
    Told,
)
from bot.slack.blocks import (
    MESSAGE_BLOCKS,
    MESSAGE_CHARACTERS,
    Block,
    Message,
    Option,
    actions,
    bold,
    button,
    context,
    cut,
    divider,
    escape,
    fitting,
    overflow,
    plural,
    section,
    short_date,
    size,
)

PROMISE, KEPT, MORE = "promises.promise", "promises.kept", "promises.more"
RENEGOTIATE, WITHDRAW = "promises.renegotiate", "promises.withdraw"
PAGE_BACK, PAGE_ON = "promises.page_back", "promises.page_on"
NAME, WHO, WHAT, SAID = 100, 60, 300, 300

REST = {RENEGOTIATE: "Renegotiated to…", WITHDRAW: "Withdrawn"}
MENU = {KEPT: "Kept", **REST}


def noted(schema: PromiseNoted) -> Message:
    """To who promised it: somebody else wrote it down."""
    who = escape(cut(schema.by_name, WHO))
    return _one(f"{who} noted that you made a promise.", schema.promise)


def recorded(one: PromiseSchema, viewer: str) -> Message:
    """To who wrote it down: that it is kept in mind, and by when."""
    told = "Noted." if one.assignee_id == viewer else f"Noted, and {escape(cut(one.assignee_name, WHO))} is told."
    return _one(told, one, whole=f"Noted: {_sentence(one, viewer)}")


def again(one: PromiseSchema) -> Message:
    """The message about one promise, as it stands now."""
    return _one("", one)


def due(schema: PromisesDue) -> Message:
    """The reminder: what is to be kept, the working day before its day and on it."""
    name, owed = escape(cut(schema.first_name, WHO)), [row for row in schema.rows if row.is_owed]
    if not owed:
        return _told(f"{name}, nothing is left to keep for now.", schema, "due")
    when, count = _in_words(owed[0]), schema.total - len(schema.rows) + len(owed)
    said = f"a promise is due {when}." if count == 1 else f"{count:,} promises are due, the first {when}."
    return _told(f"{name}, {said}", schema, "due")


def broken(schema: PromisesBroken) -> Message:
    """What wasn't kept: not to scold, but so that the customer hears of it."""
    name, left = escape(cut(schema.first_name, WHO)), schema.total - sum(not row.is_owed for row in schema.rows)
    if not left:
        return _told(f"{name}, all of this is settled.", schema, "broken")
    day = "the day of a promise has" if left == 1 else f"the days of {left:,} promises have"
    return _told(
        f"{name}, {day} gone by. A word to the customer helps, and late is better than never.", schema, "broken"
    )


def inherited(schema: PromisesInherited) -> Message:
    """What somebody who left had promised, to who keeps it from now on."""
    name, left = escape(cut(schema.first_name, WHO)), escape(cut(schema.left, WHO))
    what = "a promise of theirs is" if schema.total == 1 else f"{schema.total:,} promises of theirs are"
    head = f"{name}, {left} left, and {what} yours to keep now." if left else f"{name}, these are yours to keep now."
    return _told(head, schema, "inherited")


def page(schema: PromiseList, *, said: str = "") -> Message:
    """One page of what is owed, with a menu for each row."""
    title = escape(cut(schema.title, NAME))
    told = [section(escape(said))] if said else []
    if not schema.total:
        text = f"{title}: nothing is owed."
        return Message(text=text, blocks=[*told, section(text, accessory=button("Promise", PROMISE))])
    text = f"{title}: {schema.total:,} to keep" + (f" · {schema.broken:,} broken" if schema.broken else "")
    top = [*told, section(text, accessory=button("Promise", PROMISE)), divider()]
    turns = _turns(schema)
    where = f"Page {schema.page + 1:,} of {schema.pages:,}. " if turns else ""
    end = [*([actions(*turns)] if turns else []), context(f"{where}The earliest day first; size plays no part.")]
    room = MESSAGE_CHARACTERS - size([*top, *end]) - len(text)
    rows = [[_list_row(row, schema)] for row in schema.rows]
    shown = fitting(rows, most_blocks=MESSAGE_BLOCKS - len(top) - len(end), most_characters=room)
    return Message(text=text, blocks=[*top, *(row[0] for row in shown), *end])


def ended_text(one: PromiseSchema) -> str:
    """`✓ Acme · price list · kept by Ana`."""
    mark = "✗" if one.state in {State.WITHDRAWN, State.BROKEN} else "✓"
    how = one.state.words
    if one.state is State.BROKEN:
        how = "broken, agreed anew" if one.moved_to else "broken, not owed any more"
    until = f" for {short_date(one.moved_to, today=one.today)}" if one.moved_to else ""
    who = f" by {escape(cut(one.ended_by_name, WHO))}" if one.ended_by_name else ""
    said = f' · "{escape(cut(one.note, SAID))}"' if one.note else ""
    return f"{mark} {_name(one)} · {_what(one)} · {how}{until}{who}{said}"


def about(one: PromiseSchema, viewer: str = "") -> str:
    """Customer and words, then when, to whom, by whom, and how often it was moved."""
    to = f" · to {escape(cut(one.contact, WHO))}" if one.contact else ""
    who = "" if one.assignee_id == viewer else f" · {escape(cut(one.assignee_name, WHO))}"
    gave = f" · {escape(cut(one.promised_by_name, WHO))} promised it" if one.promised_by != one.assignee_id else ""
    return f"{_name(one)} · {_what(one)}\n{_when(one)}{to}{who}{gave}{_moved(one)}{_source(one)}"


def plain(text: str) -> str:
    """The sentence as a notification shows it, without bold."""
    return text.replace("*", "")


def _one(head: str, one: PromiseSchema, *, whole: str = "") -> Message:
    if not one.is_owed:
        text = ended_text(one)
        return Message(text=plain(text), blocks=[section(text, block_id=f"promises.one:{one.id}")])
    said = whole or f"{head} {_sentence(one)}".strip()
    return Message(text=plain(said), blocks=[*([section(head)] if head else []), *_row(one, "one", "")])


def _told(head: str, schema: Told, place: str) -> Message:
    """A head and its rows, as many as fit, and how many more there are."""
    rows = [_row(row, place, schema.person_id) for row in schema.rows]
    room = MESSAGE_CHARACTERS - 2 * len(head) - 200
    shown = fitting(rows, most_blocks=MESSAGE_BLOCKS - 2, most_characters=room)
    more = schema.total - len(shown)
    foot = [context(f"{more:,} more; `/promise list` shows them all.")] if more > 0 else []
    return Message(text=head, blocks=[section(head), *(block for row in shown for block in row), *foot])


def _row(one: PromiseSchema, place: str, viewer: str) -> list[Block]:
    """The words, then *Kept*, *Card*, and the menu with the rest; one line once nothing is owed."""
    block_id = f"promises.{place}:{one.id}"
    if not one.is_owed:
        return [section(ended_text(one), block_id=block_id)]
    buttons = [
        button("Kept late" if one.state is State.BROKEN else "Kept", KEPT, str(one.id), style="primary"),
        button("Card", CARD, str(one.customer_id)),
        overflow(MORE, _options(one, REST)),
    ]
    return [section(about(one, viewer), block_id=block_id), actions(*buttons, block_id=f"{block_id}:do")]


def _list_row(one: PromiseSchema, schema: PromiseList) -> Block:
    viewer = one.assignee_id if schema.whose == f"p-{one.assignee_id}" else ""
    block_id = f"promises.list:{schema.page}:{schema.whose}:{one.id}"
    return section(about(one, viewer), accessory=overflow(MORE, _options(one, MENU)), block_id=block_id)


def _options(one: PromiseSchema, menu: dict[str, str]) -> Sequence[Option]:
    return [Option(text, f"{what}:{one.id}") for what, text in menu.items()]


def _turns(schema: PromiseList) -> list[Block]:
    back = [button("Back", PAGE_BACK, f"{schema.page - 1} {schema.whose}")] if schema.page else []
    on = [button("Next", PAGE_ON, f"{schema.page + 1} {schema.whose}")] if schema.page + 1 < schema.pages else []
    return back + on


def _sentence(one: PromiseSchema, viewer: str = "") -> str:
    by = short_date(one.due_on, today=one.today)
    who = f"{_whose(one, viewer)} promised " if viewer else ""
    return f"{who}{_name(one)}: {_what(one)}, by {by}."


def _whose(one: PromiseSchema, viewer: str) -> str:
    return "you" if one.promised_by == viewer else escape(cut(one.promised_by_name, WHO))


def _when(one: PromiseSchema) -> str:
    if one.state is State.BROKEN or one.due_on < one.today:
        return f"broken: it was due {short_date(one.due_on, today=one.today)}"
    return f"due {_in_words(one)}"


def _in_words(one: PromiseSchema) -> str:
    """`today`, `tomorrow`, else the day."""
    ahead = (one.due_on - one.today).days
    return {0: "today", 1: "tomorrow"}.get(ahead) or f"on {short_date(one.due_on, today=one.today)}"


def _moved(one: PromiseSchema) -> str:
    if not one.moves:
        return ""
    times = "once" if one.moves == 1 else plural(one.moves, "time")
    return f" · moved {times}, first promised for {short_date(one.first_due_on, today=one.today)}"


def _source(one: PromiseSchema) -> str:
    """A link to the message it comes from, if it is an address that Slack makes a link of."""
    fit = one.link.startswith("https://") and not set(one.link) & set("<>| ")
    return f" · <{one.link}|the message>" if fit else ""


def _name(one: PromiseSchema) -> str:
    return bold(cut(one.customer_name, NAME))


def _what(one: PromiseSchema) -> str:
    return escape(cut(one.what, WHAT))

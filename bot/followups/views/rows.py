"""One follow-up: as a row with its buttons, as the message that asks for it, and as it stands once it is closed."""

from uuid import UUID

from bot.customers.views import CARD
from bot.followups.rules import Event, State
from bot.followups.schemas import (
    FollowupGiven,
    FollowupLate,
    FollowupList,
    FollowupNews,
    FollowupSchema,
    FollowupsDue,
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

ASSIGN, TAKE, MORE = "followups.assign", "followups.take", "followups.more"
DONE, CANT, LATER = "followups.done", "followups.cant", "followups.later"
REASSIGN, CANCEL = "followups.reassign", "followups.cancel"
PAGE_BACK, PAGE_ON = "followups.page_back", "followups.page_on"
NAME, WHO, WHAT, SAID = 100, 60, 300, 300

MENU = {DONE: "Done", CANT: "Can't", LATER: "Change date", REASSIGN: "Give to somebody else", CANCEL: "Cancel it"}
HELP = """*/assign*  a form: who, which customer, by when, what
*/assign @ana Acme friday call about the invoice*  the same in one line; quotes around a name are fine
*/assign Acme 2026-12-01 send the contract*  for yourself
*/assign list*  what you have; *given*, *team*, *@person* or *Acme* for other lists"""

GIVERS_MENU = {LATER: "Change date", REASSIGN: "Give to somebody else", CANCEL: "Cancel it", DONE: "It is done"}


def given(schema: FollowupGiven) -> Message:
    """What somebody is asked to do, with *Done*, *Can't*, *Later* and *Card*; once it is closed, how."""
    one = schema.followup
    who = escape(cut(one.given_by_name, WHO))
    if schema.returned_from:
        head = f"{escape(cut(schema.returned_from, WHO))} left, so this is yours now."
    elif schema.reassigned_by:
        head = f"{escape(cut(schema.reassigned_by, WHO))} gave you this; {who} asked for it."
    else:
        head = f"{who} asks you to follow up."
    return _message(f"{head} {_sentence(one)}", one, "one", [section(head)])


def again(schema: FollowupSchema) -> Message:
    """The same message once something was done about it."""
    return _message(f"{_sentence(schema)}", schema, "one", [])


def late(schema: FollowupLate) -> Message:
    """To who asked for it: it is two working days late."""
    return late_now(schema.followup)


def late_now(one: FollowupSchema) -> Message:
    """The same as it stands now."""
    who = escape(cut(one.assignee_name, WHO))
    text = f"{_name(one)}: {_what(one)} · {who} has it, due {_day(one)}"
    if not one.is_open:
        return Message(text=_plain(closed_text(one)), blocks=[section(closed_text(one), block_id=_block("late", one))])
    menu = overflow(MORE, _options(one.id, GIVERS_MENU))
    head = "A follow-up that you asked for is two working days late." if one.is_late else "It has another day now."
    return Message(
        text=f"{head} {_plain(text)}",
        blocks=[section(head), section(text, accessory=menu, block_id=_block("late", one))],
    )


def due(schema: FollowupsDue) -> Message:
    """The reminder: what is to be done before somebody works again, and what is late."""
    left = schema.total - sum(not row.is_open for row in schema.rows)
    name = escape(cut(schema.first_name, WHO))
    head = f"{name}, {plural(left, 'follow-up')} {'waits' if left == 1 else 'wait'} for you." if left else (
        f"{name}, nothing is left to follow up today."
    )  # fmt: skip
    rows = [_due_row(row) for row in schema.rows]
    room = MESSAGE_CHARACTERS - 2 * len(head) - 200
    shown = fitting(rows, most_blocks=MESSAGE_BLOCKS - 2, most_characters=room)
    more = schema.total - len(shown)
    foot = [context(f"{more:,} more; `/assign list` shows them all.")] if more > 0 else []
    return Message(text=head, blocks=[section(head), *(block for row in shown for block in row), *foot])


def page(schema: FollowupList, *, said: str = "") -> Message:
    """One page of a list, with a menu for each row."""
    title = escape(cut(schema.title, NAME))
    told = [section(escape(said))] if said else []
    if not schema.total:
        text = f"{title}: nothing is open."
        return Message(text=text, blocks=[*told, section(text, accessory=button("Assign", ASSIGN))])
    text = f"{title}: {schema.total:,} open" + (f" · {schema.late:,} late" if schema.late else "")
    top = [*told, section(text, accessory=button("Assign", ASSIGN)), divider()]
    rows = [[_list_row(row, schema)] for row in schema.rows]
    turns = _turns(schema)
    where = f"Page {schema.page + 1:,} of {schema.pages:,}. " if turns else ""
    end = [*([actions(*turns)] if turns else []), context(f"{where}The earliest day first; size plays no part.")]
    room = MESSAGE_CHARACTERS - size([*top, *end]) - len(text)
    shown = fitting(rows, most_blocks=MESSAGE_BLOCKS - len(top) - len(end), most_characters=room)
    return Message(text=text, blocks=[*top, *(row[0] for row in shown), *end])


def assigned(schema: FollowupSchema) -> Message:
    """To who asked: who has it now, and by when."""
    mine = schema.assignee_id == schema.given_by
    who = "You have" if mine else f"{escape(cut(schema.assignee_name, WHO))} has"
    return _message(f"{who} it: {_sentence(schema)}", schema, "one", [section(f"{who} it now.")], owner=mine)


def take_it(words: str, value: str) -> Message:
    """Why somebody can't ask another, and the button to do it themselves."""
    text = escape(words)
    return Message(text=text, blocks=[section(text), actions(button("Take it", TAKE, value, style="primary"))])


def news(schema: FollowupNews) -> Message:
    """What became of something that somebody asked for, or had."""
    text = _news_head(schema)
    blocks = [section(text)]
    if schema.words:
        blocks.append(context(f"“{escape(cut(schema.words, SAID))}”"))
    if schema.customer_id is not None:
        buttons = [button("Card", CARD, str(schema.customer_id))]
        if schema.event is Event.CANT and not schema.mine:
            buttons.insert(0, button("Assign", ASSIGN, str(schema.customer_id)))
        blocks.append(actions(*buttons))
    return Message(text=_plain(text), blocks=blocks)


def help_page() -> Message:
    """What /assign can do."""
    return Message(text="What /assign can do.", blocks=[section(HELP)])


def closed_text(one: FollowupSchema) -> str:
    """`✓ Acme · call about the invoice · done by Ana`."""
    mark = "✓" if one.state is State.DONE else "✗"
    who = f" by {escape(cut(one.closed_by_name, WHO))}" if one.closed_by_name else ""
    words = one.note or one.reason
    said = f' · "{escape(cut(words, SAID))}"' if words else ""
    return f"{mark} {_name(one)} · {_what(one)} · {one.state.words}{who}{said}"


def _message(text: str, one: FollowupSchema, place: str, head: list[Block], *, owner: bool = True) -> Message:
    if not one.is_open:
        shown = closed_text(one)
        return Message(text=_plain(shown), blocks=[section(shown, block_id=_block(place, one))])
    return Message(text=_plain(text), blocks=[*head, *_row(one, place, owner=owner)])


def _row(one: FollowupSchema, place: str, *, owner: bool = True) -> list[Block]:
    """Who, what, by when; *Done*, *Can't*, *Later*, *Card*, or for who asked a menu."""
    asked = "" if one.given_by == one.assignee_id else f" · {escape(cut(one.given_by_name, WHO))} asked"
    text = f"{_name(one)} · {_what(one)}\n{_when(one)}{asked}{_source(one)}"
    if not owner:
        return [section(text, accessory=overflow(MORE, _options(one.id, GIVERS_MENU)), block_id=_block(place, one))]
    key = str(one.id)
    buttons = [
        button("Done", DONE, key, style="primary"),
        button("Can't", CANT, key),
        button("Later", LATER, key),
        button("Card", CARD, str(one.customer_id)),
    ]
    return [section(text, block_id=_block(place, one)), actions(*buttons, block_id=f"{_block(place, one)}:do")]


def _source(one: FollowupSchema) -> str:
    """A link to the message it comes from, if it is an address that Slack makes a link of."""
    fit = one.link.startswith("https://") and not set(one.link) & set("<>| ")
    return f" · <{one.link}|the message>" if fit else ""


def _due_row(one: FollowupSchema) -> list[Block]:
    return _row(one, "due") if one.is_open else [section(closed_text(one), block_id=_block("due", one))]


def _list_row(one: FollowupSchema, schema: FollowupList) -> Block:
    who = "" if schema.whose == f"p-{one.assignee_id}" else f" · {escape(cut(one.assignee_name, WHO))}"
    text = f"{_name(one)} · {_what(one)}\n{_when(one)}{who}"
    block_id = f"followups.list:{schema.page}:{schema.whose}:{one.id}"
    return section(text, accessory=overflow(MORE, _options(one.id, MENU)), block_id=block_id)


def _turns(schema: FollowupList) -> list[Block]:
    back = [button("Back", PAGE_BACK, f"{schema.page - 1} {schema.whose}")] if schema.page else []
    on = [button("Next", PAGE_ON, f"{schema.page + 1} {schema.whose}")] if schema.page + 1 < schema.pages else []
    return back + on


def _options(followup_id: UUID, menu: dict[str, str]) -> list[Option]:
    return [Option(text, f"{what}:{followup_id}") for what, text in menu.items()]


def _block(place: str, one: FollowupSchema) -> str:
    return f"followups.{place}:{one.id}"


def _news_head(schema: FollowupNews) -> str:
    who = escape(cut(schema.by_name, WHO))
    day = short_date(schema.due_on)
    if schema.event is Event.FORGOTTEN:
        return f"A customer was deleted, and with it a follow-up of yours that was due {day}."
    what = f"{bold(cut(schema.customer_name, NAME))}: {escape(cut(schema.what, WHAT))}"
    closed_by_us = f"No longer to be done: {what}"
    told = {
        Event.DONE: f"{who} did it: {what}",
        Event.CANT: f"{who} can't do it: {what}",
        Event.CANCELLED: f"{who} cancelled it: {what}" if who else closed_by_us,
        Event.MOVED: f"{who} moved it to {day}: {what}",
        Event.REASSIGNED: f"{who} gave it to {escape(cut(schema.to_name, WHO))}: {what}",
    }
    return told[schema.event]


def _sentence(one: FollowupSchema) -> str:
    return f"{_name(one)}: {_what(one)}, by {short_date(one.due_on, today=one.today)}."


def _when(one: FollowupSchema) -> str:
    if one.is_late:
        return f":small_orange_diamond: late, due {_day(one)}"
    return "due today" if one.due_on == one.today else f"due {_day(one)}"


def _day(one: FollowupSchema) -> str:
    return short_date(one.due_on, today=one.today)


def _name(one: FollowupSchema) -> str:
    return bold(cut(one.customer_name, NAME))


def _what(one: FollowupSchema) -> str:
    return escape(cut(one.what, WHAT))


def _plain(text: str) -> str:
    """The sentence as a notification shows it, without bold."""
    return text.replace("*", "")

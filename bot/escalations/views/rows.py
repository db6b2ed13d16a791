"""One escalation: as a row with what can be done about it, and as it stands once it is over; lists of them."""

from uuid import UUID

from bot.customers.views import CARD
from bot.escalations.rules import RATE_DAYS, State, moment
from bot.escalations.schemas import EscalationFixed, EscalationList, EscalationSchema
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
    quote,
    section,
    size,
)

ESCALATE, MORE = "escalations.raise", "escalations.more"
ANSWER, FIX, GIVE, WITHDRAW = "escalations.answer", "escalations.fix", "escalations.give", "escalations.withdraw"
PAGE_BACK, PAGE_ON = "escalations.page_back", "escalations.page_on"
CHECK_IN = "checkins.log"  # the check-ins feature answers it
NAME, WHO, WHAT, SAID = 100, 60, 300, 300
MENU = {GIVE: "Give to somebody else", WITHDRAW: "Raised by mistake"}
LIST_MENUS = {
    State.OPEN: {ANSWER: "Answered", **MENU},
    State.ANSWERED: {FIX: "Fixed", **MENU},
    State.FIXED: MENU,
}
HELP = f"""*/escalate Acme*  a form: what happened, how bad it is, who is on it; also *Acme the portal is down*
*/escalate list*  what you are on; *open*, *team*, *@person* or *Acme* for other lists
*/escalate rate*  how many customers had nothing avoidable go wrong in {RATE_DAYS} days; also *30* or *@person*
*/escalate setup*  managers: how fast we answer, and the channel that learns of it"""


def standing(one: EscalationSchema) -> Message:
    """An escalation as it stands now, with what can be done about it."""
    return message(sentence(one), one)


def message(text: str, one: EscalationSchema, *, head: str = "") -> Message:
    """A message about one; *head* stands above it as long as it isn't over."""
    if one.state.is_over:
        shown = over(one)
        return Message(text=plain(shown), blocks=[section(shown, block_id=_block(one))])
    return Message(text=plain(text), blocks=[*([section(head)] if head else []), *row(one)])


def row(one: EscalationSchema) -> list[Block]:
    """What happened, how it stands, who is on it; *Answered* or *Fixed* or *Check-in*, *Card* and a menu."""
    text = f"{name(one)} · {one.severity.words}\n{quote(one.what, WHAT)}\n{status(one)} · {who(one)}{_source(one)}"
    key = str(one.id)
    first = {
        State.OPEN: button("Answered", ANSWER, key, style="primary"),
        State.ANSWERED: button("Fixed", FIX, key, style="primary"),
    }.get(one.state, button("Check-in", CHECK_IN, str(one.customer_id)))
    elements = [first, button("Card", CARD, str(one.customer_id)), overflow(MORE, _options(one.id, MENU))]
    return [section(text, block_id=_block(one)), actions(*elements, block_id=f"{_block(one)}:do")]


def raised_words(one: EscalationSchema) -> str:
    """To who raised it: who is on it, and by when the customer is answered."""
    has = "You are" if one.assignee_id == one.raised_by else f"{escape(cut(one.assignee_name, WHO))} is"
    return f"{has} on it: {name(one)}, {status(one)}."


def fixed_words(schema: EscalationFixed) -> str:
    """`Fixed. The next check-in asks whether it holds. It is the third hand-over that broke: …`."""
    again = f" It is {escape(schema.repeat)}." if schema.repeat else ""
    return f"Fixed. The next check-in with {name(schema.escalation)} asks whether it holds.{again}"


def page(schema: EscalationList, *, said: str = "") -> Message:
    """One page of a list, with a menu for each row."""
    title = escape(cut(schema.title, NAME))
    told = [section(escape(said))] if said else []
    raising = button("Escalate", ESCALATE)
    if not schema.total:
        text = f"{title}: nothing is open."
        return Message(text=text, blocks=[*told, section(text, accessory=raising)])
    text = f"{title}: {schema.total:,} open" + (f" · {schema.late:,} past their clock" if schema.late else "")
    top = [*told, section(text, accessory=raising), divider()]
    rows = [[_list_row(one, schema)] for one in schema.rows]
    turns = _turns(schema)
    where = f"Page {schema.page + 1:,} of {schema.pages:,}. " if turns else ""
    end = [*([actions(*turns)] if turns else []), context(f"{where}The earliest deadline first; size plays no part.")]
    room = MESSAGE_CHARACTERS - size([*top, *end]) - len(text)
    shown = fitting(rows, most_blocks=MESSAGE_BLOCKS - len(top) - len(end), most_characters=room)
    return Message(text=text, blocks=[*top, *(one[0] for one in shown), *end])


def help_page() -> Message:
    """What /escalate can do."""
    return Message(text="What /escalate can do.", blocks=[section(HELP)])


def over(one: EscalationSchema) -> str:
    """`✓ Acme · the portal is down · fixed, they confirmed it`."""
    mark = "✓" if one.state is State.CONFIRMED else "✗"
    by = f" by {escape(cut(one.closed_by_name, WHO))}" if one.closed_by_name and one.state is State.CLOSED else ""
    why = f' · "{escape(cut(one.reason, SAID))}"' if one.reason else ""
    return f"{mark} {name(one)} · {escape(cut(one.what, WHAT))} · {one.state.words}{by}{why}"


def sentence(one: EscalationSchema) -> str:
    """`Acme: the portal is down, answer by Tue 14:30`."""
    return f"{name(one)}: {escape(cut(one.what, WHAT))}, {status(one)}"


def status(one: EscalationSchema) -> str:
    """How it stands, in words."""
    if one.state is State.OPEN:
        return f":small_orange_diamond: past its clock, answer was due {due(one)}" if one.is_late else (
            f"answer by {due(one)}"
        )  # fmt: skip
    if one.state is State.ANSWERED:
        return f"answered by {escape(cut(one.answered_by_name, WHO))}, not fixed yet"
    return f"fixed ({cause(one)}), waiting for their word" if one.state is State.FIXED else one.state.words


def due(one: EscalationSchema) -> str:
    """`Tue 14:30`, on the clock of whoever reads it."""
    return moment(one.answer_by, now=one.now, zone=one.zone)


def cause(one: EscalationSchema) -> str:
    """`hand-over: nobody read the notes`."""
    words = f": {escape(cut(one.cause_words, SAID))}" if one.cause_words else ""
    return f"{one.cause.words}{words}" if one.cause else "cause unknown"


def who(one: EscalationSchema) -> str:
    """`Ana Lima is on it`, and that it was open before."""
    again = f" · opened again {'once' if one.reopened == 1 else f'{one.reopened} times'}" if one.reopened else ""
    return f"{escape(cut(one.assignee_name, WHO))} is on it{again}"


def name(one: EscalationSchema) -> str:
    """The customer's name, bold."""
    return bold(cut(one.customer_name, NAME))


def plain(text: str) -> str:
    """The sentence as a notification shows it, without bold and signs."""
    return text.replace("*", "").replace(":small_orange_diamond: ", "")


def _source(one: EscalationSchema) -> str:
    """A link to the message it comes from, if it is an address that Slack makes a link of."""
    fit = one.link.startswith("https://") and not set(one.link) & set("<>| ")
    return f" · <{one.link}|the message>" if fit else ""


def _list_row(one: EscalationSchema, schema: EscalationList) -> Block:
    has = "" if schema.whose == f"p-{one.assignee_id}" else f" · {who(one)}"
    text = f"{name(one)} · {escape(cut(one.what, WHAT))}\n{status(one)} · {one.severity.words}{has}"
    menu = overflow(MORE, _options(one.id, LIST_MENUS.get(one.state, MENU)))
    return section(text, accessory=menu, block_id=f"escalations.list:{schema.page}:{schema.whose}:{one.id}")


def _turns(schema: EscalationList) -> list[Block]:
    back = [button("Back", PAGE_BACK, f"{schema.page - 1} {schema.whose}")] if schema.page else []
    on = [button("Next", PAGE_ON, f"{schema.page + 1} {schema.whose}")] if schema.page + 1 < schema.pages else []
    return back + on


def _options(escalation_id: UUID, menu: dict[str, str]) -> list[Option]:
    return [Option(text, f"{what}:{escalation_id}") for what, text in menu.items()]


def _block(one: EscalationSchema) -> str:
    return f"escalations.one:{one.id}"

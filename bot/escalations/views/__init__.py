"""How escalations look: as a row with what can be done, in messages, lists and the channel; right first time."""

from collections.abc import Sequence

from bot.checkins.rules import in_words
from bot.commitments import views as shared
from bot.commitments.rules import QUOTED
from bot.commitments.views import LATE, SAID, WHAT, customer_name, person, plain, what_of
from bot.core.schemas import MorningRow
from bot.customers.views import NAME_SHOWN
from bot.customers.views.families import in_family
from bot.escalations.rules import (
    ANSWER,
    FIX,
    GIVE,
    RATE_DAYS,
    WITHDRAW,
    EscalationEvent,
    EscalationState,
    share,
)
from bot.escalations.schemas import (
    ChannelLost,
    EscalationFixed,
    EscalationLate,
    EscalationList,
    EscalationNews,
    EscalationPosted,
    EscalationRaised,
    EscalationSchema,
    EscalationUpdate,
    EscalationWarned,
    Rate,
    RateLine,
    RelativeEscalated,
)
from bot.slack import blocks as ui
from bot.slack.blocks import Message

ESCALATE, MORE = "escalations.raise", "escalations.more"
CHECK_IN = "checkins.log"  # the check-ins feature answers it
MENU = {GIVE: "Give to somebody else", WITHDRAW: "Raised by mistake"}
LIST_MENUS = {
    EscalationState.OPEN: {ANSWER: "Answered", **MENU},
    EscalationState.ANSWERED: {FIX: "Fixed", **MENU},
    EscalationState.FIXED: MENU,
}
HELP = f"""*/escalate Acme*  a form: what happened, how bad it is, who is on it; also *Acme the portal is down*
*/escalate list*  what you are on; *open*, *team*, *@person* or *Acme* for other lists
*/escalate rate*  how many customers had nothing avoidable go wrong in {RATE_DAYS} days; also *30* or *@person*
*/escalate setup*  managers: how fast we answer, and the channel that learns of it"""


def standing(one: EscalationSchema) -> Message:
    """Return an escalation as it stands now, with what can be done about it."""
    return _message(sentence(one), one)


def raised(schema: EscalationRaised) -> Message:
    """Tell somebody whom it concerns what happened, who is on it, by when it is answered."""
    return _headed(_raised_head(schema), schema.escalation)


def warned(schema: EscalationWarned) -> Message:
    """Tell who is on it that most of the time is over."""
    one = schema.escalation
    return _headed(f"{customer_name(one)} still waits for a first answer; you are on it.", one)


def late(schema: EscalationLate) -> Message:
    """Tell the managers, and who is on it, that it is past its time."""
    one = schema.escalation
    return _headed(f"{customer_name(one)} has a problem that is past its time; {who(one)}.", one)


def news(schema: EscalationNews) -> Message:
    """Return what became of it."""
    return shared.news_message(_news_head(schema), ui.escape(ui.cut(schema.words, SAID)), schema.customer_id)


def relative(schema: RelativeEscalated) -> Message:
    """Tell who looks after others of a customer's family that it has a problem."""
    name, assignee = ui.bold(ui.cut(schema.name, NAME_SHOWN)), ui.escape(ui.cut(schema.assignee_name, NAME_SHOWN))
    yours = in_family(schema.names, schema.total, root_name=schema.root_name, of=schema.name)
    text = f"{name} has a problem ({schema.severity.words}); {assignee} is on it. {yours}"
    card = shared.card_button(schema.customer_id)
    return Message(text=plain(text), blocks=[ui.section(f"{text}\n{ui.quote(schema.what, WHAT)}", accessory=card)])


def posted(schema: EscalationPosted) -> Message:
    """Tell the channel that a customer has a problem, and who is on it."""
    one = schema.escalation
    text = f"{customer_name(one)} has a problem ({one.severity.words}); {who(one)}, {status(one)}."
    card = shared.card_button(one.customer_id)
    return Message(text=plain(text), blocks=[ui.section(f"{text}\n{ui.quote(one.what, WHAT)}", accessory=card)])


def update(schema: EscalationUpdate) -> Message:
    """Say in its thread how it stands now."""
    one = schema.escalation
    if one.state.is_over:
        text = over(one)
    elif one.is_late:
        text = f"{customer_name(one)} has no answer yet; {who(one)}, it was due {due(one)}."
    else:
        text = f"{status(one)[0].upper()}{status(one)[1:]} · {who(one)}"
    return Message(text=plain(text), blocks=[ui.section(text)])


def channel_lost(schema: ChannelLost) -> Message:
    """Tell the managers that nothing goes to the channel any more."""
    where = f"#{ui.escape(ui.cut(schema.channel_name, shared.NAME))}" if schema.channel_name else "their channel"
    text = f"Problems aren't posted to {where} any more: {ui.escape(schema.reason)}. Choose one with /escalate setup."
    return Message(text=text, blocks=[ui.section(text)])


def page(schema: EscalationList) -> Message:
    """Return one page of a list, with a menu for each row."""

    def row(one: EscalationSchema) -> tuple[str, dict[str, str]]:
        has = "" if schema.whose == f"p-{one.assignee_id}" else f" · {who(one)}"
        text = f"{customer_name(one)} · {what_of(one)}\n{status(one)} · {one.severity.words}{has}"
        return text, LIST_MENUS.get(one.state, MENU)

    counted = f"{schema.total:,} open" + (f" · {schema.late:,} past their time" if schema.late else "")
    return shared.list_message(
        schema, feature="escalations", counted=counted, nothing="nothing is open.",
        offer=ui.button("Problem", ESCALATE), order="The earliest deadline", row=row,
    )  # fmt: skip


def morning(one: EscalationSchema, person_id: str) -> MorningRow:
    """Return a problem in the reminder of who is on it, or of a manager."""
    if one.state is not EscalationState.OPEN:
        mark = "✗" if one.state is EscalationState.CLOSED else "✓"
        by = f" by {person(one.answered_by_name)}" if one.answered_by_name and not one.state.is_over else ""
        return shared.morning_row(one, f"{mark} {customer_name(one)} · {what_of(one)} · {one.state.words}{by}")
    on_it = "" if one.assignee_id == person_id else f" · {who(one)}"
    text = (
        f"{customer_name(one)} · {one.severity.words} · answer was due {due(one)}{on_it}\n{ui.quote(one.what, QUOTED)}"
    )
    return shared.morning_row(one, text, (ANSWER, "Answered"), menu_id=MORE, menu=MENU)


def lead(waiting: Sequence[EscalationSchema], count: int) -> str:
    """Return `Golddex has a problem that is past its time`, or with how many more."""
    name = ui.cut(waiting[0].customer_name, shared.WHO)
    if count == 1:
        return f"{name} has a problem that is past its time"
    return f"{name} and {in_words(count - 1)} more have problems that are past their time"


def counted(waiting: Sequence[EscalationSchema], count: int) -> str:  # noqa: ARG001 - every section's takes them
    """Return `two problems are past their time`."""
    return f"{in_words(count)} problem{' is past its' if count == 1 else 's are past their'} time"


def raised_words(one: EscalationSchema) -> str:
    """Tell who raised it who is on it, and by when the customer is answered."""
    has = "You are" if one.assignee_id == one.raised_by else f"{person(one.assignee_name)} is"
    return f"{has} on it: {customer_name(one)}, {status(one)}."


def fixed_words(schema: EscalationFixed) -> str:
    """Return `Fixed. The next check-in asks whether it holds. It is the third hand-over that broke: …`."""
    again = f" It is {ui.escape(schema.repeat)}." if schema.repeat else ""
    return f"Fixed. The next check-in with {customer_name(schema.escalation)} asks whether it holds.{again}"


def over(one: EscalationSchema) -> str:
    """Return `✓ Acme · the portal is down · fixed, they confirmed it`."""
    mark, by = (
        "✓" if one.state is EscalationState.CONFIRMED else "✗",
        one.closed_by_name if one.state is EscalationState.CLOSED else "",
    )
    return shared.ended(one, one.state.words, mark=mark, by=by, said=one.reason)


def sentence(one: EscalationSchema) -> str:
    """Return `Acme: the portal is down, answer by Tue 14:30`."""
    return f"{customer_name(one)}: {what_of(one)}, {status(one)}"


def status(one: EscalationSchema) -> str:
    """Return how it stands, in words."""
    if one.state is EscalationState.OPEN:
        return f"{LATE} past its time, answer was due {due(one)}" if one.is_late else f"answer by {due(one)}"
    if one.state is EscalationState.ANSWERED:
        return f"answered by {person(one.answered_by_name)}, not fixed yet"
    if one.state is not EscalationState.FIXED:
        return one.state.words
    words = f": {ui.escape(ui.cut(one.cause_words, SAID))}" if one.cause_words else ""
    return f"fixed ({f'{one.cause.words}{words}' if one.cause else 'cause unknown'}), waiting for their word"


def due(one: EscalationSchema) -> str:
    """Return `Tue 14:30`, on the clock of whoever reads it."""
    return ui.escape(one.due)


def who(one: EscalationSchema) -> str:
    """Return `Ana Lima is on it`, and that it was open before."""
    return f"{person(one.assignee_name)} is on it{_again(one)}"


def _again(one: EscalationSchema) -> str:
    if not one.reopened:
        return ""
    return f" · opened again {'once' if one.reopened == 1 else f'{one.reopened} times'}"


def _headed(head: str, one: EscalationSchema) -> Message:
    return _message(f"{head} {sentence(one)}.", one, head=head)


def _message(text: str, one: EscalationSchema, *, head: str = "") -> Message:
    """Return a message about one; *head*, which says who is on it, stands above it as long as it isn't over."""
    block_id, key = f"escalations.one:{one.id}", str(one.id)
    if one.state.is_over:
        return Message(text=plain(over(one)), blocks=[ui.section(over(one), block_id=block_id)])
    now = f"{status(one)}{_again(one) if head else f' · {who(one)}'}"
    told = f"{customer_name(one)} · {one.severity.words}\n{ui.quote(one.what, WHAT)}\n{now}"
    first = {
        EscalationState.OPEN: ui.button("Answered", ANSWER, key, style="primary"),
        EscalationState.ANSWERED: ui.button("Fixed", FIX, key, style="primary"),
    }.get(one.state, ui.button("Check-in", CHECK_IN, str(one.customer_id)))
    buttons = [first, shared.card_button(one.customer_id), shared.menu_of("escalations", MENU, one.id)]
    blocks = [
        *([ui.section(head)] if head else []),
        ui.section(f"{told}{shared.source_link(one)}", block_id=block_id),
        ui.actions(*buttons, block_id=f"{block_id}:do"),
    ]
    return Message(text=plain(text), blocks=blocks)


def _raised_head(schema: EscalationRaised) -> str:
    one, raiser = schema.escalation, person(schema.escalation.raised_by_name)
    if schema.returned_from:
        return f"{person(schema.returned_from)} left, so you are on this now."
    if schema.given_by:
        return f"{person(schema.given_by)} gave you this; {raiser} raised it."
    mine = {"on_it": "you are on it", "owner": f"{who(one)}; you look after this customer"}.get(schema.role, who(one))
    if schema.again:
        return f"A fix doesn't hold, so this is open again; {mine}."
    return f"{raiser} raised a problem; {mine}."


def _news_head(schema: EscalationNews) -> str:
    by = person(schema.by_name)
    if schema.event is EscalationEvent.FORGOTTEN:
        return "A customer was deleted, and with it a problem that concerned you."
    what = shared.subject(schema.customer_name, schema.what)
    return {
        EscalationEvent.ANSWERED: f"{by} has answered {what}",
        EscalationEvent.FIXED: f"{by} says it is fixed, and the customer is asked whether it holds: {what}",
        EscalationEvent.CONFIRMED: f"The customer says that the fix holds: {what}",
        EscalationEvent.REASSIGNED: f"{by} gave it to {person(schema.to_name)}: {what}",
        EscalationEvent.CLOSED: f"{by} closed it: {what}" if by else f"Closed: {what}",
        EscalationEvent.UNDONE: f"{by} took back what the customer said of the fix: {what}",
    }[schema.event]


def rate(schema: Rate) -> Message:
    """Return the rate of all, of each one's customers, and which causes come again."""
    percent = share(schema.clean, schema.active)
    if percent is None:
        text = "No customer is active, so there is no rate yet."
        return Message(text=text, blocks=[ui.section(text)])
    customers = ui.plural(schema.active, "customer")
    text = f"Right first time: {percent}% of {customers} had nothing avoidable go wrong in {schema.days} days."
    lines = [_rate_line(line) for line in schema.people]
    if schema.more:
        lines.append(f"{schema.more:,} more people; */escalate rate @person* shows one of them")
    blocks = [ui.section(f"*{text}*"), ui.section("\n".join(lines))]
    if schema.repeats:
        blocks.append(ui.section("\n".join(f"▲ {ui.escape(ui.cut(line, WHAT))}" for line in schema.repeats)))
    escalations = ui.plural(schema.unjudged, "problem")
    unjudged = f" {escalations} of that time can't be judged yet." if schema.unjudged else ""
    foot = ui.context(f"Every customer counts once; size plays no part.{unjudged}")
    return Message(text=text, blocks=[*blocks, foot])


def _rate_line(line: RateLine) -> str:
    return f"{person(line.name)}: {share(line.clean, line.active)}% ({line.clean:,} of {line.active:,})"

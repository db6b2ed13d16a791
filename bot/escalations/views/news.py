"""What people and the channel are told of escalations, and the right-first-time rate."""

from bot.customers.views import CARD
from bot.escalations.rules import Event, share
from bot.escalations.schemas import (
    ChannelLost,
    EscalationLate,
    EscalationNews,
    EscalationPosted,
    EscalationRaised,
    EscalationUpdate,
    EscalationWarned,
    Rate,
    RateLine,
)
from bot.escalations.views.rows import NAME, SAID, WHAT, WHO, due, message, name, over, plain, sentence, status, who
from bot.slack.blocks import Message, actions, bold, button, context, cut, escape, plural, quote, section


def raised(schema: EscalationRaised) -> Message:
    """To somebody whom it concerns: what happened, who is on it, by when it is answered."""
    one = schema.escalation
    head = _raised_head(schema)
    return message(f"{head} {sentence(one)}.", one, head=head)


def warned(schema: EscalationWarned) -> Message:
    """To who is on it: most of the time is over."""
    one = schema.escalation
    head = f"{name(one)} is still waiting for a first answer."
    return message(f"{head} {sentence(one)}.", one, head=head)


def late(schema: EscalationLate) -> Message:
    """To the managers: it is past its clock."""
    one = schema.escalation
    head = f"Nobody has answered {name(one)} in time; {who(one)}."
    return message(f"{head} {sentence(one)}.", one, head=head)


def news(schema: EscalationNews) -> Message:
    """What became of it."""
    text = _news_head(schema)
    blocks = [section(text)]
    if schema.words:
        blocks.append(context(escape(cut(schema.words, SAID))))
    if schema.customer_id is not None:
        blocks.append(actions(button("Card", CARD, str(schema.customer_id))))
    return Message(text=plain(text), blocks=blocks)


def posted(schema: EscalationPosted) -> Message:
    """In the channel: a customer has a problem, and somebody is on it."""
    one = schema.escalation
    text = f"{name(one)} raised a problem that {one.severity.words}; {who(one)}, {status(one)}."
    return Message(
        text=plain(text),
        blocks=[section(f"{text}\n{quote(one.what, WHAT)}", accessory=button("Card", CARD, str(one.customer_id)))],
    )


def update(schema: EscalationUpdate) -> Message:
    """In its thread: how it stands now."""
    one = schema.escalation
    if one.state.is_over:
        text = over(one)
    elif one.is_late:
        text = f"Nobody has answered {name(one)} in time; {who(one)}, answer was due {due(one)}."
    else:
        text = f"{status(one)[0].upper()}{status(one)[1:]} · {who(one)}"
    return Message(text=plain(text), blocks=[section(text)])


def channel_lost(schema: ChannelLost) -> Message:
    """To the managers: nothing goes to the channel any more."""
    where = f"#{escape(cut(schema.channel_name, NAME))}" if schema.channel_name else "the escalation channel"
    text = f"Escalations aren't posted to {where} any more: {escape(schema.reason)}. Choose one with /escalate setup."
    return Message(text=text, blocks=[section(text)])


def rate(schema: Rate) -> Message:
    """Right first time: of all, of each one's customers, and which causes come again."""
    percent = share(schema.clean, schema.active)
    if percent is None:
        text = "No customer is active, so there is no rate yet."
        return Message(text=text, blocks=[section(text)])
    text = (
        f"Right first time: {percent} % of {plural(schema.active, 'customer')}"
        f" had nothing avoidable go wrong in {schema.days} days."
    )
    lines = [_rate_line(line) for line in schema.people]
    if schema.more:
        lines.append(f"{schema.more:,} more people; */escalate rate @person* shows one of them")
    blocks = [section(f"*{text}*"), section("\n".join(lines))]
    if schema.repeats:
        blocks.append(section("\n".join(f"▲ {escape(cut(line, WHAT))}" for line in schema.repeats)))
    unjudged = f" {plural(schema.unjudged, 'escalation')} of that time can't be judged yet." if schema.unjudged else ""
    return Message(text=text, blocks=[*blocks, context(f"Every customer counts once; size plays no part.{unjudged}")])


def _rate_line(line: RateLine) -> str:
    return f"{escape(cut(line.name, WHO))}: {share(line.clean, line.active)} % ({line.clean:,} of {line.active:,})"


def _raised_head(schema: EscalationRaised) -> str:
    one = schema.escalation
    raiser = escape(cut(one.raised_by_name, WHO))
    if schema.returned_from:
        return f"{escape(cut(schema.returned_from, WHO))} left, so you are on this now."
    if schema.given_by:
        return f"{escape(cut(schema.given_by, WHO))} gave you this; {raiser} raised it."
    mine = {"on_it": "you are on it", "owner": f"{who(one)}; you look after this customer"}.get(schema.role, who(one))
    if schema.again:
        return f"A fix doesn't hold, so this is open again; {mine}."
    return f"{raiser} escalated a problem that {one.severity.words}; {mine}."


def _news_head(schema: EscalationNews) -> str:
    by = escape(cut(schema.by_name, WHO))
    if schema.event is Event.FORGOTTEN:
        return "A customer was deleted, and with it an escalation that concerned you."
    what = f"{bold(cut(schema.customer_name, NAME))}: {escape(cut(schema.what, WHAT))}"
    return {
        Event.ANSWERED: f"{by} has answered {what}",
        Event.FIXED: f"{by} says it is fixed, and the customer is asked whether it holds: {what}",
        Event.CONFIRMED: f"The customer says that the fix holds: {what}",
        Event.REASSIGNED: f"{by} gave it to {escape(cut(schema.to_name, WHO))}: {what}",
        Event.CLOSED: f"{by} closed it: {what}" if by else f"Closed: {what}",
        Event.UNDONE: f"{by} took back what the customer said of the fix: {what}",
    }[schema.event]

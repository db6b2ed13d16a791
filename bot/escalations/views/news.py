"""What people and the channel are told of escalations, and the right-first-time rate."""

from bot.customers.views import CARD
from bot.escalations.facts import (
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
from bot.escalations.rules import Event, share
from bot.escalations.views.rows import NAME, SAID, WHAT, WHO, due, message, name, over, plain, sentence, status, who
from bot.slack.blocks import Message, actions, bold, button, context, cut, escape, plural, quote, section


def raised(fact: EscalationRaised) -> Message:
    """To somebody whom it concerns: what happened, who is on it, by when it is answered."""
    one = fact.escalation
    head = _raised_head(fact)
    return message(f"{head} {sentence(one)}.", one, head=head)


def warned(fact: EscalationWarned) -> Message:
    """To who is on it: most of the time is over."""
    one = fact.escalation
    head = f"{name(one)} is still waiting for a first answer."
    return message(f"{head} {sentence(one)}.", one, head=head)


def late(fact: EscalationLate) -> Message:
    """To the managers: it is past its clock."""
    one = fact.escalation
    head = f"Nobody has answered {name(one)} in time; {who(one)}."
    return message(f"{head} {sentence(one)}.", one, head=head)


def news(fact: EscalationNews) -> Message:
    """What became of it."""
    text = _news_head(fact)
    blocks = [section(text)]
    if fact.words:
        blocks.append(context(escape(cut(fact.words, SAID))))
    if fact.customer_id is not None:
        blocks.append(actions(button("Card", CARD, str(fact.customer_id))))
    return Message(text=plain(text), blocks=blocks)


def posted(fact: EscalationPosted) -> Message:
    """In the channel: a customer has a problem, and somebody is on it."""
    one = fact.escalation
    text = f"{name(one)} raised a problem that {one.severity.words}; {who(one)}, {status(one)}."
    return Message(
        text=plain(text),
        blocks=[section(f"{text}\n{quote(one.what, WHAT)}", accessory=button("Card", CARD, str(one.customer_id)))],
    )


def update(fact: EscalationUpdate) -> Message:
    """In its thread: how it stands now."""
    one = fact.escalation
    if one.state.is_over:
        text = over(one)
    elif one.is_late:
        text = f"Nobody has answered {name(one)} in time; {who(one)}, answer was due {due(one)}."
    else:
        text = f"{status(one)[0].upper()}{status(one)[1:]} · {who(one)}"
    return Message(text=plain(text), blocks=[section(text)])


def channel_lost(fact: ChannelLost) -> Message:
    """To the managers: nothing goes to the channel any more."""
    where = f"#{escape(cut(fact.channel_name, NAME))}" if fact.channel_name else "the escalation channel"
    text = f"Escalations aren't posted to {where} any more: {escape(fact.reason)}. Choose one with /escalate setup."
    return Message(text=text, blocks=[section(text)])


def rate(fact: Rate) -> Message:
    """Right first time: of all, of each one's customers, and which causes come again."""
    percent = share(fact.clean, fact.active)
    if percent is None:
        text = "No customer is active, so there is no rate yet."
        return Message(text=text, blocks=[section(text)])
    text = (
        f"Right first time: {percent} % of {plural(fact.active, 'customer')}"
        f" had nothing avoidable go wrong in {fact.days} days."
    )
    lines = [_rate_line(line) for line in fact.people]
    if fact.more:
        lines.append(f"{fact.more:,} more people; */escalate rate @person* shows one of them")
    blocks = [section(f"*{text}*"), section("\n".join(lines))]
    if fact.repeats:
        blocks.append(section("\n".join(f"▲ {escape(cut(line, WHAT))}" for line in fact.repeats)))
    unjudged = f" {plural(fact.unjudged, 'escalation')} of that time can't be judged yet." if fact.unjudged else ""
    return Message(text=text, blocks=[*blocks, context(f"Every customer counts once; size plays no part.{unjudged}")])


def _rate_line(line: RateLine) -> str:
    return f"{escape(cut(line.name, WHO))}: {share(line.clean, line.active)} % ({line.clean:,} of {line.active:,})"


def _raised_head(fact: EscalationRaised) -> str:
    one = fact.escalation
    raiser = escape(cut(one.raised_by_name, WHO))
    if fact.returned_from:
        return f"{escape(cut(fact.returned_from, WHO))} left, so you are on this now."
    if fact.given_by:
        return f"{escape(cut(fact.given_by, WHO))} gave you this; {raiser} raised it."
    mine = {"on_it": "you are on it", "owner": f"{who(one)}; you look after this customer"}.get(fact.role, who(one))
    if fact.again:
        return f"A fix doesn't hold, so this is open again; {mine}."
    return f"{raiser} escalated a problem that {one.severity.words}; {mine}."


def _news_head(fact: EscalationNews) -> str:
    by = escape(cut(fact.by_name, WHO))
    if fact.event is Event.FORGOTTEN:
        return "A customer was deleted, and with it an escalation that concerned you."
    what = f"{bold(cut(fact.customer_name, NAME))}: {escape(cut(fact.what, WHAT))}"
    return {
        Event.ANSWERED: f"{by} has answered {what}",
        Event.FIXED: f"{by} says it is fixed, and the customer is asked whether it holds: {what}",
        Event.CONFIRMED: f"The customer says that the fix holds: {what}",
        Event.REASSIGNED: f"{by} gave it to {escape(cut(fact.to_name, WHO))}: {what}",
        Event.CLOSED: f"{by} closed it: {what}" if by else f"Closed: {what}",
        Event.UNDONE: f"{by} took back what the customer said of the fix: {what}",
    }[fact.event]

"""What people are told about people."""

from bot.people.facts import CoverAsked, OwnerLeft
from bot.slack.blocks import Message, actions, bold, button, cut, escape, plural, section, short_date

NAME_SHOWN = 60


def owner_left(fact: OwnerLeft) -> Message:
    """For managers: somebody left, and their customers wait in the pool."""
    how = "is a guest in Slack now" if fact.became_guest else "was deactivated in Slack"
    theirs = "their one customer is" if fact.customers == 1 else f"their {fact.customers:,} customers are"
    named = ", ".join(bold(cut(name, NAME_SHOWN)) for name in fact.examples)
    more = fact.customers - len(fact.examples)
    rest = f" and {plural(more, 'other')}" if more > 0 else ""
    blocks = [
        section(f"{bold(cut(fact.owner, NAME_SHOWN))} {how}; {theirs} in the pool now."),
        section(f"Longest wait first: {named}{rest}."),
        actions(button("Take one", "digests.pool")),
    ]
    return Message(text=f"{escape(cut(fact.owner, NAME_SHOWN))} {how}; {theirs} in the pool now.", blocks=blocks)


def cover_asked(fact: CoverAsked) -> Message:
    """For the colleague who stands in: whose customers come to them, and when."""
    first, last = short_date(fact.first_day), short_date(fact.last_day)
    when = f"on {first}" if fact.first_day == fact.last_day else f"from {first} to {last}"
    blocks = [
        section(f"{bold(cut(fact.owner, NAME_SHOWN))} is away {when} and asked you to cover."),
        section("Their customers come with your own reminders on these days; nothing else changes."),
    ]
    return Message(text=f"{escape(cut(fact.owner, NAME_SHOWN))} is away {when} and asked you to cover.", blocks=blocks)

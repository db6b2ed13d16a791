"""Draws the notifications of the people feature."""

from bot.people.schemas import CoverAsked, OwnerLeft, PassedOn
from bot.slack import blocks as ui

NAME_SHOWN = 60
TEXT_SHOWN = 2000


def owner_left(schema: OwnerLeft) -> ui.Message:
    """Return the message for managers about an owner who left."""
    how = "is a guest in Slack now" if schema.became_guest else "was deactivated in Slack"
    theirs = "their one customer has" if schema.customers == 1 else f"their {schema.customers:,} customers have"
    named = ", ".join(ui.bold(ui.cut(name, NAME_SHOWN)) for name in schema.examples)
    more = schema.customers - len(schema.examples)
    rest = f" and {ui.plural(more, 'other')}" if more > 0 else ""
    blocks = [
        ui.section(f"{ui.bold(ui.cut(schema.owner, NAME_SHOWN))} {how}; {theirs} no owner now."),
        ui.section(f"Furthest past their cadence first: {named}{rest}."),
        ui.actions(ui.button("Take one", "digests.pool")),
    ]
    return ui.Message(
        text=f"{ui.escape(ui.cut(schema.owner, NAME_SHOWN))} {how}; {theirs} no owner now.", blocks=blocks
    )


def cover_asked(schema: CoverAsked) -> ui.Message:
    """Return the message for a colleague who was named as cover."""
    first, last = ui.short_date(schema.first_day), ui.short_date(schema.last_day)
    when = f"on {first}" if schema.first_day == schema.last_day else f"from {first} to {last}"
    blocks = [
        ui.section(f"{ui.bold(ui.cut(schema.owner, NAME_SHOWN))} is away {when} and asked you to cover."),
        ui.section("Their customers come with your own reminders on these days; nothing else changes."),
    ]
    return ui.Message(
        text=f"{ui.escape(ui.cut(schema.owner, NAME_SHOWN))} is away {when} and asked you to cover.", blocks=blocks
    )


def passed_on(schema: PassedOn) -> ui.Message:
    """Return the message for managers with the words that somebody who left didn't get."""
    name = ui.cut(schema.person, NAME_SHOWN)
    said = f"This was for {ui.bold(name)}, who has left Slack; see whether somebody else should know."
    text = ui.cut(schema.text, TEXT_SHOWN)
    return ui.Message(text=f"For {ui.escape(name)}, who has left Slack: {ui.escape(text)}", blocks=[
        ui.section(said), ui.section(ui.quote(text, TEXT_SHOWN)),
    ])  # fmt: skip

"""Draws what the coffee feature says."""

from bot.coffee.schemas import CoffeeSchema
from bot.slack.blocks import Message, bold, escape, section


def noted(coffee: CoffeeSchema) -> Message:
    """Return the answer to `/coffee`."""
    text = f"{bold(coffee.customer_name)} takes {escape(coffee.drink)}."
    return Message(text=text, blocks=[section(text)])

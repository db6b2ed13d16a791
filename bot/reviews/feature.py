"""Declares the reviews, which show whether small customers get the same care as large ones."""

from bot.core.feature import Feature, Subcommand
from bot.reviews import listeners

FEATURE = Feature(
    name="reviews",
    register=listeners.register,
    subcommands=(
        Subcommand(
            word="proof",
            about="is for managers: whether small and large customers get the same care.",
            answer=listeners.proof,
        ),
    ),
)

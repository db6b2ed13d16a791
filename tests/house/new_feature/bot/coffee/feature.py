"""Declares the coffee feature: how each customer takes their coffee."""

from bot.coffee import listeners, queries
from bot.core.feature import Feature

FEATURE = Feature(
    name="coffee",
    register=listeners.register,
    brief=queries.brief,
    digest_section=queries.digest_section,
)

"""Declares the conversations feature: what people say to the bot in their own words, and notes about customers."""

from bot.conversations import listeners, queries, usecases
from bot.core.feature import Feature

FEATURE = Feature(
    name="conversations",
    register=listeners.register,
    timeline=queries.timeline,
    erase=usecases.erase,
    export=queries.export,
)

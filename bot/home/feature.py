"""Declares the Home tab, which shows what the other features contribute to it."""

from bot.core.feature import Feature
from bot.home import listeners

FEATURE = Feature(name="home", register=listeners.register)

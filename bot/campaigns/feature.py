"""Declares the campaigns: calls to customers drawn at random, with a control group."""

from bot.core.feature import Feature

FEATURE = Feature(name="campaigns")

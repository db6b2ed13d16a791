"""Declares the workspaces feature: installation, settings, audit trail."""

from bot.core.feature import Feature
from bot.workspaces import listeners
from bot.workspaces.queries import list_problems

FEATURE = Feature(name="workspaces", register=listeners.register, check=list_problems)

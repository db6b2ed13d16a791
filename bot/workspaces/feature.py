"""Declares the workspaces feature: installation, settings, audit trail."""

from bot.core.feature import Feature
from bot.core.outbox import list_workspaces_held_up
from bot.workspaces import listeners
from bot.workspaces.queries import list_problems

FEATURE = Feature(name="workspaces", register=listeners.register, check=list_problems, suspects=list_workspaces_held_up)

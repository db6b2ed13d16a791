"""The one list of rooms. A new room is one folder, one line here, one in the import contracts."""

from bot.checkins import tables as _checkins
from bot.core import heartbeats as _heartbeats
from bot.core import outbox as _outbox
from bot.core.room import Room
from bot.customers import tables as _customers
from bot.digests import tables as _digests
from bot.people import tables as _people
from bot.workspaces import tables as _workspaces

__all__ = ["ROOMS"]

TABLES = (_heartbeats, _outbox, _workspaces, _people, _customers, _checkins, _digests)

ROOMS: tuple[Room, ...] = ()

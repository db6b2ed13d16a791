"""People of the workspace, as Slack describes them to an app."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(eq=False)
class Person:
    """A user account; `name` is the handle, without @."""

    id: str
    name: str
    real_name: str
    display_name: str = ""
    email: str | None = None
    tz: str | None = None
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    updated: int = 0
    home: Any = None
    modals: list[Any] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)  # per channel, the ts of the first unread message

    @property
    def shown_name(self) -> str:
        """Return the name that others see."""
        return self.display_name or self.real_name

    def tz_offset(self, now: datetime) -> int | None:
        """Return the offset from UTC in seconds at *now*; None if Slack doesn't know the zone."""
        if self.tz is None:
            return None
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        return int(offset.total_seconds()) if offset else 0

    def to_json(self, team_id: str, now: datetime, *, with_email: bool) -> dict[str, Any]:
        """Return the user object of `users.info`, `users.list` and events."""
        body: dict[str, Any] = {
            "id": self.id,
            "team_id": team_id,
            "name": self.name,
            "deleted": self.deleted,
            "profile": self._profile(team_id, with_email=with_email),
            "is_bot": self.is_bot,
            "updated": self.updated,
            "is_app_user": False,
        }
        return body if self.deleted else body | self._roles() | self._zone(now)

    def _profile(self, team_id: str, *, with_email: bool) -> dict[str, Any]:
        profile: dict[str, Any] = {
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.display_name,
            "display_name_normalized": self.display_name,
            "title": "",
            "team": team_id,
        }
        if with_email and self.email is not None and not self.is_bot:
            profile["email"] = self.email
        return profile

    def _roles(self) -> dict[str, Any]:
        return {
            "real_name": self.real_name,
            "is_admin": self.is_admin,
            "is_owner": self.is_owner,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_email_confirmed": True,
            "who_can_share_contact_card": "EVERYONE",
        }

    def _zone(self, now: datetime) -> dict[str, Any]:
        if self.tz is None:
            return {}
        return {"tz": self.tz, "tz_label": self.tz, "tz_offset": self.tz_offset(now)}

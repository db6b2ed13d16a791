"""What other features and screens may know about a person."""

from datetime import date, time

from bot.core.schemas import Notification, Schema
from bot.people.rules import Mute, Role


class PersonSchema(Schema):
    """A person of the workspace."""

    id: str
    name: str
    zone: str
    role: Role
    is_deactivated: bool = False


class AbsenceSchema(Schema):
    """Days away, and who covers."""

    first_day: date
    last_day: date
    cover_id: str | None = None


class Preferences(Schema):
    """What a person set for themselves."""

    person_id: str
    name: str
    zone: str
    hour: time
    working_days: str
    country: str | None
    mutes: tuple[Mute, ...] = ()
    absence: AbsenceSchema | None = None


class SlackPerson(Schema):
    """A person as Slack describes them."""

    id: str
    name: str
    handle: str = ""
    email: str | None = None
    zone: str | None = None
    is_bot: bool = False
    is_guest: bool = False
    is_deactivated: bool = False
    is_slack_admin: bool = False


class OwnerLeft(Notification):
    """An owner was deactivated in Slack; their customers are in the pool now."""

    kind = "people.owner_left"
    owner: str
    customers: int
    examples: tuple[str, ...] = ()
    became_guest: bool = False


class CoverAsked(Notification):
    """Somebody is to stand in for a colleague."""

    kind = "people.cover_asked"
    owner: str
    first_day: date
    last_day: date


class Wishes(Schema):
    """What a person wants their hours, messages and days away to be; no days mean that they aren't away."""

    hour: time
    working_days: str
    country: str | None = None
    mutes: tuple[Mute, ...] = ()
    away_from: date | None = None
    away_to: date | None = None
    cover_id: str | None = None


class PeopleSynced(Schema):
    """What became of the people since Slack was asked last: ids of those for whom something follows."""

    added: int = 0
    changed: int = 0
    moved: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    became_guests: tuple[str, ...] = ()

"""The data of people that leaves the feature."""

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
    """Days away, first and last included, and the person who covers."""

    first_day: date
    last_day: date
    cover_id: str | None = None


class Preferences(Schema):
    """A person's own settings; *absence* is the current one or the next."""

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
    """Tells managers that an owner was deactivated in Slack, and that their customers are in the pool."""

    kind = "people.owner_left"
    owner: str
    customers: int
    examples: tuple[str, ...] = ()
    became_guest: bool = False


class CoverAsked(Notification):
    """Tells a person that a colleague named them as cover."""

    kind = "people.cover_asked"
    owner: str
    first_day: date
    last_day: date


class PassedOn(Notification):
    """Tells managers what was meant for somebody whom Slack doesn't take messages for any more."""

    kind = "people.passed_on"
    person: str
    text: str


class PreferencesInput(Schema):
    """The submitted preferences modal: hours, mutes and days away; without days the person isn't away."""

    hour: time
    working_days: str
    country: str | None = None
    mutes: tuple[Mute, ...] = ()
    away_from: date | None = None
    away_to: date | None = None
    cover_id: str | None = None


class PeopleSynced(Schema):
    """The result of a sync: counts, and the ids of people whose customers or due dates have to change."""

    added: int = 0
    changed: int = 0
    moved: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    became_guests: tuple[str, ...] = ()

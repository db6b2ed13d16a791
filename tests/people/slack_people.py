"""People as Slack describes them."""

from typing import Any

from bot.people.schemas import SlackPerson
from tests.makers import ANA, BOB, KIRI, MARA

ZONES = {MARA: "Europe/London", ANA: "Europe/Lisbon", BOB: "America/New_York", KIRI: "Pacific/Auckland"}
NAMES = {MARA: "Mara Okafor", ANA: "Ana Lima", BOB: "Bob Chen", KIRI: "Kiri Walker"}


def slack_person(person_id: str, **more: Any) -> SlackPerson:
    """Return a person of the office, or a new one, as Slack describes them."""
    known = {"name": NAMES.get(person_id, person_id), "zone": ZONES.get(person_id)}
    return SlackPerson(id=person_id, **{**known, **more})


def whole_office(*others: SlackPerson) -> list[SlackPerson]:
    """Return the whole office, with *others* added or replaced."""
    people = {person_id: slack_person(person_id) for person_id in NAMES}
    return list((people | {person.id: person for person in others}).values())


def slack_user(person_id: str = "U1", **more: Any) -> dict[str, Any]:
    """Return Slack's user object of a full member."""
    return {
        "id": person_id,
        "name": "ana",
        "deleted": False,
        "real_name": "Ana Lima",
        "tz": "Europe/Lisbon",
        "is_bot": False,
        "is_admin": False,
        "is_owner": False,
        "profile": {"real_name": "Ana Lima", "display_name": "Ana", "email": "Ana@Example.test"},
        **more,
    }

"""Slack's user objects, in all their shapes, become people."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.gateways import person_from
from bot.people.rules import fit_text, holiday_countries, person_key
from bot.people.schemas import SlackPerson
from tests.people.slack_people import slack_user


def test_a_full_member_is_called_as_they_chose() -> None:
    """The display name comes first, the address in small letters."""
    assert person_from(slack_user()) == SlackPerson(
        id="U1", name="Ana", handle="ana", email="ana@example.test", zone="Europe/Lisbon"
    )


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ({"display_name": "", "real_name": "Ana Lima"}, "Ana Lima"),
        ({"display_name": "\u202e\u0000 ", "real_name": "Ana Lima"}, "Ana Lima"),
        ({}, "Ana Lima"),
        (None, "Ana Lima"),
    ],
)
def test_without_a_display_name_the_full_name_is_shown(profile: dict[str, Any] | None, name: str) -> None:
    """An empty or invisible display name doesn't count."""
    assert person_from(slack_user(profile=profile)).name == name


def test_somebody_of_whom_slack_only_tells_the_id_is_still_a_person() -> None:
    """Nothing but the id is needed."""
    assert person_from({"id": "U9"}) == SlackPerson(id="U9", name="U9")


def test_a_missing_zone_is_no_zone() -> None:
    """Slack leaves `tz` out, or empty, for some."""
    assert person_from({**slack_user(), "tz": ""}).zone is None
    assert person_from({key: value for key, value in slack_user().items() if key != "tz"}).zone is None


@pytest.mark.parametrize("flag", ["is_restricted", "is_ultra_restricted", "is_stranger"])
def test_guests_and_strangers_are_guests(flag: str) -> None:
    """One channel, several, or another company's."""
    assert person_from(slack_user(**{flag: True})).is_guest


@pytest.mark.parametrize("flag", ["is_admin", "is_owner", "is_primary_owner"])
def test_slacks_admins_and_owners_are_admins(flag: str) -> None:
    """All three kinds."""
    assert person_from(slack_user(**{flag: True})).is_slack_admin


def test_bots_are_bots() -> None:
    """Apps, workflows, and Slackbot, whose object says that it is none."""
    assert person_from(slack_user(is_bot=True)).is_bot
    assert person_from(slack_user(is_workflow_bot=True)).is_bot
    assert person_from(slack_user("USLACKBOT")).is_bot


def test_who_was_deactivated_has_left() -> None:
    """Slack says `deleted`."""
    assert person_from(slack_user(deleted=True)).is_deactivated


@given(name=st.text(), handle=st.text(), email=st.text())
def test_any_name_can_be_kept(name: str, handle: str, email: str) -> None:
    """Whatever is written into a profile, there is a name that fits, without control characters."""
    person = person_from(slack_user(name=handle, real_name=name, profile={"display_name": name, "email": email}))
    assert person.name
    assert len(person.name) <= 200
    assert person.name.isprintable() or "\u200d" in person.name
    assert len(person.email or "") <= 254


@given(text=st.text(), limit=st.integers(1, 300))
def test_fitting_a_text_twice_changes_nothing_more(text: str, limit: int) -> None:
    """What was made to fit, fits."""
    once = fit_text(text, limit)
    assert fit_text(once, limit) == once
    assert len(once) <= limit


def test_accents_and_capitals_dont_part_two_spellings_of_a_person() -> None:
    """José is jose."""
    assert person_key("  JOSÉ  da Silva") == person_key("Jose da silva") == "jose da silva"


def test_the_countries_that_can_be_chosen_have_holidays_and_names() -> None:
    """Portugal and New Zealand are among them, by name."""
    countries = holiday_countries()
    assert countries["PT"] == "Portugal"
    assert countries["NZ"] == "New Zealand"
    assert len(countries) > 150

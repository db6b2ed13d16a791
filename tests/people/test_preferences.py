"""Preferences: what people can set, and which values are refused."""

from datetime import date, time
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.core.outbox import OutboxMessage
from bot.customers.queries import get_customer
from bot.home.usecases import end_absence, save_preferences
from bot.people.queries import get_preferences
from bot.people.rules import Mute
from bot.people.schemas import AbsenceSchema, Preferences, PreferencesInput
from bot.people.tables import Person
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office

TODAY = date(2026, 11, 23)


def preferences(**more: Any) -> PreferencesInput:
    """Return Ana's current preferences, changed by *more*."""
    return PreferencesInput(**{"hour": time(9), "working_days": "01234", "country": "PT", **more})


def save(office: Office, by: str = ANA, **more: Any) -> Preferences:
    """Save a person's preferences."""
    saved = office.do(save_preferences, preferences=preferences(**more), by=by)
    assert isinstance(saved, Preferences)
    return saved


def preference_errors(office: Office, by: str = ANA, **more: Any) -> dict[str, str]:
    """Return the errors by field."""
    with pytest.raises(InvalidInput) as error:
        save(office, by, **more)
    return error.value.fields


def due(office: Office, customer: Any) -> str:
    """Return a customer's due date."""
    found = office.look(lambda session: get_customer(session, customer).due_on)
    assert isinstance(found, date)
    return found.isoformat()


def test_everything_that_was_set_is_kept(office: Office) -> None:
    """Hour, days, country, mutes, days away and cover are stored."""
    save(
        office, hour=time(7, 30), working_days="12", country="BR", mutes=(Mute.NEWS,),
        away_from=date(2026, 12, 1), away_to=date(2026, 12, 9), cover_id=BOB,
    )  # fmt: skip
    assert office.ask(get_preferences, person_id=ANA) == Preferences(
        person_id=ANA, name="Ana Lima", zone="Europe/Lisbon", hour=time(7, 30), working_days="12", country="BR",
        mutes=(Mute.NEWS,),
        absence=AbsenceSchema(first_day=date(2026, 12, 1), last_day=date(2026, 12, 9), cover_id=BOB),
    )  # fmt: skip


def test_other_working_days_move_due_dates(office: Office) -> None:
    """With Thursdays only, a due date on Wednesday moves to Thursday."""
    customer = office.customer("Acme", owner=ANA, waited=28)
    assert due(office, customer) == "2026-11-25"
    save(office, working_days="3")
    assert due(office, customer) == "2026-11-26"


def test_holidays_of_another_country_move_due_dates(office: Office) -> None:
    """1 December is a holiday in Portugal."""
    customer = office.customer("Acme", owner=ANA, waited=22)
    save(office, country=None)
    assert due(office, customer) == "2026-12-01"


def test_days_away_move_due_dates_past_them_and_back_when_cancelled(office: Office) -> None:
    """Due dates are never in an absence; cancelling it restores them."""
    customer = office.customer("Acme", owner=ANA, waited=28)
    save(office, away_from=date(2026, 11, 24), away_to=date(2026, 11, 27))
    assert due(office, customer) == "2026-11-30"
    save(office)
    assert due(office, customer) == "2026-11-25"


def test_coming_back_early_brings_customers_back(office: Office) -> None:
    """The absence ends today; its past days are kept."""
    customer = office.customer("Acme", owner=ANA, waited=28)
    save(office, away_from=date(2026, 11, 20), away_to=date(2026, 11, 27))
    assert due(office, customer) == "2026-11-30"
    assert office.do(end_absence, by=ANA) == date(2026, 11, 27)
    assert due(office, customer) == "2026-11-25"
    with pytest.raises(AlreadyDone, match="already back; nothing was changed"):
        office.do(end_absence, by=ANA)


def test_coming_back_on_the_first_day_leaves_no_absence(office: Office) -> None:
    """An absence that ends on its first day is deleted."""
    save(office, away_from=TODAY, away_to=date(2026, 11, 27))
    office.do(end_absence, by=ANA)
    assert office.ask(get_preferences, person_id=ANA).absence is None


def test_who_isnt_away_yet_cant_come_back(office: Office) -> None:
    """A future absence is cancelled in the preferences."""
    save(office, away_from=date(2026, 12, 1), away_to=date(2026, 12, 2))
    with pytest.raises(AlreadyDone):
        office.do(end_absence, by=ANA)


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"working_days": ""}, "working_days", "at least one working day"),
        ({"working_days": "7"}, "working_days", "at least one working day"),
        ({"country": "ZZ"}, "country", "choose another country"),
        ({"away_from": TODAY}, "away_to", "last day"),
        ({"away_to": TODAY}, "away_from", "first day"),
        ({"away_from": date(2026, 12, 2), "away_to": date(2026, 12, 1)}, "away_to", "before the first"),
        ({"away_from": date(2026, 11, 2), "away_to": date(2026, 11, 20)}, "away_to", "over"),
        ({"away_from": TODAY, "away_to": date(2027, 12, 1)}, "away_to", "more than a year"),
        ({"cover_id": BOB}, "cover", "which days you are away"),
    ],
)
def test_what_cant_be_is_refused_under_its_field(office: Office, more: dict[str, Any], field: str, words: str) -> None:
    """An invalid value gives one sentence under its field, and nothing is changed."""
    before = office.ask(get_preferences, person_id=ANA)
    problems = preference_errors(office, **more)
    assert list(problems) == [field]
    assert words in problems[field]
    assert office.ask(get_preferences, person_id=ANA) == before


def test_two_problems_stand_under_two_fields(office: Office) -> None:
    """Both problems are reported."""
    assert set(preference_errors(office, working_days="", country="ZZ")) == {"working_days", "country"}


@pytest.mark.parametrize(
    ("cover", "words"),
    [
        (ANA, "for yourself"),
        ("U0NOBODY", "choose a full member"),
        ("U0BOTTY", "Botty can't"),
        ("U0GUEST", "Gus can't"),
        ("U0GONE", "Gone can't"),
    ],
)
def test_only_a_colleague_who_is_here_can_cover(office: Office, cover: str, words: str) -> None:
    """Oneself, bots, guests, people who left and unknown people can't cover."""
    office.person("U0BOTTY", "Botty", is_bot=True)
    office.person("U0GUEST", "Gus", is_guest=True)
    office.person("U0GONE", "Gone", is_deactivated=True)
    assert words in preference_errors(office, away_from=TODAY, away_to=TODAY, cover_id=cover)["cover"]


def test_somebody_away_on_the_same_days_cant_cover(office: Office) -> None:
    """One common day is enough to be refused; the day after isn't common."""
    save(office, BOB, country="US", away_from=date(2026, 12, 3), away_to=date(2026, 12, 9))
    days = {"away_from": date(2026, 12, 9), "away_to": date(2026, 12, 12)}
    assert (
        "Bob Chen is away too, from 03 Dec to 09 Dec 2026" in preference_errors(office, **days, cover_id=BOB)["cover"]
    )
    assert save(office, **{**days, "away_from": date(2026, 12, 10)}, cover_id=BOB).absence is not None


def test_a_cover_is_told_once_for_the_same_days(office: Office) -> None:
    """Saving again doesn't notify twice; other days do."""
    days = {"away_from": date(2026, 12, 1), "away_to": date(2026, 12, 4), "cover_id": KIRI}
    save(office, **days)
    save(office, **days, hour=time(8))
    assert owed_covers(office) == [KIRI]
    save(office, **{**days, "away_to": date(2026, 12, 5)})
    assert owed_covers(office) == [KIRI, KIRI]


def test_a_cover_who_muted_news_is_left_alone(office: Office) -> None:
    """A muted cover isn't notified."""
    save(office, KIRI, country="NZ", mutes=(Mute.NEWS,))
    save(office, away_from=TODAY, away_to=TODAY, cover_id=KIRI)
    assert owed_covers(office) == []


def owed_covers(office: Office) -> list[str]:
    """Return the people who are notified that they cover."""

    def look(session: Session) -> list[str]:
        kinds = select(OutboxMessage).where(OutboxMessage.kind == "people.cover_asked")
        return [row.recipient for row in session.exec(kinds).all()]

    found: list[str] = office.look(look)
    return found


def test_a_guest_has_no_preferences_to_set(office: Office) -> None:
    """Only full members use the bot."""
    office.person("U0GUEST", "Gus", is_guest=True)
    with pytest.raises(NotAllowed):
        save(office, "U0GUEST")


def test_nobodys_days_away_touch_anothers_customers(office: Office) -> None:
    """Ana's absence doesn't change Bob's due dates."""
    customer = office.customer("Acme", owner=BOB, waited=29)
    before = due(office, customer)
    save(office, away_from=TODAY, away_to=date(2026, 12, 20), cover_id=BOB)
    assert due(office, customer) == before


def test_a_zone_that_nobody_knows_any_more_counts_as_utc(office: Office) -> None:
    """A stored zone that no longer exists counts as UTC."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        mara = session.get(Person, (WORKSPACE, MARA))
        assert mara is not None
        mara.zone = "Mars/Olympus"
    assert office.ask(get_preferences, person_id=MARA).zone == "UTC"

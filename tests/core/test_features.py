"""What features put on each other's screens, the heartbeats of jobs, and the shapes of errors and schemas."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from pydantic import ValidationError
from sqlmodel import Session

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.errors import Ambiguous, BotError, InvalidInput, NotFound
from bot.core.feature import Feature, collect_briefs, collect_page, collect_timeline
from bot.core.heartbeats import begin_run, end_run, list_heartbeats
from bot.core.schemas import Line
from bot.customers.tables import Customer
from tests.makers import ANA, Office

CUSTOMERS = cast("sa.Table", Customer.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
ONE, TWO, STRANGER = uuid4(), uuid4(), uuid4()


def _brief(lines: Mapping[UUID, Sequence[Line]]) -> Any:
    def brief(_session: Session, _ids: Sequence[UUID], _now: Any) -> Mapping[UUID, Sequence[Line]]:
        return lines

    return brief


def test_briefs_of_all_features_come_together_pressing_ones_first(database: Database, clock: MovableClock) -> None:
    """A card shows what is late before what is merely known; features keep their order; quiet customers have none."""
    late, known, also = Line(text="late", urgent=True), Line(text="known"), Line(text="also known")
    features = [
        Feature(name="silent"),
        Feature(name="first", brief=_brief({ONE: [known]})),
        Feature(name="second", brief=_brief({ONE: [also, late], STRANGER: [known]})),
    ]
    with database.reading(None, across=True) as session:
        found = collect_briefs(features, session, [ONE, TWO], clock.now())
        assert (found[ONE], found[TWO]) == ([late, known, also], [])
        assert collect_briefs(features, session, [], clock.now()) == {}


def test_a_page_comes_with_what_the_features_know(office: Office, clock: MovableClock) -> None:
    """Also from features whose brief is a plain function, which is told whom the page is about."""
    acme, asked = office.customer("Acme", owner=ANA), list[Sequence[UUID]]()

    def brief(_session: Session, ids: Sequence[UUID], _now: Any) -> Mapping[UUID, Sequence[Line]]:
        asked.append(ids)
        return {each: [Line(text="known")] for each in ids}

    place = sa.func.row_number().over(order_by=CUSTOMERS.c.name).label("place")
    page = sa.select(CUSTOMERS.c.id, CUSTOMERS.c.name, place).where(
        CUSTOMERS.c.workspace_id == sa.bindparam("workspace"), CUSTOMERS.c.owner_id == sa.bindparam("owner")
    )
    features = [Feature(name="silent"), Feature(name="plain", brief=brief), *office.runtime.features]
    for owner, names in ((ANA, ["Acme"]), ("U0NOBODY", [])):
        rows, lines = office.look(
            lambda session, who=owner: collect_page(features, session, page, {"owner": who}, clock.now())
        )
        assert [row.name for row in rows] == names
        assert lines == {row.id: [Line(text="known")] for row in rows}
    assert asked == [[acme]]


def test_a_timeline_is_the_latest_of_all_features(database: Database, clock: MovableClock) -> None:
    """What happened, newest first, undated lines last, no more than asked for."""
    lines = [Line(text=str(day), on=date(2026, 11, day)) for day in (3, 20, 11)]

    def timeline(_session: Session, _customer: UUID, _now: Any) -> Sequence[Line]:
        return [Line(text="some day"), *lines]

    features = [Feature(name="first", timeline=timeline), Feature(name="second")]
    with database.reading(None, across=True) as session:
        every = collect_timeline(features, session, ONE, clock.now(), 9)
        assert [line.text for line in every] == ["20", "11", "3", "some day"]
        assert [line.text for line in collect_timeline(features, session, ONE, clock.now(), 2)] == ["20", "11"]


def test_a_heartbeat_tells_how_a_job_is(database: Database, clock: MovableClock) -> None:
    """When it last went well, how often it failed since, and why; a lease keeps others out until it ends."""
    lease, now = timedelta(minutes=10), clock.now()
    with database.transaction(None, across=True) as session:
        fence = begin_run(session, name="work", lease=lease, now=now)
        assert fence == 1
        assert begin_run(session, name="work", lease=lease, now=now + lease - timedelta(seconds=1)) is None
        assert end_run(session, name="work", fence=fence, error=None, now=now)
        fence = begin_run(session, name="work", lease=lease, now=now)
        assert fence == 2
        assert end_run(session, name="work", fence=fence, error="x" * 999, now=clock.move(lease))
        assert not end_run(session, name="work", fence=1, error=None, now=clock.now())
        [beat] = list_heartbeats(session, now=clock.now())
    assert (beat.succeeded_at, beat.failures_in_a_row, beat.error) == (now, 1, "x" * 300)


def test_an_errors_message_is_its_sentence() -> None:
    """Form errors read as one text where there is no form; look-ups carry what may have been meant."""
    form = InvalidInput(fields={"cadence": "Give a number.", "floor": "Give another."})
    assert str(form) == "Give a number. Give another."
    assert InvalidInput("No.").fields == {}
    ambiguous = Ambiguous("Two are called so.", asked="Acme", nearest=((ONE, "Acme"),))
    assert isinstance(ambiguous, NotFound)
    assert isinstance(ambiguous, BotError)
    assert (ambiguous.asked, ambiguous.nearest) == ("Acme", ((ONE, "Acme"),))


def test_a_schema_cant_be_changed_or_hold_what_nobody_declared() -> None:
    """What left a feature stays as it was said."""
    line = Line(text="said")
    with pytest.raises(ValidationError):
        line.text = "unsaid"  # type: ignore[misc]  # that is the point
    with pytest.raises(ValidationError):
        Line(text="said", colour="red")  # type: ignore[call-arg]  # that too
    assert line == Line(text="said")

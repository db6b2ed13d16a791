"""Arbitrary histories: the stored clock is the one that all that happened makes, and no one is missed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checkins.rules import Preset, Result, date_problem, latest_contact, tally
from bot.checkins.schemas import CheckinRecorded
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.errors import BotError
from bot.core.runtime import Runtime
from bot.customers.queries.due import standing_of
from bot.customers.rules.due import SnoozeReason, Standing, due_on, neglected_after
from bot.features import FEATURES
from bot.people.queries import get_calendar
from tests.checkins.histories import Wait
from tests.checkins.office import log, queue_of, row_of, snooze, undo
from tests.makers import ANA, START, Office

MONDAY = date(2026, 11, 23)
ADDED = date(2026, 11, 2)

WHY = {"theirs": SnoozeReason.CUSTOMER_ASKED, "ours": SnoozeReason.DEFERRED}

results = st.sampled_from(list(Result))
days_ago = st.integers(0, 60)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("log"), results, days_ago),
        st.tuples(st.just("undo"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("snooze"), st.sampled_from(list(SnoozeReason)), st.integers(1, 30)),
        st.tuples(st.just("wait"), st.integers(0, 9), st.just(0)),
    ),
    max_size=12,
)


@contextmanager
def fresh_office(template: Path) -> Iterator[Office]:
    """A workspace of its own, thrown away afterwards."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "evenhand.db"
        path.write_bytes(template.read_bytes())
        runtime = Runtime(Database(f"sqlite:///{path}"), MovableClock(START), FEATURES)
        try:
            yield Office(runtime)
        finally:
            runtime.close()


@settings(max_examples=40)
@given(history=steps, imported=st.none() | st.integers(0, 90))
def test_the_stored_clock_is_what_the_whole_history_makes(
    furnished_template: Path, history: list[tuple[str, object, int]], imported: int | None
) -> None:
    """Logs in any order, back-dated, attempts, undos, snoozes, days going by: attempts count for nothing."""
    with fresh_office(furnished_template) as office:
        bakery = office.customer("Bakery", owner=ANA, waited=imported, added_on=ADDED)
        kept = _play(office, bakery, history)
        known = [] if imported is None else [(MONDAY - timedelta(days=imported), True)]
        told = [(schema.happened_on, schema.result.is_contact) for schema in kept]
        clock = Wait.from_history(added_on=ADDED, cadence_days=30, checkins=[*known, *told])
        row = row_of(office, bakery)
        calendar = office.look(lambda session: get_calendar(session, ANA))
        assert row.waiting_since == clock.waiting_since
        assert (row.last_contact_on is not None) == clock.ever_contacted
        assert row.due_on == due_on(clock.waiting_since, 30, calendar)
        assert row.neglected_after == neglected_after(clock.waiting_since, 30, 1.5)


@settings(max_examples=25)
@given(waits=st.lists(st.tuples(st.integers(0, 120), st.integers(1, 60), st.sampled_from(["", "ours", "theirs"])),
                      max_size=14), later=st.integers(0, 20))  # fmt: skip
def test_no_one_is_missed(furnished_template: Path, waits: list[tuple[int, int, str]], later: int) -> None:
    """Each active customer has one standing; the pages of the queue hold just those that aren't in cadence, once."""
    with fresh_office(furnished_template) as office:
        ids = [
            office.customer(f"C{number}", owner=ANA, waited=waited, cadence_days=cadence)
            for number, (waited, cadence, _) in enumerate(waits)
        ]
        for customer, (_, _, why) in zip(ids, waits, strict=True):
            if why:
                _try_snooze(office, customer, WHY[why], 10)
        office.runtime.clock.move(timedelta(days=later))  # type: ignore[attr-defined]  # tests have a clock that moves
        today = MONDAY + timedelta(days=later)
        expected = {customer: standing_of(row_of(office, customer), today) for customer in ids}
        first = queue_of(office)
        shown = [row.customer for page in range(first.pages) for row in queue_of(office, page=page).rows]
        waiting = {customer: where for customer, where in expected.items() if where is not Standing.IN_CADENCE}
        assert {row.id: row.standing for row in shown} == waiting
        assert len(shown) == len(waiting)
        counts = Counter(waiting.values())
        assert (first.neglected, first.due, first.snoozed) == tuple(
            counts[standing] for standing in (Standing.NEGLECTED, Standing.DUE, Standing.SNOOZED)
        )
        awake = [row.ratio for row in shown if row.standing is not Standing.SNOOZED]
        assert awake == sorted(awake, reverse=True)


@given(history=st.lists(st.tuples(results, st.text(max_size=5))))
def test_last_words_are_a_contacts_and_attempts_are_counted_since(history: list[tuple[Result, str]]) -> None:
    """However long the history, as if it had begun with the last contact."""
    said, attempts = tally(history)
    contacts = [number for number, (result, _) in enumerate(history) if result.is_contact]
    since = history[contacts[-1] :] if contacts else history
    assert attempts == sum(not result.is_contact for result, _ in since)
    if contacts and since[0][1]:
        assert said == since[0][1]


@given(days=st.lists(st.none() | st.dates()))
def test_the_latest_contact_doesnt_depend_on_the_order(days: list[date | None]) -> None:
    """Nothing known is none; else the greatest."""
    known = [day for day in days if day]
    assert latest_contact(*days) == latest_contact(*reversed(days)) == (max(known) if known else None)


@given(on=st.dates(date(2020, 1, 1), date(2030, 1, 1)), today=st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_day_is_refused_when_it_is_to_come_or_long_gone(on: date, today: date) -> None:
    """Today and the year before it are fine."""
    assert (date_problem(on, today=today) is None) == (timedelta(0) <= today - on <= timedelta(days=365))


def _play(office: Office, customer: UUID, history: list[tuple[str, object, int]]) -> list[CheckinRecorded]:
    """Let the steps happen; the check-ins that stand at the end."""
    kept: list[CheckinRecorded] = []
    for what, which, number in history:
        if what == "log":
            today = office.runtime.clock.now().date()
            kept.append(log(office, customer, Result(str(which)), happened_on=today - timedelta(days=number)))
        elif what == "undo" and kept:
            done = kept[int(str(which)) % len(kept)]
            try:
                undo(office, done)
            except BotError:
                continue
            kept.remove(done)
        elif what == "snooze":
            _try_snooze(office, customer, SnoozeReason(str(which)), number)
        elif what == "wait":
            office.runtime.clock.move(timedelta(minutes=3))  # type: ignore[attr-defined]  # as above
    return kept


def _try_snooze(office: Office, customer: UUID, reason: SnoozeReason, days: int) -> None:
    until = office.runtime.clock.now().date() + timedelta(days=days)
    try:
        snooze(office, customer, Preset.DATE, until=until, reason=reason)
    except BotError:
        return

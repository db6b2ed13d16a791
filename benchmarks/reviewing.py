"""
What the weekly review and the proof take: `python -m benchmarks.reviewing` prints the figures.

The review is measured against the same figures as plain SQL finds them, one statement a figure, in the same run, and
both must say the same. The proof goes over signed HTTP to the real bot, from the command to the answer on screen.
"""

import argparse
import asyncio
import contextlib
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from benchmarks.company import MANAGER, OWNERS, START, WORKSPACE, at_rest, open_workspace
from benchmarks.figure import Figure, in_turns
from benchmarks.size import DATABASES, PATIENCE_SECONDS, fresh_databases
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.customers.usecases.tallying import recount_tally
from bot.reviews.queries.review import get_review
from bot.reviews.rules import BUCKETS, USUAL_PERIOD
from bot.reviews.schemas import Review
from bot.storage import migrate
from demo.stage import open_stage
from rehearsal.actor import Actor
from rehearsal.server import Rehearsal

CUSTOMERS, CHECKINS, ROUNDS = 50_000, 500_000, 3
BUDGET, PROOF_GOAL_SECONDS = 2.0, 3.0
MEMORY_GOAL_MB = 1500.0
WEEK = 7

# --- a large company ---------------------------------------------------------------------------------------------

CUSTOMERS_MADE = """
INSERT INTO customers (
    workspace_id, id, name, name_key, owner_id, status, tags, preferences, annual_value, currency, added_on,
    last_contact_on, waiting_since, effective_cadence_days, due_on, neglected_after, changed_at)
WITH RECURSIVE numbers(n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :customers),
dated AS (SELECT n, n * 17 % 30 AS ago, 27 + n * 7919 % 11 AS step FROM numbers)
SELECT :workspace, {key_n}, 'Customer ' || n, 'customer ' || n,
    'U0OWNER' || SUBSTR(CAST(100 + n % 20 AS VARCHAR(3)), 2), 'active',
    '[]', '[]', n * 7919 % :customers + 1, 'EUR', {added}, {last}, {last}, 30, {due}, {neglected},
    '2026-11-23 09:00:00.000000'
FROM dated
"""
"""Each customer has another value; the n-th was talked to last some days ago, and in steps of 27 to 37 days before."""

CHECKINS_MADE = """
INSERT INTO checkins (
    workspace_id, id, customer_id, "by", result, channel, note, next_step, link, quote, happened_on, recorded_at)
WITH RECURSIVE numbers(n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :customers),
rounds(k) AS (SELECT :rounds - 1 UNION ALL SELECT k - 1 FROM rounds WHERE k > 0),
dated AS (SELECT n, k, n * 17 % 30 + k * (27 + n * 7919 % 11) AS ago FROM rounds CROSS JOIN numbers)
SELECT :workspace, {key_nk}, {key_n}, 'U0OWNER' || SUBSTR(CAST(100 + n % 20 AS VARCHAR(3)), 2),
    CASE WHEN k > 0 AND (n + 3 * k) % 20 = 7 THEN 'tried' ELSE 'talked' END, 'call', 'Happy with the last delivery.',
    '', '', '', {ago}, '2026-11-23 09:00:00.000000'
FROM dated
"""
"""One in twenty was an attempt."""


def build(url: str, customers: int, checkins: int) -> None:
    """Fill an empty database with so many customers and check-ins, made by the database itself."""
    with contextlib.closing(Runtime(Database(url), MovableClock(START))) as runtime:
        migrate(runtime.database)
        runtime.run_now(open_workspace, workspace=WORKSPACE, now=START)
        with runtime.database.transaction(WORKSPACE) as session, at_rest(session.connection()):
            dialect = DIALECTS[runtime.database.dialect]
            values = {"workspace": WORKSPACE, "customers": customers, "rounds": checkins // customers}
            for statement in (CUSTOMERS_MADE, CHECKINS_MADE):
                _run(session, dialect.made(statement), values)
        with runtime.database.transaction(WORKSPACE) as session:
            recount_tally(session, now=START)
        with runtime.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(dialect.tidy)


# --- the same figures as plain SQL -------------------------------------------------------------------------------

SPANS = """
WITH bands AS (
    SELECT id, added_on, effective_cadence_days AS cadence, owner_id, NTILE(5) OVER (ORDER BY annual_value) AS band
    FROM customers WHERE workspace_id = :workspace AND status = 'active'
), contacts AS (
    SELECT customer_id AS id, happened_on AS day FROM checkins
    WHERE workspace_id = :workspace AND undone_at IS NULL AND result IN ('talked', 'they_contacted_us')
    UNION SELECT id, added_on FROM bands
), spans AS (
    SELECT id, day AS begun, LEAD(day) OVER (PARTITION BY id ORDER BY day) AS ended FROM contacts
)"""
WAITS = (
    SPANS
    + """, longest AS (
    SELECT id, MAX({clipped}) AS days FROM spans WHERE begun <= :until AND (ended IS NULL OR ended > :since) GROUP BY id
), placed AS (
    SELECT band, days, ROW_NUMBER() OVER (PARTITION BY band ORDER BY days) AS place,
        COUNT(*) OVER (PARTITION BY band) AS of
    FROM longest JOIN bands ON bands.id = longest.id
)
SELECT band, AVG(1.0 * days), MIN(CASE WHEN place >= 0.5 * of THEN days END),
    MIN(CASE WHEN place >= 0.9 * of THEN days END)
FROM placed GROUP BY band ORDER BY band"""
)
"""The average, the median and the 90th percentile of the longest wait, by size."""
COVERAGE = (
    SPANS
    + """, weeks AS ({weeks}), clipped AS (
    SELECT {which} AS which, weeks.until AS week, {offset} + cadence AS in_time, {most}({offset}, 1) AS first,
        CASE WHEN ended IS NULL OR ended > weeks.until THEN weeks.days ELSE {ended_offset} - 1 END AS last
    FROM spans JOIN weeks ON begun <= weeks.until AND (ended IS NULL OR ended > weeks.since)
    JOIN bands ON bands.id = spans.id
)
SELECT which, week, 100 * SUM({most}(0, {least}(last, in_time) - first + 1)) / SUM({most}(0, last - first + 1))
FROM clipped GROUP BY which, week ORDER BY which, week"""
)
"""The percent of days in cadence, by size or owner, in each of some periods."""
ENDED = SPANS + " SELECT MAX({whole}) FROM spans WHERE ended > :since AND ended <= :until"
NEVER = """
SELECT COUNT(*) FROM customers WHERE workspace_id = :workspace AND status = 'active' AND NOT EXISTS (
    SELECT 1 FROM checkins WHERE checkins.workspace_id = customers.workspace_id AND customer_id = customers.id
    AND undone_at IS NULL AND result IN ('talked', 'they_contacted_us'))"""
TALKED = """
SELECT COUNT(DISTINCT customer_id) FROM checkins WHERE workspace_id = :workspace AND undone_at IS NULL
AND result IN ('talked', 'they_contacted_us') AND happened_on > :since AND happened_on <= :until"""


@dataclass(frozen=True)
class Dialect:
    """How a database writes dates, ids and the greater of two numbers."""

    ago: str
    key: str
    minus: str
    most: str
    least: str
    day: str
    tidy: str

    def made(self, statement: str) -> str:
        """Return a statement that makes rows."""
        days = {
            "ago": "ago",
            "last": "ago",
            "added": "ago + :rounds * step",
            "due": "ago - 30",
            "neglected": "ago - 45",
        }
        return statement.format(
            key_n=self.key.format("n"), key_nk=self.key.format("(:rounds - k) * :customers + n"),
            **{name: self.ago.format(f"({ago})") for name, ago in days.items()},
        )  # fmt: skip

    def asked(self, statement: str, *, which: str = "", ends: Sequence[date] = (), days: int = WEEK) -> str:
        """Return a statement that reads figures, of the periods of so many *days* up to each of *ends*."""
        periods = " UNION ALL ".join(
            f"SELECT {self.day.format(end - timedelta(days=days))} AS since, {self.day.format(end)} AS until, "
            f"{days} AS days" for end in ends
        )  # fmt: skip
        ended = "CASE WHEN ended < :until THEN ended ELSE :until END"
        return statement.format(
            which=which, weeks=periods, most=self.most, least=self.least,
            offset=self.minus.format("begun", "weeks.since"), ended_offset=self.minus.format("ended", "weeks.since"),
            whole=self.minus.format("ended", "begun"), clipped=self.minus.format(ended, "begun"),
        )  # fmt: skip


DIALECTS = {
    "sqlite": Dialect(
        ago="DATE('2026-11-23', (-{0}) || ' days')", key="PRINTF('%032x', {0})", most="MAX", least="MIN",
        tidy="ANALYZE",
        minus="CAST(JULIANDAY({0}) - JULIANDAY({1}) AS INTEGER)", day="'{0}'",
    ),
    "postgresql": Dialect(
        ago="DATE '2026-11-23' - CAST({0} AS INTEGER)", key="CAST(LPAD(TO_HEX({0}), 32, '0') AS UUID)", most="GREATEST",
        least="LEAST", tidy="VACUUM ANALYZE", minus="({0} - {1})", day="DATE '{0}'",
    ),
}  # fmt: skip


def _run(session: Session, statement: str, values: dict[str, Any]) -> Any:
    days = [sa.bindparam(name, type_=sa.Date()) for name in ("since", "until") if f":{name}" in statement]
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    return session.connection().execute(sa.text(statement).bindparams(*days), used)


def ask_plainly(session: Session, *, now: Any) -> dict[str, Any]:
    """Return the figures of the weekly review by one plain statement each."""
    today, dialect = now.date(), DIALECTS[session.get_bind().dialect.name]

    def ask(statement: str, days: int = USUAL_PERIOD, until: date = today, **how: Any) -> list[Any]:
        values = {"workspace": WORKSPACE, "since": until - timedelta(days=days), "until": until}
        return list(_run(session, dialect.asked(statement, days=days, **how), values).all())

    ends = [today - timedelta(days=WEEK * ago) for ago in reversed(range(BUCKETS))]
    return {
        "waits": ask(WAITS),
        "waits before": ask(WAITS, until=today - timedelta(days=USUAL_PERIOD)),
        "shares": ask(COVERAGE, which="band", ends=[today]),
        "never": ask(NEVER),
        "courses": ask(COVERAGE, WEEK, which="band", ends=ends),
        "owners": ask(COVERAGE, WEEK, which="owner_id", ends=ends[-2:]),
        "ended": ask(ENDED, WEEK),
        "talked": ask(TALKED, WEEK),
    }


def compare_figures(ours: Review, theirs: dict[str, Any]) -> None:
    """
    See that the review says what plain SQL says.

    Raises:
        AssertionError: one of them is wrong.
    """
    assert ours.proof.gap is not None
    averages = [float(row[1]) for row in theirs["waits"]]
    assert abs(ours.proof.gap.ratio - averages[0] / averages[-1]) < 1e-9  # noqa: PLR2004 - they add floats up otherwise
    told = [(group.half, group.nine_in_ten, group.percent) for group in ours.proof.groups]
    shares = [int(row[2]) for row in theirs["shares"]]
    assert told == [(*map(int, row[2:]), share) for row, share in zip(theirs["waits"], shares, strict=True)]
    assert sum(group.never for group in ours.proof.groups) == theirs["never"][0][0]
    assert [share for course in ours.courses for share in course.percents] == [int(row[2]) for row in theirs["courses"]]
    assert f"after {int(theirs['ended'][0][0]):,} days" in ours.well[0]
    assert f"{theirs['talked'][0][0]:,} customers were talked to." in ours.well


# --- measuring ---------------------------------------------------------------------------------------------------


def measure(
    folder: Path, customers: int = CUSTOMERS, checkins: int = CHECKINS, kind: str = "sqlite", *, with_proof: bool = True
) -> Iterator[Figure]:
    """Measure the review against plain SQL, and its memory in a process of its own; then the proof over the wire."""
    with fresh_databases(kind, folder) as make:
        url = make("reviewing")
        build(url, customers, checkins)
        of = f"{customers:,} customers and {checkins:,} check-ins on {kind}"
        ours, theirs, ratio = _in_turns(url)
        yield Figure(f"the weekly review of {of}, against plain SQL", ratio, BUDGET, ours, theirs, "s")
        peak = _peak(url)
        yield Figure(f"the weekly review of {of}, peak memory", peak / MEMORY_GOAL_MB, 1, peak, MEMORY_GOAL_MB, "MB")
        if with_proof:
            took = asyncio.run(_ask_for_proof(url))
            name = f"/evenhand proof of {of}, from the command to the answer"
            yield Figure(name, took / PROOF_GOAL_SECONDS, 1, took, PROOF_GOAL_SECONDS, "s")


def _in_turns(url: str) -> tuple[float, float, float]:
    found: dict[str, Any] = {}
    with contextlib.closing(Runtime(Database(url), MovableClock(START))) as runtime:

        def time_of(name: str, query: Any, **inputs: Any) -> float:
            begun = perf_counter()
            found[name] = runtime.background.read_now(query, workspace=WORKSPACE, **inputs)
            return perf_counter() - begun

        timed = in_turns(
            lambda: time_of("ours", get_review, viewer=MANAGER), lambda: time_of("theirs", ask_plainly),
            rounds=ROUNDS, warm_up=False,
        )  # fmt: skip
    compare_figures(found["ours"], found["theirs"])
    return timed


def _peak(url: str) -> float:
    """Return the peak memory in MB of a process that makes the review."""
    command = [sys.executable, "-m", "benchmarks.reviewing", "--review", url]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def review_once(url: str) -> float:
    """Make the review; return this process's peak memory in MB."""
    with contextlib.closing(Runtime(Database(url), MovableClock(START))) as runtime:
        runtime.background.read_now(get_review, workspace=WORKSPACE, viewer=MANAGER)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _ask_for_proof(url: str) -> float:
    """Return the seconds from the command until the proof is on screen; the median of some."""
    options: dict[str, Any] = {"start": START, "populate": _populate, "http": True, "team_id": WORKSPACE}
    async with open_stage(database_url=url, **options) as stage:
        stage.rehearsal.control.limit_rates(on=False)
        manager = stage.rehearsal.control.as_person(MANAGER)
        manager.response_timeout = PATIENCE_SECONDS
        taken = [await _time_proof(manager) for _ in range(ROUNDS)]
    return sorted(taken)[len(taken) // 2]


async def _time_proof(manager: Actor) -> float:
    def count(me: Actor) -> int:
        return sum("Who waited?" in str(one.blocks) for one in me.sees())

    before, begun = count(manager), perf_counter()
    await manager.command("/evenhand proof")
    await manager.until(lambda me: count(me) > before, PATIENCE_SECONDS)
    return perf_counter() - begun


def _populate(rehearsal: Rehearsal) -> None:
    for number, person in enumerate((MANAGER, *OWNERS)):
        rehearsal.control.add_person(person.lower(), id=person, real_name=f"Owner {number}" if number else "Manager")
    for channel in ("general", "accounts"):
        rehearsal.control.add_channel(channel, members=[MANAGER, *OWNERS])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure as many customers and check-ins, and the database, that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reviewing", description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--checkins", type=int, default=CHECKINS)
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    parser.add_argument("--review", metavar="URL", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.review:
        print(review_once(asked.review))
        return 0
    with tempfile.TemporaryDirectory(prefix="evenhand-reviewing-") as folder:
        found = []
        for figure in measure(Path(folder), asked.customers, asked.checkins, asked.database):
            print(figure.line(), flush=True)
            found.append(figure)
    return 0 if all(figure.ok for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())

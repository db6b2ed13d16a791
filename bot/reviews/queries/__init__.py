"""Reads what the proof is made of: the figures of each size, the gap, and the customers behind them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session

from bot.customers.queries import list_by_ids, list_schemas
from bot.people.queries import get_today
from bot.people.usecases import require_manager
from bot.reviews.queries.groups import list_groups
from bot.reviews.queries.measures import count_measures
from bot.reviews.queries.reconciliation import reconcile
from bot.reviews.rules import FIFTHS, PERIODS, USUAL_PERIOD, compare
from bot.reviews.rules.groups import Counts, Grouping
from bot.reviews.schemas import GapSchema, GroupFigures, Measures, Proof, WaitedRow, WhoWaited

if TYPE_CHECKING:
    from bot.reviews.queries.care import Care, CarePeriod

PAGE_ROWS = 8
WISH = "see whether small and large customers get the same care"


def get_proof(
    session: Session, *, viewer: str, now: datetime, days: int = USUAL_PERIOD, by: Grouping = Grouping.SIZE
) -> Proof:
    """
    Return how small and large customers waited in the last *days*, and the figures of each group.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish=WISH)
    today = get_today(session, person_id=viewer, now=now)
    days = days if days in PERIODS else USUAL_PERIOD
    care = read_care(session, today, since=today - timedelta(days=2 * days), tags=by is Grouping.TAG)
    proof = make_proof(session, care, days=days, until=today, by=by)
    return proof.model_copy(update={"reconciliation": reconcile(session, today=today)})


def read_care(session: Session, today: date, *, since: date = date.min, tags: bool = False) -> "Care":
    """Read how customers were looked after from *since* up to *today*, with their *tags* where these are asked for."""
    from bot.reviews.queries.reading import read  # noqa: PLC0415 - NumPy takes twenty megabytes, and only this needs it

    return read(session, today, since=since, tags=tags)


def make_proof(session: Session, care: "Care", *, days: int, until: date, by: Grouping = Grouping.SIZE) -> Proof:
    """Return the figures of the *days* up to *until*, and the gap of as many days before."""
    since = until - timedelta(days=days)
    period, before = care.during(since=since, until=until), care.during(since=since - timedelta(days=days), until=since)
    sums = period.add_up(count_measures(session, since=since, until=until))
    groups = tuple(
        GroupFigures(
            key=group.key, words=group.words, **period.figures_of(group.places),
            measures=Measures(**Counts(*sums(group.places))._asdict()),
        )
        for group in list_groups(session, period, by)
    )  # fmt: skip
    return Proof(
        days=days, since=since, until=until, by=by, currency=period.currency, limited=period.limits is not None,
        groups=groups, gap=gap_of(period), gap_before=gap_of(before), foreign=period.count_foreign(),
    )  # fmt: skip


def list_who_waited(
    session: Session,
    *,
    key: str,
    viewer: str,
    now: datetime,
    by: Grouping = Grouping.SIZE,
    days: int = USUAL_PERIOD,
    page: int = 0,
) -> WhoWaited:
    """
    Return a page of the customers behind the figures of the group with that *key*, in the order of every list.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish=WISH)
    today = get_today(session, person_id=viewer, now=now)
    since = today - timedelta(days=days)
    period = read_care(session, today, since=since, tags=by is Grouping.TAG).during(since=since, until=today)
    found = [group for group in list_groups(session, period, by) if group.key == key]
    mine: Sequence[int] = period.list_furthest(found[0].places, today).tolist() if found else []
    pages = max(-(-len(mine) // PAGE_ROWS), 1)
    page = min(page, pages - 1)
    longest = {period.id_of(place): int(period.waits.longest[place]) for place in mine[page * PAGE_ROWS :][:PAGE_ROWS]}
    rows = list_by_ids(session, list(longest))
    schemas = list_schemas(session, [rows[key] for key in longest], today=today)
    return WhoWaited(
        by=by, key=key, words=found[0].words if found else "Nobody", days=days, total=len(mine), page=page, pages=pages,
        rows=tuple(WaitedRow(customer=schema, longest=longest[schema.id]) for schema in schemas),
    )  # fmt: skip


def gap_of(period: "CarePeriod") -> GapSchema | None:
    """Return the gap between the smallest and the largest fifth; None when there are too few to tell."""
    gap = compare(period.longest_of(FIFTHS[0]), period.longest_of(FIFTHS[-1]))
    return GapSchema(**gap._asdict()) if gap else None

"""Reads what the proof is made of: the figures of each size, the gap, and the customers behind them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from bot.customers.queries import list_by_ids, list_schemas
from bot.customers.queries.coverage import count_customers
from bot.people.queries import get_today
from bot.people.usecases import require_manager
from bot.reviews.queries.care import Care, CarePeriod, read_care
from bot.reviews.queries.groups import Group, list_groups
from bot.reviews.queries.measures import count_measures
from bot.reviews.queries.reconciliation import reconcile
from bot.reviews.rules import (
    FIFTHS,
    MIDDLE,
    NEARLY_ALL,
    PERIODS,
    USUAL_PERIOD,
    Band,
    Wait,
    compare,
    main_currency,
    percentile,
)
from bot.reviews.rules.groups import Counts, Grouping, add_up
from bot.reviews.schemas import GapSchema, GroupFigures, Measures, Proof, WaitedRow, WhoWaited

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
    care = read_care(session, today, tags=by is Grouping.TAG)
    proof = make_proof(session, care, days=days if days in PERIODS else USUAL_PERIOD, until=today, by=by)
    return proof.model_copy(update={"reconciliation": reconcile(session, today=today)})


def count_for_proof(session: Session, *, viewer: str, now: datetime) -> int:  # noqa: ARG001 - every query takes the time
    """
    Return how many customers a proof is about.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish=WISH)
    return count_customers(session)[0]


def make_proof(session: Session, care: Care, *, days: int, until: date, by: Grouping = Grouping.SIZE) -> Proof:
    """Return the figures of the *days* up to *until*, and the gap of as many days before."""
    since = until - timedelta(days=days)
    period, before = care.during(since=since, until=until), care.during(since=since - timedelta(days=days), until=since)
    sizes = period.sizes.values()
    currency = period.limits.currency if period.limits else main_currency(sizes)
    counts = count_measures(session, since=since, until=until)
    groups = list_groups(session, care, period, by)
    return Proof(
        days=days, since=since, until=until, by=by, currency=currency, limited=period.limits is not None,
        groups=tuple(figures_of(group, care, period, counts, currency=currency) for group in groups),
        gap=gap_of(period.waits, period.bands), gap_before=gap_of(before.waits, before.bands),
        foreign=sum(size.annual_value is not None and size.currency not in {None, currency} for size in sizes),
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
    care = read_care(session, today, tags=by is Grouping.TAG)
    period = care.during(since=today - timedelta(days=days), until=today)
    found = [group for group in list_groups(session, care, period, by) if group.key == key]
    mine = [care.customers[one] for group in found for one in group.customers if one in period.waits]
    mine.sort(key=lambda row: ((row.waiting_since - today).days / row.effective_cadence_days, row.id))
    pages = max(-(-len(mine) // PAGE_ROWS), 1)
    page = min(page, pages - 1)
    shown = [row.id for row in mine[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]]
    rows = list_by_ids(session, shown)
    schemas = list_schemas(session, [rows[key] for key in shown], today=today)
    return WhoWaited(
        by=by, key=key, words=found[0].words if found else "Nobody", days=days, total=len(mine), page=page, pages=pages,
        rows=tuple(WaitedRow(customer=schema, longest=period.waits[schema.id].longest) for schema in schemas),
    )  # fmt: skip


def gap_of(waits: Mapping[UUID, Wait], bands: Mapping[UUID, Band]) -> GapSchema | None:
    """Return the gap between the smallest and the largest fifth; None when there are too few to tell."""
    smallest, largest = FIFTHS[0], FIFTHS[-1]
    of = {band: [wait.longest for key, wait in waits.items() if bands[key] is band] for band in (smallest, largest)}
    gap = compare(of[smallest], of[largest])
    return GapSchema(**gap._asdict()) if gap else None


def figures_of(
    group: Group, care: Care, period: CarePeriod, counts: Mapping[UUID, Counts], *, currency: str | None
) -> GroupFigures:
    """Return the figures of a *group* in a period."""
    sizes = [period.facts[key].size for key in group.customers]
    mine = [period.waits[key] for key in group.customers if key in period.waits]
    measures = add_up(counts[key] for key in group.customers if key in counts)
    longest, counted = [wait.longest for wait in mine], sum(wait.counted for wait in mine)
    values = [int(one.annual_value) for one in sizes if one.annual_value is not None and one.currency == currency]
    heads = [one.headcount for one in sizes if one.headcount is not None]
    return GroupFigures(
        key=group.key, words=group.words, customers=len(sizes), values=_range(values), headcounts=_range(heads),
        half=percentile(longest, MIDDLE), nine_in_ten=percentile(longest, NEARLY_ALL),
        percent=100 * sum(wait.in_cadence for wait in mine) // counted if counted else None,
        never=sum(not care.was_talked_to(key, period.until) for key in group.customers),
        measures=Measures(**measures._asdict()),
    )  # fmt: skip


def _range(amounts: Sequence[int]) -> tuple[int, int] | None:
    return (min(amounts), max(amounts)) if amounts else None

"""Reads the figures of any period, for a file."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.core.errors import InvalidInput
from bot.people.queries import get_today
from bot.reviews.queries import make_proof, read_care
from bot.reviews.rules import ONE_DAY
from bot.reviews.rules.groups import Grouping
from bot.reviews.schemas.report import Report


def get_report(session: Session, *, first: date, last: date, now: datetime) -> Report:
    """
    Return the figures of the days from *first* to *last* in the workspace's zone.

    Raises:
        InvalidInput: *last* is before *first*, or hasn't come yet.
    """
    today = get_today(session, person_id=None, now=now)
    if last < first:
        raise InvalidInput(f"{last} is before {first}; give the first day with --from and the last with --to.")
    if last > today:
        raise InvalidInput(f"{last} hasn't come yet; end the report with {today} or a day before it.")
    days = (last - first + ONE_DAY).days
    care = read_care(session, today, since=last - timedelta(days=2 * days), tags=True)
    proofs = {by: make_proof(session, care, days=days, until=last, by=by) for by in Grouping}
    proof = proofs[Grouping.SIZE]
    return Report(
        first=first, last=last, currency=proof.currency, gap=proof.gap, gap_before=proof.gap_before,
        figures=tuple((by, one.groups) for by, one in proofs.items()),
    )  # fmt: skip

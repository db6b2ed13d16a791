"""Reads what a draw is made of: the customers that may be drawn with their bands, and the callers' days."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.campaigns.rules import Arm, CampaignState
from bot.campaigns.rules.draws import Slot
from bot.campaigns.tables import Campaign, CampaignMember
from bot.core.database import workspace_of
from bot.customers.queries.due import CUSTOMERS, is_active
from bot.customers.queries.sizes import get_limits
from bot.customers.rules.bands import Band, Size
from bot.customers.rules.countries import country_code
from bot.customers.rules.limits import divide
from bot.customers.rules.names import either
from bot.followups.rules import FollowupState
from bot.followups.tables import Followup
from bot.people.queries import list_calendars, list_names

COLUMNS = ("id", "name", "owner_id", "tags", "country", "annual_value", "currency", "headcount")


class Filters(NamedTuple):
    """Of whom a campaign draws: customers of these owners, with this tag, in this country; empty ones leave all in."""

    owner_ids: Sequence[str]
    tag: str
    country: str


class Candidates:
    """
    The active customers that a campaign may draw from, by id, and the band of each among all active ones.

    The bands are *limited* where the workspace has limits of its own between sizes.
    """

    def __init__(self, rows: Mapping[UUID, Any], bands: Mapping[UUID, Band], busy: int, *, limited: bool) -> None:
        self.rows, self.bands, self.busy, self.limited = rows, bands, busy, limited

    def strata(self, *, stratified: bool) -> dict[UUID, str]:
        """Return the stratum of each: its band, or one for all."""
        return {one: self.bands[one].value if stratified else "" for one in self.rows}


def list_candidates(session: Session, filters: Filters) -> Candidates:
    """Return the active customers that fit; those in a campaign that runs are only counted, as *busy*."""
    columns = (CUSTOMERS.c[name] for name in COLUMNS)
    query = sa.select(*columns).where(CUSTOMERS.c.workspace_id == workspace_of(session), is_active())
    active = {row.id: row for row in session.execute(query)}
    limits = get_limits(session)
    sizes = {one: Size(row.annual_value, row.currency, row.headcount) for one, row in active.items()}
    bands = divide(sizes, limits)
    wanted = {one: row for one, row in active.items() if _fits(row, filters)}
    running = list_running_members(session)
    free = {one: row for one, row in wanted.items() if one not in running}
    return Candidates(free, bands, len(wanted) - len(free), limited=limits is not None)


def list_running_members(session: Session) -> set[UUID]:
    """Return the customers that are in a campaign that runs, in either group."""
    query = (
        sa.select(col(CampaignMember.customer_id))
        .join(Campaign, col(Campaign.id) == col(CampaignMember.campaign_id))
        .where(
            col(CampaignMember.workspace_id) == workspace_of(session),
            col(Campaign.workspace_id) == workspace_of(session),
            col(Campaign.state) == CampaignState.RUNNING,
        )
    )
    return set(session.scalars(query))


def list_days(session: Session, caller_ids: Sequence[str], *, today: date, until: date) -> dict[str, list[date]]:
    """Return each caller's working days after *today*, up to *until*."""
    calendars = list_calendars(session, caller_ids)
    first = today + timedelta(days=1)
    return {caller: calendars[caller].working_days_between(first, until) for caller in caller_ids}


def count_load(session: Session, caller_ids: Sequence[str], *, today: date, until: date) -> dict[Slot, int]:
    """Return how many follow-ups each caller has to do on each day."""
    query = (
        sa.select(col(Followup.due_on), col(Followup.assignee_id), sa.func.count())
        .where(
            col(Followup.workspace_id) == workspace_of(session),
            col(Followup.assignee_id).in_(caller_ids),
            col(Followup.state) == FollowupState.OPEN,
            col(Followup.due_on).between(today, until),
        )
        .group_by(col(Followup.due_on), col(Followup.assignee_id))
    )
    return {Slot(day, caller): count for day, caller, count in session.execute(query)}


def describe_whom(session: Session, filters: Filters) -> str:
    """Return `active customers of Ana Lima or Bob Chen with the tag “nordic” in Portugal`."""
    owner_ids, tag, country = filters
    names = list_names(session, owner_ids)
    of = f" of {either([names.get(one, 'somebody') for one in owner_ids])}" if owner_ids else ""
    tagged = f" with the tag “{tag}”" if tag else ""
    where = f" in {country}" if country else ""
    return f"active customers{of}{tagged}{where}"


def count_by_band(candidates: Candidates, groups: Mapping[Arm, Collection[UUID]]) -> dict[Band, dict[str, int]]:
    """Return how many of each band are listed and in each group, by the band and the word."""
    counted = {"listed": Counter(candidates.bands[one] for one in candidates.rows)}
    counted |= {arm.value: Counter(candidates.bands[one] for one in theirs) for arm, theirs in groups.items()}
    return {band: {word: counts[band] for word, counts in counted.items()} for band in Band if counted["listed"][band]}


def _fits(row: Any, filters: Filters) -> bool:
    owner_ids, tag, country = filters
    if owner_ids and row.owner_id not in owner_ids:
        return False
    if tag and tag.casefold() not in {str(one).casefold() for one in row.tags or ()}:
        return False
    return not country or _same_country(row.country or "", country)


def _same_country(one: str, other: str) -> bool:
    return (country_code(one) or one.casefold()) == (country_code(other) or other.casefold())

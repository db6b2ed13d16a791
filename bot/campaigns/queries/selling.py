"""Reads whom a list of sales is about, and what writing it down would do."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.campaigns.queries import find_by_name, get_row, list_members
from bot.campaigns.rules.sales import Column, SaleDraft, mark_sales
from bot.campaigns.schemas import SalesPlan, SalesRead
from bot.campaigns.tables import Campaign, CampaignSale
from bot.core.database import among, chunks
from bot.core.errors import InvalidInput
from bot.customers.rules.names import name_key
from bot.customers.rules.rows import Refusal
from bot.customers.tables import Alias, Customer
from bot.people.queries import list_names
from bot.people.usecases import require_manager
from bot.workspaces.usecases import BOT

WISH = "write down what was sold"
KNOWN_BY = ("id", "name_key", "domain", "external_id")

Sale = tuple[UUID, SaleDraft, str]
"""A sale to a customer that was drawn, with its mark."""


def get_campaign_id(session: Session, *, words: str, now: datetime) -> UUID:  # noqa: ARG001 - every query takes the time
    """
    Return the id of the campaign that *words* name.

    Raises:
        NotFound: as `find_by_name`.
    """
    return find_by_name(session, words).id


def require_may_sell(session: Session, *, viewer: str, now: datetime) -> None:  # noqa: ARG001 - as above
    """
    Raise `NotAllowed` unless the viewer is a manager.

    Raises:
        NotAllowed: they aren't.
    """
    require_manager(session, by=viewer, wish=WISH)


def plan_sales(session: Session, *, campaign_id: UUID, read: SalesRead, viewer: str, now: datetime) -> SalesPlan:  # noqa: ARG001 - as above
    """
    Return what writing down a list of sales would do.

    Raises:
        NotAllowed: the viewer is no manager ("bot" stands for the command line).
        NotFound: there is no such campaign.
        InvalidInput: the list can't be read.
    """
    return weigh_sales(session, campaign_id=campaign_id, read=read, by=viewer)[0]


def weigh_sales(session: Session, *, campaign_id: UUID, read: SalesRead, by: str) -> tuple[SalesPlan, list[Sale]]:
    """Return what writing down a list of sales would do, and the sales that aren't written down yet."""
    if by != BOT:
        require_manager(session, by=by, wish=WISH)
    row = get_row(session, campaign_id)
    if read.problem:
        raise InvalidInput(read.problem)
    drawn = {one.customer_id for one in list_members(session, row.id)}
    heading = next((read.columns[column] for column in Column if column in read.columns), "")
    customers, refusals, mine = _Customers(session, read.sales), list(read.refusals), list[tuple[UUID, SaleDraft]]()
    apart = 0
    for one in read.sales:
        found = customers.find(one)
        if isinstance(found, str):
            refusals.append(Refusal(one.row_number, heading, found, one.called))
        elif found not in drawn:
            apart += 1
        elif wrong := _wrong_day(one, row):
            refusals.append(Refusal(one.row_number, read.columns.get(Column.SOLD_ON, ""), *wrong))
        else:
            mine.append((found, one))
    known = set(session.exec(select(CampaignSale.mark).where(CampaignSale.campaign_id == row.id)))
    marked = [(*sale, mark) for sale, mark in zip(mine, mark_sales(mine), strict=True)]
    fresh = [sale for sale in marked if sale[2] not in known]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for _, one, _ in fresh:
        sums[one.currency] += one.amount
    plan = SalesPlan(
        file_name=read.file_name, campaign_name=row.name, new=len(fresh), known=len(marked) - len(fresh),
        customers=len({customer_id for customer_id, _, _ in fresh}), sums=tuple(sorted(sums.items())), apart=apart,
        without_amount=read.without_amount, refusals=tuple(sorted(refusals, key=lambda one: one.row_number)),
    )  # fmt: skip
    return plan, fresh


def list_sales(session: Session, campaign_id: UUID) -> list[tuple[CampaignSale, str]]:
    """Return everything that was written down as sold, in the order in which it was, with who did so."""
    query = select(CampaignSale).where(CampaignSale.campaign_id == campaign_id)
    rows = session.exec(query.order_by(col(CampaignSale.at), col(CampaignSale.id))).all()
    names = list_names(session, [row.by for row in rows])
    return [(row, names.get(row.by, "")) for row in rows]


def _wrong_day(one: SaleDraft, row: Campaign) -> tuple[str, str] | None:
    """Return why a sale on that day doesn't count, and the day; None where it does or the list tells none."""
    if one.sold_on is None or row.began_on <= one.sold_on <= row.until:
        return None
    day, first, last = one.sold_on.isoformat(), row.began_on.isoformat(), row.until.isoformat()
    return f"“{day}” is outside the campaign, from {first} to {last}: what was sold then doesn't count.", day


class _Customers:
    """The customers that rows of a list may be about, by what they are known by."""

    def __init__(self, session: Session, sales: Sequence[SaleDraft]) -> None:
        self._known: dict[str, dict[Any, dict[UUID, Any]]] = {name: defaultdict(dict) for name in KNOWN_BY}
        columns = [getattr(Customer, name) for name in KNOWN_BY]
        keys = {key for one in sales if (key := name_key(one.name))}
        wanted: dict[str, set[Any]] = {
            "id": {found for one in sales if (found := _uuid(one.external_id))}, "name_key": keys,
            "domain": {one.domain for one in sales if one.domain},
            "external_id": {one.external_id for one in sales if one.external_id},
        }  # fmt: skip
        for name, values in wanted.items():
            for some in chunks(list(values)):
                for row in session.execute(select(*columns).where(among(session, col(getattr(Customer, name)), some))):
                    self._known[name][getattr(row, name)][row.id] = row
        for some in chunks(list(keys)):
            aliases = select(col(Alias.name_key).label("alias"), *columns).join(
                Customer, col(Customer.id) == col(Alias.customer_id)
            )
            for row in session.execute(aliases.where(among(session, col(Alias.name_key), some))):
                self._known["name_key"][row.alias][row.id] = row

    def find(self, one: SaleDraft) -> UUID | str:
        """Return the customer that a row is about, by its id, else by name and domain; or why that can't be told."""
        by_id = self._known["id"].get(_uuid(one.external_id)) or self._known["external_id"].get(one.external_id, {})
        named = self._named(one)
        found = list(by_id or named or self._known["domain"].get(one.domain, {}))
        if len(found) == 1:
            return found[0]
        if found:
            return f"{len(found)} customers fit “{one.called}”: say which one is meant with its id or domain."
        return f"“{one.called}” isn't among the customers: write it as /customers has it, or add its id."

    def _named(self, one: SaleDraft) -> list[UUID]:
        """Return who is called so and has no other domain; only those of the row's domain where there are any."""
        alike = self._known["name_key"].get(name_key(one.name), {}) if one.name else {}
        same = [key for key, row in alike.items() if one.domain and row.domain == one.domain]
        return same or [key for key, row in alike.items() if not (one.domain and row.domain)]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

"""
Reads how customers were looked after: who they were, what was true of them and when, and on which days somebody talked
to them.

What was true is taken as it was on the day (`tables.FormerFacts`), so an edit changes no figure of the past. Customers
are read by thousands into arrays, so that a million of them fit into memory and no statement takes long.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col

from bot.checkins.queries.history import CHECKINS, CONTACTS
from bot.core.database import workspace_of
from bot.customers.queries.due import CUSTOMERS, is_active
from bot.customers.queries.sizes import list_limits
from bot.customers.rules.due import Status
from bot.customers.tables import Import, ImportChange
from bot.people.queries import get_calendar
from bot.reviews.queries.care import NONE, Block, Care, Names
from bot.reviews.rules.waits import (
    EVER,
    NOBODY,
    Days,
    Facts,
    Numbers,
    Spans,
    Stretches,
    list_stretches,
    list_waits,
    read_days,
)
from bot.reviews.tables import FormerFacts

BLOCK = 50_000
"""Customers that are read at once."""
FACTS = ("status", "effective_cadence_days", "owner_id", "currency", "headcount", "country")
COLUMNS = ("added_on", "waiting_since", "last_contact_on")
FORMER = cast("sa.Table", FormerFacts.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
ISO_DAY = len("2026-11-23,")


def read(session: Session, today: date, *, since: date, tags: bool = False) -> Care:
    """
    Read the customers that are or were active, and how they waited from *since* up to *today*.

    Their *tags* are read only when asked for: turning them from JSON takes as long as all the rest of a row.
    """
    reader = _Reader(session, today, since, tags=tags)
    blocks = list(reader.blocks())
    return Care(since, blocks, reader.owners, reader.currencies, reader.countries, list_limits(session))


class _Reader:
    """Reads block after block."""

    def __init__(self, session: Session, today: date, since: date, *, tags: bool) -> None:
        self.session, self.workspace = session, workspace_of(session)
        self.today, self.since = today, since
        self.calendar = get_calendar(session, None)
        self.names = [*FACTS, *(["tags"] if tags else [])]
        self.owners, self.currencies, self.countries = Names(), Names(), Names()
        self.replaced = _list_replaced(session)

    def blocks(self) -> Iterator[Block]:
        """Yield the customers in the order of their ids."""
        same = sa.and_(FORMER.c.workspace_id == CUSTOMERS.c.workspace_id, FORMER.c.customer_id == CUSTOMERS.c.id)
        once = sa.exists().where(same, FORMER.c.status == Status.ACTIVE)
        query = (
            sa.select(_text(CUSTOMERS.c.id), *(CUSTOMERS.c[name] for name in COLUMNS), *self._facts(CUSTOMERS.c))
            .where(CUSTOMERS.c.workspace_id == self.workspace, sa.or_(is_active(), once))
            .order_by(CUSTOMERS.c.id)
            .limit(BLOCK)
        )
        rows = self.session.execute(query).all()
        while rows:
            last = UUID(rows[-1][0])
            yield self._block(rows, UUID(rows[0][0]), last)
            rows = self.session.execute(query.where(CUSTOMERS.c.id > last)).all() if len(rows) == BLOCK else []

    def _facts(self, columns: Any) -> list[sa.ColumnElement[Any]]:
        return [sa.cast(columns["annual_value"], sa.Double), *(columns[name] for name in self.names)]

    def _block(self, rows: Sequence[Any], first: UUID, last: UUID) -> Block:
        ids, added, waiting, latest, *now = zip(*rows, strict=True)
        ids = tuple(one.replace("-", "") for one in ids)
        place = {one: number for number, one in enumerate(ids)}
        days_added = _ordinals(added)
        who, days = self._contacts(place, latest, first, last)
        talked = np.full(len(ids), EVER)
        np.minimum.at(talked, who, days)
        stretches, tags = self._stretches(place, now, first, last)
        spans = list_waits(who, days, added=days_added, until=self.today.toordinal())
        facts = Facts(*map(_small, stretches.facts))._replace(heads=stretches.facts.heads)
        who, begin, end = map(_small, (stretches.who, stretches.begin, stretches.end))
        return Block(
            ids=ids, added=_small(days_added), waiting=_small(_ordinals(waiting)), cadence=_small(np.array(now[2])),
            talked=_small(talked), spans=Spans(*map(_small, spans)), stretches=Stretches(who, begin, end, facts),
            tags=tags,
        )  # fmt: skip

    def _contacts(
        self, place: Mapping[str, int], latest: Sequence[date | None], first: UUID, last: UUID
    ) -> tuple[Numbers, Days]:
        """
        Return who was talked to and when: by check-ins, and by the last contact that a list or a person named.

        What a later list said instead of an earlier one doesn't undo that contact. Of all days before the first one
        that matters, the latest is enough.
        """
        whose, lists = [], []
        for customer_id, days in self._checkins(first, last):
            if (number := place.get(customer_id.replace("-", ""))) is not None:
                whose.append(number)
                lists.append(days)
        who = np.repeat(np.array(whose, np.int64), [(len(days) + 1) // ISO_DAY for days in lists])
        named = [(number, day.toordinal()) for number, day in enumerate(latest) if day]
        named += [(place[key], day) for key, day in self.replaced if key in place]
        others = np.array(named, np.int64).reshape(-1, 2)
        told = read_days(",".join(lists).split(",")) if lists else NONE
        return np.concatenate([who, others[:, 0]]), np.concatenate([told, others[:, 1]])

    def _checkins(self, first: UUID, last: UUID) -> Iterator[tuple[str, str]]:
        """Yield the days of contact of each customer in a row, those of check-ins and those known before them."""
        days = CHECKINS.c.happened_on, CHECKINS.c.known_before
        told = [_days_from(day, self.since) for day in days] + [_last_before(day, self.since) for day in days]
        query = (
            sa.select(_text(CHECKINS.c.customer_id), *told)
            .where(
                CHECKINS.c.workspace_id == self.workspace, CHECKINS.c.customer_id.between(first, last),
                CHECKINS.c.undone_at.is_(None), CHECKINS.c.result.in_(CONTACTS),
            )
            .group_by(CHECKINS.c.customer_id)
        )  # fmt: skip
        for customer_id, *found in self.session.execute(query):
            yield customer_id, ",".join(filter(None, found))

    def _stretches(
        self, place: Mapping[str, int], now: Sequence[Sequence[Any]], first: UUID, last: UUID
    ) -> tuple[Stretches, Sequence[Sequence[str]]]:
        """Return what was true of the customers: what changed, by the day on which it did, and what holds *now*."""
        query = (
            sa.select(_text(FORMER.c.customer_id), FORMER.c.until, *self._facts(FORMER.c))
            .where(FORMER.c.workspace_id == self.workspace, FORMER.c.customer_id.between(first, last))
            .order_by(FORMER.c.customer_id, FORMER.c.number)
        )
        rows = ((key.replace("-", ""), row) for key, *row in self.session.execute(query))
        found = [(place[key], row) for key, row in rows if key in place]
        who = np.array([*(one for one, _ in found), *range(len(place))], np.int64)
        ended = [self.calendar.today(row[0]).toordinal() for _, row in found]
        replaced = np.array([*ended, *[EVER] * len(place)], np.int64)
        former = zip(*(row[1:] for _, row in found), strict=True) if found else [()] * len(now)
        columns = [[*before, *current] for before, current in zip(former, now, strict=True)]
        order = np.argsort(who, kind="stable")
        stretches, kept = list_stretches(who[order], replaced[order], self._number(columns).take(order))
        return stretches, [columns[-1][number] for number in order[kept].tolist()] if "tags" in self.names else []

    def _number(self, columns: Sequence[Sequence[Any]]) -> Facts:
        """Return the columns of facts as arrays."""
        value, status, cadence, owner, currency, heads, country, *_ = columns
        return Facts(
            cadence=np.where(np.array([one is Status.ACTIVE for one in status]), np.array(cadence), NOBODY),
            owner=self.owners.number(owner),
            value=np.array(value, np.float64),
            currency=self.currencies.number(currency),
            heads=np.array([NOBODY if one is None else one for one in heads], np.int64),
            country=self.countries.number(country),
        )


def _small(numbers: Numbers) -> Numbers:
    """Return days and places in half the memory."""
    return numbers.astype(np.int32) if numbers.dtype.kind == "i" else numbers


def _text(column: Any) -> sa.ColumnElement[str]:
    """Return an id as the database writes it: making an object of each of a million takes seconds."""
    return sa.cast(column, sa.String)


def _ordinals(days: Sequence[date]) -> Days:
    return np.array([day.toordinal() for day in days], np.int64)


def _days_from(day: sa.ColumnElement[date], since: date) -> sa.ColumnElement[str]:
    return sa.func.aggregate_strings(sa.case((day >= since, sa.cast(day, sa.String))), ",")


def _last_before(day: sa.ColumnElement[date], since: date) -> sa.ColumnElement[str]:
    return sa.cast(sa.func.max(sa.case((day < since, day))), sa.String)


def _list_replaced(session: Session) -> list[tuple[str, int]]:
    """Return the customers whose last contact a list replaced, and the day that was known before."""
    before = cast("Any", ImportChange.before)["last_contact_on"].as_string()
    query = (
        sa.select(_text(ImportChange.customer_id), before)
        .join(Import, col(Import.id) == col(ImportChange.import_id))
        .where(col(ImportChange.workspace_id) == workspace_of(session))
        .where(col(Import.workspace_id) == workspace_of(session))
        .where(col(ImportChange.added).is_(False), col(Import.undone_at).is_(None), before.is_not(None))
    )
    return [(key.replace("-", ""), date.fromisoformat(day).toordinal()) for key, day in session.execute(query)]

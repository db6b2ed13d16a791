"""Reads about promises: one, lists, and those that a message told of as they stand now."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.commitments.queries import find_mentioned
from bot.core.database import workspace_of
from bot.core.errors import NotFound
from bot.customers.queries import find_customer, get_customer, list_by_ids
from bot.people.queries import get_person, get_today, list_names
from bot.people.usecases import require_here
from bot.promises.rules import PAGE_ROWS, State
from bot.promises.schemas import PromiseList, PromiseSchema, Told
from bot.promises.tables import Promise

NOBODY = "somebody"
TEAM = "team"
QUOTES = '"“”„«»'

OneTold = TypeVar("OneTold", bound=Told)


def get_row(session: Session, promise_id: UUID) -> Promise:
    """
    The promise with that id.

    Raises:
        NotFound: it isn't there (any more), or it is another workspace's.
    """
    query = select(Promise).where(Promise.workspace_id == workspace_of(session), Promise.id == promise_id)
    row = session.exec(query).first()
    if row is None:
        raise NotFound("That promise isn't here any more; /promise list shows what is owed.")
    return row


def list_made_in(session: Session, *, customer_id: UUID, checkin_id: UUID) -> Sequence[Promise]:
    """What was promised to a customer in that check-in."""
    ours = (Promise.workspace_id == workspace_of(session), Promise.customer_id == customer_id)
    query = select(Promise).where(*ours, Promise.made_in == checkin_id)
    return session.exec(query.order_by(col(Promise.id))).all()


def get_promise(session: Session, *, promise_id: UUID, viewer: str, now: datetime) -> PromiseSchema:
    """One promise as *viewer* sees it today."""
    row = get_row(session, promise_id)
    return list_schemas(session, [row], today=get_today(session, person_id=viewer, now=now))[0]


def list_schemas(session: Session, rows: Sequence[Promise], *, today: date) -> list[PromiseSchema]:
    """These promises as screens show them, in the order given."""
    customers = list_by_ids(session, list({row.customer_id for row in rows}))
    names = list_names(session, {person for row in rows for person in (row.assignee_id, row.promised_by, row.ended_by)})
    same = ("id", "customer_id", "assignee_id", "promised_by", "contact", "what", "link", "promised_on", "due_on",
            "first_due_on", "moves", "moved_to", "state", "is_owed", "note")  # fmt: skip
    return [
        PromiseSchema(
            **{name: getattr(row, name) for name in same},
            customer_name=customers[row.customer_id].name,
            assignee_name=names.get(row.assignee_id, NOBODY),
            promised_by_name=names.get(row.promised_by, NOBODY),
            ended_by_name=names.get(row.ended_by or "", ""),
            today=today,
        )
        for row in rows
    ]


def owed_where(*which: Any) -> Any:
    """The statement for promises still owed that *which* holds for, the earliest day first."""
    owed = col(Promise.is_owed) == sa.true()
    return select(Promise).where(owed, *which).order_by(col(Promise.due_on), col(Promise.id))


def get_told(
    session: Session,
    *,
    kind: type[OneTold],
    promise_ids: Sequence[UUID],
    person_id: str,
    now: datetime,
    total: int = 0,
    **more: Any,
) -> OneTold:
    """A notification of these promises as they stand now, in the order given; those that are gone are left out."""
    ours = Promise.workspace_id == workspace_of(session)
    found = {row.id: row for row in session.exec(select(Promise).where(ours, col(Promise.id).in_(promise_ids)))}
    rows = [found[one] for one in promise_ids if one in found]
    schemas = list_schemas(session, rows, today=get_today(session, person_id=person_id, now=now))
    first_name = get_person(session, person_id).name.split(" ")[0]
    total = max(total, len(schemas))
    return kind(person_id=person_id, first_name=first_name, total=total, rows=tuple(schemas), **more)


def find_whose(session: Session, *, words: str, viewer: str, now: datetime) -> str:  # noqa: ARG001 - every query takes the time
    """
    Whose list is meant: nothing or `mine`, `team`, a mention or handle, else a customer's name.

    Raises:
        NotFound: nobody is called so, or no customer.
        Ambiguous: several customers are.
    """
    asked = words.strip()
    if asked.casefold() in {"", "mine", "me", "my"}:
        return f"p-{viewer}"
    if asked.casefold() in {"team", "all"}:
        return TEAM
    if person := find_mentioned(session, asked):
        return f"p-{person[0]}"
    return f"c-{find_customer(session, asked.strip(QUOTES)).id}"


def get_list(session: Session, *, whose: str, page: int, viewer: str, now: datetime) -> PromiseList:
    """
    A page (from 0) of what is owed: `p-` and a person who is to keep it, `c-` and a customer, or `team`. A page that
    isn't there any more becomes the last one.

    Raises:
        NotFound: no such person or customer here.
        NotAllowed: the viewer is no full member.
    """
    require_here(session, by=viewer)
    which, title = _scope(session, whose, viewer)
    mine = (col(Promise.workspace_id) == workspace_of(session), *which)
    broken = sa.func.coalesce(sa.func.sum(sa.case((col(Promise.state) == State.BROKEN, 1), else_=0)), 0)
    counted = sa.select(sa.func.count(), broken).where(col(Promise.is_owed) == sa.true(), *mine)
    total, late = session.execute(counted).one()
    pages = max(-(-total // PAGE_ROWS), 1)
    page = min(max(page, 0), pages - 1)
    rows = session.exec(owed_where(*mine).offset(page * PAGE_ROWS).limit(PAGE_ROWS)).all()
    schemas = tuple(list_schemas(session, rows, today=get_today(session, person_id=viewer, now=now)))
    return PromiseList(whose=whose, title=title, total=total, broken=late, page=page, pages=pages, rows=schemas)


def _scope(session: Session, whose: str, viewer: str) -> tuple[tuple[Any, ...], str]:
    kind, _, key = whose.partition("-")
    if kind == "p":
        title = "Your promises" if key == viewer else f"{get_person(session, key).name}'s promises"
        return (col(Promise.assignee_id) == key,), title
    if kind == "c":
        try:
            customer = get_customer(session, UUID(key))
        except ValueError:
            raise NotFound("That customer isn't here any more; look it up with /customers.") from None
        return (col(Promise.customer_id) == customer.id,), f"Promises to {customer.name}"
    return (), "The team's promises"

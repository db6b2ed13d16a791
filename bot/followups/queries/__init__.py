"""Reads about follow-ups: one, lists, and what others' screens show of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.core.errors import NotFound
from bot.customers.queries import find_customer, get_customer, list_by_ids
from bot.followups.rules import PAGE_ROWS, State
from bot.followups.schemas import FollowupList, FollowupSchema, FollowupsDue
from bot.followups.tables import Followup
from bot.people.queries import get_person, get_today, list_names, list_people
from bot.people.rules import person_key
from bot.people.usecases import require_here

NOBODY = "somebody"
TEAM = "team"


def get_row(session: Session, followup_id: UUID) -> Followup:
    """
    The follow-up with that id.

    Raises:
        NotFound: it isn't there (any more), or it is another workspace's.
    """
    query = select(Followup).where(Followup.workspace_id == workspace_of(session), Followup.id == followup_id)
    row = session.exec(query).first()
    if row is None:
        raise NotFound("That follow-up isn't here any more; /assign list shows what is open.")
    return row


def list_done_at(session: Session, *, customer_id: UUID, by: str, at: datetime) -> Sequence[Followup]:
    """What *by* finished for a customer at that very moment."""
    query = select(Followup).where(
        Followup.workspace_id == workspace_of(session),
        Followup.customer_id == customer_id,
        Followup.state == State.DONE,
        Followup.closed_at == at,
        Followup.closed_by == by,
    )
    return session.exec(query.order_by(col(Followup.id))).all()


def get_followup(session: Session, *, followup_id: UUID, viewer: str, now: datetime) -> FollowupSchema:
    """One follow-up as *viewer* sees it today."""
    row = get_row(session, followup_id)
    return list_schemas(session, [row], today=get_today(session, person_id=viewer, now=now))[0]


def list_schemas(session: Session, rows: Sequence[Followup], *, today: date) -> list[FollowupSchema]:
    """These follow-ups as screens show them, in the order given."""
    customers = list_by_ids(session, list({row.customer_id for row in rows}))
    people = {person for row in rows for person in (row.assignee_id, row.given_by, row.closed_by)}
    names = list_names(session, people)
    return [
        FollowupSchema(
            id=row.id,
            customer_id=row.customer_id,
            customer_name=customers[row.customer_id].name,
            assignee_id=row.assignee_id,
            assignee_name=names.get(row.assignee_id, NOBODY),
            given_by=row.given_by,
            given_by_name=names.get(row.given_by, NOBODY),
            what=row.what,
            link=row.link,
            due_on=row.due_on,
            state=row.state,
            note=row.note,
            reason=row.reason,
            closed_by_name=names.get(row.closed_by or "", ""),
            today=today,
        )
        for row in rows
    ]


def open_where(*which: Any) -> Any:
    """The statement for open follow-ups that *which* holds for, the earliest day first."""
    return (
        select(Followup)
        .where(col(Followup.state) == State.OPEN, *which)
        .order_by(col(Followup.due_on), col(Followup.id))
    )


def get_due(
    session: Session, *, followup_ids: Sequence[UUID], person_id: str, now: datetime, total: int = 0
) -> FollowupsDue:
    """A reminder of these follow-ups as they stand now, in the order given; those that are gone are left out."""
    ours = Followup.workspace_id == workspace_of(session)
    found = {row.id: row for row in session.exec(select(Followup).where(ours, col(Followup.id).in_(followup_ids)))}
    rows = [found[one] for one in followup_ids if one in found]
    schemas = list_schemas(session, rows, today=get_today(session, person_id=person_id, now=now))
    first_name = get_person(session, person_id).name.split(" ")[0]
    return FollowupsDue(person_id=person_id, first_name=first_name, total=max(total, len(schemas)), rows=tuple(schemas))


def find_whose(session: Session, *, words: str, viewer: str, now: datetime) -> str:  # noqa: ARG001 - every query takes the time
    """
    Whose list is meant: nothing or `mine`, `given`, `team`, a mention or handle, else a customer's name.

    Raises:
        NotFound: nobody is called so, or no customer.
        Ambiguous: several customers are.
    """
    asked = words.strip()
    if asked.casefold() in {"", "mine", "me", "my"}:
        return f"p-{viewer}"
    if asked.casefold() == "given":
        return f"g-{viewer}"
    if asked.casefold() in {"team", "all"}:
        return TEAM
    if person := find_mentioned(session, asked):
        return f"p-{person[0]}"
    return f"c-{find_customer(session, asked).id}"


def find_mentioned(session: Session, words: str) -> tuple[str, str] | None:
    """
    The person that *words* begin with, as Slack writes a mention or as `@handle`, and what follows; None: no person.

    Raises:
        NotFound: it is an @ that nobody here goes by.
    """
    first, _, rest = words.strip().partition(" ")
    if first.startswith("<@") and first.endswith(">"):
        return get_person(session, first[2:-1].partition("|")[0]).id, rest.strip()
    if not first.startswith("@") or len(first) == 1:
        return None
    wanted = person_key(first[1:])
    people = list_people(session)
    exact = [one for one in people if wanted in {one.name_key, one.handle.casefold()}]
    found = exact or [one for one in people if one.name_key.split()[:1] == [wanted]]
    if len(found) != 1:
        raise NotFound(f"I can't tell who {first[:60]} is; write @ and choose the person from Slack's list.")
    return found[0].id, rest.strip()


def get_list(session: Session, *, whose: str, page: int, viewer: str, now: datetime) -> FollowupList:
    """
    A page (from 0) of open follow-ups: `p-` and a person who has them, `g-` and who gave them, `c-` and a customer, or
    `team`. A page that isn't there any more becomes the last one.

    Raises:
        NotFound: no such person or customer here.
        NotAllowed: the viewer is no full member.
    """
    require_here(session, by=viewer)
    today = get_today(session, person_id=viewer, now=now)
    which, title = _scope(session, whose, viewer)
    mine = (col(Followup.workspace_id) == workspace_of(session), col(Followup.state) == State.OPEN, *which)
    late = sa.func.coalesce(sa.func.sum(sa.case((col(Followup.due_on) < today, 1), else_=0)), 0)
    total, overdue = session.execute(sa.select(sa.func.count(), late).where(*mine)).one()
    pages = max(-(-total // PAGE_ROWS), 1)
    page = min(max(page, 0), pages - 1)
    rows = session.exec(open_where(*mine).offset(page * PAGE_ROWS).limit(PAGE_ROWS)).all()
    schemas = tuple(list_schemas(session, rows, today=today))
    return FollowupList(whose=whose, title=title, total=total, late=overdue, page=page, pages=pages, rows=schemas)


def _scope(session: Session, whose: str, viewer: str) -> tuple[tuple[Any, ...], str]:
    kind, _, key = whose.partition("-")
    if kind == "p":
        title = "Your follow-ups" if key == viewer else f"{get_person(session, key).name}'s follow-ups"
        return (col(Followup.assignee_id) == key,), title
    if kind == "g":
        title = "What you gave" if key == viewer else f"What {get_person(session, key).name} gave"
        return (col(Followup.given_by) == key, col(Followup.assignee_id) != key), title
    if kind == "c":
        try:
            customer = get_customer(session, UUID(key))
        except ValueError:
            raise NotFound("That customer isn't here any more; look it up with /customers.") from None
        return (col(Followup.customer_id) == customer.id,), f"Follow-ups with {customer.name}"
    return (), "The team's follow-ups"

"""Reads about escalations: one, lists, settings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.commitments.queries import find_mentioned
from bot.core.database import workspace_of
from bot.core.errors import NotFound
from bot.customers.queries import find_customer, get_customer, list_by_ids
from bot.escalations.rules import ASKED_AT_ONCE, DEFAULT_SPANS, PAGE_ROWS, Severity, Span, State, read_span
from bot.escalations.schemas import EscalationList, EscalationSchema, Waiting, Wishes
from bot.escalations.tables import Escalation, EscalationSettings
from bot.people.queries import get_calendar, get_person, list_names
from bot.people.usecases import require_here, require_manager

NOBODY = "somebody"
TEAM, UNANSWERED = "team", "open"


def get_row(session: Session, escalation_id: UUID) -> Escalation:
    """
    The escalation with that id.

    Raises:
        NotFound: it isn't there (any more), or it is another workspace's.
    """
    query = select(Escalation).where(Escalation.workspace_id == workspace_of(session), Escalation.id == escalation_id)
    row = session.exec(query).first()
    if row is None:
        raise NotFound("That escalation isn't here any more; /escalate list team shows what is open.")
    return row


def get_escalation(session: Session, *, escalation_id: UUID, viewer: str, now: datetime) -> EscalationSchema:
    """One escalation as *viewer* sees it."""
    return list_schemas(session, [get_row(session, escalation_id)], viewer=viewer, now=now)[0]


def list_schemas(
    session: Session, rows: Sequence[Escalation], *, viewer: str | None, now: datetime
) -> list[EscalationSchema]:
    """These escalations as *viewer*'s screens show them (nobody's: the workspace's), in the order given."""
    customers = list_by_ids(session, list({row.customer_id for row in rows}))
    people = {person for row in rows for person in (row.assignee_id, row.raised_by, row.answered_by, row.closed_by)}
    names = list_names(session, people)
    zone = get_calendar(session, viewer).zone
    return [_schema(row, customers[row.customer_id].name, names, now=now, zone=zone) for row in rows]


def live(session: Session, *which: Any) -> tuple[Any, ...]:
    """The conditions for what isn't closed for good in this workspace."""
    return (col(Escalation.workspace_id) == workspace_of(session), col(Escalation.closed_at).is_(None), *which)


def in_order() -> tuple[Any, ...]:
    """The order of every list: those whose clock runs, by deadline; then the answered, then the fixed ones."""
    rank = sa.case(
        {State.OPEN.value: 0, State.ANSWERED.value: 1}, value=sa.cast(col(Escalation.state), sa.String), else_=2
    )
    return rank, col(Escalation.answer_by), col(Escalation.id)


def list_live(session: Session, *which: Any, limit: int | None = None) -> Sequence[Escalation]:
    """What isn't closed for good and *which* holds for."""
    query = select(Escalation).where(*live(session, *which)).order_by(*in_order()).limit(limit)
    found: Sequence[Escalation] = session.exec(query).all()
    return found


def find_whose(session: Session, *, words: str, viewer: str, now: datetime) -> str:  # noqa: ARG001 - every query takes the time
    """
    Whose list is meant: nothing or `mine`, `open` (unanswered), `team`, a mention or handle, else a customer's name.

    Raises:
        NotFound: nobody is called so, or no customer.
        Ambiguous: several customers are.
    """
    asked = words.strip()
    if asked.casefold() in {"", "mine", "me", "my"}:
        return f"p-{viewer}"
    if asked.casefold() in {TEAM, "all"}:
        return TEAM
    if asked.casefold() == UNANSWERED:
        return UNANSWERED
    if person := find_mentioned(session, asked):
        return f"p-{person[0]}"
    return f"c-{find_customer(session, asked).id}"


def get_list(session: Session, *, whose: str, page: int, viewer: str, now: datetime) -> EscalationList:
    """
    A page (from 0) of what isn't closed for good: `p-` and who is on it, `c-` and a customer, `team`, or `open`: what
    nobody has answered. A page that isn't there any more becomes the last one.

    Raises:
        NotFound: no such person or customer here.
        NotAllowed: the viewer is no full member.
    """
    require_here(session, by=viewer)
    which, title = _scope(session, whose, viewer)
    past = sa.and_(col(Escalation.state) == State.OPEN, col(Escalation.answer_by) <= now)
    late = sa.func.coalesce(sa.func.sum(sa.case((past, 1), else_=0)), 0)
    total, overdue = session.execute(sa.select(sa.func.count(), late).where(*live(session, *which))).one()
    pages = max(-(-total // PAGE_ROWS), 1)
    page = min(max(page, 0), pages - 1)
    query = select(Escalation).where(*live(session, *which)).order_by(*in_order())
    rows = session.exec(query.offset(page * PAGE_ROWS).limit(PAGE_ROWS)).all()
    schemas = tuple(list_schemas(session, rows, viewer=viewer, now=now))
    return EscalationList(whose=whose, title=title, total=total, late=overdue, page=page, pages=pages, rows=schemas)


def list_fixed(session: Session, customer_id: UUID) -> Sequence[Escalation]:
    """Fixes that this customer hasn't confirmed yet, the oldest first."""
    query = select(Escalation).where(
        *live(session, col(Escalation.customer_id) == customer_id, col(Escalation.state) == State.FIXED)
    )
    return session.exec(query.order_by(col(Escalation.fixed_at), col(Escalation.id))).all()


def find_waiting(session: Session, customer_id: UUID, now: datetime) -> Waiting | None:
    """What the next check-in with this customer asks about; None when nothing waits for their word."""
    rows = list_fixed(session, customer_id)[:ASKED_AT_ONCE]
    return Waiting(rows=tuple(list_schemas(session, rows, viewer=None, now=now))) if rows else None


def find_settings(session: Session) -> EscalationSettings | None:
    """What managers set, if they ever did."""
    query = select(EscalationSettings).where(EscalationSettings.workspace_id == workspace_of(session))
    return session.exec(query).first()


def span_of(session: Session, severity: Severity) -> Span:
    """How fast a problem of that severity is to be answered."""
    settings = find_settings(session)
    kept = getattr(settings, severity.value) if settings else ""
    return read_span(kept) or DEFAULT_SPANS[severity]


def get_setup(session: Session, *, viewer: str, now: datetime) -> Wishes:  # noqa: ARG001 - every query takes the time
    """
    The settings as the form shows them.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish="set escalations up")
    settings = find_settings(session)
    spans = {severity.value: str(span_of(session, severity)) for severity in Severity}
    return Wishes(**spans, channel_id=settings.channel_id if settings else None)


def _scope(session: Session, whose: str, viewer: str) -> tuple[tuple[Any, ...], str]:
    kind, _, key = whose.partition("-")
    if kind == "p":
        title = "Your escalations" if key == viewer else f"{get_person(session, key).name}'s escalations"
        return (col(Escalation.assignee_id) == key,), title
    if kind == "c":
        try:
            customer = get_customer(session, UUID(key))
        except ValueError:
            raise NotFound("That customer isn't here any more; look it up with /customers.") from None
        return (col(Escalation.customer_id) == customer.id,), f"Escalations of {customer.name}"
    if whose == UNANSWERED:
        return (col(Escalation.state) == State.OPEN,), "Unanswered escalations"
    return (), "The team's escalations"


def _schema(row: Escalation, customer: str, names: dict[str, str], *, now: datetime, zone: str) -> EscalationSchema:
    return EscalationSchema(
        id=row.id,
        customer_id=row.customer_id,
        customer_name=customer,
        severity=row.severity,
        what=row.what,
        link=row.link,
        assignee_id=row.assignee_id,
        assignee_name=names.get(row.assignee_id, NOBODY),
        raised_by=row.raised_by,
        raised_by_name=names.get(row.raised_by, NOBODY),
        raised_at=row.raised_at,
        answer_by=row.answer_by,
        state=row.state,
        answered_by_name=names.get(row.answered_by or "", ""),
        cause=row.cause,
        cause_words=row.cause_words,
        avoidable=row.avoidable,
        asks=row.asks,
        reopened=row.reopened,
        reason=row.reason,
        closed_by_name=names.get(row.closed_by or "", ""),
        now=now,
        zone=zone,
    )

"""The plans that were carried out, as the audit trail tells of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.outbox import find_sent
from bot.people.queries import get_calendar, list_names
from bot.reviews.rules.plans import PlanKind
from bot.reviews.schemas.plans import PlanMessage, PlanSummary
from bot.workspaces.tables import AuditEntry

MADE, UNDONE = "plan.made", "plan.undone"
SHOWN, SHOWN_FOR = 3, timedelta(days=7)
FORGOTTEN = "somebody who left"


def list_entries(session: Session, plan_id: UUID) -> Sequence[AuditEntry]:
    """Return the lines of the audit trail about a plan: that it was carried out, and that it was undone."""
    subject = sa.and_(col(AuditEntry.subject_kind) == "plan", col(AuditEntry.subject_id) == str(plan_id))
    return session.exec(select(AuditEntry).where(subject).order_by(col(AuditEntry.at), col(AuditEntry.id))).all()


def list_plans(session: Session, *, viewer: str, now: datetime) -> tuple[PlanSummary, ...]:
    """Return the last three plans of the last week that nobody has undone, the latest first."""
    recent = col(AuditEntry.at) > now - SHOWN_FOR
    undone = select(AuditEntry.subject_id).where(recent, AuditEntry.action == UNDONE)
    made = select(AuditEntry).where(
        recent, AuditEntry.action == MADE, col(AuditEntry.subject_id).not_in(session.exec(undone).all())
    )
    entries = session.exec(made.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc()).limit(SHOWN)).all()
    return tuple(_summary(session, [entry], viewer=viewer, now=now) for entry in entries)


def plan_key(plan_id: UUID) -> str:
    """Return the outbox key of the message that says that a plan was carried out."""
    return f"plan:{plan_id}"


def get_plan_message(session: Session, *, plan_id: UUID, viewer: str, now: datetime) -> PlanMessage | None:
    """Return the message in Slack about a plan, or None where there is none."""
    sent = find_sent(session, plan_key(plan_id))
    entries = list_entries(session, plan_id)
    if not entries or sent is None:
        return None
    summary = _summary(session, entries, viewer=viewer, now=now)
    return PlanMessage(channel=sent.channel, ts=sent.ts, summary=summary)


def _summary(session: Session, entries: Sequence[AuditEntry], *, viewer: str, now: datetime) -> PlanSummary:
    made, undone = entries[0], entries[1:]
    calendar, names = get_calendar(session, viewer), list_names(session, [entry.by for entry in entries])
    return PlanSummary(
        id=UUID(made.subject_id), kind=PlanKind(made.after["kind"]), by=names.get(made.by, FORGOTTEN),
        on=calendar.today(made.at), today=calendar.today(now), total=made.after["total"],
        undone_by=names.get(undone[0].by, FORGOTTEN) if undone else None,
    )  # fmt: skip

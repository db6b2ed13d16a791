"""The sharings of the last days, as screens show them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import workspace_of
from bot.core.outbox import find_sent
from bot.customers.queries.due import CUSTOMERS, is_active
from bot.customers.rules.sharing import load_of
from bot.customers.schemas.sharing import ShareMessage, ShareSummary
from bot.people.queries import get_calendar, list_names
from bot.people.usecases import require_manager
from bot.workspaces.tables import AuditEntry

SHARED, UNSHARED = "customers.shared_out", "customers.share_undone"
SHOWN = 3
SHOWN_FOR = timedelta(days=7)
FORGOTTEN = "somebody who left"


def shared_key(share_id: UUID) -> str:
    """Return the outbox key of the message that says that the pool was shared out."""
    return f"shared_out:{share_id}"


def list_entries(session: Session, share_id: UUID) -> Sequence[AuditEntry]:
    """Return the lines of the audit trail about a sharing: that it was made, and that it was undone."""
    subject = sa.and_(col(AuditEntry.subject_kind) == "share", col(AuditEntry.subject_id) == str(share_id))
    return session.exec(select(AuditEntry).where(subject).order_by(col(AuditEntry.at), col(AuditEntry.id))).all()


def list_loads(session: Session, owner_ids: Sequence[str]) -> dict[str, int]:
    """Return the load of each of these owners' active customers."""
    owner, cadence = CUSTOMERS.c.owner_id, CUSTOMERS.c.effective_cadence_days
    query = sa.select(owner, cadence, sa.func.count()).where(
        CUSTOMERS.c.workspace_id == workspace_of(session), is_active(), owner.in_(list(owner_ids))
    )
    loads: Counter[str] = Counter()
    for owner_id, days, count in session.execute(query.group_by(owner, cadence)):
        loads[owner_id] += count * load_of(days)
    return dict(loads)


def list_shares(session: Session, *, viewer: str, now: datetime) -> tuple[ShareSummary, ...]:
    """
    List the last three sharings of the last week that nobody has undone, the latest first.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish="see what was shared out")
    recent = col(AuditEntry.at) > now - SHOWN_FOR
    undone = select(AuditEntry.subject_id).where(recent, AuditEntry.action == UNSHARED)
    made = select(AuditEntry).where(
        recent, AuditEntry.action == SHARED, col(AuditEntry.subject_id).not_in(session.exec(undone).all())
    )
    entries = session.exec(made.order_by(col(AuditEntry.at).desc()).limit(SHOWN)).all()
    return tuple(_summary(session, [entry], viewer=viewer, now=now) for entry in entries)


def get_share_message(session: Session, *, share_id: UUID, viewer: str, now: datetime) -> ShareMessage | None:
    """Return the message in Slack about a sharing, or None where there is none."""
    sent = find_sent(session, shared_key(share_id))
    entries = list_entries(session, share_id)
    if not entries or sent is None:
        return None
    summary = _summary(session, entries, viewer=viewer, now=now)
    return ShareMessage(channel=sent.channel, ts=sent.ts, summary=summary)


def _summary(session: Session, entries: Sequence[AuditEntry], *, viewer: str, now: datetime) -> ShareSummary:
    """Return a sharing as its lines in the audit trail tell it."""
    made, undone = entries[0], entries[1:]
    calendar, names = get_calendar(session, viewer), list_names(session, [entry.by for entry in entries])
    return ShareSummary(
        id=UUID(made.subject_id), by=names.get(made.by, FORGOTTEN), on=calendar.today(made.at),
        today=calendar.today(now), total=sum(made.after.values()),
        undone_by=names.get(undone[0].by, FORGOTTEN) if undone else None,
    )  # fmt: skip

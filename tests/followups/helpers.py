"""Short ways to do what this feature does, for its tests."""

from datetime import date
from typing import Any
from uuid import UUID

from bot.core.outbox import OutboxMessage
from bot.followups.queries import FOLLOWUPS, get_list
from bot.followups.schemas import FollowupList, FollowupSchema
from bot.followups.tables import Followup
from bot.followups.usecases import assign_followup, close_inactive, return_orphaned
from tests.checkins.office import remind
from tests.commitments.helpers import owed_notifications, stored_row, trail_of
from tests.makers import ANA, MARA, Office

FRIDAY = date(2026, 11, 27)


def assign(office: Office, customer: UUID, **more: Any) -> FollowupSchema:
    """Mara asks Ana to call about the invoice by Friday."""
    wish = {"assignee_id": ANA, "due_on": FRIDAY, "what": "call about the invoice", "by": MARA, **more}
    schema: FollowupSchema = office.do(assign_followup, customer_id=customer, **wish)
    return schema


def stored(office: Office, schema: FollowupSchema) -> Followup:
    """A follow-up as it is stored."""
    row: Followup = stored_row(office, FOLLOWUPS, schema.id)
    return row


def listed(office: Office, whose: str = f"p-{ANA}", viewer: str = ANA, page: int = 0) -> FollowupList:
    """A list as somebody sees it."""
    schema: FollowupList = office.ask(get_list, whose=whose, viewer=viewer, page=page)
    return schema


def owed(office: Office, kind: str = "", to: str = "") -> list[OutboxMessage]:
    """What this feature owes to Slack, oldest first."""
    return owed_notifications(office, f"followups.{kind}", to)


def trail(office: Office, schema: FollowupSchema) -> list[str]:
    """What the audit trail says of a follow-up, oldest first: who did what."""
    return trail_of(office, FOLLOWUPS, schema.id)


def keep(office: Office) -> int:
    """Let the clock do what it does about follow-ups."""
    return sum(office.do(one) for one in (close_inactive, return_orphaned)) + remind(office)

"""Short ways to do what this feature does, for its tests."""

from datetime import date
from typing import Any
from uuid import UUID

from bot.checkins.rules import Channel, Result
from bot.checkins.schemas import CheckinRecorded
from bot.checkins.usecases.recording import record_checkin
from bot.core.feature import collect_extras
from bot.core.outbox import OutboxMessage
from bot.escalations.queries import ESCALATIONS, get_list
from bot.escalations.rules import HOLDS, Cause, Severity
from bot.escalations.schemas import EscalationFixed, EscalationList, EscalationSchema, Fix
from bot.escalations.tables import Escalation
from bot.escalations.usecases import answer_escalation, fix_escalation, raise_escalation
from bot.escalations.usecases.scheduled import (
    close_inactive,
    forget_channel_news,
    notify_late,
    pass_on_orphaned,
    post_to_channel,
    warn_people,
)
from tests.commitments.helpers import owed_notifications, stored_row, trail_of
from tests.makers import ANA, MARA, Office

FRIDAY = date(2026, 11, 27)
FIX = Fix(
    cause=Cause.HAND_OVER,
    words="nobody read the notes",
    avoidable=True,
    asks=2,
    change="a check-list",
    change_on=FRIDAY,
)


def escalate(office: Office, customer: UUID, **more: Any) -> EscalationSchema:
    """Mara says that a customer's work stops; Ana is on it."""
    wish = {"what": "the portal is down", "severity": Severity.STOPS, "assignee_id": ANA, "by": MARA, **more}
    schema: EscalationSchema = office.do(raise_escalation, customer_id=customer, **wish)
    return schema


def answer(office: Office, schema: EscalationSchema, **more: Any) -> EscalationSchema:
    """Ana has answered."""
    answered: EscalationSchema = office.do(answer_escalation, escalation_id=schema.id, **{"by": ANA, **more})
    return answered


def mend(office: Office, schema: EscalationSchema, by: str = ANA, **changes: Any) -> EscalationFixed:
    """Ana has fixed it: a hand-over that could have been avoided."""
    fix = FIX.model_copy(update=changes)
    fixed: EscalationFixed = office.do(fix_escalation, escalation_id=schema.id, fix=fix, by=by)
    return fixed


def mended(office: Office, customer: UUID, **more: Any) -> EscalationSchema:
    """An escalation that waits for the customer's word."""
    schema = escalate(office, customer)
    answer(office, schema)
    return mend(office, schema, **more).escalation


def ask_whether(
    office: Office,
    schema: EscalationSchema,
    holds: bool,
    *,
    result: Result = Result.TALKED,
    **more: Any,
) -> CheckinRecorded:
    """Ana talks to the customer, who says whether the fix holds."""
    settle = next(extra.use_case for extra in collect_extras(office.runtime.features) if extra.key == HOLDS)

    def extra(session: Any, **given: Any) -> object:
        return settle(session, answers={schema.id: holds}, **given)

    inputs = {"customer_id": schema.customer_id, "by": ANA, "channel": Channel.CALL, "extras": [extra], **more}
    recorded: CheckinRecorded = office.do(record_checkin, result=result, **inputs)
    return recorded


def stored(office: Office, schema: EscalationSchema) -> Escalation:
    """An escalation as it is stored."""
    row: Escalation = stored_row(office, ESCALATIONS, schema.id)
    return row


def listed(office: Office, whose: str = "team", viewer: str = ANA, page: int = 0) -> EscalationList:
    """A list as somebody sees it."""
    schema: EscalationList = office.ask(get_list, whose=whose, viewer=viewer, page=page)
    return schema


def owed(office: Office, kind: str = "", to: str = "") -> list[OutboxMessage]:
    """What this feature owes to Slack, oldest first."""
    return owed_notifications(office, f"escalations.{kind}", to)


def trail(office: Office, schema: EscalationSchema) -> list[str]:
    """What the audit trail says of an escalation, oldest first: who did what."""
    return trail_of(office, ESCALATIONS, schema.id)


def keep(office: Office) -> int:
    """Let the clock do what it does about escalations."""
    acts = (close_inactive, pass_on_orphaned, warn_people, notify_late, forget_channel_news, post_to_channel)
    return sum(int(office.do(act)) for act in acts)

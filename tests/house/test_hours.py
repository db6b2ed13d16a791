"""Which notifications may be sent outside working hours."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from bot.core.schemas import Notification, PromptNotification
from bot.escalations.rules import Severity
from bot.escalations.schemas import AboutEscalation, EscalationLate, EscalationSchema
from bot.features import FEATURES

PROMPT = {
    "customers.imported", "customers.import_interrupted", "customers.shared_out", "digests.neglected", "digests.page",
    "digests.owed", "digests.clear", "mentions.digest", "reviews.weekly",
    "reviews.plan_made",
}  # fmt: skip
"""Answers to what the reader just did, and digests, whose hour managers chose."""
ABOUT_PROBLEMS = {
    "escalations.raised", "escalations.warned", "escalations.late", "escalations.posted", "escalations.update",
}  # fmt: skip
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_every_notification_waits_for_the_hours_of_its_reader_but_those_named_here() -> None:
    """A new notification waits by itself; one that doesn't has to be named here, with its reason."""
    kinds = [kind for feature in FEATURES for kind in feature.views]
    assert {kind.kind for kind in kinds if issubclass(kind, PromptNotification)} == PROMPT
    assert {kind.kind for kind in kinds if issubclass(kind, AboutEscalation)} == ABOUT_PROBLEMS
    others = [kind for kind in kinds if not issubclass(kind, PromptNotification | AboutEscalation)]
    assert [kind.kind for kind in others if kind.at_any_hour is not Notification.at_any_hour] == []


@pytest.mark.parametrize("severity", Severity)
def test_only_a_problem_that_stops_a_customers_work_is_told_by_night(severity: Severity) -> None:
    """What hurts or annoys them waits for the morning."""
    problem = EscalationSchema(
        id=uuid4(), customer_id=uuid4(), customer_name="Acme", what="down", severity=severity, assignee_id="U1",
        assignee_name="Ana", raised_by="U2", raised_by_name="Mara", raised_at=NOW, answer_by=NOW, now=NOW, zone="UTC",
    )  # fmt: skip
    assert EscalationLate(escalation=problem).at_any_hour == (severity is Severity.STOPS)

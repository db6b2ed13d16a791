"""How fast customers are to be answered, and which channel learns of escalations: managers say so."""

from datetime import datetime

from sqlmodel import Session

from bot.core.errors import InvalidInput
from bot.escalations.queries import find_settings, get_setup
from bot.escalations.rules import DEFAULT_SPANS, Severity, read_span
from bot.escalations.schemas import Wishes
from bot.escalations.tables import EscalationSettings
from bot.people.usecases import require_manager
from bot.workspaces.schemas import ChannelSchema
from bot.workspaces.usecases import record

UNREADABLE = "Write hours or days of work, such as 4 hours or 1 day; at most 80 hours or 20 days."


def check_setup(session: Session, *, wishes: Wishes, channel: ChannelSchema | None, by: str, now: datetime) -> None:  # noqa: ARG001 - the shape of every query
    """
    Find out, before anything is changed, whether *by* may have what they wish for.

    Raises:
        NotAllowed: they are no manager.
        InvalidInput: fields `stops`, `hurts`, `annoys`, `channel`.
    """
    require_manager(session, by=by, wish="set escalations up")
    problems = {one.value: UNREADABLE for one in Severity if read_span(getattr(wishes, one.value)) is None}
    if channel is not None and channel.problem:
        problems["channel"] = channel.problem
    if problems:
        raise InvalidInput(fields=problems)


def save_setup(session: Session, *, wishes: Wishes, channel: ChannelSchema | None, by: str, now: datetime) -> Wishes:
    """
    Set clocks and channel; clocks that run already keep their deadlines. Saving the same twice changes nothing.

    Raises:
        NotAllowed, InvalidInput: as `check_setup`.
    """
    check_setup(session, wishes=wishes, channel=channel, by=by, now=now)
    settings = find_settings(session)
    if settings is None:
        settings = EscalationSettings.model_validate({one.value: str(span) for one, span in DEFAULT_SPANS.items()})
        session.add(settings)
    before = _as_kept(settings)
    for one in Severity:
        setattr(settings, one.value, str(read_span(getattr(wishes, one.value))))
    settings.channel_id, settings.channel_name = (channel.id, channel.name[:100]) if channel else (None, "")
    session.flush()
    if before != _as_kept(settings):
        record(
            session, "escalations.set_up", by=by, kind="escalation_settings", subject=settings.id, before=before,
            after=_as_kept(settings), now=now,
        )  # fmt: skip
    return get_setup(session, viewer=by, now=now)


def _as_kept(settings: EscalationSettings) -> dict[str, str | None]:
    return {**{one.value: getattr(settings, one.value) for one in Severity}, "channel": settings.channel_id}

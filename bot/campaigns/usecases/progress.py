"""What the clock does while a campaign runs: calls that were made are done, and the message in the channel is drawn."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from bot.campaigns.queries import get_row, list_members, list_reached, list_running, schema_of
from bot.campaigns.rules import Arm
from bot.campaigns.schemas import CampaignChannelLost, CampaignProgress, CampaignSchema
from bot.campaigns.tables import Campaign
from bot.core import outbox
from bot.followups.rules import FollowupState
from bot.followups.tables import Followup
from bot.followups.usecases import close
from bot.workspaces.usecases import BOT


def post_progress(session: Session, schema: CampaignSchema, *, to: str, now: datetime) -> None:
    """Enqueue the message that shows a channel how far a campaign is."""
    outbox.enqueue(session, CampaignProgress(campaign=schema), to=to, key=progress_key(schema.id), now=now)


def progress_key(campaign_id: UUID) -> str:
    """Return the key of the message that shows how far a campaign is."""
    return f"campaign:{campaign_id}"


def complete_reached(session: Session, *, now: datetime) -> int:
    """Close the follow-ups of customers that were talked to since they were drawn; return how many."""
    return sum(_complete(session, row, now=now) for row in list_running(session))


def leave_channel(session: Session, *, channel: str, now: datetime) -> int:
    """
    Show no more of campaigns in a channel that Slack refuses or outsiders can read; tell who drew them.

    Returns how many campaigns that were.
    """
    rows = [row for row in list_running(session) if row.channel_id == channel]
    for row in rows:
        lost = CampaignChannelLost(campaign_name=row.name, channel_name=row.channel_name)
        row.channel_id = None
        outbox.enqueue(session, lost, to=row.made_by, key=f"campaign_channel_lost:{row.id}:{channel}", now=now)
    return len(rows)


def mark_shown(session: Session, *, campaign_id: UUID, counts: dict[str, int], now: datetime) -> None:  # noqa: ARG001 - every use case takes the time
    """Store what the message in the channel shows now."""
    get_row(session, campaign_id).shown = counts


def refresh_progress(session: Session, notification: CampaignProgress, to: str, now: datetime) -> CampaignProgress:  # noqa: ARG001 - as every refresh
    """Return how far a campaign is when the message about it is sent."""
    row = get_row(session, notification.campaign.id)
    return CampaignProgress(campaign=schema_of(session, row, viewer=None, now=now))


def list_open_calls(session: Session, followup_ids: Sequence[UUID]) -> Sequence[Followup]:
    """Return those of these follow-ups that are open."""
    query = select(Followup).where(col(Followup.id).in_(followup_ids), Followup.state == FollowupState.OPEN)
    return session.exec(query).all() if followup_ids else ()


def _complete(session: Session, row: Campaign, *, now: datetime) -> int:
    members = [one for one in list_members(session, row.id, Arm.CALLED) if one.followup_id]
    calls = list_open_calls(session, [one.followup_id for one in members if one.followup_id])
    reached = list_reached(session, row, [call.customer_id for call in calls])
    done = [call for call in calls if call.customer_id in reached]
    for call in done:
        close(session, call, FollowupState.DONE, by=BOT, note="talked to them", now=now)
    return len(done)

"""The end of a campaign, and what was sold."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session, select

from bot.campaigns.queries import get_row, list_members, list_over, list_reached, rows_by_caller
from bot.campaigns.queries.results import result_of
from bot.campaigns.rules import SALES_LIMIT, Arm, CampaignState
from bot.campaigns.schemas import CallsOver, CampaignEnded
from bot.campaigns.tables import Campaign, CampaignMember, CampaignSale
from bot.campaigns.usecases.progress import list_open_calls
from bot.commitments.usecases import require_valid
from bot.core import outbox
from bot.customers.queries import get_customer
from bot.followups.rules import REASON, FollowupState
from bot.followups.usecases import close
from bot.people.usecases import require_manager
from bot.workspaces.usecases import BOT, record

SHOWN_CALLS = 8
CURRENCY = 3
CENT = Decimal("0.01")


def end_campaigns(session: Session, *, now: datetime) -> int:
    """
    End the campaigns whose last day is over in the workspace's zone; return how many.

    Calls that weren't made are cancelled, and those who would have made them are told once; who drew the campaign and
    its channel get the result.
    """
    over = list_over(session, now=now)
    for row in over:
        _end(session, row, now=now)
    return len(over)


def record_sale(
    session: Session, *, campaign_id: UUID, customer_id: UUID, amount: Decimal, currency: str, by: str,
    now: datetime, view_id: str = "",
) -> str:  # fmt: skip
    """
    Write down what a customer of either group bought; return its name.

    Raises:
        NotAllowed: *by* is no manager.
        NotFound: no such campaign or customer.
        AlreadyDone: this form was saved before.
        InvalidInput: fields `customer`, `amount`, `currency`.
    """
    require_manager(session, by=by, wish="write down what was sold")
    row = get_row(session, campaign_id)
    member = select(CampaignMember).where(
        CampaignMember.campaign_id == row.id, CampaignMember.customer_id == customer_id
    )
    is_drawn = session.exec(member).first() is not None
    code = currency.strip().upper()
    require_valid({
        "customer": None if is_drawn else f"Choose a customer that was drawn for {row.name}, in either group.",
        "amount": None if CENT <= amount < SALES_LIMIT else "Write an amount above 0.",
        "currency": None if len(code) == CURRENCY and code.isalpha() and code.isascii()
        else "Write the currency's three letters, such as EUR.",
    })  # fmt: skip
    outbox.require_new_submission(session, view_id, now=now)
    cents = amount.quantize(CENT)
    session.add(CampaignSale(campaign_id=row.id, customer_id=customer_id, amount=cents, currency=code, by=by, at=now))
    record(
        session, "campaign.sold", by=by, kind="campaign", subject=row.id, customer_id=customer_id,
        after={"amount": str(cents), "currency": code}, now=now,
    )  # fmt: skip
    return get_customer(session, customer_id).name


def _end(session: Session, row: Campaign, *, now: datetime) -> None:
    row.state, row.ended_at = CampaignState.ENDED, now
    record(session, "campaign.ended", by=BOT, kind="campaign", subject=row.id, now=now)
    _cancel_calls(session, row, now=now)
    session.flush()
    ended = CampaignEnded(result=result_of(session, row, viewer=None, now=now))
    for to in (row.made_by, row.channel_id):
        if to:
            outbox.enqueue(session, ended, to=to, key=f"campaign_ended:{row.id}:{to}", now=now)


def _cancel_calls(session: Session, row: Campaign, *, now: datetime) -> None:
    """Cancel the calls that weren't made, and tell those who would have made them."""
    members = [one for one in list_members(session, row.id, Arm.CALLED) if one.followup_id]
    reached = list_reached(session, row, [one.customer_id for one in members])
    by_call = {one.followup_id: one for one in members if one.followup_id}
    left: dict[str, list[CampaignMember]] = {}
    for call in list_open_calls(session, list(by_call)):
        member = by_call[call.id]
        is_reached = member.customer_id in reached
        state = FollowupState.DONE if is_reached else FollowupState.CANCELLED
        reason = "" if is_reached else f"the campaign “{row.name}” ended"[:REASON]
        close(session, call, state, by=BOT, reason=reason, now=now)
        if not is_reached:
            left.setdefault(call.assignee_id, []).append(member)
    rows = rows_by_caller(session, left, most=SHOWN_CALLS)
    new = [
        outbox.NewNotification(
            CallsOver(campaign_name=row.name, total=len(theirs), rows=rows[person_id]),
            person_id, f"campaign_over:{row.id}:{person_id}",
        )
        for person_id, theirs in left.items()
    ]  # fmt: skip
    outbox.enqueue_all(session, new, now=now)

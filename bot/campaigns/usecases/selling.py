"""Writing down what was sold, one sale by hand or a list of them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session, select

from bot.campaigns.queries import get_row
from bot.campaigns.queries.selling import WISH, weigh_sales
from bot.campaigns.rules import SALES_LIMIT
from bot.campaigns.schemas import SalesPlan, SalesRead
from bot.campaigns.tables import CampaignMember, CampaignSale
from bot.commitments.usecases import require_valid
from bot.core import inbox
from bot.core.database import insert_new
from bot.customers.queries import get_customer
from bot.people.usecases import require_manager
from bot.workspaces.usecases import record

CURRENCY = 3
CENT = Decimal("0.01")


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
    require_manager(session, by=by, wish=WISH)
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
    inbox.require_new_submission(session, view_id, now=now)
    cents = amount.quantize(CENT)
    session.add(CampaignSale(campaign_id=row.id, customer_id=customer_id, amount=cents, currency=code, by=by, at=now))
    record(
        session, "campaign.sold", by=by, kind="campaign", subject=row.id, customer_id=customer_id,
        after={"amount": str(cents), "currency": code}, now=now,
    )  # fmt: skip
    return get_customer(session, customer_id).name


def record_sales(
    session: Session, *, campaign_id: UUID, read: SalesRead, by: str, now: datetime, view_id: str = ""
) -> SalesPlan:
    """
    Write down the sales of a list to customers of either group, each once; return what that did.

    Raises:
        NotAllowed: *by* is no manager ("bot" stands for the command line).
        NotFound: there is no such campaign.
        InvalidInput: the list can't be read.
        AlreadyDone: this form was saved before.
    """
    done, sales = weigh_sales(session, campaign_id=campaign_id, read=read, by=by)
    inbox.require_new_submission(session, view_id, now=now)
    rows = [
        {
            "campaign_id": campaign_id, "customer_id": customer_id, "amount": one.amount, "currency": one.currency,
            "sold_on": one.sold_on, "reference": one.reference, "mark": mark, "by": by, "at": now,
        }
        for customer_id, one, mark in sales
    ]  # fmt: skip
    insert_new(session, CampaignSale, rows)
    after = {"file_name": done.file_name, "new": done.new, "known": done.known, "refused": len(done.refusals)}
    record(session, "campaign.sales_listed", by=by, kind="campaign", subject=campaign_id, after=after, now=now)
    return done

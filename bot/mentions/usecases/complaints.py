"""What a complaint sets going: who looks after the customer hears of it once, and calls soon."""

from datetime import datetime

from sqlmodel import Session

from bot.core import outbox
from bot.customers.queries import get_customer
from bot.customers.usecases.scheduling import bring_forward, put_back
from bot.mentions.queries.mentions import list_schemas
from bot.mentions.rules.feeling import Feeling
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas.mentions import ComplaintForOwner
from bot.mentions.tables.mentions import Mention
from bot.people.queries import find_person_row
from bot.workspaces.usecases import BOT

REASON = "something that reads as a complaint was written about it"
SURE = frozenset({Tier.LINKED, Tier.LIKELY})


def follow_complaint(session: Session, row: Mention, *, now: datetime, by: str = BOT) -> None:
    """
    Bring the customer's next check-in forward and tell its owner, once, where a mention reads as a complaint about a
    customer that nobody has to be asked about. Otherwise nothing happens.
    """
    if row.feeling is not Feeling.COMPLAINT or row.customer_id is None or row.tier not in SURE:
        return
    moved = bring_forward(session, customer_id=row.customer_id, reason=REASON, by=by, now=now)
    row.brought_forward = row.brought_forward or moved
    session.flush()
    customer = get_customer(session, row.customer_id)
    owner = find_person_row(session, customer.owner_id or "")
    if owner is None or owner.is_deactivated:
        return
    schema = list_schemas(session, [row], now=now)[0]
    notification = ComplaintForOwner(mention=schema, due_on=customer.due_on if moved else None)
    key = f"mention:{row.id}:owner:{owner.id}:{customer.id}"
    outbox.enqueue(session, notification, to=owner.id, key=key, now=now)


def withdraw_complaint(session: Session, row: Mention, *, reason: str, by: str, now: datetime) -> None:
    """Let the customer be due by its own cadence again, if this mention brought it forward."""
    if row.brought_forward and row.customer_id is not None:
        put_back(session, customer_id=row.customer_id, reason=reason, by=by, now=now)
    row.brought_forward = False

"""What leaves the customers feature about lost customers."""

from datetime import date
from uuid import UUID

from bot.core.schemas import Line, Notification, Schema
from bot.customers.rules.losses import LossReason
from bot.customers.schemas import CustomerSchema


class LossDetails(Schema):
    """What somebody says about a loss: why, whether it was foreseen (None: not said), since when (None: today)."""

    reason: LossReason = LossReason.NOT_KNOWN
    foreseen: bool | None = None
    lost_on: date | None = None


class LossForm(Schema):
    """
    What the form about a lost customer starts with: what is known of its open loss, if there is one, and what came
    *before* it within a year, the latest first.
    """

    customer: CustomerSchema
    reason: LossReason | None = None
    foreseen: bool | None = None
    lost_on: date
    words: str = ""
    before: tuple[Line, ...] = ()


class RelativeLost(Notification):
    """A customer was lost whose family has others that the reader looks after: *names*, at most three of *total*."""

    kind = "customers.relative_lost"
    loss_id: UUID
    customer_id: UUID
    name: str
    why: str
    by: str
    root_name: str
    names: tuple[str, ...]
    total: int

"""What leaves this feature about sharing the customers without an owner out."""

from datetime import date
from uuid import UUID

from bot.core.schemas import Notification, PromptNotification, Schema


class PoolShared(PromptNotification):
    """The person who is told has shared the pool out; see `ShareDone`."""

    kind = "customers.shared_out"
    share_id: UUID
    total: int
    shares: tuple[tuple[str, int], ...]
    is_evened: bool = False


class CustomersTakenBack(Notification):
    """Customers that somebody was given when the pool was shared out have no owner again."""

    kind = "customers.taken_back"
    names: tuple[str, ...]
    total: int
    by: str


class ShareForm(Schema):
    """What the form that shares the pool out shows: how many customers, a few names, and whom to propose."""

    total: int
    examples: tuple[str, ...] = ()
    among: tuple[str, ...] = ()


class ShareDone(Schema):
    """
    The pool was shared out: how many customers, and each person's name with their number. *is_evened*: too many of one
    person are due on one day, so that some come up earlier.
    """

    id: UUID
    total: int
    shares: tuple[tuple[str, int], ...]
    is_evened: bool = False


class ShareSummary(Schema):
    """A sharing: by whom (a name), when and how many customers, and who undid it, if anybody did."""

    id: UUID
    by: str
    on: date
    today: date
    total: int
    undone_by: str | None = None


class ShareMessage(Schema):
    """The message in Slack that says that the pool was shared out, and what is to be said there now."""

    channel: str
    ts: str
    summary: ShareSummary


class ShareUndone(Schema):
    """A sharing was undone: how many customers have no owner again, how many stay, and the names of a few of those."""

    back: int
    kept: int
    kept_names: tuple[str, ...] = ()

"""What leaves the reviews about plans: a proposal, what was made of it, and whom it concerns."""

from datetime import date
from uuid import UUID

from bot.core.schemas import Notification, PromptNotification, Schema
from bot.reviews.rules.plans import PlanKind


class PlannedChange(Schema):
    """A customer with what a plan changes: its owner's name, or its cadence in words."""

    name: str
    before: str
    after: str


class Proposal(Schema):
    """
    A page of what a plan would do; pages count from 0. It is for one owner, or for everybody where *owner* is empty.

    *fingerprint* tells plans apart. *counts* says how many customers each person would get, by name. *left* customers
    would still be too many for their owners. *above* cadences would be longer than *floor* days, which takes a
    manager's word. *is_stale*: things have changed since it was shown before, so it was made anew.
    """

    kind: PlanKind
    owner: str = ""
    owner_name: str = ""
    total: int
    fingerprint: str
    counts: tuple[tuple[str, int], ...] = ()
    left: int = 0
    above: int = 0
    floor: int = 0
    rows: tuple[PlannedChange, ...]
    page: int = 0
    pages: int = 1
    is_stale: bool = False


class PlanSummary(Schema):
    """A plan that was carried out: by whom (a name), when, for how many customers, and who undid it, if anybody did."""

    id: UUID
    kind: PlanKind
    by: str
    on: date
    today: date
    total: int
    undone_by: str | None = None


class PlanMade(PromptNotification):
    """The person who is told has carried out a plan; *counts* says how many customers each person got, by name."""

    kind = "reviews.plan_made"
    plan_id: UUID
    what: PlanKind
    total: int
    counts: tuple[tuple[str, int], ...] = ()


class Concerned(Schema):
    """The first names of the customers of a plan that concern somebody, and how many there are."""

    names: tuple[str, ...] = ()
    total: int = 0


class PlanTold(Notification):
    """
    What a plan of *by* did with somebody's customers: those they *got*, *gave* away, or whose cadence is *longer*.

    With *is_undone* a plan was undone: they are the customers that came back, went back, or have their cadence again.
    """

    kind = "reviews.plan_told"
    by: str
    got: Concerned = Concerned()
    gave: Concerned = Concerned()
    longer: Concerned = Concerned()
    is_undone: bool = False


class PlanUndone(Schema):
    """A plan was undone: for how many customers, how many stay as they are now, and the names of a few of those."""

    what: PlanKind
    back: int
    kept: int
    kept_names: tuple[str, ...] = ()


class PlanMessage(Schema):
    """The message in Slack that says that a plan was carried out, and what is to be said there now."""

    channel: str
    ts: str
    summary: PlanSummary

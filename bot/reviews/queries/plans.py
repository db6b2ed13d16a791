"""Makes plans of what cadences ask of people and what they can do."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from bot.core.errors import InvalidInput
from bot.people.queries import list_names
from bot.people.usecases import require_manager
from bot.reviews.queries.capacity import Team, read_relationships, read_team
from bot.reviews.queries.plan_trail import FORGOTTEN
from bot.reviews.rules.capacity import lengthen
from bot.reviews.rules.plans import PlanKind, count_surplus, plan_moves
from bot.reviews.schemas.plans import PlannedChange, Proposal
from bot.workspaces.queries import get_workspace

WISH = "make a plan for the team"
PAGE_ROWS = 20


class Change(NamedTuple):
    """A customer with its owner, or its cadence in days, before and after."""

    customer_id: UUID
    name: str
    before: str | int
    after: str | int


@dataclass(frozen=True)
class Plan:
    """What is to be changed, furthest past its cadence first; *left* customers would still be too many."""

    kind: PlanKind
    owner: str
    changes: tuple[Change, ...]
    left: int = 0

    @property
    def fingerprint(self) -> str:
        """Return what tells it apart from another plan."""
        lines = sorted(f"{change.customer_id}:{change.before}:{change.after}" for change in self.changes)
        return sha256("\n".join(lines).encode()).hexdigest()[:16]


def get_proposal(
    session: Session, *, kind: PlanKind, owner: str, viewer: str, now: datetime, page: int = 0, seen: str = ""
) -> Proposal:
    """
    Return a page of the plan of that *kind* for *owner*, or for everybody where that is empty.

    *seen* is the fingerprint of the plan that the viewer saw before; another one is said to be made anew.

    Raises:
        NotAllowed: the viewer is no manager.
        InvalidInput: there is nothing to plan.
    """
    require_manager(session, by=viewer, wish=WISH)
    plan = make_plan(session, kind=kind, owner=owner, now=now)
    return propose(session, plan, page=page, is_stale=seen not in {"", plan.fingerprint})


def make_plan(session: Session, *, kind: PlanKind, owner: str, now: datetime) -> Plan:
    """
    Make the plan of that *kind* for *owner*, or for everybody where that is empty.

    Raises:
        InvalidInput: nobody is asked for too much, nobody has room, or every cadence is as long as it may be.
    """
    team = read_team(session, now=now)
    plan = (_move if kind is PlanKind.MOVE else _lengthen)(session, team, owner)
    if not plan.changes:
        raise InvalidInput(_nothing(team, plan))
    return plan


def propose(session: Session, plan: Plan, *, page: int = 0, is_stale: bool = False) -> Proposal:
    """Return a page of *plan* as screens show it."""
    pages = max(-(-len(plan.changes) // PAGE_ROWS), 1)
    page = min(page, pages - 1)
    shown = plan.changes[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    is_move, floor = plan.kind is PlanKind.MOVE, get_workspace(session).cadence_floor_days
    names = list_names(session, [plan.owner, *(str(word) for one in shown for word in one[2:] if is_move)])
    return Proposal(
        kind=plan.kind, owner=plan.owner, owner_name=names.get(plan.owner, ""), total=len(plan.changes),
        fingerprint=plan.fingerprint, counts=count_by_name(session, plan), left=plan.left, floor=floor,
        above=0 if is_move else sum(int(change.after) > floor for change in plan.changes),
        rows=tuple(PlannedChange(name=one.name, before=_say(one.before, names), after=_say(one.after, names))
                   for one in shown),
        page=page, pages=pages, is_stale=is_stale,
    )  # fmt: skip


def count_by_name(session: Session, plan: Plan) -> tuple[tuple[str, int], ...]:
    """Return how many customers each person gets, by name; nothing of a plan that changes cadences."""
    counts = Counter(str(change.after) for change in plan.changes) if plan.kind is PlanKind.MOVE else Counter[str]()
    names = list_names(session, counts)
    return tuple(sorted((names.get(person, FORGOTTEN), count) for person, count in counts.items()))


def _move(session: Session, team: Team, owner: str) -> Plan:
    """Plan whom customers go to."""
    givers = [owner] if owner else team.over()
    groups = team.groups(read_relationships(session, givers), team.people)
    moves = plan_moves(groups, team.limits, team.takers(), givers=givers)
    to = {member: taker for group, taker in moves.items() for member in group.members}
    changes = [Change(key, row.name, row.owner_id, to[key]) for key, row in team.customers.items() if key in to]
    staying = [group for group in groups if group not in moves]
    left = sum(
        count_surplus([group for group in staying if group.owner == giver], team.limits[giver])
        for giver in givers if giver in team.limits
    )  # fmt: skip
    return Plan(PlanKind.MOVE, owner, tuple(changes), left)


def _lengthen(_session: Session, team: Team, owner: str) -> Plan:
    """Plan the cadences of an owner, or of everybody at once, so that what people make suffices for them."""
    counted: list[str | None] = [owner] if owner else [None, *team.limits]
    limit = sum(team.limits.get(str(one), 0) for one in counted)
    rows = team.owned.get(owner, []) if owner else list(team.customers.values())
    asking = dict.fromkeys((row.effective_cadence_days for row in rows), 0) | team.cadences(counted)
    longer = lengthen(asking, limit) if not owner or owner in team.limits else {}
    changes = (
        Change(row.id, row.name, row.effective_cadence_days, longer[row.effective_cadence_days])
        for row in rows
        if longer.get(row.effective_cadence_days, row.effective_cadence_days) != row.effective_cadence_days
    )
    return Plan(PlanKind.LENGTHEN, owner, tuple(changes))


def _nothing(team: Team, plan: Plan) -> str:
    """Return why there is nothing to plan, and what to do."""
    over = team.over()
    if plan.kind is PlanKind.MOVE and (plan.owner in over or (over and not plan.owner)):
        return "No colleague has room for these customers; make the cadences longer instead."
    if plan.kind is PlanKind.LENGTHEN and (plan.owner in over or (not plan.owner and team.is_over())):
        return "No cadence of up to a year suffices for these customers; move some to colleagues instead."
    return "What is made suffices for what is asked; there is nothing to change. See /evenhand capacity."


def _say(word: str | int, names: dict[str, str]) -> str:
    return names.get(word, FORGOTTEN) if isinstance(word, str) else f"{word} days"

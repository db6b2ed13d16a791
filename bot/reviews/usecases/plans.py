"""Carrying out plans that move customers or lengthen cadences, and undoing them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.clock import new_id
from bot.core.database import workspace_of
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.customers.queries.due import CUSTOMERS, MOVING_NAMES, ScheduleBatch
from bot.customers.tables import Customer
from bot.customers.usecases import retract_news
from bot.customers.usecases.stale import chunks
from bot.customers.usecases.writing import update_rows
from bot.people.queries import list_rows
from bot.people.rules import Mute
from bot.people.usecases import require_manager
from bot.reviews.queries.plan_trail import MADE, SHOWN_FOR, UNDONE, list_entries, plan_key
from bot.reviews.queries.plans import WISH, Plan, count_by_name, make_plan, propose
from bot.reviews.rules.plans import PlanKind
from bot.reviews.schemas.plans import Concerned, PlanMade, PlanTold, PlanUndone, Proposal
from bot.workspaces.queries import get_workspace
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import BOT, record

HANDED_OVER, LENGTHENED = "customer.handed_over", "customer.lengthened"
COLUMNS = ("id", "name", "cadence_approved_by", *MOVING_NAMES)
EXAMPLES = 5
NOTHING = "There is nothing to undo here; /evenhand capacity shows the plans of the last week."


class Piece(NamedTuple):
    """
    What a plan did to one customer: its owner, or its own cadence, before and after.

    *row* has the columns of `COLUMNS` as they are now, or as they were when the plan was carried out.
    """

    row: Any
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def is_move(self) -> bool:
        """Whether it changed the owner."""
        return "owner" in self.after


def carry_out_plan(
    session: Session, *, kind: PlanKind, owner: str, fingerprint: str, by: str, now: datetime, view_id: str = ""
) -> PlanMade | Proposal:
    """
    Carry out the plan of that *kind* for *owner* (or for everybody), and notify each person concerned once.

    If it isn't the plan of that *fingerprint* any more, nothing is changed, and the new plan is returned.

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: there is nothing to plan any more.
        AlreadyDone: this form had its effect before.
    """
    require_manager(session, by=by, wish=WISH)
    outbox.require_new_submission(session, f"{view_id}:{fingerprint}" if view_id else "", now=now)
    plan = make_plan(session, kind=kind, owner=owner, now=now)
    if plan.fingerprint != fingerprint:
        return propose(session, plan, is_stale=True)
    plan_id = new_id()
    pieces = _change(session, plan, plan_id=plan_id, by=by, now=now)
    told = {"kind": kind.value, "total": len(pieces)}
    record(session, MADE, by=by, kind="plan", subject=plan_id, after=told, now=now)
    _tell(session, pieces, plan_id=plan_id, by=by, now=now)
    made = PlanMade(plan_id=plan_id, what=kind, total=len(pieces), counts=count_by_name(session, plan))
    outbox.enqueue(session, made, to=by, key=plan_key(plan_id), now=now)
    return made


def undo_plan(session: Session, *, plan_id: UUID, by: str, now: datetime) -> PlanUndone:
    """
    Restore what a plan changed, within a week, except what somebody has changed since.

    A customer that was moved stays, too, when people have done anything with it since, or when its former owner has
    left. Those who were told of the plan hear of it; a message to them that wasn't sent yet is cancelled.

    Raises:
        NotAllowed: *by* is no manager.
        NotFound: there was no such plan.
        AlreadyDone: it was undone before.
        InvalidInput: it is older than a week.
    """
    require_manager(session, by=by, wish="undo that")
    entries = list_entries(session, plan_id)
    if not entries:
        raise NotFound(NOTHING)
    if len(entries) > 1:
        raise AlreadyDone("That was undone already; nothing was changed.")
    made = entries[0]
    if now - made.at > SHOWN_FOR:
        raise InvalidInput("A plan can be undone for a week; make another one with /evenhand capacity.")
    back, kept = _divide(session, _list_pieces(session, made), made)
    _restore(session, back, by=by, now=now)
    record(session, UNDONE, by=by, kind="plan", subject=plan_id, after={"back": len(back)}, now=now)
    session.flush()
    _tell_undone(session, back, kept, plan_id=plan_id, made=made, by=by, now=now)
    names = tuple(piece.row.name for piece in kept[:EXAMPLES])
    return PlanUndone(what=PlanKind(made.after["kind"]), back=len(back), kept=len(kept), kept_names=names)


def _change(session: Session, plan: Plan, *, plan_id: UUID, by: str, now: datetime) -> list[Piece]:
    """Change the customers of *plan*, with a line in the audit trail for each."""
    floor = get_workspace(session).cadence_floor_days
    to = {change.customer_id: change.after for change in plan.changes}
    rows = {row.id: row for some in chunks(list(to)) for row in session.execute(_here(session, some))}
    changes = [(rows[key], _new_values(after, floor=floor, by=by)) for key, after in to.items()]
    _store(session, changes, now=now)
    pieces = [Piece(row, *_told_in_trail(row, values)) for row, values in changes]
    for piece in pieces:
        _record(session, piece, {**piece.before, "plan": str(plan_id)}, piece.after, by=by, now=now)
    return pieces


def _here(session: Session, customer_ids: Sequence[UUID] | None = None) -> sa.Select[Any]:
    """Select the columns of these customers, or of all, in this workspace."""
    query = sa.select(*(CUSTOMERS.c[name] for name in COLUMNS)).where(CUSTOMERS.c.workspace_id == workspace_of(session))
    return query if customer_ids is None else query.where(CUSTOMERS.c.id.in_(customer_ids))


def _new_values(to: str | int, *, floor: int, by: str) -> dict[str, Any]:
    """Return the columns that a plan sets: the owner *to*, or the cadence with who approves it above the *floor*."""
    if isinstance(to, str):
        return {"owner_id": to}
    return {"cadence_days": to, "cadence_approved_by": by if to > floor else None}


def _told_in_trail(row: Any, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the audit trail tells of a change, before and after."""
    if "owner_id" in values:
        return {"owner": row.owner_id}, {"owner": values["owner_id"], "note": ""}
    return {name: getattr(row, name) for name in values}, {"cadence_days": values["cadence_days"]}


def _store(session: Session, changes: Sequence[tuple[Any, Mapping[str, Any]]], *, now: datetime) -> None:
    """Store the new values of many customers with the schedules that follow from them."""
    owners = {values.get("owner_id", row.owner_id) for row, values in changes}
    schedules = ScheduleBatch(session, owners)
    session.flush()
    update_rows(
        session,
        Customer,
        [
            (row.id, {**values, **schedules.schedule_of(row, **values)._asdict(), "changed_at": now})
            for row, values in changes
        ],
    )
    session.expire_all()


def _record(
    session: Session, piece: Piece, before: Mapping[str, Any], after: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    action = HANDED_OVER if piece.is_move else LENGTHENED
    key = piece.row.id
    record(session, action, by=by, kind="customer", subject=key, customer_id=key, before=before, after=after, now=now)


def _list_pieces(session: Session, made: AuditEntry) -> list[Piece]:
    """Return what a plan did, by the names of the customers, without those erased since."""
    theirs = sa.and_(
        col(AuditEntry.workspace_id) == CUSTOMERS.c.workspace_id,
        col(AuditEntry.customer_id) == CUSTOMERS.c.id,
        col(AuditEntry.action).in_([HANDED_OVER, LENGTHENED]),
        col(AuditEntry.at) == made.at,
        col(AuditEntry.by) == made.by,
    )
    query = _here(session).add_columns(col(AuditEntry.before), col(AuditEntry.after)).join(AuditEntry, theirs)
    rows = session.execute(query.order_by(CUSTOMERS.c.name_key, CUSTOMERS.c.id)).all()
    return [Piece(row, row.before, row.after) for row in rows if row.before.get("plan") == made.subject_id]


def _divide(session: Session, pieces: Sequence[Piece], made: AuditEntry) -> tuple[list[Piece], list[Piece]]:
    """Return the pieces that can be restored, and those that stay as they are."""
    moved = select(AuditEntry.customer_id).where(AuditEntry.action == HANDED_OVER, AuditEntry.at == made.at)
    since = (col(AuditEntry.at) > made.at, AuditEntry.by != BOT, col(AuditEntry.customer_id).in_(moved))
    used = set(session.exec(select(AuditEntry.customer_id).where(*since).distinct()).all())
    former = list_rows(session, {piece.before["owner"] for piece in pieces if piece.is_move})
    here = {key for key, one in former.items() if not (one.is_deactivated or one.is_guest or one.is_bot)}

    def may_return(piece: Piece) -> bool:
        if piece.is_move:
            is_same = piece.row.owner_id == piece.after["owner"] and piece.before["owner"] in here
            return is_same and piece.row.id not in used
        return bool(piece.row.cadence_days == piece.after["cadence_days"])

    kept = [piece for piece in pieces if not may_return(piece)]
    return [piece for piece in pieces if may_return(piece)], kept


def _restore(session: Session, pieces: Sequence[Piece], *, by: str, now: datetime) -> None:
    """Set owners and cadences to what they were before the plan, with a line in the audit trail for each."""
    changes = []
    for piece in pieces:
        before = {name: value for name, value in piece.before.items() if name != "plan"}
        changes.append((piece.row, {"owner_id": before["owner"]} if piece.is_move else before))
        _record(session, piece, piece.after, before, by=by, now=now)
    _store(session, changes, now=now)


def _by_person(pieces: Sequence[Piece]) -> dict[str, dict[str, list[str]]]:
    """Return the names of the customers that concern each person: those they `got`, `gave`, or keep for `longer`."""
    told: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for piece in pieces:
        if piece.is_move:
            told[piece.after["owner"]]["got"].append(piece.row.name)
            told[piece.before["owner"]]["gave"].append(piece.row.name)
        elif piece.row.owner_id:
            told[piece.row.owner_id]["longer"].append(piece.row.name)
    return told


def _news(names: Mapping[str, list[str]], *, by: str, is_undone: bool = False) -> PlanTold:
    concerned = {how: Concerned(names=tuple(some[:EXAMPLES]), total=len(some)) for how, some in names.items()}
    return PlanTold(by=by, is_undone=is_undone, **concerned)


def _listeners(session: Session, told: Iterable[str], *, by: str) -> list[str]:
    """Return who of those concerned hears of it: not *by*, nobody who left or muted news."""
    people = list_rows(session, told)
    return [key for key, one in people.items() if key != by and not one.is_deactivated and Mute.NEWS not in one.mutes]


def _tell(session: Session, pieces: Sequence[Piece], *, plan_id: UUID, by: str, now: datetime) -> None:
    told = _by_person(pieces)
    for person in _listeners(session, told, by=by):
        outbox.enqueue(session, _news(told[person], by=by), to=person, key=_told_key(plan_id, person), now=now)


def _tell_undone(
    session: Session, back: Sequence[Piece], kept: Sequence[Piece], *, plan_id: UUID, made: AuditEntry, by: str,
    now: datetime,
) -> None:  # fmt: skip
    told, left = _by_person(back), _by_person(kept)
    for person in told:
        stays = _news(left[person], by=made.by) if person in left else None
        heard = retract_news(session, _told_key(plan_id, person), left=stays, reason="the plan was undone", now=now)
        if heard and person in _listeners(session, [person], by=by):
            news = _news(told[person], by=by, is_undone=True)
            outbox.enqueue(session, news, to=person, key=f"plan_undone:{plan_id}:{person}", now=now)


def _told_key(plan_id: UUID, person: str) -> str:
    return f"plan_told:{plan_id}:{person}"

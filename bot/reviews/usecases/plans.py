"""Carrying out plans that move customers or lengthen cadences, and undoing them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core import inbox, outbox
from bot.core.batches import Batches, OneTransaction
from bot.core.clock import new_id
from bot.core.database import workspace_of
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.customers.queries.due import CUSTOMERS, MOVING_NAMES, ScheduleBatch
from bot.customers.tables import Customer
from bot.customers.usecases import retract_news
from bot.customers.usecases.levelling import ask_for_levelling
from bot.customers.usecases.parts import do_parts, end_work, is_working, store_work
from bot.customers.usecases.writing import update_rows
from bot.people.queries import list_names, list_rows
from bot.people.rules import Mute
from bot.people.usecases import require_manager
from bot.reviews.queries.plan_trail import FORGOTTEN, MADE, SHOWN_FOR, UNDONE, list_entries, plan_key
from bot.reviews.queries.plans import WISH, Plan, make_plan, propose
from bot.reviews.rules.plans import PlanKind
from bot.reviews.schemas.plans import Concerned, PlanMade, PlanTold, PlanUndone, Proposal
from bot.workspaces.queries import get_workspace
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import BOT, record

HANDED_OVER, LENGTHENED = "customer.handed_over", "customer.lengthened"
COLUMNS = ("id", "name", "cadence_approved_by", "effective_cadence_days", *MOVING_NAMES)
EXAMPLES = 5
PLAN, PLAN_UNDO = "plan", "plan_undo"
MARKS = {MADE: "plan", UNDONE: "undone_plan"}
"""By what the trail of a customer tells which plan, or which undo, changed it."""
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

    @property
    def way_back(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The columns as the plan left them, and as they were before it."""
        if self.is_move:
            return {"owner_id": self.after["owner"]}, {"owner_id": self.before["owner"]}
        before = {name: value for name, value in self.before.items() if name != "plan"}
        return {"cadence_days": self.after["cadence_days"]}, before


def carry_out_plan(
    session: Session, *, kind: PlanKind, owner: str, fingerprint: str, by: str, now: datetime, view_id: str = ""
) -> PlanMade | Proposal:
    """Carry out a plan in the transaction of *session*, as `run_plan` does in many."""
    batches = OneTransaction(session, now)
    return run_plan(batches, kind=kind, owner=owner, fingerprint=fingerprint, by=by, view_id=view_id)


def run_plan(
    batches: Batches, *, kind: PlanKind, owner: str, fingerprint: str, by: str, view_id: str = ""
) -> PlanMade | Proposal:
    """
    Carry out the plan of that *kind* for *owner* (or for everybody) in *batches*; notify each person concerned once.

    If it isn't the plan of that *fingerprint* any more, nothing is changed, and the new plan is returned. A customer
    that somebody changes meanwhile stays as it is.

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: there is nothing to plan any more.
        AlreadyDone: this form had its effect before.
    """
    batches.write(accept_form, form=f"{view_id}:{fingerprint}" if view_id else "", by=by)
    plan = batches.read(plan_now, kind=kind, owner=owner)
    if plan.fingerprint != fingerprint:
        return batches.read(propose_again, plan=plan)
    plan_id = new_id()
    batches.write(start_plan, plan=plan, plan_id=plan_id, by=by)
    return go_on_with_plan(batches, subject_id=plan_id)


def go_on_with_plan(batches: Batches, *, subject_id: UUID) -> PlanMade:
    """Carry out what is left of a plan that was begun, and notify people."""
    do_parts(batches, subject_id=subject_id, do=change_part)
    return batches.write(finish_plan, plan_id=subject_id, pieces=batches.read(list_pieces, plan_id=subject_id))


def undo_plan(session: Session, *, plan_id: UUID, by: str, now: datetime) -> PlanUndone:
    """Undo a plan in the transaction of *session*, as `run_undo` does in many."""
    return run_undo(OneTransaction(session, now), plan_id=plan_id, by=by)


def run_undo(batches: Batches, *, plan_id: UUID, by: str) -> PlanUndone:
    """
    Restore what a plan changed, within a week, except what somebody has changed since, in *batches*.

    A customer that was moved stays, too, when people have done anything with it since, or when its former owner has
    left. Those who were told of the plan hear of it; a message to them that wasn't sent yet is cancelled.

    Raises:
        NotAllowed: *by* is no manager.
        NotFound: there was no such plan.
        AlreadyDone: it was undone before.
        InvalidInput: it is older than a week, or is still being carried out.
    """
    pieces = batches.read(list_restorable, plan_id=plan_id, by=by)
    changes = [(str(piece.row.id), *piece.way_back) for piece in pieces]
    batches.write(start_undo, plan_id=plan_id, changes=changes, by=by)
    return go_on_undoing(batches, subject_id=plan_id)


def go_on_undoing(batches: Batches, *, subject_id: UUID) -> PlanUndone:
    """Restore what is left of a plan whose undo was begun, and notify people."""
    do_parts(batches, subject_id=subject_id, do=change_part)
    pieces, restored = (batches.read(list_pieces, plan_id=subject_id, step=step) for step in (0, 1))
    there = {piece.row.id for piece in restored}
    back = [piece for piece in pieces if piece.row.id in there]
    kept = [piece for piece in pieces if piece.row.id not in there]
    return batches.write(finish_undo, plan_id=subject_id, back=back, kept=kept)


# --- carrying out ------------------------------------------------------------------------------------------------


def accept_form(session: Session, *, form: str, by: str, now: datetime) -> None:
    """
    Let a *form* have its effect once.

    Raises:
        NotAllowed: *by* is no manager.
        AlreadyDone: it had its effect before.
    """
    require_manager(session, by=by, wish=WISH)
    inbox.require_new_submission(session, form, now=now)


def plan_now(session: Session, *, kind: PlanKind, owner: str, now: datetime) -> Plan:
    """Return the plan as it is now."""
    return make_plan(session, kind=kind, owner=owner, now=now)


def propose_again(session: Session, *, plan: Plan, now: datetime) -> Proposal:  # noqa: ARG001 - every query takes the time
    """Return a plan that has changed since somebody looked."""
    return propose(session, plan, is_stale=True)


def start_plan(session: Session, *, plan: Plan, plan_id: UUID, by: str, now: datetime) -> None:
    """Record that a plan is carried out, and store what is to be done."""
    floor = get_workspace(session).cadence_floor_days
    told = {"kind": plan.kind.value, "total": len(plan.changes)}
    record(session, MADE, by=by, kind="plan", subject=plan_id, after=told, now=now)
    had = "owner_id" if plan.kind is PlanKind.MOVE else "effective_cadence_days"
    changes = [
        (str(one.customer_id), {had: one.before}, _new_values(one.after, floor=floor, by=by)) for one in plan.changes
    ]
    store_work(session, PLAN, plan_id, changes, now=now)


def change_part(session: Session, plan_id: UUID, changes: Sequence[Any], *, now: datetime) -> None:
    """Change customers as a plan, or its undo, says, with a line in the audit trail for each; not who has changed."""
    entry = list_entries(session, plan_id)[-1]
    asked = {UUID(key): (had, values) for key, had, values in changes}
    changed = [
        (row, asked[row.id][1])
        for row in session.execute(_here(session, list(asked)).with_for_update())
        if all(getattr(row, name) == value for name, value in asked[row.id][0].items())
    ]
    _store(session, changed, now=now)
    for row, values in changed:
        before, after = _told_in_trail(row, values)
        _record(session, row, {**before, MARKS[entry.action]: str(plan_id)}, after, entry=entry)


def finish_plan(session: Session, *, plan_id: UUID, pieces: Sequence[Piece], now: datetime) -> PlanMade:
    """Notify everybody concerned by a plan, unless that was done, and return what it did."""
    entry = list_entries(session, plan_id)[0]
    counts = Counter(str(piece.after["owner"]) for piece in pieces if piece.is_move)
    names = list_names(session, counts)
    made = PlanMade(
        plan_id=plan_id, what=PlanKind(entry.after["kind"]), total=len(pieces),
        counts=tuple(sorted((names.get(person, FORGOTTEN), count) for person, count in counts.items())),
    )  # fmt: skip
    if end_work(session, plan_id):
        ask_for_levelling(session)
        _tell(session, pieces, plan_id=plan_id, by=entry.by, now=now)
        outbox.enqueue(session, made, to=entry.by, key=plan_key(plan_id), now=now)
    return made


# --- undoing -----------------------------------------------------------------------------------------------------


def list_restorable(session: Session, *, plan_id: UUID, by: str, now: datetime) -> Sequence[Piece]:
    """
    Return what a plan did that can be undone.

    Raises:
        NotAllowed, NotFound, AlreadyDone, InvalidInput: as `run_undo`.
    """
    made = _require_undoable(session, plan_id, by=by, now=now)
    return _divide(session, _list_pieces(session, made), made)[0]


def start_undo(session: Session, *, plan_id: UUID, changes: Sequence[Any], by: str, now: datetime) -> None:
    """
    Record that a plan is undone, and store what is to be done.

    Raises:
        NotAllowed, NotFound, AlreadyDone, InvalidInput: as `run_undo`.
    """
    _require_undoable(session, plan_id, by=by, now=now)
    record(session, UNDONE, by=by, kind="plan", subject=plan_id, after={"back": len(changes)}, now=now)
    store_work(session, PLAN_UNDO, plan_id, changes, now=now)


def finish_undo(
    session: Session, *, plan_id: UUID, back: Sequence[Piece], kept: Sequence[Piece], now: datetime
) -> PlanUndone:
    """Notify those who had heard of a plan that it was undone, unless that was done; return what the undo did."""
    made, undone = list_entries(session, plan_id)
    if end_work(session, plan_id):
        ask_for_levelling(session)
        _tell_undone(session, back, kept, plan_id=plan_id, made=made, by=undone.by, now=now)
    names = tuple(piece.row.name for piece in kept[:EXAMPLES])
    return PlanUndone(what=PlanKind(made.after["kind"]), back=len(back), kept=len(kept), kept_names=names)


def _require_undoable(session: Session, plan_id: UUID, *, by: str, now: datetime) -> AuditEntry:
    require_manager(session, by=by, wish="undo that")
    entries = list_entries(session, plan_id)
    if not entries:
        raise NotFound(NOTHING)
    if len(entries) > 1:
        raise AlreadyDone("That was undone already; nothing was changed.")
    if now - entries[0].at > SHOWN_FOR:
        raise InvalidInput("A plan can be undone for a week; make another one with /evenhand capacity.")
    if is_working(session, plan_id):
        raise InvalidInput("This plan is still being carried out; undo it in a minute.")
    return entries[0]


# --- inside ------------------------------------------------------------------------------------------------------


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
    session: Session, row: Any, before: Mapping[str, Any], after: Mapping[str, Any], *, entry: AuditEntry
) -> None:
    """Record what was done to a customer, by whom and at the instant of the plan's *entry* in the audit trail."""
    action = HANDED_OVER if "owner" in after else LENGTHENED
    record(
        session, action, by=entry.by, kind="customer", subject=row.id, customer_id=row.id, before=before, after=after,
        now=entry.at,
    )  # fmt: skip


def list_pieces(session: Session, *, plan_id: UUID, now: datetime, step: int = 0) -> Sequence[Piece]:  # noqa: ARG001 - every query takes the time
    """Return what a plan did so far; with *step* 1, what its undo did."""
    return _list_pieces(session, list_entries(session, plan_id)[step])


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
    return [Piece(row, row.before, row.after) for row in rows if row.before.get(MARKS[made.action]) == made.subject_id]


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

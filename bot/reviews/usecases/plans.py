"""Carrying out plans that move customers or lengthen cadences, and undoing them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.customers.queries import list_by_ids
from bot.customers.tables import Customer
from bot.customers.usecases import retract_news
from bot.customers.usecases.scheduling import reschedule
from bot.customers.usecases.stale import chunks
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
EXAMPLES = 5
NOTHING = "There is nothing to undo here; /evenhand capacity shows the plans of the last week."


class Piece(NamedTuple):
    """What a plan did to one customer: its owner, or its own cadence with who approved it, before and after."""

    customer: Customer
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
    pieces = list(_change(session, plan, plan_id=plan_id, by=by, now=now))
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
    for piece in back:
        _restore(session, piece, by=by, now=now)
    reschedule(session, [piece.customer for piece in back], now=now)
    record(session, UNDONE, by=by, kind="plan", subject=plan_id, after={"back": len(back)}, now=now)
    session.flush()
    _tell_undone(session, back, kept, plan_id=plan_id, made=made, by=by, now=now)
    names = tuple(piece.customer.name for piece in kept[:EXAMPLES])
    return PlanUndone(what=PlanKind(made.after["kind"]), back=len(back), kept=len(kept), kept_names=names)


def _change(session: Session, plan: Plan, *, plan_id: UUID, by: str, now: datetime) -> Iterator[Piece]:
    """Change the customers of *plan*, with a line in the audit trail for each."""
    floor = get_workspace(session).cadence_floor_days
    after = {change.customer_id: change.after for change in plan.changes}
    for some in chunks(list(after)):
        rows = list_by_ids(session, some)
        for key in some:
            yield _change_one(session, rows[key], after[key], floor=floor, plan_id=plan_id, by=by, now=now)
        reschedule(session, rows.values(), now=now)
        session.flush()


def _change_one(
    session: Session, customer: Customer, to: str | int, *, floor: int, plan_id: UUID, by: str, now: datetime
) -> Piece:
    before: dict[str, Any]
    after: dict[str, Any]
    if isinstance(to, str):
        action, before, after = HANDED_OVER, {"owner": customer.owner_id}, {"owner": to, "note": ""}
        customer.owner_id = to
    else:
        before = {"cadence_days": customer.cadence_days, "cadence_approved_by": customer.cadence_approved_by}
        action, after = LENGTHENED, {"cadence_days": to}
        customer.cadence_days, customer.cadence_approved_by = to, by if to > floor else None
    record(
        session, action, by=by, kind="customer", subject=customer.id, customer_id=customer.id, now=now,
        before={**before, "plan": str(plan_id)}, after=after,
    )  # fmt: skip
    return Piece(customer, before, after)


def _list_pieces(session: Session, made: AuditEntry) -> list[Piece]:
    """Return what a plan did, by the names of the customers, without those erased since."""
    same = (col(AuditEntry.action).in_([HANDED_OVER, LENGTHENED]), AuditEntry.at == made.at, AuditEntry.by == made.by)
    query = select(Customer, AuditEntry).join(AuditEntry, col(AuditEntry.customer_id) == col(Customer.id)).where(*same)
    rows = session.exec(query.order_by(col(Customer.name_key), col(Customer.id))).all()
    ours = ((customer, entry) for customer, entry in rows if entry.before.get("plan") == made.subject_id)
    return [Piece(customer, entry.before, entry.after) for customer, entry in ours]


def _divide(session: Session, pieces: Sequence[Piece], made: AuditEntry) -> tuple[list[Piece], list[Piece]]:
    """Return the pieces that can be restored, and those that stay as they are."""
    moved = select(AuditEntry.customer_id).where(AuditEntry.action == HANDED_OVER, AuditEntry.at == made.at)
    since = (col(AuditEntry.at) > made.at, AuditEntry.by != BOT, col(AuditEntry.customer_id).in_(moved))
    used = set(session.exec(select(AuditEntry.customer_id).where(*since).distinct()).all())
    former = list_rows(session, {piece.before["owner"] for piece in pieces if piece.is_move})
    here = {key for key, one in former.items() if not (one.is_deactivated or one.is_guest or one.is_bot)}

    def may_return(piece: Piece) -> bool:
        if piece.is_move:
            is_same = piece.customer.owner_id == piece.after["owner"] and piece.before["owner"] in here
            return is_same and piece.customer.id not in used
        return bool(piece.customer.cadence_days == piece.after["cadence_days"])

    kept = [piece for piece in pieces if not may_return(piece)]
    return [piece for piece in pieces if may_return(piece)], kept


def _restore(session: Session, piece: Piece, *, by: str, now: datetime) -> None:
    customer, before = piece.customer, {name: value for name, value in piece.before.items() if name != "plan"}
    if piece.is_move:
        customer.owner_id = before["owner"]
    else:
        customer.cadence_days, customer.cadence_approved_by = before["cadence_days"], before["cadence_approved_by"]
    record(
        session, HANDED_OVER if piece.is_move else LENGTHENED, by=by, kind="customer", subject=customer.id, now=now,
        customer_id=customer.id, before=piece.after, after=before,
    )  # fmt: skip


def _by_person(pieces: Sequence[Piece]) -> dict[str, dict[str, list[str]]]:
    """Return the names of the customers that concern each person: those they `got`, `gave`, or keep for `longer`."""
    told: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for piece in pieces:
        if piece.is_move:
            told[piece.after["owner"]]["got"].append(piece.customer.name)
            told[piece.before["owner"]]["gave"].append(piece.customer.name)
        elif piece.customer.owner_id:
            told[piece.customer.owner_id]["longer"].append(piece.customer.name)
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

"""Sharing the customers without an owner out among people, and undoing that."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core import inbox, outbox
from bot.core.batches import Batches, OneTransaction
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.core.feature import Feature, collect_limits
from bot.customers.queries import list_by_ids, list_pool
from bot.customers.queries.sharing import SHARED, UNSHARED, list_entries, list_loads, shared_key
from bot.customers.rules.due import Status
from bot.customers.rules.sharing import load_of, room_of, share_out
from bot.customers.schemas.sharing import CustomersTakenBack, PoolShared, ShareDone, ShareUndone
from bot.customers.tables import Customer
from bot.customers.usecases import news_of, notify_new_owner, require_can_own, retract_news
from bot.customers.usecases.matching import ListedCustomer
from bot.customers.usecases.parts import do_parts, end_work, is_working, store_work
from bot.customers.usecases.scheduling import plan_first_calls, reschedule
from bot.customers.usecases.writing import Prepared
from bot.people.queries import find_person_row, get_today, list_names
from bot.people.rules import Mute
from bot.people.usecases import require_manager
from bot.workspaces.queries import get_workspace
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import BOT, record

SHARE, UNSHARE = "share", "unshare"
MARKS = {SHARED: "share", UNSHARED: "unshare"}
"""By what the trail of a customer tells which sharing, or which undo of one, gave it away."""
HANDED_OVER = "customer.handed_over"
EXAMPLES = 5


def share_out_pool(
    session: Session,
    *,
    among: Sequence[str],
    by: str,
    now: datetime,
    view_id: str = "",
    features: Sequence[Feature] = (),
) -> ShareDone:
    """Share the pool out in the transaction of *session*, as `run_sharing` does in many."""
    batches = OneTransaction(session, now)
    return run_sharing(batches, among=among, by=by, view_id=view_id, features=features)


def run_sharing(
    batches: Batches, *, among: Sequence[str], by: str, view_id: str = "", features: Sequence[Feature] = ()
) -> ShareDone:
    """
    Give every active customer without an owner to one of *among* by the room they have, and notify each person once.

    *features* know how much somebody can do; where nothing is known, everybody gets as much. Families stay together;
    size plays no part. First calls are spread over the working days of the new owners. Who
    shares gets a message, too, from which it can be undone. A customer that somebody takes meanwhile stays theirs.

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: nobody was chosen, or somebody who can't own customers; field `among`.
        AlreadyDone: every customer has an owner, or this form had its effect before.
    """
    shares = batches.read(plan_sharing, among=among, by=by, features=features)
    share_id = new_id()
    batches.write(start_sharing, shares=shares, among=among, share_id=share_id, by=by, view_id=view_id)
    return go_on_sharing(batches, subject_id=share_id)


def go_on_sharing(batches: Batches, *, subject_id: UUID) -> ShareDone:
    """Share out what is left of a sharing that was begun, and notify people."""
    do_parts(batches, subject_id=subject_id, do=share_part)
    return batches.write(finish_sharing, share_id=subject_id, given=batches.read(list_given, share_id=subject_id))


def undo_share_out(session: Session, *, share_id: UUID, by: str, now: datetime) -> ShareUndone:
    """Undo a sharing in the transaction of *session*, as `run_unsharing` does in many."""
    return run_unsharing(OneTransaction(session, now), share_id=share_id, by=by)


def run_unsharing(batches: Batches, *, share_id: UUID, by: str) -> ShareUndone:
    """
    Return to the pool what a sharing gave away, except what somebody has handed on or done something with since.

    New owners who were told hear of it; a message to them that wasn't sent yet is cancelled.

    Raises:
        NotAllowed: *by* is no manager.
        NotFound: there was no such sharing.
        AlreadyDone: it was undone before.
        InvalidInput: it is still going on.
    """
    back = batches.read(list_returnable, share_id=share_id, by=by)
    batches.write(start_unsharing, share_id=share_id, back=back, by=by)
    return go_on_unsharing(batches, subject_id=share_id)


def go_on_unsharing(batches: Batches, *, subject_id: UUID) -> ShareUndone:
    """Take back what is left of a sharing whose undo was begun, and notify people."""
    do_parts(batches, subject_id=subject_id, do=unshare_part)
    given, back = (batches.read(list_given, share_id=subject_id, step=step) for step in (0, 1))
    return batches.write(finish_unsharing, share_id=subject_id, given=given, back=[one for one, _ in back])


# --- sharing -----------------------------------------------------------------------------------------------------


def plan_sharing(
    session: Session, *, among: Sequence[str], by: str, features: Sequence[Feature], now: datetime
) -> list[tuple[str, str, str | None]]:
    """
    Return the customers without an owner with their new owners, and the days of the first calls of some.

    Raises:
        NotAllowed, InvalidInput, AlreadyDone: as `run_sharing`.
    """
    people = check_among(session, among=among, by=by, now=now)
    pool = list_pool(session, today=get_today(session, person_id=None, now=now))
    if not pool:
        raise AlreadyDone("Every customer has an owner already; nothing was left to share out.")
    loads = {customer.id: load_of(customer.effective_cadence_days) for customer in pool}
    room = _room(session, people, features, now)
    owners = share_out({customer.id: customer.parent_id for customer in pool}, room, loads)
    first = plan_first_calls(session, pool, owners, now=now)
    return [(str(one.id), owners[one.id], first[one.id].isoformat() if one.id in first else None) for one in pool]


def start_sharing(
    session: Session,
    *,
    shares: Sequence[tuple[str, str, str | None]],
    among: Sequence[str],
    share_id: UUID,
    by: str,
    view_id: str,
    now: datetime,
) -> None:
    """
    Record that the pool is shared out, and store who gets what.

    Raises:
        AlreadyDone: this form had its effect before.
    """
    inbox.require_new_submission(session, view_id, now=now)
    counts = Counter(owner for _, owner, _ in shares)
    told = {person: counts[person] for person in among if counts[person]}
    record(session, SHARED, by=by, kind="share", subject=share_id, after=told, now=now)
    store_work(session, SHARE, share_id, shares, now=now)


def share_part(session: Session, share_id: UUID, shares: Sequence[Any], *, now: datetime) -> None:
    """Give customers that still have no owner to the new ones."""
    asked = {UUID(key): (owner, date.fromisoformat(day) if day else None) for key, owner, day in shares}
    entry = list_entries(session, share_id)[0]
    customers = [one for one in list_by_ids(session, list(asked)).values() if one.owner_id is None]
    for customer in customers:
        customer.owner_id, first = asked[customer.id]
        customer.first_due_on = first or customer.first_due_on
        _record(session, customer, before=None, after=customer.owner_id, entry=entry)
    reschedule(session, customers, now=now)


def finish_sharing(
    session: Session, *, share_id: UUID, given: Sequence[tuple[Customer, str]], now: datetime
) -> ShareDone:
    """Notify the new owners and who shared the pool out, unless that was done; return who got how many."""
    entry, theirs = list_entries(session, share_id)[0], dict[str, list[Customer]]()
    for customer, owner_id in given:
        theirs.setdefault(owner_id, []).append(customer)
    names = list_names(session, theirs)
    done = ShareDone(
        id=share_id,
        total=len(given),
        shares=tuple((names[person], len(theirs[person])) for person in entry.after if person in theirs),
        is_evened=_is_evened(session, [customer for customer, _ in given]),
    )
    if end_work(session, share_id):
        for person in theirs.keys() - {entry.by}:
            notify_new_owner(session, theirs[person], to=person, by=entry.by, key=_key(share_id, person), now=now)
        told = PoolShared(share_id=share_id, total=done.total, shares=done.shares, is_evened=done.is_evened)
        outbox.enqueue(session, told, to=entry.by, key=shared_key(share_id), now=now)
    return done


def _is_evened(session: Session, given: Sequence[Customer]) -> bool:
    """Return whether a day of somebody would hold more of those *given* than it may, so that some come up earlier."""
    workspace = get_workspace(session)
    days = Counter((customer.owner_id, customer.due_on) for customer in given if customer.last_contact_on)
    return workspace.levels_load and max(days.values(), default=0) > workspace.first_calls_a_day


# --- undoing -----------------------------------------------------------------------------------------------------


def list_returnable(session: Session, *, share_id: UUID, by: str, now: datetime) -> list[tuple[str, str]]:  # noqa: ARG001 - every query takes the time
    """
    Return the customers that a sharing gave away and that can be taken back, each with its owner.

    Raises:
        NotAllowed, NotFound, AlreadyDone, InvalidInput: as `run_unsharing`.
    """
    shared = _require_undoable(session, share_id, by=by)
    used = _list_used(session, shared)
    return [
        (str(customer.id), owner_id)
        for customer, owner_id in _list_given(session, shared)
        if customer.owner_id == owner_id and customer.id not in used
    ]


def start_unsharing(
    session: Session, *, share_id: UUID, back: Sequence[tuple[str, str]], by: str, now: datetime
) -> None:
    """
    Record that a sharing is undone, and store what is taken back.

    Raises:
        NotAllowed, NotFound, AlreadyDone, InvalidInput: as `run_unsharing`.
    """
    _require_undoable(session, share_id, by=by)
    record(session, UNSHARED, by=by, kind="share", subject=share_id, after={"back": len(back)}, now=now)
    store_work(session, UNSHARE, share_id, back, now=now)


def unshare_part(session: Session, share_id: UUID, back: Sequence[Any], *, now: datetime) -> None:
    """Take customers back from those who got them, unless they have handed them on."""
    asked = {UUID(key): owner for key, owner in back}
    entry = list_entries(session, share_id)[-1]
    customers = [one for one in list_by_ids(session, list(asked)).values() if one.owner_id == asked[one.id]]
    for customer in customers:
        _record(session, customer, before=customer.owner_id, after=None, entry=entry)
        customer.owner_id = None
    reschedule(session, customers, now=now)


def finish_unsharing(
    session: Session, *, share_id: UUID, given: Sequence[tuple[Customer, str]], back: Sequence[Customer], now: datetime
) -> ShareUndone:
    """Notify those who had heard of a sharing that it was undone, unless that was done; return what the undo did."""
    shared, unshared = list_entries(session, share_id)
    gone, taken = {customer.id for customer in back}, dict[str, list[Customer]]()
    for customer, owner_id in given:
        if customer.id in gone:
            taken.setdefault(owner_id, []).append(customer)
    kept = [customer for customer, _ in given if customer.id not in gone and customer.owner_id is not None]
    if end_work(session, share_id):
        for person, customers in taken.items():
            left = news_of([customer for customer in kept if customer.owner_id == person], by=shared.by)
            if retract_news(session, _key(share_id, person), left=left, reason="the sharing was undone", now=now):
                _tell(session, person, customers, share_id=share_id, by=unshared.by, now=now)
    names = tuple(customer.name for customer in kept[:EXAMPLES])
    return ShareUndone(back=len(back), kept=len(kept), kept_names=names)


def _require_undoable(session: Session, share_id: UUID, *, by: str) -> AuditEntry:
    require_manager(session, by=by, wish="undo that")
    entries = list_entries(session, share_id)
    if not entries:
        raise NotFound("There is nothing to undo here; /customers pool shows who has no owner.")
    if len(entries) > 1:
        raise AlreadyDone("That was undone already; nothing was changed.")
    if is_working(session, share_id):
        raise InvalidInput("The pool is still being shared out; undo it in a minute.")
    return entries[0]


# --- among whom --------------------------------------------------------------------------------------------------


def list_unowned(prepared: Prepared) -> list[ListedCustomer]:
    """Return the new active customers that have no owner, by name and domain: neither size nor row number decides."""
    bare = (
        target
        for target in prepared.new
        if target.given.get("owner_id") is None and target.given.get("status", Status.ACTIVE) is Status.ACTIVE
    )
    return sorted(bare, key=lambda one: (one.name_key, one.domain or "", one.source, one.external_id or ""))


def share_out_new(prepared: Prepared, room: Mapping[str, int], *, default_cadence: int) -> None:
    """Give the new customers without an owner to people by the *room* they have; families stay together."""
    unowned = list_unowned(prepared)
    parents = {target.id: target.parent.id if target.parent is not None else None for target in unowned}
    loads = {target.id: load_of(target.given.get("cadence_days") or default_cadence) for target in unowned}
    shares = share_out(parents, room, loads)
    for target in unowned:
        target.given["owner_id"] = shares[target.id]
    prepared.shares = Counter(shares.values())


def read_room(
    session: Session, *, among: Sequence[str], features: Sequence[Feature], viewer: str, now: datetime
) -> dict[str, int]:
    """
    Return the load that each of *among* can still carry, as *features* know it.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish="share customers out")
    return _room(session, list(dict.fromkeys(among)), features, now)


def _room(session: Session, people: Sequence[str], features: Sequence[Feature], now: datetime) -> dict[str, int]:
    return room_of(people, collect_limits(features, session, now), list_loads(session, people))


def check_among(session: Session, *, among: Sequence[str], by: str, now: datetime) -> list[str]:  # noqa: ARG001 - every use case takes the time
    """
    Return *among*, each person once, if *by* may share customers out among them.

    Raises:
        NotAllowed: *by* is no manager ("bot" stands for the command line).
        InvalidInput: nobody was chosen, or somebody who can't own customers; field `among`.
    """
    if by != BOT:
        require_manager(session, by=by, wish="share customers out")
    people = list(dict.fromkeys(among))
    if not people:
        raise InvalidInput(fields={"among": "Choose at least one person who gets some of them."})
    try:
        for person in people:
            require_can_own(session, person)
    except (InvalidInput, NotFound) as refused:
        raise InvalidInput(fields={"among": str(refused)}) from refused
    return people


def _list_used(session: Session, shared: AuditEntry) -> set[UUID | None]:
    """Return the customers that people have done something with since a sharing: called, edited, promised, …."""
    given = select(AuditEntry.customer_id).where(AuditEntry.action == HANDED_OVER, AuditEntry.at == shared.at)
    since = (col(AuditEntry.at) > shared.at, AuditEntry.by != BOT, col(AuditEntry.customer_id).in_(given))
    return set(session.exec(select(AuditEntry.customer_id).where(*since).distinct()).all())


def list_given(session: Session, *, share_id: UUID, now: datetime, step: int = 0) -> list[tuple[Customer, str]]:  # noqa: ARG001 - every query takes the time
    """Return the customers that a sharing gave away so far, and who got each; with *step* 1, those taken back."""
    return _list_given(session, list_entries(session, share_id)[step])


def _list_given(session: Session, entry: AuditEntry) -> list[tuple[Customer, str]]:
    """Return the customers that a sharing, or its undo, gave away, and who got each, without those erased since."""
    same = (AuditEntry.action == HANDED_OVER, AuditEntry.at == entry.at, AuditEntry.by == entry.by)
    query = select(Customer, AuditEntry).join(AuditEntry, col(AuditEntry.customer_id) == col(Customer.id)).where(*same)
    rows = session.exec(query.order_by(col(Customer.name_key), col(Customer.id))).all()
    ours = ((customer, one.after) for customer, one in rows if one.after.get(MARKS[entry.action]) == entry.subject_id)
    return [(customer, after["owner"]) for customer, after in ours]


def _record(session: Session, customer: Customer, *, before: str | None, after: str | None, entry: AuditEntry) -> None:
    """Record who owns a customer, by whom and at the instant of the *entry* of the sharing, or of its undo."""
    record(
        session, HANDED_OVER, by=entry.by, kind="customer", subject=customer.id, customer_id=customer.id, now=entry.at,
        before={"owner": before}, after={"owner": after, "note": "", MARKS[entry.action]: entry.subject_id},
    )  # fmt: skip


def _key(share_id: UUID, person: str) -> str:
    return f"shared:{share_id}:{person}"


def _tell(
    session: Session, person_id: str, customers: Sequence[Customer], *, share_id: UUID, by: str, now: datetime
) -> None:
    person = find_person_row(session, person_id)
    if person_id == by or person is None or person.is_deactivated or Mute.NEWS in person.mutes:
        return
    names = tuple(customer.name for customer in customers[:5])
    notification = CustomersTakenBack(names=names, total=len(customers), by=by)
    outbox.enqueue(session, notification, to=person_id, key=f"unshared:{share_id}:{person_id}", now=now)

"""Sharing the customers without an owner out among people, and undoing that."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.core.feature import Feature, collect_limits
from bot.customers.queries import list_pool
from bot.customers.queries.sharing import SHARED, UNSHARED, list_entries, list_loads, shared_key
from bot.customers.rules.due import Status
from bot.customers.rules.sharing import load_of, room_of, share_out
from bot.customers.schemas.sharing import CustomersTakenBack, PoolShared, ShareDone, ShareUndone
from bot.customers.tables import Customer
from bot.customers.usecases import news_of, notify_new_owner, require_can_own, retract_news
from bot.customers.usecases.matching import ListedCustomer
from bot.customers.usecases.scheduling import give_from_pool, reschedule
from bot.customers.usecases.writing import Prepared
from bot.people.queries import find_person_row, get_today, list_names
from bot.people.rules import Mute
from bot.people.usecases import require_manager
from bot.workspaces.tables import AuditEntry
from bot.workspaces.usecases import BOT, record

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
    """
    Give every active customer without an owner to one of *among* by the room they have, and notify each person once.

    *features* know how much somebody can do; where nothing is known, everybody gets as much. Families stay together;
    size plays no part. First calls are spread over the working days of the new owners. Who
    shares gets a message, too, from which it can be undone.

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: nobody was chosen, or somebody who can't own customers; field `among`.
        AlreadyDone: every customer has an owner, or this form had its effect before.
    """
    people = check_among(session, among=among, by=by, now=now)
    pool = list_pool(session, today=get_today(session, person_id=None, now=now))
    if not pool:
        raise AlreadyDone("Every customer has an owner already; nothing was left to share out.")
    outbox.require_new_submission(session, view_id, now=now)
    room, share_id = _room(session, people, features, now), new_id()
    loads = {customer.id: load_of(customer.effective_cadence_days) for customer in pool}
    shares = share_out({customer.id: customer.parent_id for customer in pool}, room, loads)
    give_from_pool(session, pool, shares, now=now)
    for customer in pool:
        _record(session, customer, before=None, after=customer.owner_id, share_id=share_id, by=by, now=now)
    counts = Counter(shares.values())
    record(session, SHARED, by=by, kind="share", subject=share_id, after=dict(counts), now=now)
    session.flush()
    for person in counts:
        theirs = [customer for customer in pool if customer.owner_id == person]
        if person != by:
            notify_new_owner(session, theirs, to=person, by=by, key=_key(share_id, person), now=now)
    names = list_names(session, people)
    done = ShareDone(
        id=share_id,
        total=len(pool),
        shares=tuple((names[person], counts[person]) for person in people if counts[person]),
    )
    notification = PoolShared(share_id=share_id, total=done.total, shares=done.shares)
    outbox.enqueue(session, notification, to=by, key=shared_key(share_id), now=now)
    return done


def undo_share_out(session: Session, *, share_id: UUID, by: str, now: datetime) -> ShareUndone:
    """
    Return to the pool what a sharing gave away, except what somebody has handed on or done something with since.

    New owners who were told hear of it; a message to them that wasn't sent yet is cancelled.

    Raises:
        NotAllowed: *by* is no manager.
        NotFound: there was no such sharing.
        AlreadyDone: it was undone before.
    """
    require_manager(session, by=by, wish="undo that")
    entries = list_entries(session, share_id)
    if not entries:
        raise NotFound("There is nothing to undo here; /customers pool shows who has no owner.")
    if len(entries) > 1:
        raise AlreadyDone("That was undone already; nothing was changed.")
    shared, used = entries[0], _list_used(session, entries[0])
    given = _list_given(session, shared)
    back = [customer for customer, owner_id in given if customer.owner_id == owner_id and customer.id not in used]
    taken: dict[str, list[Customer]] = {}
    for customer in back:
        taken.setdefault(str(customer.owner_id), []).append(customer)
        _record(session, customer, before=customer.owner_id, after=None, share_id=share_id, by=by, now=now)
        customer.owner_id = None
    reschedule(session, back, now=now)
    record(session, UNSHARED, by=by, kind="share", subject=share_id, after={"back": len(back)}, now=now)
    session.flush()
    kept = [customer for customer, _ in given if customer.owner_id is not None]
    for person, customers in taken.items():
        left = news_of([customer for customer in kept if customer.owner_id == person], by=shared.by)
        if retract_news(session, _key(share_id, person), left=left, reason="the sharing was undone", now=now):
            _tell(session, person, customers, share_id=share_id, by=by, now=now)
    names = tuple(customer.name for customer in kept[:EXAMPLES])
    return ShareUndone(back=len(back), kept=len(kept), kept_names=names)


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


def _list_given(session: Session, shared: AuditEntry) -> list[tuple[Customer, str]]:
    """Return the customers that a sharing gave away and who got each, without those erased since."""
    same = (AuditEntry.action == HANDED_OVER, AuditEntry.at == shared.at, AuditEntry.by == shared.by)
    query = select(Customer, AuditEntry).join(AuditEntry, col(AuditEntry.customer_id) == col(Customer.id)).where(*same)
    rows = session.exec(query.order_by(col(Customer.name_key), col(Customer.id))).all()
    ours = ((customer, entry.after) for customer, entry in rows if entry.after.get("share") == shared.subject_id)
    return [(customer, after["owner"]) for customer, after in ours]


def _record(
    session: Session,
    customer: Customer,
    *,
    before: str | None,
    after: str | None,
    share_id: UUID,
    by: str,
    now: datetime,
) -> None:
    record(
        session, HANDED_OVER, by=by, kind="customer", subject=customer.id, customer_id=customer.id, now=now,
        before={"owner": before}, after={"owner": after, "note": "", "share": str(share_id)},
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

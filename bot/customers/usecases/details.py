"""Adding customers and changing what is known about them, one at a time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core import inbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.customers.queries import get_customer, list_aliases, list_contacts, list_schemas
from bot.customers.queries.families import list_ancestors
from bot.customers.queries.screens import get_details
from bot.customers.rules.cells import ContactDetails
from bot.customers.rules.due import RuleRefused, Status, check_cadence
from bot.customers.rules.names import clean_text, name_key
from bot.customers.schemas import CustomerDetails, CustomerSchema
from bot.customers.schemas.losses import LossDetails
from bot.customers.tables import NAME_LENGTH, Alias, Contact, Customer
from bot.customers.usecases import hand_over, notify_new_owner, require_can_own
from bot.customers.usecases.losses import describe_loss, follow_status
from bot.customers.usecases.scheduling import audit, first_due, reschedule
from bot.people.queries import get_calendar, get_today, list_names
from bot.people.tables import Person
from bot.people.usecases import may_manage, require_here, whom_to_ask
from bot.workspaces.queries import get_workspace
from bot.workspaces.usecases import BOT

MOST_WORDS = 50

PLAIN_FIELDS = (
    "domain", "annual_value", "currency", "headcount", "country", "zone", "tags", "preferences", "parent_id",
    "cadence_days",
)  # fmt: skip
"""What a customer and its details call by one name, and no other field depends on."""


def add_customer(
    session: Session, *, details: CustomerDetails, by: str, now: datetime, view_id: str = ""
) -> CustomerSchema:
    """
    Add a customer; a new one's first check-in gets a day of its own among its owner's first calls.

    *view_id* names the form it came from, so that a form sent twice adds one customer.

    Raises:
        InvalidInput: a field breaks a rule, there is a customer of that name, or only a manager may give it to that
            owner.
        NotAllowed: *by* is no full member.
        AlreadyDone: the same form was taken before.
    """
    actor = require_here(session, by=by)
    details = _checked(session, details, actor=actor, before=None)
    _require_new_name(session, details)
    if details.owner_id not in {None, by}:
        with _errors_under_owner():
            if not may_manage(actor):
                advice = f"ask {whom_to_ask(session)}, take it yourself, or leave it without an owner."
                raise NotAllowed(f"Only managers can give customers to others; {advice}")
            require_can_own(session, str(details.owner_id))
    if view_id and not inbox.record_received(session, "view", view_id, now=now):
        raise AlreadyDone(f"{details.name} was added already.")
    today = get_today(session, person_id=details.owner_id, now=now)
    customer = Customer(
        name=details.name, name_key=name_key(details.name), owner_id=details.owner_id, added_on=today, changed_at=now,
        effective_cadence_days=1, waiting_since=today, due_on=today, neglected_after=today,
    )  # fmt: skip
    _write(customer, details, actor=actor, session=session)
    customer.first_due_on = first_due(session, customer, now=now)
    reschedule(session, [customer], now=now)
    session.add(customer)
    session.flush()
    _write_names(session, customer, details)
    audit(session, customer, "added", by=by, now=now, after=_json(details))
    if customer.owner_id and customer.owner_id != by:
        notify_new_owner(session, [customer], to=customer.owner_id, by=by, now=now)
    return _schema(session, customer, by=by, now=now)


def edit_customer(
    session: Session, *, customer_id: UUID, details: CustomerDetails, by: str, now: datetime
) -> CustomerSchema:
    """
    Set a customer to *details*; what they leave out is empty afterwards. Saving the same again changes nothing.

    A new owner counts as a hand-over, with its rules and its news.

    Raises:
        InvalidInput: a field breaks a rule (a cadence above the floor, a parent that would make a circle, an owner
            whom *by* may not give it to …).
        NotAllowed: *by* is no full member.
        NotFound: no such customer.
    """
    actor = require_here(session, by=by)
    customer = get_customer(session, customer_id)
    before = get_details(session, customer)
    details = _checked(session, details, actor=actor, before=before, customer_id=customer_id)
    if details.owner_id != before.owner_id:
        with _errors_under_owner():
            hand_over(session, customer_id=customer_id, to=details.owner_id, by=by, now=now)
    had = _json(before)
    changed = {name: value for name, value in _json(details).items() if value != had[name]}
    if set(changed) - {"owner_id"}:
        _write(customer, details, actor=actor, session=session)
        reschedule(session, [customer], now=now)
        _write_names(session, customer, details)
        changed.pop("owner_id", None)
        audit(session, customer, "edited", by=by, now=now, before={name: had[name] for name in changed}, after=changed)
    return _schema(session, customer, by=by, now=now)


def set_status(
    session: Session,
    *,
    customer_id: UUID,
    status: Status,
    reason: str = "",
    until: date | None = None,
    loss: LossDetails | None = None,
    by: str,
    now: datetime,
) -> CustomerSchema:
    """
    Set whether we look after a customer: paused (why, and until when), lost (why), excluded (why; managers only),
    or active again, with the clock as it stands.

    A lost customer gets a `Loss` with what *loss* says; *reason* is then what else there is to say. Making it active,
    or pausing it, ends the loss.

    Raises:
        InvalidInput: no reason, or a date that isn't ahead; fields `reason`, `until`, `lost_on`.
        NotAllowed: excluding takes a manager, and so does taking back an exclusion.
    """
    actor = require_here(session, by=by)
    customer = get_customer(session, customer_id)
    today = get_today(session, person_id=by, now=now)
    reason = clean_text(reason, 300)
    if Status.EXCLUDED in {status, customer.status} and status != customer.status and not may_manage(actor):
        whom = whom_to_ask(session)
        raise NotAllowed(f"Only managers can exclude a customer or take that back; ask {whom}, or pause it.")
    loss, words = loss if status is Status.LOST else None, reason
    reason = clean_text(describe_loss(loss.reason, words), 300) if loss else reason
    _check_status(status, reason=reason, until=until, today=today)
    before = _status_json(customer)
    active = status is Status.ACTIVE
    customer.status, customer.status_by = status, None if active else by
    customer.status_reason = None if active else reason
    customer.status_until = until if status is Status.PAUSED else None
    if not active:
        customer.snoozed_until = customer.snooze_reason = customer.snooze_note = customer.snoozed_by = None
    reschedule(session, [customer], now=now)
    lost = follow_status(session, customer, loss, words=words, by=by, today=today, now=now)
    if lost or _status_json(customer) != before:
        after = {**_status_json(customer), **lost}
        audit(session, customer, "status", by=by, now=now, before=before, after=after)
    session.flush()
    return _schema(session, customer, by=by, now=now)


def wake_paused(session: Session, *, now: datetime) -> int:
    """Make paused customers active again whose day has come in the workspace's zone; return how many."""
    today = get_calendar(session, None).today(now)
    query = select(Customer).where(Customer.status == Status.PAUSED, col(Customer.status_until) <= today)
    woken = session.exec(query).all()
    for customer in woken:
        before, customer.status = _status_json(customer), Status.ACTIVE
        customer.status_reason = customer.status_until = customer.status_by = None
        audit(session, customer, "status", by=BOT, now=now, before=before, after=_status_json(customer))
    return reschedule(session, woken, now=now)


def claim_customer(session: Session, *, customer_id: UUID, by: str, now: datetime) -> CustomerSchema:
    """Take a customer, from the pool or from its owner, who then gets the news."""
    return hand_over(session, customer_id=customer_id, to=by, by=by, now=now)


def _checked(
    session: Session,
    details: CustomerDetails,
    *,
    actor: Person,
    before: CustomerDetails | None,
    customer_id: UUID | None = None,
) -> CustomerDetails:
    """Return *details* fit to be stored."""
    wrong: dict[str, str] = {}
    name = clean_text(details.name, NAME_LENGTH)
    if not name or not name_key(name):
        wrong["name"] = "Write what the customer is called."
    if details.cadence_days is not None and (before is None or details.cadence_days != before.cadence_days):
        floor = get_workspace(session).cadence_floor_days
        try:
            check_cadence(details.cadence_days, floor=floor, approved_by_manager=may_manage(actor))
        except RuleRefused as refused:
            wrong["cadence"] = str(refused)
    if details.parent_id is not None:
        wrong |= _parent_problem(session, details.parent_id, customer_id)
    if wrong:
        raise InvalidInput(fields=wrong)
    aliases = _other_names(_undivided(details.aliases), name)
    contacts = details.contacts
    if before is not None:  # the order in which they were written says nothing
        aliases = before.aliases if sorted(aliases) == sorted(before.aliases) else aliases
        contacts = before.contacts if _sorted(contacts) == _sorted(before.contacts) else contacts
    cleaned = {"name": name, "aliases": aliases, "contacts": contacts}
    cleaned |= {"tags": _undivided(details.tags), "preferences": _undivided(details.preferences)}
    return details.model_copy(update=cleaned)


def _undivided(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words without the signs that divide them in a list, so that an export can be imported again."""
    cleaned = (clean_text(word.replace(";", ",").replace("|", "/"), 300) for word in words)
    return tuple(dict.fromkeys(word for word in cleaned if word))[:MOST_WORDS]


def _parent_problem(session: Session, parent_id: UUID, customer_id: UUID | None) -> dict[str, str]:
    """Return a sentence when a customer would become its own ancestor."""
    try:
        if customer_id in list_ancestors(session, parent_id):
            return {"parent": "That would make the customer its own parent; choose another one, or none."}
    except NotFound as gone:
        return {"parent": str(gone)}
    return {}


def _other_names(aliases: tuple[str, ...], name: str) -> tuple[str, ...]:
    others: dict[str, str] = {}
    for alias in aliases:
        words = clean_text(alias, NAME_LENGTH)
        key = name_key(words)
        if key and key != name_key(name):
            others.setdefault(key, words)
    return tuple(others.values())


def _require_new_name(session: Session, details: CustomerDetails) -> None:
    """Refuse a second customer of one name that doesn't differ by its domain."""
    query = select(Customer).where(Customer.name_key == name_key(details.name))
    for namesake in session.exec(query).all():
        if not details.domain or not namesake.domain or namesake.domain == details.domain:
            owner = list_names(session, [namesake.owner_id]).get(namesake.owner_id or "")
            refused = f"{namesake.name} is here already ({f'owner {owner}' if owner else 'no owner'}). "
            refused += "If this is another one of that name, give both their domain."
            raise InvalidInput(fields={"name": refused})


@contextmanager
def _errors_under_owner() -> Iterator[None]:
    """Report errors inside under the form's owner."""
    try:
        yield
    except (InvalidInput, NotAllowed, NotFound) as refused:
        raise InvalidInput(fields={"owner": str(refused)}) from refused


def _write(customer: Customer, details: CustomerDetails, *, actor: Person, session: Session) -> None:
    if details.cadence_days != customer.cadence_days:
        above = (details.cadence_days or 0) > get_workspace(session).cadence_floor_days
        customer.cadence_approved_by = actor.id if above else None
    customer.name, customer.name_key = details.name, name_key(details.name)
    for field in PLAIN_FIELDS:
        value = getattr(details, field)
        setattr(customer, field, list(value) if isinstance(value, tuple) else value)


def _write_names(session: Session, customer: Customer, details: CustomerDetails) -> None:
    """Replace the aliases and contacts by those of *details*, where they differ."""
    aliases = {alias.name_key: alias for alias in list_aliases(session, customer.id)}
    wanted = {name_key(name): name for name in details.aliases}
    for key in aliases.keys() - wanted.keys():
        session.delete(aliases[key])
    for key in wanted.keys() - aliases.keys():
        session.add(Alias(customer_id=customer.id, name=wanted[key], name_key=key))
    contacts = list_contacts(session, customer.id)
    known = [ContactDetails.model_validate(contact, from_attributes=True) for contact in contacts]
    if _sorted(known) != _sorted(details.contacts):
        for contact in contacts:
            session.delete(contact)
        for contact_details in details.contacts:
            session.add(Contact(customer_id=customer.id, **contact_details.model_dump()))
    session.flush()


def _sorted(contacts: Sequence[ContactDetails]) -> list[str]:
    return sorted(contact.model_dump_json() for contact in contacts)


def _check_status(status: Status, *, reason: str, until: date | None, today: date) -> None:
    if status is not Status.ACTIVE and not reason:
        raise InvalidInput(fields={"reason": "Say why, in a few words; whoever looks later will want to know."})
    if status is Status.PAUSED and until is not None and until <= today:
        raise InvalidInput(fields={"until": "A pause has to end after today; choose a later day, or none."})


def _status_json(customer: Customer) -> dict[str, str | None]:
    return {
        "status": customer.status.value,
        "reason": customer.status_reason,
        "until": customer.status_until.isoformat() if customer.status_until else None,
        "by": customer.status_by,
    }


def _json(details: CustomerDetails) -> Mapping[str, Any]:
    return details.model_dump(mode="json")


def _schema(session: Session, customer: Customer, *, by: str, now: datetime) -> CustomerSchema:
    return list_schemas(session, [customer], today=get_today(session, person_id=by, now=now))[0]

"""Queries of the lists that one person sees, and of a posted digest with its current rows."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from bot.checkins.rules import ActionKind, can_undo
from bot.checkins.tables import CustomerAction
from bot.core.errors import NotFound
from bot.core.feature import Feature
from bot.core.outbox import OutboxMessage
from bot.customers.queries import list_by_ids, list_neglected, list_pool
from bot.customers.queries.coverage import count_pool, get_coverage
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text
from bot.customers.tables import Customer
from bot.digests.queries import list_rows
from bot.digests.rules import HANDED, ROWS_ON_PAGE, TAKEN, WITH, Whose
from bot.digests.schemas import CustomerTakenOver, NeglectedDigest, NeglectedList, NeglectedRow
from bot.people.queries import get_person, get_today, list_names, list_people
from bot.people.rules import Calendar, known_zone, person_key

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


def find_list_key(session: Session, *, words: str, viewer: str, now: datetime) -> str:  # noqa: ARG001 - every query takes the time
    """
    Return the list that *words* ask for: `team` (also for no words), `pool`, or the id of a person.

    *words* are `team`, `mine`, `pool`, a mention, a name or a handle.

    Raises:
        NotFound: no person, or more than one, has that name.
    """
    asked = words.strip()
    mentioned = MENTION.fullmatch(asked)
    if mentioned:
        return mentioned.group(1)
    if asked.lower() in {"", "team", "all"}:
        return Whose.TEAM.value
    if asked.lower() in {"mine", "me", "my"}:
        return viewer
    if asked.lower() in set(Whose):
        return asked.lower()
    return _find_person(session, asked.removeprefix("@"))


def _find_person(session: Session, asked: str) -> str:
    wanted = person_key(asked)
    people = list_people(session)
    exact = [person for person in people if wanted in {person.name_key, person.handle.lower()}]
    found = exact or [person for person in people if wanted and person.name_key.split()[:1] == [wanted]]
    if len(found) == 1:
        return found[0].id
    called = clean_text(asked, 60)
    if found:
        raise NotFound(f"{len(found)} people are called {called}; write @ and choose the one you mean.", asked=called)
    raise NotFound(
        f"Nobody here is called {called}; try /neglected mine, /neglected team, or @ and a name.", asked=called
    )


def get_list(
    session: Session, *, whose: str, page: int, viewer: str, features: Sequence[Feature], now: datetime,
    taken: CustomerTakenOver | None = None,
) -> NeglectedList:  # fmt: skip
    """
    Return a page (from 0) of neglected customers of the `team` or of a person, or of all customers in the `pool`.

    A page after the last one becomes the last one.

    Raises:
        NotFound: *whose* is the id of an unknown person.
    """
    today = get_today(session, person_id=viewer, now=now)
    owner = None if whose in set(Whose) else get_person(session, whose)
    owner_id = owner.id if owner else None
    pool = count_pool(session)
    total = pool if whose == Whose.POOL else get_coverage(session, today=today, owner_id=owner_id).neglected
    pages = max(-(-total // ROWS_ON_PAGE), 1)
    page = min(max(page, 0), pages - 1)
    start = page * ROWS_ON_PAGE
    if whose == Whose.POOL:
        customers = list_pool(session, today=today, limit=ROWS_ON_PAGE, offset=start)
    else:
        customers = list_neglected(session, today=today, owner_id=owner_id, limit=ROWS_ON_PAGE, offset=start)
    rows = tuple(list_rows(session, customers, today=today, features=features, now=now))
    return NeglectedList(
        whose=whose, whose_name=owner.name if owner else "", viewer=viewer, total=total, pool=pool,
        page=page, pages=pages, rows=rows, taken=taken,
    )  # fmt: skip


def get_digest_message(session: Session, *, channel: str, ts: str, now: datetime) -> NeglectedDigest | None:
    """Return the digest posted at *ts* in *channel*, each row with what was done since; None when it is not stored."""
    query = select(OutboxMessage).where(
        OutboxMessage.kind == NeglectedDigest.kind, OutboxMessage.channel == channel, OutboxMessage.ts == ts
    )
    posted = session.exec(query).first()
    if posted is None:
        return None
    digest = NeglectedDigest.model_validate(posted.body)
    since = Calendar(zone=known_zone(digest.zone, "UTC")).today(posted.enqueued_at)
    customers = list_by_ids(session, [row.id for row in digest.rows])
    actions = _list_hand_overs(session, list(customers), since=posted.enqueued_at)
    names = list_names(session, (*(one.owner_id for one in customers.values()), *(one.by for one in actions.values())))
    rows = [_updated_row(row, customers.get(row.id), names, since) for row in digest.rows]
    return digest.model_copy(update={"rows": tuple(_with_giver(row, actions, names, now) for row in rows)})


def _list_hand_overs(session: Session, customer_ids: Sequence[UUID], *, since: datetime) -> dict[UUID, CustomerAction]:
    """Return the last hand-over from a list of each customer since then, except undone ones."""
    query = select(CustomerAction).where(
        CustomerAction.kind == ActionKind.HANDED_OVER,
        col(CustomerAction.customer_id).in_(customer_ids),
        col(CustomerAction.at) >= since,
        col(CustomerAction.undone_at).is_(None),
    )
    found = session.exec(query.order_by(col(CustomerAction.at), col(CustomerAction.id))).all()
    return {action.customer_id: action for action in found}


def _with_giver(
    row: NeglectedRow, actions: Mapping[UUID, CustomerAction], names: Mapping[str, str], now: datetime
) -> NeglectedRow:
    """Return a row of a customer that changed hands with who did that, and what it can be undone by."""
    action = actions.get(row.id) if row.done == WITH else None
    if action is None or action.after.get("owner") != row.owner_id:
        return row
    undo_id = action.id if can_undo(action.at, now=now) else None
    if action.by == row.owner_id:
        return row.model_copy(update={"done": TAKEN, "undo_id": undo_id})
    return row.model_copy(update={"done": HANDED, "by": names.get(action.by, "Somebody"), "undo_id": undo_id})


def _updated_row(row: NeglectedRow, customer: Customer | None, names: dict[str, str], since: date) -> NeglectedRow:
    if customer is None:
        return row.model_copy(update={"done": "isn't on the list any more"})
    if customer.status is not Status.ACTIVE:
        return row.model_copy(update={"done": f"is {customer.status.value} now"})
    if (since - customer.waiting_since).days < row.waited:
        return row.model_copy(update={"done": "has been talked to"})
    if customer.owner_id and customer.owner_id != row.owner_id:
        taker = names.get(customer.owner_id, "somebody")
        return row.model_copy(update={"done": WITH, "owner_id": customer.owner_id, "owner_name": taker})
    return row

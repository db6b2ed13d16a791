"""Who waits, for one person's eyes, and a digest's rows as they stand now."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, select

from bot.core.errors import NotFound
from bot.core.feature import Feature
from bot.core.outbox import OutboxMessage
from bot.customers.queries import list_by_ids, list_neglected, list_pool
from bot.customers.queries.due import get_coverage
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text
from bot.customers.tables import Customer
from bot.digests.queries import list_rows
from bot.digests.rules import ROWS_ON_PAGE, Whose
from bot.digests.schemas import NeglectedDigest, WaitingList, WaitingRow
from bot.people.queries import get_person, get_today, list_names, list_people
from bot.people.rules import Calendar, known_zone, person_key

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


def find_list_key(session: Session, *, words: str, viewer: str, now: datetime) -> str:  # noqa: ARG001 - every query takes the time
    """
    Whose list is meant by *words*: nothing or `team`, `mine`, `pool`, a mention, a name or a handle.

    Raises:
        NotFound: nobody, or more than one person, is called so.
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
    session: Session, *, whose: str, page: int, viewer: str, features: Sequence[Feature], now: datetime, said: str = ""
) -> WaitingList:
    """
    A page (from 0) of who waits too long: `team`, a person's id, or `pool` for all without an owner.

    A page that isn't there any more becomes the last one.

    Raises:
        NotFound: *whose* is a person the bot doesn't know.
    """
    today = get_today(session, person_id=viewer, now=now)
    owner = None if whose in set(Whose) else get_person(session, whose)
    coverage = get_coverage(session, today=today, owner_id=owner.id if owner else None)
    everybody = get_coverage(session, today=today) if owner else coverage
    total = everybody.pool if whose == Whose.POOL else coverage.neglected
    pages = max(-(-total // ROWS_ON_PAGE), 1)
    page = min(max(page, 0), pages - 1)
    start = page * ROWS_ON_PAGE
    if whose == Whose.POOL:
        customers = list_pool(session, today=today, limit=start + ROWS_ON_PAGE)[start:]
    else:
        owner_id = owner.id if owner else None
        customers = list_neglected(session, today=today, owner_id=owner_id, limit=ROWS_ON_PAGE, offset=start)
    return WaitingList(
        whose=whose,
        whose_name=owner.name if owner else "",
        viewer=viewer,
        total=total,
        pool=everybody.pool,
        page=page,
        pages=pages,
        rows=tuple(list_rows(session, customers, today=today, features=features, now=now)),
        said=said,
    )


def get_digest_message(session: Session, *, channel: str, ts: str, now: datetime) -> NeglectedDigest | None:  # noqa: ARG001 - every query takes the time
    """
    The digest that stands at *ts* in *channel*, its rows saying what was done about them since.

    None when it isn't known (any more).
    """
    query = select(OutboxMessage).where(
        OutboxMessage.kind == NeglectedDigest.kind, OutboxMessage.channel == channel, OutboxMessage.ts == ts
    )
    owed = session.exec(query).first()
    if owed is None:
        return None
    digest = NeglectedDigest.model_validate(owed.body)
    since = Calendar(zone=known_zone(digest.zone, "UTC")).today(owed.enqueued_at)
    customers = list_by_ids(session, [row.id for row in digest.rows])
    names = list_names(session, (customer.owner_id for customer in customers.values()))
    rows = tuple(_as_of_now(row, customers.get(row.id), names, since) for row in digest.rows)
    return digest.model_copy(update={"rows": rows})


def _as_of_now(row: WaitingRow, customer: Customer | None, names: dict[str, str], since: date) -> WaitingRow:
    if customer is None:
        return row.model_copy(update={"done": "isn't on the list any more"})
    if customer.status is not Status.ACTIVE:
        return row.model_copy(update={"done": f"is {customer.status.value} now"})
    if (since - customer.waiting_since).days < row.waited:
        return row.model_copy(update={"done": "has been talked to"})
    if customer.owner_id and customer.owner_id != row.owner_id:
        taker = names.get(customer.owner_id, "somebody")
        return row.model_copy(update={"done": "taken", "owner_id": customer.owner_id, "owner_name": taker})
    return row

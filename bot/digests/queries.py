"""Reads for digests: what is due, what a message says, who waits."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.database import days_between, workspace_of
from bot.core.errors import NotFound
from bot.core.facts import Count, Subject
from bot.core.heartbeats import list_heartbeats
from bot.core.outbox import OwedNotice, list_unsettled
from bot.core.room import Room, Step, collect_briefs
from bot.customers.queries import (
    get_coverage,
    list_by_ids,
    list_neglected,
    list_pool,
    neglected,
    overdue_first,
    sleeping,
)
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text
from bot.customers.tables import Customer
from bot.digests.facts import (
    DigestFact,
    DueDigest,
    Health,
    JobHealth,
    NeglectedDigest,
    OfferButton,
    SetupFact,
    WaitingList,
    WaitingRow,
)
from bot.digests.rules import (
    NAME_IN_LIST,
    ROWS_IN_MESSAGE,
    ROWS_ON_PAGE,
    SECONDS_OF_GRACE,
    DigestKind,
    Whose,
    percent,
    schedule_of,
    wait_words,
)
from bot.digests.tables import Digest, DigestPost
from bot.people.queries import find_person_row, get_person, get_today, list_managers, list_names, list_people
from bot.people.rules import Calendar, Role, known_zone, person_key
from bot.people.usecases import may_manage, require_manager
from bot.workspaces.queries import get_workspace, list_audit

ROW_KIND = "digest_row"  # the kind of subject that other rooms may offer buttons for
MOST_OFFERS = 3
MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
OFFER_VALUE = 2000
TESTED = "digest.tested"


def find_digest(session: Session) -> Digest | None:
    """The digest of neglected customers, if one was ever set up."""
    query = select(Digest).where(Digest.workspace_id == workspace_of(session), Digest.kind == DigestKind.NEGLECTED)
    return session.exec(query.order_by(col(Digest.id))).first()


def list_due_digests(session: Session, *, now: datetime) -> list[DueDigest]:
    """Digests of all workspaces whose slot has come and wasn't handled."""
    query = select(Digest).where(col(Digest.next_slot) <= now, col(Digest.stopped_because).is_(None))
    return [
        DueDigest(workspace_id=row.workspace_id, digest_id=row.id, channel_id=row.channel_id)
        for row in session.exec(query.order_by(col(Digest.next_slot), col(Digest.id))).all()
    ]


def compose_digest(
    session: Session, *, digest: Digest, slot: datetime, rooms: Sequence[Room], now: datetime, is_test: bool = False
) -> NeglectedDigest:
    """What *digest* says now: coverage, the longest waiting, the pool, and the other rooms' counts."""
    schedule = schedule_of(digest.days, digest.hour, digest.zone)
    today = Calendar(zone=schedule.zone).today(now)
    coverage = get_coverage(session, today=today)
    longest = list_neglected(session, today=today, limit=ROWS_IN_MESSAGE)
    last = _last_said(session, digest.id)
    share = percent(coverage.in_cadence, coverage.active)
    return NeglectedDigest(
        digest_id=digest.id,
        slot=slot,
        made_at=now,
        zone=schedule.zone,
        next_slot=schedule.next_after(now),
        active=coverage.active,
        in_cadence=coverage.in_cadence,
        due=coverage.due,
        neglected=coverage.neglected,
        pool=coverage.pool,
        change=share - percent(last.in_cadence, last.active) if last and last.active else None,
        rows=tuple(list_rows(session, longest, today=today, rooms=rooms, now=now)),
        longest=None if longest else _longest_wait(session, today),
        counts=_other_counts(session, rooms, now),
        is_test=is_test,
    )


def list_neglected_lines(session: Session, *, today: date) -> list[str]:
    """Every neglected customer as one line of plain words, longest wait first."""
    waited = days_between(sa.literal(today, sa.Date()), col(Customer.waiting_since))
    query = sa.select(
        col(Customer.name), col(Customer.owner_id), waited, col(Customer.rhythm_days), col(Customer.last_contact_on)
    ).where(col(Customer.workspace_id) == workspace_of(session), neglected(today))
    found = session.execute(query.order_by(*overdue_first(today))).all()
    names = list_names(session, {row[1] for row in found})
    return [
        " · ".join(
            (
                one_line(name, NAME_IN_LIST),
                wait_words(days, rhythm, ever_contacted=contact is not None),
                one_line(names.get(owner or "", "no owner"), NAME_IN_LIST),
            )
        )
        for name, owner, days, rhythm, contact in found
    ]


def one_line(text: str, limit: int) -> str:
    """*text* on one line, in at most *limit* characters."""
    words = " ".join(text.split())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def list_rows(
    session: Session, customers: Sequence[Customer], *, today: date, rooms: Sequence[Room], now: datetime
) -> list[WaitingRow]:
    """These customers as rows, in the order given, with what the other rooms know and offer."""
    names = list_names(session, (customer.owner_id for customer in customers))
    briefs = collect_briefs(rooms, session, [customer.id for customer in customers], now)
    return [
        WaitingRow(
            id=customer.id,
            name=customer.name,
            owner_id=customer.owner_id,
            owner_name=names.get(customer.owner_id or ""),
            waited=max((today - customer.waiting_since).days, 0),
            rhythm=customer.rhythm_days,
            ever_contacted=customer.last_contact_on is not None,
            words=" · ".join(one_line(line.text, 80) for line in briefs[customer.id][:2]),
            offers=_offers(customer, rooms),
        )
        for customer in customers
    ]


def find_whose(session: Session, *, words: str, viewer: str, now: datetime) -> str:  # noqa: ARG001 - every query takes the time
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
    session: Session, *, whose: str, page: int, viewer: str, rooms: Sequence[Room], now: datetime, said: str = ""
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
        rows=tuple(list_rows(session, customers, today=today, rooms=rooms, now=now)),
        said=said,
    )


def get_digest_message(session: Session, *, channel: str, ts: str, now: datetime) -> NeglectedDigest | None:  # noqa: ARG001 - every query takes the time
    """
    The digest that stands at *ts* in *channel*, its rows saying what was done about them since.

    None when it isn't known (any more).
    """
    query = select(OwedNotice).where(
        OwedNotice.workspace_id == workspace_of(session),
        OwedNotice.kind == NeglectedDigest.kind,
        OwedNotice.channel == channel,
        OwedNotice.ts == ts,
    )
    owed = session.exec(query).first()
    if owed is None:
        return None
    digest = NeglectedDigest.model_validate(owed.body)
    since = Calendar(zone=known_zone(digest.zone, "UTC")).today(owed.owed_at)
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


def get_setup(session: Session, *, viewer: str, now: datetime) -> SetupFact:  # noqa: ARG001 - every query takes the time
    """
    What the setup shows to *viewer*.

    Raises:
        NotAllowed: they are no manager.
    """
    person = require_manager(session, by=viewer, wish="change the setup")
    workspace, digest = get_workspace(session), find_digest(session)
    managers = [manager for manager in list_managers(session) if manager.role is Role.MANAGER]
    return SetupFact(
        is_admin=person.role is Role.ADMIN,
        managers=tuple(manager.id for manager in managers),
        manager_names=tuple(manager.name for manager in managers),
        cadence=workspace.default_cadence_days,
        floor=workspace.cadence_floor_days,
        factor=workspace.neglect_factor,
        first_calls=workspace.first_calls_a_day,
        zone=known_zone(person.zone, workspace.zone),
        digest=DigestFact.model_validate(digest, from_attributes=True) if digest else None,
    )


def get_health(session: Session, *, viewer: str, rooms: Sequence[Room], now: datetime) -> Health:
    """
    How the jobs are, and a sentence for each thing that any room finds wrong.

    Raises:
        NotAllowed: *viewer* is no manager.
    """
    person = require_manager(session, by=viewer, wish="see how I am")
    wrong = [sentence for room in rooms if room.check for sentence in room.check(session, now)]
    ours = workspace_of(session)
    late = [
        owed
        for owed in list_unsettled(session, now=now - timedelta(seconds=SECONDS_OF_GRACE))
        if owed.workspace_id == ours
    ]
    if late:
        wrong.append(f"{len(late)} of my messages wait to be delivered for more than a quarter of an hour.")
    jobs = tuple(
        JobHealth(name=beat.name, succeeded_at=beat.succeeded_at, error=beat.error)
        for beat in list_heartbeats(session, now=now)
    )
    return Health(zone=known_zone(person.zone, "UTC"), jobs=jobs, wrong=tuple(wrong))


def list_first_steps(session: Session, person_id: str, now: datetime) -> Sequence[Step]:  # noqa: ARG001 - a room's shape
    """The three steps of the first run, for managers; none for others, and none once all are done."""
    if not may_manage(find_person_row(session, person_id)):
        return ()
    digest = find_digest(session)
    chosen = digest is not None and digest.stopped_because is None
    tested = chosen and digest is not None and (_was_tested(session, digest.id) or _last_said(session, digest.id))
    any_customer = select(Customer.id).where(Customer.workspace_id == workspace_of(session)).limit(1)
    has_customers = session.exec(any_customer).first() is not None
    steps = (
        Step(label="Bring in your customers with `/customers import`, or one by one with `/customers add`",
             done=has_customers, button="Import a list", action_id="customers.import"),
        Step(label="Name managers, and choose the channel that learns who waits", done=chosen,
             button="Open setup", action_id="digests.setup"),
        Step(label="Post a test to that channel", done=bool(tested),
             button="Post a test" if chosen else "", action_id="digests.test" if chosen else ""),
    )  # fmt: skip
    return () if all(step.done for step in steps) else steps


def check_digests(session: Session, now: datetime) -> Sequence[str]:
    """A sentence for each digest that stopped, and for each whose slot went by in silence."""
    wrong = []
    for digest in session.exec(select(Digest).where(Digest.workspace_id == workspace_of(session))).all():
        where = f"#{digest.channel_name or digest.channel_id}"
        if digest.stopped_because and digest.days:
            wrong.append(f"The digest to {where} has stopped: {digest.stopped_because} Mend it in /evenhand setup.")
        elif not digest.stopped_because and (now - digest.next_slot).total_seconds() > SECONDS_OF_GRACE:
            wrong.append(f"The digest to {where} is late; its job hasn't run since {digest.next_slot:%d %b %H:%M} UTC.")
    return wrong


def export_person(session: Session, kind: str, subject_id: str) -> dict[str, Any]:
    """Which digests a person set up."""
    query = select(Digest).where(Digest.workspace_id == workspace_of(session), Digest.made_by == subject_id)
    made = session.exec(query).all() if kind == "person" else ()
    return {"digests_set_up": [digest.channel_name or digest.channel_id for digest in made]} if made else {}


def _last_said(session: Session, digest_id: UUID) -> DigestPost | None:
    query = select(DigestPost).where(
        DigestPost.workspace_id == workspace_of(session),
        DigestPost.digest_id == digest_id,
        col(DigestPost.said_something).is_(True),
    )
    return session.exec(query.order_by(col(DigestPost.slot).desc()).limit(1)).first()


def _was_tested(session: Session, digest_id: UUID) -> bool:
    trail = list_audit(session, subject_kind="digest", subject_id=str(digest_id))
    return any(entry.action == TESTED for entry in trail)


def _longest_wait(session: Session, today: date) -> tuple[int, int] | None:
    """Days waited and rhythm of the one furthest into its rhythm, of those that aren't put off."""
    query = select(Customer).where(
        Customer.workspace_id == workspace_of(session), Customer.status == Status.ACTIVE, sa.not_(sleeping(today))
    )
    first = session.exec(query.order_by(*overdue_first(today)).limit(1)).first()
    return (max((today - first.waiting_since).days, 0), first.rhythm_days) if first else None


def _other_counts(session: Session, rooms: Sequence[Room], now: datetime) -> tuple[Count, ...]:
    return tuple(count for room in rooms if room.digest_section for count in room.digest_section(session, now))


def _offers(customer: Customer, rooms: Sequence[Room]) -> tuple[OfferButton, ...]:
    subject = Subject(kind=ROW_KIND, id=str(customer.id), customer_id=customer.id, words=one_line(customer.name, 200))
    made = [
        OfferButton(label=offer.label, action_id=offer.action_id, value=subject.model_dump_json())
        for room in rooms
        for offer in room.offers
        if offer.wants(subject)
    ]
    return tuple(button for button in made if len(button.value) <= OFFER_VALUE)[:MOST_OFFERS]

"""Whom a sentence speaks of, how a proposal stands, and what a customer's card begins with."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from bot.checkins.queries import get_form
from bot.checkins.rules import Result
from bot.checkins.tables import Checkin
from bot.commitments.queries.commands import find_called
from bot.conversations.rules import ProposalKind, Sentence, customers_in, guess_name, is_pronoun, name_beginnings
from bot.conversations.schemas import ProposalSchema
from bot.conversations.tables import Note, Proposal
from bot.core.errors import NotAllowed, NotFound
from bot.core.outbox import OutboxMessage
from bot.core.schemas import Line
from bot.customers.queries import find_row, get_customer, list_by_ids
from bot.customers.queries.families import tell_by_the_way
from bot.customers.queries.searching import list_exact, list_names_like, list_partly
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text
from bot.customers.schemas import CustomerSchema, Named
from bot.customers.tables import Customer
from bot.escalations.queries import ESCALATIONS
from bot.escalations.tables import Escalation
from bot.mentions.queries.matching import match_many
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas.mentions import Text
from bot.people.queries import get_today, list_names
from bot.promises.queries import PROMISES
from bot.promises.tables import Promise

MOST_CANDIDATES = 5
TIMELINE_ROWS, NOTE_SHOWN = 20, 200
OUT_OF_DATE = "That button is out of date; say it to me again."


class Meant(NamedTuple):
    """
    The customers that a sentence may mean, the name as written, and what follows it.

    *rest* is None where the name stands inside the words; *is_whole* says that it is all of a customer's name.
    """

    customers: Sequence[Customer] = ()
    name: str = ""
    rest: str | None = None
    is_whole: bool = False


def find_meant(session: Session, sentence: Sentence, *, now: datetime) -> Meant:
    """
    Return the customers that *sentence* may mean: by a whole name, by the matcher of mentions, then by a part of one.

    Without any, `name` is what was most likely meant as one.
    """
    if sentence.name is not None:
        return _named_first(session, sentence.name, sentence.about, now)
    beginnings = name_beginnings(sentence.about)
    for words in beginnings:
        if found := find_called(session, words):
            return _called(session, *found)
    if matched := _list_matched(session, sentence.about, now):
        customers = list(list_by_ids(session, list(matched)).values())
        return Meant(customers, next(iter(matched.values())), is_whole=True)
    for words in beginnings:
        guess = guess_name(words).split()
        for length in range(len(guess), 0, -1):
            name = " ".join(guess[:length])
            if some := list_partly(session, name):
                return Meant(some, name, words[len(name) :])
    words = beginnings[-1] if len(beginnings) > 1 else sentence.about
    name = guess_name(words)
    return Meant(name="" if is_pronoun(name) else name, rest=words[len(name) :])


def _called(session: Session, name: str, rest: str, customers: Sequence[Customer]) -> Meant:
    """Return the customers with that whole name; those that are named after them, as in "Acme and Golddex", too."""
    first, _, last = name.rpartition(" ")
    if first and last.casefold() in {"and", "as", "&"}:  # names don't count these words at their ends
        name, rest = first, f"{last} {rest}"
    joined, _, others = rest.strip().partition(" ")
    second = find_called(session, others) if joined.casefold() in {"and", "or", "&", "+"} else None
    more = [one for one in second[2] if one not in customers] if second else []
    return Meant([*customers, *more], name, None if more else rest, is_whole=True)


def _named_first(session: Session, name: str, about: str, now: datetime) -> Meant:
    found = list_exact(session, name) if name else []
    if not found and name:
        found = list(list_by_ids(session, list(_list_matched(session, name, now))).values())
    return Meant(found or list_partly(session, name), name, about, is_whole=bool(found))


def _list_matched(session: Session, words: str, now: datetime) -> dict[UUID, str]:
    """Return the customers that the matcher of mentions finds, with their name as written, the surest first."""
    matches = match_many(session, texts=[Text(words=words)], now=now)[0]
    sure = (one for one in matches if one.customer_id and one.tier is not Tier.IGNORED)
    return {one.customer_id: one.alias for one in sure if one.customer_id}


def list_in_thread(session: Session, *, channel: str, ts: str, person_id: str) -> list[UUID]:
    """Return the customers of the message of ours to that person at *ts*; empty if it is none, or names none."""
    query = select(OutboxMessage.body).where(
        OutboxMessage.recipient == person_id, OutboxMessage.channel == channel, OutboxMessage.ts == ts
    )
    body = session.exec(query).first()
    return [one for one in customers_in(body) if find_row(session, str(one))] if body else []


def get_proposal(session: Session, proposal_id: UUID, *, by: str) -> Proposal:
    """
    Return what *by* said.

    Raises:
        NotFound: it isn't here any more.
        NotAllowed: somebody else said it.
    """
    row = session.exec(select(Proposal).where(Proposal.id == proposal_id)).first()
    if row is None:
        raise NotFound(OUT_OF_DATE)
    if row.by != by:
        name = list_names(session, [row.by]).get(row.by, "who said it")
        raise NotAllowed(f"Only {name} can press that; say it to me yourself.")
    return row


def get_schema(session: Session, *, proposal_id: UUID, viewer: str, now: datetime) -> ProposalSchema:
    """Return a proposal of *viewer* as it stands now; raises as `get_proposal`."""
    return schema_of(session, get_proposal(session, proposal_id, by=viewer), now=now)


def schema_of(session: Session, row: Proposal, *, now: datetime, stays: Sequence[str] = ()) -> ProposalSchema:
    """Return a proposal as its message shows it."""
    ids = [UUID(one) for one in row.candidates]
    rows = list_by_ids(session, [*ids, *([row.customer_id] if row.customer_id else [])])
    customer = rows.get(row.customer_id) if row.customer_id else None
    today = get_today(session, person_id=row.by, now=now)
    same = ("id", "kind", "by", "customer_id", "asked", "words", "day", "result", "channel", "saved_id")
    return ProposalSchema(
        **{name: getattr(row, name) for name in same},
        today=today,
        customer_name=customer.name if customer else "",
        candidates=tuple(Named(id=one, name=rows[one].name) for one in ids if one in rows),
        day_options=tuple(date.fromisoformat(day) for day in row.days),
        next_due_on=_next_due(session, row, customer, now) if customer else None,
        is_settled=row.settled_at is not None,
        is_undone=row.undone_at is not None,
        stays=tuple(stays),
        aside=_aside(session, row, customer, today) if customer else "",
    )


def _aside(session: Session, row: Proposal, customer: Customer, today: date) -> str:
    """Return a sentence on the family of a customer, once a contact with it is saved."""
    is_contact = row.kind is ProposalKind.CHECKIN and row.result.is_contact
    is_saved = row.saved_id is not None and row.undone_at is None
    return tell_by_the_way(session, customer, today=today) if is_contact and is_saved else ""


def _next_due(session: Session, row: Proposal, customer: Customer, now: datetime) -> date | None:
    """Return when the customer is due: as saving the check-in would have it, or as it stands once it is saved."""
    if customer.status is not Status.ACTIVE or row.kind is not ProposalKind.CHECKIN:
        return None
    if row.settled_at is not None:
        return customer.due_on
    asked: dict[str, Any] = {"result": row.result, "happened_on": row.day, "features": (), "now": now}
    preview = get_form(session, customer_id=customer.id, viewer=row.by, **asked).preview
    return preview.next_due_on if preview else None


def list_others(session: Session, row: Proposal) -> list[UUID]:
    """Return the customers that may be meant in the place of a proposal's: those offered before, then similar names."""
    name = get_customer(session, row.customer_id).name if row.customer_id else row.asked
    ids = [*map(UUID, row.candidates), *(one for one, _ in list_names_like(session, name))]
    return [one for one in dict.fromkeys(ids) if one != row.customer_id][:MOST_CANDIDATES]


def describe(session: Session, customer: CustomerSchema, *, viewer: str) -> str:
    """Return `You last talked 31 days ago; one problem is open.`"""
    problems = _count(session, Escalation, customer.id, ESCALATIONS.is_open)
    promises = _count(session, Promise, customer.id, PROMISES.is_open)
    parts = [_last_talk(session, customer, viewer)]
    parts += [f"{_number(problems)} problem{' is' if problems == 1 else 's are'} open"] if problems else []
    parts += [f"{_number(promises)} promise{' is' if promises == 1 else 's are'} owed"] if promises else []
    return f"{parts[0]}{'; ' if parts[1:] else ''}{', '.join(parts[1:])}."


def _last_talk(session: Session, customer: CustomerSchema, viewer: str) -> str:
    """Return who last talked, and when; nobody is said to have talked who didn't."""
    if customer.last_contact_on is None:
        return "Nobody has talked to them so far"
    query = select(Checkin.by).where(
        Checkin.customer_id == customer.id, Checkin.happened_on == customer.last_contact_on,
        col(Checkin.result).in_([Result.TALKED, Result.THEY_CONTACTED_US]), col(Checkin.undone_at).is_(None),
    )  # fmt: skip
    who = session.exec(query.order_by(col(Checkin.id).desc())).first()
    name = "You" if who == viewer else list_names(session, [who]).get(who or "", "We")
    days = customer.days_waiting
    when = {0: "today", 1: "yesterday"}.get(days, f"{days:,} days ago")
    return f"{name} last talked {when}"


def _count(session: Session, table: Any, customer_id: UUID, is_open: Any) -> int:
    query = select(table.id).where(table.customer_id == customer_id, is_open)
    return len(session.exec(query).all())


def _number(count: int) -> str:
    return {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}.get(count, f"{count:,}")


def timeline(session: Session, customer_id: UUID, now: datetime) -> list[Line]:  # noqa: ARG001 - the shape of every timeline
    """List the notes about a customer, the latest first."""
    query = select(Note).where(Note.customer_id == customer_id).order_by(col(Note.at).desc(), col(Note.id).desc())
    rows = session.exec(query.limit(TIMELINE_ROWS)).all()
    names = list_names(session, [row.by for row in rows])
    return [
        Line(text=f"{names.get(row.by, 'Somebody')} noted: {clean_text(row.words, NOTE_SHOWN)}", on=row.at.date())
        for row in rows
    ]


def export(session: Session, kind: str, subject_id: str) -> dict[str, Any]:
    """Return the notes about a customer or by a person, and what that person said, as JSON values."""
    about = UUID(subject_id) if kind == "customer" else subject_id
    found = {}
    for name, table in (("notes", Note), ("said", Proposal)):
        which = col(table.customer_id) == about if kind == "customer" else col(table.by) == about
        rows: Iterable[Any] = session.exec(select(table).where(which).order_by(col(table.id))).all()
        found[name] = [row.model_dump(mode="json", exclude={"workspace_id"}) for row in rows]
    return {name: rows for name, rows in found.items() if rows} if kind in {"customer", "person"} else {}

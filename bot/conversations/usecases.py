"""What becomes of a message to the bot: a proposal, which changes as its buttons are pressed and is saved once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.checkins.rules import can_undo
from bot.checkins.usecases import undo_action
from bot.checkins.usecases.recording import clean_note, record_checkin
from bot.conversations.queries import (
    MOST_CANDIDATES,
    Meant,
    describe,
    find_meant,
    get_proposal,
    list_in_thread,
    list_others,
    schema_of,
)
from bot.conversations.rules import (
    ASKED,
    WORDS,
    Intent,
    ProposalKind,
    Sentence,
    first_clause,
    promise_of,
    read_sentence,
    task_of,
    trim,
)
from bot.conversations.schemas import ProposalSchema, Reply
from bot.conversations.tables import Note, Proposal
from bot.core import inbox
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.core.feature import Feature, UndoCheckin
from bot.customers.queries import get_customer
from bot.customers.queries.screens import get_card
from bot.customers.queries.searching import find_customer, list_names_like
from bot.customers.rules.names import clean_text
from bot.customers.schemas import Named
from bot.escalations.usecases import raise_escalation
from bot.followups.usecases import assign_followup
from bot.mentions.usecases.aliases import refresh_few_aliases
from bot.people.queries import get_calendar, get_today
from bot.people.rules.sentences import DayFound, find_day
from bot.people.usecases import require_here
from bot.promises.usecases import record_promise

BARE_NAME_WORDS = 6
SAVED = "That is saved already; nothing was changed."


def receive_message(session: Session, *, key: str, by: str, now: datetime) -> bool:  # noqa: ARG001 - every use case takes who did it
    """Store that the message *key* is answered with what went wrong; return False when it was answered before."""
    return inbox.record_received(session, "message", key, now=now)


def discard_proposals(session: Session, *, before: datetime) -> int:
    """Delete proposals made before that instant, whose buttons are out of date then; return how many."""
    return session.exec(sa.delete(Proposal).where(col(Proposal.said_at) < before)).rowcount


def answer_message(
    session: Session,
    *,
    key: str,
    text: str,
    channel: str,
    thread_ts: str,
    features: Sequence[Feature],
    by: str,
    now: datetime,
) -> Reply | None:
    """
    Return the answer to *text*, a message on one line; what would change something is stored as a proposal. Return None
    when the message *key* was answered before.

    *thread_ts* is the message that it replies to: the customers of a notification there are meant where none is named.

    Raises:
        NotAllowed: *by* is no full member.
        NotFound: they ask for a customer whom nobody is called like; `nearest` holds the nearest.
    """
    if not inbox.record_received(session, "message", key, now=now):
        return None
    require_here(session, by=by)
    refresh_few_aliases(session, now=now)
    sentence = read_sentence(text)
    thread = list_in_thread(session, channel=channel, ts=thread_ts, person_id=by) if thread_ts else []
    if sentence.intent in {Intent.QUEUE, Intent.HELP, Intent.THANKS}:
        return Reply(intent=sentence.intent)
    if sentence.intent is Intent.CARD:
        return _card(session, sentence, features, by=by, now=now)
    if sentence.intent is Intent.OTHER and not thread:
        return _other(session, sentence, features, by=by, now=now)
    return Reply(intent=sentence.intent, proposal=_propose(session, sentence, thread, by=by, now=now))


def _card(session: Session, sentence: Sentence, features: Sequence[Feature], *, by: str, now: datetime) -> Reply:
    meant = find_meant(session, sentence, now=now)
    if len(meant.customers) != 1:
        find_customer(session, trim(sentence.about))  # raises with the customers that may be meant
    customer = meant.customers[0] if meant.customers else find_customer(session, trim(sentence.about))
    card = get_card(session, customer_id=customer.id, viewer=by, features=features, now=now)
    return Reply(intent=Intent.CARD, card=card, line=describe(session, card.customer, viewer=by))


def _other(session: Session, sentence: Sentence, features: Sequence[Feature], *, by: str, now: datetime) -> Reply:
    """Return the card for a bare name; for other words the customer that they name, if it is one."""
    bare = trim(sentence.text)
    if 0 < len(bare.split()) <= BARE_NAME_WORDS:
        try:
            customer = find_customer(session, bare)
        except NotFound:
            pass
        else:
            card = get_card(session, customer_id=customer.id, viewer=by, features=features, now=now)
            return Reply(intent=Intent.CARD, card=card, line=describe(session, card.customer, viewer=by))
    meant = find_meant(session, sentence, now=now)
    sure = meant.customers if meant.is_whole else ()
    about = Named(id=sure[0].id, name=sure[0].name) if len(sure) == 1 else None
    return Reply(intent=Intent.OTHER, about=about)


def _propose(session: Session, sentence: Sentence, thread: Sequence[UUID], *, by: str, now: datetime) -> ProposalSchema:
    """Store what *sentence* asks for; in a thread about customers, words that ask for nothing are a note."""
    is_note = sentence.intent is Intent.OTHER
    kind = ProposalKind.NOTE if is_note else ProposalKind(sentence.intent.value)
    meant = find_meant(session, sentence, now=now)
    if is_note and not meant.is_whole:
        meant = Meant()  # a note needn't name anybody
    ids = [one.id for one in meant.customers] or list(thread)
    asked = "" if ids and (meant.is_whole or len(ids) == 1 or not meant.customers) else clean_text(meant.name, ASKED)
    is_clear = len(ids) == 1
    if not ids and asked:
        ids = [customer_id for customer_id, _ in list_names_like(session, asked)]
    words, day = _read_words(session, sentence, kind, meant, by=by, now=now)
    row = Proposal(
        by=by, kind=kind, said_at=now, customer_id=ids[0] if is_clear else None, asked=asked,
        candidates=[] if is_clear else [str(one) for one in ids[:MOST_CANDIDATES]], words=clean_note(words, WORDS),
        day=day.on, days=[one.isoformat() for one in day.options], result=sentence.result, channel=sentence.channel,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return schema_of(session, row, now=now)


def _read_words(
    session: Session, sentence: Sentence, kind: ProposalKind, meant: Meant, *, by: str, now: datetime
) -> tuple[str, DayFound]:
    """Return what is to be saved of a sentence, and the day it names."""
    today = get_today(session, person_id=by, now=now)
    about, name = sentence.about, meant.name
    if kind is ProposalKind.NOTE:
        return sentence.text, DayFound(before="")
    if kind is ProposalKind.PROBLEM:
        return (trim(meant.rest or "") if sentence.name is None else "") or sentence.text, DayFound(before="")
    if kind is ProposalKind.CHECKIN:
        return _read_checkin(sentence.when, about if meant.rest is None else meant.rest, today)
    day = find_day(about, today=today)
    left = f"{day.before} {day.after}".strip()
    words = task_of(left, name) if kind is ProposalKind.FOLLOWUP else promise_of(left, name)
    if day.on is None and not day.options:
        day = DayFound(before="", options=_usual_days(session, by, today))
    return words, day


def _read_checkin(when: str, words: str, today: date) -> tuple[str, DayFound]:
    """Return the note and the day of a check-in: a day in front, or in the first clause; without one, today."""
    clause, others = first_clause(words)
    day = find_day(when, today=today, past=True)
    if day.on is None and not day.options:
        day = find_day(clause, today=today, past=True)
        clause = f"{day.before} {day.after}".strip()
    if day.on is None and not day.options:
        day = DayFound(before="", on=today)
    return trim(f"{clause}{others}"), day


def _usual_days(session: Session, person_id: str, today: date) -> tuple[date, ...]:
    """Return the days that are offered where none is named: the next working day, and the first one in a week."""
    calendar = get_calendar(session, person_id)
    next_day = calendar.next_working_day(today, or_same=False)
    return tuple(dict.fromkeys((next_day, calendar.next_working_day(today + timedelta(weeks=1)))))


# --- what is pressed ---------------------------------------------------------------------------------------------


def choose_customer(
    session: Session, *, proposal_id: UUID, customer_id: UUID | None, by: str, now: datetime
) -> ProposalSchema:
    """Say which customer is meant; None: another than the one that was understood, so that others are offered."""
    row = get_proposal(session, proposal_id, by=by)
    if row.settled_at is None:
        others = list_others(session, row)
        row.customer_id = get_customer(session, customer_id).id if customer_id else None
        row.asked, row.candidates = "", [] if customer_id else [str(one) for one in others]
    return schema_of(session, row, now=now)


def choose_day(session: Session, *, proposal_id: UUID, day: date, by: str, now: datetime) -> ProposalSchema:
    """Say which day is meant."""
    row = get_proposal(session, proposal_id, by=by)
    if row.settled_at is None:
        row.day = day
    return schema_of(session, row, now=now)


def save_proposal(session: Session, *, proposal_id: UUID, by: str, now: datetime) -> ProposalSchema:
    """
    Save what was understood; a second press changes nothing.

    Raises:
        InvalidInput: the customer or the day is still to be chosen, or it can't be saved as it is.
    """
    row = get_proposal(session, proposal_id, by=by)
    if row.settled_at is None:
        if row.customer_id is None or schema_of(session, row, now=now).lacks_day:
            raise InvalidInput("Choose the customer and the day first.")
        _save(session, row, _entered(row), by=by, now=now)
    return schema_of(session, row, now=now)


def save_changed(
    session: Session, *, proposal_id: UUID, entered: Mapping[str, Any], view_id: str, by: str, now: datetime
) -> ProposalSchema:
    """
    Save what a form that was opened from the proposal holds.

    Raises:
        AlreadyDone: the proposal is saved already.
        InvalidInput: as the use case of what it is.
    """
    row = get_proposal(session, proposal_id, by=by)
    if row.settled_at is not None:
        raise AlreadyDone("That is saved already; you can close the window.")
    _save(session, row, {**entered, "view_id": view_id}, by=by, now=now)
    row.customer_id = entered["customer_id"]
    if row.kind is ProposalKind.CHECKIN:
        row.words, row.day = clean_note(entered["note"], WORDS), entered["happened_on"] or row.day
        row.result, row.channel = entered["result"], entered["channel"]
    return schema_of(session, row, now=now)


def drop_proposal(session: Session, *, proposal_id: UUID, by: str, now: datetime) -> ProposalSchema:
    """Say that nothing is to be saved."""
    row = get_proposal(session, proposal_id, by=by)
    row.settled_at = row.settled_at or now
    return schema_of(session, row, now=now)


def undo_proposal(
    session: Session, *, proposal_id: UUID, by: str, now: datetime, undos: Sequence[UndoCheckin] = ()
) -> ProposalSchema:
    """
    Undo the check-in or note that was saved, within ten minutes.

    Raises:
        NotAllowed: they are over.
        NotFound: nothing of that kind was saved.
    """
    row = get_proposal(session, proposal_id, by=by)
    if row.undone_at is not None:
        return schema_of(session, row, now=now)
    if row.saved_id is None or row.settled_at is None:
        raise NotFound("There is nothing to undo.")
    stays: tuple[str, ...] = ()
    if row.kind is ProposalKind.CHECKIN:
        stays = undo_action(session, customer_action_id=row.saved_id, undos=undos, by=by, now=now).stays
    elif not can_undo(row.settled_at, now=now):
        raise NotAllowed("Undo lasts ten minutes, and they are over.")
    else:
        session.exec(sa.delete(Note).where(col(Note.id) == row.saved_id))
    row.undone_at = now
    return schema_of(session, row, now=now, stays=stays)


def _entered(row: Proposal) -> dict[str, Any]:
    """Return what a form would hold, had it been filled in with what was understood."""
    about: dict[str, Any] = {"customer_id": row.customer_id}
    if row.kind is ProposalKind.CHECKIN:
        return {**about, "result": row.result, "channel": row.channel, "note": row.words, "happened_on": row.day}
    if row.kind.has_due_day:
        return {**about, "what": row.words, "due_on": row.day}
    return {**about, "what": row.words}


def _save(session: Session, row: Proposal, entered: Mapping[str, Any], *, by: str, now: datetime) -> None:
    row.saved_id = _SAVE[row.kind](session, entered, by, now)
    row.settled_at = now


def _save_checkin(session: Session, entered: Mapping[str, Any], by: str, now: datetime) -> UUID:
    return record_checkin(session, **entered, by=by, now=now).customer_action_id


def _save_followup(session: Session, entered: Mapping[str, Any], by: str, now: datetime) -> UUID:
    return assign_followup(session, **{"assignee_id": by, **entered}, by=by, now=now).id


def _save_promise(session: Session, entered: Mapping[str, Any], by: str, now: datetime) -> UUID:
    return record_promise(session, **entered, by=by, now=now).id


def _save_problem(session: Session, entered: Mapping[str, Any], by: str, now: datetime) -> UUID:
    return raise_escalation(session, **{"severity": None, **entered}, by=by, now=now).id


def _save_note(session: Session, entered: Mapping[str, Any], by: str, now: datetime) -> UUID:
    note = Note(customer_id=entered["customer_id"], by=by, at=now, words=entered["what"])
    session.add(note)
    session.flush()
    return note.id


_SAVE: dict[ProposalKind, Callable[[Session, Mapping[str, Any], str, datetime], UUID]] = {
    ProposalKind.CHECKIN: _save_checkin,
    ProposalKind.FOLLOWUP: _save_followup,
    ProposalKind.PROMISE: _save_promise,
    ProposalKind.PROBLEM: _save_problem,
    ProposalKind.NOTE: _save_note,
}


def erase(session: Session, kind: str, subject_id: str, now: datetime) -> int:  # noqa: ARG001 - every erase takes the time
    """
    Erase what was said and noted about a customer, or what a person said and hasn't saved; return how many rows.

    What a person noted stays with the customer, under their id.
    """
    if kind == "customer":
        customer_id = UUID(subject_id)
        about = sa.or_(
            col(Proposal.customer_id) == customer_id, sa.cast(col(Proposal.candidates), sa.String).contains(subject_id)
        )
        notes = session.exec(sa.delete(Note).where(col(Note.customer_id) == customer_id)).rowcount
        return notes + session.exec(sa.delete(Proposal).where(about)).rowcount
    if kind == "person":
        return session.exec(sa.delete(Proposal).where(col(Proposal.by) == subject_id)).rowcount
    return 0

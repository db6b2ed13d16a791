"""Reads the question that is part of every check-in, and what customers answered to it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from bot.campaigns.queries.results import count_answers
from bot.campaigns.rules.questions import Question, parse_question
from bot.campaigns.rules.results import score_words
from bot.campaigns.schemas import CampaignFile, QuestionResult, StandingForm, StandingResult
from bot.campaigns.tables import StandingAnswer, StandingQuestion
from bot.customers.queries import list_by_ids
from bot.customers.tables import Customer
from bot.people.queries import find_person_row, get_calendar, list_names
from bot.people.usecases import may_manage, require_here, require_manager

DAYS = 90
WISH = "choose what is asked at every check-in"
CUSTOMERS_FOR_QUOTES = 10
LATEST_FIRST = (col(StandingAnswer.given_at).desc(), col(StandingAnswer.id).desc())


class Given(NamedTuple):
    """An answer of a customer, and when it was written down."""

    at: datetime
    customer_id: UUID
    answer: str


def find_question(session: Session) -> StandingQuestion | None:
    """Return the question that is part of every check-in; None where none is."""
    latest = select(StandingQuestion).order_by(col(StandingQuestion.set_at).desc(), col(StandingQuestion.id).desc())
    row = session.exec(latest.limit(1)).first()
    return row if row and row.question else None


def find_standing_form(session: Session, customer_id: UUID, now: datetime) -> StandingForm | None:
    """Return what a check-in with a customer asks, with its last answer; None where nothing is asked."""
    row = find_question(session)
    if row is None:
        return None
    query = select(StandingAnswer).where(
        StandingAnswer.question_id == row.id, StandingAnswer.customer_id == customer_id,
        col(StandingAnswer.undone_at).is_(None),
    )  # fmt: skip
    last = session.exec(query.order_by(*LATEST_FIRST).limit(1)).first()
    calendar = get_calendar(session, None)
    return StandingForm(
        question_id=row.id, question=parse_question(row.question), last=last.answer if last else "",
        last_on=calendar.today(last.given_at) if last else None, today=calendar.today(now),
    )  # fmt: skip


def get_standing(session: Session, *, viewer: str, now: datetime) -> StandingResult:
    """
    Return the question of every check-in, and what was answered in the last 90 days and in those before.

    Raises:
        NotAllowed: the viewer is no full member.
    """
    person = require_here(session, by=viewer)
    row = find_question(session)
    if row is None:
        return StandingResult(may_set=may_manage(person), days=DAYS)
    calendar = get_calendar(session, None)
    today = calendar.today(now)
    setter = find_person_row(session, row.set_by)
    begun = today - timedelta(days=DAYS)
    return StandingResult(
        may_set=may_manage(person), days=DAYS, line=row.question, question=parse_question(row.question),
        set_on=calendar.today(row.set_at), set_by_name=setter.name if setter else "", today=today,
        answered=_result(session, row, since=begun, until=today),
        before=_result(session, row, since=begun - timedelta(days=DAYS), until=begun),
    )  # fmt: skip


def list_standing_lines(session: Session, *, since: date, until: date) -> list[str]:
    """Return a line of plain text on what was answered after *since* up to *until*; none without answers."""
    row = find_question(session)
    if row is None:
        return []
    found = _result(session, row, since=since, until=until)
    before = _result(session, row, since=since - (until - since), until=since)
    if not found.answered:
        return []
    earlier = f"; the time before {result_words(before)}" if before.answered else ""
    return [f"“{found.question.text}”: {result_words(found)}{earlier}."]


def result_words(result: QuestionResult) -> str:
    """Return a question's result in a few words: its score, else how often each answer was given."""
    if result.score:
        return score_words(result.question.kind, result.score)
    counted = [f"{option} {count:,}" for option, count in zip(result.question.options, result.counts, strict=False)]
    return ", ".join(counted) or f"{result.answered:,} answered in words"


def get_standing_file(session: Session, *, viewer: str, now: datetime) -> CampaignFile:  # noqa: ARG001 - every query takes the time
    """
    Return every answer to a question of every check-in, past questions included, as a table.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish=WISH)
    query = (
        select(StandingAnswer, StandingQuestion.question, Customer.name)
        .join(Customer, col(Customer.id) == col(StandingAnswer.customer_id))
        .join(StandingQuestion, col(StandingQuestion.id) == col(StandingAnswer.question_id))
        .where(col(StandingAnswer.undone_at).is_(None))
        .order_by(col(StandingAnswer.given_at), col(StandingAnswer.id))
    )
    found = session.exec(query).all()
    names = list_names(session, [row.by for row, *_ in found])
    rows = tuple(
        (
            str(row.customer_id), name, parse_question(line).text, row.answer,
            names.get(row.by, ""), row.given_at.isoformat(),
        )
        for row, line, name in found
    )  # fmt: skip
    headers = ("Customer id", "Customer", "Question", "Answer", "Written down by", "At")
    return CampaignFile(name="question", headers=headers, rows=rows)


def _result(session: Session, row: StandingQuestion, *, since: date, until: date) -> QuestionResult:
    """Return what was answered after *since* up to *until*; each customer counts once, with its latest answer."""
    given = _list_given(session, row.id, since=since, until=until)
    question: Question = parse_question(row.question)
    quoted = sorted(given, reverse=True)[:CUSTOMERS_FOR_QUOTES]
    customers = list_by_ids(session, [one.customer_id for one in quoted])
    return count_answers(question, given, {key: customer.name for key, customer in customers.items()})


def _list_given(session: Session, question_id: UUID, *, since: date, until: date) -> Sequence[Given]:
    calendar = get_calendar(session, None)
    first, over = (calendar.at(day + timedelta(days=1), time()) for day in (since, until))
    query = select(StandingAnswer.given_at, StandingAnswer.customer_id, StandingAnswer.answer).where(
        StandingAnswer.question_id == question_id, col(StandingAnswer.undone_at).is_(None),
        col(StandingAnswer.given_at) >= first, col(StandingAnswer.given_at) < over,
    )  # fmt: skip
    latest = {
        one.customer_id: one
        for one in map(
            Given._make, session.execute(query.order_by(col(StandingAnswer.given_at), col(StandingAnswer.id)))
        )
    }
    return list(latest.values())

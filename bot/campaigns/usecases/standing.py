"""Choosing the question that is part of every check-in, and writing down what customers answer to it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from bot.campaigns.queries.standing import WISH, find_question
from bot.campaigns.rules.questions import parse_question, questions_problem, read_answer
from bot.campaigns.tables import StandingAnswer, StandingQuestion
from bot.campaigns.usecases.answering import UNFIT
from bot.commitments.usecases import require_valid
from bot.core import inbox
from bot.core.database import workspace_of
from bot.core.errors import InvalidInput, NotFound
from bot.customers.rules.names import clean_text
from bot.people.usecases import require_manager
from bot.workspaces.usecases import record

GONE = "That question isn't asked here; open the form again."


def set_standing_question(session: Session, *, line: str, by: str, now: datetime, view_id: str = "") -> bool:
    """
    Ask a question at every check-in from now on, or none where *line* is empty; return whether that is a change.

    Answers to the question before are kept, and counted no more.

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: it can't be asked, or is more than one; field `question`.
        AlreadyDone: this form was saved before.
    """
    require_manager(session, by=by, wish=WISH)
    lines = [words for one in line.splitlines() if (words := clean_text(one, len(one) or 1))]
    asked = lines[0] if lines else ""
    several = "Ask one question, in one line; a campaign asks more." if len(lines) > 1 else None
    require_valid({"question": several or (questions_problem((parse_question(asked),)) if asked else None)})
    before = find_question(session)
    if asked == (before.question if before else ""):
        return False
    inbox.require_new_submission(session, view_id, now=now)
    session.add(StandingQuestion(question=asked, set_at=now, set_by=by))
    record(
        session, "campaign.question_set", by=by, kind="workspace", subject=workspace_of(session),
        before={"question": before.question if before else ""}, after={"question": asked}, now=now,
    )  # fmt: skip
    session.flush()
    return True


def answer_standing(
    session: Session, *, customer_id: UUID, checkin_id: UUID, question_id: UUID, answer: str, block_id: str, by: str,
    now: datetime,
) -> None:  # fmt: skip
    """
    Write down what a customer answered to the question of every check-in, in the one that is being recorded.

    Raises:
        NotFound: there is no such question.
        InvalidInput: it is no answer; field *block_id*.
    """
    row = session.exec(select(StandingQuestion).where(StandingQuestion.id == question_id)).first()
    if row is None:
        raise NotFound(GONE)
    said = read_answer(parse_question(row.question), answer)
    if said is None:
        raise InvalidInput(fields={block_id: UNFIT})
    session.add(
        StandingAnswer(
            question_id=row.id, customer_id=customer_id, answer=said, by=by, given_at=now, given_in=checkin_id
        )
    )
    session.flush()

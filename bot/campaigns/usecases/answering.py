"""Writing down what customers answer: in a check-in, or later and by somebody else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from bot.campaigns.queries import get_row, list_answers, questions_of
from bot.campaigns.queries.answers import get_member
from bot.campaigns.rules import Arm
from bot.campaigns.rules.questions import Question, read_answer
from bot.campaigns.tables import Campaign, CampaignAnswer, CampaignMember, StandingAnswer
from bot.core import inbox
from bot.core.errors import InvalidInput, NotFound
from bot.people.usecases import require_here
from bot.workspaces.usecases import record

UNFIT = "That is no answer to this question; choose one of those offered, or write at most 1,000 characters."
GONE = "This customer isn't in that campaign any more; open the form again."


def answer_questions(
    session: Session, *, member_id: UUID, answers: Mapping[int, str], by: str, now: datetime, view_id: str = ""
) -> int:
    """
    Write down what a customer that is called answered, also once the campaign has ended; return how many are new.

    Raises:
        NotAllowed: *by* is no full member.
        NotFound: nobody has that place.
        InvalidInput: nothing was answered, or an answer is none; fields by the number of the question.
        AlreadyDone: this form was saved before.
    """
    require_here(session, by=by)
    member = get_member(session, member_id)
    if not answers:
        raise InvalidInput(fields={"1": "Answer at least one question, or close the window."})
    inbox.require_new_submission(session, view_id, now=now)
    return _store(session, get_row(session, member.campaign_id), member, answers, by=by, now=now)


def answer_in_checkin(
    session: Session, *, customer_id: UUID, checkin_id: UUID, campaign_id: UUID, answers: Mapping[int, str],
    block_ids: Mapping[int, str], by: str, now: datetime,
) -> int:  # fmt: skip
    """
    Write down what a customer answered in the contact that is being recorded; *block_ids* are the fields of its form.

    Raises:
        NotFound: the customer isn't called in that campaign.
        InvalidInput: an answer is none; with those block ids as fields.
    """
    query = select(CampaignMember).where(
        CampaignMember.campaign_id == campaign_id, CampaignMember.customer_id == customer_id
    )
    member = session.exec(query).first()
    if member is None or member.arm is Arm.CONTROL:
        raise NotFound(GONE)
    row = get_row(session, campaign_id)
    try:
        return _store(session, row, member, answers, by=by, now=now, given_in=checkin_id)
    except InvalidInput as error:
        fields = {block_ids.get(int(name), name): sentence for name, sentence in error.fields.items()}
        raise InvalidInput(str(error), fields=fields) from error


def undo_checkin(session: Session, *, customer_id: UUID, checkin_id: UUID, by: str, now: datetime) -> list[str]:  # noqa: ARG001 - every feature's takes these
    """Undo the answers that were given in a check-in that is being undone; those before it count again."""
    for table in (CampaignAnswer, StandingAnswer):
        given = select(table).where(table.customer_id == customer_id, table.given_in == checkin_id)
        for row in session.exec(given):
            row.undone_at = now
    return []


def _store(
    session: Session, row: Campaign, member: CampaignMember, answers: Mapping[int, str], *, by: str, now: datetime,
    given_in: UUID | None = None,
) -> int:  # fmt: skip
    read = _read(questions_of(row), answers)
    known = list_answers(session, row.id, member.customer_id).get(member.customer_id, {})
    fresh = {number: said for number, said in read.items() if number not in known or known[number].answer != said}
    about: dict[str, Any] = {"campaign_id": row.id, "customer_id": member.customer_id, "by": by}
    about |= {"given_at": now, "given_in": given_in}
    session.add_all(CampaignAnswer(number=number, answer=said, **about) for number, said in fresh.items())
    if fresh:
        record(
            session, "campaign.answered", by=by, kind="campaign", subject=row.id, customer_id=member.customer_id,
            after={str(number): said for number, said in fresh.items()}, now=now,
        )  # fmt: skip
    session.flush()
    return len(fresh)


def _read(questions: tuple[Question, ...], answers: Mapping[int, str]) -> dict[int, str]:
    asked = dict(enumerate(questions, start=1))
    read = {number: read_answer(asked[number], given) if number in asked else None for number, given in answers.items()}
    if wrong := {str(number): UNFIT for number, said in read.items() if said is None}:
        raise InvalidInput(fields=wrong)
    return {number: said for number, said in read.items() if said is not None}

"""What others' screens and exports have of campaigns. Nothing here tells that a customer is in a control group."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.campaigns.queries import questions_of
from bot.campaigns.rules import Arm
from bot.campaigns.rules.questions import parse_question
from bot.campaigns.tables import (
    Campaign,
    CampaignAnswer,
    CampaignMember,
    CampaignSale,
    StandingAnswer,
    StandingQuestion,
)
from bot.commitments.rules import TIMELINE_ROWS, one_line
from bot.core.database import Row
from bot.core.schemas import Line
from bot.people.queries import list_names

OF_CUSTOMER: tuple[type[Any], ...] = (CampaignAnswer, StandingAnswer, CampaignSale, CampaignMember)
"""The tables of what is kept about a customer; the last one is pointed at by itself alone."""


def timeline(session: Session, customer_id: UUID, now: datetime) -> Sequence[Line]:  # noqa: ARG001 - every contribution takes the time
    """Return what a customer was drawn for and what it answered, the latest first."""
    drawn = (
        select(Campaign, CampaignMember)
        .join(CampaignMember, col(CampaignMember.campaign_id) == col(Campaign.id))
        .where(col(CampaignMember.customer_id) == customer_id, col(CampaignMember.arm) == Arm.CALLED)
        .order_by(col(Campaign.made_at).desc())
        .limit(TIMELINE_ROWS)
    )
    campaigns = {campaign.id: campaign for campaign, _ in session.exec(drawn)}
    lines = [Line(text=f"Drawn for the campaign “{one.name}”", on=one.began_on) for one in campaigns.values()]
    given = select(CampaignAnswer).where(
        CampaignAnswer.customer_id == customer_id, col(CampaignAnswer.undone_at).is_(None)
    )
    rows = session.exec(given.order_by(col(CampaignAnswer.given_at).desc()).limit(TIMELINE_ROWS)).all()
    names = list_names(session, [row.by for row in rows])
    asked = {key: questions_of(campaign) for key, campaign in campaigns.items()}
    lines += [
        Line(
            text=f"{one_line(asked[row.campaign_id][row.number - 1].text)} “{one_line(row.answer)}”"
            f" (to {names.get(row.by, 'somebody')})",
            on=row.given_at.date(),
        )
        for row in rows
        if row.campaign_id in asked
    ]
    lines += _standing_lines(session, customer_id)
    return sorted(lines, key=lambda line: str(line.on), reverse=True)


def _standing_lines(session: Session, customer_id: UUID) -> list[Line]:
    given = (
        select(StandingAnswer, StandingQuestion.question)
        .join(StandingQuestion, col(StandingQuestion.id) == col(StandingAnswer.question_id))
        .where(StandingAnswer.customer_id == customer_id, col(StandingAnswer.undone_at).is_(None))
        .order_by(col(StandingAnswer.given_at).desc())
        .limit(TIMELINE_ROWS)
    )
    rows = session.exec(given).all()
    names = list_names(session, [row.by for row, _ in rows])
    return [
        Line(
            text=f"{one_line(parse_question(line).text)} “{one_line(row.answer)}” (to {names.get(row.by, 'somebody')})",
            on=row.given_at.date(),
        )
        for row, line in rows
    ]


def export(session: Session, kind: str, subject_id: str) -> Mapping[str, Any]:
    """Return what campaigns keep about a `customer`, or about a `person` who made or worked in them, as JSON values."""
    if kind == "customer":
        which = [(table, table.customer_id == UUID(subject_id)) for table in OF_CUSTOMER]
    elif kind == "person":
        which = [
            (Campaign, Campaign.made_by == subject_id), (CampaignMember, CampaignMember.caller_id == subject_id),
            (StandingQuestion, StandingQuestion.set_by == subject_id),
        ]  # fmt: skip
        which += [(table, table.by == subject_id) for table in (CampaignAnswer, StandingAnswer, CampaignSale)]
    else:
        return {}
    found = {str(table.__tablename__): _rows(session, table, condition) for table, condition in which}
    return {name: rows for name, rows in found.items() if rows}


def _rows(session: Session, table: type[Row], condition: Any) -> list[dict[str, Any]]:
    rows = session.exec(select(table).where(condition).order_by(col(table.id)))
    return [row.model_dump(mode="json", exclude={"workspace_id"}) for row in rows]

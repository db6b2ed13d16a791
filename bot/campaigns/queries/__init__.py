"""Reads of campaigns: one, lists of them, and how far they have come."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.campaigns.queries.drawing import Filters, describe_whom
from bot.campaigns.rules import Arm, CampaignState
from bot.campaigns.rules.questions import Question, parse_question
from bot.campaigns.schemas import CallRow, CampaignSchema, Reached
from bot.campaigns.tables import Campaign, CampaignAnswer, CampaignMember
from bot.checkins.queries.history import CONTACTS
from bot.checkins.tables import Checkin
from bot.core.database import workspace_of
from bot.core.errors import NotFound
from bot.customers.queries import list_by_ids
from bot.customers.rules.names import name_key
from bot.people.queries import get_today, list_names
from bot.people.usecases import require_here
from bot.workspaces.queries import list_workspaces_where
from bot.workspaces.tables import Workspace

PAGE_ROWS = 8
LIST_ROWS = 12


def questions_of(campaign: Campaign) -> tuple[Question, ...]:
    """Return the questions of a campaign, in order."""
    return tuple(parse_question(line) for line in campaign.questions)


def filters_of(campaign: Campaign) -> Filters:
    """Return of whom a campaign draws."""
    return Filters(campaign.owner_ids, campaign.tag, campaign.country)


def get_row(session: Session, campaign_id: UUID) -> Campaign:
    """
    Return the campaign with that id.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(select(Campaign).where(Campaign.id == campaign_id)).first()
    if row is None:
        raise NotFound("That campaign isn't here any more; /campaign list shows what there is.")
    return row


def find_by_name(session: Session, words: str) -> Campaign:
    """
    Return the campaign of that name, or the only one whose name begins so; without words, the last one drawn.

    Raises:
        NotFound: no campaign is called so, or several begin so.
    """
    rows = list_rows(session)
    key = name_key(words)
    exact = [row for row in rows if row.name_key == key]
    found = exact or [row for row in rows if row.name_key.startswith(key)] if key else rows[:1]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(f"{len(found)} campaigns begin with “{words}”; write more of the name.")
    if not words:
        raise NotFound("No campaign was drawn yet; a manager draws one with /campaign new.")
    raise NotFound(f"No campaign is called “{words}”; /campaign list shows what there is.")


def list_rows(session: Session) -> Sequence[Campaign]:
    """Return all campaigns, those that run first, then the latest."""
    order = (col(Campaign.state) != CampaignState.RUNNING, col(Campaign.made_at).desc(), col(Campaign.id))
    return session.exec(select(Campaign).order_by(*order)).all()


def list_running(session: Session) -> Sequence[Campaign]:
    """Return the campaigns that run."""
    running = select(Campaign).where(Campaign.state == CampaignState.RUNNING)
    return session.exec(running.order_by(col(Campaign.id))).all()


def list_workspaces_to_watch(session: Session, *, now: datetime) -> list[str]:  # noqa: ARG001 - every query takes the time
    """Return the ids of the workspaces in which a campaign runs."""
    own = sa.and_(col(Campaign.workspace_id) == col(Workspace.id), col(Campaign.state) == CampaignState.RUNNING)
    return list_workspaces_where(session, sa.select(col(Campaign.id)).where(own).exists())


def list_over(session: Session, *, now: datetime) -> Sequence[Campaign]:
    """Return the campaigns that run although their last day is over in the workspace's zone."""
    today = get_today(session, person_id=None, now=now)
    return [row for row in list_running(session) if row.until < today]


def list_channels_to_tell(session: Session, *, now: datetime) -> list[str]:
    """Return the channels in which the result of a campaign is to be posted now."""
    return sorted({row.channel_id for row in list_over(session, now=now) if row.channel_id})


def list_members(session: Session, campaign_id: UUID, arm: Arm | None = None) -> Sequence[CampaignMember]:
    """Return the customers of a campaign, by the day of their call; only those of *arm* if there is one."""
    query = select(CampaignMember).where(CampaignMember.campaign_id == campaign_id)
    if arm is not None:
        query = query.where(CampaignMember.arm == arm)
    return session.exec(query.order_by(col(CampaignMember.due_on), col(CampaignMember.id))).all()


def list_reached(session: Session, campaign: Campaign, customer_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these customers that were talked to while the campaign ran."""
    if not customer_ids:
        return set()
    query = (
        sa.select(col(Checkin.customer_id))
        .distinct()
        .where(
            col(Checkin.workspace_id) == workspace_of(session),
            col(Checkin.customer_id).in_(customer_ids),
            col(Checkin.result).in_(CONTACTS),
            col(Checkin.undone_at).is_(None),
            col(Checkin.happened_on).between(campaign.began_on, campaign.until),
            col(Checkin.recorded_at) >= campaign.made_at,
        )
    )
    return set(session.scalars(query))


def list_answers(
    session: Session, campaign_id: UUID, customer_id: UUID | None = None
) -> dict[UUID, dict[int, CampaignAnswer]]:
    """Return the answers that count, the latest to each question, by customer and number."""
    query = select(CampaignAnswer).where(
        CampaignAnswer.campaign_id == campaign_id, col(CampaignAnswer.undone_at).is_(None)
    )
    if customer_id is not None:
        query = query.where(CampaignAnswer.customer_id == customer_id)
    found: dict[UUID, dict[int, CampaignAnswer]] = {}
    for row in session.exec(query.order_by(col(CampaignAnswer.given_at), col(CampaignAnswer.id))):
        found.setdefault(row.customer_id, {})[row.number] = row
    return found


def find_call(session: Session, customer_id: UUID) -> tuple[Campaign, CampaignMember] | None:
    """Return the campaign that runs in which a customer is to be called, with its place in it; None without one."""
    query = (
        select(Campaign, CampaignMember)
        .join(CampaignMember, col(CampaignMember.campaign_id) == col(Campaign.id))
        .where(
            col(Campaign.state) == CampaignState.RUNNING,
            col(CampaignMember.customer_id) == customer_id,
            col(CampaignMember.arm) == Arm.CALLED,
            col(CampaignMember.replaced_at).is_(None),
        )
    )
    return session.exec(query).first()


def get_campaign(
    session: Session, *, viewer: str, now: datetime, words: str = "", campaign_id: UUID | None = None, page: int = 0
) -> CampaignSchema:
    """
    Return the campaign with that id or that *words* name, with a page of its calls, the open ones first.

    Raises:
        NotAllowed: the viewer is no full member.
        NotFound: as `find_by_name` and `get_row`.
    """
    require_here(session, by=viewer)
    row = get_row(session, campaign_id) if campaign_id else find_by_name(session, words)
    return schema_of(session, row, viewer=viewer, now=now, page=page)


def list_campaigns(session: Session, *, viewer: str, now: datetime) -> tuple[CampaignSchema, ...]:
    """Return the campaigns that run, then the last ones that ended."""
    require_here(session, by=viewer)
    return tuple(schema_of(session, row, viewer=viewer, now=now) for row in list_rows(session)[:LIST_ROWS])


def schema_of(session: Session, row: Campaign, *, viewer: str | None, now: datetime, page: int = 0) -> CampaignSchema:
    """Return a campaign as somebody sees it."""
    members = [one for one in list_members(session, row.id, Arm.CALLED) if one.replaced_at is None]
    reached = list_reached(session, row, [one.customer_id for one in members])
    answers = list_answers(session, row.id)
    ordered = sorted(members, key=lambda one: one.customer_id in reached)
    pages = max(-(-len(ordered) // PAGE_ROWS), 1)
    page = min(page, pages - 1)
    shown = ordered[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    names = list_names(session, [row.made_by, *(one.caller_id for one in members)])
    return CampaignSchema(
        id=row.id, name=row.name, purpose=row.purpose, state=row.state, began_on=row.began_on, until=row.until,
        made_by_name=names.get(row.made_by, ""), size=row.size, listed=row.listed, seed=row.seed,
        fingerprint=row.fingerprint, stratified=row.stratified, channel_id=row.channel_id,
        whom=describe_whom(session, filters_of(row)), questions=questions_of(row), calls=len(members),
        reached=len(reached), answered=sum(one.customer_id in answers for one in members),
        replaced=sum(one.replaces_id is not None for one in members), callers=_callers(members, reached, names),
        rows=tuple(call_rows(session, shown, reached=reached, answers=answers, names=names)), page=page, pages=pages,
        today=get_today(session, person_id=viewer, now=now),
    )  # fmt: skip


def call_rows(
    session: Session, members: Sequence[CampaignMember], *, reached: Collection[UUID] = (),
    answers: Mapping[UUID, Mapping[int, Any]] | None = None, names: Mapping[str, str] | None = None,
) -> Iterable[CallRow]:  # fmt: skip
    """Return a row for each call; with *names*, also who makes it."""
    customers = list_by_ids(session, [one.customer_id for one in members])
    for one in members:
        yield CallRow(
            member_id=one.id, customer_id=one.customer_id, customer_name=customers[one.customer_id].name,
            caller_name=(names or {}).get(one.caller_id or "", ""), due_on=one.due_on,
            is_reached=one.customer_id in reached, answered=len((answers or {}).get(one.customer_id, ())),
        )  # fmt: skip


def rows_by_caller(
    session: Session, calls: Mapping[str, Sequence[CampaignMember]], *, most: int
) -> dict[str, tuple[CallRow, ...]]:
    """Return a row for each of the first *most* calls of every caller."""
    shown = {caller: theirs[:most] for caller, theirs in calls.items()}
    rows = {row.member_id: row for row in call_rows(session, list(chain.from_iterable(shown.values())))}
    return {caller: tuple(rows[one.id] for one in theirs) for caller, theirs in shown.items()}


def _callers(
    members: Sequence[CampaignMember], reached: Collection[UUID], names: Mapping[str, str]
) -> tuple[Reached, ...]:
    calls = Counter(one.caller_id or "" for one in members)
    made = Counter(one.caller_id or "" for one in members if one.customer_id in reached)
    people = sorted(calls, key=lambda one: (names.get(one, ""), one))
    return tuple(Reached(name=names.get(one, "somebody"), reached=made[one], calls=calls[one]) for one in people)

"""Reads about follow-ups: one, lists, reminders that are due, and what others' screens show of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries import PEOPLE, local_date
from bot.commitments import queries as commitments
from bot.commitments.queries import CommitmentKind, Scope, list_commitments, list_schemas
from bot.commitments.queries.commands import command_about, parse_command
from bot.commitments.rules import BRIEF_LINES, HOME_LINES, one_line
from bot.commitments.schemas import PressedCommitment
from bot.core.briefs import Brief, first_few, telling_first_few
from bot.core.database import workspace_of
from bot.core.schemas import Count, Line, OfferButton, Overdue, OwedLine
from bot.followups.rules import WHAT, FollowupState, is_due, is_long_late
from bot.followups.schemas import FollowupGiven, FollowupLate, FollowupList, FollowupSchema
from bot.followups.tables import Followup
from bot.people.queries import get_today, list_calendars

TABLE = cast("sa.Table", Followup.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
HORIZON = timedelta(days=15)
"""How far ahead somebody may not work: what is due within their holiday is spoken of before it."""


def audit_state(row: Followup) -> dict[str, str]:
    """Return what can change about a follow-up, as JSON values."""
    return {"state": row.state.value, "assignee": row.assignee_id, "due_on": row.due_on.isoformat()}


def _given_by(session: Session, key: str, viewer: str) -> Scope:
    title = commitments.owner_of_list(session, key, viewer, mine="What you gave", theirs="What {} gave")
    return (col(Followup.given_by) == key, col(Followup.assignee_id) != key), title


FOLLOWUPS = CommitmentKind(
    table=Followup,
    schema=FollowupSchema,
    listed=FollowupList,
    subject="followup",
    plural="follow-ups",
    preposition="with",
    command="/assign",
    missing="That follow-up isn't here any more; /assign list shows what is open.",
    assignee="assignee_id",
    people=("assignee_id", "given_by", "closed_by"),
    is_open=col(Followup.state) == FollowupState.OPEN,
    order=(col(Followup.due_on), col(Followup.id)),
    audited=audit_state,
    viewed=commitments.view_on_day,
    late=lambda viewed: col(Followup.due_on) < viewed["today"],
    lists={"given": "g-{}"},
    scopes={"g": _given_by},
)


find_list_key = partial(commitments.find_list_key, kind=FOLLOWUPS)
get_list = partial(commitments.get_list, kind=FOLLOWUPS)
get_notified = partial(commitments.get_notified, kind=FOLLOWUPS)
get_assignment = partial(command_about, what_length=WHAT)
parse_assignment = partial(parse_command, what_length=WHAT, ask_what="Say in a few words what needs doing.")


def get_pressed(
    session: Session, *, followup_id: UUID, action: str, viewer: str, now: datetime  # noqa: ARG001 - every kind's takes the action
) -> PressedCommitment[FollowupSchema]:  # fmt: skip
    """Return the follow-up that a button is about; nothing can be done about a closed one."""
    one = commitments.get_one(session, kind=FOLLOWUPS, commitment_id=followup_id, viewer=viewer, now=now)
    return PressedCommitment(commitment=one, refused="" if one.is_open else describe_ending(one))


def describe_ending(one: FollowupSchema) -> str:
    """Return how a follow-up was closed, for who comes too late."""
    who = f" (by {one.closed_by_name})" if one.closed_by_name else ""
    return f"That is {one.state.words} already{who}; nothing was changed."


def list_done_at(session: Session, *, customer_id: UUID, by: str, at: datetime) -> Sequence[Followup]:
    """Return what *by* finished for a customer at that very moment."""
    query = select(Followup).where(
        Followup.customer_id == customer_id, Followup.state == FollowupState.DONE, Followup.closed_at == at,
        Followup.closed_by == by,
    )  # fmt: skip
    return session.exec(query.order_by(col(Followup.id))).all()


def list_asked(session: Session, told: Mapping[str, str], now: datetime) -> dict[str, list[UUID]]:
    """
    Return what the people in *told* are to do before they work again, and what is late, by person.

    What somebody was asked to do waits until they are back: it isn't told to who covers for them.
    """
    rows = session.execute(_open_until(now.date() + HORIZON)).all()
    mine = [row for row in rows if told.get(row.assignee_id) == row.assignee_id]
    calendars = list_calendars(session, {row.assignee_id for row in mine})
    found: dict[str, list[UUID]] = {}
    for row in mine:
        calendar = calendars[row.assignee_id]
        if is_due(row.due_on, today=calendar.today(now), calendar=calendar):
            found.setdefault(row.assignee_id, []).append(row.id)
    return found


def list_given(session: Session, told: Mapping[str, str], now: datetime) -> dict[str, list[UUID]]:
    """Return what the people in *told* asked of others and is two working days late by their own days, by person."""
    rows = session.execute(_open_until(now.date())).all()
    given = [row for row in rows if row.given_by != row.assignee_id and told.get(row.given_by) == row.given_by]
    calendars = list_calendars(session, {row.given_by for row in given})
    found: dict[str, list[UUID]] = {}
    for row in given:
        calendar = calendars[row.given_by]
        if is_long_late(row.due_on, today=calendar.today(now), calendar=calendar):
            found.setdefault(row.given_by, []).append(row.id)
    return found


list_rows = partial(commitments.list_by_person, kind=FOLLOWUPS)
"""Follow-ups as each person sees them."""


def refresh_given(session: Session, notification: FollowupGiven, to: str, now: datetime) -> FollowupGiven | None:
    """Return the request as it stands now; None when it isn't open any more, or somebody else has it."""
    one = commitments.find_open(session, FOLLOWUPS, notification.followup.id, viewer=to, now=now)
    return notification.model_copy(update={"followup": one}) if one and one.assignee_id == to else None


def refresh_late(session: Session, notification: FollowupLate, to: str, now: datetime) -> FollowupLate | None:
    """Return what is late as it stands now; None when it isn't late any more."""
    one = commitments.find_open(session, FOLLOWUPS, notification.followup.id, viewer=to, now=now)
    return notification.model_copy(update={"followup": one}) if one and one.is_late else None


list_suspects = partial(commitments.list_stuck_workspaces, kind=FOLLOWUPS)
check = partial(
    commitments.check_stuck,
    kind=FOLLOWUPS,
    sentence="Follow-ups with no assignee who is here, or no active customer: {}; name a manager, or restart the bot.",
)


def _open_until(day: date) -> Any:
    """Select who has and who asked for each open follow-up that is due by then, the earliest first."""
    wanted = (col(Followup.id), col(Followup.assignee_id), col(Followup.given_by), col(Followup.due_on))
    return sa.select(*wanted).where(FOLLOWUPS.is_open, col(Followup.due_on) <= day).order_by(*FOLLOWUPS.order)


def _first_open(customers: Any) -> sa.Select[Any]:
    """Select the first few of each customer's open follow-ups."""
    names = ("id", "workspace_id", "customer_id", "assignee_id", "what", "due_on")
    order = (TABLE.c.due_on, TABLE.c.id)
    few = first_few(TABLE, customers, names, TABLE.c.state == FollowupState.OPEN, order=order, shown=BRIEF_LINES)
    assignee = sa.and_(PEOPLE.c.workspace_id == few.c.workspace_id, PEOPLE.c.id == few.c.assignee_id)
    columns = few.c["customer_id", "what", "due_on", "place", "total"]
    return sa.select(*columns, PEOPLE.c.name, PEOPLE.c.zone).join(PEOPLE, assignee)


brief = Brief(
    _first_open,
    telling_first_few(
        lambda row, now: _brief_line(row, local_date(row.zone, now)),
        shown=BRIEF_LINES,
        more=lambda count: f"{count:,} more follow-ups",
    ),
)
"""What needs doing for each customer, the earliest first, and how many more things are."""


def home_section(session: Session, person_id: str, now: datetime) -> Sequence[OwedLine]:
    """Return what a person has to do, and what they gave to others, by date."""
    mine, given = col(Followup.assignee_id) == person_id, col(Followup.given_by) == person_id
    rows = list_commitments(session, FOLLOWUPS, mine, limit=HOME_LINES)
    rows += list_commitments(session, FOLLOWUPS, given, ~mine, limit=HOME_LINES)
    return [_home_line(one, person_id) for one in list_schemas(session, FOLLOWUPS, rows, viewer=person_id, now=now)]


def due_counts(session: Session, now: datetime, person_id: str | None = None) -> Sequence[Count]:
    """
    Return how many follow-ups are late, and how many due today; nothing when none is.

    Of one person it also says how many of those are late that they gave to others.
    """
    today = get_today(session, person_id=person_id, now=now)
    late = col(Followup.due_on) < today
    mine = sa.true() if person_id is None else col(Followup.assignee_id) == person_id
    which = (sa.and_(mine, late), sa.and_(mine, sa.not_(late)), sa.and_(sa.not_(mine), late))
    query = sa.select(*(sa.func.coalesce(sa.func.sum(sa.case((one, 1), else_=0)), 0) for one in which)).where(
        col(Followup.workspace_id) == workspace_of(session), FOLLOWUPS.is_open, col(Followup.due_on) <= today
    )
    if person_id is not None:
        query = query.where(sa.or_(mine, col(Followup.given_by) == person_id))
    names = ("late", "due today", "you asked for late")
    return [
        Count(text=f"{count:,} follow-up{'' if count == 1 else 's'} {name}", urgent=name != "due today")
        for count, name in zip(session.execute(query).one(), names, strict=True)
        if count
    ]


def list_overdue(session: Session, now: datetime) -> Mapping[str, Overdue]:
    """Return whose follow-ups are past their day, by the workspace's date."""
    late = col(Followup.due_on) < get_today(session, person_id=None, now=now)
    words = ("follow-up late", "follow-ups late")
    return commitments.list_overdue_by_person(session, kind=FOLLOWUPS, day="due_on", late=late, words=words)


def _brief_line(row: Any, today: date) -> Line:
    late = row.due_on < today
    when = f"{'late since' if late else 'by'} {row.due_on.day} {row.due_on:%b}"
    return Line(text=f"to do: {one_line(row.what)} ({row.name}, {when})", urgent=late)


def _home_line(one: FollowupSchema, person_id: str) -> OwedLine:
    whose = ""
    buttons: tuple[OfferButton, ...] = (OfferButton(label="Done", action_id="followups.done", value=str(one.id)),)
    if one.assignee_id != person_id:
        whose, buttons = f" ({one.assignee_name} has it)", ()
    elif one.given_by != person_id:
        whose = f" ({one.given_by_name} asked)"
    text = f"{one_line(one.customer_name)}: {one_line(one.what)}{whose}"
    buttons = (*buttons, commitments.card_button(one.customer_id))
    return OwedLine(text=text, urgent=one.is_late, on=one.due_on, buttons=buttons)


def _history(row: Followup, one: FollowupSchema) -> list[Line]:
    whom = "themselves" if one.given_by == one.assignee_id else one.assignee_name
    lines = [Line(text=f"{one.given_by_name} asked {whom}: {one_line(one.what)}", on=row.given_at.date())]
    if row.closed_at is not None:
        said = f': "{one_line(one.note)}"' if one.note else f" ({one_line(one.reason)})" if one.reason else ""
        who = f" by {one.closed_by_name}" if one.closed_by_name else ""
        lines.append(Line(text=f"{one_line(one.what)}: {row.state.words}{who}{said}", on=row.closed_at.date()))
    return lines


commitments_section = partial(commitments.list_due_lines, kind=FOLLOWUPS)
"""Follow-ups that are late or due today."""

timeline = partial(commitments.list_history, kind=FOLLOWUPS, tell=_history)
"""What was asked for a customer and how it ended."""

export = partial(commitments.export_rows, kind=FOLLOWUPS)
"""All follow-ups about a customer, or given to, given by or closed by a person."""

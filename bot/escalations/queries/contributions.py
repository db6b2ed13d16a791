"""What others' screens show of escalations: cards, queues, Home, the digest, exports; and right first time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.checkins.queries import PEOPLE
from bot.commitments import queries as commitments
from bot.commitments.queries import card_button, list_commitments, list_schemas
from bot.commitments.rules import BRIEF_LINES, HOME_LINES, one_line
from bot.commitments.usecases import list_managers_to_notify
from bot.core.briefs import Brief, first_few, telling_first_few
from bot.core.database import workspace_of
from bot.core.feature import COMMITMENT_LINES
from bot.core.schemas import Count, Line, OfferButton, Overdue, OwedLine
from bot.customers.queries import list_by_ids
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.escalations.queries import ESCALATIONS, is_past
from bot.escalations.rules import (
    ANSWER,
    FIX,
    RATE_ROWS,
    REPEAT_WINDOW,
    EscalationState,
    Failure,
    Severity,
    repeat_words,
)
from bot.escalations.schemas import EscalationSchema, Rate, RateLine
from bot.escalations.tables import Escalation
from bot.people.queries import list_names
from bot.people.rules import known_zone, moment, zone_words
from bot.people.usecases import require_here

TABLE = cast("sa.Table", Escalation.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
TOLD = ("workspace_id", "customer_id", "what", "state", "answer_by", "assignee_id")
REPEATS_SHOWN = 2
SOON = timedelta(days=1)
JUST_TOLD = timedelta(hours=1)
POOL = "No owner"
CAUSES_SHOWN, CAUSES_LOOKED_AT = 5, 20
FAILURES = 200  # of one cause that are looked at


def _first_live(customers: Any) -> sa.Select[Any]:
    """Select the first few of each customer's problems, unanswered first."""
    state = TABLE.c.state
    rank = sa.case((state == EscalationState.OPEN, 0), (state == EscalationState.ANSWERED, 1), else_=2)
    order = (rank, TABLE.c.answer_by, TABLE.c.id)
    few = first_few(TABLE, customers, TOLD, TABLE.c.closed_at.is_(None), order=order, shown=BRIEF_LINES)
    assignee = sa.and_(PEOPLE.c.workspace_id == few.c.workspace_id, PEOPLE.c.id == few.c.assignee_id)
    columns = few.c["customer_id", "what", "state", "answer_by", "place", "total"]
    return sa.select(*columns, PEOPLE.c.name, PEOPLE.c.zone).join(PEOPLE, assignee)


brief = Brief(
    _first_live,
    telling_first_few(
        lambda row, now: _brief_line(row, now, known_zone(row.zone, "UTC")),
        shown=BRIEF_LINES,
        more=lambda count: f"{count:,} more problems",
    ),
)
"""What is open with each customer, unanswered first, and how many more things are."""


def home_section(session: Session, person_id: str, now: datetime) -> Sequence[OwedLine]:
    """Return the problems that a person is on, and how many more than fit."""
    mine = col(Escalation.assignee_id) == person_id
    rows = list_commitments(session, ESCALATIONS, mine, limit=HOME_LINES + 1)
    shown = list_schemas(session, ESCALATIONS, rows[:HOME_LINES], viewer=person_id, now=now)
    lines = [_home_line(one, f"{_due(one):%H:%M}") for one in shown]  # the day stands before it
    if len(rows) > HOME_LINES:
        total = session.execute(sa.select(sa.func.count()).where(*_ours(session), mine)).scalar_one()
        lines.append(OwedLine(text=f"{total - HOME_LINES:,} more problems; /escalate list shows them all"))
    return lines


def list_due(session: Session, told: Mapping[str, str], now: datetime) -> dict[str, list[UUID]]:
    """
    Return the problems past their time by who is told of them each morning: who is on it, or covers, and the managers.

    They stand there until somebody answers.
    """
    columns = (col(Escalation.id), col(Escalation.assignee_id))
    rows = session.execute(sa.select(*columns).where(is_past(now)).order_by(*ESCALATIONS.order)).all()
    managers = [one.id for one in list_managers_to_notify(session)] if rows else []
    found: dict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        for reader in dict.fromkeys(told[person] for person in (row.assignee_id, *managers) if person in told):
            found[reader].append(row.id)
    return found


def list_just_told(session: Session, now: datetime) -> set[UUID]:
    """Return the problems whose time was over within the last hour, and of which an alarm tells at once."""
    told_at = sa.func.coalesce(col(Escalation.late_told_at), col(Escalation.answer_by))
    stops = col(Escalation.severity) == Severity.STOPS
    return set(session.exec(select(Escalation.id).where(is_past(now), stops, told_at > now - JUST_TOLD)).all())


list_rows = partial(commitments.list_by_person, kind=ESCALATIONS)
"""Problems as each person sees them."""


def due_counts(session: Session, now: datetime, person_id: str | None = None) -> Sequence[Count]:
    """Return how many problems nobody has answered though their clock has run out; nothing when none is."""
    query = sa.select(sa.func.count()).where(*_ours(session), is_past(now))
    if person_id is not None:
        query = query.where(col(Escalation.assignee_id) == person_id)
    late = session.execute(query).scalar_one()
    past = f"{late:,} problem{'' if late == 1 else 's'} past {'its' if late == 1 else 'their'} time"
    return [Count(text=past, urgent=True)] if late else []


def list_overdue(session: Session, now: datetime) -> Mapping[str, Overdue]:
    """Return whose problems are past their time without an answer."""
    words = ("problem past its time", "problems past their time")
    return commitments.list_overdue_by_person(
        session, kind=ESCALATIONS, day="answer_by", late=is_past(now), words=words
    )


def digest_section(session: Session, now: datetime) -> Sequence[Count]:
    """Return how many are past their time, how many others open, and which causes come again; nothing if none is."""
    counts = list(due_counts(session, now))
    others = sa.select(sa.func.count()).where(*_ours(session), sa.not_(is_past(now)))
    if total := session.execute(others).scalar_one():
        counts.append(Count(text=f"{total:,} {'other ' if counts else ''}problem{'' if total == 1 else 's'} open"))
    return counts + [Count(text=line) for line in list_repeats(session, now=now)[:REPEATS_SHOWN]]


def commitments_section(session: Session, now: datetime) -> Sequence[OwedLine]:
    """Return customers whose problem has no answer, past its time or within a day of it, the most late first."""
    query = select(Escalation).where(Escalation.state == EscalationState.OPEN, col(Escalation.answer_by) <= now + SOON)
    rows = session.exec(query.order_by(col(Escalation.answer_by), col(Escalation.id)).limit(COMMITMENT_LINES)).all()
    shown = list_schemas(session, ESCALATIONS, rows, viewer=None, now=now)
    return [
        _home_line(one, one.due).model_copy(
            update={"who": one.assignee_name, "buttons": (card_button(one.customer_id),)}
        )
        for one in shown
    ]


def _ours(session: Session) -> tuple[Any, Any]:
    return col(Escalation.workspace_id) == workspace_of(session), ESCALATIONS.is_open


def _brief_line(row: Any, now: datetime, zone: str) -> Line:
    what, late = one_line(row.what), row.state is EscalationState.OPEN and row.answer_by <= now
    if row.state is EscalationState.FIXED:
        return Line(text=f"does the fix hold? {what}")
    if row.state is EscalationState.ANSWERED:
        return Line(text=f"went wrong: {what} ({row.name} has answered)")
    when = f"{moment(row.answer_by, now=now, zone=zone)} {zone_words(zone)}"
    return Line(text=f"went wrong: {what} ({row.name}, answer {'was due' if late else 'by'} {when})", urgent=late)


def _due(schema: EscalationSchema) -> datetime:
    return schema.answer_by.astimezone(ZoneInfo(schema.zone))


def _home_line(schema: EscalationSchema, due: str) -> OwedLine:
    said = {
        EscalationState.OPEN: f"answer {'was due' if schema.is_late else 'by'} {due}",
        EscalationState.ANSWERED: "answered, not fixed yet",
    }.get(schema.state, schema.state.words)
    text = f"{one_line(schema.customer_name)}: {one_line(schema.what)} ({said})"
    next_step = {
        EscalationState.OPEN: ("Answered", ANSWER),
        EscalationState.ANSWERED: ("Fixed", FIX),
    }.get(schema.state)
    step = (OfferButton(label=next_step[0], action_id=next_step[1], value=str(schema.id)),) if next_step else ()
    return OwedLine(
        text=text,
        urgent=schema.is_late,
        on=_due(schema).date() if schema.state is EscalationState.OPEN else None,
        buttons=(*step, card_button(schema.customer_id)),
    )


def _history(row: Escalation, schema: EscalationSchema) -> list[Line]:
    what = one_line(schema.what)
    lines = [
        Line(
            text=f"{schema.raised_by_name} raised a problem: {what} ({schema.severity.words})", on=row.raised_at.date()
        )
    ]
    if row.fixed_at is not None and schema.cause is not None:
        words = f", {one_line(schema.cause_words)}" if schema.cause_words else ""
        avoidable = "avoidable" if schema.avoidable else "not avoidable"
        lines.append(Line(text=f"{what}: fixed ({schema.cause.words}{words}; {avoidable})", on=row.fixed_at.date()))
    if row.closed_at is not None:
        why = f" ({one_line(schema.reason)})" if schema.reason else ""
        end = "they confirmed that the fix holds" if row.state is EscalationState.CONFIRMED else f"closed{why}"
        lines.append(Line(text=f"{what}: {end}", on=row.closed_at.date()))
    return lines


def _raised(row: Escalation, schema: EscalationSchema) -> list[Line]:
    """Return what went wrong; nothing of what was raised by mistake."""
    text = f"problem: {one_line(schema.what)} ({schema.severity.words})"
    return [] if row.state is EscalationState.CLOSED else [Line(text=text, on=row.raised_at.date())]


setbacks = partial(commitments.list_history, kind=ESCALATIONS, tell=_raised)
"""The problems that a customer raised."""

timeline = partial(commitments.list_history, kind=ESCALATIONS, tell=_history)
"""What went wrong with a customer and how it ended."""

export = partial(commitments.export_rows, kind=ESCALATIONS)
"""All escalations of a customer, or that a person raised, was on, answered or closed."""


def get_rate(session: Session, *, days: int, viewer: str, now: datetime, person: str | None = None) -> Rate:
    """
    Return the share of active customers without an avoidable escalation in the last *days*: of all, and by owner; with
    *person*, of theirs alone.

    Raises:
        NotAllowed: the viewer is no full member.
    """
    require_here(session, by=viewer)
    since = now - timedelta(days=days)
    rows = session.execute(_by_owner(session, since, person)).all()
    names = list_names(session, [row.owner_id for row in rows])
    lines = sorted(
        (RateLine(name=names.get(row.owner_id, POOL), active=row.active, clean=row.clean) for row in rows),
        key=lambda line: (line.name == POOL, line.name.casefold()),
    )
    return Rate(
        days=days,
        active=sum(line.active for line in lines),
        clean=sum(line.clean for line in lines),
        unjudged=_unjudged(session, since),
        people=tuple(lines[:RATE_ROWS]),
        more=max(len(lines) - RATE_ROWS, 0),
        repeats=tuple(list_repeats(session, now=now)[:CAUSES_SHOWN]),
    )


def list_repeats(session: Session, *, now: datetime) -> list[str]:
    """Return a line for each cause that came again, of those that were recorded within 90 days, the frequent first."""
    ours = col(Escalation.workspace_id) == workspace_of(session)
    recent = sa.select(col(Escalation.cause_key)).where(ours, col(Escalation.fixed_at) >= now - REPEAT_WINDOW)
    query = (
        sa.select(col(Escalation.cause_key))
        .where(ours, col(Escalation.cause_key).in_(recent))
        .group_by(col(Escalation.cause_key))
        .having(sa.func.count() > 1)
        .order_by(sa.func.count().desc(), col(Escalation.cause_key))
        .limit(CAUSES_LOOKED_AT)
    )
    found = [find_repeat(session, key, now=now) for key in session.execute(query).scalars().all()]
    return [line for line in found if line]


def find_repeat(session: Session, key: str | None, *, now: datetime, at: UUID | None = None) -> str:
    """Return whether a cause comes again, in words; *at* is the customer for which it has just been recorded."""
    query = (
        select(Escalation)
        .where(Escalation.cause_key == key, col(Escalation.fixed_at).is_not(None))
        .order_by(col(Escalation.fixed_at).desc(), col(Escalation.id).desc())
        .limit(FAILURES)
    )
    rows = session.exec(query).all()
    if not rows or rows[0].cause is None:
        return ""
    customers = list_by_ids(session, list({row.customer_id for row in rows}))
    failures = [
        Failure(row.customer_id, customers[row.customer_id].name, row.fixed_at)
        for row in reversed(rows)
        if row.fixed_at
    ]
    return repeat_words(rows[0].cause, rows[0].cause_words, failures, now=now, at=at)


def _by_owner(session: Session, since: datetime, person: str | None) -> Any:
    """Select for each owner: active customers, and those without an avoidable escalation since then."""
    bad = (
        sa.select(col(Escalation.customer_id))
        .where(
            col(Escalation.workspace_id) == workspace_of(session),
            col(Escalation.avoidable).is_(True),
            col(Escalation.raised_at) >= since,
        )
        .distinct()
        .subquery()
    )
    query = (
        sa.select(
            col(Customer.owner_id),
            sa.func.count().label("active"),
            (sa.func.count() - sa.func.count(bad.c.customer_id)).label("clean"),
        )
        .outerjoin(bad, bad.c.customer_id == col(Customer.id))
        .where(col(Customer.workspace_id) == workspace_of(session), col(Customer.status) == Status.ACTIVE)
        .group_by(col(Customer.owner_id))
    )
    return query.where(col(Customer.owner_id) == person) if person else query


def _unjudged(session: Session, since: datetime) -> int:
    """Return how many escalations of that time nobody could judge yet, because they aren't fixed."""
    query = sa.select(sa.func.count()).where(
        col(Escalation.workspace_id) == workspace_of(session),
        col(Escalation.avoidable).is_(None),
        col(Escalation.raised_at) >= since,
        col(Escalation.state) != EscalationState.CLOSED,
    )
    return int(session.execute(query).scalar_one())

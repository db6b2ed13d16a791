"""Reads for the Home tab; their number doesn't grow with people or customers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from bot.checkins.queries import get_owner_scope
from bot.checkins.queries.idle import list_idle
from bot.checkins.schemas import OwnerScope
from bot.core.feature import Feature, collect_briefs, collect_commitments, collect_due_counts, collect_lost_channels
from bot.core.heartbeats import job_words, list_heartbeats
from bot.core.schemas import OwedLine, Step
from bot.customers.queries import list_pool, list_schemas, list_snoozed, list_waiting
from bot.customers.queries.coverage import (
    count_pool,
    find_next_due,
    list_coming,
    list_coverages,
    list_team_coverage,
    sum_coverages,
)
from bot.customers.schemas import Coverage, CustomerSchema
from bot.customers.tables import Customer
from bot.home.rules import (
    COMING_DAYS,
    COMING_ROWS,
    DEPARTURE_ROWS,
    DEPARTURES_SINCE,
    LATE_ROWS,
    PERSON_LEFT_ACTION,
    POOL_ROWS,
    SNOOZED_ROWS,
    TEAM_ROWS,
    WAITING_ROWS,
)
from bot.home.schemas import Departure, HomeSchema, JobHealth, Member, Team
from bot.people.queries import (
    absence_schema,
    find_person_row,
    get_preferences,
    list_absences,
    list_away,
    list_names,
)
from bot.people.schemas import Preferences
from bot.people.usecases import may_manage, require_here
from bot.workspaces.tables import AuditEntry


def get_home(
    session: Session, *, person_id: str, features: Sequence[Feature], now: datetime, team_offset: int = 0
) -> HomeSchema:
    """
    Return what a person's Home shows; *team_offset* is the first owner on the page of the team's coverage.

    Raises:
        NotAllowed: the person is not a full member.
    """
    person = require_here(session, by=person_id)
    scope = get_owner_scope(session, person_id=person_id, now=now)
    today, manages = scope.today, may_manage(person)
    coming, coming_total = list_coming(
        session, owner_ids=scope.owner_ids, today=today, until=today + timedelta(days=COMING_DAYS), limit=COMING_ROWS
    )
    preferences = get_preferences(session, person_id=person_id, now=now)
    coverages = list_coverages(session, today=today, owner_ids=None if manages else scope.owner_ids)
    queue = sum_coverages(coverages[owner] for owner in scope.owner_ids if owner in coverages)
    counts = collect_due_counts(features, session, now, None) if manages else []
    return HomeSchema(
        person_id=person_id,
        name=person.name,
        now=now,
        today=today,
        steps=_steps(session, person_id, features, now) if manages else (),
        counts=tuple(counts or collect_due_counts(features, session, now, person_id)),
        standing=sum_coverages(coverages.values()) if manages else queue,
        next_due_on=find_next_due(session, owner_ids=None if manages else scope.owner_ids, today=today),
        owed=_owed(session, person_id, features, now),
        news=_news(session, person_id, features, now),
        waiting=_waiting(session, scope, features, now),
        coming=tuple(list_schemas(session, coming, today=today)),
        coming_total=coming_total,
        snoozed=_snoozed(session, person_id, today),
        queue=queue,
        mine=coverages.get(person_id) or sum_coverages(()),
        covers_for=tuple(scope.covered.values()),
        preferences=preferences,
        team=_team(session, coverages, features, today=today, offset=team_offset, now=now) if manages else None,
        pool=tuple(list_schemas(session, list_pool(session, today=today, limit=POOL_ROWS), today=today)),
        pool_total=count_pool(session),
        health=_health(session, now),
        **_cover(session, preferences),
    )


def _steps(session: Session, person_id: str, features: Sequence[Feature], now: datetime) -> tuple[Step, ...]:
    """Return the steps of the bot's setup; none once all are done."""
    steps = [
        step for feature in features if feature.first_steps for step in feature.first_steps(session, person_id, now)
    ]
    return () if all(step.done for step in steps) else tuple(steps)


def _owed(session: Session, person_id: str, features: Sequence[Feature], now: datetime) -> tuple[OwedLine, ...]:
    """Return what every feature says this person owes, the earliest day first."""
    lines = [
        line for feature in features if feature.home_section for line in feature.home_section(session, person_id, now)
    ]
    return tuple(sorted(lines, key=lambda line: (line.on or date.max, not line.urgent)))


def _news(session: Session, person_id: str, features: Sequence[Feature], now: datetime) -> tuple[OwedLine, ...]:
    """Return what is new about this person's customers, complaints first."""
    lines = [
        line for feature in features if feature.news_section for line in feature.news_section(session, person_id, now)
    ]
    return tuple(sorted(lines, key=lambda line: not line.urgent))


def _waiting(
    session: Session, scope: OwnerScope, features: Sequence[Feature], now: datetime
) -> tuple[CustomerSchema, ...]:
    rows = list_waiting(session, owner_ids=scope.owner_ids, today=scope.today, limit=WAITING_ROWS)
    return _with_lines(session, rows, features, today=scope.today, now=now)


def _with_lines(
    session: Session, rows: Sequence[Customer], features: Sequence[Feature], *, today: date, now: datetime
) -> tuple[CustomerSchema, ...]:
    briefs = collect_briefs(features, session, [row.id for row in rows], now)
    schemas = list_schemas(session, rows, today=today)
    return tuple(schema.model_copy(update={"lines": tuple(briefs[schema.id])}) for schema in schemas)


def _snoozed(session: Session, person_id: str, today: date) -> tuple[CustomerSchema, ...]:
    rows = list_snoozed(session, owner_id=person_id, today=today, limit=SNOOZED_ROWS)
    return tuple(list_schemas(session, rows, today=today))


def _team(
    session: Session,
    coverages: Mapping[str | None, Coverage],
    features: Sequence[Feature],
    *,
    today: date,
    offset: int,
    now: datetime,
) -> Team:
    owners, total = list_team_coverage(session, coverages=coverages, limit=TEAM_ROWS, offset=offset)
    if offset and not owners:
        return _team(session, coverages, features, today=today, offset=0, now=now)
    away = {absence.person_id: absence_schema(absence) for absence in list_away(session, around=today)
            if absence.first_day <= today <= absence.last_day}  # fmt: skip
    lines, is_cut = collect_commitments(features, session, now)
    late = [line for line in lines if line.urgent]
    return Team(
        coverage=sum_coverages(coverages.values()),
        late=tuple(late[:LATE_ROWS]),
        late_more=max(len(late) - LATE_ROWS, 0),
        and_more=is_cut,
        idle=tuple(list_idle(session, features=features, now=now)),
        members=tuple(Member(owner=owner, away=away.get(owner.person_id)) for owner in owners),
        owners=total,
        offset=offset,
        departures=_departures(session, now),
        lost_channels=tuple(collect_lost_channels(features, session, now)),
    )


def _departures(session: Session, now: datetime) -> tuple[Departure, ...]:
    query = select(AuditEntry).where(
        AuditEntry.action == PERSON_LEFT_ACTION, col(AuditEntry.at) > now - DEPARTURES_SINCE
    )
    entries = session.exec(query.order_by(col(AuditEntry.at).desc()).limit(DEPARTURE_ROWS)).all()
    names = list_names(session, [entry.subject_id for entry in entries])
    return tuple(
        Departure(name=names[entry.subject_id], customers=entry.after["customers"], on=entry.at.date())
        for entry in entries
    )


def _cover(session: Session, preferences: Preferences) -> dict[str, str | None]:
    """Return the cover's name, and why they can't cover: they left, or are away on one of the days."""
    absence = preferences.absence
    cover = find_person_row(session, absence.cover_id) if absence and absence.cover_id else None
    if absence is None or cover is None:
        return {}
    away = any(
        other.first_day <= absence.last_day and other.last_day >= absence.first_day
        for other in list_absences(session, cover.id)
    )
    problem = "has left" if cover.is_deactivated else "is away then, too" if away else None
    return {"cover_name": cover.name, "cover_problem": problem}


def _health(session: Session, now: datetime) -> tuple[JobHealth, ...]:
    return tuple(
        JobHealth(words=job_words(beat.name), succeeded_at=beat.succeeded_at, failures_in_a_row=beat.failures_in_a_row)
        for beat in list_heartbeats(session, now=now)
    )

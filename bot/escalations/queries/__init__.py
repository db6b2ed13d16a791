"""Reads about escalations: one, lists, what a command asks for, settings, and what the clock has to say."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.commitments import queries as commitments
from bot.commitments.queries import CommitmentKind, list_schemas
from bot.commitments.queries.commands import command_about, split_customer
from bot.commitments.schemas import ParsedCommand, PressedCommitment
from bot.commitments.usecases import is_here
from bot.core.database import workspaces_with
from bot.core.schemas import Subject
from bot.customers.queries import get_customer
from bot.customers.rules.names import clean_text
from bot.escalations.rules import (
    ASKED_AT_ONCE,
    DEFAULT_SPANS,
    GOALS,
    MOVES,
    WHAT,
    EscalationState,
    Severity,
    Span,
    read_span,
)
from bot.escalations.schemas import (
    AboutEscalation,
    EscalationList,
    EscalationRaised,
    EscalationSchema,
    RelativeEscalated,
    Waiting,
    Wishes,
)
from bot.escalations.tables import Escalation, EscalationSettings
from bot.people.queries import find_person_row, get_zone
from bot.people.rules import zone_words
from bot.people.usecases import require_here, require_manager
from bot.workspaces.queries import list_workspaces_where
from bot.workspaces.tables import Workspace

UNANSWERED = "open"
SHORT_NAME = 3  # words: what is no longer than that is meant as a name


def audit_state(row: Escalation) -> dict[str, Any]:
    """Return what can change about an escalation, as JSON values."""
    state = {"state": row.state.value, "on_it": row.assignee_id, "answer_by": row.answer_by.isoformat()}
    if row.cause is None:
        return state
    return {**state, "cause": row.cause.value, "avoidable": row.avoidable, "asks": row.asks}


def is_past(now: datetime) -> Any:
    """Return the condition for: nobody has answered though the clock has run out."""
    return sa.and_(col(Escalation.state) == EscalationState.OPEN, col(Escalation.answer_by) <= now)


def _viewed(zone: str, now: datetime, *, is_somebody: bool) -> dict[str, Any]:
    return {"now": now, "zone": zone, "place": "" if is_somebody else zone_words(zone)}


ESCALATIONS = CommitmentKind(
    table=Escalation,
    schema=EscalationSchema,
    listed=EscalationList,
    subject="escalation",
    plural="problems",
    preposition="of",
    command="/escalate",
    missing="That problem isn't here any more; /escalate list team shows what is open.",
    assignee="assignee_id",
    people=("assignee_id", "raised_by", "answered_by", "closed_by"),
    is_open=col(Escalation.closed_at).is_(None),
    order=(
        sa.case(
            {EscalationState.OPEN.value: 0, EscalationState.ANSWERED.value: 1},
            value=sa.cast(col(Escalation.state), sa.String),
            else_=2,
        ),
        col(Escalation.answer_by),
        col(Escalation.id),
    ),
    audited=audit_state,
    viewed=lambda session, person_id, now: _viewed(get_zone(session, person_id), now, is_somebody=bool(person_id)),
    late=lambda viewed: is_past(viewed["now"]),
    lists={UNANSWERED: UNANSWERED},
    scopes={UNANSWERED: lambda *_: ((col(Escalation.state) == EscalationState.OPEN,), "Unanswered problems")},
)
"""Those whose clock runs stand first, by deadline; then the answered, then the fixed ones."""


find_list_key = partial(commitments.find_list_key, kind=ESCALATIONS)
get_list = partial(commitments.get_list, kind=ESCALATIONS)


def get_pressed(
    session: Session, *, escalation_id: UUID, action: str, viewer: str, now: datetime
) -> PressedCommitment[EscalationSchema]:
    """
    Return the escalation that a button is about, and whether it can still be brought where the button leads.

    Raises:
        NotAllowed: the viewer is no full member.
        NotFound: it isn't here.
    """
    require_here(session, by=viewer)
    row, goal = commitments.get_commitment(session, ESCALATIONS, escalation_id), GOALS[action]
    can = goal in MOVES[row.state] if goal else not row.state.is_over
    one = commitments.get_schema(session, ESCALATIONS, row, viewer=viewer, now=now)
    return PressedCommitment(commitment=one, refused="" if can else describe_state(session, row))


def refresh_raised(session: Session, notification: EscalationRaised, to: str, now: datetime) -> EscalationRaised | None:
    """Return the news of a problem as it stands now; None when it is over, or somebody else is on it instead."""
    one = commitments.find_open(session, ESCALATIONS, notification.escalation.id, viewer=to, now=now)
    if one is None or (notification.role == "on_it" and one.assignee_id != to):
        return None
    return notification.model_copy(update={"escalation": one})


def refresh_relative(
    session: Session, notification: RelativeEscalated, to: str, now: datetime
) -> RelativeEscalated | None:
    """Return the news of a problem in the family; None when it is over."""
    one = commitments.find_open(session, ESCALATIONS, notification.escalation_id, viewer=to, now=now)
    return notification if one is not None else None


def refresh_unanswered(session: Session, notification: AboutEscalation, to: str, now: datetime) -> Any:
    """Return a warning as the problem stands now; None when somebody has answered."""
    one = commitments.find_open(session, ESCALATIONS, notification.escalation.id, viewer=to, now=now)
    unanswered = one is not None and one.state is EscalationState.OPEN
    return notification.model_copy(update={"escalation": one}) if unanswered else None


def refresh_posted(session: Session, notification: AboutEscalation, to: str, now: datetime) -> Any:  # noqa: ARG001 - the shape of every refresh
    """Return what a channel hears of a problem as it stands now."""
    row = session.exec(select(Escalation).where(Escalation.id == notification.escalation.id)).first()
    one = commitments.get_schema(session, ESCALATIONS, row, viewer=None, now=now) if row else None
    return notification.model_copy(update={"escalation": one}) if one else None


def describe_state(session: Session, row: Escalation) -> str:
    """Return how an escalation stands, for somebody who was too late, or too early."""
    if row.state is EscalationState.OPEN:
        return "Nobody has answered the customer yet; press Answered first."
    who = find_person_row(session, (row.closed_by if row.state.is_over else row.answered_by) or "")
    by = f" (by {who.name})" if who and row.state is not EscalationState.FIXED else ""
    return f"That is {row.state.words} already{by}; nothing was changed."


def parse_escalation(session: Session, *, words: str, viewer: str, now: datetime) -> ParsedCommand:  # noqa: ARG001 - every query takes the time
    """Read `Acme the portal is down`; a name that can't be told is asked again, with a sentence."""
    require_here(session, by=viewer)
    customer, rest, problem = split_customer(session, words, guess=_guess_name)
    what = clean_text(rest, WHAT)
    if customer is None:
        return ParsedCommand(what=what, problems=(problem,))
    assignee_id = default_assignee(session, customer.owner_id, viewer)
    problems = (problem,) if problem else ()
    known = {"customer_id": customer.id, "customer_name": customer.name, "problems": problems}
    return ParsedCommand(assignee_id=assignee_id, what=what, **known)


def get_form(session: Session, *, subject: Subject | None, viewer: str, now: datetime) -> ParsedCommand:
    """Return what a button or a message asks for, or an empty form."""
    parsed = command_about(session, subject=subject, viewer=viewer, now=now, what_length=WHAT)
    owner_id = get_customer(session, parsed.customer_id).owner_id if parsed.customer_id else None
    assignee_id = default_assignee(session, owner_id, viewer) if parsed.customer_id else None
    return parsed.model_copy(update={"assignee_id": assignee_id})


def default_assignee(session: Session, owner_id: str | None, by: str) -> str:
    """Return who is on it when nobody is named: the customer's owner, else who asks."""
    owner = find_person_row(session, owner_id) if owner_id else None
    return owner.id if owner is not None and is_here(owner) else by


def _guess_name(words: str) -> tuple[str, str]:
    """Return what is most likely the name in words that begin with none we know, and the rest."""
    if len(words.split()) <= SHORT_NAME:
        return words, ""
    first, _, rest = words.strip().partition(" ")
    return first, rest


def list_of_customer(session: Session, customer_id: UUID) -> Sequence[Escalation]:
    """Return all escalations of a customer, the oldest first."""
    query = select(Escalation).where(Escalation.customer_id == customer_id)
    return session.exec(query.order_by(col(Escalation.id))).all()


def find_waiting(session: Session, customer_id: UUID, now: datetime) -> Waiting | None:
    """Return what the next check-in with this customer asks about; None when nothing waits for their word."""
    query = select(Escalation).where(Escalation.customer_id == customer_id, Escalation.state == EscalationState.FIXED)
    rows = session.exec(query.order_by(col(Escalation.fixed_at), col(Escalation.id)).limit(ASKED_AT_ONCE)).all()
    return Waiting(rows=list_schemas(session, ESCALATIONS, rows, viewer=None, now=now)) if rows else None


def find_settings(session: Session) -> EscalationSettings | None:
    """Return what managers set, if they ever did."""
    return session.exec(select(EscalationSettings)).first()


def span_of(session: Session, severity: Severity) -> Span:
    """Return how fast a problem of that severity is to be answered."""
    settings = find_settings(session)
    return read_span(getattr(settings, severity.value) if settings else "") or DEFAULT_SPANS[severity]


def get_setup(session: Session, *, viewer: str, now: datetime) -> Wishes:  # noqa: ARG001 - every query takes the time
    """
    Return the settings as the form shows them.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish="set problems up")
    settings = find_settings(session)
    spans = {severity.value: str(span_of(session, severity)) for severity in Severity}
    return Wishes(**spans, channel_id=settings.channel_id if settings else None)


def list_to_warn(session: Session, *, now: datetime, limit: int) -> Sequence[Escalation]:
    """Return unanswered ones most of whose time is over, though not all of it, and nobody said so."""
    soon = (col(Escalation.warn_at) <= now, col(Escalation.answer_by) > now)
    return _list_running(session, col(Escalation.warned_at).is_(None), *soon, limit=limit)


def list_late(session: Session, *, now: datetime, limit: int) -> Sequence[Escalation]:
    """Return unanswered ones whose time is over, and nobody said so."""
    return _list_running(session, col(Escalation.late_told_at).is_(None), col(Escalation.answer_by) <= now, limit=limit)


def list_for_channel(session: Session, *, limit: int) -> Sequence[Escalation]:
    """Return those of which the channel hasn't heard yet how they stand, the oldest first."""
    query = select(Escalation).where(col(Escalation.channel_due).is_(True))
    return session.exec(query.order_by(col(Escalation.id)).limit(limit)).all()


def list_workspaces_to_watch(session: Session, *, now: datetime) -> list[str]:  # noqa: ARG001 - every query takes the time
    """Return the ids of the workspaces with an open problem, or one whose end the channel hasn't heard of."""
    own = col(Escalation.workspace_id) == col(Workspace.id)
    watched = sa.or_(ESCALATIONS.is_open, col(Escalation.channel_due).is_(True))
    return list_workspaces_where(session, sa.select(col(Escalation.id)).where(own, watched).exists())


def find_channel_to_tell(session: Session, *, now: datetime) -> str | None:  # noqa: ARG001 - every query takes the time
    """Return the escalation channel, when there is something to post to it."""
    settings = find_settings(session)
    return settings.channel_id if settings and settings.channel_id and list_for_channel(session, limit=1) else None


def check(session: Session, now: datetime) -> Sequence[str]:
    """Return the sentences of `list_lost_channels`, and one if problems have no assignee or no customer."""
    return [*list_lost_channels(session, now), *_check_stuck(session, now)]


def list_lost_channels(session: Session, now: datetime) -> Sequence[str]:  # noqa: ARG001 - the shape of every check
    """Return a sentence if the escalation channel refused what was posted to it."""
    settings = find_settings(session)
    if settings is None or settings.channel_id is not None or not settings.channel_name:
        return ()
    sentence = f"Problems aren't posted to #{settings.channel_name} any more, since it refused them; choose a channel"
    return (f"{sentence} with /escalate setup.",)


def list_suspects(session: Session, workspaces: Collection[str], now: datetime) -> Collection[str]:
    """Return those of *workspaces* where problems are stuck, or whose channel refused them."""
    lost = (col(EscalationSettings.channel_id).is_(None), EscalationSettings.channel_name != "")
    stuck = commitments.list_stuck_workspaces(session, workspaces, now, kind=ESCALATIONS)
    return {*stuck, *workspaces_with(session, EscalationSettings, workspaces, *lost)}


_check_stuck = partial(
    commitments.check_stuck,
    kind=ESCALATIONS,
    sentence="Problems with no assignee who is here, or no active customer: {}; name a manager, or restart the bot.",
)


def _list_running(session: Session, *which: Any, limit: int) -> Sequence[Escalation]:
    query = select(Escalation).where(Escalation.state == EscalationState.OPEN, *which)
    return session.exec(query.order_by(col(Escalation.answer_by)).limit(limit)).all()

"""What managers do with campaigns: look at a draw, make it, replace a customer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlmodel import Session, col, select

from bot.campaigns.queries import call_rows, filters_of, get_row, list_rows, rows_by_caller, schema_of
from bot.campaigns.queries.answers import get_member
from bot.campaigns.queries.drawing import (
    Candidates,
    Filters,
    count_by_band,
    count_load,
    describe_whom,
    list_candidates,
    list_days,
)
from bot.campaigns.rules import (
    REASON,
    WHAT,
    Arm,
    CampaignState,
    end_problem,
    size_problem,
    too_few,
)
from bot.campaigns.rules.draws import Draw, Slot, assign, draw, fingerprint, next_in_line, spread
from bot.campaigns.rules.questions import parse_questions, questions_problem
from bot.campaigns.schemas import (
    BandShare,
    CallerShare,
    CallRow,
    CampaignCalls,
    CampaignInput,
    CampaignSchema,
    Proposal,
)
from bot.campaigns.tables import Campaign, CampaignMember
from bot.campaigns.usecases.progress import post_progress
from bot.commitments.usecases import person_problem, require_valid
from bot.core import inbox, outbox
from bot.core.errors import AlreadyDone, InvalidInput
from bot.customers.rules.bands import Band
from bot.customers.rules.limits import band_words
from bot.customers.rules.names import clean_text, name_key
from bot.followups.tables import Followup
from bot.followups.usecases import assign_followup, cancel_followup
from bot.people.queries import find_person_row, get_today, list_names
from bot.people.usecases import require_manager
from bot.workspaces.schemas import ChannelSchema
from bot.workspaces.usecases import record

WISH = "draw a campaign"
SHOWN_NAMES, SHOWN_CALLS = 10, 8
USUAL_TIME = timedelta(days=28)


@dataclass(frozen=True)
class Plan:
    """A draw as it would be made now: among whom, who was drawn, who calls whom when, and how it is shown."""

    candidates: Candidates
    drawn: Draw[UUID]
    slots: Mapping[UUID, Slot]
    proposal: Proposal


def check_settings(
    session: Session, *, settings: CampaignInput, channel: ChannelSchema | None, by: str, now: datetime
) -> None:
    """
    Check the settings of a campaign and its channel, as far as that takes no look at the customers.

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: fields `name`, `size`, `callers`, `until`, `questions`, `seed`, `channel`.
    """
    require_manager(session, by=by, wish=WISH)
    problems = _problems(session, settings, today=get_today(session, person_id=by, now=now))
    require_valid({**problems, "channel": channel.problem if channel else None})


def plan_campaign(session: Session, *, settings: CampaignInput, by: str, now: datetime) -> Proposal:
    """
    Return the draw that these settings would make now.

    Raises:
        NotAllowed: *by* is no manager.
        InvalidInput: fields `name`, `size`, `callers`, `until`, `questions`, `seed`.
    """
    return _plan(session, settings, by=by, now=now).proposal


def draw_campaign(
    session: Session, *, settings: CampaignInput, seen: str, by: str, now: datetime,
    channel: ChannelSchema | None = None, view_id: str = "",
) -> CampaignSchema | Proposal:  # fmt: skip
    """
    Make the draw that was *seen*: each customer that is called becomes a follow-up of its caller, who is told once.

    When the list or the callers' days have changed since, nothing is done, and the proposal as it is now is returned.

    Raises:
        NotAllowed, InvalidInput: as `plan_campaign`.
        AlreadyDone: this form has had its effect.
    """
    plan = _plan(session, settings, by=by, now=now)
    if plan.proposal.key != seen:
        return plan.proposal
    inbox.require_new_submission(session, view_id, now=now)
    row = _add_campaign(session, settings, plan.proposal, channel=channel, by=by, now=now)
    members = _add_members(session, row, plan, by=by, now=now)
    about = {"name": row.name, "size": row.size, "seed": row.seed, "fingerprint": row.fingerprint}
    record(session, "campaign.drawn", by=by, kind="campaign", subject=row.id, after=about, now=now)
    _tell_callers(session, row, members, by=by, now=now)
    schema = schema_of(session, row, viewer=by, now=now)
    if channel is not None:
        row.shown = schema.counts
        post_progress(session, schema, to=channel.id, now=now)
    return schema


def propose_end(session: Session, *, viewer: str, now: datetime) -> date:
    """
    Return the last day that the form of a new campaign proposes.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish=WISH)
    return get_today(session, person_id=viewer, now=now) + USUAL_TIME


def replace_member(
    session: Session, *, member_id: UUID, reason: str, by: str, now: datetime, view_id: str = ""
) -> CallRow:
    """
    Draw another customer of the same band in the place of one that can't be called, for the same caller.

    Who is replaced stays in the comparison, since it was drawn.

    Raises:
        NotAllowed: *by* is no manager.
        NotFound: nobody has that place.
        AlreadyDone: the campaign has ended, or the customer was replaced before.
        InvalidInput: no reason, nobody is left to draw, or no day; field `reason`.
    """
    require_manager(session, by=by, wish="replace a customer that was drawn")
    member = get_member(session, member_id)
    row, said = get_row(session, member.campaign_id), clean_text(reason, REASON)
    if row.state is CampaignState.ENDED or member.replaced_at is not None:
        raise AlreadyDone("That customer isn't called any more; nothing was changed.")
    require_valid({"reason": None if said else "Say in a few words why it can't be called; the result tells it."})
    successor, slot = _draw_successor(session, row, member, now=now)
    inbox.require_new_submission(session, view_id, now=now)
    member.replaced_at, member.replaced_by, member.reason = now, by, said
    _cancel_call(session, member, reason=f"replaced: {said}"[:REASON], by=by, now=now)
    made = _add_call(session, row, *successor, slot, by=by, now=now, replaces_id=member.id)
    about = {"by": str(made.id), "reason": said}
    record(
        session, "campaign.replaced", by=by, kind="campaign", subject=row.id, customer_id=member.customer_id,
        after=about, now=now,
    )  # fmt: skip
    _tell_callers(session, row, [made], by=by, now=now)
    return next(iter(call_rows(session, [made], names=list_names(session, [made.caller_id]))))


def _plan(session: Session, settings: CampaignInput, *, by: str, now: datetime) -> Plan:
    require_manager(session, by=by, wish=WISH)
    today = get_today(session, person_id=by, now=now)
    require_valid(_problems(session, settings, today=today))
    size, until = settings.size or 0, settings.until or today
    filters = Filters(settings.owner_ids, settings.tag, settings.country)
    candidates = list_candidates(session, filters)
    days = list_days(session, settings.caller_ids, today=today, until=until)
    nobody = None if any(days.values()) else "None of them works before the last day; choose a later day or others."
    require_valid({"size": too_few(len(candidates.rows), size), "callers": nobody})
    strata = candidates.strata(stratified=settings.stratified)
    drawn = Draw(*map(candidates.list_ids, draw(strata, size=size, seed=settings.seed)))
    load = count_load(session, settings.caller_ids, today=today, until=until)
    owners = {one: candidates.rows[one].owner_id for one in drawn.called}
    slots = assign(drawn.called, owners, spread(size, days, load))
    proposal = Proposal(
        key="", size=size, listed=len(candidates.rows), busy=candidates.busy, whom=describe_whom(session, filters),
        seed=settings.seed, fingerprint=fingerprint(strata), questions=len(parse_questions(settings.questions)),
        bands=_band_shares(candidates, drawn), callers=_caller_shares(session, slots),
        first_names=tuple(candidates.rows[one].name for one in drawn.called[:SHOWN_NAMES]),
    )  # fmt: skip
    seen = sha256(f"{settings.model_dump_json()} {proposal.model_dump_json()}".encode()).hexdigest()
    return Plan(candidates, drawn, slots, proposal.model_copy(update={"key": seen}))


def _problems(session: Session, settings: CampaignInput, *, today: date) -> dict[str, str | None]:
    key, made = name_key(settings.name), list_rows(session)
    same_seed = next((row.name for row in made if row.seed == settings.seed), None)
    people = (person_problem(find_person_row(session, one), cannot="call customers") for one in settings.caller_ids)
    taken = any(row.name_key == key for row in made)
    return {
        "name": "A campaign is called that already; choose another name." if taken else _missing_name(key),
        "size": size_problem(settings.size),
        "callers": next(filter(None, people), None) if settings.caller_ids else "Choose who calls.",
        "until": end_problem(settings.until, today=today),
        "questions": questions_problem(parse_questions(settings.questions)),
        "seed": f"The campaign “{same_seed}” was drawn with that seed; choose another one." if same_seed
        else None if settings.seed else "Write a few letters or digits; they make the draw repeatable.",
    }  # fmt: skip


def _missing_name(key: str) -> str | None:
    return None if key else "Give the campaign a name, by which people find it."


def _band_shares(candidates: Candidates, drawn: Draw[UUID]) -> tuple[BandShare, ...]:
    counted = count_by_band(candidates, {Arm.CALLED: drawn.called, Arm.CONTROL: drawn.control})
    return tuple(
        BandShare(band=band_words(band, limited=candidates.limited), **counts) for band, counts in counted.items()
    )


def _caller_shares(session: Session, slots: Mapping[UUID, Slot]) -> tuple[CallerShare, ...]:
    days: dict[str, list[date]] = {}
    for slot in sorted(slots.values()):
        days.setdefault(slot.caller, []).append(slot.day)
    names = list_names(session, days)
    return tuple(
        CallerShare(
            name=names.get(one, "somebody"), calls=len(theirs), first_on=theirs[0], last_on=theirs[-1],
            most_a_day=max(Counter(theirs).values()),
        )
        for one, theirs in sorted(days.items(), key=lambda item: (names.get(item[0], ""), item[0]))
    )  # fmt: skip


def _add_campaign(
    session: Session, settings: CampaignInput, proposal: Proposal, *, channel: ChannelSchema | None, by: str,
    now: datetime,
) -> Campaign:  # fmt: skip
    lines = [line for line in (clean_text(line, WHAT) for line in settings.questions.splitlines()) if line]
    today = get_today(session, person_id=by, now=now)
    row = Campaign(
        name=settings.name, name_key=name_key(settings.name), purpose=settings.purpose, size=proposal.size,
        listed=proposal.listed, stratified=settings.stratified, seed=settings.seed, fingerprint=proposal.fingerprint,
        owner_ids=list(settings.owner_ids), tag=settings.tag, country=settings.country,
        caller_ids=list(settings.caller_ids), questions=lines, channel_id=channel.id if channel else None,
        channel_name=channel.name[:100] if channel else "", made_by=by, made_at=now,
        began_on=today, until=settings.until or today,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _add_members(session: Session, row: Campaign, plan: Plan, *, by: str, now: datetime) -> list[CampaignMember]:
    bands = plan.candidates.bands
    session.add_all(
        CampaignMember(campaign_id=row.id, customer_id=one, arm=Arm.CONTROL, band=bands[one])
        for one in plan.drawn.control
    )
    return [_add_call(session, row, one, bands[one], plan.slots[one], by=by, now=now) for one in plan.drawn.called]


def _add_call(
    session: Session, row: Campaign, customer_id: UUID, band: Band, slot: Slot, *, by: str, now: datetime,
    replaces_id: UUID | None = None,
) -> CampaignMember:  # fmt: skip
    """Add a customer that is called, with the follow-up of its caller."""
    what = f"Call for “{row.name}”: {row.purpose.words}"
    followup = assign_followup(
        session, customer_id=customer_id, assignee_id=slot.caller, due_on=slot.day, what=what, tells=False, by=by,
        now=now,
    )  # fmt: skip
    member = CampaignMember(
        campaign_id=row.id, customer_id=customer_id, arm=Arm.CALLED, band=band, caller_id=slot.caller,
        due_on=slot.day, followup_id=followup.id, replaces_id=replaces_id,
    )  # fmt: skip
    session.add(member)
    session.flush()
    return member


def _draw_successor(
    session: Session, row: Campaign, member: CampaignMember, *, now: datetime
) -> tuple[tuple[UUID, Band], Slot]:
    """Return who is next in line, with its band, and when the same caller calls it."""
    candidates = list_candidates(session, filters_of(row))
    mine = set(session.exec(select(col(CampaignMember.customer_id)).where(CampaignMember.campaign_id == row.id)))
    key = next_in_line(candidates.strata(without=mine), stratum=member.band.value, seed=row.seed)
    if key is None:
        raise InvalidInput(fields={"reason": "Nobody else is left to draw; the campaign goes on with one call less."})
    caller, today = member.caller_id or "", get_today(session, person_id=member.caller_id, now=now)
    days = list_days(session, [caller], today=today, until=row.until)
    slots = spread(1, days, count_load(session, [caller], today=today, until=row.until))
    if not slots:
        raise InvalidInput(fields={"reason": "Who calls works no more before the campaign ends, so nobody is drawn."})
    [found] = candidates.list_ids([key])
    return (found, candidates.bands[found]), slots[0]


def _cancel_call(session: Session, member: CampaignMember, *, reason: str, by: str, now: datetime) -> None:
    followup = session.exec(select(Followup).where(Followup.id == member.followup_id)).first()
    if followup is not None and followup.closed_at is None:
        cancel_followup(session, followup_id=followup.id, reason=reason, by=by, now=now)


def _tell_callers(
    session: Session, row: Campaign, members: Sequence[CampaignMember], *, by: str, now: datetime
) -> None:
    """Enqueue one message for each caller but *by*: what they are asked to do, and the first of their calls."""
    maker = find_person_row(session, by)
    calls: dict[str, list[CampaignMember]] = {}
    for one in sorted(members, key=lambda one: (one.due_on, one.id)):
        calls.setdefault(one.caller_id or by, []).append(one)
    calls.pop(by, None)
    rows = rows_by_caller(session, calls, most=SHOWN_CALLS)
    about = {"campaign_name": row.name, "purpose": row.purpose, "by_name": maker.name if maker else ""}
    new = [
        outbox.NewNotification(
            CampaignCalls(until=row.until, total=len(theirs), rows=rows[caller], **about),
            caller, f"campaign_calls:{row.id}:{caller}:{theirs[0].id}",
        )
        for caller, theirs in sorted(calls.items())
    ]  # fmt: skip
    outbox.enqueue_all(session, new, now=now)

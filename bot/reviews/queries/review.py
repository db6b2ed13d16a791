"""Reads what a week, month or quarter was like: the course of coverage by size, what moved, who needs help."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, func, select

from bot.campaigns.queries.standing import list_standing_lines
from bot.checkins.queries.history import CONTACTS
from bot.checkins.tables import Checkin
from bot.core.schemas import DigestSlot
from bot.customers.queries import list_by_ids
from bot.customers.rules.limits import band_words
from bot.customers.rules.names import clean_text
from bot.escalations.queries.contributions import list_repeats
from bot.people.queries import get_today, list_names
from bot.people.rules import Calendar
from bot.people.usecases import require_manager
from bot.promises.rules import PromiseState
from bot.promises.tables import Promise
from bot.reviews.queries import WISH, make_proof, read_care
from bot.reviews.queries.lost import list_lost
from bot.reviews.queries.measures import count_measures
from bot.reviews.rules import BUCKETS, FIFTHS, USUAL_PERIOD, Band, Period
from bot.reviews.rules.groups import add_up
from bot.reviews.schemas import BandCourse, Review, WeeklyReview

if TYPE_CHECKING:
    from bot.reviews.queries.care import Care, CarePeriod

FAR_BEHIND = 10
"""Percentage points below the team's share of days in cadence, from which on somebody needs help."""
MOST_NEEDING, MOST_AGAIN = 3, 3
NAME_SHOWN = 60

_ENDS = (("small ones", FIFTHS[0]), ("large ones", FIFTHS[-1]))
Shares = Mapping[Any, int]
"""Percent of days in cadence, by owner or band."""


def compose_review(session: Session, slot: DigestSlot, now: datetime) -> WeeklyReview | None:
    """Return the weekly review for a channel; None without customers."""
    today = Calendar(zone=slot.zone).today(now)
    review = _review(session, Period.WEEK, today=today, now=now, names_people=slot.names_owners)
    return WeeklyReview(slot=slot, review=review) if review.proof.groups else None


def get_review(session: Session, *, viewer: str, now: datetime, period: Period = Period.WEEK) -> Review:
    """
    Return the review of the last week, month or quarter.

    Raises:
        NotAllowed: the viewer is no manager.
    """
    require_manager(session, by=viewer, wish=WISH)
    today = get_today(session, person_id=viewer, now=now)
    return _review(session, period, today=today, now=now, names_people=True)


def _review(session: Session, period: Period, *, today: date, now: datetime, names_people: bool) -> Review:
    care = read_care(session, today, since=today - timedelta(days=max(2 * USUAL_PERIOD, BUCKETS * period.days)))
    ends = [today - timedelta(days=period.days * ago) for ago in reversed(range(BUCKETS))]
    shares: list[Shares] = []
    last: list[CarePeriod] = []
    for end in ends:
        last = [*last[-1:], care.during(since=end - timedelta(days=period.days), until=end)]
        shares.append(last[-1].shares_by_band())  # of a million customers, only two periods are kept
    return Review(
        period=period,
        proof=make_proof(session, care, days=USUAL_PERIOD, until=today),
        labels=tuple(f"{end.day} {end:%b}" for end in ends),
        courses=_courses(shares, limited=last[-1].limits is not None),
        moved=tuple(_list_moved(session, last, period, names_people=names_people)),
        needs=tuple(_list_needing(session, last[-1])) if names_people else (),
        well=tuple(_list_well(session, care, since=today - timedelta(days=period.days), until=today)),
        asked=tuple(list_standing_lines(session, since=today - timedelta(days=period.days), until=today)),
        lost=tuple(list_lost(session, last[-1])) if period is Period.QUARTER else (),
        again=tuple(clean_text(line, 200) for line in list_repeats(session, now=now)[:MOST_AGAIN]),
        first_time=tuple(_list_first_time(session, last[-1])) if period is Period.QUARTER else (),
    )


def _courses(shares: Sequence[Shares], *, limited: bool) -> tuple[BandCourse, ...]:
    found = [band for band in Band if any(band in each for each in shares)]
    return tuple(
        BandCourse(
            band=band, words=band_words(band, limited=limited), percents=tuple(each.get(band) for each in shares)
        )
        for band in found
    )


def _list_moved(session: Session, course: Sequence["CarePeriod"], period: Period, *, names_people: bool) -> list[str]:
    """Return a line on the size, and one on the owner, whose share of days in cadence moved most."""
    before, after = course
    lines = []
    if band := _most_moved(before.shares_by_band(), after.shares_by_band()):
        lines.append(f"{band_words(band[0], limited=after.limits is not None)}: {_from_to(*band[1:], period)}.")
    if names_people and (owner := _most_moved(before.shares_by_owner(), after.shares_by_owner())):
        names = list_names(session, [owner[0]])
        lines.append(f"{_whose(names, owner[0])}: {_from_to(*owner[1:], period)}.")
    return lines


def _from_to(before: int, after: int, period: Period) -> str:
    return f"{after}% of days in cadence, {before}% the {period.value} before"


def _whose(names: Mapping[str, str], owner_id: str | None) -> str:
    if owner_id is None:
        return "Customers without an owner"
    return f"{clean_text(names.get(owner_id, 'Somebody'), NAME_SHOWN)}'s customers"


def _most_moved(before: Shares, after: Shares) -> tuple[Any, int, int] | None:
    both = [(which, before[which], share) for which, share in after.items() if which in before]
    moved = [one for one in both if one[1] != one[2]]
    return max(moved, key=lambda one: (abs(one[2] - one[1]), str(one[0])), default=None)


def _list_needing(session: Session, period: "CarePeriod") -> list[str]:
    """Return a line for each owner far below the team, the lowest first."""
    shares, team = period.shares_by_owner(), period.share()
    behind = sorted((share, str(owner or ""), owner) for owner, share in shares.items() if share <= team - FAR_BEHIND)
    names = list_names(session, [owner for *_, owner in behind])
    return [
        f"{_whose(names, owner)}: {share}% of days in cadence, the team {team}%."
        for share, _, owner in behind[:MOST_NEEDING]
    ]


def _list_well(session: Session, care: "Care", *, since: date, until: date) -> list[str]:
    """Return what went well: the longest wait that ended, promises that were kept, how many were talked to."""
    days, whose = care.find_longest_ended(since, until) or (0, None)
    name = list_by_ids(session, [whose])[whose].name if whose else ""
    kept = select(func.count()).select_from(Promise).where(Promise.state == PromiseState.KEPT)
    promises = session.exec(kept.where(col(Promise.due_on) > since, col(Promise.due_on) <= until)).one()
    talked = select(func.count(func.distinct(Checkin.customer_id))).where(
        col(Checkin.undone_at).is_(None), col(Checkin.result).in_(CONTACTS)
    )
    customers = session.exec(talked.where(col(Checkin.happened_on) > since, col(Checkin.happened_on) <= until)).one()
    lines = [
        (days, f"{clean_text(name, NAME_SHOWN)} was talked to after {_count(days, 'day')}."),
        (promises, f"{_count(promises, 'promise')} due in this time {'was' if promises == 1 else 'were'} kept."),
        (customers, f"{_count(customers, 'customer')} {'was' if customers == 1 else 'were'} talked to."),
    ]
    return [line for count, line in lines if count]


def _list_first_time(session: Session, period: "CarePeriod") -> list[str]:
    """Return which share of the customers had no avoidable problem, and how often they asked until one was fixed."""
    counts = count_measures(session, since=period.since, until=period.until)
    mine = {key: one for key, one in counts.items() if period.band_of(key)}
    total = len(period.here)
    clean = total - sum(one.avoidable > 0 for one in mine.values())
    fixed = add_up(mine.values()).fixed
    if not total or not fixed:
        return ["No problem was fixed in this time, so nobody had to ask."] if total else []
    sizes = ((who, add_up(one for key, one in mine.items() if period.band_of(key) is band)) for who, band in _ENDS)
    each = [f"{who} {one.asked / one.fixed:.1f}" for who, one in sizes if one.fixed]
    asked = f"{add_up(mine.values()).asked / fixed:.1f} times for each"
    by_size = f" ({', '.join(each)})" if each else ""
    return [
        f"{100 * clean // total}% of customers ({clean:,} of {total:,}) had no problem that could have been avoided.",
        f"{_count(fixed, 'problem')} {'was' if fixed == 1 else 'were'} fixed; customers asked {asked}{by_size}.",
    ]


def _count(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"

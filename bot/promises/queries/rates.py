"""How well promises are kept: by the team, by person, by the size of customers. Size is told here, and used nowhere."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core.database import workspace_of
from bot.customers.tables import Customer
from bot.people.queries import get_today, list_names
from bot.people.rules import person_key
from bot.people.usecases import require_here
from bot.promises.queries import NOBODY
from bot.promises.rules import LARGE_FROM, MIDDLE_FROM, RATE_PERIOD, Band, State
from bot.promises.schemas import KeptRates, Tally
from bot.promises.tables import Promise

Counts = Counter[State]


def get_rates(session: Session, *, viewer: str, now: datetime) -> KeptRates:
    """
    What became of the promises that were due in the last year or are still to come.

    Each counts for who gave their word, also when somebody else had to keep it. A renegotiated one and the one that
    took its place are two.
    """
    require_here(session, by=viewer)
    since = get_today(session, person_id=viewer, now=now) - RATE_PERIOD
    query = (
        sa.select(col(Promise.promised_by), _band().label("band"), col(Promise.state), sa.func.count())
        .join(
            Customer,
            sa.and_(col(Customer.workspace_id) == col(Promise.workspace_id), col(Customer.id) == Promise.customer_id),
        )
        .where(
            col(Promise.workspace_id) == workspace_of(session),
            col(Promise.is_owed).in_((True, False)),  # either: named, so that the index that begins with it is of use
            col(Promise.due_on) >= since,
        )
        .group_by(col(Promise.promised_by), sa.literal_column("band"), col(Promise.state))
    )
    people: dict[str, Counts] = {}
    bands: dict[str, Counts] = {}
    for person, size, state, total in session.execute(query):
        people.setdefault(person, Counter())[state] += total
        bands.setdefault(size, Counter())[state] += total
    names = list_names(session, people)
    return KeptRates(
        since=since,
        team=Tally(name="The team", counts=_summed(people.values())),
        people=tuple(
            Tally(name=names.get(person, NOBODY), counts=dict(people[person]))
            for person in sorted(people, key=lambda one: (person_key(names.get(one, NOBODY)), one))
        ),
        bands=tuple(Tally(name=one.value, counts=dict(bands[one])) for one in Band if one in bands),
    )


def _band() -> sa.Case[str]:
    people = col(Customer.headcount)
    return sa.case(
        (people.is_(None), Band.UNKNOWN.value),
        (people < MIDDLE_FROM, Band.SMALL.value),
        (people < LARGE_FROM, Band.MIDDLE.value),
        else_=Band.LARGE.value,
    )


def _summed(counts: Iterable[Counts]) -> dict[State, int]:
    return dict(sum(counts, Counter()))

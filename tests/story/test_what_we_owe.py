"""Notifications of commitments in three time zones, across clock changes and holidays: each at its hour, and once."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest

from bot.escalations.rules import Severity
from bot.slack.blocks import short_date
from tests.checkins.test_stories import told
from tests.escalations.helpers import escalate
from tests.followups.helpers import assign
from tests.makers import ANA, BOB, KIRI, MARA
from tests.world import World, open_world

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)


class Spell(NamedTuple):
    """
    Dates around a clock change.

    One working day from three in the afternoon of the last working day *before* ends at *three* on the day that
    something is *due*; *nine* is the instant of nine o'clock on that day. *mara* is when Mara, in London, is told of a
    problem that is past its time at *three*.
    """

    person: str
    name: str
    before: datetime
    morning_before: datetime
    due: date
    nine: datetime
    three: datetime
    mara: datetime


SPELLS = (
    # Lisbon: Good Friday, then an hour is skipped on Sunday.
    Spell(
        ANA, "Ana",
        before=datetime(2027, 3, 25, 15, tzinfo=UTC), morning_before=datetime(2027, 3, 25, 9, tzinfo=UTC),
        due=date(2027, 3, 29), nine=datetime(2027, 3, 29, 8, tzinfo=UTC), three=datetime(2027, 3, 29, 14, tzinfo=UTC),
        mara=datetime(2027, 3, 29, 14, tzinfo=UTC),
    ),
    # New York: an hour comes twice while the promise runs, and Veterans Day is a holiday.
    Spell(
        BOB, "Bob",
        before=datetime(2026, 11, 10, 20, tzinfo=UTC), morning_before=datetime(2026, 11, 10, 14, tzinfo=UTC),
        due=date(2026, 11, 12), nine=datetime(2026, 11, 12, 14, tzinfo=UTC),
        three=datetime(2026, 11, 12, 20, tzinfo=UTC), mara=datetime(2026, 11, 13, 9, tzinfo=UTC),
    ),
    # Auckland: Good Friday, an hour comes twice on Sunday, Easter Monday.
    Spell(
        KIRI, "Kiri",
        before=datetime(2026, 4, 2, 2, tzinfo=UTC), morning_before=datetime(2026, 4, 1, 20, tzinfo=UTC),
        due=date(2026, 4, 7), nine=datetime(2026, 4, 6, 21, tzinfo=UTC), three=datetime(2026, 4, 7, 3, tzinfo=UTC),
        mara=datetime(2026, 4, 7, 8, tzinfo=UTC),
    ),
)  # fmt: skip


async def move_to(world: World, instant: datetime) -> None:
    """Move to the instant, and run the jobs."""
    await world.rehearsal.control.move_to(instant)
    await world.run_jobs()


def count_messages(world: World, person: str, words: str) -> int:
    """Return the number of messages of a person that contain these words."""
    return len([one for one in world.as_(person).sees() if words in one.text])


@pytest.mark.parametrize("spell", SPELLS, ids=lambda spell: spell.name)
async def test_every_word_comes_at_its_hour_and_once(sqlite_url: str, spell: Spell) -> None:
    """
    Reminders of a promise, a follow-up and a problem, and the notice to managers, are sent once, at the right hour.

    Who had the message of the morning isn't warned besides; the next morning's tells of the problem.
    """
    async with open_world(sqlite_url, start=spell.morning_before - timedelta(days=14)) as world:
        acme, person = world.office.customer("Acme", owner=spell.person, waited=3), world.as_(spell.person)
        outcome = await person.command(f"/promise Acme {spell.due} send the new price list")
        assert "Noted: you promised Acme" in outcome.text
        assign(world.office, acme, assignee_id=spell.person, due_on=spell.due, what="call them")
        mine, late = spell.person, "Acme has a problem that is past its time"
        hours = [
            (spell.morning_before, mine, f"A promise to Acme is due on {short_date(spell.due)}."),
            (spell.nine, mine, "A promise to Acme is due, one follow-up is due."),
            (spell.mara, MARA, late),
            (spell.nine + timedelta(days=1), mine, late),
        ]
        for instant, who, said in hours:
            if instant > spell.before > world.now:
                await move_to(world, spell.before)
                escalate(world.office, acme, severity=Severity.HURTS, assignee_id=mine)
            if instant > spell.three > world.now:
                await move_to(world, spell.three)
            await move_to(world, instant - MINUTE)
            assert count_messages(world, who, said) == 0
            await move_to(world, instant)
            await told(world.as_(who), said)
            assert count_messages(world, who, said) == 1
        assert [count_messages(world, who, said) for _, who, said in hours if who == mine] == [1, 1, 1]
        assert count_messages(world, mine, "still waits for a first answer") == 0

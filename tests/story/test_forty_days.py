"""The main story on a real list: 85 customers, three owners on three continents, forty working days."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.slack.blocks import escape
from tests.makers import ANA, BOB, KIRI, MARA, ROOT
from tests.story.play import Play, words
from tests.world import open_world

ACCOUNTS = ROOT.parent / "shared/data/customers/crm_accounts.csv"
EIGHT_WEEKS = 56
EIGHT_ON_MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ACCOUNTS.exists(), reason=f"the real list isn't at ../shared/{ACCOUNTS.name}"),
]


@pytest.fixture(params=["sqlite over HTTP", "postgresql over Socket Mode"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, bool]:
    """Return a database's address, and whether Slack calls over HTTP; two combinations."""
    kind, _, way = str(request.param).partition(" over ")
    if kind == "sqlite":
        return str(request.getfixturevalue("sqlite_url")), way == "HTTP"
    return str(request.getfixturevalue("postgres_url")), way == "HTTP"


@pytest.fixture
def accounts() -> bytes:
    """Return the real list."""
    return ACCOUNTS.read_bytes()


async def test_after_forty_working_days_everyone_was_contacted_or_stands_in_the_digest(
    stage: tuple[str, bool], accounts: bytes
) -> None:
    """Every digest is right, nobody is reminded twice a day or on a day off, and none of the 85 is missed."""
    url, http = stage
    async with open_world(url, http=http, start=EIGHT_ON_MONDAY) as world:
        play = Play(world, seed=85)
        await play.import_list(accounts)
        await play.set_up_the_digest()
        await play.send_kiri_on_holiday(date(2026, 12, 7), date(2026, 12, 18))
        await play.pass_days(EIGHT_WEEKS)
        _nobody_is_missed(play)
        assert play.digests_seen == 16
        assert min(play.done["talked"], play.done["tried"], play.done["snoozed"], play.done["handed over"]) > 0
        _days_off_were_kept(play)
        assert world.as_(MARA).dm() == [] or all("waiting" not in one.text for one in world.as_(MARA).dm())


def _nobody_is_missed(play: Play) -> None:
    last = play.world.as_(MARA).sees("accounts")
    said = "\n".join(words(message) for message in last[-6:])
    today = play.world.now.date()
    late = set(play.ledger.neglected(today))
    silent = [account.name for account in play.ledger.accounts.values() if not account.contacts]
    never_named = [name for name in silent if name in late and escape(name) not in said]
    assert never_named == []
    not_yet = [name for name in silent if name not in late]
    assert not_yet == _asked_for_peace(play, today), "Only those who asked may wait that long without a word."


def _asked_for_peace(play: Play, today: date) -> list[str]:
    def asked(account: Any) -> bool:
        return account.asked_until is not None and today < account.asked_until and not account.contacts

    return [account.name for account in play.ledger.accounts.values() if asked(account)]


def _days_off_were_kept(play: Play) -> None:
    assert all(day.weekday() < 5 for days in play.reminded.values() for day in days)
    kiri_away = [day for day in play.reminded[KIRI] if date(2026, 12, 7) <= day <= date(2026, 12, 18)]
    assert kiri_away == []
    christmas = date(2026, 12, 25)
    assert all(christmas not in play.reminded[owner] for owner in (ANA, BOB, KIRI))
    assert date(2026, 11, 26) not in play.reminded[BOB]  # Thanksgiving
    assert date(2026, 12, 8) not in play.reminded[ANA]  # Immaculate Conception, a holiday in Portugal

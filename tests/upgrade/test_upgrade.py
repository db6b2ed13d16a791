"""A database of version 0.1.0 is upgraded: undelivered messages arrive, and buttons and windows in Slack still work."""

import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.core.database import Database, sqlite_module
from bot.customers.queries.searching import list_nearest, list_partly
from bot.features import FEATURES
from bot.storage import migrate
from tests.makers import WORKSPACE, add_customer
from tests.upgrade.screens import Json, load_screens
from tests.upgrade.upgraded import Upgraded, copy_to_postgres, load_dump, open_upgraded

pytestmark = [pytest.mark.both_databases, pytest.mark.asyncio(loop_scope="module")]
SCREENS = load_screens()


KINDS = 33
UNTIL_EVERYBODY_IS_AT_WORK = timedelta(days=1, hours=6)
"""From Thursday morning over a holiday in the United States to Friday, when it is day there, too."""


@pytest.fixture(params=["sqlite", "postgresql"])
def old_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database as version 0.1.0 left it: the dump, or the same rows in PostgreSQL."""
    path = tmp_path / "old.db"
    load_dump(path)
    if request.param == "sqlite":
        return f"sqlite:///{path}"
    url = str(request.getfixturevalue("postgres_url"))
    copy_to_postgres(path, url)
    return url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def upgraded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Upgraded]:
    """The bot on the upgraded database; everything that was undelivered is out of the way."""
    folder = tmp_path_factory.mktemp("upgraded")
    live, template = folder / "live.db", folder / "template.db"
    load_dump(live)
    database = Database(f"sqlite:///{live}")
    migrate(database)
    database.close()
    shutil.copy(live, template)
    async with open_upgraded(f"sqlite:///{live}", SCREENS) as stage:
        yield Upgraded(stage, SCREENS, live, template)


async def test_what_was_undelivered_is_sent_once_after_the_upgrade(old_database: str) -> None:
    """Each notification of the old database reaches its reader with the words it had, once; none is given up."""
    async with open_upgraded(old_database, SCREENS) as stage:
        workspace = stage.rehearsal.workspace
        before = {message.ts for messages in workspace.messages.values() for message in messages}
        for wait in (timedelta(0), UNTIL_EVERYBODY_IS_AT_WORK):
            await stage.rehearsal.control.move(wait)
            while await stage.bot.run_job("deliver_outbox"):
                pass
        await stage.bot.run_jobs()
        posted = [message for messages in workspace.messages.values() for message in messages]
        new = [message for message in posted if message.metadata and message.ts not in before]
        said = [(message.metadata["event_payload"]["key"], message.text) for message in new if message.metadata]
        ours = [(key, words) for key, words in said if key in SCREENS["pending"]]
        assert Counter(ours) == Counter(SCREENS["pending"].items())
        with stage.bot.runtime.database.reading(None, across=True) as session:
            rows = session.connection().execute(text("SELECT key, state, reason FROM outbox WHERE state <> 'sent'"))
            assert [row.key for row in rows if row.key in SCREENS["pending"] and row.reason != "expired"] == []


async def test_old_customers_are_found_by_a_part_of_their_name(old_database: str) -> None:
    """A database that knew no trigrams gets them for every name it has, and for those that come."""
    with closing(Database(old_database)) as database:
        migrate(database)
        with database.transaction(WORKSPACE) as session:
            assert [one.name for one in list_partly(session, "sail")] == ["Tejo Sailing School"]
            assert [name for _, name in list_nearest(session, "Godlfinch Dentl")][:1] == ["Goldfinch Dental"]
            add_customer(session, "Zebra Sailmakers")
            assert len(list_partly(session, "sail")) == 2


async def test_every_kind_of_notification_was_undelivered() -> None:
    """The old database has a row of each kind that version 0.1.0 knew, so that none of them is forgotten."""
    dump = sqlite_module().connect(":memory:")
    with closing(dump):
        dump.executescript((Path(__file__).parent / "0.1.0.sql").read_text())
        waiting = {kind for (kind,) in dump.execute("SELECT kind FROM outbox WHERE state = 'pending'")}
    assert waiting <= {notification.kind for feature in FEATURES for notification in feature.views}
    assert len(waiting) == KINDS


@pytest.mark.parametrize(
    "press", SCREENS["presses"], ids=lambda one: f"{one['action_id']} {one.get('option', '').partition(':')[0]}".strip()
)
async def test_a_button_of_an_old_message_still_works(upgraded: Upgraded, press: Json) -> None:
    """Somebody presses it after the upgrade and sees what they would have seen before it."""
    await upgraded.reset()
    shown = await upgraded.shows(lambda: upgraded.press(press), press["shows"], home=press["on"] == "home")
    assert shown == press["shows"]


@pytest.mark.parametrize("window", SCREENS["windows"], ids=lambda one: str(one["name"]))
async def test_a_window_that_was_open_can_still_be_submitted(upgraded: Upgraded, window: Json) -> None:
    """Somebody opened and filled it in before the upgrade, submits it afterwards, and it is taken."""
    await upgraded.reset()
    shown = await upgraded.shows(lambda: upgraded.submit(window), window["shows"])
    assert shown == window["shows"]

"""The middleware stores an unknown sender before the listener runs."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.context.async_context import AsyncBoltContext

from bot.people.listeners import PersonMiddleware
from bot.people.queries import find_person_row
from bot.slack.app import build_client
from bot.slack.callers import installed_in
from rehearsal.server import Rehearsal
from rehearsal.strict.manifest import Manifest
from tests.makers import ANA, ROOT, START, WORKSPACE, Office

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def rehearsal() -> AsyncIterator[Rehearsal]:
    """Return a rehearsal with a person who isn't stored by the bot."""
    async with Rehearsal(manifest=Manifest.load(ROOT / "manifest.yml"), start=START, team_id=WORKSPACE) as running:
        running.control.add_person("yan", id="U0YAN", real_name="Yan Li", tz="Asia/Shanghai")
        yield running


class Door:
    """A person_middleware, and how many wishes it let through."""

    def __init__(self, office: Office, rehearsal: Rehearsal) -> None:
        self.assignee, self.rehearsal, self.passed = PersonMiddleware(office.runtime), rehearsal, 0
        self.client = build_client(token=rehearsal.bot_token, api_url=rehearsal.api_url)

    async def knock(self, user_id: str | None, **body: Any) -> None:
        """Somebody wants something."""
        context = AsyncBoltContext({"team_id": WORKSPACE, "user_id": user_id})
        await self.assignee.identify(body, context, self.client, self._pass)

    async def _pass(self) -> None:
        self.passed += 1

    @property
    def asked(self) -> int:
        """How often Slack was asked about somebody."""
        return sum(exchange.name == "users.info" for exchange in self.rehearsal.workspace.traffic)


async def test_somebody_unknown_is_looked_up_once(office: Office, rehearsal: Rehearsal) -> None:
    """The second wish asks nobody, nor does another process that finds them in the database."""
    door = Door(office, rehearsal)
    await door.knock("U0YAN")
    await door.knock("U0YAN")
    await Door(office, rehearsal).knock("U0YAN")
    assert (door.passed, door.asked) == (2, 1)
    row = office.look(lambda session: find_person_row(session, "U0YAN"))
    assert (row.name, row.zone, row.country) == ("Yan Li", "Asia/Shanghai", "CN")


async def test_somebody_known_isnt_looked_up(office: Office, rehearsal: Rehearsal) -> None:
    """Ana has been here before."""
    door = Door(office, rehearsal)
    await door.knock(ANA)
    assert (door.passed, door.asked) == (1, 0)


@pytest.mark.parametrize("event", ["team_join", "user_change"])
async def test_news_about_a_person_need_no_look_up(office: Office, rehearsal: Rehearsal, event: str) -> None:
    """They bring what there is to know."""
    door = Door(office, rehearsal)
    await door.knock("U0YAN", event={"type": event})
    assert (door.passed, door.asked) == (1, 0)


async def test_a_slack_that_cant_tell_stops_no_wish(office: Office, rehearsal: Rehearsal) -> None:
    """The wish is heard, and next time Slack is asked again."""
    door = Door(office, rehearsal)
    rehearsal.control.faults.next("users.info", error="internal_error")
    await door.knock("U0YAN")
    assert door.passed == 1
    assert office.look(lambda session: find_person_row(session, "U0YAN")) is None
    await door.knock("U0YAN")
    assert office.look(lambda session: find_person_row(session, "U0YAN")) is not None


async def test_what_nobody_sent_passes(office: Office, rehearsal: Rehearsal) -> None:
    """Events without a person, such as a removed app."""
    door = Door(office, rehearsal)
    await door.knock(None, event={"type": "app_uninstalled"})
    assert (door.passed, door.asked) == (1, 0)


@pytest.mark.parametrize(
    ("context", "body", "place"),
    [
        ({"team_id": "T1"}, {}, "T1"),
        ({"team_id": "T1", "enterprise_id": "E1"}, {}, "T1"),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": True}, {}, "E1"),
        ({}, {"team_id": "T2"}, "T2"),
    ],
)
def test_a_payloads_workspace_is_where_the_bot_is_installed(
    context: dict[str, Any], body: dict[str, Any], place: str
) -> None:
    """The team, or the org of an org-wide installation."""
    assert installed_in(body, AsyncBoltContext(context)) == place

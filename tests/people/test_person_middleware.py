"""The middleware stores an unknown sender before the listener runs."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.context.async_context import AsyncBoltContext

from bot.people.listeners import PersonMiddleware
from bot.people.queries import find_person_row
from bot.slack.clients import build_client
from bot.slack.listeners import installed_in
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


class Requests:
    """Sends requests through a PersonMiddleware, and counts those that it passed on."""

    def __init__(self, office: Office, rehearsal: Rehearsal) -> None:
        self.middleware, self.rehearsal, self.passed = PersonMiddleware(office.runtime), rehearsal, 0
        self.client = build_client(token=rehearsal.bot_token, api_url=rehearsal.api_url)

    async def send(self, user_id: str | None, **body: Any) -> None:
        """Send a request of a person."""
        context = AsyncBoltContext({"team_id": WORKSPACE, "user_id": user_id})
        await self.middleware.identify(body, context, self.client, self._pass)

    async def _pass(self) -> None:
        self.passed += 1

    @property
    def lookups(self) -> int:
        """Return the number of users.info calls."""
        return sum(exchange.name == "users.info" for exchange in self.rehearsal.workspace.traffic)


async def test_somebody_unknown_is_looked_up_once(office: Office, rehearsal: Rehearsal) -> None:
    """A second request makes no call, nor does another process, which finds the person in the database."""
    requests = Requests(office, rehearsal)
    await requests.send("U0YAN")
    await requests.send("U0YAN")
    await Requests(office, rehearsal).send("U0YAN")
    assert (requests.passed, requests.lookups) == (2, 1)
    row = office.look(lambda session: find_person_row(session, "U0YAN"))
    assert (row.name, row.zone, row.country) == ("Yan Li", "Asia/Shanghai", "CN")


async def test_somebody_known_isnt_looked_up(office: Office, rehearsal: Rehearsal) -> None:
    """A stored person is not fetched."""
    requests = Requests(office, rehearsal)
    await requests.send(ANA)
    assert (requests.passed, requests.lookups) == (1, 0)


@pytest.mark.parametrize("event", ["team_join", "user_change"])
async def test_news_about_a_person_need_no_look_up(office: Office, rehearsal: Rehearsal, event: str) -> None:
    """The event itself describes the person."""
    requests = Requests(office, rehearsal)
    await requests.send("U0YAN", event={"type": event})
    assert (requests.passed, requests.lookups) == (1, 0)


async def test_a_slack_that_cant_tell_stops_no_wish(office: Office, rehearsal: Rehearsal) -> None:
    """The request is passed on, and the person is fetched at the next one."""
    requests = Requests(office, rehearsal)
    rehearsal.control.faults.next("users.info", error="internal_error")
    await requests.send("U0YAN")
    assert requests.passed == 1
    assert office.look(lambda session: find_person_row(session, "U0YAN")) is None
    await requests.send("U0YAN")
    assert office.look(lambda session: find_person_row(session, "U0YAN")) is not None


async def test_what_nobody_sent_passes(office: Office, rehearsal: Rehearsal) -> None:
    """Events without a person, such as app_uninstalled, are passed on."""
    requests = Requests(office, rehearsal)
    await requests.send(None, event={"type": "app_uninstalled"})
    assert (requests.passed, requests.lookups) == (1, 0)


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

"""Commands with a prefix: other names in Slack, the same bot behind them."""

import json
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from bot import cli
from bot.core import outbox
from bot.core.errors import InvalidInput
from bot.doctor_slack import draw_screens
from bot.manifest import list_commands, render_manifest
from bot.people.schemas import CoverAsked
from bot.process import Bot
from bot.slack.again import AGAIN
from bot.slack.commands import CommandNames
from demo.clock import RehearsalClock
from rehearsal.server import Rehearsal
from rehearsal.strict import check_message, check_view
from rehearsal.strict.manifest import Manifest
from tests.house.test_manifest import SCHEMA
from tests.makers import ANA, START, WORKSPACE, Office
from tests.shell.outside import clean_environment, settings

LONGEST = "e" * 20
NAMES = CommandNames("eh-", list_commands())
BARE = re.compile(r"(?<![\w/.-])/(?:checkin|customers|assign|promise|escalate|mentions|campaign|neglected|evenhand)\b")


class Prefixed:
    """The bot whose commands begin with `eh-`, against a rehearsal with the manifest for it."""

    def __init__(self, slack: Rehearsal, bot: Bot) -> None:
        self.slack, self.bot, self.ana = slack, bot, slack.control.as_person(ANA)

    async def shown(self, command: str) -> str:
        """Return everything that a command shows, as JSON."""
        outcome = await self.ana.command(command)
        assert outcome.acked
        await self.slack.drain()
        modal = self.ana.modal()
        if modal:
            await self.ana.close(modal, everything=True)
        said = [[message.text, message.blocks] for message in outcome.messages]
        return json.dumps([said, modal.payload if modal else {}], ensure_ascii=False)


@pytest.fixture(params=[False, True], ids=["socket", "http"])
async def prefixed(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[Prefixed]:
    """Start the two, in Socket Mode and with signed HTTP."""
    url = "https://evenhand.example.com" if request.param else ""
    manifest = Manifest.parse(render_manifest(prefix="eh-", url=url))
    async with Rehearsal(manifest=manifest, start=START, team_id=WORKSPACE, name="Evenhand Tests") as slack:
        slack.control.add_person("ana", id=ANA, tz="Europe/Lisbon", email="ana@example.test", is_admin=True)
        wanted = settings(slack, sqlite_url, http=request.param, command_prefix="eh-")
        async with Bot(wanted, clock=RehearsalClock(slack.workspace.clock), run_scheduler=False) as bot:
            if request.param:
                slack.request_url = f"{bot.address}/slack/events"
            else:
                await slack.wait_connected()
            Office(bot.runtime).customer("Acme", owner=ANA)
            yield Prefixed(slack, bot)
            await bot.runtime.drain()
            await slack.drain()
        slack.assert_clean()


RENAMED = [
    ("Type /checkin or `/customers add`.", "Type /eh-checkin or `/eh-customers add`."),
    ("/promise", "/eh-promise"),
    ("_/assign_ (*/escalate*)", "_/eh-assign_ (*/eh-escalate*)"),
    ("“/campaign new”, /mentions, /neglected", "“/eh-campaign new”, /eh-mentions, /eh-neglected"),
    ("https://acme.example/customers and ./checkin", "https://acme.example/customers and ./checkin"),
    ("/customers/17 and /checkins and /remind", "/customers/17 and /checkins and /remind"),
    ("/eh-checkin", "/eh-checkin"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "renamed"), RENAMED)
def test_a_text_calls_commands_as_the_workspace_does(text: str, renamed: str) -> None:
    """Commands get the prefix; addresses, paths and other apps' commands stay."""
    assert NAMES.rename(text) == renamed
    assert CommandNames().rename(text) == text


def test_what_people_entered_and_what_the_bot_keeps_stay_as_they_are() -> None:
    """Values, ids and metadata come back to the bot; only what is read is renamed."""
    block = {
        "type": "button",
        "action_id": "/checkin",
        "value": "/checkin",
        "text": {"type": "plain_text", "text": "/checkin"},
    }
    view = {"private_metadata": "/checkin", "blocks": [block], "initial_value": "/checkin"}
    shown = NAMES.rename_shown({"view": view, "errors": {"/checkin": "Type /checkin."}})
    assert shown == {
        "view": {**view, "blocks": [{**block, "text": {"type": "plain_text", "text": "/eh-checkin"}}]},
        "errors": {"/checkin": "Type /eh-checkin."},
    }


def test_every_screen_fits_with_the_longest_prefix() -> None:
    """Slack's limits hold for every message, window and Home."""
    names = CommandNames(LONGEST, list_commands())
    for name, screen in draw_screens("word"):
        [(kind, drawn)] = screen.items()
        renamed = names.rename_shown(json.loads(drawn))
        found = check_message(renamed) if kind == "message" else check_view(renamed)
        assert not found, (name, found)


async def test_every_command_works_under_its_new_name(prefixed: Prefixed) -> None:
    """Each is answered, and nothing that it shows names a command that isn't there."""
    for command in list_commands():
        for words in ("", "help", "nonsense !"):
            shown = await prefixed.shown(f"/eh-{command[1:]} {words}")
            assert not BARE.search(shown), (command, words, BARE.search(shown))


async def test_the_help_names_the_commands_that_are_there(prefixed: Prefixed) -> None:
    """All nine of them stand in it with the prefix."""
    shown = await prefixed.shown("/eh-evenhand help")
    assert {command for command in list_commands() if f"/eh-{command[1:]}" not in shown} == set()


async def test_home_and_messages_name_them_too(prefixed: Prefixed) -> None:
    """What a job publishes and delivers is renamed like what a listener answers."""
    await prefixed.ana.open_home()
    home = await prefixed.ana.until(lambda me: me.home())
    asked = CoverAsked(owner="/promise Bob", first_day=date(2026, 11, 30), last_day=date(2026, 12, 4))
    enqueue = {"workspace": WORKSPACE, "notification": asked, "to": ANA, "key": "cover"}
    await prefixed.bot.runtime.run(outbox.enqueue, **enqueue)
    await prefixed.slack.control.move(timedelta(hours=1))
    await prefixed.bot.run_jobs()
    said = "".join(message.text for message in prefixed.ana.dm())
    assert "/eh-promise Bob" in said
    assert not BARE.search(json.dumps(home.payload) + said)


async def test_a_request_that_comes_too_late_is_repeated_under_the_name(prefixed: Prefixed) -> None:
    """The button that repeats a command works, and its answer is renamed."""
    prefixed.slack.control.faults.next("views.open", error="expired_trigger_id")
    reply = await (await prefixed.ana.command("/eh-checkin acme")).reply()
    await prefixed.ana.press(reply, AGAIN)
    assert await prefixed.ana.modal_opened("Check-in")


# --- the manifest -----------------------------------------------------------------------------------------------


def _print(folder: Path, *words: str, **environment: str) -> Any:
    with clean_environment(folder, **environment):
        done = CliRunner().invoke(cli.app, ["manifest", *words])
    assert done.exit_code == 0, done.exception
    return yaml.safe_load(done.output)


def test_the_manifest_is_printed_as_it_is(tmp_path: Path) -> None:
    """Without a prefix and an address, it is manifest.yml."""
    assert _print(tmp_path) == yaml.safe_load(render_manifest())


def test_the_printed_manifest_has_the_prefix(tmp_path: Path) -> None:
    """Every command has it, and nothing else differs."""
    printed, plain = _print(tmp_path, COMMAND_PREFIX="eh-"), _print(tmp_path)
    for command in plain["features"]["slash_commands"]:
        command["command"] = f"/eh-{command['command'][1:]}"
    assert printed == plain


def test_the_printed_manifest_for_http_has_every_address(tmp_path: Path) -> None:
    """Commands, events, buttons and menus have the request URL, and Socket Mode is off."""
    printed = _print(tmp_path, "--url", "https://bot.example.com/", COMMAND_PREFIX="eh-")
    address = "https://bot.example.com/slack/events"
    assert {command["url"] for command in printed["features"]["slash_commands"]} == {address}
    inside = printed["settings"]
    assert inside["event_subscriptions"]["request_url"] == address
    assert inside["interactivity"] == {
        "is_enabled": True, "request_url": address, "message_menu_options_url": address,
    }  # fmt: skip
    assert inside["socket_mode_enabled"] is False
    if SCHEMA.exists():
        jsonschema.validate(printed, json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize("url", ["evenhand.example.com", "http://evenhand.example.com", "https://", "https://a b"])
def test_an_address_that_slack_cant_reach_is_one_sentence(url: str) -> None:
    """It says what to write."""
    with pytest.raises(InvalidInput, match="such as https://evenhand"):
        render_manifest(url=url)

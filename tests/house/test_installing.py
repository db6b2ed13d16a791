"""docs/install.md explains what an admin is asked for, and the icon is one that Slack takes."""

import re
import struct

import pytest

from bot.manifest import MANIFEST
from bot.process import Bot
from bot.settings import Settings
from bot.web import SLACK_PATH
from rehearsal.strict.manifest import Manifest
from tests.makers import ROOT
from tests.shell.outside import rehearsal, settings

PAGE = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
APP = Manifest.load(MANIFEST)
ROWS = [line for line in PAGE.splitlines() if line.startswith("| `")]
SCOPE = re.compile(r"`([a-z_.]+:[a-z.]+|commands)`")


def test_every_scope_is_explained_and_no_other() -> None:
    """The table has the manifest's scopes, each with what it is for; the optional ones say so."""
    explained = {}
    for row in ROWS:
        names, words = row.strip("| ").split(" | ")
        explained |= dict.fromkeys(SCOPE.findall(names), (names, words))
    assert explained.keys() == APP.scopes
    assert {scope for scope, (names, _) in explained.items() if "(optional)" in names} == APP.optional_scopes
    assert all(words for _, words in explained.values())


def test_every_event_is_explained() -> None:
    """The page names each event that Slack sends."""
    assert [event for event in APP.events if f"`{event}`" not in PAGE] == []


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_every_setting_is_named(name: str) -> None:
    """The table of settings has it."""
    assert any(f"`{name}`" in row.split(" | ")[0] for row in ROWS)


async def test_slack_verifies_the_address_of_a_bot_that_runs(sqlite_url: str) -> None:
    """Its challenge comes back, so the bot has to run before the address is saved."""
    async with rehearsal() as slack, Bot(settings(slack, sqlite_url, http=True), run_scheduler=False) as bot:
        slack.request_url = f"{bot.address}{SLACK_PATH}"
        ack = await slack.control.verify_request_url()
        assert (ack.status, ack.body) == (200, {"challenge": "rehearsal"})


def test_the_icon_is_one_that_slack_takes() -> None:
    """It is a square PNG of 512 to 2,000 pixels, drawn from the SVG beside it."""
    png = (ROOT / "deploy" / "icon.png").read_bytes()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width == height
    assert 512 <= width <= 2000
    assert (ROOT / "deploy" / "icon.svg").read_text(encoding="utf-8").startswith("<svg ")

"""A rehearsal with a frozen clock on a Monday morning, three people and a channel."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from rehearsal.server import Rehearsal
from rehearsal.strict.methods import find_method
from tests.rehearsal.bolt_bot import MANIFEST, Tiny, by_http, by_socket

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def rehearsal() -> AsyncIterator[Rehearsal]:
    """Run a rehearsal with Ana, Ben, Mara and the bot in #general."""
    async with Rehearsal(manifest=MANIFEST, start=START) as running:
        ids = [running.control.add_person(name, tz="Europe/Lisbon").id for name in ("ana", "ben", "mara")]
        running.control.add_channel("general", members=ids)
        yield running
        assert undocumented(running) == []


def undocumented(rehearsal: Rehearsal) -> list[str]:
    """Return errors of the rehearsal that Slack doesn't document for the method."""
    found = []
    of_any_body = {None, "invalid_json", "json_not_object"}
    for exchange in rehearsal.workspace.traffic:
        method = find_method(exchange.name) if exchange.direction == "in" else None
        if method is None or not isinstance(exchange.body, dict) or "answered" not in exchange.body:
            continue
        error = exchange.body["answered"].get("error")
        if error not in of_any_body and exchange.name != "api.test" and not method.knows(error):
            found.append(f"{exchange.name}: {error}")
    return found


@pytest.fixture
async def bot(rehearsal: Rehearsal) -> AsyncIterator[Tiny]:
    """Run the bot with one socket."""
    async with by_socket(rehearsal) as connected:
        yield connected


@pytest.fixture(params=["socket", "http"])
async def either_bot(rehearsal: Rehearsal, request: pytest.FixtureRequest) -> AsyncIterator[Tiny]:
    """Run the bot, once with a socket and once with signed HTTP."""
    connect = by_socket if request.param == "socket" else by_http
    async with connect(rehearsal) as connected:
        yield connected

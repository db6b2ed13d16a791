"""A rehearsal that stands still at a Monday morning, with three people and a channel."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from rehearsal.server import Rehearsal
from tests.rehearsal.bolt_bot import MANIFEST, Tiny, by_http, by_socket

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def rehearsal() -> AsyncIterator[Rehearsal]:
    """A running rehearsal with Ana, Ben and Mara in #general, and the bot with them."""
    async with Rehearsal(manifest=MANIFEST, start=START) as running:
        ids = [running.control.add_person(name, tz="Europe/Lisbon").id for name in ("ana", "ben", "mara")]
        running.control.add_channel("general", members=ids)
        yield running


@pytest.fixture
async def bot(rehearsal: Rehearsal) -> AsyncIterator[Tiny]:
    """The tiny bot, connected by one socket."""
    async with by_socket(rehearsal) as connected:
        yield connected


@pytest.fixture(params=["socket", "http"])
async def either_bot(rehearsal: Rehearsal, request: pytest.FixtureRequest) -> AsyncIterator[Tiny]:
    """The tiny bot, once by socket and once by signed HTTP."""
    connect = by_socket if request.param == "socket" else by_http
    async with connect(rehearsal) as connected:
        yield connected

"""The clock, waiting, and additional routes."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from rehearsal.server import Rehearsal
from rehearsal.state.clock import Clock
from tests.rehearsal.bolt_bot import MANIFEST

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def test_time_goes_only_forward_and_tells_its_listeners(rehearsal: Rehearsal) -> None:
    """Listeners are awaited in order with the new instant."""
    heard: list[datetime] = []

    async def listen(now: datetime) -> None:
        heard.append(now)

    stop = rehearsal.workspace.clock.on_moved(listen)
    await rehearsal.control.move(timedelta(days=1))
    stop()
    await rehearsal.control.move_to(START + timedelta(days=7))
    assert heard == [START + timedelta(days=1)]
    assert rehearsal.workspace.clock.now() == START + timedelta(days=7)
    with pytest.raises(ValueError, match="only goes forward"):
        await rehearsal.control.move_to(START)


def test_a_start_without_zone_is_refused() -> None:
    """The error says what to write."""
    with pytest.raises(ValueError, match="time zone"):
        Clock(datetime(2026, 11, 23))  # noqa: DTZ001 - that is the mistake


async def test_waiting_in_vain_shows_the_screen(rehearsal: Rehearsal) -> None:
    """The AssertionError describes the workspace."""
    await rehearsal.control.as_person("ana").say("general", "only this")
    with pytest.raises(AssertionError, match=r"general.*only this"):
        await rehearsal.workspace.until(lambda _: False, timeout=0.05)


async def test_unread_messages_are_marked_until_read(rehearsal: Rehearsal) -> None:
    """A message is unread for every member but the author."""
    message = await rehearsal.control.as_person("ana").say("general", "news")
    ana, ben = (rehearsal.control.as_person(name) for name in ("ana", "ben"))
    assert ben.person.unread == {message.channel: message.ts}
    assert message.channel not in ana.person.unread
    ben.read(message.channel)
    assert ben.person.unread == {}


async def test_timestamps_never_repeat_though_time_stands_still(rehearsal: Rehearsal) -> None:
    """A thousand timestamps at one instant increase."""
    stamps = [rehearsal.workspace.new_ts() for _ in range(1000)]
    assert sorted(set(stamps)) == stamps


async def test_more_can_be_served_by_the_same_server() -> None:
    """`extra` gets the app before the server starts."""

    def add(app: FastAPI) -> None:
        app.add_api_route("/hello", lambda: {"hello": "there"})

    async with Rehearsal(manifest=MANIFEST, start=START, extra=add) as rehearsal, httpx.AsyncClient() as http:
        assert (await http.get(f"{rehearsal.url}/hello")).json() == {"hello": "there"}


async def test_two_rehearsals_run_side_by_side() -> None:
    """Two workspaces with the same ids are independent."""
    async with (
        Rehearsal(manifest=MANIFEST, start=START, team_id="T0ONE") as one,
        Rehearsal(manifest=MANIFEST, start=START, team_id="T0TWO") as two,
    ):
        first, second = one.control.add_person("ana"), two.control.add_person("bea")
        assert first.id == second.id
        assert one.bot_token != two.bot_token
        assert one.url != two.url


async def test_who_and_where_is_not_there_is_said(rehearsal: Rehearsal) -> None:
    """An unknown name raises an error that names it."""
    with pytest.raises(LookupError, match="Nobody here is called zed"):
        rehearsal.control.as_person("zed")
    with pytest.raises(LookupError, match="no channel attic"):
        rehearsal.workspace.channel("attic")
    with pytest.raises(AttributeError, match="no shoes"):
        await rehearsal.control.change_person("ana", shoes=2)

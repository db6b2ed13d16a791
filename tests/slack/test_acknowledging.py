"""A request is acknowledged as soon as its listener does so; the listener goes on."""

import asyncio

import pytest
from slack_bolt.context.async_context import AsyncBoltContext
from structlog.testing import capture_logs

from bot.slack.acknowledging import GOING_ON, Acknowledgement, until_acknowledged, use_acknowledgement


async def test_what_comes_after_the_acknowledgement_is_not_waited_for() -> None:
    """It goes on until it ends, and is held until then."""
    ack, may_end, ended = Acknowledgement(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await ack("On its way.")
        await may_end.wait()
        ended.set()

    await until_acknowledged(ack, work())
    assert ack.response
    assert "On its way." in str(ack.response.body)
    assert not ended.is_set()
    (going_on,) = GOING_ON
    may_end.set()
    await going_on
    assert ended.is_set()
    assert not GOING_ON


async def test_who_never_acknowledges_is_acknowledged_at_the_end_or_in_time() -> None:
    """With an empty answer."""
    at_the_end, in_time, may_end = Acknowledgement(), Acknowledgement(), asyncio.Event()
    may_end.set()
    await until_acknowledged(at_the_end, _wait(may_end))
    may_end.clear()
    await until_acknowledged(in_time, _wait(may_end), patience=0.01)
    for ack in (at_the_end, in_time):
        assert ack.response
        assert (ack.response.status, ack.response.body) == (200, "")
    may_end.set()
    await asyncio.gather(*GOING_ON)


async def test_an_error_before_the_acknowledgement_is_raised_and_one_after_it_is_logged() -> None:
    """Nobody waits for the second one."""
    ack = Acknowledgement()
    with pytest.raises(ZeroDivisionError):
        await until_acknowledged(ack, _fail())
    assert ack.response is None

    async def acknowledge_and_fail() -> None:
        await ack()
        await asyncio.sleep(0)
        await _fail()

    with capture_logs() as logs:
        await until_acknowledged(ack, acknowledge_and_fail())
        await asyncio.gather(*GOING_ON, return_exceptions=True)
    assert [(entry["event"], repr(entry["exc_info"])) for entry in logs] == [
        ("listener.failed", "ZeroDivisionError('after')")
    ]


async def test_a_request_gets_an_acknowledgement_that_can_be_waited_for() -> None:
    """Bolt's own can't be."""
    context = AsyncBoltContext({})

    async def next_() -> str:
        return "went on"

    assert await use_acknowledgement(context, next_) == "went on"
    assert isinstance(context.ack, Acknowledgement)


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _fail() -> None:
    raise ZeroDivisionError("after")

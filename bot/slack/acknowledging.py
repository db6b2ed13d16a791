"""Acknowledging a request from Slack as soon as its listener does, while the listener goes on."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

log = structlog.get_logger(__name__)

GOING_ON: set[asyncio.Task[None]] = set()
"""What listeners do after their acknowledgement; asyncio itself may forget a task that nobody holds."""


class Acknowledgement(AsyncAck):
    """An acknowledgement that can be waited for."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # of Bolt's
        self.given = asyncio.Event()

    async def __call__(self, *words: Any, **answer: Any) -> BoltResponse:
        """Acknowledge."""
        response = await super().__call__(*words, **answer)
        self.given.set()
        return response


async def use_acknowledgement(context: AsyncBoltContext, next_: Callable[[], Awaitable[Any]]) -> Any:
    """Give the request an `Acknowledgement` in the place of Bolt's own; this is a middleware of Bolt."""
    context["ack"] = Acknowledgement()
    return await next_()


async def until_acknowledged(
    ack: Acknowledgement, work: Coroutine[Any, Any, None], patience: float | None = None
) -> None:
    """
    Run *work* until it has acknowledged or ended, or for *patience* seconds; acknowledge if it didn't.

    Bolt sends the acknowledgement as soon as the listener, which awaits this, returns; *work* goes on in a task of its
    own. An error in it is raised before the acknowledgement, and logged after it.
    """
    task, given = asyncio.ensure_future(work), asyncio.ensure_future(ack.given.wait())
    await asyncio.wait({task, given}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    given.cancel()
    if task.done() and ack.response is None:
        task.result()
    else:
        GOING_ON.add(task)
        task.add_done_callback(_finished)
    if ack.response is None:
        await ack()


def _finished(task: asyncio.Task[None]) -> None:
    GOING_ON.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log.error("listener.failed", exc_info=error)

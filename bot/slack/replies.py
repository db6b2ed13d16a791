"""Answers within Slack's time limits, and sentences for errors."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError

from bot.core.errors import BotError, InvalidInput
from bot.slack.blocks import Block, Message, escape, modal, section

Say = Callable[..., Awaitable[Any]]
Nearest = Callable[[BotError], Message | None]

PATIENCE_SECONDS = 1.5
"""How long an answer may take to go into the acknowledgement; Slack waits for three seconds."""
WHAT_IS_LEFT_SECONDS = 0.5
"""The same after a call to Slack, which may take a second or two."""
SETTLING_SECONDS = 0.5
"""How long Slack gets to draw the modal of an acknowledgement before it is replaced."""

log = structlog.get_logger(__name__)


def reference() -> str:
    """Return four characters that stand in the answer and in the log."""
    return secrets.token_hex(2).upper()


def sorry(error: Exception) -> str:
    """Return the sentence for an error; an unexpected one is logged, with a reference that the sentence names."""
    if isinstance(error, BotError):
        return str(error)
    code = reference()
    log.error("unexpected", reference=code, error=type(error).__name__, exc_info=error)
    return f"That didn't work, and nothing was changed. Reference {code}."


@asynccontextmanager
async def replies(respond: Say, *, draw: Nearest | None = None) -> AsyncIterator[None]:
    """Answer an error inside with `respond`, only to the person who asked; *draw* may add buttons to it."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the last line before silence
        message = error_message(error, draw)
        beside = {} if isinstance(respond, AsyncAck) else {"replace_original": False}
        await respond(**message.answer(), **beside)


@asynccontextmanager
async def field_errors(ack: AsyncAck, *, first_field: str) -> AsyncIterator[None]:
    """
    Show an error inside in the modal: under its field, or under *first_field* when it has none.

    The listener acknowledges by itself when there is none.
    """
    try:
        yield
    except InvalidInput as error:
        await ack(response_action="errors", errors=error.fields or {first_field: str(error)})
    except Exception as error:  # noqa: BLE001 - the last line before silence
        await ack(response_action="errors", errors={first_field: sorry(error)})


@asynccontextmanager
async def modal_replies(client: Any, view_id: str) -> AsyncIterator[None]:
    """Show an error inside in the place of the modal *view_id*, unless that was closed meanwhile."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the last line before silence
        if not _is_closed(error):
            with suppress(SlackApiError):  # closed in this very moment: nobody waits for the sentence
                await client.views_update(view_id=view_id, view=told(sorry(error)))


async def answer_in_time(
    ack: AsyncAck, respond: Say, work: Awaitable[Message | None], *, draw: Nearest | None = None
) -> None:
    """
    Answer a command with what *work* returns: in the acknowledgement when it is quick, else by `respond`.

    None is returned by work that has answered by itself, with a modal. An error is raised while the acknowledgement is
    due, for the caller's `replies(ack)`.
    """
    drawing = asyncio.ensure_future(work)
    quick, _ = await asyncio.wait({drawing}, timeout=PATIENCE_SECONDS)
    if quick:
        answer = drawing.result()
        await ack(**(answer.answer() if answer else {}))
        return
    await ack()
    async with replies(respond, draw=draw):
        if answer := await drawing:
            await respond(**answer.answer())


async def answer_in_window(
    ack: AsyncAck,
    client: Any,
    view_id: str,
    work: Awaitable[Block],
    *,
    title: str,
    patience: float = PATIENCE_SECONDS,
) -> None:
    """
    Put the view that *work* returns, or the sentence for its error, in the place of the modal that was sent.

    It goes into the acknowledgement when it takes less than *patience* seconds. Else a waiting modal does, which is
    replaced after `SETTLING_SECONDS` at the earliest: an update that reaches Slack before the acknowledgement would be
    covered by the waiting modal for good.
    """
    drawing = asyncio.ensure_future(_view_or_sorry(work))
    quick, _ = await asyncio.wait({drawing}, timeout=patience)
    if quick:
        await ack(response_action="update", view=drawing.result())
        return
    await ack(response_action="update", view=waiting(title))
    await asyncio.sleep(SETTLING_SECONDS)
    view = await drawing
    with suppress(SlackApiError):  # the window was closed meanwhile
        await client.views_update(view_id=view_id, view=view)


async def _view_or_sorry(work: Awaitable[Block]) -> Block:
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - the last line before silence
        return told(sorry(error))


def told(words: str, title: str = "That didn't work") -> Block:
    """Return a modal that only says something."""
    return modal(title, [section(escape(words))], callback_id="told", close="Close")


def waiting(title: str) -> Block:
    """Return a modal to show until the real one is drawn: a trigger is valid for three seconds."""
    return modal(title, [section("One moment…")], callback_id="waiting", close="Close")


def _is_closed(error: Exception) -> bool:
    """Return whether Slack says that the modal isn't there any more."""
    data = error.response.data if isinstance(error, SlackApiError) else None
    return isinstance(data, dict) and data.get("error") == "not_found"


def error_message(error: Exception, suggest: Nearest | None = None) -> Message:
    """Return the sentence for *error*, or what *suggest* draws of an error that can offer buttons."""
    if suggest and isinstance(error, BotError) and (drawn := suggest(error)):
        return drawn
    words = escape(sorry(error))
    return Message(text=words, blocks=[section(words)])


def people_in(body: Mapping[str, Any]) -> str:
    """Return who sent a payload: the id of its user."""
    user = body.get("user_id") or body.get("user") or {}
    return str(user if isinstance(user, str) else user.get("id", ""))


def workspace_in(body: Mapping[str, Any]) -> str:
    """Return the workspace of a payload: the team, or the org of an org-wide installation."""
    if body.get("is_enterprise_install") in {True, "true"}:
        return str(body.get("enterprise_id") or (body.get("enterprise") or {}).get("id") or "")
    team = body.get("team_id") or body.get("team") or (body.get("user") or {}).get("team_id") or ""
    return str(team if isinstance(team, str) else team.get("id", ""))


def actions_in(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the controls that were used, as Slack sends them."""
    return body.get("actions") or ()

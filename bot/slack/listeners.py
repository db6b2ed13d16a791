"""
`Listeners` makes a `Caller` of a request from Slack, acknowledges it in time and answers errors; the listener, a
function of that `Caller`, parses, runs one use case and answers.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from re import Pattern
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.core.errors import BotError, InvalidInput
from bot.core.runtime import Runtime
from bot.slack.acknowledging import until_acknowledged
from bot.slack.blocks import Block
from bot.slack.callers import PATIENCE_SECONDS, PRESS_PATIENCE_SECONDS, Caller, Nearest
from bot.slack.message_refs import MessageLocks
from bot.slack.modals import error_sentence, notice_modal
from bot.slack.payloads import person_in, workspace_in

Listener = Callable[[Caller], Awaitable[None]]
OptionsListener = Callable[[Caller], Awaitable[Iterable[Block]]]

NO_FIELDS: Mapping[str, str] = {}

log = structlog.get_logger(__name__)


class Listeners:
    """
    Registers functions of a `Caller` with Bolt.

    Each method takes what Slack names in the request (a command, an action id, a callback id) and the listener. *audit*
    is passed to each caller. A command or an event is acknowledged after *patience* seconds, and a press after
    *press_patience*, of the three that Slack waits for, even if what they do isn't stored by then.
    """

    def __init__(
        self,
        app: AsyncApp,
        runtime: Runtime,
        *,
        audit: Callable[..., object] | None = None,
        patience: float = PATIENCE_SECONDS,
        press_patience: float = PRESS_PATIENCE_SECONDS,
    ) -> None:
        self._app, self._runtime, self._audit = app, runtime, audit
        self._patience, self._press_patience = patience, press_patience
        self._locks = MessageLocks()

    def command(self, name: str, listener: Listener, *, suggest: Nearest | None = None) -> None:
        """
        Register a command. Its first answer goes into the acknowledgement if it comes within *patience* seconds.

        *suggest* draws errors that can offer buttons, such as for the names that were meant.
        """

        async def handle(body: dict[str, Any], context: AsyncBoltContext) -> None:
            caller = self._caller(body, context)
            work = _explaining(listener, caller, suggest=suggest)
            await until_acknowledged(caller.ack, work, self._patience)

        self._app.command(name)(handle)

    def action(self, control: str | dict[str, str | Pattern[str]], listener: Listener, *, title: str = "") -> None:
        """
        Register a button or menu, which is acknowledged as soon as what it does is stored.

        With a *title* errors open a modal of that title.
        """
        self._app.action(control)(self._press(listener, title))

    def shortcut(self, callback_id: str, listener: Listener) -> None:
        """Register a shortcut, which is acknowledged as a press is."""
        self._app.shortcut(callback_id)(self._press(listener))

    def view(
        self,
        callback_id: str,
        listener: Listener,
        *,
        first_field: str = "",
        fields: Mapping[str, str] = NO_FIELDS,
        prefix: str = "",
    ) -> None:
        """
        Register a modal's submission; it closes when the listener returns without an acknowledgement.

        An error stands under the block that *fields* gives for the field it names, else the one that is called like it
        after *prefix*; what follows a colon in the id of a block doesn't matter. Where that block isn't shown the error
        stands under *first_field*, by default the modal's first input.
        """

        async def submit(caller: Caller) -> None:
            try:
                await listener(caller)
            except Exception as error:
                if caller.is_acknowledged:
                    log.exception("listener.failed", callback_id=callback_id)
                else:
                    await _refuse_submission(caller, error, first_field, fields, prefix)

        async def handle(body: dict[str, Any], context: AsyncBoltContext) -> None:
            caller = self._caller(body, context)
            await until_acknowledged(caller.ack, submit(caller))

        self._app.view(callback_id)(handle)

    def options(self, action_id: str, listener: OptionsListener) -> None:
        """Register a menu that asks for options; a person who is refused gets none."""

        async def handle(body: dict[str, Any], context: AsyncBoltContext) -> None:
            found: Iterable[Block] = ()
            with suppress(BotError):
                found = await listener(self._caller(body, context, audited=False))
            await context.ack(options=list(found))

        self._app.options(action_id)(handle)

    def event(self, kind: str, listener: Listener) -> None:
        """
        Register an event, which is acknowledged once what it does is stored. Errors are only logged: nobody waits.

        If the database is away it isn't acknowledged, so that Slack sends it again, three times within six minutes.
        """

        async def handle(body: dict[str, Any], context: AsyncBoltContext) -> None:
            caller = replace(self._caller(body, context, audited=False), is_press=True)
            await until_acknowledged(caller.ack, _logging(listener, caller, kind), self._patience)

        self._app.event(kind)(handle)

    def _press(self, listener: Listener, title: str = "") -> Callable[..., Awaitable[None]]:
        async def handle(body: dict[str, Any], context: AsyncBoltContext) -> None:
            caller = replace(self._caller(body, context), is_press=True)
            work = _explaining(listener, caller, title=title)
            await until_acknowledged(caller.ack, work, self._press_patience)

        return handle

    def _caller(self, body: dict[str, Any], context: AsyncBoltContext, *, audited: bool = True) -> Caller:
        workspace, person = workspace_in(body), person_in(body)
        if "event" in body:
            workspace, person = installed_in(body, context), context.user_id or ""
        audit = self._audit if audited else None
        return Caller(workspace, person, body, context, self._runtime, self._locks, audit)


def installed_in(body: Mapping[str, Any], context: AsyncBoltContext) -> str:
    """Return the workspace of a payload or an event: the team, or the org of an org-wide installation."""
    if context.is_enterprise_install:
        return context.enterprise_id or ""
    return context.team_id or workspace_in(body)


async def _logging(listener: Listener, caller: Caller, kind: str) -> None:
    try:
        await listener(caller)
    except Exception as error:
        log.exception("event.failed", kind=kind, error=type(error).__name__)
        if isinstance(error, SQLAlchemyError) and not caller.is_acknowledged:
            caller.ack.response = BoltResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)


async def _explaining(listener: Listener, caller: Caller, *, suggest: Nearest | None = None, title: str = "") -> None:
    try:
        await listener(caller)
    except Exception as error:  # noqa: BLE001 - the last line before silence
        await caller.explain(error, suggest=suggest, title=title)


async def _refuse_submission(
    caller: Caller, error: Exception, first_field: str, fields: Mapping[str, str], prefix: str
) -> None:
    """Show the sentences of *error* under the inputs they belong to; in place of a modal that has none."""
    shown = [str(block["block_id"]) for block in caller.view.get("blocks") or () if block.get("type") == "input"]
    named = error.fields if isinstance(error, InvalidInput) else {}
    placed = {fields.get(name) or f"{prefix}{name}": sentence for name, sentence in named.items()}
    errors = {one: placed[key] for one in shown for key in {one, one.partition(":")[0]} if key in placed}
    if errors or shown or first_field:
        await caller.ack(response_action="errors", errors=errors or {first_field or shown[0]: error_sentence(error)})
    else:
        await caller.show(notice_modal(error_sentence(error)))

"""A `Caller` holds what a listener needs of a request from Slack, and answers it."""

import asyncio
import html
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, TypeVar, cast
from uuid import UUID

import structlog
from slack_bolt.async_app import AsyncRespond
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import BotError, NotAllowed, NotFound
from bot.core.feature import Feature
from bot.core.runtime import Runtime
from bot.slack import blocks as ui
from bot.slack.acknowledging import Acknowledgement
from bot.slack.again import EXPIRED_TRIGGER, offer_again
from bot.slack.blocks import Block, Message
from bot.slack.clients import build_respond
from bot.slack.commands import PLAIN_NAMES
from bot.slack.message_refs import MessageLocks, MessageRef, is_slacks, update_message
from bot.slack.modals import error_sentence, loading_modal, notice_modal
from bot.slack.payloads import Form, actions_in, value_in

T = TypeVar("T")
Ref = TypeVar("Ref", bound=MessageRef)
Nearest = Callable[[BotError], Message | None]

PATIENCE_SECONDS = 1.5
"""How long an answer may take to go into the acknowledgement; Slack waits for three seconds."""
PRESS_PATIENCE_SECONDS = 2.5
"""How long a press waits for what it does to be stored before it is acknowledged all the same."""
WHAT_IS_LEFT_SECONDS = 0.5
"""The same after a call to Slack, which may take a second or two."""
SETTLING_SECONDS = 0.5
"""How long Slack gets to draw the modal of an acknowledgement before it is replaced."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Caller:
    """
    A request from Slack: who sent it, from which workspace, what it says, and how to answer.

    *audit* is the use case `(session, *, by, action, key, now)` that records that the person was refused. A *press* of
    a button, menu or shortcut, or an event, is acknowledged once a use case has stored what it does, and never with an
    answer.
    """

    workspace: str
    person: str
    body: Mapping[str, Any]
    context: AsyncBoltContext
    runtime: Runtime
    locks: MessageLocks
    audit: Callable[..., object] | None = None
    is_press: bool = False

    @property
    def client(self) -> AsyncWebClient:
        """The client for calls to Slack in this workspace."""
        return self.context.client

    @property
    def ack(self) -> Acknowledgement:
        """Acknowledges the request; `Listeners` calls it where the listener doesn't."""
        return cast("Acknowledgement", self.context.ack)

    @property
    def is_acknowledged(self) -> bool:
        """Whether Slack has been answered already."""
        return self.ack.response is not None

    @property
    def can_answer_at_once(self) -> bool:
        """Whether the acknowledgement is due and may hold an answer."""
        return not (self.is_press or self.is_acknowledged)

    @property
    def features(self) -> tuple[Feature, ...]:
        """All features, for queries that collect what each contributes."""
        return self.runtime.features

    @property
    def text(self) -> str:
        """The words after a command, as they were typed: Slack escapes three characters."""
        return html.unescape(str(self.body.get("text") or "")).strip()

    @property
    def typed(self) -> str:
        """What was typed so far into a menu that asks for options."""
        return str(self.body.get("value") or "")

    @property
    def value(self) -> str:
        """The value of the button or menu option that was used."""
        return value_in(self.body)

    @property
    def url(self) -> str:
        """The address that answers to this request go to; empty in a modal and on Home."""
        return str(self.body.get("response_url") or "")

    @property
    def view(self) -> Mapping[str, Any]:
        """The modal or Home that was sent or that the control stands in; empty for a message."""
        return self.body.get("view") or {}

    @property
    def modal(self) -> Mapping[str, Any] | None:
        """The modal that the control stands in; None for a message and for Home."""
        return self.view if self.view.get("type") == "modal" else None

    @property
    def form(self) -> Form:
        """What was entered into the view."""
        return Form.of(self.view)

    @property
    def action(self) -> str:
        """What was asked for: the command, the callback id, or the control's id; of a menu, the option's first part."""
        used = next(iter(actions_in(self.body)), {})
        chosen = str((used.get("selected_option") or {}).get("value") or "").rpartition(":")[0]
        names = (chosen, used.get("action_id"), self.body.get("command"), self.body.get("callback_id"))
        return next((str(name) for name in names if name), str(self.view.get("callback_id") or ""))

    async def run(self, use_case: Callable[..., T], **inputs: Any) -> T:
        """Run *use_case* `(session, *, by, …, now)` in one transaction for this person; refusals are audited."""
        work = self.runtime.run(use_case, workspace=self.workspace, by=self.person, **inputs)
        result = await self._audited(work, inputs)
        if self.is_press and not self.is_acknowledged:
            await self.ack()
        return result

    async def run_batches(self, work: Callable[..., T], **inputs: Any) -> T:
        """Run *work* `(batches, *, by, …)`, whose steps are transactions of their own; refusals are audited."""
        working = self.runtime.run_batches(work, workspace=self.workspace, by=self.person, **inputs)
        return await self._audited(working, inputs)

    async def read(self, query: Callable[..., T], **inputs: Any) -> T:
        """Run *query* `(session, *, viewer, …, now)`, which changes nothing, for this person; refusals are audited."""
        work = self.runtime.read(query, workspace=self.workspace, viewer=self.person, **inputs)
        return await self._audited(work, inputs)

    async def check(self, use_case: Callable[..., T], **inputs: Any) -> T:
        """Run *use_case* `(session, *, by, …, now)` as `read`: one that only looks at what would be done."""
        work = self.runtime.read(use_case, workspace=self.workspace, by=self.person, **inputs)
        return await self._audited(work, inputs)

    async def respond(self, message: Message) -> None:
        """
        Answer to this person alone: in the acknowledgement while that is due, else below what they used, or in a modal
        where nothing can stand below it.
        """
        if self.can_answer_at_once:
            await self.ack(**message.answer())
        elif self.url:
            await self.answer_at(self.url, message)
        else:
            await self.open(ui.modal("Done", list(message.blocks), callback_id="told", close="Close"))

    async def replace(self, message: Message) -> None:
        """Put *message* in the place of the one that the control stands in."""
        await self.answer_at(self.url, message, replaces=True)

    async def answer_at(
        self, url: str, message: Message, *, replaces: bool = False, instead: Message | None = None
    ) -> None:
        """
        Answer at the *url* of this request or of an earlier one, below what was used there or, if it *replaces*, in its
        place. An address takes five answers within 30 minutes; after that *instead*, by default *message*, is sent to
        the person's direct messages.
        """
        if url == self.url:
            respond = cast("AsyncRespond", self.context.respond)
        elif is_slacks(self.client, url):
            respond = build_respond(url, getattr(self.client, "names", PLAIN_NAMES))
        else:
            return
        answer = message.replacement() if replaces else {**message.answer(), "replace_original": False}
        response = await respond(**answer)
        if response is not None and response.status_code == HTTPStatus.NOT_FOUND:
            await self.send(instead or message)

    async def send(self, message: Message) -> None:
        """Send *message* to the person's direct messages with the bot."""
        await self.client.chat_postMessage(channel=self.person, **message.body())

    async def open(self, view: Block) -> str:
        """
        Open a modal, on top of the one that the control stands in if there is one; return the new view's id.

        The request is acknowledged first, since Slack may take its time to open a modal. When the trigger has expired,
        the person gets a button that repeats the request, and the id is empty.
        """
        if not self.is_acknowledged:
            await self.ack()
        opener = self.client.views_push if self.modal else self.client.views_open
        try:
            return str((await opener(trigger_id=self.body["trigger_id"], view=view))["view"]["id"])
        except SlackApiError as error:
            if error.response.data["error"] not in EXPIRED_TRIGGER:
                raise
        message = offer_again(self.body)
        await (self.answer_at(self.url, message) if self.url else self.send(message))
        return ""

    async def show(self, view: Block) -> None:
        """Put *view* in the place of the modal that was sent."""
        await self.ack(response_action="update", view=view)

    async def show_in_time(self, work: Awaitable[Block], *, title: str, patience: float = PATIENCE_SECONDS) -> None:
        """
        Put the view that *work* returns, or its error, in the place of the modal that was sent.

        It goes into the acknowledgement when it takes less than *patience* seconds. Else a loading modal does, which is
        replaced after `SETTLING_SECONDS` at the earliest: an update that reaches Slack before the acknowledgement would
        be covered by the loading modal for good.
        """
        view = asyncio.ensure_future(_view_or_notice(work))
        quick, _ = await asyncio.wait({view}, timeout=patience)
        if quick:
            await self.show(view.result())
            return
        await self.show(loading_modal(title))
        await asyncio.sleep(SETTLING_SECONDS)
        with suppress(SlackApiError):  # the modal was closed meanwhile
            await self.client.views_update(view_id=self.view["id"], view=await view)

    async def open_in_time(self, work: Callable[[], Awaitable[Block]], *, title: str) -> None:
        """Open a loading modal at once, and put the view that *work* returns, or its error, in its place."""
        if view_id := await self.open(loading_modal(title)):
            await self.update_from(work(), view_id)

    async def update(self, view: Block, view_id: str = "") -> None:
        """Put *view* in the place of the modal that the control stands in, or of *view_id*, unless it was closed."""
        try:
            await self.client.views_update(view_id=view_id or self.view["id"], view=view)
        except SlackApiError as error:
            if error.response.data["error"] != "not_found":
                raise

    async def update_from(self, work: Awaitable[Block], view_id: str = "") -> None:
        """`update` with the view that *work* returns, or with a modal that shows its error."""
        await self.update(await _view_or_notice(work), view_id)

    async def redraw(self, ref: Ref, draw: Callable[["Caller", Ref], Awaitable[Message]]) -> None:
        """
        Replace the message of *ref* by what *draw* returns; nothing happens if its kind is `none`.

        *draw* reads once the redraw before has been sent. A refusal in it isn't audited: the person asked for nothing.
        """
        if ref.kind == "none":
            return
        async with self.locks.at(ref.channel or self.person, ref.ts):
            message = await draw(replace(self, audit=None), ref)
            if ref.channel and ref.ts:
                await update_message(self.client, ref.channel, ref.ts, message)
            else:
                await self.answer_at(ref.url, message, replaces=True)

    async def finish(
        self, ref: Ref, draw: Callable[["Caller", Ref], Awaitable[Message]], view: Block | None = None
    ) -> None:
        """Close the modal that was sent, or show *view* in its place, and redraw the message it was opened from."""
        if view is None and ref.kind == "none":
            view = notice_modal("Saved.", "Saved")
        await (self.show(view) if view else self.ack())
        await self.redraw(ref, draw)

    async def explain(self, error: Exception, *, suggest: Nearest | None = None, title: str = "") -> None:
        """
        Answer with the sentence for *error*, below what was used or in a modal where there is no message.

        With a *title* it is always a modal of that title. *suggest* draws errors that can offer buttons.
        """
        message = suggest(error) if suggest and isinstance(error, BotError) else None
        if message is None:
            words = ui.escape(error_sentence(error))
            message = Message(text=words, blocks=[ui.section(words)])
        if not title and (self.url or self.can_answer_at_once):
            await self.respond(message)
        else:
            await self.open(ui.modal(title or "That didn't work", message.blocks, callback_id="told", close="Close"))

    async def audit_refusal(self, error: BotError, key: str = "") -> None:
        """Record that the person was refused, for the id *key*, by default the value of what they used."""
        is_unknown_name = "command" in self.body and not isinstance(error, NotAllowed)
        if self.audit and not is_unknown_name:
            about = {"action": self.action, "key": key or self.value or self.action}
            await self.runtime.run(self.audit, workspace=self.workspace, by=self.person, **about)

    async def _audited(self, work: Awaitable[T], inputs: Mapping[str, Any]) -> T:
        """Await *work*; record a refusal, by the first of *inputs* that is a UUID or is called `subject_id`."""
        try:
            return await work
        except (NotAllowed, NotFound) as error:
            ids = (str(value) for name, value in inputs.items() if isinstance(value, UUID) or name == "subject_id")
            await self.audit_refusal(error, next(ids, ""))
            raise


async def _view_or_notice(work: Awaitable[Block]) -> Block:
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - the last line before silence
        return notice_modal(error_sentence(error))

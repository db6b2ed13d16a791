"""Carries owed notifications to Slack: each once, whatever breaks in between."""

import asyncio
import html
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot.core import outbox
from bot.core.claiming import claim
from bot.core.feature import Feature, Refresh
from bot.core.outbox import LEASE, SLACKS_ANSWER, ClaimedMessage, Post
from bot.core.runtime import Runtime
from bot.core.schemas import Notification
from bot.people.queries import list_openings
from bot.slack.blocks import Message
from bot.slack.clients import NOT_SLACKS, error_code, retry_after
from bot.workspaces.queries import UNINSTALLED_WORKSPACES
from bot.workspaces.usecases import uninstall_workspace
from jobs.group_commit import GroupCommit

Clients = Callable[[str], AsyncWebClient]
"""Slack's client for a workspace id."""

OnDead = Callable[[Runtime, ClaimedMessage, str, str], Awaitable[None]]
"""
`on_dead(runtime, message, reason, text)`: what happens when Slack refuses a notification for good: somebody is told.
*text* is what it says in plain words, nothing where that isn't so any more. It may be called again after an error.
"""

Delivery = asyncio.Task[None]
"""A message on its way, or being looked for."""

METADATA_EVENT = "evenhand_notification"
UNCLEAR_ANSWERS = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", NOT_SLACKS})
UNINSTALLED = frozenset({"token_revoked", "account_inactive"})  # what Slack answers once the app is removed
REFUSALS = frozenset({
    "cannot_dm_bot", "cannot_reply_to_message", "channel_is_limited_access", "channel_not_found", "invalid_arguments",
    "invalid_blocks", "invalid_blocks_format", "invalid_metadata_format", "invalid_metadata_schema",
    "invalid_user_combination", "is_archived", "message_limit_exceeded", "metadata_too_large",
    "method_not_supported_for_channel_type", "msg_blocks_too_long", "msg_too_long", "no_text", "not_in_channel",
    "restricted_action", "restricted_action_non_threadable_channel", "restricted_action_read_only_channel",
    "restricted_action_thread_locked", "restricted_action_thread_only_channel", "too_many_attachments",
    "user_disabled", "user_not_found", "user_not_visible",
})  # fmt: skip
"""
What Slack answers when it will never take this message, or nothing for this recipient. After any other error, such as
one about the token, the organisation or an error that is new, the message waits.
"""
NOBODY_THERE = frozenset({"user_disabled", "user_not_found", "user_not_visible"})  # of `REFUSALS`: the person is gone
CHANNEL, TIMESTAMP = re.compile("[A-Z0-9]{1,32}"), re.compile(r"\d{1,20}\.\d{1,10}")
SERVER_ERROR = 500
LEAST_LEASE_LEFT = timedelta(seconds=5)
CHART_REFUSED = "invalid_blocks"  # Slack's answer to a chart where it doesn't draw them yet
SKEW = timedelta(minutes=70)  # how far Slack's clock and ours may be apart; a look-back reaches that far either way
LOOK_BACK_PAGE = 200
LOOK_BACK_PAGES = 50
AT_ONCE = 48  # enough for 200 channels, a message a second in each, where Slack takes a fifth of a second over one
CLAIMED_AT_ONCE = 96  # those that wait for their turn included
LOOK_AGAIN_SECONDS = 1.0  # while slow ones are on their way, what came up meanwhile is sent

log = structlog.get_logger(__name__)


class Unclear(Exception):
    """Slack may or may not have taken it."""


class Refused(Exception):
    """Slack will not take it."""


class Outdated(Exception):
    """What it says isn't so any more."""


class AskedToWait(Exception):
    """Slack asked for a pause of that many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"ratelimited, {seconds} s")
        self.seconds = seconds


class NotSent(Exception):
    """It certainly didn't reach Slack."""


@dataclass
class Dispatcher:
    """One round of delivery."""

    runtime: Runtime
    clients: Clients
    on_dead: OnDead

    def __post_init__(self) -> None:
        """Begin without anything on its way."""
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._sending = GroupCommit(partial(self._store, outbox.mark_sending))
        self._sent = GroupCommit(partial(self._store, outbox.mark_sent))

    async def deliver_all(self) -> int:
        """
        Send what is due, or look for it where it may have been sent; return how many were claimed.

        `AT_ONCE` are on their way at most, and `CLAIMED_AT_ONCE` are claimed, since a claim looks at all that waits.
        A slow one holds up what goes to the same recipient, and nothing else: what comes up meanwhile is sent. Of
        several to one recipient the next one leaves with the next round.

        Raises:
            Exception: the first error that isn't Slack's, such as of the database, once nothing is on its way.
        """
        total, errors, is_full = 0, list[BaseException](), True
        running: set[Delivery] = set()
        while running or (is_full and not errors):
            room = 0 if errors else CLAIMED_AT_ONCE - len(running)
            claimed = await self._claim(room)
            total += len(claimed)
            running |= {asyncio.create_task(work) for work in claimed}
            is_full = 0 < room == len(claimed)
            done, running = await self._some_of(running)
            errors += [error for task in done if (error := task.exception())]
        if errors:
            raise errors[0]
        return total

    async def _claim(self, room: int) -> list[Coroutine[Any, Any, None]]:
        """Claim up to *room* messages; return what delivers or looks for each."""
        if not room:
            return []
        claimed_at = self.runtime.clock.monotonic()
        claimed_messages = await self.runtime.run(
            claim, workspace=None, openings=list_openings, limit=room, passed_over=UNINSTALLED_WORKSPACES
        )
        return [self._in_turn(claimed, claimed_at) for claimed in claimed_messages]

    async def _some_of(self, running: set[Delivery]) -> tuple[set[Delivery], set[Delivery]]:
        """Wait until there is room for half of a claim, or `LOOK_AGAIN_SECONDS`; return what is done and what isn't."""
        done = set[Delivery]()
        end = asyncio.get_running_loop().time() + LOOK_AGAIN_SECONDS
        while running and (not done or len(running) > CLAIMED_AT_ONCE // 2):
            left = end - asyncio.get_running_loop().time()
            newly, running = await asyncio.wait(running, timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED)
            done |= newly
            if not newly:
                break
        return done, running

    async def _in_turn(self, claimed: ClaimedMessage, claimed_at: float) -> None:
        async with self._turns:
            await (self._look_back(claimed) if claimed.may_be_sent else self._deliver(claimed, claimed_at))

    async def _deliver(self, claimed: ClaimedMessage, claimed_at: float) -> None:
        with self.runtime.traces.span("delivery", kind=claimed.kind) as span:
            outcome = await self._try_to_deliver(claimed, claimed_at)
            span.set_attribute("outcome", outcome)
        self.runtime.measures.delivered(outcome)

    async def _try_to_deliver(self, claimed: ClaimedMessage, claimed_at: float) -> str:
        """Send a message and store what came of it; return that in a word."""
        try:
            message = await self._draw(claimed)
            channel = await self._channel_of(claimed)
            ts = await self._post(claimed, message, channel, claimed_at)
        except AskedToWait as wait:
            until = self.runtime.clock.now() + timedelta(seconds=wait.seconds)
            await self.runtime.run(outbox.pause_channel, workspace=None, claimed=claimed, until=until)
            return "rate_limited"
        except NotSent as reason:
            await self.runtime.run(outbox.requeue, workspace=None, claimed=claimed, after=None, reason=str(reason))
            return "not_sent"
        except Unclear as reason:
            log.warning("outbox.unclear", key=claimed.key, reason=str(reason))
            await self.runtime.run(outbox.mark_unknown, workspace=None, claimed=claimed, reason=str(reason))
            return "unknown"
        except Outdated as reason:
            await self.runtime.run(outbox.mark_dead, workspace=None, claimed=claimed, reason=str(reason))
            return "outdated"
        except Refused as reason:
            await self._end(claimed, str(reason), outbox.requeue)
            return "refused"
        if ts:
            await self._sent.ask(Post(claimed, channel, ts))
        return "sent" if ts else "claim_lost"

    async def _store(self, mark: Callable[..., list[bool]], posts: Sequence[Post]) -> list[bool]:
        return await self.runtime.run(mark, workspace=None, posts=posts)

    async def _draw(self, claimed: ClaimedMessage) -> Message:
        """
        Return the feature's view of the notification as it is true now.

        Raises:
            Outdated: there is nothing left to say.
            NotSent: the database is away.
            Refused: it can't be drawn; others go on.
        """
        feature, kind = self._feature_of(claimed.kind)
        try:
            notification: Notification | None = kind.model_validate(claimed.body)
            if refresh := feature.refresh.get(kind):
                about: dict[str, Any] = {"refresh": refresh, "notification": notification, "to": claimed.recipient}
                notification = await self.runtime.read(_refresh, workspace=claimed.workspace_id, **about)
            message = feature.views[kind](notification) if notification else None
        except DBAPIError as error:
            raise NotSent("the database is away") from error
        except Exception as error:
            log.exception("outbox.undrawable", key=claimed.key)
            raise Refused(f"can't be drawn: {type(error).__name__}") from error
        if message is None:
            raise Outdated("there was nothing left to say")
        assert isinstance(message, Message)  # noqa: S101 - features are ours
        return message

    def _feature_of(self, kind: str) -> tuple[Feature, type[Notification]]:
        """Return the notification of that kind, with its feature; raises `Refused` when no feature draws it."""
        for feature in self.runtime.features:
            for notification in feature.views:
                if notification.kind == kind:
                    return feature, notification
        raise Refused(f"no feature draws {kind}")

    async def _channel_of(self, claimed: ClaimedMessage) -> str:
        if not claimed.recipient.startswith(("U", "W")):
            return claimed.recipient
        opened = await self._call(claimed, "conversations.open", {"users": claimed.recipient}, writes=False)
        channel = str((opened.get("channel") or {}).get("id", ""))
        if not CHANNEL.fullmatch(channel):
            raise NotSent("an answer without a channel")
        return channel

    async def _post(self, claimed: ClaimedMessage, message: Message, channel: str, claimed_at: float) -> str | None:
        """
        Post the message, without its charts where Slack refuses them; return its timestamp.

        A refusal is definite: nothing was posted, so posting the words says nothing twice. Returns None when the claim
        was lost before a POST.
        """
        try:
            return await self._post_once(claimed, message, channel, claimed_at)
        except Refused as refusal:
            if str(refusal) != CHART_REFUSED or not message.count_charts():
                raise
            log.info("outbox.chart_refused", key=claimed.key)
            return await self._post_once(claimed, message.without_charts(), channel, claimed_at)

    async def _post_once(
        self, claimed: ClaimedMessage, message: Message, channel: str, claimed_at: float
    ) -> str | None:
        """Mark the message as being sent, then make one POST; return None when the claim was lost before it."""
        if not await self._sending.ask(Post(claimed, channel)):
            return None
        if self.runtime.clock.monotonic() - claimed_at > (LEASE - LEAST_LEASE_LEFT).total_seconds():
            raise NotSent("the claim was about to run out")
        body: dict[str, Any] = {
            **message.body(),
            "channel": channel,
            "metadata": {"event_type": METADATA_EVENT, "event_payload": {"key": claimed.key}},
        }
        if claimed.reply_to_ts:
            body["thread_ts"] = claimed.reply_to_ts
        answer = await self._call(claimed, "chat.postMessage", body, writes=True)
        ts = str(answer.get("ts"))
        if not TIMESTAMP.fullmatch(ts):
            raise Unclear("an answer without a timestamp")
        return ts

    async def _look_back(self, claimed: ClaimedMessage) -> None:
        """Find out whether an unclear notification is there: our key stands in the message's metadata."""
        try:
            channel = claimed.channel or await self._channel_of(claimed)
            ts = await self._find(claimed, channel)
        except AskedToWait as wait:
            after = timedelta(seconds=wait.seconds)
            await self.runtime.run(
                outbox.mark_unknown, workspace=None, claimed=claimed, after=after, reason="ratelimited"
            )
        except (NotSent, Unclear) as reason:
            await self.runtime.run(outbox.mark_unknown, workspace=None, claimed=claimed, reason=str(reason))
        except Refused as reason:
            await self._end(claimed, str(reason), outbox.mark_unknown)
        else:
            if ts:
                await self._sent.ask(Post(claimed, channel, ts))
            else:
                await self.runtime.run(outbox.mark_absent, workspace=None, claimed=claimed)

    async def _find(self, claimed: ClaimedMessage, channel: str) -> str | None:
        method = "conversations.replies" if claimed.reply_to_ts else "conversations.history"
        asked: dict[str, Any] = {"channel": channel, "include_all_metadata": True, "limit": LOOK_BACK_PAGE}
        asked |= _around(claimed)
        if claimed.reply_to_ts:
            asked["ts"] = claimed.reply_to_ts
        for _ in range(LOOK_BACK_PAGES):
            page = await self._call(claimed, method, asked, writes=False)
            for message in page.get("messages", ()):
                if _key_of(message) == claimed.key:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
            asked["cursor"] = cursor
        raise Unclear("too much was said in the channel to look through it all")

    async def _call(self, claimed: ClaimedMessage, method: str, body: Mapping[str, Any], *, writes: bool) -> Any:
        """One request, its failure sorted: *writes* says that a lost answer leaves the outcome unclear."""
        client = self.clients(claimed.workspace_id)
        doubt = Unclear if writes else NotSent
        try:
            return (
                await client.api_call(
                    method, json=dict(body) if writes else None, params=None if writes else dict(body)
                )
            ).data
        except SlackApiError as error:
            raise _sorted(error, doubt) from error
        except aiohttp.ClientConnectorError as error:
            raise NotSent("Slack can't be reached") from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise doubt(f"the connection broke: {type(error).__name__}") from error
        except (AttributeError, TypeError, ValueError) as error:  # what the SDK makes of a page that isn't Slack's
            raise doubt("an answer that isn't Slack's") from error

    async def _end(self, claimed: ClaimedMessage, reason: str, wait: Callable[..., None]) -> None:
        """Give up a message that was refused; where the app was removed, it waits for a new installation."""
        if reason not in UNINSTALLED:
            await self._give_up(claimed, reason)
            return
        log.warning("workspace.uninstalled", workspace=claimed.workspace_id, reason=reason)
        await self.runtime.run(uninstall_workspace, workspace=claimed.workspace_id)
        await self.runtime.run(wait, workspace=None, claimed=claimed, after=timedelta(0), reason=reason)

    async def _give_up(self, claimed: ClaimedMessage, reason: str) -> None:
        """Tell somebody before it is stored that the message is dead, since this process may die in between."""
        log.warning("outbox.dead", key=claimed.key, reason=reason)
        await self.on_dead(self.runtime, claimed, reason, await self._text_of(claimed))
        await self.runtime.run(outbox.mark_dead, workspace=None, claimed=claimed, reason=reason)

    async def _text_of(self, claimed: ClaimedMessage) -> str:
        try:
            return html.unescape((await self._draw(claimed)).text)
        except (Outdated, NotSent, Refused):
            return ""


def _refresh(
    session: Session, *, refresh: Refresh, notification: Notification, to: str, now: datetime
) -> Notification | None:
    return refresh(session, notification, to, now)


async def deliver_outbox(runtime: Runtime, clients: Clients, on_dead: OnDead) -> int:
    """Deliver what is due now; returns how many notifications moved."""
    return await Dispatcher(runtime, clients, on_dead).deliver_all()


def _sorted(error: SlackApiError, doubt: type[Exception]) -> Exception:
    status, code = _status(error), error_code(error)
    if status == 429 or code in {"ratelimited", "rate_limited"}:  # noqa: PLR2004 - HTTP
        return AskedToWait(retry_after(error))
    if status >= SERVER_ERROR or code in UNCLEAR_ANSWERS:
        return doubt(f"{SLACKS_ANSWER} {status} {code}".rstrip())
    return Refused(code) if code in REFUSALS | UNINSTALLED else NotSent(f"{SLACKS_ANSWER} {code}")


def _around(claimed: ClaimedMessage) -> dict[str, str]:
    """Return the time in which a message may stand in the channel, by Slack's clock."""
    bounds = {"oldest": (claimed.said_from, -SKEW), "latest": (claimed.said_until, SKEW)}
    return {name: f"{(at + skew).timestamp():.6f}" for name, (at, skew) in bounds.items() if at is not None}


def _status(error: SlackApiError) -> int:
    """The HTTP status; where something else than Slack answered, the SDK hands out another kind of response."""
    response = error.response
    return int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)


def _key_of(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    return (metadata.get("event_payload") or {}).get("key") if metadata.get("event_type") == METADATA_EVENT else None

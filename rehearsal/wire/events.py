"""The Events API: subscriptions, event payloads, and three retries."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from rehearsal.state.channels import Channel
from rehearsal.state.messages import Message
from rehearsal.state.people import Person
from rehearsal.wire.delivery import Ack, Retry

if TYPE_CHECKING:
    from rehearsal.wire.wire import Wire

Json = dict[str, Any]
# Slack retries an unacknowledged event at once, after one minute and after five.
RETRY_DELAYS = (timedelta(), timedelta(minutes=1), timedelta(minutes=5))
# The scopes for an event, of which any one is enough.
_SCOPES = {
    "message.channels": frozenset({"channels:history"}),
    "message.groups": frozenset({"groups:history"}),
    "message.im": frozenset({"im:history"}),
    "app_mention": frozenset({"app_mentions:read"}),
    "team_join": frozenset({"users:read"}),
    "user_change": frozenset({"users:read"}),
    "member_joined_channel": frozenset({"channels:read", "groups:read"}),
    "member_left_channel": frozenset({"channels:read", "groups:read"}),
    "channel_archive": frozenset({"channels:read"}),
}
_MESSAGE_KINDS = {"public": "channels", "private": "groups", "im": "im"}
_CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im"}
_CHANNEL_LETTERS = {"public": "C", "private": "G", "im": "D"}


@dataclass(frozen=True)
class _PendingRetry:
    due: datetime
    body: Json
    number: int
    reason: str


class Events:
    """Sends the events of the workspace to the bot, as far as its manifest subscribes to them."""

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire
        self._pending: list[_PendingRetry] = []

    # --- what happens ---------------------------------------------------------------------------------------------

    async def message(self, channel: Channel, message: Message) -> None:
        """Send a new message in a channel that the bot is in."""
        event = self._wire.message_json(message) | {
            "channel": channel.id,
            "event_ts": message.ts,
            "channel_type": _CHANNEL_TYPES[channel.kind],
            "team": self._wire.workspace.team_id,
        }
        if message.bot_id is None:
            event["client_msg_id"] = str(uuid4())
        if message.files:
            event["subtype"] = "file_share"
        if self._wire.workspace.bot.id not in channel.members:
            return
        await self.send(f"message.{_MESSAGE_KINDS[channel.kind]}", event)
        mention = f"<@{self._wire.workspace.bot.id}>"
        if mention in message.text and channel.kind != "im" and message.bot_id is None:
            mentioned = {key: value for key, value in event.items() if key not in {"channel_type", "subtype"}}
            await self.send("app_mention", mentioned | {"type": "app_mention"})

    async def message_changed(self, message: Message, before: Json, *, deleted: bool = False) -> None:
        """Send the change or deletion of a message, including the bot's own; *before* is its previous state."""
        ws = self._wire.workspace
        channel = ws.channels[message.channel]
        if ws.bot.id not in channel.members or message.ephemeral_to is not None:
            return
        stamp = ws.new_ts()
        event: Json = {
            "type": "message",
            "subtype": "message_deleted" if deleted else "message_changed",
            "hidden": True,
            "channel": channel.id,
            "channel_type": _CHANNEL_TYPES[channel.kind],
            "previous_message": before,
            "ts": stamp,
            "event_ts": stamp,
        }
        event |= {"deleted_ts": message.ts} if deleted else {"message": self._wire.message_json(message)}
        await self.send(f"message.{_MESSAGE_KINDS[channel.kind]}", event)

    async def home_opened(self, person: Person, tab: str = "home") -> None:
        """Send that a person opened the bot's Home or Messages tab."""
        event: Json = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": self._wire.workspace.direct(person).id,
            "tab": tab,
            "event_ts": self._wire.workspace.new_ts(),
        }
        if tab == "home" and person.home is not None:
            event["view"] = self._wire.view_json(person.home)
        await self.send("app_home_opened", event)

    async def person_event(self, kind: str, person: Person) -> None:
        """Send `team_join` or `user_change`."""
        ws = self._wire.workspace
        event = {"type": kind, "user": self._wire.user_json(person), "event_ts": ws.new_ts()}
        await self.send(kind, event | ({"cache_ts": ws.epoch()} if kind == "user_change" else {}))

    async def membership_event(self, kind: str, channel: Channel, person: Person) -> None:
        """Send `member_joined_channel` or `member_left_channel` of a channel that the bot is in."""
        ws = self._wire.workspace
        if ws.bot.id in channel.members or person.id == ws.bot.id:
            event = {
                "type": kind,
                "user": person.id,
                "channel": channel.id,
                "channel_type": _CHANNEL_LETTERS[channel.kind],
                "team": ws.team_id,
                "event_ts": ws.new_ts(),
            }
            await self.send(kind, event)

    async def channel_event(self, kind: str, channel: Channel) -> None:
        """Send `channel_archive`, `channel_rename` and similar events."""
        ws = self._wire.workspace
        what: Any = channel.id
        if kind in {"channel_rename", "channel_created"}:
            what = {"id": channel.id, "name": channel.name, "created": channel.created}
        await self.send(kind, {"type": kind, "channel": what, "user": "", "event_ts": ws.new_ts()})

    async def app_uninstalled(self) -> None:
        """Send that the app was uninstalled and its tokens were revoked."""
        bot = self._wire.workspace.bot.id
        await self.send("tokens_revoked", {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}})
        await self.send("app_uninstalled", {"type": "app_uninstalled"})

    # --- delivering -----------------------------------------------------------------------------------------------

    async def send(self, name: str, event: Json) -> None:
        """Deliver *event* if the manifest subscribes to *name*; on failure retry at once, then twice later."""
        if name not in self._wire.manifest.events or not self._has_scope(name):
            return
        body = self._envelope(event)
        ack = await self._attempt(body, None)
        if not ack.ok and not ack.no_retry:
            await self._retry(_PendingRetry(self._wire.workspace.clock.now(), body, 1, ack.reason))
        again = self._wire.faults.pop_duplicate()
        for number in range(1, again.times + 1):
            if again.new_ids:
                await self._attempt(self._envelope(event), None)
            else:
                await self._attempt(body, Retry(number, again.reason))

    def _has_scope(self, name: str) -> bool:
        needed = _SCOPES.get(name, frozenset())
        if not needed or needed & self._wire.scopes:
            return True
        named = " or ".join(sorted(needed))
        self._wire.problem(f"event {name}", "missing_scope", f"Slack sends {name} only to apps with {named}.")
        return False

    async def deliver_due(self, now: datetime) -> None:
        """Deliver the retries that are due."""
        while self._pending:
            first = min(self._pending, key=lambda pending: pending.due)
            if first.due > now:
                return
            self._pending.remove(first)
            await self._retry(first)

    async def _retry(self, pending: _PendingRetry) -> None:
        ack = await self._attempt(pending.body, Retry(pending.number, pending.reason))
        if ack.ok or ack.no_retry or pending.number >= len(RETRY_DELAYS):
            return
        due = pending.due + RETRY_DELAYS[pending.number]
        self._pending.append(_PendingRetry(due, pending.body, pending.number + 1, ack.reason))
        self._schedule_retry(due)

    def _schedule_retry(self, due: datetime) -> None:
        """Schedule a retry if the clock is running; a frozen clock delivers it when it is moved."""
        clock = self._wire.workspace.clock
        if clock.frozen:
            return
        seconds = max(0.0, (due - clock.now()).total_seconds())

        async def deliver_later() -> None:
            await asyncio.sleep(seconds)
            await self.deliver_due(clock.now())

        self._wire.spawn(deliver_later(), background=True)

    async def _attempt(self, body: Json, retry: Retry | None) -> Ack:
        ack = await self._wire.delivery.send("events_api", body, retry)
        name = body["event"]["type"]
        again = f" retry {retry.number} ({retry.reason})" if retry else ""
        trouble = "" if ack.ok else f"The bot did not acknowledge {name} within 3 s ({ack.reason})."
        self._wire.workspace.log_traffic("out", f"event {name}", f"{ack.ms:.0f} ms{again}", body, ack.status, trouble)
        if trouble and ack.reason != "connection_failed":  # a bot that is going down; Slack repeats the event
            self._wire.problem(f"event {name}", "no_ack", trouble)
        return ack

    def _envelope(self, event: Json) -> Json:
        ws = self._wire.workspace
        channel = ws.channels.get(event["channel"]) if isinstance(event.get("channel"), str) else None
        who = {
            "enterprise_id": ws.enterprise_id,
            "team_id": None if ws.is_org_install else ws.team_id,
            "user_id": ws.bot.id,
            "is_bot": True,
            "is_enterprise_install": ws.is_org_install,
        }
        return {
            "token": self._wire.verification_token,
            "team_id": ws.team_id,
            "context_team_id": ws.team_id,
            "context_enterprise_id": ws.enterprise_id,
            "api_app_id": ws.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": ws.new_id("Ev"),
            "event_time": ws.epoch(),
            "authorizations": [who],
            "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
            "event_context": f"4-{ws.new_id('ec')}",
        }

"""Controls a rehearsal: people and channels, events, faults and the clock."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from rehearsal.actor import Actor
from rehearsal.state.channels import Channel, Kind
from rehearsal.state.people import Person
from rehearsal.wire.delivery import Ack
from rehearsal.wire.faults import Faults
from rehearsal.wire.tokens import Kind as TokenKind
from rehearsal.wire.tokens import Pair
from rehearsal.wire.wire import Wire


class Control:
    """Changes the pretend workspace. Changes take effect immediately."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._ws = wire.workspace
        self._actors: dict[str, Actor] = {}

    # --- the scene ------------------------------------------------------------------------------------------------

    def add_person(self, name: str, **details: Any) -> Person:
        """
        Add a person without an event, as if they had been there before the bot.

        `details`: real_name, display_name, email, tz, is_admin, is_owner, is_bot, deleted, is_restricted, id.
        """
        return self._ws.add_person(name, **details)

    def add_channel(
        self, name: str, *, kind: Kind = "public", members: Iterable[str] = (), bot: bool = True, **details: Any
    ) -> Channel:
        """Add a channel without an event; `bot=False` leaves the bot out. `details`: is_archived, is_ext_shared, …"""
        everyone = [*members, self._ws.bot.id] if bot else list(members)
        return self._ws.add_channel(name, kind=kind, members=everyone, **details)

    def as_person(self, who: str | Person) -> Actor:
        """Return the actor of a person, given by id, handle or name."""
        person = self._ws.person(who)
        return self._actors.setdefault(person.id, Actor(self._wire, person))

    # --- what happens in the workspace ----------------------------------------------------------------------------

    async def join_team(self, name: str, **details: Any) -> Person:
        """Add a person and send `team_join` to the bot."""
        person = self.add_person(name, **details)
        await self._wire.events.person_event("team_join", person)
        return person

    async def change_person(self, who: str | Person, **details: Any) -> Person:
        """Change fields of a person (`tz`, `deleted`, …) and send `user_change` to the bot."""
        person = self._ws.person(who)
        for name, value in details.items():
            if not hasattr(person, name):
                raise AttributeError(f"A person has no {name}; see rehearsal/state/people.py.")
            setattr(person, name, value)
        person.updated = self._ws.epoch()
        self._ws.changed.notify()
        await self._wire.events.person_event("user_change", person)
        return person

    async def join_channel(self, who: str | Person, channel: str | Channel) -> None:
        """Add a person (or "bot") to a channel, and send the event."""
        person, place = self._member(who), self._ws.channel(channel)
        place.members.add(person.id)
        self._ws.changed.notify()
        await self._wire.events.membership_event("member_joined_channel", place, person)

    async def leave_channel(self, who: str | Person, channel: str | Channel) -> None:
        """Remove a person (or "bot") from a channel, and send the event."""
        person, place = self._member(who), self._ws.channel(channel)
        place.members.discard(person.id)
        self._ws.changed.notify()
        await self._wire.events.membership_event("member_left_channel", place, person)

    async def archive(self, channel: str | Channel) -> None:
        """Archive a channel, and send the event."""
        place = self._ws.channel(channel)
        place.is_archived = True
        self._ws.changed.notify()
        await self._wire.events.channel_event("channel_archive", place)

    async def uninstall(self, *, quietly: bool = False) -> None:
        """Uninstall the app: revoke its tokens and, unless *quietly*, send the events."""
        self._wire.installed = False
        if not quietly:
            await self._wire.events.app_uninstalled()

    def install(self) -> None:
        """Install the app again, with the same tokens."""
        self._wire.installed = True

    def replace_token(self, kind: TokenKind = "bot") -> str:
        """Revoke the bot's token, or the app-level one, and return the one that Slack gives instead."""
        return self._wire.tokens.replace_bot() if kind == "bot" else self._wire.tokens.replace_app()

    def rotate_tokens(self) -> Pair:
        """Turn token rotation on, and return the first bot token that expires, with its refresh token."""
        return self._wire.tokens.rotate(self._ws.clock.now())

    def _member(self, who: str | Person) -> Person:
        return self._ws.bot if who == "bot" else self._ws.person(who)

    # --- trouble and time -----------------------------------------------------------------------------------------

    @property
    def faults(self) -> Faults:
        """Return the faults to be applied to the next calls and deliveries."""
        return self._wire.faults

    def draw_charts(self, on: bool) -> None:
        """Accept charts in messages, or refuse them with `invalid_blocks`, as a workspace without charts does."""
        self._wire.draws_charts = on

    def refuse_screens(self, words: str) -> None:
        """Let `blocks.validate` refuse everything that has these *words* in it; none if empty."""
        self._wire.refused_words = words

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Close the bot's sockets as Slack does, with `warning`, `refresh_requested` or `link_disabled`."""
        await self._wire.sockets.disconnect(reason)

    async def cut_sockets(self) -> None:
        """Close the bot's sockets without a message, as a broken network would."""
        await self._wire.sockets.drop()

    async def refuse_sockets(self, on: bool) -> None:
        """Close the bot's sockets and refuse new ones, as in an outage of Slack's WebSockets, or end that."""
        self._wire.sockets.is_down = on
        if on:
            await self._wire.sockets.drop()

    def silence_sockets(self) -> None:
        """
        Let the bot's sockets die without a sign: pings aren't answered, and what Slack sends is lost.

        They count as open until the bot opens another one.
        """
        self._wire.sockets.silence()

    def occupy_sockets(self, number: int) -> None:
        """Let *number* of the ten sockets that an app may have be taken by others, such as replicas of the bot."""
        self._wire.sockets.occupied = number
        self._ws.changed.notify()

    async def replay(self, words: str = "") -> int:
        """
        Send the last signed HTTP delivery with these *words* in its body again, to the byte; return the HTTP status.

        Slack never does that; whoever recorded a delivery can.
        """
        return await self._wire.delivery.replay(words)

    def grant(self, *scopes: str) -> None:
        """Add scopes to the bot's token."""
        self._wire.scopes.update(scopes)

    def withdraw(self, *scopes: str) -> None:
        """Remove scopes from the bot's token."""
        self._wire.scopes.difference_update(scopes)

    def limit_rates(self, on: bool) -> None:
        """Turn rate limits on or off; benchmarks of the bot alone turn them off."""
        self._wire.rate_limiter.enabled = on

    async def verify_request_url(self) -> Ack:
        """Send the `url_verification` challenge that Slack sends when a request URL is saved."""
        challenge = {"type": "url_verification", "token": self._wire.verification_token, "challenge": "rehearsal"}
        return await self._wire.delivery.send("events_api", challenge)

    async def move(self, delta: timedelta) -> datetime:
        """Move the workspace's clock forward, and wait until all listeners have handled it."""
        now = await self._ws.clock.move(delta)
        self._ws.changed.notify()
        return now

    async def move_to(self, instant: datetime) -> datetime:
        """Move the workspace's clock forward to *instant*."""
        now = await self._ws.clock.move_to(instant)
        self._ws.changed.notify()
        return now

"""The rehearsal's strings: who is there, what goes wrong, what time it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from rehearsal.actor import Actor
from rehearsal.state.channels import Channel, Kind
from rehearsal.state.people import Person
from rehearsal.wire.delivery import Ack
from rehearsal.wire.faults import Faults
from rehearsal.wire.wire import Wire


class Control:
    """Sets the scene and pulls the strings; everything it does happens at once."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._ws = wire.workspace
        self._actors: dict[str, Actor] = {}

    # --- the scene ------------------------------------------------------------------------------------------------

    def add_person(self, name: str, **details: Any) -> Person:
        """
        Give *name* an account, silently: as if they had been here before the bot.

        `details`: real_name, display_name, email, tz, is_admin, is_owner, is_bot, deleted, is_restricted, id.
        """
        return self._ws.add_person(name, **details)

    def add_channel(
        self, name: str, *, kind: Kind = "public", members: Iterable[str] = (), bot: bool = True, **details: Any
    ) -> Channel:
        """Open a channel, silently; `bot=False` leaves the bot out. `details`: is_archived, is_ext_shared, …"""
        everyone = [*members, self._ws.bot.id] if bot else list(members)
        return self._ws.add_channel(name, kind=kind, members=everyone, **details)

    def as_person(self, who: str | Person) -> Actor:
        """The hands and eyes of somebody, by id, handle or name."""
        person = self._ws.person(who)
        return self._actors.setdefault(person.id, Actor(self._wire, person))

    # --- what happens in the workspace ----------------------------------------------------------------------------

    async def join_team(self, name: str, **details: Any) -> Person:
        """Somebody new gets an account, and the bot hears of it (`team_join`)."""
        person = self.add_person(name, **details)
        await self._wire.events.about_person("team_join", person)
        return person

    async def change_person(self, who: str | Person, **details: Any) -> Person:
        """Change fields of somebody (a new zone, `deleted=True`, …), and the bot hears of it (`user_change`)."""
        person = self._ws.person(who)
        for name, value in details.items():
            if not hasattr(person, name):
                raise AttributeError(f"A person has no {name}; see rehearsal/state/people.py.")
            setattr(person, name, value)
        person.updated = self._ws.epoch()
        self._ws.changed.raise_()
        await self._wire.events.about_person("user_change", person)
        return person

    async def join_channel(self, who: str | Person, channel: str | Channel) -> None:
        """Somebody (or the bot, when invited) enters a channel."""
        person, place = self._member(who), self._ws.channel(channel)
        place.members.add(person.id)
        self._ws.changed.raise_()
        await self._wire.events.membership("member_joined_channel", place, person)

    async def leave_channel(self, who: str | Person, channel: str | Channel) -> None:
        """Somebody (or the bot, when removed) leaves a channel."""
        person, place = self._member(who), self._ws.channel(channel)
        place.members.discard(person.id)
        self._ws.changed.raise_()
        await self._wire.events.membership("member_left_channel", place, person)

    async def archive(self, channel: str | Channel) -> None:
        """Archive a channel."""
        place = self._ws.channel(channel)
        place.is_archived = True
        self._ws.changed.raise_()
        await self._wire.events.about_channel("channel_archive", place)

    async def uninstall(self) -> None:
        """Remove the app: its tokens stop working, and it hears of that."""
        self._wire.installed = False
        await self._wire.events.app_removed()

    def _member(self, who: str | Person) -> Person:
        return self._ws.bot if who == "bot" else self._ws.person(who)

    # --- trouble and time -----------------------------------------------------------------------------------------

    @property
    def faults(self) -> Faults:
        """Faults on order for the next calls and deliveries."""
        return self._wire.faults

    def draw_charts(self, on: bool) -> None:
        """Accept charts in messages, or refuse them with `invalid_blocks` as a workspace does that hasn't got them."""
        self._wire.draws_charts = on

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Close the bot's sockets as Slack does: `warning`, `refresh_requested`, `link_disabled`."""
        await self._wire.sockets.disconnect(reason)

    async def cut_sockets(self) -> None:
        """Close the bot's sockets without a word, as a broken network would."""
        await self._wire.sockets.cut()

    def grant(self, *scopes: str) -> None:
        """Give the bot's token more scopes than the manifest does."""
        self._wire.scopes.update(scopes)

    def withdraw(self, *scopes: str) -> None:
        """Take scopes away from the bot's token."""
        self._wire.scopes.difference_update(scopes)

    def limit_rates(self, on: bool) -> None:
        """Turn rate limits on or off (a benchmark of the bot alone wants them off)."""
        self._wire.rates.enabled = on

    async def verify_request_url(self) -> Ack:
        """Send the `url_verification` challenge that Slack sends when a request URL is entered."""
        challenge = {"type": "url_verification", "token": self._wire.verification_token, "challenge": "rehearsal"}
        return await self._wire.delivery.send("events_api", challenge)

    async def move(self, delta: timedelta) -> datetime:
        """Move the workspace's clock ahead, and wait until whoever listens has caught up."""
        now = await self._ws.clock.move(delta)
        self._ws.changed.raise_()
        return now

    async def move_to(self, instant: datetime) -> datetime:
        """Move the workspace's clock ahead to *instant*."""
        now = await self._ws.clock.move_to(instant)
        self._ws.changed.raise_()
        return now

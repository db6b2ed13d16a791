"""`/evenhand` and the setup."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import BotError, InvalidInput
from bot.core.runtime import Runtime
from bot.digests import queries, usecases
from bot.digests.facts import ChannelFact, SetupWish
from bot.digests.gateways import join_channel, look_at_channel
from bot.digests.rules import DEFAULT_HOUR, find_zones
from bot.digests.views.help import health_message, help_message
from bot.digests.views.setup import SILENT, block_of, saved, setup, test_told, zone_options
from bot.slack.forms import Form
from bot.slack.replies import field_errors, modal_replies, people_in, replies, sorry, told, waiting, workspace_in

HEALTH_WORDS = {"health", "doctor", "status"}
FIRST_FIELD = "cadence"


class SetupListeners:
    """Listeners around `/evenhand` and its form."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def evenhand(
        self, ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient
    ) -> None:
        """Answer `/evenhand [setup | health | help]`."""
        word = str(command.get("text") or "").strip().lower()
        if word in {"setup", "settings"}:
            await ack()
            async with replies(respond):
                await self._open(command, client)
        elif word in HEALTH_WORDS:
            await ack()
            async with replies(respond):
                await respond(**health_message(await self._health(command)).answer())
        else:
            await ack(**help_message("" if word in {"", "help"} else word).answer())

    async def open(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the setup from a digest, Home or the help."""
        await ack()
        try:
            await self._open(body, client)
        except BotError as error:
            await client.views_open(trigger_id=body["trigger_id"], view=told(str(error), "Setup"))

    async def save(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        """Check the form while Slack waits for it, then save it in the place of the form."""
        checked: list[tuple[SetupWish, ChannelFact | None]] = []
        async with field_errors(ack, first_field=block_of(FIRST_FIELD)), _under_fields(view):
            checked.append(await self._checked(body, _wish(Form.of(view), _inputs(view)), client))
            await ack(response_action="update", view=waiting("Setup"))
        for wish, channel in checked:  # none when a sentence stands under a field instead
            async with modal_replies(client, view["id"]):
                fact = await self._runtime.run(
                    usecases.save_setup, workspace=workspace_in(body), wish=wish, channel=channel, by=people_in(body)
                )
                await client.views_update(view_id=view["id"], view=saved(fact, self._runtime.clock.now()))

    async def test(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Post a test to the digest's channel and say so in a modal."""
        await ack()
        try:
            answer = test_told(await self._post_test(body, client))
        except Exception as error:  # noqa: BLE001 - the last line before silence
            answer = told(sorry(error), "Test")
        view = body.get("view") or {}
        if view.get("type") == "modal":
            await client.views_push(trigger_id=body["trigger_id"], view=answer)
        else:
            await client.views_open(trigger_id=body["trigger_id"], view=answer)

    async def zones(self, ack: AsyncAck, payload: dict[str, Any]) -> None:
        """Offer the time zones whose names hold what was typed."""
        await ack(options=zone_options(find_zones(str(payload.get("value") or ""))))

    async def _post_test(self, body: dict[str, Any], client: AsyncWebClient) -> str:
        """Owe the test, unless the channel has been closed to us or opened to outsiders; the channel's id."""
        workspace, by = workspace_in(body), people_in(body)
        fact = await self._runtime.read(queries.get_setup, workspace=workspace, viewer=by)
        if fact.digest is not None:
            channel = await look_at_channel(client, fact.digest.channel_id)
            if channel.problem:
                raise InvalidInput(channel.problem)
        return await self._runtime.run(usecases.post_test, workspace=workspace, by=by, rooms=self._runtime.rooms)

    async def _open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        fact = await self._runtime.read(queries.get_setup, workspace=workspace_in(body), viewer=people_in(body))
        await client.views_open(trigger_id=body["trigger_id"], view=setup(fact))

    async def _health(self, body: dict[str, Any]) -> Any:
        return await self._runtime.read(
            queries.get_health, workspace=workspace_in(body), viewer=people_in(body), rooms=self._runtime.rooms
        )

    async def _checked(
        self, body: dict[str, Any], wish: SetupWish, client: AsyncWebClient
    ) -> tuple[SetupWish, ChannelFact | None]:
        """The wish, and its channel as Slack knows it, joined if need be; refused if it can't be."""
        channel = await look_at_channel(client, wish.channel_id) if wish.channel_id else None
        await self._check(body, wish, channel)
        if channel is not None and channel.may_join:
            channel = await join_channel(client, channel)
            await self._check(body, wish, channel)
        return wish, channel

    async def _check(self, body: dict[str, Any], wish: SetupWish, channel: ChannelFact | None) -> None:
        await self._runtime.read(
            usecases.check_setup, workspace=workspace_in(body), wish=wish, channel=channel, by=people_in(body)
        )


@asynccontextmanager
async def _under_fields(view: dict[str, Any]) -> AsyncIterator[None]:
    """Inside, a sentence about a field stands under its block; where that isn't shown, under the first one."""
    shown = _inputs(view)
    try:
        yield
    except InvalidInput as error:
        placed = {block_of(name): sentence for name, sentence in error.fields.items() if block_of(name) in shown}
        raise InvalidInput(str(error), fields=placed) from error


def _inputs(view: dict[str, Any]) -> set[str]:
    """The fields that a view shows."""
    return {str(block.get("block_id")) for block in view.get("blocks") or () if block.get("type") == "input"}


def _wish(form: Form, shown: set[str]) -> SetupWish:
    """
    The setup that a form asks for.

    Raises:
        InvalidInput: something that should be a number isn't; its field.
    """
    numbers = {name: _number(form.text(block_of(name))) for name in ("cadence", "floor", "factor", "first_calls")}
    wrong = {name: "Give a number." for name, number in numbers.items() if number is None}
    whole = ("cadence", "floor", "first_calls")
    wrong |= {name: "Give a whole number." for name in whole if name not in wrong and numbers[name] % 1}  # type: ignore[operator]
    if wrong:
        raise InvalidInput(fields=wrong)
    return SetupWish(
        managers=form.people(block_of("managers")) if block_of("managers") in shown else None,
        cadence=int(numbers["cadence"] or 0),
        floor=int(numbers["floor"] or 0),
        factor=numbers["factor"] or 0,
        first_calls=int(numbers["first_calls"] or 0),
        channel_id=form.channel(block_of("channel")),
        days="".join(form.choices(block_of("days"))),
        hour=_hour(form.choice(block_of("hour"))),
        zone=form.choice(block_of("zone")) or "",
        silent_when_clear=form.choice(block_of("clear")) == SILENT,
    )


def _number(text: str) -> float | None:
    """A number of a form, up to 9,999; None when it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < 10_000 else None  # noqa: PLR2004 - also turns away nan and infinity


def _hour(text: str | None) -> time:
    try:
        return time.fromisoformat(text or "")
    except ValueError:
        return DEFAULT_HOUR

"""Snooze, wake, hand over, undo: straight from a row, or by a small modal."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.checkins import views
from bot.checkins.listeners.memory import Memory, id_in, origin_of, subject_in
from bot.checkins.listeners.places import Places, show_done
from bot.checkins.queries import get_snooze_form
from bot.checkins.rules import Preset
from bot.checkins.schemas import ActionDone
from bot.checkins.usecases import hand_over_from_list, snooze_from_list, undo_action, wake_from_list
from bot.checkins.views import CARD, HAND_OVER, SNOOZE_UNTIL, SNOOZE_WEEK
from bot.core.errors import InvalidInput, NotFound
from bot.core.feature import collect_undos
from bot.core.runtime import Runtime
from bot.customers.queries.screens import get_card
from bot.customers.rules.due import SnoozeReason
from bot.customers.schemas import CustomerSchema
from bot.customers.views import card
from bot.slack.forms import Form
from bot.slack.presses import value_in
from bot.slack.replies import field_errors, people_in, replies, workspace_in
from bot.slack.windows import fields_named, open_window, speaker


class ActingListeners:
    """Listeners for what can be done about a row without a check-in."""

    def __init__(self, runtime: Runtime, places: Places) -> None:
        self._runtime = runtime
        self._places = places

    async def more(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """The `⋯` of a row: snooze a week at once, or open the modal that was asked for."""
        await ack()
        async with replies(speaker(client, body, respond)):
            what, _, customer = value_in(body).partition(":")
            customer_id = id_in(customer)
            if what == SNOOZE_WEEK:
                await self._snooze_week(client, body, customer_id)
            elif what == SNOOZE_UNTIL:
                await self._open_snooze(client, body, customer_id, preset=Preset.DATE)
            elif what == HAND_OVER:
                await self._open_hand_over(client, body, customer_id)
            elif what == CARD:
                await self._open_card(client, body, customer_id)
            else:
                raise NotFound("That menu is out of date; /checkin shows your queue as it is now.")

    async def snooze(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the snooze modal from a button, for a customer or another feature's subject."""
        await ack()
        async with replies(speaker(client, body, respond)):
            customer_id = subject_in(value_in(body)).customer_id
            if customer_id is None:
                raise NotFound("No customer stands behind that button; look it up with /customers.")
            await self._open_snooze(client, body, customer_id, preset=Preset.WEEK)

    async def wake(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """End a snooze at once."""
        await ack()
        async with replies(speaker(client, body, respond)):
            schema = await self._run(body, wake_from_list, customer_id=id_in(value_in(body)))
            await self._tell(client, body, schema)

    async def undo(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Take back what a row tells."""
        await ack()
        async with replies(speaker(client, body, respond)):
            undos = collect_undos(self._runtime.features)
            schema = await self._run(body, undo_action, customer_action_id=id_in(value_in(body)), undos=undos)
            await self._tell(client, body, schema)

    async def snoozed(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """The snooze modal was sent."""
        await self._save(
            ack, body, client, snooze_from_list, views.SNOOZE_FIELDS, first=views.REASON, read=_read_snooze
        )

    async def handed_over(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """The hand-over modal was sent."""
        await self._save(
            ack, body, client, hand_over_from_list, views.HAND_OVER_FIELDS, first=views.TO, read=_read_hand_over
        )

    async def _save(
        self,
        ack: AsyncAck,
        body: dict[str, Any],
        client: AsyncWebClient,
        use_case: Any,
        names: Mapping[str, str],
        *,
        first: str,
        read: Any,
    ) -> None:
        done: tuple[Memory, ActionDone] | None = None
        async with field_errors(ack, first_field=first):
            with fields_named(names):
                memory = Memory.kept_in(body["view"])
                schema = await self._run(
                    body, use_case, customer_id=memory.customer_id, view_id=body["view"]["id"], **read(body["view"])
                )
            if memory.origin.kind in {"window", "none"}:
                await ack(response_action="update", view=views.done_form(schema, memory=Memory().kept()))
                return
            await ack()
            done = memory, schema
        if done:
            await self._places.tell(
                client, done[0].origin, done[1], workspace=workspace_in(body), person=people_in(body)
            )

    async def _snooze_week(self, client: AsyncWebClient, body: dict[str, Any], customer_id: UUID) -> None:
        """At once where the rules allow it; else the modal says why not, and takes another day or reason."""
        try:
            schema = await self._run(body, snooze_from_list, customer_id=customer_id, preset=Preset.WEEK)
        except InvalidInput as refused:
            await self._open_snooze(client, body, customer_id, preset=Preset.WEEK, refused=str(refused))
        else:
            await self._tell(client, body, schema)

    async def _open_snooze(
        self, client: AsyncWebClient, body: dict[str, Any], customer_id: UUID, *, preset: Preset, refused: str = ""
    ) -> None:
        schema = await self._customer(body, customer_id)
        memory = Memory(origin=origin_of(body), customer_id=customer_id).kept()
        await open_window(
            client, body, views.snooze_form(schema, memory=memory, preset=preset, refused=refused, asked=bool(refused))
        )

    async def _open_hand_over(self, client: AsyncWebClient, body: dict[str, Any], customer_id: UUID) -> None:
        schema = await self._customer(body, customer_id)
        memory = Memory(origin=origin_of(body), customer_id=customer_id).kept()
        await open_window(client, body, views.hand_over_form(schema, memory=memory))

    async def _open_card(self, client: AsyncWebClient, body: dict[str, Any], customer_id: UUID) -> None:
        schema = await self._runtime.read(
            get_card,
            workspace=workspace_in(body),
            customer_id=customer_id,
            viewer=people_in(body),
            features=self._runtime.features,
        )
        offers = [offer for feature in self._runtime.features for offer in feature.offers]
        await open_window(client, body, card.as_modal(schema, offers))

    async def _tell(self, client: AsyncWebClient, body: dict[str, Any], schema: ActionDone) -> None:
        origin = origin_of(body)
        if origin.kind in {"window", "none"}:
            await show_done(client, body, schema)
        else:
            await self._places.tell(client, origin, schema, workspace=workspace_in(body), person=people_in(body))

    async def _run(self, body: Mapping[str, Any], use_case: Any, **inputs: Any) -> ActionDone:
        schema: ActionDone = await self._runtime.run(
            use_case, workspace=workspace_in(body), by=people_in(body), **inputs
        )
        return schema

    async def _customer(self, body: Mapping[str, Any], customer_id: UUID) -> CustomerSchema:
        return await self._runtime.read(
            get_snooze_form, workspace=workspace_in(body), customer_id=customer_id, viewer=people_in(body)
        )


def _read_snooze(view: Mapping[str, Any]) -> dict[str, Any]:
    entered = Form.of(view)
    preset = next((one for one in Preset if one.value == entered.choice(views.HOW_LONG)), Preset.DATE)
    reason = next((one for one in SnoozeReason if one.value == entered.choice(views.REASON)), SnoozeReason.DEFERRED)
    until: date | None = entered.day(views.UNTIL)
    return {"preset": preset, "until": until, "reason": reason, "note": entered.text(views.NOTE)}


def _read_hand_over(view: Mapping[str, Any]) -> dict[str, Any]:
    entered = Form.of(view)
    return {"to": entered.person(views.TO), "note": entered.text(views.WORDS)}

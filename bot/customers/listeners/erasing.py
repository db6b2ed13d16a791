"""Exporting and erasing everything that is kept about a customer or a person, for admins."""

import json
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.customers.listeners.places import memory_in
from bot.customers.usecases.erasing import erase_subject, export_subject, find_subject, get_subject
from bot.customers.views import card
from bot.slack.blocks import Message, modal
from bot.slack.files import send_file
from bot.slack.forms import Form
from bot.slack.presses import value_in
from bot.slack.replies import field_errors, people_in, replies, workspace_in
from bot.slack.windows import open_window, speaker
from bot.workspaces.listeners import refusals_kept

Body = dict[str, Any]


class ErasingListeners:
    """Listeners of the menu on a customer's card and of `/evenhand person`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def person(self, body: Body, words: str) -> Message:
        """Return the answer to `/evenhand person @ana`: the person with the menu."""
        if not words:
            raise InvalidInput("Say whom: /evenhand person @ana, or the name of somebody who left.")
        found = await self._runtime.read(
            find_subject, workspace=workspace_in(body), kind="person", words=words, viewer=people_in(body)
        )
        return card.person(found)

    async def more(self, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient, body: Body) -> None:
        """*Export everything* or *Erase…* was chosen."""
        await ack()
        what, _, rest = value_in(body).partition(":")
        kind, _, subject_id = rest.partition(":")
        who = {"workspace": workspace_in(body), "kind": kind, "subject_id": subject_id, "viewer": people_in(body)}
        kept = refusals_kept(self._runtime, body, action=f"customers.{what}", key=subject_id)
        async with replies(speaker(client, body, respond)), kept:
            if what == card.ERASE:
                await open_window(client, body, card.erase_form(await self._runtime.read(get_subject, **who)))
                return
            found = await self._runtime.read(export_subject, features=self._runtime.features, **who)
            told = card.exported(found.name)
            if body.get("response_url"):
                await respond(**told.answer(), replace_original=False)
            else:
                await open_window(client, body, modal("Export", told.blocks, callback_id=card.ERASED, close="Close"))
            content = json.dumps(found.content, indent=2, ensure_ascii=False).encode("utf-8", "replace")
            words = f"Everything that is kept about this {kind}."
            await send_file(client, people_in(body), name=f"{kind}.json", content=content, words=words)

    async def erase(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """The name was written: erase, and say what went."""
        memory = memory_in(view)
        kept = refusals_kept(self._runtime, body, action=card.ERASE_VIEW, key=str(memory.get("id")))
        async with field_errors(ack, first_field=card.ERASE_NAME), kept:
            try:
                done = await self._runtime.run(
                    erase_subject,
                    workspace=workspace_in(body),
                    kind=str(memory.get("kind")),
                    subject_id=str(memory.get("id")),
                    confirm=Form.of(view).text(card.ERASE_NAME),
                    features=self._runtime.features,
                    by=people_in(body),
                )
            except InvalidInput as error:
                raise InvalidInput(fields={card.ERASE_NAME: str(error)}) from error
            await ack(response_action="update", view=card.erased(done))

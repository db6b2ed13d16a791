"""Finding customers: the command, lists and their pages, cards, taking one."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import BotError
from bot.core.runtime import Runtime
from bot.customers import views
from bot.customers.listeners.editing import EditingListeners
from bot.customers.listeners.importing import ImportingListeners
from bot.customers.listeners.places import customer_in, offers_of, window_in
from bot.customers.queries.screens import get_card, list_options, list_page, look_up
from bot.customers.schemas import Card
from bot.customers.usecases.details import claim_customer
from bot.customers.views import card as card_view
from bot.slack.blocks import Message, Option
from bot.slack.presses import value_in
from bot.slack.replies import actions_in, answer_in_time, people_in, replies, workspace_in
from bot.slack.windows import open_window, speaker

Body = dict[str, Any]


def plain_words(text: str) -> str:
    """A command's words as they were typed: Slack escapes three characters."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


class LookingListeners:
    """Answers to looking customers up."""

    def __init__(self, runtime: Runtime, editing: EditingListeners, importing: ImportingListeners) -> None:
        self._runtime = runtime
        self._editing = editing
        self._importing = importing

    async def command(self, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient, body: Body) -> None:
        """`/customers` and everything after it."""
        async with replies(ack, draw=views.choose):
            verb, _, rest = plain_words(body.get("text") or "").partition(" ")
            match verb.lower():
                case "add":
                    await self._editing.open_add(client, body, rest.strip())
                    await ack()
                case "edit" if rest.strip():
                    await self._editing.open_edit(client, body, rest.strip())
                    await ack()
                case "edit":
                    await ack(**views.said("Say which one: /customers edit Acme.").answer())
                case "import":
                    await self._importing.open_import(client, body)
                    await ack()
                case "export":
                    await ack(**views.said("Your list is on its way; look into our direct messages.").answer())
                    await self._importing.export(client, respond, body)
                case "pool":
                    await ack(**(await self._page(body, words="", pool=True)).answer())
                case "help":
                    await ack(**views.help_page().answer())
                case _:
                    found = self._look_up(body, plain_words(body.get("text") or ""))
                    await answer_in_time(ack, respond, found, draw=views.choose)

    async def options(self, ack: AsyncAck, body: Body) -> None:
        """Customers to choose from while somebody types."""
        try:
            found = await self._runtime.read(
                list_options, workspace=workspace_in(body), words=str(body.get("value") or ""), viewer=people_in(body)
            )
        except BotError:
            found = ()
        await ack(options=[Option(named.name, str(named.id)).block() for named in found])

    async def nothing(self, ack: AsyncAck) -> None:
        """A menu was used whose choice counts when the form is sent."""
        await ack()

    async def card(self, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient, body: Body) -> None:
        """*Card*: everything about one customer."""
        await ack()
        async with replies(speaker(client, body, respond)):
            found = await self._card(body, value_in(body))
            await open_window(client, body, card_view.as_modal(found, offers_of(self._runtime)))

    async def take(self, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient, body: Body) -> None:
        """*I'll take it*: the screen says that it is theirs."""
        await ack()
        async with replies(speaker(client, body, respond)):
            schema = await self._runtime.run(
                claim_customer, workspace=workspace_in(body), customer_id=customer_in(value_in(body)),
                by=people_in(body),
            )  # fmt: skip
            window = window_in(body)
            if window:
                found = await self._card(body, str(schema.id))
                await client.views_update(
                    view_id=window["id"], view=card_view.as_modal(found, offers_of(self._runtime))
                )
            elif _block_id(body).startswith(f"{views.POOL}:"):
                pool = await self._page(body, words="", pool=True)
                answer = Message(text=views.taken(schema).text, blocks=[*views.taken(schema).blocks, *pool.blocks][:50])
                await respond(**answer.replacement())
            else:
                await respond(**views.taken(schema).answer(), replace_original=False)

    async def turn(self, ack: AsyncAck, respond: AsyncRespond, body: Body) -> None:
        """*Next* and *Back*."""
        await ack()
        async with replies(respond):
            number, _, rest = value_in(body).partition(":")
            kind, _, words = rest.partition(":")
            page = int(number) if number.isdigit() else 1
            message = await self._page(body, words=words, pool=kind == "p", page=page)
            await respond(**message.replacement())

    async def _look_up(self, body: Body, words: str) -> Message:
        found = await self._runtime.read(
            look_up, workspace=workspace_in(body), words=words, viewer=people_in(body), features=self._runtime.features
        )
        if found.card is not None:
            return card_view.message(found.card, offers_of(self._runtime))
        return views.looked_up(found)

    async def _page(self, body: Body, *, words: str, pool: bool, page: int = 1) -> Message:
        return views.page(
            await self._runtime.read(
                list_page, workspace=workspace_in(body), words=words, page=page, viewer=people_in(body), pool=pool
            )
        )

    async def _card(self, body: Body, value: str) -> Card:
        return await self._runtime.read(
            get_card, workspace=workspace_in(body), customer_id=customer_in(value), viewer=people_in(body),
            features=self._runtime.features,
        )  # fmt: skip


def _block_id(body: Body) -> str:
    return next((str(action.get("block_id")) for action in actions_in(body)), "")

"""`/mentions`, what people save themselves, and the pages of the open ones."""

import html
import re
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.customers.rules.names import registrable_domain
from bot.mentions.listeners.importing import ImportingListeners
from bot.mentions.listeners.setup import SetupListeners
from bot.mentions.listeners.sources import SourceListeners
from bot.mentions.queries.mentions import get_mention, get_open
from bot.mentions.rules.addresses import canonical
from bot.mentions.rules.wording import clean_line, clean_words, handles_in, links_in
from bot.mentions.schemas.found import FoundItem
from bot.mentions.schemas.mentions import MentionSchema
from bot.mentions.usecases.saving import save_mention
from bot.mentions.views import cards, lists
from bot.people.queries import list_names
from bot.slack.blocks import Message
from bot.slack.links import permalink
from bot.slack.presses import message_in, page_in, value_in
from bot.slack.replies import people_in, replies, workspace_in
from bot.slack.windows import speaker

LINK = re.compile(r"<?(https?://[^\s<>|]+)(?:\|[^>]*)?>?", re.IGNORECASE)


class AddingListeners:
    """Listeners for the command and for what people bring themselves."""

    def __init__(
        self, runtime: Runtime, sources: SourceListeners, setup: SetupListeners, importing: ImportingListeners
    ) -> None:
        self._runtime = runtime
        self._sources = sources
        self._setup = setup
        self._importing = importing

    async def command(self, ack: AsyncAck, command: dict[str, Any], client: AsyncWebClient) -> None:
        """Answer `/mentions [add | import | sources | setup | help]`."""
        words = str(command.get("text") or "").strip()
        first, _, rest = words.partition(" ")
        async with replies(ack):
            match first.casefold():
                case "":
                    await ack(**(await self._page(command, 0)).answer())
                case "add":
                    await ack(**(await self._add(command, rest)).answer())
                case "import":
                    await self._importing.open(command, client)
                    await ack()
                case "sources":
                    await ack(**(await self._sources.page(command, 0)).answer())
                case "setup":
                    await self._setup.open(command, client)
                    await ack()
                case _:
                    await ack(**lists.help_page().answer())

    async def turn(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Show another page in the place of this one."""
        await ack()
        async with replies(respond):
            await respond(**(await self._page(body, page_in(value_in(body)))).replacement())

    async def message(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """*Save as mention* on a message: its words, who wrote them, its link."""
        await ack()
        say = speaker(client, body, respond)
        async with replies(say):
            where, said = message_in(body)
            item = _item(await permalink(client, **where), said)
            author = await self._runtime.read(
                _name_of, workspace=workspace_in(body), person_id=str(body["message"].get("user") or "")
            )
            place = clean_line(f"#{(body.get('channel') or {}).get('name') or 'a message'}", 100)
            kept = await self._save(body, item.model_copy(update={"author": author, "place": place}))
            await say(**kept.answer())

    async def _add(self, command: dict[str, Any], words: str) -> Message:
        found = LINK.match(words.strip())
        address = canonical(html.unescape(found[1])) if found else ""
        if not address or found is None:
            raise InvalidInput("Give the link first: /mentions add https://… and, if you like, what it says.")
        return await self._save(command, _item(address, html.unescape(words.strip()[found.end() :])))

    async def _save(self, body: dict[str, Any], item: FoundItem) -> Message:
        workspace, by = workspace_in(body), people_in(body)
        mention_id, known = await self._runtime.run(save_mention, workspace=workspace, item=item, by=by)
        schema = await self._get(workspace, mention_id, by)
        head = "That is kept already; here is how it stands." if known else "Kept as a mention."
        return cards.card(schema, head=head)

    async def _get(self, workspace: str, mention_id: UUID, viewer: str) -> MentionSchema:
        schema: MentionSchema = await self._runtime.read(
            get_mention, workspace=workspace, mention_id=mention_id, viewer=viewer, features=self._runtime.features
        )
        return schema

    async def _page(self, body: dict[str, Any], page: int) -> Message:
        schema = await self._runtime.read(get_open, workspace=workspace_in(body), page=page, viewer=people_in(body))
        return lists.page(schema)


def _item(address: str, text: str) -> FoundItem:
    words, cut = clean_words(text)
    domains = dict.fromkeys(registrable_domain(link) for link in links_in(words))
    return FoundItem(
        address=canonical(address),
        words=words,
        cut=cut,
        domains=tuple(domain for domain in domains if domain),
        handles=handles_in(words),
    )


def _name_of(session: Any, *, person_id: str, now: Any) -> str:  # noqa: ARG001 - every query takes the time
    return clean_line(list_names(session, [person_id]).get(person_id, ""), 100)

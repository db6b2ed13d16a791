"""`/mentions` and its pages, saved messages, settings, imported lists, and webhooks."""

import asyncio
import html
import re
from typing import Any
from uuid import UUID

import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session

from bot.core.errors import BotError, InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.customers.queries.screens import get_upload
from bot.mentions.gateways.lists import read_list
from bot.mentions.gateways.webhooks import LARGEST_BODY, is_signed, read_webhook
from bot.mentions.listeners.sources import SourceListeners
from bot.mentions.queries.matching import list_own_names
from bot.mentions.queries.mentions import get_mention, get_open, get_setup, plan_list, require_may_bring
from bot.mentions.queries.sources import find_signed
from bot.mentions.rules.sentiment import Phrase
from bot.mentions.rules.texts import canonical, clean_line, clean_words, handles_in, links_in
from bot.mentions.schemas.items import FeedItem
from bot.mentions.schemas.mentions import ListRead, MentionSchema, MentionSetup, OwnNames, WebhookSource
from bot.mentions.usecases.aliases import WISH, name_ourselves, save_settings
from bot.mentions.usecases.ingest import ingest_sent, keep_list, save_mention, take_list
from bot.mentions.views import cards, forms
from bot.people.queries import list_names
from bot.people.usecases import require_manager
from bot.slack import blocks as ui
from bot.slack.blocks import Block, Message
from bot.slack.files import fetch_file
from bot.slack.forms import Form
from bot.slack.links import permalink
from bot.slack.presses import message_in, page_in, uuid_in, value_in
from bot.slack.replies import answer_in_window, field_errors, people_in, replies, workspace_in
from bot.slack.windows import fields_named, speaker
from bot.workspaces.gateways import join_channel, look_at_channel

LINK = re.compile(r"<?(https?://[^\s<>|]+)(?:\|[^>]*)?>?", re.IGNORECASE)
HOOKS_PATH = "/hooks/{token}"
LONGEST_TOKEN = 64
TIMESTAMP, SIGNATURE = "X-Evenhand-Timestamp", "X-Evenhand-Signature"
log = structlog.get_logger(__name__)
GONE = "That list isn't here any more; send it again with /mentions import."


class SetupListeners:
    """Listeners for the settings of mentions."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the form of the settings, for managers."""
        ours, schema = await self._runtime.read(_get, workspace=workspace_in(body), viewer=people_in(body))
        await client.views_open(trigger_id=body["trigger_id"], view=forms.setup_form(ours, schema))

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Store the form, all of it or nothing."""
        form = Form.of(body["view"])
        async with field_errors(ack, first_field=forms.BLOCK_OF["names"]):
            with fields_named(forms.BLOCK_OF):
                channel_id = form.channel(forms.BLOCK_OF["channel"]) or ""
                if channel_id:
                    channel = await join_channel(client, await look_at_channel(client, channel_id))
                    if channel.problem:
                        raise InvalidInput(fields={"channel": channel.problem})
                days = form.text(forms.BLOCK_OF["answer_days"])
                names = {name: _lines(form, name) for name in ("names", "domains", "handles")}
                await self._runtime.run(
                    _save, workspace=workspace_in(body), names=names, phrases=_phrases(form), channel_id=channel_id,
                    answer_days=int(days) if days.isdigit() and len(days) <= 4 else 0,  # noqa: PLR2004 - a number of days
                    by=people_in(body),
                )  # fmt: skip
            await ack(response_action="update", view=forms.told("Saved", ui.section("Saved.")))


def _get(session: Session, *, viewer: str, now: Any) -> tuple[OwnNames, MentionSetup]:  # noqa: ARG001 - every query takes the time
    require_manager(session, by=viewer, wish=WISH)
    return list_own_names(session), get_setup(session)


def _save(session: Session, *, names: dict[str, list[str]], by: str, now: Any, **wish: Any) -> None:
    name_ourselves(session, **names, by=by, now=now)
    save_settings(session, **wish, by=by, now=now)


def _lines(form: Form, name: str) -> list[str]:
    return [line.strip() for line in form.text(forms.BLOCK_OF[name]).splitlines() if line.strip()]


def _phrases(form: Form) -> list[Phrase]:
    """
    Read the phrases, a line like `no problem = you're welcome` for each.

    Raises:
        InvalidInput: a line without the kinder words.
    """
    pairs = [line.partition("=") for line in _lines(form, "phrases")]
    wrong = next((words for words, sign, kinder in pairs if not (sign and words.strip() and kinder.strip())), None)
    if wrong is not None:
        sentence = f"Write a kinder phrase after “{wrong.strip()[:60]}”, with = between them."
        raise InvalidInput(fields={"phrases": sentence})
    return [Phrase(words.strip(), kinder.strip()) for words, _, kinder in pairs]


class ImportingListeners:
    """Listeners for lists of mentions that managers bring."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the window that takes a file, for managers."""
        await self._runtime.read(require_may_bring, workspace=workspace_in(body), viewer=people_in(body))
        await client.views_open(trigger_id=body["trigger_id"], view=forms.ask_for_file())

    async def sent(self, ack: AsyncAck, client: AsyncWebClient, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Store the file that was sent, and show what importing it would do."""
        files = Form.of(view).files(forms.FILE)
        if not files:
            await ack(response_action="errors", errors={forms.FILE: "Choose a file: CSV or tab-separated."})
            return
        work = self._looked_at(client, body, str(files[0].get("id")))
        await answer_in_window(ack, client, view["id"], work, title=forms.TITLE)

    async def confirmed(
        self, ack: AsyncAck, client: AsyncWebClient, body: dict[str, Any], view: dict[str, Any]
    ) -> None:
        """Import the list, once."""
        await answer_in_window(ack, client, view["id"], self._taken_in(body, view), title=forms.TITLE)

    async def _looked_at(self, client: AsyncWebClient, body: dict[str, Any], file_id: str) -> Block:
        workspace, who = workspace_in(body), people_in(body)
        await self._runtime.read(require_may_bring, workspace=workspace, viewer=who)
        name, content = await fetch_file(client, file_id, by=who)
        read = await self._read(content, name)
        plan = await self._runtime.read(plan_list, workspace=workspace, read=read, viewer=who)
        upload_id = await self._runtime.run(keep_list, workspace=workspace, file_name=name, content=content, by=who)
        return forms.preview(plan, read, memory=str(upload_id))

    async def _taken_in(self, body: dict[str, Any], view: dict[str, Any]) -> Block:
        upload_id = uuid_in(str(view.get("private_metadata") or ""))
        if upload_id is None:
            raise NotFound(GONE)
        read = await self._kept(body, upload_id)
        done = await self._runtime.run(
            take_list, workspace=workspace_in(body), upload_id=upload_id, read=read, by=people_in(body)
        )
        return forms.done(done, read)

    async def _kept(self, body: dict[str, Any], upload_id: UUID) -> ListRead:
        """Parse the stored file again: a window remembers no file."""
        upload = await self._runtime.read(
            get_upload, workspace=workspace_in(body), upload_id=upload_id, by=people_in(body)
        )
        return await self._read(upload.content, upload.file_name)

    async def _read(self, content: bytes, name: str) -> ListRead:
        read = await asyncio.to_thread(read_list, content, name=name, now=self._runtime.clock.now())
        if read.problem:
            raise InvalidInput(read.problem)
        return read


class AddingListeners:
    """Listeners for the command and for what people save."""

    def __init__(
        self, runtime: Runtime, sources: SourceListeners, setup: SetupListeners, importing: ImportingListeners
    ) -> None:
        self._runtime, self._sources, self._setup, self._importing = runtime, sources, setup, importing

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
                    await ack(**cards.help_page().answer())

    async def turn(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Replace the message with another page."""
        await ack()
        async with replies(respond):
            await respond(**(await self._page(body, page_in(value_in(body)))).replacement())

    async def message(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Save a message as a mention, with its author and link."""
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

    async def _save(self, body: dict[str, Any], item: FeedItem) -> Message:
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
        return cards.page(schema)


def _item(address: str, text: str) -> FeedItem:
    words, cut = clean_words(text)
    return FeedItem(
        address=canonical(address), words=words, cut=cut, links=tuple(links_in(words)), handles=handles_in(words)
    )


def _name_of(session: Any, *, person_id: str, now: Any) -> str:  # noqa: ARG001 - every query takes the time
    return clean_line(list_names(session, [person_id]).get(person_id, ""), 100)


class Hooks:
    """The web handler for `POST /hooks/{token}`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Answer 200 once the items are stored, otherwise a sentence that says what to change."""
        source = await self._find(request.match_info["token"])
        if source is None:
            return _said(404, "Nobody listens at this address; copy it anew from /mentions sources.")
        body = await _read_body(request)
        if body is None:
            return _said(413, "A body may have at most 1 MiB; send fewer items at once.")
        if not self._is_genuine(request, source, body):
            return _said(
                401, "The signature doesn't fit; sign the timestamp, a dot and the raw body, within 5 minutes."
            )
        try:
            items = read_webhook(source.kind, body, mapping=source.mapping)
            taken = await self._runtime.run(
                ingest_sent, workspace=source.workspace_id, source_id=source.source_id, items=tuple(items)
            )
        except BotError as error:
            return _said(400, str(error))
        log.info("hook.received", workspace=source.workspace_id, source=str(source.source_id), new=taken.new)
        return web.json_response({"kept": len(taken.mention_ids), "new": taken.new})

    async def _find(self, token: str) -> WebhookSource | None:
        if not token or len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        found: WebhookSource | None = await self._runtime.read(find_signed, workspace=None, token=token)
        return found

    def _is_genuine(self, request: web.Request, source: WebhookSource, body: bytes) -> bool:
        """Return whether the signature is right; it may be missing unless the source requires it."""
        signature = request.headers.get(SIGNATURE, "")
        if not signature and not source.is_signed:
            return True
        timestamp, now = request.headers.get(TIMESTAMP, ""), self._runtime.clock.wall()
        return is_signed(secrets=source.secrets, timestamp=timestamp, signature=signature, body=body, now=now)


async def _read_body(request: web.Request) -> bytes | None:
    """Return the raw body, None if it is too long; no more than the limit is read."""
    if (request.content_length or 0) > LARGEST_BODY:
        return None
    body = bytearray()
    async for piece in request.content.iter_chunked(65536):
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _said(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)

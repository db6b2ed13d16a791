"""`/mentions` and its pages, saved messages, settings, imported lists, and webhooks."""

import asyncio
import math
import re
from typing import Any

import structlog
from aiohttp import web
from sqlmodel import Session

from bot.core.errors import BotError, InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.customers.queries.screens import get_upload
from bot.mentions.gateways.lists import read_list
from bot.mentions.gateways.webhooks import RateLimit, is_signed, read_webhook
from bot.mentions.listeners import sources
from bot.mentions.queries.feeling import get_feeling
from bot.mentions.queries.matching import list_own_names
from bot.mentions.queries.mentions import get_mention, get_open, get_setup, plan_list, require_may_bring
from bot.mentions.queries.sources import find_signed
from bot.mentions.rules.sentiment import Phrase
from bot.mentions.rules.texts import canonical, clean_line, clean_words, handles_in, links_in
from bot.mentions.schemas.feeling import FeelingSchema
from bot.mentions.schemas.items import FeedItem
from bot.mentions.schemas.mentions import ListRead, MentionSetup, OwnNames, WebhookSource
from bot.mentions.usecases import feeling
from bot.mentions.usecases.aliases import WISH, name_ourselves, save_settings
from bot.mentions.usecases.ingest import ingest_sent, keep_list, save_mention, take_list
from bot.mentions.views import cards, forms
from bot.people.queries import list_names
from bot.people.usecases import require_manager
from bot.slack import blocks as ui
from bot.slack.blocks import Block, Message
from bot.slack.callers import Caller
from bot.slack.files import fetch_file
from bot.slack.message_refs import permalink
from bot.slack.payloads import Form, message_in, page_in, uuid_in
from bot.workspaces.gateways import join_channel, look_at_channel

LINK = re.compile(r"<?(https?://[^\s<>|]+)(?:\|[^>]*)?>?", re.IGNORECASE)
HOOKS_PATH = "/hooks/{token}"
LONGEST_TOKEN = 64
TIMESTAMP, SIGNATURE = "X-Evenhand-Timestamp", "X-Evenhand-Signature"
log = structlog.get_logger(__name__)
GONE = "That list isn't here any more; send it again with /mentions import."


async def command(caller: Caller) -> None:
    """Answer `/mentions [add | import | sources | setup | help]`."""
    first, _, rest = caller.text.partition(" ")
    match first.casefold():
        case "":
            await caller.respond(cards.page(await caller.read(get_open, page=0)))
        case "add":
            await caller.respond(await _add(caller, rest.strip()))
        case "import":
            await caller.read(require_may_bring)
            await caller.open(forms.ask_for_file())
        case "sources":
            await caller.respond(await sources.get_page(caller, 0))
        case "setup":
            await caller.open(forms.setup_form(*await caller.read(_get)))
        case _:
            await caller.respond(cards.help_page())


async def turn(caller: Caller) -> None:
    """Replace the message with another page."""
    await caller.replace(cards.page(await caller.read(get_open, page=page_in(caller.value))))


async def save_message(caller: Caller) -> None:
    """Save a message as a mention, with its author and link."""
    where, text = message_in(caller.body)
    item = _item(await permalink(caller.client, **where), text)
    author_id = str(caller.body["message"].get("user") or "")
    author = await caller.runtime.read(_name_of, workspace=caller.workspace, person_id=author_id)
    place = clean_line(f"#{(caller.body.get('channel') or {}).get('name') or 'a message'}", 100)
    await caller.respond(await _save_mention(caller, item.model_copy(update={"author": author, "place": place})))


async def _add(caller: Caller, words: str) -> Message:
    found = LINK.match(words)
    address = canonical(found[1]) if found else ""
    if not address or found is None:
        raise InvalidInput("Give the link first: /mentions add https://… and, if you like, what it says.")
    return await _save_mention(caller, _item(address, words[found.end() :]))


async def _save_mention(caller: Caller, item: FeedItem) -> Message:
    mention_id, known = await caller.run(save_mention, item=item)
    schema = await caller.read(get_mention, mention_id=mention_id, features=caller.features)
    return cards.card(schema, head="That is kept already; here is how it stands." if known else "Kept as a mention.")


def _item(address: str, text: str) -> FeedItem:
    words, cut = clean_words(text)
    return FeedItem(
        address=canonical(address), words=words, cut=cut, links=tuple(links_in(words)), handles=handles_in(words)
    )


def _name_of(session: Any, *, person_id: str, now: Any) -> str:  # noqa: ARG001 - every query takes the time
    return clean_line(list_names(session, [person_id]).get(person_id, ""), 100)


async def save_setup(caller: Caller) -> None:
    """Store the form of the settings, all of it or nothing."""
    form = caller.form
    channel_id = form.channel(forms.BLOCK_OF["channel"]) or ""
    if channel_id:
        channel = await join_channel(caller.client, await look_at_channel(caller.client, channel_id))
        if channel.problem:
            raise InvalidInput(fields={"channel": channel.problem})
    days = form.text(forms.BLOCK_OF["answer_days"])
    await caller.run(
        _save,
        names={name: _lines(form, name) for name in ("names", "domains", "handles")},
        phrases=_phrases(form),
        channel_id=channel_id,
        answer_days=int(days) if days.isdigit() and len(days) <= 4 else 0,  # noqa: PLR2004 - a number of days
    )
    await caller.show(forms.notice("Saved", ui.section("Saved.")))


async def go_back(caller: Caller) -> None:
    """Read mentions as before the last time that something was learnt."""
    await _redraw(caller, await caller.run(feeling.go_back))


async def learn_again(caller: Caller) -> None:
    """Use what was set aside again."""
    await _redraw(caller, await caller.run(feeling.learn_again))


async def _redraw(caller: Caller, learnt: FeelingSchema) -> None:
    """Redraw the settings with what has been typed into them."""
    form = caller.form
    ours = OwnNames(**{name: tuple(_lines(form, name)) for name in ("names", "domains", "handles")})
    _, schema, _ = await caller.read(_get)
    view = forms.setup_form(ours, schema, learnt)
    await caller.client.views_update(view_id=caller.view["id"], hash=caller.view["hash"], view=view)


def _get(session: Session, *, viewer: str, now: Any) -> tuple[OwnNames, MentionSetup, FeelingSchema]:  # noqa: ARG001 - every query takes the time
    require_manager(session, by=viewer, wish=WISH)
    return list_own_names(session), get_setup(session), get_feeling(session)


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


async def receive_file(caller: Caller) -> None:
    """Store the file that was sent, and show what importing it would do."""
    files = caller.form.files(forms.FILE)
    if not files:
        raise InvalidInput(fields={forms.FILE: "Choose a file: CSV or tab-separated."})
    await caller.show_in_time(_keep_file(caller, str(files[0].get("id"))), title=forms.TITLE)


async def import_list(caller: Caller) -> None:
    """Import the list, once."""
    await caller.show_in_time(_import(caller), title=forms.TITLE)


async def _keep_file(caller: Caller, file_id: str) -> Block:
    await caller.read(require_may_bring)
    name, content = await fetch_file(caller.client, file_id, by=caller.person)
    read = await _read_list(caller, content, name)
    plan = await caller.read(plan_list, read=read)
    upload_id = await caller.run(keep_list, file_name=name, content=content)
    return forms.preview(plan, read, state=str(upload_id))


async def _import(caller: Caller) -> Block:
    upload_id = uuid_in(str(caller.view.get("private_metadata") or ""))
    if upload_id is None:
        raise NotFound(GONE)
    upload = await caller.check(get_upload, upload_id=upload_id)
    read = await _read_list(caller, upload.content, upload.file_name)
    return forms.done(await caller.run(take_list, upload_id=upload_id, read=read), read)


async def _read_list(caller: Caller, content: bytes, name: str) -> ListRead:
    read = await asyncio.to_thread(read_list, content, name=name, now=caller.runtime.clock.now())
    if read.problem:
        raise InvalidInput(read.problem)
    return read


class Hooks:
    """The web handler for `POST /hooks/{token}`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._rates = RateLimit(stopwatch=runtime.clock.monotonic)

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Answer 200 once the items are stored, otherwise a sentence that says what to change."""
        source = await self._find(request.match_info["token"])
        if source is None:
            return _said(404, "Nobody listens at this address; copy it again from /mentions sources.")
        if (wait := self._rates.seconds_to_wait(source.source_id)) > 0:
            return _said(429, "Too many requests; send several items at once, or wait a minute.", wait=wait)
        body = await request.read()
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


def _said(status: int, words: str, *, wait: float = 0) -> web.Response:
    headers = {"Retry-After": str(math.ceil(wait))} if wait else {}
    return web.json_response({"error": words}, status=status, headers=headers)

"""What Slack sends about commitments: the command, the shortcut, the form, the lists, the buttons and their windows."""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.checkins.rules import Channel, Result
from bot.commitments.queries import CommitmentKind, find_whose, get_list, get_one, get_told
from bot.commitments.queries.commands import parse_subject
from bot.commitments.rules import LINK
from bot.commitments.schemas import CommitmentsTold, ParsedCommand
from bot.commitments.views import help_message, page_actions, saved
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.core.schemas import Subject
from bot.customers.views import choose
from bot.slack.blocks import Block, Message
from bot.slack.forms import Form
from bot.slack.links import permalink
from bot.slack.places import ADDRESS, Place, Places, address_of
from bot.slack.presses import action_and_id, block_in, ids_in, message_in, page_in, uuid_in, value_in
from bot.slack.replies import answer_in_time, field_errors, people_in, replies, workspace_in
from bot.slack.windows import fields_named, open_window, speaker
from bot.workspaces.listeners import Window, Windows, refusals_kept

QUOTE = 3000


class CommitmentMemory(Place):
    """
    What a window remembers: the message of the press, or for a new commitment the message that it comes from.

    A kind's own memory adds the id of the commitment. *kind* is `one`, `list`, or another message of the kind's, with
    the *ids* in it; a list has an owner (*whose*) and a *page*.
    """

    ids: tuple[UUID, ...] = ()
    whose: str = ""
    page: int = 0
    link: str = ""
    domain: str = ""


M = TypeVar("M", bound=CommitmentMemory)


@dataclass(frozen=True)
class CommitmentScreens(Generic[M]):
    """
    What the shared listeners need of one kind of commitment: its action ids, queries, use cases and views.

    *about* is what its use cases call the commitment's id. *single* and *several* draw its messages about one or more
    commitments, by the word that begins the ids of their blocks after the feature's. `read_form(view)` returns what
    the form holds and the block ids of its fields; `told(schema, viewer)` says what was saved, as markup.
    """

    kind: CommitmentKind[Any, Any]
    feature: str
    about: str
    memory: type[M]
    help: str
    list_view: Callable[[Any], Message]
    single: Mapping[str, Callable[[Any], Message]]
    shortcut: str
    offer: str
    presses: tuple[str, ...]
    parse: Callable[..., ParsedCommand]
    get_command: Callable[..., ParsedCommand]
    form: Callable[..., Block]
    form_id: str
    read_form: Callable[[Mapping[str, Any]], tuple[dict[str, Any], Mapping[str, str]]]
    submit: Callable[..., Any]
    told: Callable[[Any, str], str]
    get_pressed: Callable[..., Any]
    forms: Mapping[str, Callable[..., Block]]
    windows: Mapping[str, Window]
    fields: Mapping[str, str]
    out_of_date: str
    several: Mapping[str, tuple[type[CommitmentsTold[Any]], Callable[[Any], Message]]] = field(default_factory=dict)


class CommitmentListeners(Generic[M]):
    """Listeners from the wish to have something done to what became of it."""

    def __init__(self, runtime: Runtime, screens: CommitmentScreens[M]) -> None:
        self.runtime, self.screens = runtime, screens
        self.places = Places[M](self.draw)
        self.back, self.on = page_actions(screens.feature)

    def register(self, app: AsyncApp) -> None:
        """Listen to everything that every kind has on screen."""
        screens = self.screens
        windows = Windows(
            self.runtime, self.places, screens.memory, screens.windows, about=screens.about, fields=screens.fields
        )
        app.command(screens.kind.command)(self.command)
        app.shortcut(screens.shortcut)(self.message)
        app.action(screens.offer)(self.offered)
        app.view(screens.form_id)(self.save)
        app.action(self.back)(self.turn)
        app.action(self.on)(self.turn)
        for press in screens.presses:
            app.action(press)(self.press)
        for window in screens.windows:
            app.view(window)(windows.save)

    async def command(
        self, ack: AsyncAck, respond: AsyncRespond, command: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Do what the words say, in the ack; where something is left to ask, in the form."""
        words = html.unescape(str(command.get("text") or "")).strip()
        async with replies(ack, draw=choose):
            await answer_in_time(ack, respond, self.answer(command, words, client), draw=choose)

    async def offered(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the form for what a button is about."""
        await ack()
        value = value_in(body)
        async with replies(speaker(client, body, respond)), self.refusals(body, self.screens.offer, value):
            subject = parse_subject(value, command=self.screens.kind.command)
            await self._open(client, body, subject, self.screens.memory(link=subject.link[:LINK] if subject else ""))

    async def message(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the form for a message: its words are what is owed, with its link."""
        await ack()
        async with replies(speaker(client, body, respond)):
            where, said = message_in(body)
            subject = Subject(kind="message", id=where["ts"], words=said[:QUOTE])
            await self._open(client, body, subject, self.screens.memory(**where))

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Save what the form holds, and say who owes it now."""
        view, screens = body["view"], self.screens
        async with field_errors(ack, first_field=next(iter(screens.fields.values()))):
            entered, fields = screens.read_form(view)
            with fields_named(fields):
                if entered["customer_id"] is None:
                    raise InvalidInput(fields={"customer": "Choose the customer; type a part of the name."})
                memory = screens.memory.kept_in(view)
                link = memory.link or await permalink(client, memory.channel, memory.ts, memory.domain)
                async with self.refusals(body, screens.form_id, entered["customer_id"]):
                    schema = await self.run(body, screens.submit, link=link, view_id=view["id"], **entered)
            await ack(response_action="update", view=saved(screens.told(schema, people_in(body))))

    async def turn(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        """Show another page in the place of this one."""
        await ack()
        value = value_in(body)
        async with replies(respond), self.refusals(body, self.on, value):
            page, _, whose = value.partition(" ")
            await respond(**(await self._page(body, whose, page_in(page))).replacement())

    async def press(self, ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        """Open the window for a button or a menu's choice; where that is over, say so and draw the message anew."""
        await ack()
        screens = self.screens
        async with replies(speaker(client, body, respond)):
            action, key = action_and_id(body)
            commitment_id, form = uuid_in(key), screens.forms.get(action)
            if commitment_id is None or form is None:
                raise NotFound(screens.out_of_date)
            async with self.refusals(body, action, commitment_id):
                about = {screens.about: commitment_id}
                pressed = await self.read(body, screens.get_pressed, action=action, **about)
            memory = self.memory_of(body, commitment_id)
            if pressed.refused:
                await self.places.redraw(client, body, memory)
                raise AlreadyDone(pressed.refused)
            await open_window(client, body, form(pressed.commitment, memory=memory.kept()))

    async def answer(self, command: dict[str, Any], words: str, client: AsyncWebClient) -> Message | None:
        """Return what the command comes to; None once a window is open."""
        first, _, rest = words.partition(" ")
        if first.casefold() == "list":
            whose = await self.read(command, find_whose, words=rest, kind=self.screens.kind)
            return await self._page(command, whose, 0)
        if words.casefold() == "help":
            return help_message(self.screens.kind.command, self.screens.help)
        if words:
            parsed = await self.read(command, self.screens.parse, words=words)
        else:
            parsed = await self.read(command, self.screens.get_command, subject=None)
        if parsed.is_complete:
            return await self.carry_out(command, parsed)
        memory = self.screens.memory(url=str(command.get("response_url") or "")[:ADDRESS])
        form = self.screens.form(parsed, memory=memory.kept())
        await client.views_open(trigger_id=command["trigger_id"], view=form)
        return None

    async def draw(self, memory: M, *, workspace: str, viewer: str) -> Message:
        """Return the message of a press as it is now."""
        screens = self.screens
        about: dict[str, Any] = {"workspace": workspace, "kind": screens.kind}
        if memory.kind == "list":
            seen = await self.runtime.read(get_list, whose=memory.whose, page=memory.page, viewer=viewer, **about)
            return screens.list_view(seen)
        if memory.kind in screens.several:
            told, view = screens.several[memory.kind]
            return view(await self.runtime.read(get_told, told=told, ids=memory.ids, person_id=viewer, **about))
        commitment_id = getattr(memory, screens.about)
        one = await self.runtime.read(get_one, commitment_id=commitment_id, viewer=viewer, **about)
        return screens.single[memory.kind](one)

    async def carry_out(self, command: Mapping[str, Any], parsed: ParsedCommand) -> Message:
        """Do what a complete command asks for; a kind whose commands are complete has its own."""
        raise NotImplementedError

    async def read(self, body: Mapping[str, Any], query: Callable[..., Any], **inputs: Any) -> Any:
        """Ask *query* as whoever sent *body*."""
        return await self.runtime.read(query, workspace=workspace_in(body), viewer=people_in(body), **inputs)

    async def run(self, body: Mapping[str, Any], use_case: Callable[..., Any], **inputs: Any) -> Any:
        """Run *use_case* as whoever sent *body*."""
        return await self.runtime.run(use_case, workspace=workspace_in(body), by=people_in(body), **inputs)

    def refusals(self, body: Mapping[str, Any], action: str, key: object) -> Any:
        """Return a context in which the audit trail learns of every refusal."""
        return refusals_kept(self.runtime, body, action=action, key=key)

    def memory_of(self, body: Mapping[str, Any], commitment_id: UUID) -> M:
        """Return where a button or menu was used: its message, and which of ours that is."""
        block, rest = block_in(body)
        kind = block.removeprefix(f"{self.screens.feature}.")
        where: dict[str, Any] = {self.screens.about: commitment_id, **address_of(body)}
        if kind == "list":
            page, _, whose = rest.rpartition(":")[0].partition(":")
            return self.screens.memory(kind=kind, whose=whose, page=page_in(page), **where)
        if kind not in {*self.screens.single, *self.screens.several}:
            return self.screens.memory(**where)
        return self.screens.memory(kind=kind, ids=ids_in(body, block), **where)

    async def _page(self, body: Mapping[str, Any], whose: str, page: int) -> Message:
        listed = await self.read(body, get_list, whose=whose, page=page, kind=self.screens.kind)
        return self.screens.list_view(listed)

    async def _open(self, client: AsyncWebClient, body: dict[str, Any], subject: Subject | None, memory: M) -> None:
        parsed = await self.read(body, self.screens.get_command, subject=subject)
        await open_window(client, body, self.screens.form(parsed, memory=memory.kept()))


def press_key(command: Mapping[str, Any]) -> str:
    """Return what tells one command from another, also when Slack sends it again."""
    return str(command.get("trigger_id") or "")[:200]


def read_checkin(form: Form, *, result_id: str, channel_id: str) -> dict[str, Any]:
    """Return the check-in that is recorded along with something else; `result` None: none is."""
    return {
        "result": next((one for one in Result if one.value == form.choice(result_id)), None),
        "channel": next((one for one in Channel if one.value == form.choice(channel_id)), Channel.CALL),
    }

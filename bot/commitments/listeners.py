"""Listeners that every kind of commitment has: the command, the shortcut, the form, the lists, the buttons, modals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

from bot.checkins.listeners.origins import draw_reminder
from bot.checkins.rules import Channel, Result
from bot.checkins.views import REMINDER
from bot.commitments.queries import CommitmentKind, find_list_key, get_list, get_notified, get_one
from bot.commitments.queries.commands import parse_subject
from bot.commitments.rules import LINK
from bot.commitments.schemas import NotifiedCommitments, ParsedCommand
from bot.commitments.views import help_message, page_actions, saved
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.core.schemas import Subject
from bot.customers.views import choose
from bot.slack.blocks import Block, Message
from bot.slack.callers import Caller
from bot.slack.listeners import Listeners
from bot.slack.message_refs import ADDRESS, MessageRef, address_of, permalink
from bot.slack.modals import OUT_OF_DATE
from bot.slack.payloads import Form, action_and_id, block_in, ids_in, message_in, page_in, uuid_in

QUOTE = 3000
CHOOSE_CUSTOMER = "Choose the customer; type part of the name."


class CommitmentRef(MessageRef):
    """
    The message of a button, or for a new commitment the message that it comes from; a modal carries it.

    Each kind's own class adds the id of the commitment. *kind* is `one`, `list`, or another message of the feature,
    with the *ids* in it; a list has a key (*whose*) and a *page*. A
    reminder of the morning has its *reminder_id*.
    """

    ids: tuple[UUID, ...] = ()
    whose: str = ""
    page: int = 0
    reminder_id: UUID | None = None
    link: str = ""
    domain: str = ""


R = TypeVar("R", bound=CommitmentRef)


@dataclass(frozen=True)
class Submission:
    """
    How a submitted modal is handled: the use case, the inputs that *read* takes from the form, and the field that
    errors without a field stand under. *confirm* draws what replaces the modal, where closing it doesn't say enough.
    """

    use_case: Callable[..., Any]
    first_field: str
    read: Callable[[Form], dict[str, Any]]
    confirm: Callable[[Any], Block] | None = None


@dataclass(frozen=True)
class CommitmentScreens(Generic[R]):
    """
    What the shared listeners need of one kind of commitment: its action ids, queries, use cases and views.

    *id_name* is what its use cases call the commitment's id. *single* and *several* draw its messages about one or more
    commitments, by the word that begins the ids of their blocks after the feature's. `read_form(view)` returns what
    the form holds; `confirm(schema, viewer)` says what was saved, as markup. *submissions* are by callback id.
    """

    kind: CommitmentKind[Any, Any]
    feature: str
    id_name: str
    ref: type[R]
    help: str
    list_view: Callable[[Any], Message]
    single: Mapping[str, Callable[[Any], Message]]
    shortcut: str
    offer: str
    buttons: tuple[str, ...]
    parse: Callable[..., ParsedCommand]
    get_command: Callable[..., ParsedCommand]
    form: Callable[..., Block]
    form_id: str
    read_form: Callable[[Mapping[str, Any]], dict[str, Any]]
    submit: Callable[..., Any]
    confirm: Callable[[Any, str], str]
    get_pressed: Callable[..., Any]
    forms: Mapping[str, Callable[..., Block]]
    submissions: Mapping[str, Submission]
    fields: Mapping[str, str]
    out_of_date: str
    several: Mapping[str, tuple[type[NotifiedCommitments[Any]], Callable[[Any], Message]]] = field(default_factory=dict)


class CommitmentListeners(Generic[R]):
    """Listeners of one kind of commitment; its own class adds to `command`, `press` and `execute`."""

    def __init__(self, screens: CommitmentScreens[R]) -> None:
        self.screens = screens

    def register(self, on: Listeners) -> None:
        """Register a listener for everything that every kind has on screen."""
        screens = self.screens
        on.command(screens.kind.command, self.command, suggest=choose)
        on.shortcut(screens.shortcut, self.message)
        on.action(screens.offer, self.offered)
        first_field = next(iter(screens.fields.values()))
        on.view(screens.form_id, self.save, first_field=first_field, fields=screens.fields)
        for action_id in page_actions(screens.feature):
            on.action(action_id, self.turn)
        for action_id in screens.buttons:
            on.action(action_id, self.press)
        for callback_id, submission in screens.submissions.items():
            submit = partial(self.submit, submission)
            on.view(callback_id, submit, first_field=submission.first_field, fields=screens.fields)

    async def command(self, caller: Caller) -> None:
        """Do what the words say, or open the form if something is missing."""
        screens = self.screens
        first, _, rest = caller.text.partition(" ")
        if first.casefold() == "list":
            whose = await caller.read(find_list_key, words=rest, kind=screens.kind)
            await caller.respond(await self._list(caller, whose, 0))
        elif caller.text.casefold() == "help":
            await caller.respond(help_message(screens.kind.command, screens.help))
        elif not caller.text:
            await self._open(caller, None, screens.ref(url=caller.url[:ADDRESS]))
        elif (parsed := await caller.read(screens.parse, words=caller.text)).is_complete:
            await caller.respond(await self.execute(caller, parsed))
        else:
            await caller.open(screens.form(parsed, state=screens.ref(url=caller.url[:ADDRESS]).dump()))

    async def execute(self, caller: Caller, parsed: ParsedCommand) -> Message:
        """Do what a complete command asks for; a kind whose commands are complete has its own."""
        raise NotImplementedError

    async def offered(self, caller: Caller) -> None:
        """Open the form for what a button is about."""
        await self.open_for(caller, parse_subject(caller.value, command=self.screens.kind.command))

    async def open_for(self, caller: Caller, subject: Subject | None) -> None:
        """Open the form for a subject."""
        await self._open(caller, subject, self.screens.ref(link=subject.link[:LINK] if subject else ""))

    async def message(self, caller: Caller) -> None:
        """Open the form for a message: its words are what is owed, with its link."""
        where, text = message_in(caller.body)
        subject = Subject(kind="message", id=where["ts"], words=text[:QUOTE])
        await self._open(caller, subject, self.screens.ref(**where))

    async def save(self, caller: Caller) -> None:
        """Save what the form holds, and say who owes it now."""
        entered = self.screens.read_form(caller.view)
        if entered["customer_id"] is None:
            raise InvalidInput(fields={"customer": CHOOSE_CUSTOMER})
        ref = self.screens.ref.load(caller.view)
        link = ref.link or await permalink(caller.client, ref.channel, ref.ts, ref.domain)
        schema = await caller.run(self.screens.submit, **entered, link=link, view_id=caller.view["id"])
        await caller.show(saved(self.screens.confirm(schema, caller.person)))

    async def turn(self, caller: Caller) -> None:
        """Show another page in the place of this one."""
        page, _, whose = caller.value.partition(" ")
        await caller.replace(await self._list(caller, whose, page_in(page)))

    async def press(self, caller: Caller) -> None:
        """Open the modal for a button or a menu's choice; where that is over, say so and redraw the message."""
        screens = self.screens
        action, key = action_and_id(caller.body)
        commitment_id = uuid_in(key)
        if commitment_id is None or action not in screens.forms:
            raise NotFound(screens.out_of_date)
        pressed = await caller.read(screens.get_pressed, action=action, **{screens.id_name: commitment_id})
        ref = self.ref_of(caller, commitment_id)
        if pressed.refused:
            await caller.redraw(ref, self.draw)
            raise AlreadyDone(pressed.refused)
        await caller.open(screens.forms[action](pressed.commitment, state=ref.dump()))

    async def submit(self, submission: Submission, caller: Caller) -> None:
        """Run the use case of a modal, and redraw the message that the modal was opened from."""
        ref = self.screens.ref.load(caller.view)
        commitment_id = getattr(ref, self.screens.id_name)
        if commitment_id is None:
            raise InvalidInput(OUT_OF_DATE)
        inputs = {self.screens.id_name: commitment_id, **submission.read(caller.form)}
        schema = await caller.run(submission.use_case, **inputs, view_id=caller.view["id"])
        await caller.finish(ref, self.draw, submission.confirm(schema) if submission.confirm else None)

    async def draw(self, caller: Caller, ref: R) -> Message:
        """Return the message of a button as it is now."""
        screens = self.screens
        if ref.reminder_id:
            return await draw_reminder(caller, ref.reminder_id)
        if ref.kind == "list":
            return await self._list(caller, ref.whose, ref.page)
        if ref.kind in screens.several:
            schema, view = screens.several[ref.kind]
            inputs: dict[str, Any] = {"kind": screens.kind, "schema": schema, "ids": ref.ids}
            inputs |= {"workspace": caller.workspace, "person_id": caller.person}
            return view(await caller.runtime.read(get_notified, **inputs))
        commitment_id = getattr(ref, screens.id_name)
        return screens.single[ref.kind](await caller.read(get_one, commitment_id=commitment_id, kind=screens.kind))

    def ref_of(self, caller: Caller, commitment_id: UUID) -> R:
        """Return the message that a button or menu stands in, and which of ours it is."""
        block, rest = block_in(caller.body)
        kind = block.removeprefix(f"{self.screens.feature}.")
        where: dict[str, Any] = {self.screens.id_name: commitment_id, **address_of(caller.body)}
        if block == REMINDER:
            reminder_id = uuid_in(rest.partition(":")[0])
            return self.screens.ref(kind="reminder" if reminder_id else "none", reminder_id=reminder_id, **where)
        if kind == "list":
            page, _, whose = rest.rpartition(":")[0].partition(":")
            return self.screens.ref(kind=kind, whose=whose, page=page_in(page), **where)
        if kind not in {*self.screens.single, *self.screens.several}:
            return self.screens.ref(**where)
        return self.screens.ref(kind=kind, ids=ids_in(caller.body, block), **where)

    async def _list(self, caller: Caller, whose: str, page: int) -> Message:
        return self.screens.list_view(await caller.read(get_list, whose=whose, page=page, kind=self.screens.kind))

    async def _open(self, caller: Caller, subject: Subject | None, ref: R) -> None:
        parsed = await caller.read(self.screens.get_command, subject=subject)
        await caller.open(self.screens.form(parsed, state=ref.dump()))


def command_key(caller: Caller) -> str:
    """Return what tells one command from another, also when Slack sends it again."""
    return str(caller.body.get("trigger_id") or "")[:200]


def read_checkin(form: Form, *, result_id: str, channel_id: str) -> dict[str, Any]:
    """Return the check-in that is recorded along with something else; `result` None: none is."""
    return {
        "result": next((one for one in Result if one.value == form.choice(result_id)), None),
        "channel": next((one for one in Channel if one.value == form.choice(channel_id)), Channel.CALL),
    }

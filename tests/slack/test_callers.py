"""Listeners get one `Caller` each, acknowledged in time, and every error is answered."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

import pytest
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from sqlmodel import Session, col, select

from bot.core.errors import InvalidInput, NotAllowed, NotFound
from bot.people.queries import find_person_row
from bot.people.tables import Person
from bot.slack.acknowledging import GOING_ON, Acknowledgement
from bot.slack.blocks import Block, Message, field_of, modal, section, text_input
from bot.slack.callers import Caller
from bot.slack.listeners import Listeners
from bot.workspaces.tables import AuditEntry
from tests.makers import ANA, BOB, MARA, WORKSPACE, Office
from tests.world import World, open_world

URL = "https://hooks.slack.com/actions/1"
HELLO = Message(text="Hello", blocks=[section("Hello")])


class App:
    """Where Bolt's app stands in production: it keeps the functions that are registered."""

    def __init__(self) -> None:
        self.handle: Callable[..., Awaitable[None]] | None = None

    def __getattr__(self, _kind: str) -> Callable[[Any], Callable[[Any], None]]:
        return lambda *_what: self._keep

    def _keep(self, handle: Callable[..., Awaitable[None]]) -> None:
        self.handle = handle


class Client:
    """A client that keeps the modals it is asked to show; a modal can be closed already."""

    def __init__(self, error: str = "") -> None:
        self.shown: list[tuple[str, Block]] = []
        self.error = error

    async def views_open(self, *, trigger_id: str, view: Block) -> dict[str, Any]:
        """Keep a modal."""
        self.shown.append((trigger_id, view))
        return {"view": {"id": "V1"}}

    async def views_push(self, *, trigger_id: str, view: Block) -> dict[str, Any]:
        """Keep a modal on top of another."""
        return await self.views_open(trigger_id=f"push {trigger_id}", view=view)

    async def views_update(self, *, view_id: str, view: Block) -> None:
        """Keep a modal, unless an error is to be told."""
        if self.error:
            raise SlackApiError("failed", type("Response", (), {"data": {"error": self.error}})())  # type: ignore[arg-type]
        self.shown.append((view_id, view))


class Request:
    """One request to a listener, and what came back."""

    def __init__(self, office: Office, body: dict[str, Any], *, patience: float = 5.0, error: str = "") -> None:
        self.app, self.ack, self.client = App(), Acknowledgement(), Client(error)
        self.responses: list[dict[str, Any]] = []
        self.on = Listeners(self.app, office.runtime, patience=patience, press_patience=patience)  # type: ignore[arg-type]
        self.body = {"team_id": WORKSPACE, "user_id": ANA, "trigger_id": "1", **body}

    async def send(self) -> None:
        """Send it, and wait until the listener has ended."""
        about = {"ack": self.ack, "client": self.client, "respond": self._respond, "team_id": WORKSPACE, "user_id": ANA}
        assert self.app.handle
        await self.app.handle(self.body, AsyncBoltContext(about))
        await asyncio.gather(*GOING_ON)

    async def _respond(self, **answer: Any) -> None:
        self.responses.append(answer)

    @property
    def acknowledgement(self) -> str:
        """The body of the acknowledgement."""
        assert self.ack.response
        return str(self.ack.response.body)


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot against the rehearsal."""
    async with open_world(sqlite_url) as opened:
        yield opened


async def test_a_commands_first_answer_is_in_the_acknowledgement_and_the_next_below(office: Office) -> None:
    """Its words are as they were typed: Slack escapes three characters."""
    request = Request(office, {"command": "/hello", "text": " Tea &amp; cake ", "response_url": URL})

    async def greet(caller: Caller) -> None:
        await caller.respond(Message(text=caller.text))
        await caller.respond(HELLO)

    request.on.command("/hello", greet)
    await request.send()
    assert '"text": "Tea & cake"' in request.acknowledgement
    assert [(one["text"], one["replace_original"]) for one in request.responses] == [("Hello", False)]


async def test_a_command_that_takes_long_is_acknowledged_and_answered_below(office: Office) -> None:
    """Errors too; Slack waits for three seconds only."""
    for error in (None, NotFound("No customer is called so.")):
        request = Request(office, {"command": "/hello", "response_url": URL}, patience=0)

        async def think(caller: Caller, error: Exception | None = error, request: Request = request) -> None:
            await request.ack.given.wait()
            if error:
                raise error
            await caller.respond(HELLO)

        request.on.command("/hello", think)
        await request.send()
        assert request.acknowledgement == ""
        assert [one["text"] for one in request.responses] == [str(error or "Hello")]


async def test_a_command_that_opened_a_modal_is_acknowledged_without_words(office: Office) -> None:
    """Nothing is posted below it."""
    request = Request(office, {"command": "/hello", "response_url": URL})

    async def ask(caller: Caller) -> None:
        assert await caller.open(modal("Hello", [], callback_id="hello")) == "V1"

    request.on.command("/hello", ask)
    await request.send()
    assert (request.acknowledgement, request.responses) == ("", [])


def add_person_row(session: Session, *, by: str, now: datetime) -> None:
    """Store something."""
    assert by == ANA
    session.add(Person(id="U0NEW", name="New", name_key="new", synced_at=now))


async def test_a_press_is_acknowledged_once_what_it_does_is_stored(office: Office) -> None:
    """Not before, not with an answer, and before the listener goes on."""
    request = Request(office, {"response_url": URL, "actions": [{"action_id": "a", "value": "1"}]})
    seen: list[bool] = []

    async def listener(caller: Caller) -> None:
        await caller.respond(HELLO)
        seen.append(caller.is_acknowledged)
        await caller.run(add_person_row)
        seen.append(caller.is_acknowledged)

    request.on.action("a", listener)
    await request.send()
    assert seen == [False, True]
    assert (request.acknowledgement, [one["text"] for one in request.responses]) == ("", ["Hello"])


async def test_a_press_that_takes_too_long_is_acknowledged_before(office: Office) -> None:
    """Slack wouldn't wait longer; it is carried out all the same."""
    request = Request(office, {"actions": [{"action_id": "a", "value": "1"}]}, patience=0.01)

    async def listener(caller: Caller) -> None:
        await request.ack.given.wait()
        await caller.run(add_person_row)

    request.on.action("a", listener)
    await request.send()
    assert office.look(lambda session: find_person_row(session, "U0NEW")) is not None


async def test_an_error_after_a_press_stands_below_its_message_or_in_a_modal(office: Office) -> None:
    """A modal where there is no message, and where the listener's title asks for one."""
    for body, title, where in (
        ({"response_url": URL}, "", "below"), ({}, "", "That didn't work"), ({"response_url": URL}, "Setup", "Setup"),
    ):  # fmt: skip
        request = Request(office, {**body, "actions": [{"action_id": "a", "value": "1"}]})

        async def refuse(caller: Caller) -> None:
            raise NotFound(f"Nothing stands behind {caller.value} & co.")

        request.on.action("a", refuse, title=title)
        await request.send()
        shown = [view["title"]["text"] for _, view in request.client.shown]
        assert shown or [one["text"] for one in request.responses] == ["Nothing stands behind 1 &amp; co."]
        assert (shown or ["below"]) == [where]


async def test_a_sentence_in_a_modal_shows_names_as_they_are_written(office: Office) -> None:
    """Escaped for Slack once, not twice; on top of the modal that the control stands in."""
    for view_type, how in (("home", "1"), ("modal", "push 1")):
        request = Request(office, {"view": {"type": view_type}})

        async def refuse(_caller: Caller) -> None:
            raise NotFound("No customer is called Tea & Cake.")

        request.on.action("a", refuse)
        await request.send()
        [(opened, view)] = request.client.shown
        assert (opened, view["blocks"][0]["text"]["text"]) == (how, "No customer is called Tea &amp; Cake.")


async def test_a_submissions_errors_stand_under_the_inputs_that_are_shown(office: Office) -> None:
    """By the name of the block or of the field; what isn't shown stands under the first field."""
    inputs = [field_of(name, text_input(name), block_id=f"form.{name}") for name in ("day", "name", "words")]
    for error, errors in (
        (
            InvalidInput(fields={"name": "Too long.", "due": "Too late.", "gone": "Not shown."}),
            {"form.name": "Too long.", "form.day": "Too late."},
        ),
        (InvalidInput(fields={"gone": "Not shown."}), {"form.words": "Not shown."}),
        (NotAllowed("Managers only."), {"form.words": "Managers only."}),
    ):
        view = modal("Form", inputs, callback_id="form")
        request = Request(office, {"view": {**view, "id": "V1"}})

        async def save(_caller: Caller, error: Exception = error) -> None:
            raise error

        request.on.view("form", save, first_field="form.words", fields={"due": "form.day"}, prefix="form.")
        await request.send()
        assert json.loads(request.acknowledgement) == {"response_action": "errors", "errors": errors}


async def test_a_submission_without_inputs_shows_its_error_in_its_place(office: Office) -> None:
    """There is no field that the sentence could stand under."""
    request = Request(office, {"view": {**modal("Sure?", [section("Sure?")], callback_id="sure"), "id": "V1"}})

    async def save(_caller: Caller) -> None:
        raise NotFound("It isn't here any more.")

    request.on.view("sure", save)
    await request.send()
    assert '"response_action": "update"' in request.acknowledgement
    assert "It isn't here any more." in request.acknowledgement


async def test_an_error_after_a_submission_was_acknowledged_changes_no_answer(office: Office) -> None:
    """It is in the log; the modal has closed."""
    request = Request(office, {"view": {**modal("Form", [], callback_id="form"), "id": "V1"}})

    async def save(caller: Caller) -> None:
        await caller.ack()
        raise NotFound("The message isn't here any more.")

    request.on.view("form", save)
    await request.send()
    assert request.acknowledgement == ""


async def test_a_modal_that_was_closed_needs_no_update_and_other_errors_are_raised(office: Office) -> None:
    """The update goes to the modal that the button stands in."""
    said = []
    for error in ("", "not_found", "view_too_large"):
        body = {"view": {"type": "modal", "id": "V7"}, "actions": [{"action_id": "a"}], "response_url": URL}
        request = Request(office, body, error=error)

        async def redraw(caller: Caller) -> None:
            await caller.update(modal("New", [], callback_id="new"))

        request.on.action("a", redraw)
        await request.send()
        said.append(([view_id for view_id, _ in request.client.shown], len(request.responses)))
    assert said == [(["V7"], 0), ([], 0), ([], 1)]


async def test_who_is_refused_gets_no_options_and_an_event_that_fails_is_only_logged(office: Office) -> None:
    """Nobody waits for a sentence there."""
    options = Request(office, {"value": "ac"})

    async def find(caller: Caller) -> Iterable[Block]:
        raise NotAllowed(f"No {caller.typed} for guests.")

    options.on.options("names", find)
    await options.send()
    assert options.acknowledgement == '{"options": []}'
    event = Request(office, {"event": {"type": "tea"}})

    async def hear(caller: Caller) -> None:
        assert (caller.workspace, caller.person) == (WORKSPACE, ANA)
        raise NotFound("No tea.")

    event.on.event("tea", hear)
    await event.send()
    assert event.responses == []
    assert (event.acknowledgement, event.ack.response.status) == ("", 200)


async def test_typed_commands_that_are_refused_are_in_the_audit_trail_like_presses(world: World) -> None:
    """A member types and presses what only managers may; a customer nobody knows is just a typing error."""
    ana, bob, mara = world.as_(ANA), world.as_(BOB), world.as_(MARA)
    shown = await ana.command("/evenhand setup")
    assert "manager" in shown.messages[0].text
    await bob.command("/customers edit Nobody")
    page = (await bob.command("/evenhand help")).messages[0]
    await bob.press(page, "digests.setup")
    await bob.modal_opened("Setup")
    await mara.command("/evenhand setup")
    query = select(AuditEntry).where(col(AuditEntry.action).endswith(".refused")).order_by(col(AuditEntry.id))
    entries = world.office.look(lambda session: session.exec(query).all())
    assert [(entry.by, entry.action, entry.subject_id, entry.after) for entry in entries] == [
        (ANA, "command.refused", "/evenhand", {"action": "/evenhand"}),
        (BOB, "press.refused", "digests.setup", {"action": "digests.setup"}),
    ]

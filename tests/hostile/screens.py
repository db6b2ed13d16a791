"""Walks through every screen of the bot, and checks what no screen may contain."""

import re
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

from rehearsal.actor import Actor
from rehearsal.fields import ActorError
from rehearsal.state.messages import Message
from rehearsal.state.views import View
from tests.makers import MARA
from tests.world import World

HOSTILE = {
    "everybody": "<!channel> & <!here> sons",
    "a mention": "<@U0KIRI> <#C0SECRET|x> <http://evil.test|here>",
    "NUL": "Nul\x00 and \x1b[31m Bakery",
    "half a character": "Half \ud800 a character",
    "emoji": "🥐👩‍👩‍👧‍👦🇵🇹 Bakery :smile:",
    "right to left": "\u202elive\u202c \u2067مخبز\u2069 bakery",
    "a formula": '=HYPERLINK("http://x")',
    "markup": "*bold* _it_ ~gone~ > quote",
    "backticks": "```code``` and `more`",
    "two lines": "line\r\nbreak\u2028and more",
    "one long word": "W" * 3000,
    "entities": "&amp;" * 800,
}
PINGS = re.compile(r"<!|<@U0KIRI|<#C0SECRET|<http://evil|\x00|\x1b|[\ud800-\udfff]|\u202e|\u2067")


def texts(value: Any) -> Iterator[tuple[str, str]]:
    """Yield every text on a screen with its type."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str) and value.get("type") in {"mrkdwn", "plain_text"}:
            yield value["type"], value["text"]
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def words(where: Message | View) -> str:
    """Return the text of a screen, unescaped."""
    read = " ".join(text for _, text in texts(where.blocks))
    return read.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def assert_pings_nobody(where: Message | View) -> None:
    """Assert that the screen contains no mentions or markup from user input, and no invisible characters."""
    said = [("mrkdwn", where.text)] if isinstance(where, Message) else []
    for kind, text in (*said, *texts(where.blocks)):
        found = PINGS.search(text)
        assert found is None or (kind == "plain_text" and found[0].startswith("<")), (found, text[:200])


async def wait_for_message(actor: Actor, text: str, timeout: float = 15) -> Message:  # noqa: ASYNC109 - the caller's patience
    """Wait for the latest message that contains *text*."""

    def look(me: Actor) -> Message | None:
        return next((one for one in reversed(me.sees()) if text in one.text or text in words(one)), None)

    return await actor.until(look, timeout)


async def wait_for_modal(actor: Actor, title: str = "", text: str = "") -> View:
    """Wait until the modal on top contains *text*, and return it."""

    def look(me: Actor) -> View | None:
        view = me.modal()
        return view if view is not None and title in ("", view.title) and text in words(view) else None

    try:
        return await actor.until(look, 15)
    except AssertionError as missing:
        shown = words(view) if (view := actor.modal()) else "nothing"
        raise AssertionError(f"No window {title!r} says {text!r}; it says {shown[:500]!r}.") from missing


async def close_modals(actor: Actor) -> None:
    """Wait until no modal is open."""
    while view := actor.modal():
        await actor.close(view, everything=True)


async def open_home(actor: Actor) -> View:
    """Open a person's Home and return it."""
    await actor.open_home()
    return await actor.until(lambda me: me.home() if me.home() and "Reminders at" in words(me.home()) else None, 15)  # type: ignore[arg-type]  # just looked


async def set_up_digest(world: World, channel: str = "accounts") -> None:
    """Set up a digest in a channel as Mara."""
    mara = world.as_(MARA)
    await mara.command("/evenhand setup")
    view = await mara.modal_opened("Setup", 15)
    await mara.fill(view, digests_channel=channel)
    assert await mara.submit(view) is None
    await close_modals(mara)


async def run_command(actor: Actor, command: str) -> Message | None:
    """Return the message with which a command is answered, or None if it opened a modal."""
    await close_modals(actor)
    outcome = await actor.command(command)
    assert outcome.acked, command
    for message in outcome.messages:
        assert_pings_nobody(message)
    if view := actor.modal():
        assert_pings_nobody(view)
    return outcome.messages[0] if outcome.messages else None


async def look_everywhere(world: World, person: str, names: list[str]) -> list[Message | View]:
    """Open everything that shows these customers, and check each screen with `assert_pings_nobody`."""
    actor, seen = world.as_(person), list[Message | View]()
    await close_modals(actor)
    await world.rehearsal.control.move(timedelta(days=3))  # to the digest's Thursday, a new reminder's day
    await world.run_jobs()
    seen.append(await open_home(actor))
    for command in ("/checkin", "/customers", "/neglected team", "/customers pool"):
        seen += await _all_pages(actor, command)
    for name in names:
        for command in (f"/customers {name}", f"/checkin {name}", f"/neglected {name}", f"/customers edit {name}"):
            with suppress(ActorError):
                await run_command(actor, command)
    await close_modals(actor)
    seen += actor.sees()
    for shown in seen:
        assert_pings_nobody(shown)
    return seen


async def _all_pages(actor: Actor, command: str) -> list[Message]:
    """Open all pages of a list."""
    message = await run_command(actor, command)
    seen = [message] if message else []
    for _ in range(10):
        turns = [e for b in seen[-1].blocks for e in b.get("elements", ()) if "text" in e] if seen else []
        on = next((e for e in turns if isinstance(e["text"], dict) and e["text"]["text"] == "Next"), None)
        if on is None:
            break
        before = words(seen[-1])
        seen.insert(0, replace(seen[-1], blocks=deepcopy(seen[-1].blocks)))  # the page as it was; the next replaces it
        await actor.press(seen[-1], on["action_id"], value=on.get("value"))
        await actor.until(lambda _, before=before: words(seen[-1]) != before, 15)  # type: ignore[misc]  # bound now
        assert_pings_nobody(seen[-1])
    return seen

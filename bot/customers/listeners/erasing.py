"""Listeners for exporting and erasing everything that is kept about a customer or a person, for admins."""

import json

from bot.core.errors import InvalidInput
from bot.customers.listeners.editing import state_in
from bot.customers.usecases.erasing import erase_subject, export_subject, find_subject, get_subject
from bot.customers.views import card
from bot.slack.blocks import modal
from bot.slack.callers import Caller
from bot.slack.files import send_file


async def show_person(caller: Caller, words: str) -> None:
    """
    Answer `/evenhand person @ana` with the person and the menu.

    Raises:
        InvalidInput: *words* are empty.
    """
    if not words:
        raise InvalidInput("Say whom: /evenhand person @ana, or the name of somebody who left.")
    await caller.respond(card.person(await caller.read(find_subject, kind="person", words=words)))


async def choose(caller: Caller) -> None:
    """Export a customer or person, or open the modal that erases it, as the menu asks for."""
    what, _, rest = caller.value.partition(":")
    kind, _, subject_id = rest.partition(":")
    if what == card.ERASE:
        await caller.open(card.erase_form(await caller.read(get_subject, kind=kind, subject_id=subject_id)))
    else:
        await _export(caller, kind, subject_id)


async def erase(caller: Caller) -> None:
    """Erase a customer or person, and show what was erased in the place of the modal."""
    state = state_in(caller.view)
    done = await caller.run(
        erase_subject,
        kind=str(state.get("kind")),
        subject_id=str(state.get("id")),
        confirm=caller.form.text(card.ERASE_NAME),
        features=caller.features,
    )
    await caller.show(card.erased(done))


async def _export(caller: Caller, kind: str, subject_id: str) -> None:
    """Send everything about a customer or person as a JSON file, to this admin alone."""
    found = await caller.read(export_subject, kind=kind, subject_id=subject_id, features=caller.features)
    told = card.exported(found.name)
    if caller.url:
        await caller.respond(told)
    else:
        await caller.open(modal("Export", told.blocks, callback_id=card.ERASED, close="Close"))
    content = json.dumps(found.content, indent=2, ensure_ascii=False).encode("utf-8", "replace")
    words = f"Everything that is kept about this {kind}."
    await send_file(caller.client, caller.person, name=f"{kind}.json", content=content, words=words)

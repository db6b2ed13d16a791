"""What stood on people's screens before an upgrade, put back on the screens of a rehearsal."""

import copy
import json
from dataclasses import asdict, fields
from itertools import count
from pathlib import Path
from typing import Any

from rehearsal.server import Rehearsal
from rehearsal.state.files import StoredFile
from rehearsal.state.messages import Message
from rehearsal.state.views import View

FOLDER = Path(__file__).parent
FIRST_FREE_ID = 500_000  # ids that the rehearsal gives from now on; the recorded ones are lower

Json = dict[str, Any]


def load_screens() -> Json:
    """Read the recorded people, channels, messages, windows and presses."""
    screens: Json = json.loads((FOLDER / "messages.json").read_text())
    return screens


def add_everybody(rehearsal: Rehearsal, screens: Json) -> None:
    """Put the recorded people, channels and files into an empty rehearsal, under their recorded ids."""
    workspace = rehearsal.workspace
    for person in screens["people"]:
        rehearsal.control.add_person(person["name"], **{key: one for key, one in person.items() if key != "name"})
    for channel in screens["channels"]:
        made = workspace.add_channel(channel["name"], **{key: one for key, one in channel.items() if key != "name"})
        if made.kind == "im":
            workspace._directs[made.other(workspace.bot.id)] = made
    for file in screens["files"]:
        known = {field.name: file[field.name] for field in fields(StoredFile) if field.name in file}
        workspace.files[file["id"]] = StoredFile(**{**known, "data": file["data"].encode()})
    workspace._serial = count(FIRST_FREE_ID)


def restore(rehearsal: Rehearsal, screens: Json) -> None:
    """Show the recorded messages and Home tabs, and nothing else."""
    rehearsal.workspace.restore(Message(**copy.deepcopy(message)) for message in screens["messages"])
    for person in rehearsal.workspace.people.values():
        person.modals = []
        person.home = None
    for home in screens["homes"]:
        rehearsal.workspace.people[home["owner"]].home = view_of(home)


def view_of(recorded: Json) -> View:
    """Return the window or Home tab that was recorded."""
    known = {field.name for field in fields(View)}
    return View(**{key: one for key, one in copy.deepcopy(recorded).items() if key in known})


def what_stands(rehearsal: Rehearsal) -> Json:
    """Return all that can be seen: messages by their address, windows and Home tabs by their person."""
    seen: Json = {}
    for messages in rehearsal.workspace.messages.values():
        for message in messages:
            seen[f"{message.channel} {message.ts}"] = (message.text or _first_words(message.blocks), asdict(message))
    for person in rehearsal.workspace.people.values():
        for view in person.modals:
            seen[f"{person.id} {view.id}"] = (f"window: {view.title}: {_first_words(view.blocks)}", view.hash)
        if person.home is not None:
            seen[f"{person.id} home"] = ("home", person.home.hash)
    return json.loads(json.dumps(seen))


def news(before: Json, after: Json, *, home: bool) -> list[str]:
    """Return the first words of everything that is new or was drawn anew, in order; Home tabs only with *home*."""
    changed = [shown[0] for where, shown in after.items() if before.get(where) != shown]
    return sorted(words for words in changed if home or words != "home")


def _first_words(value: Any) -> str:
    if isinstance(value, dict):
        return str(value["text"]) if isinstance(value.get("text"), str) else _first_words(list(value.values()))
    found = (_first_words(inner) for inner in value) if isinstance(value, list) else ()
    return next((words for words in found if words), "")

"""Pictures that messages and views show from Slack's own files: which ones they may."""

from collections.abc import Mapping
from typing import Any

from rehearsal.state.files import StoredFile
from rehearsal.strict import Violation, shown_files
from rehearsal.wire.wire import Wire

Json = Mapping[str, Any]


def check_pictures(wire: Wire, payload: Json) -> list[Violation]:
    """What Slack would refuse of the files that *payload* shows; their shape is judged elsewhere."""
    found = []
    for path, shown in shown_files(payload):
        wrong = _wrong(wire, shown) if isinstance(shown, Mapping) else ""
        if wrong:
            found.append(Violation(path, "invalid_blocks", f"invalid slack file: {wrong}"))
    return found


def _wrong(wire: Wire, shown: Json) -> str:
    stored = wire.workspace.find_file(dict(shown))
    if stored is None or not stored.complete:
        return "there is no such file, or its upload was never completed"
    if not _may_see(wire, stored):
        return "the app has no access to it"
    if stored.looks_left:
        return "Slack hasn't looked at it yet; ask files.info until it has a mimetype"
    return "" if stored.picture_type else "only png, jpg and gif can be shown"


def _may_see(wire: Wire, stored: StoredFile) -> bool:
    ws = wire.workspace
    return stored.user == ws.bot.id or any(ws.bot.id in ws.channels[channel].members for channel in stored.channels)

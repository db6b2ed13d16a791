"""
Commands under names of one's own: with a prefix they clash with no other app's. Code and texts know the names of
manifest.yml; requests are translated when they come in, and everything that is said when it goes out.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

SHOWN = frozenset({"text", "errors"})
"""The fields of a payload whose words people read; values, ids and what people entered stay as they are."""


class CommandNames:
    """The names of *commands*, such as `/checkin`, in a workspace where they begin with *prefix*: `/eh-checkin`."""

    def __init__(self, prefix: str = "", commands: Iterable[str] = ()) -> None:
        self.prefix = prefix
        names = sorted(command.removeprefix("/") for command in commands)
        self._known = {f"/{prefix}{name}": f"/{name}" for name in names}
        # not in an address or a path; an underscore before or after it makes it italic
        self._mention = re.compile(rf"(?<![a-zA-Z0-9/.:@#&=?-])/(?=(?:{'|'.join(names)})(?![a-zA-Z0-9/-]))")

    def known(self, command: str) -> str:
        """Return the name that the code has for a command of this workspace."""
        return self._known.get(command, command)

    def rename(self, text: str) -> str:
        """Return *text* with each command as it is called in this workspace."""
        return self._mention.sub(f"/{self.prefix}", text) if self.prefix else text

    def rename_shown(self, payload: Any, *, shown: bool = False) -> Any:
        """Return a payload for Slack with each command in it, where people read it, as it is called here."""
        if not self.prefix:
            return payload
        if isinstance(payload, str):
            return self.rename(payload) if shown else payload
        if isinstance(payload, dict):
            return {key: self.rename_shown(value, shown=_is_shown(key, value, shown)) for key, value in payload.items()}
        if isinstance(payload, list | tuple):
            return [self.rename_shown(one) for one in payload]
        return payload

    def rename_answer(self, body: str) -> str:
        """Return the body of an acknowledgement, which is JSON or text, with each command as it is called here."""
        if not body.startswith("{"):
            return self.rename(body)
        return json.dumps(self.rename_shown(json.loads(body)))


def _is_shown(key: str, value: Any, shown: bool) -> bool:
    return key in SHOWN or (shown and isinstance(value, str))


PLAIN_NAMES = CommandNames()

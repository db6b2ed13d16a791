"""Reads what Slack sends: who sent it, the control that was used, the message it stands in, and the entered form."""

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID


class Form:
    """The values of a submitted (or half-filled) view, by block id. Missing and empty ones are None or ""."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self._values: dict[str, Mapping[str, Any]] = {}
        for block_id, elements in (state.get("values") or {}).items():
            for element in elements.values():
                self._values[block_id] = element

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> "Form":
        """Return the form in a view as Slack sends it."""
        return cls(view.get("state") or {})

    @property
    def block_ids(self) -> Iterable[str]:
        """The ids of the blocks that hold a value."""
        return self._values

    def text(self, block_id: str) -> str:
        """Return the text of an input, stripped."""
        return str(self._get(block_id).get("value") or "").strip()

    def choice(self, block_id: str) -> str | None:
        """Return the value of the chosen option."""
        option = self._get(block_id).get("selected_option")
        return str(option["value"]) if option else None

    def choices(self, block_id: str) -> tuple[str, ...]:
        """Return the values of all chosen options."""
        return tuple(str(option["value"]) for option in self._get(block_id).get("selected_options") or ())

    def day(self, block_id: str) -> date | None:
        """Return the chosen day."""
        chosen = self._get(block_id).get("selected_date")
        return date.fromisoformat(chosen) if chosen else None

    def person(self, block_id: str) -> str | None:
        """Return the chosen person's id."""
        return self._get(block_id).get("selected_user") or None

    def people(self, block_id: str) -> tuple[str, ...]:
        """Return the chosen people's ids."""
        return tuple(self._get(block_id).get("selected_users") or ())

    def channel(self, block_id: str) -> str | None:
        """Return the chosen channel's id."""
        return self._get(block_id).get("selected_conversation") or self._get(block_id).get("selected_channel") or None

    def files(self, block_id: str) -> Sequence[Mapping[str, Any]]:
        """Return the uploaded files as Slack describes them."""
        return self._get(block_id).get("files") or ()

    def _get(self, block_id: str) -> Mapping[str, Any]:
        return self._values.get(block_id) or {}


def person_in(body: Mapping[str, Any]) -> str:
    """Return who sent a payload: the id of its user."""
    user = body.get("user_id") or body.get("user") or {}
    return str(user if isinstance(user, str) else user.get("id", ""))


def workspace_in(body: Mapping[str, Any]) -> str:
    """Return the workspace of a payload: the team, or the org of an org-wide installation."""
    if body.get("is_enterprise_install") in {True, "true"}:
        return str(body.get("enterprise_id") or (body.get("enterprise") or {}).get("id") or "")
    team = body.get("team_id") or body.get("team") or (body.get("user") or {}).get("team_id") or ""
    return str(team if isinstance(team, str) else team.get("id", ""))


def actions_in(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the controls that were used, as Slack sends them."""
    return body.get("actions") or ()


def uuid_in(text: str) -> UUID | None:
    """Return the id that *text* is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def page_in(text: str) -> int:
    """Return the page that *text* is the number of, or 0."""
    return int(text[:6]) if text.isdecimal() else 0


def value_in(body: Mapping[str, Any]) -> str:
    """Return the value of the button or menu option that was used."""
    action = next(iter(actions_in(body)), {})
    option = action.get("selected_option") or {}
    return str(action.get("value") or option.get("value") or "")


def action_and_id(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return the action and the id it is about: from a menu's `action:id`, or a button's action id and value."""
    what, _, key = value_in(body).rpartition(":")
    return what or str(next(iter(actions_in(body)), {}).get("action_id") or ""), key


def block_in(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return the id of the block that the control stands in: the part before the first colon, and the rest."""
    place, _, rest = str(next(iter(actions_in(body)), {}).get("block_id") or "").partition(":")
    return place, rest


def ids_in(body: Mapping[str, Any], place: str, *, part: int = 1) -> tuple[UUID, ...]:
    """Return the ids in the message: the *part* of each block id, split at colons, whose first part is *place*."""
    blocks = (body.get("message") or {}).get("blocks") or ()
    found = [str(block.get("block_id") or "").split(":") for block in blocks]
    ids = [uuid_in(parts[part:][0]) for parts in found if parts[0] == place and parts[part:]]
    return tuple(dict.fromkeys(one for one in ids if one is not None))


def message_in(body: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """Return the message that a shortcut was used on: its channel, ts and the workspace's domain; and its text."""
    message = body["message"]
    where = {
        "channel": str((body.get("channel") or {}).get("id") or ""),
        "ts": str(message.get("ts") or body.get("message_ts") or ""),
        "domain": str((body.get("team") or {}).get("domain") or ""),
    }
    return where, html.unescape(str(message.get("text") or ""))

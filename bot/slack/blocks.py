"""
Functions that return Block Kit blocks and elements, with texts cut to Slack's limits. Views import it as `ui`.

Limits are Slack's (November 2026): a message holds 50 blocks and about 13,000 characters of them, a view 100 blocks,
section text 3,000 characters, a button's 75, a plain option's 75.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

Block = dict[str, Any]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_CHARACTERS = 12_000  # Slack refuses from about 13,000 on
SECTION_TEXT = 3000
BUTTON_TEXT = 75
OPTION_TEXT = 75
HEADER_TEXT = 150
TITLE_TEXT = 24
LABEL_TEXT = 2000
INPUT_TEXT = 3000
PLACEHOLDER_TEXT = 150
OVERFLOW_OPTIONS = 5
SELECT_OPTIONS = 100
NOTIFICATION_TEXT = 300
MESSAGE_CHARTS = 2
CHART = "data_visualization"  # the type of a block that `charts.chart` makes


@dataclass(frozen=True)
class Message:
    """
    A message to a channel or a person: the text of the notification, and the blocks.

    At most two of the blocks are charts, and the other blocks say the same in words.
    """

    text: str
    blocks: Sequence[Block] = ()
    thread: Sequence["Message"] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for more charts than Slack draws in a message."""
        if (count := self.count_charts()) > MESSAGE_CHARTS:
            raise ValueError(f"A message holds {MESSAGE_CHARTS} charts; this has {count}.")

    def count_charts(self) -> int:
        """Return how many of the blocks are charts."""
        return sum(block["type"] == CHART for block in self.blocks)

    def without_charts(self) -> "Message":
        """Return the message without its charts, for where Slack doesn't draw them."""
        return replace(self, blocks=[block for block in self.blocks if block["type"] != CHART])

    def body(self) -> dict[str, Any]:
        """Return the arguments for `chat.postMessage`: nothing is unfurled."""
        return {"text": self.text, "blocks": list(self.blocks), "unfurl_links": False, "unfurl_media": False}

    def answer(self) -> dict[str, Any]:
        """Return an ephemeral answer, for an ack or `respond`: without charts, since there is no second try."""
        return {"response_type": "ephemeral", "text": self.text, "blocks": list(self.without_charts().blocks)}

    def replacement(self) -> dict[str, Any]:
        """Return what `respond` puts in the place of the message that was acted on, without charts as in `answer`."""
        return {"replace_original": True, "text": self.text, "blocks": list(self.without_charts().blocks)}


@dataclass(frozen=True)
class Option:
    """One option of a menu: its text, and the value that Slack sends back; *url* is for overflow menus alone."""

    text: str
    value: str
    description: str = ""
    url: str = ""

    def block(self) -> Block:
        """Return the option or dialog as Block Kit."""
        made: Block = {"text": plain(self.text, OPTION_TEXT), "value": self.value}
        if self.description:
            made["description"] = plain(self.description, OPTION_TEXT)
        return _with(made, url=self.url)


@dataclass(frozen=True)
class Confirm:
    """A confirmation dialog, for what can't be undone easily."""

    title: str
    text: str
    yes: str
    no: str = "Not now"
    danger: bool = field(default=False)

    def block(self) -> Block:
        """Return the option or dialog as Block Kit."""
        made: Block = {
            "title": plain(self.title, 100),
            "text": plain(self.text, 300),
            "confirm": plain(self.yes, 30),
            "deny": plain(self.no, 30),
        }
        return {**made, "style": "danger"} if self.danger else made


_MARKERS = re.compile(r"\*|(?<!\w)[_~](?=\S)|(?<=\S)[_~](?!\w)|`|(?<!\d):(?=[a-z0-9_+'-]+:)")
_LOOK_ALIKES = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", ":": "꞉"}


def escape(text: str) -> str:
    """
    Return *text* so that Slack shows it as it is.

    `&`, `<` and `>` are escaped. Slack has no escape for bold, italics, strikes, code and `:emoji:`: what would begin
    or end them becomes a sign that looks the same.
    """
    entities = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKERS.sub(lambda found: _LOOK_ALIKES[found[0]], entities)


def cut(text: str, limit: int) -> str:
    """Return *text* with at most *limit* characters, the last of them `…` when it was cut."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def cut_markup(text: str, limit: int) -> str:
    """Like `cut`, for text with markup: no part of an entity, mention or link is left at the end."""
    if len(text) <= limit:
        return text
    return re.sub(r"(?:&[a-z]{0,3}|<[^>]*)$", "", text[: max(limit - 1, 0)]).rstrip() + "…"


def bold(text: str) -> str:
    """Return *text* escaped and bold."""
    return f"*{escape(text)}*" if text else ""


def quote(text: str, limit: int = 300) -> str:
    """Return *text* escaped as a quotation of at most *limit* characters."""
    return "\n".join(f"> {line}" for line in escape(cut(text, limit)).splitlines() if line.strip())


def mention(person_id: str) -> str:
    """Return a mention, which notifies the person; use names where it mustn't."""
    return f"<@{person_id}>"


def channel_link(channel_id: str) -> str:
    """Return a link to a channel."""
    return f"<#{channel_id}>"


def short_date(day: date, *, today: date | None = None) -> str:
    """Return `Fri 27 Nov`; with the year when it isn't *today*'s."""
    pattern = f"{day:%a} {day.day} {day:%b}"
    return pattern if today is None or day.year == today.year else f"{pattern} {day.year}"


def days(count: int) -> str:
    """Return `1 day` or `47 days`."""
    return "1 day" if count == 1 else f"{count:,} days"


def plural(count: int, one: str, many: str = "") -> str:
    """Return `1 customer` or `1,204 customers`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def plain(text: str, limit: int) -> Block:
    """A plain text object of at most *limit* characters; `–` for an empty text. `:100:` in it stays as it is."""
    return {"type": "plain_text", "text": cut(text, limit).strip() or "–", "emoji": False}


def mrkdwn(text: str, limit: int = SECTION_TEXT) -> Block:
    """A markdown text object; text from outside has to be escaped already."""
    return {"type": "mrkdwn", "text": cut_markup(text, limit) if text.strip() else "–", "verbatim": True}


def section(text: str, *, accessory: Block | None = None, block_id: str = "") -> Block:
    """A section, with a button or menu at its right as *accessory*."""
    made: Block = {"type": "section", "text": mrkdwn(text)}
    return _with(made, accessory=accessory, block_id=block_id)


def fields(*texts: str) -> Block:
    """A section of up to ten short texts in two columns."""
    return {"type": "section", "fields": [mrkdwn(text, 2000) for text in texts[:10]]}


def context(*texts: str, block_id: str = "") -> Block:
    """A context block: up to ten small grey texts."""
    return _with({"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}, block_id=block_id)


def header(text: str) -> Block:
    """A header block."""
    return {"type": "header", "text": plain(text, HEADER_TEXT)}


def divider() -> Block:
    """A divider block."""
    return {"type": "divider"}


def actions(*elements: Block, block_id: str = "") -> Block:
    """An actions block: a row of buttons and menus."""
    return _with({"type": "actions", "elements": list(elements)}, block_id=block_id)


def button(
    text: str, action_id: str, value: str = "", *, style: str = "", url: str = "", confirm: Confirm | None = None
) -> Block:
    """A button; *style* is `primary` or `danger`."""
    made: Block = {"type": "button", "text": plain(text, BUTTON_TEXT), "action_id": action_id}
    return _with(made, value=value, style=style, url=url, confirm=confirm.block() if confirm else None)


def overflow(action_id: str, options: Sequence[Option]) -> Block:
    """An overflow menu (`⋯`) of one to five options."""
    return {
        "type": "overflow",
        "action_id": action_id,
        "options": [option.block() for option in options[:OVERFLOW_OPTIONS]],
    }


def select(
    action_id: str, options: Sequence[Option], *, placeholder: str = "Choose", initial: str | None = None
) -> Block:
    """A menu of up to a hundred options; *initial* is the value that is chosen at first."""
    shown = [option.block() for option in options[:SELECT_OPTIONS]]
    made = _menu("static_select", action_id, placeholder, options=shown)
    return _with(made, initial_option=_chosen(options, initial))


def external_select(action_id: str, *, placeholder: str, initial: Option | None = None, min_length: int = 1) -> Block:
    """A menu that asks the bot for options while somebody types."""
    made = _menu("external_select", action_id, placeholder, min_query_length=min_length)
    return _with(made, initial_option=initial.block() if initial else None)


def radio(action_id: str, options: Sequence[Option], *, initial: str | None = None) -> Block:
    """Radio buttons."""
    made: Block = {
        "type": "radio_buttons",
        "action_id": action_id,
        "options": [option.block() for option in options[:10]],
    }
    return _with(made, initial_option=_chosen(options, initial))


def checkboxes(action_id: str, options: Sequence[Option], *, initial: Iterable[str] = ()) -> Block:
    """Checkboxes; *initial* are the values that are ticked at first."""
    ticked = set(initial)
    made: Block = {"type": "checkboxes", "action_id": action_id, "options": [option.block() for option in options[:10]]}
    chosen = [option.block() for option in options[:10] if option.value in ticked]
    return _with(made, initial_options=chosen or None)


def date_picker(action_id: str, *, initial: date | None = None) -> Block:
    """A date picker."""
    return _with(_menu("datepicker", action_id, "Choose a day"), initial_date=initial.isoformat() if initial else None)


def person_select(action_id: str, *, placeholder: str = "Choose a person", initial: str | None = None) -> Block:
    """A menu of the workspace's people."""
    return _with(_menu("users_select", action_id, placeholder), initial_user=initial)


def people_select(action_id: str, *, placeholder: str = "Choose people", initial: Sequence[str] = ()) -> Block:
    """A menu of the workspace's people in which several can be chosen."""
    return _with(_menu("multi_users_select", action_id, placeholder), initial_users=list(initial) or None)


def channel_select(action_id: str, *, placeholder: str = "Choose a channel", initial: str | None = None) -> Block:
    """A menu of channels, public and private, without those shared with outsiders."""
    ours = {"include": ["public", "private"], "exclude_bot_users": True, "exclude_external_shared_channels": True}
    made = _menu("conversations_select", action_id, placeholder, filter=ours)
    return _with(made, initial_conversation=initial)


def text_input(
    action_id: str, *, initial: str = "", multiline: bool = False, placeholder: str = "", max_length: int = INPUT_TEXT
) -> Block:
    """A text input; *initial* is cut to *max_length*."""
    made: Block = {
        "type": "plain_text_input",
        "action_id": action_id,
        "multiline": multiline,
        "max_length": min(max_length, INPUT_TEXT),
    }
    return _with(
        made,
        initial_value=cut(initial, min(max_length, INPUT_TEXT)),
        placeholder=plain(placeholder, PLACEHOLDER_TEXT) if placeholder else None,
    )


def number_input(action_id: str, *, initial: float | None = None, lowest: float | None = None,
                 highest: float | None = None, decimals: bool = False) -> Block:  # fmt: skip
    """A number input."""
    made: Block = {"type": "number_input", "action_id": action_id, "is_decimal_allowed": decimals}
    return _with(made, initial_value=_text(initial), min_value=_text(lowest), max_value=_text(highest))


def file_input(action_id: str, *, types: Sequence[str], most: int = 1) -> Block:
    """A file input for at most *most* files of these *types*."""
    return {"type": "file_input", "action_id": action_id, "filetypes": list(types), "max_files": most}


def field_of(
    label: str, element: Block, *, block_id: str, optional: bool = False, hint: str = "", dispatch: bool = False
) -> Block:
    """An input block: *element* with its label; *dispatch* sends every change to the bot."""
    made: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, LABEL_TEXT),
        "element": element,
        "optional": optional,
    }
    return _with(made, hint=plain(hint, LABEL_TEXT) if hint else None, dispatch_action=dispatch or None)


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str,
    submit: str = "",
    close: str = "Cancel",
    state: str = "",
) -> Block:
    """A modal; *state* comes back with its submission, at most 3,000 characters."""
    made: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE_TEXT),
        "close": plain(close, TITLE_TEXT),
        "blocks": list(blocks[:VIEW_BLOCKS]),
        "private_metadata": state,
    }
    return _with(made, submit=plain(submit, TITLE_TEXT) if submit else None)


def home(blocks: Sequence[Block]) -> Block:
    """The Home tab."""
    return {"type": "home", "blocks": list(blocks[:VIEW_BLOCKS])}


def size(blocks: Sequence[Mapping[str, Any]]) -> int:
    """Return how many characters these blocks hold, as Slack counts for `msg_blocks_too_long`."""
    return sum(_characters(block) for block in blocks)


def fitting(
    rows: Sequence[Sequence[Block]], *, most_blocks: int, most_characters: int = MESSAGE_CHARACTERS
) -> list[Sequence[Block]]:
    """Return as many of *rows* (each of one or several blocks), from the first on, as fit into one message."""
    taken: list[Sequence[Block]] = []
    blocks = characters = 0
    for row in rows:
        blocks, characters = blocks + len(row), characters + size(row)
        if blocks > most_blocks or characters > most_characters:
            break
        taken.append(row)
    return taken


def _characters(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(_characters(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return sum(_characters(inner) for inner in value)
    return len(value) if isinstance(value, str) else 0


def _menu(kind: str, action_id: str, placeholder: str, **more: Any) -> Block:
    return {"type": kind, "action_id": action_id, "placeholder": plain(placeholder, PLACEHOLDER_TEXT), **more}


def _chosen(options: Sequence[Option], value: str | None) -> Block | None:
    return next((option.block() for option in options if option.value == value), None)


def _text(number: float | None) -> str | None:
    return None if number is None else f"{Decimal(str(number)).normalize():f}"


def _with(block: Block, **more: Any) -> Block:
    """Return *block* with those of *more* that are neither None nor empty."""
    block.update({key: value for key, value in more.items() if value not in (None, "")})
    return block

"""Where the parts of an item stand in the JSON that somebody sends to a webhook, as a manager writes it."""

from collections.abc import Mapping

from bot.core.errors import InvalidInput

MAPPED_FIELDS = (
    "items", "id", "address", "title", "words", "author", "place", "published_at", "rating", "language",
)  # fmt: skip
"""What a mapping may say the place of; `items` is where the list of items lies."""

LONGEST_PATH, DEEPEST = 200, 12
SHOWN = 60


def read_mapping(text: str) -> dict[str, str]:
    """
    `words = post.text`, a line each.

    Raises:
        InvalidInput: field `mapping`: a line that says no place, or a second place for the same part.
    """
    mapping: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, path = (part.strip() for part in line.partition("=")[::2])
        if not (name and path):
            raise InvalidInput(fields={"mapping": f"“{line[:SHOWN]}” says no place; write it like words = post.text."})
        if name in mapping:
            raise InvalidInput(fields={"mapping": f"“{name[:SHOWN]}” has two places; keep one of them."})
        mapping[name] = path
    return mapping


def mapping_problem(mapping: Mapping[str, str]) -> str:
    """Why nothing could ever be found by a mapping, in one sentence that says what to write; "" when it can work."""
    unknown = next((name for name in mapping if name not in MAPPED_FIELDS), None)
    if unknown is not None:
        return f"“{unknown[:SHOWN]}” is no part of a mention; name some of {', '.join(MAPPED_FIELDS)}."
    return next((problem for path in mapping.values() if (problem := _path_problem(path))), "")


def _path_problem(path: str) -> str:
    shown, steps = path[:SHOWN], path.split(".")
    if "[" in path or path.startswith("$"):
        return f"“{shown}” can't be followed; write names and numbers with dots between them, like data.posts.0.text."
    if not all(step.strip() for step in steps):
        return f"“{shown}” has a dot too many; write it like data.post.text."
    if len(steps) > DEEPEST or len(path) > LONGEST_PATH:
        return f"“{shown}” is too long; a place may have {DEEPEST} names and {LONGEST_PATH} characters."
    return ""

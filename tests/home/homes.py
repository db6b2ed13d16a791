"""Helpers that return and draw a Home."""

from typing import Any

from bot.home.queries import get_home
from bot.home.schemas import HomeSchema
from bot.home.views.tab import tab
from rehearsal.strict import check_view
from tests.makers import ANA, Office


def home_of(office: Office, person: str = ANA, **more: Any) -> HomeSchema:
    """Return a person's Home."""
    schema = office.ask(get_home, person_id=person, features=office.runtime.features, **more)
    assert isinstance(schema, HomeSchema)
    return schema


def home_text(schema: HomeSchema) -> str:
    """Draw a Home, check it against Slack's rules, and return its text, a line per block."""
    view = tab(schema)
    assert check_view(view) == []
    return "\n".join(words_in(view["blocks"]))


def words_in(value: Any) -> list[str]:
    """Return all texts in blocks, in order."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str) and value.get("type") in {"mrkdwn", "plain_text"}:
            return [value["text"]]
        return [words for inner in value.values() for words in words_in(inner)]
    return [words for inner in value for words in words_in(inner)] if isinstance(value, list) else []

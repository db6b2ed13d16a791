"""`evenhand doctor --slack`: every screen, drawn at its worst, is checked by Slack's own `blocks.validate`."""

import asyncio
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, get_type_hints

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

import bot
from bot.core.errors import SettingsError
from bot.doctor import tokens_now
from bot.settings import Settings, load_settings
from bot.slack.blocks import Message
from bot.slack.clients import asked_to_wait, build_client, error_code
from bot.slack.worst import TEXTS, Worst

METHOD = "blocks.validate"
REFUSALS = frozenset({"invalid_blocks", "invalid_message", "invalid_view"})
SURFACES = frozenset({"modal", "home"})
TRIES = 3
HELPERS = frozenset(
    {
        "bot.commitments.views.help_message",  # each command draws its own text with it
        "bot.commitments.views.list_message",  # each kind of commitment draws its own with these two
        "bot.commitments.views.notified_message",
        "bot.mentions.views.cards.page_of",
    }
)
"""Functions of views that draw what others hand over, and nothing by themselves."""

Screen = tuple[str, Mapping[str, Any]]
"""The name of a view, and the arguments for `blocks.validate`: `message` or `view`, as JSON."""


def check_screens() -> list[str]:
    """Return a sentence for each screen that Slack refuses, with its name and the place."""
    try:
        settings = load_settings()
    except SettingsError:
        return ["Not asked: the settings above have to be right first."]
    try:
        return asyncio.run(_ask_about_all(settings))
    except SlackApiError as error:
        return [f"Slack doesn't check screens here ({error_code(error)})."]
    except (aiohttp.ClientError, OSError):
        return ["Slack can't be reached; check the network and SLACK_API_URL."]


def list_screens() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every public function of a feature's views that draws a message, a modal or Home, with its name."""
    for module in _list_view_modules():
        for name, view in vars(module).items():
            full_name = f"{module.__name__}.{name}"
            if inspect.isfunction(view) and view.__module__ == module.__name__ and not name.startswith("_"):
                takes_blocks = any(
                    one.kind is one.VAR_POSITIONAL for one in inspect.signature(view).parameters.values()
                )
                if full_name not in HELPERS and not takes_blocks and _may_draw_screen(view):
                    yield full_name, view


def draw_screens(text: str) -> Iterator[Screen]:
    """Yield every screen at its worst, with *text* in the place of words from outside."""
    for name, view in list_screens():
        try:
            drawn = view(**Worst(text).arguments(view))
        except Exception as error:
            error.add_note(f"{name} can't be drawn at its worst; add what a field needs to bot/slack/worst.py.")
            raise
        if isinstance(drawn, Message):
            yield name, {"message": json.dumps({"text": drawn.text, "blocks": list(drawn.blocks)})}
        elif isinstance(drawn, Mapping) and drawn.get("type") in SURFACES:
            yield name, {"view": json.dumps(drawn)}


def _list_view_modules() -> Iterator[ModuleType]:
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if "views" in module.name.split(".")[2:]:
            yield import_module(module.name)


def _may_draw_screen(view: Callable[..., Any]) -> bool:
    """Return whether a view returns a message, or a dictionary: a modal, Home, or a block that is part of one."""
    result = get_type_hints(view).get("return")
    return result is Message or getattr(result, "__origin__", None) is dict


async def _ask_about_all(settings: Settings) -> list[str]:
    client = build_client(token=(await tokens_now(settings)).bot, api_url=settings.slack_api_url)
    found: dict[str, str] = {}
    for text in TEXTS:
        for name, screen in draw_screens(text):
            if name not in found and (problem := await _ask(client, screen)):
                found[name] = f"Slack refuses {name.removeprefix('bot.')} {problem}"
    return list(found.values())


async def _ask(client: AsyncWebClient, screen: Mapping[str, Any]) -> str:
    """Return where and why Slack refuses a screen; empty if it doesn't."""
    for _ in range(TRIES):
        try:
            await client.api_call(METHOD, data=dict(screen))
        except SlackApiError as error:
            if (seconds := asked_to_wait(error)) is not None:
                await asyncio.sleep(seconds)
                continue
            if error_code(error) not in REFUSALS:
                raise
            return _place(error.response.data)
        return ""
    return "too often: it asks to wait (ratelimited); try again later."


def _place(answer: Any) -> str:
    errors = answer.get("errors") or [{}]
    first = errors[0] if isinstance(errors[0], Mapping) else {"message": str(errors[0])}
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"at {first.get('pointer', '/')}: {first.get('message', '')} ({first.get('code', answer['error'])}){more}"

"""Asks Slack about people: `users.list` page by page, and `users.info`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.people.rules import fit_text
from bot.people.schemas import SlackPerson

PAGE_SIZE = 1000  # `users.list` takes up to a thousand at once, twenty times a minute
MAX_WAITS = 10
MAX_WAIT_SECONDS = 120.0
TOO_MANY_REQUESTS = 429
SLACKBOT = "USLACKBOT"
NAME_LENGTH, HANDLE_LENGTH, EMAIL_LENGTH = 200, 100, 254

Sleep = Callable[[float], Awaitable[None]]


async def fetch_people(client: AsyncWebClient, *, sleep: Sleep = asyncio.sleep) -> list[SlackPerson]:
    """
    Return everybody in the workspace, including bots and deactivated users.

    Raises:
        SlackApiError: Slack refuses, or keeps answering that there are too many requests.
    """
    people: dict[str, SlackPerson] = {}
    cursor = ""
    while True:
        page = await _call_with_waits(lambda at=cursor: client.users_list(limit=PAGE_SIZE, cursor=at), sleep)  # type: ignore[misc]
        people |= {person.id: person for person in map(person_from, page.get("members") or ())}
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return list(people.values())


async def fetch_person(client: AsyncWebClient, person_id: str, *, sleep: Sleep = asyncio.sleep) -> SlackPerson:
    """
    Return one person.

    Raises:
        SlackApiError: Slack doesn't know them, or refuses.
    """
    answer = await _call_with_waits(lambda: client.users_info(user=person_id), sleep)
    return person_from(answer["user"])


def person_from(user: Mapping[str, Any]) -> SlackPerson:
    """
    Return a person from Slack's user object, of which everything but the id may be missing.

    The display name is preferred to the full name, and that to the handle. A user of another company in a shared
    channel counts as a guest.
    """
    profile: Mapping[str, Any] = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    fitting = (fit_text(str(name), NAME_LENGTH) for name in names if name)
    email = str(profile.get("email") or "").strip().lower()
    return SlackPerson(
        id=str(user["id"]),
        name=next((name for name in fitting if name), str(user["id"])),
        handle=fit_text(str(user.get("name") or ""), HANDLE_LENGTH),
        email=email if email and len(email) <= EMAIL_LENGTH else None,
        zone=str(user["tz"]) if user.get("tz") else None,
        is_bot=_has_any(user, "is_bot", "is_workflow_bot") or user["id"] == SLACKBOT,
        is_guest=_has_any(user, "is_restricted", "is_ultra_restricted", "is_stranger"),
        is_deactivated=_has_any(user, "deleted"),
        is_slack_admin=_has_any(user, "is_admin", "is_owner", "is_primary_owner"),
    )


def _has_any(user: Mapping[str, Any], *flags: str) -> bool:
    return any(bool(user.get(flag)) for flag in flags)


async def _call_with_waits(call: Callable[[], Awaitable[Any]], sleep: Sleep) -> Any:
    """Return the result of *call*; call it again after the time that Slack asks to wait."""
    for attempt in range(MAX_WAITS + 1):
        try:
            return await call()
        except SlackApiError as error:
            if error.response.status_code != TOO_MANY_REQUESTS or attempt == MAX_WAITS:
                raise
            await sleep(min(float(error.response.headers.get("Retry-After", 1)), MAX_WAIT_SECONDS))
    raise AssertionError  # the loop returns or raises

"""Files that people send to the bot in Slack, and files that it sends them."""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput, NotFound

LARGEST_UPLOAD = 20 * 1024 * 1024
TIMEOUT_SECONDS = 60
_CHUNK = 256 * 1024


async def fetch_file(client: AsyncWebClient, file_id: str, *, by: str) -> tuple[str, bytes]:
    """
    The name and content of a file that *by* has sent.

    Raises:
        NotFound: it is gone, or somebody else's.
        InvalidInput: it is larger than 20 MB, or Slack doesn't hand it out or let the bot read files.
    """
    try:
        told = await client.files_info(file=file_id)
    except SlackApiError as error:
        _require_scope(error)
        raise NotFound("Slack no longer has that file; send it again.") from None
    file: dict[str, Any] = told["file"]
    name = "".join(char for char in str(file.get("name") or "list.csv") if char.isprintable())[:200]
    if file.get("user") != by:
        raise NotFound("That file was sent by somebody else; send your own.")
    if int(file.get("size") or 0) > LARGEST_UPLOAD:
        raise InvalidInput(_too_large(name))
    return name, await _download(str(file.get("url_private_download") or ""), client.token or "", name)


async def send_file(client: AsyncWebClient, person: str, *, name: str, content: bytes, words: str) -> None:
    """
    Send a file to one person, in the bot's direct messages.

    Raises:
        InvalidInput: Slack doesn't let the bot send files.
    """
    opened = await client.conversations_open(users=person)
    try:
        await client.files_upload_v2(
            channel=opened["channel"]["id"], filename=name, title=name, content=content, initial_comment=words
        )
    except SlackApiError as error:
        _require_scope(error)
        raise


def _require_scope(error: SlackApiError) -> None:
    """Raise InvalidInput if *error* says that a scope wasn't granted: those for files are optional."""
    if error.response.data.get("error") == "missing_scope":
        raise InvalidInput("I wasn't allowed to handle files here; ask a Slack admin to allow files for Evenhand.")


async def _download(address: str, token: str, name: str) -> bytes:
    """The bytes behind a private address; a redirect would lead to Slack's sign-in page, and the token nowhere good."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(address, headers=headers, allow_redirects=False) as answer,
        ):
            if answer.status != 200:  # noqa: PLR2004 - HTTP's word for yes
                raise InvalidInput(f"Slack wouldn't let me have {name} ({answer.status}); send it again.")
            return await _limited(answer, name)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        raise InvalidInput(f"{name} couldn't be fetched from Slack; send it again in a minute.") from None


async def _limited(answer: aiohttp.ClientResponse, name: str) -> bytes:
    pieces, size = [], 0
    async for piece in answer.content.iter_chunked(_CHUNK):
        size += len(piece)
        if size > LARGEST_UPLOAD:
            raise InvalidInput(_too_large(name))
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(name: str) -> str:
    return f"{name} is larger than 20 MB: split it, or pack it with gzip."

"""What others send to a webhook's address: kept before it is answered, each thing once."""

import structlog
from aiohttp import web

from bot.core.errors import BotError
from bot.core.runtime import Runtime
from bot.mentions.gateways.webhooks import LARGEST_BODY, is_signed, read_webhook
from bot.mentions.queries.sources import find_signed
from bot.mentions.schemas.mentions import Signed
from bot.mentions.usecases.ingest import ingest_sent

HOOKS_PATH = "/hooks/{token}"
LONGEST_TOKEN = 64
TIMESTAMP, SIGNATURE = "X-Evenhand-Timestamp", "X-Evenhand-Signature"

log = structlog.get_logger(__name__)


class Hooks:
    """The web handler for `POST /hooks/{token}`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Answer 200 once what came is kept, otherwise one sentence that says what to mend."""
        source = await self._find(request.match_info["token"])
        if source is None:
            return _said(404, "Nobody listens at this address; copy it anew from /mentions sources.")
        body = await _read_body(request)
        if body is None:
            return _said(413, "A body may have at most 1 MiB; send fewer items at once.")
        if not self._is_genuine(request, source, body):
            return _said(
                401, "The signature doesn't fit; sign the timestamp, a dot and the raw body, within 5 minutes."
            )
        try:
            items = read_webhook(source.kind, body, mapping=source.mapping)
            taken = await self._runtime.run(
                ingest_sent, workspace=source.workspace_id, source_id=source.source_id, items=tuple(items)
            )
        except BotError as error:
            return _said(400, str(error))
        log.info("hook.received", workspace=source.workspace_id, source=str(source.source_id), new=taken.new)
        return web.json_response({"kept": len(taken.mention_ids), "new": taken.new})

    async def _find(self, token: str) -> Signed | None:
        if not token or len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        found: Signed | None = await self._runtime.read(find_signed, workspace=None, token=token)
        return found

    def _is_genuine(self, request: web.Request, source: Signed, body: bytes) -> bool:
        """A signature has to be right where there is one, and to be there where the source asks for it."""
        signature = request.headers.get(SIGNATURE, "")
        if not signature and not source.is_signed:
            return True
        return is_signed(
            secrets=source.secrets,
            timestamp=request.headers.get(TIMESTAMP, ""),
            signature=signature,
            body=body,
            now=self._runtime.clock.wall(),
        )


async def _read_body(request: web.Request) -> bytes | None:
    """The raw body, or None when it is too long; no more than that is read."""
    if (request.content_length or 0) > LARGEST_BODY:
        return None
    body = bytearray()
    async for piece in request.content.iter_chunked(65536):
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _said(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)

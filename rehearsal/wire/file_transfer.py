"""Uploads and downloads of files."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from rehearsal.wire.wire import Wire


async def upload(wire: Wire, request: Request) -> Response:
    """Store the bytes sent to a URL of files.getUploadURLExternal, raw or as a form."""
    stored = wire.workspace.files.get(request.path_params["file"])
    if stored is None or stored.data is not None:
        return PlainTextResponse("no such upload", status_code=404)
    data = await _bytes(request)
    if len(data) != stored.length:
        wire.problem("upload", "length", f"{stored.name} was announced with {stored.length} bytes; {len(data)} came.")
        return PlainTextResponse("length mismatch", status_code=400)
    stored.data = data
    return PlainTextResponse(f"OK - {len(data)}")


async def _bytes(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        for value in form.values():
            if not isinstance(value, str):
                return await value.read()
    return b""


async def download(wire: Wire, request: Request) -> Response:
    """Return the bytes of a file; without the bot's token, redirect to the sign-in page, as Slack does."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if token != wire.bot_token or "files:read" not in wire.scopes:
        wire.problem("download", "no_token", "Download files with the bot's token in the header, and files:read.")
        return RedirectResponse(f"{wire.url}/signin?redir={quote(request.url.path)}", status_code=302)
    _, _, file_id = request.path_params["place"].rpartition("-")
    stored = wire.workspace.files.get(file_id)
    if stored is None or stored.data is None:
        return PlainTextResponse("file not found", status_code=404)
    return Response(stored.data, media_type="application/octet-stream")


async def sign_in(_request: Request) -> Response:
    """Return the sign-in page."""
    return HTMLResponse("<!doctype html><title>Sign in</title><p>Sign in to the pretend workspace.</p>")

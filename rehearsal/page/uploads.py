"""The file input of a modal: the browser uploads bytes over HTTP, then names the upload."""

import secrets
from typing import Final

from fastapi import FastAPI
from nicegui.events import GenericEventArguments
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from rehearsal.page import static_blocks
from rehearsal.page.actions import current_value
from rehearsal.page.screen import Container, Screen
from rehearsal.page.tags import div, html, span, tag
from rehearsal.state.inputs import BlockElement

_PATH: Final = "/page/upload"
_SEND: Final = (
    "async (e) => { for (const file of e.target.files) {"
    f' const answer = await fetch("{_PATH}", {{method: "POST", body: file}});'
    ' emit(file.name, await answer.text()); } e.target.value = ""; }'
)
_MAX_UPLOADS: Final = 20
_uploads: dict[str, bytes] = {}


def add_upload_route(app: FastAPI) -> None:
    """Add the route that stores uploaded bytes and returns a ticket for them."""

    async def receive(request: Request) -> PlainTextResponse:
        while len(_uploads) >= _MAX_UPLOADS:
            _uploads.pop(next(iter(_uploads)))
        ticket = secrets.token_urlsafe()
        _uploads[ticket] = await request.body()
        return PlainTextResponse(ticket)

    app.add_route(_PATH, receive, methods=["POST"])


def draw_file_input(screen: Screen, container: Container, target: BlockElement) -> None:
    """Draw a button that opens the browser's file dialog, and the chosen files."""
    action_id, kinds = target.element["action_id"], target.element.get("filetypes") or ()
    files = current_value(container, target).get("files") or []
    with div("rh-upload"):
        listed = div("rh-files")
        with listed:
            for shape in files:
                html(static_blocks.file(str(shape.get("name")), int(shape.get("size", 0))))
        with tag("label", "rh-btn rh-choose"):
            span("Choose a file")
            accept = ",".join(f".{kind}" for kind in kinds) or None
            many = "multiple" if target.element.get("max_files", 10) > 1 else None
            field = tag("input", "rh-hidden", type="file", testid=f"field-{action_id}", accept=accept, multiple=many)

    async def take(event: GenericEventArguments) -> None:
        name, ticket = event.args
        data = _uploads.pop(str(ticket), None)
        if data is None:
            screen.notify("That file got lost on the way; choose it again.")
            return
        stored = await screen.perform(lambda: screen.actor.upload(container, action_id, str(name), data))
        if stored is not None and not listed.is_deleted:
            with listed:
                html(static_blocks.file(str(name), len(data)), testid="file")

    field.on("change", take, js_handler=_SEND)

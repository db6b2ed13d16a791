"""The file field of a modal: the browser sends the bytes over HTTP, then says which ones it means."""

import secrets
from typing import Final

from fastapi import FastAPI
from nicegui.events import GenericEventArguments
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from rehearsal.page import rich
from rehearsal.page.hands import entered
from rehearsal.page.screen import Screen, Where
from rehearsal.page.tags import div, html, span, tag
from rehearsal.state.inputs import Placed

_PATH: Final = "/page/upload"
_SEND: Final = (
    "async (e) => { for (const file of e.target.files) {"
    f' const answer = await fetch("{_PATH}", {{method: "POST", body: file}});'
    ' emit(file.name, await answer.text()); } e.target.value = ""; }'
)
_KEPT: Final = 20
_waiting: dict[str, bytes] = {}


def add_upload_route(app: FastAPI) -> None:
    """Take the bytes of files that a browser sends, and hand out a ticket for them."""

    async def receive(request: Request) -> PlainTextResponse:
        while len(_waiting) >= _KEPT:
            _waiting.pop(next(iter(_waiting)))
        ticket = secrets.token_urlsafe()
        _waiting[ticket] = await request.body()
        return PlainTextResponse(ticket)

    app.add_route(_PATH, receive, methods=["POST"])


def draw_file_input(screen: Screen, where: Where, spot: Placed) -> None:
    """A button that opens the browser's file dialog, and the files put in so far."""
    action_id, kinds = spot.element["action_id"], spot.element.get("filetypes") or ()
    files = entered(where, spot).get("files") or []
    with div("rh-upload"):
        listed = div("rh-files")
        with listed:
            for shape in files:
                html(rich.file(str(shape.get("name")), int(shape.get("size", 0))))
        with tag("label", "rh-btn rh-choose"):
            span("Choose a file")
            accept = ",".join(f".{kind}" for kind in kinds) or None
            many = "multiple" if spot.element.get("max_files", 10) > 1 else None
            field = tag("input", "rh-hidden", type="file", testid=f"field-{action_id}", accept=accept, multiple=many)

    async def take(event: GenericEventArguments) -> None:
        name, ticket = event.args
        data = _waiting.pop(str(ticket), None)
        if data is None:
            screen.tell("That file got lost on the way; choose it again.")
            return
        stored = await screen.do(lambda: screen.actor.upload(where, action_id, str(name), data))
        if stored is not None and not listed.is_deleted:
            with listed:
                html(rich.file(str(name), len(data)), testid="file")

    field.on("change", take, js_handler=_SEND)

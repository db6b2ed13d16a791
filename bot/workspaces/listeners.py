"""What every feature's listeners do about presses and windows: keep refusals, save, draw the message anew."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput, NotAllowed, NotFound
from bot.core.runtime import Runtime
from bot.slack.blocks import Block
from bot.slack.callers import Listeners
from bot.slack.forms import Form
from bot.slack.places import Place, Places
from bot.slack.replies import field_errors, people_in, told, workspace_in
from bot.slack.windows import OUT_OF_DATE, fields_named
from bot.workspaces.usecases import record_denial

P = TypeVar("P", bound=Place)


def listen(app: AsyncApp, runtime: Runtime) -> Listeners:
    """Return the helper that a feature registers its listeners with; who is refused goes into the audit trail."""
    return Listeners(app, runtime, audit=record_denial)


@asynccontextmanager
async def refusals_kept(runtime: Runtime, body: Mapping[str, Any], *, action: str, key: object) -> AsyncIterator[None]:
    """Inside, whoever is refused for what they pressed is refused, and the audit trail says so."""
    try:
        yield
    except (NotAllowed, NotFound):
        if key:
            await runtime.run(
                record_denial, workspace=workspace_in(body), by=people_in(body), action=action, key=str(key)
            )
        raise


@dataclass(frozen=True)
class Window:
    """
    What a sent window does: the use case, what *read* gives it from the form, and the field that any other error
    stands under. *told* draws what stands in its place then, where closing it doesn't tell enough.
    """

    use_case: Callable[..., Any]
    first_field: str
    read: Callable[[Form], dict[str, Any]]
    told: Callable[[Any], Block] | None = None


class Windows(Generic[P]):
    """
    Saves the windows that a feature's buttons opened, by their callback id, and draws the message of the press anew.

    *about* is what a window's memory and the use cases call the thing's id; *fields* are block ids by an error's field.
    """

    def __init__(
        self,
        runtime: Runtime,
        places: Places[P],
        memory: type[P],
        windows: Mapping[str, Window],
        *,
        about: str,
        fields: Mapping[str, str],
    ) -> None:
        self._runtime, self._places, self._memory = runtime, places, memory
        self._windows, self._about, self._fields = windows, about, fields

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Do what the window asks for; what is wrong stands under its field, and nothing is changed then."""
        await self.save_unless(ack, body, client, _nothing)

    async def save_unless(
        self,
        ack: AsyncAck,
        body: dict[str, Any],
        client: AsyncWebClient,
        ask: Callable[[dict[str, Any], P], Awaitable[Block | None]],
    ) -> None:
        """`save`, unless *ask* has a window to show before."""
        window = self._windows[body["view"]["callback_id"]]
        saved: P | None = None
        async with field_errors(ack, first_field=window.first_field):
            with fields_named(self._fields):
                memory = self._remembered(body["view"])
                asked = await ask(body, memory)
                schema = None if asked else await self._run(window, body, memory)
            shown = asked or (window.told(schema) if window.told else None)
            if shown is None and memory.kind == "none":
                shown = told("Saved.", "Saved")
            await (ack(response_action="update", view=shown) if shown else ack())
            saved = None if asked else memory
        if saved is not None:
            await self._places.redraw(client, body, saved)

    async def _run(self, window: Window, body: dict[str, Any], memory: P) -> Any:
        key = getattr(memory, self._about)
        async with refusals_kept(self._runtime, body, action=body["view"]["callback_id"], key=key):
            return await self._runtime.run(
                window.use_case,
                workspace=workspace_in(body),
                view_id=body["view"]["id"],
                by=people_in(body),
                **{self._about: key},
                **window.read(Form.of(body["view"])),
            )

    def _remembered(self, view: Mapping[str, Any]) -> P:
        memory = self._memory.kept_in(view)
        if getattr(memory, self._about) is None:
            raise InvalidInput(OUT_OF_DATE)
        return memory


async def _nothing(_body: dict[str, Any], _memory: Place) -> None:
    """Nothing to ask before."""

"""What somebody does on their Home."""

from datetime import time
from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput, NotFound
from bot.core.runtime import Runtime
from bot.customers.usecases import hand_over
from bot.home.listeners.publisher import HomePublisher
from bot.home.usecases import end_absence, save_preferences
from bot.home.views.forms import NO_COUNTRY, country_options, preferences
from bot.people.listeners import place_of
from bot.people.queries import get_preferences
from bot.people.rules import Mute
from bot.people.schemas import Wishes
from bot.slack.forms import Form
from bot.slack.replies import actions_in, field_errors, people_in, sorry, told, workspace_in


class HomeListeners:
    """The listeners of the Home tab and of the preferences modal."""

    def __init__(self, runtime: Runtime, publisher: HomePublisher) -> None:
        self._runtime = runtime
        self._keeper = publisher

    async def opened(
        self, body: dict[str, Any], event: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        """Somebody opened the tab: show them how things stand."""
        if event.get("tab", "home") == "home":
            await self._keeper.open(place_of(body, context), str(event["user"]), client)

    async def turn(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Another page of the team's coverage."""
        await ack()
        value = str(actions_in(body)[0].get("value") or "")
        offset = int(value) if value.isdecimal() and len(value) < 10 else 0  # noqa: PLR2004 - beyond any team
        await self._keeper.open(workspace_in(body), people_in(body), client, team_offset=offset)

    async def ask_preferences(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the modal with what is set now."""
        await ack()
        try:
            person = people_in(body)
            view = preferences(
                await self._runtime.read(get_preferences, workspace=workspace_in(body), person_id=person)
            )
        except Exception as error:  # noqa: BLE001 - the last line before silence
            view = told(sorry(error))
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def save(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Keep what was set; a problem stands under its field."""
        async with field_errors(ack, first_field="home.hour"):
            try:
                await self._runtime.run(
                    save_preferences, workspace=workspace_in(body), wishes=wishes_in(Form.of(view)), by=people_in(body)
                )
            except InvalidInput as problem:
                raise InvalidInput(fields={f"home.{name}": words for name, words in problem.fields.items()}) from None
            await ack()

    async def countries(self, ack: AsyncAck, payload: dict[str, Any]) -> None:
        """The countries that fit what was typed."""
        await ack(options=list(country_options(str(payload.get("value") or ""))))

    async def back(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Back earlier than planned; Home follows by itself."""
        await ack()
        async with self._explained(body, client):
            await self._runtime.run(end_absence, workspace=workspace_in(body), by=people_in(body))

    async def take(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Take a customer from the pool; Home follows by itself."""
        await ack()
        async with self._explained(body, client):
            await self._runtime.run(
                hand_over,
                workspace=workspace_in(body),
                customer_id=_id_in(body),
                to=people_in(body),
                by=people_in(body),
            )

    def _explained(self, body: dict[str, Any], client: AsyncWebClient) -> "Explained":
        return Explained(body, client, self._keeper)


class Explained:
    """Inside, an error opens a window that explains it, since nobody can be answered on Home; Home is drawn anew."""

    def __init__(self, body: dict[str, Any], client: AsyncWebClient, publisher: HomePublisher) -> None:
        self._body, self._client, self._keeper = body, client, publisher

    async def __aenter__(self) -> None:
        """Nothing to prepare."""

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Explain, and show how things stand now."""
        if not isinstance(error, Exception):
            return False
        await self._client.views_open(trigger_id=self._body["trigger_id"], view=told(sorry(error)))
        await self._keeper.open(workspace_in(self._body), people_in(self._body), self._client)
        return True


def wishes_in(form: Form) -> Wishes:
    """What the preferences modal holds."""
    country = form.choice("home.country")
    return Wishes(
        hour=time.fromisoformat(form.choice("home.hour") or "09:00"),
        working_days="".join(sorted(form.choices("home.working_days"))),
        country=None if country in (None, NO_COUNTRY) else country,
        mutes=tuple(Mute(mute) for mute in form.choices("home.mutes")),
        away_from=form.day("home.away_from"),
        away_to=form.day("home.away_to"),
        cover_id=form.person("home.cover"),
    )


def _id_in(body: dict[str, Any]) -> UUID:
    try:
        return UUID(str(actions_in(body)[0].get("value")))
    except ValueError:
        raise NotFound("That customer isn't here any more; look it up with /customers.") from None

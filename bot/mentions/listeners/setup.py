"""`/mentions setup`."""

from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session

from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.mentions.queries.matching import list_own_names
from bot.mentions.queries.mentions import get_setup
from bot.mentions.rules.phrases import Phrase
from bot.mentions.schemas.matches import OwnNames
from bot.mentions.schemas.mentions import MentionSetup
from bot.mentions.usecases.aliases import name_ourselves
from bot.mentions.usecases.keeping import WISH, save_settings
from bot.mentions.views import forms, setup
from bot.people.usecases import require_manager
from bot.slack.forms import Form
from bot.slack.replies import field_errors, people_in, workspace_in
from bot.slack.windows import fields_named
from bot.workspaces.gateways import join_channel, look_at_channel


class SetupListeners:
    """Listeners around what a workspace sets about mentions."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the form, for managers."""
        ours, schema = await self._runtime.read(_get, workspace=workspace_in(body), viewer=people_in(body))
        await client.views_open(trigger_id=body["trigger_id"], view=setup.setup_form(ours, schema))

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep what the form says, all of it or nothing."""
        form = Form.of(body["view"])
        async with field_errors(ack, first_field=setup.BLOCK_OF["names"]):
            with fields_named(setup.BLOCK_OF):
                channel_id = form.channel(setup.BLOCK_OF["channel"]) or ""
                if channel_id:
                    channel = await join_channel(client, await look_at_channel(client, channel_id))
                    if channel.problem:
                        raise InvalidInput(fields={"channel": channel.problem})
                days = form.text(setup.BLOCK_OF["answer_days"])
                await self._runtime.run(
                    _save,
                    workspace=workspace_in(body),
                    names={name: _lines(form, name) for name in ("names", "domains", "handles")},
                    answer_days=int(days) if days.isdigit() and len(days) <= 4 else 0,  # noqa: PLR2004 - a number of days
                    phrases=_phrases(form),
                    channel_id=channel_id,
                    by=people_in(body),
                )
            await ack(response_action="update", view=forms.saved("Saved."))


def _get(session: Session, *, viewer: str, now: Any) -> tuple[OwnNames, MentionSetup]:  # noqa: ARG001 - every query takes the time
    require_manager(session, by=viewer, wish=WISH)
    return list_own_names(session), get_setup(session)


def _save(session: Session, *, names: dict[str, list[str]], by: str, now: Any, **wish: Any) -> None:
    name_ourselves(session, **names, by=by, now=now)
    save_settings(session, **wish, by=by, now=now)


def _lines(form: Form, name: str) -> list[str]:
    return [line.strip() for line in form.text(setup.BLOCK_OF[name]).splitlines() if line.strip()]


def _phrases(form: Form) -> list[Phrase]:
    """
    `no problem = you're welcome`, a line each.

    Raises:
        InvalidInput: a line without the kinder words.
    """
    pairs = [line.partition("=") for line in _lines(form, "phrases")]
    wrong = next((words for words, sign, kinder in pairs if not (sign and words.strip() and kinder.strip())), None)
    if wrong is not None:
        sentence = f"Write a kinder phrase after “{wrong.strip()[:60]}”, with = between them."
        raise InvalidInput(fields={"phrases": sentence})
    return [Phrase(words.strip(), kinder.strip()) for words, _, kinder in pairs]

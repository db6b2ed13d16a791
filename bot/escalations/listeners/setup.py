"""`/escalate setup`."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.runtime import Runtime
from bot.escalations.queries import get_setup
from bot.escalations.rules import Severity
from bot.escalations.schemas import Wishes
from bot.escalations.usecases.setting import check_setup, save_setup
from bot.escalations.views import forms
from bot.slack.forms import Form
from bot.slack.replies import field_errors, people_in, workspace_in
from bot.slack.windows import fields_named
from bot.workspaces.gateways import join_channel, look_at_channel
from bot.workspaces.schemas import ChannelSchema


class SetupListeners:
    """Listeners around the form of the clocks and the channel."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def open(self, command: Mapping[str, Any], client: AsyncWebClient) -> None:
        """Open the form, for managers."""
        schema = await self._runtime.read(get_setup, workspace=workspace_in(command), viewer=people_in(command))
        await client.views_open(trigger_id=command["trigger_id"], view=forms.setup_form(schema))

    async def save(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Look at the channel while Slack waits, come into it if need be, and keep what the form says."""
        async with field_errors(ack, first_field=forms.CHANNEL):
            with fields_named(forms.FIELD_OF):
                wishes = _wishes(Form.of(body["view"]))
                channel = await look_at_channel(client, wishes.channel_id) if wishes.channel_id else None
                await self._run(self._runtime.read, check_setup, body, wishes, channel)
                if channel is not None and channel.may_join:
                    channel = await join_channel(client, channel)
                schema = await self._run(self._runtime.run, save_setup, body, wishes, channel)
            await ack(response_action="update", view=forms.setup_saved(schema))

    async def _run(
        self, how: Any, what: Any, body: Mapping[str, Any], wishes: Wishes, channel: ChannelSchema | None
    ) -> Any:
        return await how(what, workspace=workspace_in(body), wishes=wishes, channel=channel, by=people_in(body))


def _wishes(form: Form) -> Wishes:
    clocks = {one.value: form.text(forms.CLOCKS[one]) for one in Severity}
    return Wishes(**clocks, channel_id=form.channel(forms.CHANNEL))

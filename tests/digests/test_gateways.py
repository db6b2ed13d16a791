"""What Slack says about a channel, over the wire, in every kind of channel and every kind of trouble."""

from typing import Any

import pytest

from bot.workspaces.gateways import join_channel, look_at_channel
from tests.makers import MARA
from tests.world import World


@pytest.mark.parametrize(
    ("details", "problem"),
    [
        ({}, None),
        ({"bot": False}, None),
        ({"kind": "private"}, None),
        ({"kind": "private", "bot": False}, "Invite me"),
        ({"is_archived": True}, "archived"),
        ({"is_ext_shared": True}, "shared with outsiders"),
        ({"is_org_shared": True}, "shared with outsiders"),
    ],
)
async def test_each_kind_of_channel_is_told_apart(world: World, details: dict[str, Any], problem: str | None) -> None:
    """What may be posted to has no problem; what may not says why."""
    channel = world.rehearsal.control.add_channel("somewhere", members=[MARA], **details)
    schema = await look_at_channel(world.bot.client, channel.id)
    assert (schema.problem is None) == (problem is None)
    assert problem is None or (schema.problem is not None and problem in schema.problem)


async def test_a_channel_that_does_not_exist_is_like_one_we_cannot_see(world: World) -> None:
    """Slack doesn't tell the two apart, so the sentence fits both."""
    schema = await look_at_channel(world.bot.client, "C0NOWHERE")
    assert schema.refused == "channel_not_found"
    assert schema.problem is not None


async def test_a_direct_message_is_no_channel(world: World) -> None:
    """A forged choice of somebody's direct messages is refused."""
    await world.bot.client.conversations_open(users=MARA)
    mine = next(channel for channel in world.rehearsal.workspace.channels.values() if channel.kind == "im")
    schema = await look_at_channel(world.bot.client, mine.id)
    assert schema.problem == "Choose a channel; news about customers doesn't go to direct messages."


async def test_joining_makes_us_a_member_and_only_where_nothing_speaks_against_it(world: World) -> None:
    """An open channel is joined; an archived one is left alone."""
    control = world.rehearsal.control
    open_to_all = control.add_channel("open", members=[MARA], bot=False)
    archived = control.add_channel("old", members=[MARA], bot=False, is_archived=True)
    client = world.bot.client
    joined = await join_channel(client, await look_at_channel(client, open_to_all.id))
    assert (joined.is_member, joined.problem) == (True, None)
    left = await join_channel(client, await look_at_channel(client, archived.id))
    assert not left.is_member
    assert world.rehearsal.workspace.bot.id not in archived.members


async def test_trouble_with_slack_is_a_schema_and_no_exception(world: World) -> None:
    """A slow answer and a refused join come back as what was refused."""
    control, client = world.rehearsal.control, world.bot.client
    channel = control.add_channel("open", members=[MARA], bot=False)
    control.faults.slow("conversations.info", 1.0)
    assert (await look_at_channel(client, channel.id, patience=0.1)).refused == "timeout"
    schema = await look_at_channel(client, channel.id)
    control.faults.next("conversations.join", status=429, retry_after=2)
    assert (await join_channel(client, schema)).problem == "Slack didn't answer in time; save again in a minute."

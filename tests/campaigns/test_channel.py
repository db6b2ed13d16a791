"""The one message in a channel that shows how far a campaign is, and what becomes of it when the channel doesn't do."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.campaigns.queries import get_row
from bot.campaigns.schemas import CampaignSchema
from bot.campaigns.usecases import draw_campaign
from bot.campaigns.usecases.answering import answer_questions
from bot.workspaces.schemas import ChannelSchema
from rehearsal.state.messages import Message
from tests.campaigns.helpers import SETTINGS, customers, drawn, members, planned
from tests.checkins.test_stories import reads, told, window, words
from tests.commitments.helpers import owed_notifications
from tests.makers import ANA, MARA
from tests.world import World, open_world


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


async def shown_in_channel(world: World) -> tuple[CampaignSchema, Message]:
    """A campaign whose message stands in #accounts."""
    customers(world.office, 20)
    channel = world.rehearsal.workspace.channel("accounts")
    settings = SETTINGS.model_copy(update={"channel_id": channel.id})
    about: dict[str, Any] = {"channel": ChannelSchema(id=channel.id, name="accounts", is_member=True)}
    seen = planned(world.office, channel_id=channel.id).key
    campaign = world.office.do(draw_campaign, settings=settings, seen=seen, by=MARA, **about)
    await world.run_jobs()
    return campaign, await told(world.as_(MARA), "0 of 5 customers talked to, 0 answered")


def answer(world: World, campaign: CampaignSchema, place: int = 0) -> None:
    """Ana writes an answer down."""
    member = members(world.office, campaign)[place]
    world.office.do(answer_questions, member_id=member.id, answers={1: "9"}, by=ANA)


async def test_the_channel_is_chosen_in_the_form_and_joined(world: World) -> None:
    """One that is shared with outsiders is refused under its field; the bot joins a public one by itself."""
    customers(world.office, 20)
    shared = world.rehearsal.control.add_channel("with-acme", members=[MARA], is_ext_shared=True)
    mara = world.as_(MARA)
    await mara.command("/campaign new")
    form = await window(mara, "Campaign")
    wish = {"name": "Portal", "size": "5", "callers": [ANA], "until": "2026-12-18", "channel": "accounts"}
    await mara.fill(form, **{f"campaigns_field_{name}": value for name, value in wish.items()})
    assert await mara.submit(form) is None
    await reads(mara, form, "would be called")
    world.rehearsal.workspace.channel("accounts").is_ext_shared = True
    assert "shared with outsiders" in str(await mara.submit(form))
    world.rehearsal.workspace.channel("accounts").is_ext_shared = False
    assert await mara.submit(form) is None
    await window(mara, "Drawn")
    await world.run_jobs()
    await told(mara, "0 of 5 customers talked to")
    assert shared.id


async def test_a_message_that_slack_doesnt_change_now_is_changed_later(world: World) -> None:
    """A definite refusal is not tried again and again."""
    campaign, message = await shown_in_channel(world)
    faults = world.rehearsal.control.faults
    answer(world, campaign)
    faults.next("chat.update", status=429, retry_after=30)
    await world.run_jobs()
    assert "0 answered" in words(message.blocks)
    await world.move(minutes=2)
    await reads(world.as_(MARA), message, "1 answered")
    answer(world, campaign, 1)
    faults.next("chat.update", error="message_not_found")
    await world.run_jobs()
    assert "1 answered" in words(message.blocks)
    assert world.office.look(lambda session: get_row(session, campaign.id).shown["answered"]) == 2


async def test_a_channel_that_outsiders_read_sees_no_more(world: World) -> None:
    """Who drew it is told once; the result comes to them alone."""
    campaign, message = await shown_in_channel(world)
    world.rehearsal.workspace.channel("accounts").is_ext_shared = True
    answer(world, campaign)
    await world.run_jobs()
    await told(world.as_(MARA), "#accounts sees no more of Portal")
    assert "0 answered" in words(message.blocks)
    await world.rehearsal.control.move_to(datetime(2026, 12, 21, 9, tzinfo=UTC))
    await world.run_jobs()
    assert [row.recipient for row in owed_notifications(world.office, "campaigns.ended")] == [MARA]


async def test_a_result_isnt_posted_where_outsiders_read_it(world: World) -> None:
    """Also when nothing was drawn again since the channel was shared."""
    await shown_in_channel(world)
    world.rehearsal.workspace.channel("accounts").is_ext_shared = True
    await world.rehearsal.control.move_to(datetime(2026, 12, 21, 9, tzinfo=UTC))
    await world.run_jobs()
    assert [row.recipient for row in owed_notifications(world.office, "campaigns.ended")] == [MARA]


async def test_a_channel_that_is_archived_is_given_up(world: World) -> None:
    """Slack refuses the first message; the campaign goes on without it."""
    customers(world.office, 20)
    drawn(world.office, name="Quiet", seed="1")
    channel = world.rehearsal.workspace.channel("accounts")
    about: dict[str, Any] = {"channel": ChannelSchema(id=channel.id, name="accounts", is_member=True)}
    settings = SETTINGS.model_copy(update={"channel_id": channel.id})
    seen = planned(world.office, channel_id=channel.id).key
    await world.rehearsal.control.archive("accounts")
    world.office.do(draw_campaign, settings=settings, seen=seen, by=MARA, **about)
    await world.run_jobs()
    await told(world.as_(MARA), "#accounts sees no more of Portal")

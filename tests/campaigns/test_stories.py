"""Campaigns over the wire: the real bot in a rehearsal workspace, people acting on what they see."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from bot.campaigns.rules import Arm
from bot.campaigns.tables import Campaign, CampaignAnswer, CampaignSale
from bot.campaigns.usecases import draw_campaign
from bot.campaigns.usecases.answering import answer_questions
from bot.customers.queries import get_customer
from bot.followups.tables import Followup
from bot.workspaces.schemas import ChannelSchema
from rehearsal.state.views import View
from tests.campaigns.helpers import SETTINGS, customers, drawn, members, planned
from tests.checkins.test_stories import reads, told, window, words
from tests.makers import ANA, BOB, MARA
from tests.world import World, open_world

WISH = {"name": "Portal", "size": "5", "callers": [ANA, BOB], "until": "2026-12-18", "seed": "4711"}


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


async def filled(world: World, view: View, **wish: Any) -> None:
    """Fill the form of a new campaign."""
    await world.as_(MARA).fill(view, **{f"campaigns_field_{name}": value for name, value in wish.items()})


def rows(world: World, table: type[Any]) -> list[Any]:
    """All rows of a table."""
    return list(world.office.look(lambda session: session.exec(select(table)).all()))


async def test_a_manager_sees_the_draw_before_it_is_made(world: World) -> None:
    """The form, the draw above it, a change that shows it anew, Draw; then the callers are told, once each."""
    customers(world.office, 24, owner=ANA)
    mara = world.as_(MARA)
    await mara.command("/campaign new")
    form = await window(mara, "Campaign")
    await filled(world, form, **WISH)
    assert await mara.submit(form) is None
    await reads(mara, form, "*5 of 24* active customers would be called, and 5 more are left alone")
    assert "Seed 4711, list " in words(form.blocks)
    await filled(world, form, size="13")
    assert await mara.submit(form) is None
    await reads(mara, form, "There are 24 such customers; 13 calls need 26")
    await filled(world, form, size="6", until="2026-11-23")
    assert "Choose a day ahead" in (await mara.submit(form) or {})["campaigns.field.until"]
    await filled(world, form, until="2026-12-18")
    assert await mara.submit(form) is None
    await reads(mara, form, "*6 of 24* active customers")
    assert rows(world, Campaign) == []
    assert await mara.submit(form) is None
    done = await window(mara, "Drawn")
    assert "*Portal*: 6 customers drawn." in words(done.blocks)
    await world.run_jobs()
    message = await told(world.as_(ANA), "Mara Okafor asks you to call")
    assert "customers by Fri 18 Dec, to listen: Portal." in message.text
    assert len(rows(world, Followup)) == 6


async def test_answers_are_written_down_in_the_check_in_and_seen_in_the_channel(world: World) -> None:
    """From the message with the calls: the questions stand in the form; the channel's message is drawn again."""
    customers(world.office, 12)
    channel = next(one for one in world.rehearsal.workspace.channels.values() if one.name == "accounts")
    where = ChannelSchema(id=channel.id, name="accounts", is_member=True)
    settings = SETTINGS.model_copy(update={"caller_ids": (ANA,), "channel_id": channel.id})
    seen = planned(world.office, caller_ids=(ANA,), channel_id=channel.id).key
    campaign = world.office.do(draw_campaign, settings=settings, seen=seen, channel=where, by=MARA)
    ana, mara = world.as_(ANA), world.as_(MARA)
    await world.run_jobs()
    shown = await mara.until(lambda me: next((one for one in me.sees("accounts") if "Portal" in one.text), None))
    assert "*Portal*: 0 of 5 customers talked to, 0 answered; until Fri 18 Dec." in words(shown.blocks)
    message = await told(ana, "Mara Okafor asks you to call 5 customers by Fri 18 Dec, to listen: Portal.")
    first = members(world.office, campaign)[0]
    await ana.press(message, "checkins.log", value=str(first.customer_id))
    form = await window(ana, "Check-in")
    assert "Portal: what did they answer?" in words(form.blocks)
    await ana.fill(form, campaigns_answers_1="9", campaigns_answers_2="yes", campaigns_answers_3="a shorter form")
    assert await ana.submit(form) is None
    await told(ana, "talked")
    await world.run_jobs()
    await reads(mara, shown, "*Portal*: 1 of 5 customers talked to, 1 answered")
    [page] = (await mara.command("/campaign show portal")).messages
    assert "✓ talked to · 3 of 3 answers" in words(page.blocks)
    await mara.press(page, "campaigns.answer", value=str(first.id))
    form = await window(mara, "Answers")
    await mara.fill(form, campaigns_answers_1="4")
    assert await mara.submit(form) is None
    await window(mara, "Answers")
    assert [row.answer for row in rows(world, CampaignAnswer)] == ["9", "yes", "a shorter form", "4"]


async def test_a_customer_is_replaced_over_the_wire(world: World) -> None:
    """The reason stands in the form; pages turn; a campaign nobody knows is said so."""
    customers(world.office, 40)
    campaign = drawn(world.office, size=12)
    mara = world.as_(MARA)
    [listed] = (await mara.command("/campaign")).messages
    assert listed.text == "1 campaign runs."
    await mara.press(listed, "campaigns.show")
    page = await told(mara, "seed 4711")
    gone = members(world.office, campaign)[0]
    await mara.press(page, "campaigns.replace", value=str(gone.id))
    form = await window(mara, "Replace")
    await mara.fill(form, campaigns_reason="they closed")
    assert await mara.submit(form) is None
    done = await window(mara, "Replaced")
    assert "was drawn instead" in words(done.blocks)
    await mara.close(done)
    await mara.press(page, "campaigns.later")
    await reads(mara, page, "Earlier")
    assert "No campaign is called “Fair”" in (await mara.command("/campaign Fair")).messages[0].text
    assert "/campaign new" in words((await mara.command("/campaign help")).messages[0].blocks)


async def test_the_result_comes_by_itself_with_charts_and_files(world: World) -> None:
    """A sale is written down, the campaign ends, the result stands in the channel; a manager gets the files."""
    customers(world.office, 20)
    campaign = drawn(world.office)
    first = members(world.office, campaign)[0]
    world.office.do(answer_questions, member_id=first.id, answers={1: "9", 3: "=a shorter form"}, by=ANA)
    mara = world.as_(MARA)
    [shown] = (await mara.command("/campaign result portal")).messages
    assert "100% gave 8 or more" in words(shown.blocks)
    await mara.press(shown, "campaigns.sold")
    form = await window(mara, "Sold")
    control = members(world.office, campaign, Arm.CONTROL)[0]
    name = world.office.look(lambda session: get_customer(session, control.customer_id).name)
    await mara.fill(form, customers_options=name, campaigns_amount="0", campaigns_currency="EUR")
    assert await mara.submit(form) == {"campaigns.amount": "Write an amount above 0."}
    await mara.fill(form, campaigns_amount="100")
    assert await mara.submit(form) is None
    done = await window(mara, "Sold")
    assert f"Saved for {name}." in words(done.blocks)
    await mara.close(done)
    await mara.press(shown, "campaigns.files")
    sent = await mara.until(lambda me: next((one for one in me.dm() if one.files), None), timeout=10)
    assert sent.files
    await told(mara, "The draw, the answers, the sales and the result are in our direct messages.")
    await world.rehearsal.control.move_to(datetime(2026, 12, 21, 9, tzinfo=UTC))
    await world.run_jobs()
    ended = await told(mara, "ended Fri 18 Dec")
    assert any(block["type"] == "data_visualization" for block in ended.blocks)
    assert "0 EUR to those called, 100 to those left alone" in words(ended.blocks)
    await told(world.as_(ANA), "has ended")


async def test_a_list_of_sales_is_looked_at_and_written_down(world: World) -> None:
    """A manager sends it below the result; the window says what it would do, then what it did; others are told whom."""
    customers(world.office, 20)
    campaign = drawn(world.office)
    control = members(world.office, campaign, Arm.CONTROL)[0]
    name = world.office.look(lambda session: get_customer(session, control.customer_id).name)
    mara, ana = world.as_(MARA), world.as_(ANA)
    [shown] = (await ana.command("/campaign result portal")).messages
    [refused] = (await ana.press(shown, "campaigns.sold_list")).messages
    assert "Only managers can write down what was sold" in refused.text
    [shown] = (await mara.command("/campaign result portal")).messages
    await mara.press(shown, "campaigns.sold_list")
    form = await window(mara, "Sales")
    assert (await mara.submit(form) or {}).keys() == {"campaigns.sales_file"}
    sold = f"Customer,Amount\n{name},1200 EUR\n<!channel>,1 EUR\n"
    await mara.fill(form, campaigns_sales_file=("sold.csv", sold.encode()))
    assert await mara.submit(form) is None
    await reads(mara, form, "1 sale to 1 customer, 1,200 EUR, would be written down for Portal.")
    assert "Row 3, Customer: “&lt;!channel&gt;” isn't among the customers" in words(form.blocks)
    assert rows(world, CampaignSale) == []
    assert await mara.submit(form) is None
    await reads(mara, form, "1 sale to 1 customer, 1,200 EUR, was written down for Portal.")
    assert [(row.customer_id, row.amount) for row in rows(world, CampaignSale)] == [(control.customer_id, 1200)]


async def test_a_list_of_sales_with_unclear_dates_is_not_guessed(world: World) -> None:
    """The window names the column and both days, and nothing is written down."""
    customers(world.office, 20)
    drawn(world.office)
    mara = world.as_(MARA)
    [shown] = (await mara.command("/campaign result portal")).messages
    await mara.press(shown, "campaigns.sold_list")
    form = await window(mara, "Sales")
    await mara.fill(form, campaigns_sales_file=("sold.csv", b"Customer,Amount,Closed on\nAcme,12 EUR,05/11/2026\n"))
    assert await mara.submit(form) is None
    sentence = (
        "Dates under “Closed on” can be read two ways, since 05/11/2026 is 5 November 2026 or 11 May 2026: write them"
    )
    await reads(mara, form, sentence)
    assert rows(world, CampaignSale) == []

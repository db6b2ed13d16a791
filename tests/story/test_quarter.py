"""The demo's past: half a year in which everybody was served alike, then a quarter in which one person wasn't fair."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.campaigns.queries.results import get_result
from bot.campaigns.rules import CampaignState
from bot.reviews.queries import get_proof
from bot.reviews.queries.capacity import get_capacity
from demo.campaigns import load_campaigns
from demo.company import load_company
from demo.people import BOB, COMPANY, MARA, NINE, START, TEAM, populate
from demo.quarter import load_quarters
from demo.stage import Stage, next_events, open_stage, run_jobs_on_move
from demo.welcome import WELCOME
from rehearsal.page import add_page
from tests.story.visitor import visit

CUSTOMERS = 84


@asynccontextmanager
async def _demo(url: str) -> AsyncIterator[Stage]:
    """Open the demo with its page and all that it loads."""
    page = partial(add_page, welcome=WELCOME)
    async with open_stage(
        database_url=url, start=START, populate=populate, team_id=TEAM, name=COMPANY, extra=page
    ) as running:
        runtime, accounts = running.bot.runtime, running.rehearsal.workspace.channel("accounts")
        channel = accounts.id, accounts.name
        load_company(runtime, workspace=TEAM, digest_channel=channel)
        assert load_quarters(runtime, workspace=TEAM, review_channel=channel) == CUSTOMERS - 28
        load_campaigns(runtime, workspace=TEAM, channel=channel)
        yield running


async def test_the_proof_finds_that_somebody_wasnt_fair(sqlite_url: str) -> None:
    """Before, small and large waited alike; in the last quarter they didn't, and chance alone wouldn't do that."""
    async with _demo(sqlite_url) as running:
        runtime = running.bot.runtime
        proof = runtime.read_now(get_proof, workspace=TEAM, viewer=MARA, days=90)
        capacity = runtime.read_now(get_capacity, workspace=TEAM, viewer=MARA)
    assert proof.gap is not None
    assert proof.gap_before is not None
    assert sum(group.customers for group in proof.groups) == CUSTOMERS
    assert 0.9 < proof.gap_before.ratio < 1.1
    assert proof.gap_before.chance > 50
    assert proof.gap.ratio > proof.gap.low > 1.2
    assert proof.gap.chance < 1
    assert capacity.rows[0].person_id == BOB


@pytest.mark.browser
async def test_a_manager_looks_at_the_quarter(sqlite_url: str, browser: Browser, pictures: Path) -> None:
    """The proof, the review with its charts, and who is asked for more than they can do; on a desktop and a phone."""
    async with _demo(sqlite_url) as running:
        run_jobs_on_move(running, next_events(running))
        await running.rehearsal.control.move_to(NINE)
        url = f"{running.rehearsal.url}/?as=mara"
        async with visit(browser, url, pictures) as mara:
            await mara.see("hints-close").click()
            await expect(await mara.latest("Kanto Tooling has a problem")).to_be_visible()
            await expect(mara.see("messages")).not_to_contain_text("quarter.csv")
            await mara.type("/evenhand proof")
            await expect(await mara.latest("Small customers waited")).to_contain_text("times as long")
            await mara.picture("proof")
            await mara.type("/evenhand capacity")
            await expect(await mara.latest("contacts a working day")).to_contain_text("Bob Chen")
            await mara.picture("capacity")
        async with visit(browser, f"{url}&in=accounts", pictures) as mara:
            await mara.page.set_viewport_size({"width": 1100, "height": 1500})
            review = await mara.latest("What moved")
            await review.screenshot(path=pictures / "review.png", animations="disabled")
        async with visit(browser, url, pictures, is_mobile=True) as mara:
            await mara.page.set_viewport_size({"width": 390, "height": 844})
            await mara.type("/evenhand proof")
            await expect(await mara.latest("Small customers waited")).to_contain_text("times as long")
            await mara.picture("proof-phone")
    running.rehearsal.assert_clean()


@pytest.mark.slow
async def test_a_campaign_has_ended_and_one_is_under_way(sqlite_url: str) -> None:
    """Both tell what they can't: of the first one nothing is sure; of the second one that its customers are called."""
    async with _demo(sqlite_url) as running:
        runtime = running.bot.runtime
        ended, under_way = (
            runtime.read_now(get_result, workspace=TEAM, viewer=MARA, words=words) for words in ("After", "The new")
        )
        await running.rehearsal.control.move_to(NINE)
        await running.bot.run_jobs()
        assert any(
            "The new price list" in one.text for one in running.rehearsal.control.as_person(MARA).sees("accounts")
        )
    assert (ended.campaign.state, under_way.campaign.state) == (CampaignState.ENDED, CampaignState.RUNNING)
    sure = [[one.verb for one in told.comparisons if one.against.is_sure] for told in (ended, under_way)]
    assert sure == [[], ["were talked to"]]
    assert ended.questions[0].score
    assert ended.questions[0].score.low < 0 < ended.questions[0].score.high
    assert (len(ended.mended), len(ended.replaced), ended.left_total) == (1, 1, 2)
    assert 0 < under_way.campaign.reached < under_way.campaign.calls


@pytest.mark.browser
async def test_a_manager_looks_at_a_campaign(sqlite_url: str, browser: Browser, pictures: Path) -> None:
    """It ends by itself; its result, with a chart and what can't be told, in the channel, and on a phone."""
    async with _demo(sqlite_url) as running:
        await running.rehearsal.control.move_to(datetime(2026, 12, 7, 9, 30, tzinfo=UTC))
        await running.bot.run_jobs()
        url = f"{running.rehearsal.url}/?as=mara"
        async with visit(browser, f"{url}&in=accounts", pictures) as mara:
            await mara.page.set_viewport_size({"width": 1100, "height": 1700})
            result = await mara.latest("40 in 100 more")
            await expect(result).to_contain_text("gave 8 or more")
            await result.screenshot(path=pictures / "campaign.png", animations="disabled")
        async with visit(browser, url, pictures, is_mobile=True) as mara:
            await mara.page.set_viewport_size({"width": 390, "height": 844})
            await mara.type("/campaign result after")
            await expect(await mara.latest("After the new portal")).to_contain_text("NPS +20")
            await mara.picture("campaign-phone")
    running.rehearsal.assert_clean()

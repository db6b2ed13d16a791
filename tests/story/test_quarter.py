"""The demo's past: half a year in which everybody was served alike, then a quarter in which one person wasn't fair."""

from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.core.runtime import Runtime
from bot.reviews.queries import get_proof
from bot.reviews.queries.capacity import get_capacity
from demo.company import load_company
from demo.people import BOB, COMPANY, MARA, NINE, START, TEAM, populate
from demo.quarter import load_quarters
from demo.stage import Stage, next_events, open_stage, run_jobs_on_move
from demo.welcome import WELCOME
from rehearsal.page import add_page
from tests.story.visitor import visit

CUSTOMERS = 84


def _load(running: Stage) -> Runtime:
    """Load what the demo loads, and return the bot's runtime."""
    runtime, accounts = running.bot.runtime, running.rehearsal.workspace.channel("accounts")
    channel = accounts.id, accounts.name
    load_company(runtime, workspace=TEAM, digest_channel=channel)
    assert load_quarters(runtime, workspace=TEAM, review_channel=channel) == CUSTOMERS - 28
    return runtime


async def test_the_proof_finds_that_somebody_wasnt_fair(sqlite_url: str) -> None:
    """Before, small and large waited alike; in the last quarter they didn't, and chance alone wouldn't do that."""
    stage = open_stage(database_url=sqlite_url, start=START, populate=populate, team_id=TEAM, name=COMPANY)
    async with stage as running:
        runtime = _load(running)
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
    stage = open_stage(
        database_url=sqlite_url, start=START, populate=populate, team_id=TEAM, name=COMPANY,
        extra=partial(add_page, welcome=WELCOME),
    )  # fmt: skip
    async with stage as running:
        _load(running)
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

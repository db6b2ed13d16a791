"""The family on a card and the form about a lost customer, on the demo's page and on a phone."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from demo.company import load_company
from demo.people import COMPANY, NINE, START, TEAM, populate
from demo.stage import open_stage
from rehearsal.page import add_page
from tests.story.visitor import Visitor, visit

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


async def test_a_family_is_read_and_a_customer_is_lost_on_a_phone(
    sqlite_url: str, browser: Browser, pictures: Path
) -> None:
    """The tree stands on the card; marking a member lost asks why, below what came before."""
    stage = open_stage(
        database_url=sqlite_url, start=START, populate=populate, team_id=TEAM, name=COMPANY, extra=add_page
    )
    async with stage as running:
        accounts, runtime = running.rehearsal.workspace.channel("accounts"), running.bot.runtime
        load_company(runtime, workspace=TEAM, digest_channel=(accounts.id, accounts.name))
        await running.rehearsal.control.move_to(NINE)
        async with visit(browser, f"{running.rehearsal.url}/?as=ana", pictures, is_mobile=True) as ana:
            await ana.page.set_viewport_size(PHONE)
            await ana.type("/customers kanto")
            card = await ana.latest("Belongs to Meridian Holdings: 3 companies")
            await expect(card).to_contain_text("↳ Atlas Elevação · ")
            await card.get_by_text("Belongs to Meridian Holdings").scroll_into_view_if_needed()
            await ana.picture("family")
            await ana.open(card.get_by_test_id("button-customers.family"), "Family")
            await ana.picture("family-all")
            await ana.see("modal-close").click()
            await _lose(ana, card)


async def _lose(ana: Visitor, card: Locator) -> None:
    """Choose *Status* in the card's menu, then *Lost*; look at what is asked, answer, and see the card say so."""
    await card.get_by_test_id("overflow-customers.card_menu").click()
    await ana.page.get_by_role("menuitem", name="Status").click()
    window = await ana.window("Status")
    await window.get_by_test_id("option-customers.status_choice-lost").check()
    await ana.submit(closes=False)
    window = await ana.window("Lost customer")
    await expect(window).to_contain_text("The new line stands still, a part is missing")
    await ana.picture("lost")
    await ana.choose("customers.lost_reason", "Service")
    await window.get_by_test_id("option-customers.lost_foreseen-no").check()
    await ana.submit(closes=False)
    await expect(await ana.window("Customer")).to_contain_text("lost since Mon 23 Nov")
    await ana.picture("lost-card")

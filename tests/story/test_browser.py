"""The main story in a real browser on the demo's page."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect
from sqlmodel import select

from bot.customers.queries import list_neglected
from bot.customers.tables import Customer
from demo.company import SAMPLE, load_company
from demo.people import COMPANY, NINE, START, TEAM, populate
from demo.stage import Stage, next_events, next_hours, open_stage, run_jobs_on_move
from demo.welcome import WELCOME
from rehearsal.page import add_page
from tests.makers import ROOT
from tests.story.visitor import A_MOMENT, Visitor, visit

pytestmark = pytest.mark.browser

REAL = ROOT.parent / "shared/data/customers/crm_accounts.csv"
WEEKS = 8
OWNERS = ("ana", "bob", "kiri")
LIST_TO_MEND = """\
Company,Website,Owner,Employees,Last contact,Stand
Harbour Bikes,https://www.harbourbikes.co.uk/shop,Ana Lima,40,2026-11-02,B12
Casa do Livro,casadolivro.pt,Bob Becker,6,2026-10-19,B14
,kantotools.jp,Kiri Walker,210,2026-11-05,C01
Bakery Lindqvist,lindqvist.se,Ana Lima,about a dozen,2026-11-11,C03
,,Bob Becker,,,C04
Zephyr Drones,zephyr-drones.com,Sam Otter,25,2026-09-30,C09
"""


@pytest.fixture
def customers() -> tuple[bytes, int]:
    """Return a list with owners and its number of rows: the real list if it is available, else the demo's."""
    content = (REAL if REAL.exists() else SAMPLE).read_text(encoding="utf-8-sig")
    head, *rows = content.strip().splitlines()
    if "Owner" in head:
        return content.encode(), len(rows)
    owned = [f"{row},{OWNERS[number % 3]}@halden-voss.example" for number, row in enumerate(rows)]
    return "\n".join([f"{head},Account Owner", *owned]).encode(), len(rows)


async def test_the_demo_shows_what_the_readme_pictures(sqlite_url: str, browser: Browser, pictures: Path) -> None:
    """The demo opens on Ana at nine with her message and hints, and shows the README's screens, also on a phone."""
    stage = open_stage(
        database_url=sqlite_url, start=START, populate=populate, team_id=TEAM, name=COMPANY,
        extra=partial(add_page, welcome=WELCOME),
    )  # fmt: skip
    async with stage as running:
        accounts = running.rehearsal.workspace.channel("accounts")
        load_company(running.bot.runtime, workspace=TEAM, digest_channel=(accounts.id, accounts.name))
        run_jobs_on_move(running, next_events(running))
        await running.rehearsal.control.move_to(NINE)
        url = running.rehearsal.url
        async with visit(browser, url, pictures) as ana:
            await expect(ana.see("acting")).to_contain_text("Ana Lima")
            await expect(ana.see("clock")).to_contain_text("Mon 23 Nov 2026")
            await expect(ana.see("inspector")).to_be_hidden()
            await expect(await ana.latest("Bakery Lindqvist")).to_be_visible()
            await ana.picture("reminder")
        async with visit(browser, url, pictures, is_mobile=True) as ana:
            await _use_a_phone(ana)
        async with visit(browser, url, pictures) as ana:
            await expect(await ana.latest("Bakery Lindqvist")).to_be_visible()
            await _log_the_first(ana, "Likes the new invoice.", picture="check-in")
            await ana.see("hint-type").last.click()
            await expect(ana.see("composer")).to_have_value("talked to Zephyr Drones, they want a demo in January")
            await ana.see("composer").press("Enter")
            await expect(ana.see("thread-messages")).to_contain_text("We talked with Zephyr Drones today")
            await ana.picture("said")
            await ana.see("thread-close").click()
            await ana.see("hints-close").click()
            await ana.see("home-tab").click()
            await expect(ana.see("home")).to_contain_text("Waiting")
            await ana.picture("home")
            await ana.see("dm").click()
            await ana.type("/promise list team")
            await expect(await ana.latest("The team's promises")).to_contain_text("Sunset Diner")
            await ana.picture("promises")
        async with visit(browser, f"{url}/?as=mara&in=accounts", pictures) as mara:
            await expect(await mara.latest("customers are in cadence")).to_contain_text("I'll take it")
            await mara.picture("digest")
            await mara.act_as("mara")
            await mara.see("home-tab").click()
            await expect(mara.see("home")).to_contain_text("Needs you")
            await mara.picture("manager")
        await running.rehearsal.control.move_to(NINE.replace(hour=15))
        async with visit(browser, f"{url}/?as=bob", pictures) as bob:
            await expect(await bob.latest("you are on it")).to_contain_text("Third late delivery")
            await bob.picture("escalation")
    running.rehearsal.assert_clean()


async def test_a_list_with_refusals_is_read_on_a_phone(sqlite_url: str, browser: Browser, pictures: Path) -> None:
    """The preview says what is refused and why before anything changes; the rows come back as a file to mend."""
    rows = LIST_TO_MEND.encode()
    stage = open_stage(
        database_url=sqlite_url, start=START, populate=populate, team_id=TEAM, name=COMPANY, extra=add_page
    )
    async with stage as running:
        url = f"{running.rehearsal.url}/?as=mara"
        async with visit(browser, url, pictures, is_mobile=True) as mara:
            await mara.page.set_viewport_size({"width": 390, "height": 844})
            window = await _look_at(mara, rows, "spring-fair.csv")
            await expect(window).to_contain_text("4 would be added")
            await expect(window).to_contain_text("2 rows refused")
            await mara.picture("refusals")
            await mara.see("button-customers.refused").click()
            await expect(mara.see("messages")).to_contain_text("refused-spring-fair.csv")
    running.rehearsal.assert_clean()


async def test_eight_weeks_go_by_and_everyone_is_contacted_or_named(
    sqlite_url: str, browser: Browser, pictures: Path, customers: tuple[bytes, int]
) -> None:
    """Import, setup, absence, reminders, logging, snoozing, handing over and the digest work on the page."""
    stage = open_stage(
        database_url=sqlite_url, start=START, populate=populate, team_id=TEAM, name=COMPANY, extra=add_page
    )
    async with stage as running:
        run_jobs_on_move(running, next_hours(timedelta(hours=6)))
        async with visit(browser, running.rehearsal.url, pictures) as visitor:
            await _import(visitor, *customers)
            await _set_up(visitor)
            await _send_kiri_on_holiday(visitor)
            for week in range(WEEKS):
                await visitor.pass_time("next-week")
                for owner in OWNERS:
                    await visitor.act_as(owner)
                    await _act(visitor, owner, week)
            await visitor.act_as("mara")
            await visitor.see("channel-accounts").click()
            await visitor.latest("in cadence")
        await _nobody_is_missed(running)
    running.rehearsal.assert_clean()


async def _look_at(mara: Visitor, content: bytes, name: str) -> Locator:
    """Send a list with `/customers import`, and return the window with its preview."""
    await mara.type("/customers import")
    window = await mara.window("Import customers")
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    await mara.see("field-customers.file").set_input_files(files=[file])  # type: ignore[list-item]  # a dict will do
    await expect(mara.see("file")).to_contain_text(name)
    await mara.submit(closes=False)
    return window


async def _import(mara: Visitor, content: bytes, rows: int) -> None:
    await mara.act_as("mara")
    window = await _look_at(mara, content, "crm_accounts.csv")
    await expect(window).to_contain_text(f"{rows} would be added")
    await mara.submit(closes=False)
    await expect(window).to_contain_text("is in.")
    await mara.see("modal-close").click()


async def _set_up(mara: Visitor) -> None:
    await mara.type("/evenhand setup")
    window = await mara.window("Setup")
    await mara.choose("digests.channel", "accounts")
    await mara.submit(closes=False)
    await expect(window).to_contain_text("The next digest goes to")
    await mara.see("modal-close").click()


async def _send_kiri_on_holiday(visitor: Visitor) -> None:
    await visitor.act_as("kiri")
    await visitor.see("home-tab").click()
    await visitor.see("button-home.preferences").click()
    await visitor.window("Preferences")
    await visitor.see("field-home.first_day").fill("2026-12-07")
    await visitor.see("field-home.last_day").fill("2026-12-18")
    await visitor.choose("home.cover_chosen", "Ana Lima")
    await visitor.submit()


async def _act(owner: Visitor, handle: str, week: int) -> None:
    """In the first week Ana snoozes a customer and Bob hands one over; everybody logs one check-in a week."""
    await owner.latest("to hear from you")
    if week == 0 and handle == "ana":
        await _from_the_menu(owner, "Snooze", owner.see("modal-title"), "Snooze")
        await owner.see("option-checkins.reason-customer_asked").click()
        await owner.see("option-checkins.how_long-week").click()
        await owner.submit()
        await expect(owner.see("messages")).to_contain_text("snoozed until")
    if week == 0 and handle == "bob":
        await _from_the_menu(owner, "Hand over", owner.see("modal-title"), "Hand over")
        await owner.choose("checkins.to", "Tomás Ferreira")
        await owner.submit()
        await expect(owner.see("messages")).to_contain_text("handed over to Tomás Ferreira")
    if await owner.see("messages").get_by_test_id("button-checkins.log").count():
        await _log_the_first(owner, f"Week {week + 1}: all is well.")


async def _log_the_first(owner: Visitor, note: str, picture: str = "") -> None:
    message = owner.see("messages").get_by_test_id("message").filter(has=owner.see("button-checkins.log")).last
    await owner.open(message.get_by_test_id("button-checkins.log").first, "Check-in")
    await owner.see("field-checkins.note").fill(note)
    if picture:
        await owner.picture(picture)
    await owner.submit()
    await expect(owner.see("messages")).to_contain_text("✓")


async def _use_a_phone(ana: Visitor) -> None:
    """Read the message and the hints, press *Talked* beside the first customer, and take it back."""
    await ana.page.set_viewport_size({"width": 390, "height": 844})
    await expect(await ana.latest("Bakery Lindqvist")).to_be_visible()
    await ana.see("hints-title").click()
    await expect(ana.see("hints")).to_contain_text("Talked")
    await ana.see("hints-title").click()
    await ana.picture("phone")
    await ana.see("messages").get_by_test_id("button-checkins.talked").first.click()
    await expect(ana.see("messages")).to_contain_text("✓ Casa do Livro · talked · next 7 Jan")
    await ana.picture("talked")
    await ana.see("messages").get_by_test_id("button-checkins.undo").first.click()
    await expect(ana.see("messages")).not_to_contain_text("✓ Casa do Livro")


async def _from_the_menu(owner: Visitor, words: str, where: Locator, says: str) -> None:
    """Choose in the ⋯ menu of the last row until the screen shows the result, since a redraw may drop a click."""
    for _ in range(5):
        await owner.see("messages").get_by_test_id("overflow-checkins.more").last.click()
        await owner.page.get_by_role("menuitem", name=words).click()
        with suppress(AssertionError):
            await expect(where).to_contain_text(says, timeout=A_MOMENT)
            return
    raise AssertionError(f"{words} was chosen and nothing came of it.")


async def _nobody_is_missed(running: Stage) -> None:
    """Check that every customer without a contact is in the digest's list of neglected ones."""
    now = running.bot.runtime.clock.now()
    with running.bot.runtime.database.reading(TEAM) as session:
        silent = {row.id for row in session.exec(select(Customer)).all() if row.last_contact_on is None}
        named = {row.id for row in list_neglected(session, today=now.date())}
    assert silent <= named
    assert len(named) > 0

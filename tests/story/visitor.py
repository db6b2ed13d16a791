"""A person at the page: clicks, types, reads, and saves screenshots."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

PATIENCE = 15_000  # milliseconds
A_MOMENT = 6_000
A_WEEK_OF_JOBS = 120_000


class Visitor:
    """A person in front of a browser."""

    def __init__(self, page: Page, pictures: Path) -> None:
        self.page = page
        self.pictures = pictures

    def see(self, test_id: str) -> Locator:
        """Return the element with this test id."""
        return self.page.get_by_test_id(test_id)

    async def act_as(self, handle: str) -> None:
        """Choose the person to act as; their direct messages with the bot open."""
        await self.see(f"person-{handle}").click()
        await self.see("dm").click()

    async def type(self, command: str) -> None:
        """Type into the composer and send."""
        await self.see("composer").fill(command)
        await self.see("composer").press("Enter")

    async def window(self, title: str) -> Locator:
        """Wait for the modal with that title; a failure says what stands in the one that is open."""
        try:
            await expect(self.see("modal-title")).to_have_text(title)
        except AssertionError as error:
            shown = await self.see("modal").all_inner_texts()
            raise AssertionError(f"No window called {title} opened; there is {shown}.") from error
        return self.see("modal")

    async def open(self, button: Locator, title: str) -> None:
        """Press a button until the modal is open, since a redraw may drop a click."""
        for _ in range(5):
            await button.click()
            with suppress(AssertionError):
                await expect(self.see("modal-title")).to_have_text(title, timeout=A_MOMENT)
                return
        raise AssertionError(f"No window called {title} opened.")

    async def choose(self, field: str, words: str) -> None:
        """Search in a select and choose the match."""
        box, option = self.see(f"field-{field}"), self.page.get_by_role("option", name=words).first
        await box.click()
        await box.press_sequentially(words)
        await option.click()
        await expect(self.page.get_by_role("option")).to_have_count(0)

    async def submit(self, *, closes: bool = True) -> None:
        """Submit the modal; with *closes*, wait until it has closed."""
        await self.see("modal-submit").click()
        if closes:
            await expect(self.see("modal")).to_have_count(0)

    async def pass_time(self, button: str) -> None:
        """Press *Next day* or *Next week*, and wait until everything has happened."""
        before = await self.see("clock").text_content()
        await self.see(button).click()
        await expect(self.see("clock")).not_to_have_text(before or "", timeout=A_WEEK_OF_JOBS)
        await expect(self.see("moving")).to_have_text("", timeout=A_WEEK_OF_JOBS)

    async def latest(self, words: str) -> Locator:
        """Return the latest message with these words."""
        found = self.see("messages").get_by_test_id("message").filter(has_text=words).last
        await expect(found).to_be_visible()
        return found

    async def picture(self, name: str) -> None:
        """Save a screenshot."""
        await self.page.screenshot(path=self.pictures / f"{name}.png", animations="disabled")


@asynccontextmanager
async def visit(browser: Browser, url: str, pictures: Path, **more: Any) -> AsyncIterator[Visitor]:
    """Open the page; an error in it fails the test."""
    page = await browser.new_page(locale="en-GB", viewport={"width": 1280, "height": 860}, **more)
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    mistakes: list[object] = []
    page.on("pageerror", lambda error: mistakes.append(error))  # noqa: PLW0108 - Playwright marks its handlers
    await page.goto(url)
    await page.get_by_test_id("clock").wait_for()
    yield Visitor(page, pictures)
    await page.close()
    assert mistakes == []

"""A rehearsal with a small bot and the page, and a real browser."""

import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nicegui import app
from playwright.async_api import Browser, Page, async_playwright

from rehearsal.page import add_page
from rehearsal.server import Rehearsal
from tests.rehearsal.bolt_bot import MANIFEST, Tiny, by_socket

_NAMES = ("/usr/bin/chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--headless=new",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_PATIENCE = 8_000  # milliseconds
_mistakes: list[object] = []


def chromium() -> str | None:
    """Return the path of a Chromium: the CHROMIUM variable first, then the usual places."""
    candidates = [os.environ.get("CHROMIUM"), *_NAMES]
    found = [name if name and Path(name).is_file() else shutil.which(name) for name in candidates if name]
    return next((path for path in found if path), None)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Start a browser; the test is skipped if none is installed."""
    executable = chromium()
    if executable is None:
        pytest.skip("No Chromium was found; install one or name it in CHROMIUM.")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=executable, args=list(_FLAGS))
        yield started
        await started.close()


@pytest.fixture
async def shown() -> AsyncIterator[Rehearsal]:
    """Run a rehearsal of three people that serves the page."""
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    async with Rehearsal(manifest=MANIFEST, start=start, name="Northwind Care", extra=add_page) as running:
        control = running.control
        control.add_person("ana", real_name="Ana Lima", tz="Europe/Lisbon", id="U0000ANA")
        control.add_person("mara", real_name="Mara Ellison", tz="America/New_York", is_admin=True)
        control.add_person("tui", real_name="Tui Parata", tz="Pacific/Auckland")
        control.add_channel("general", members=["ana", "mara", "tui"])
        control.add_channel("leads", kind="private", members=["mara"])
        control.add_channel("partners", members=["mara"], is_ext_shared=True)
        yield running


@pytest.fixture
async def bot(shown: Rehearsal) -> AsyncIterator[Tiny]:
    """Run the small bot on that rehearsal."""
    async with by_socket(shown) as connected:
        yield connected


def _note(error: object) -> None:
    _mistakes.append(error)


app.on_exception(_note)


@pytest.fixture
async def page(browser: Browser, shown: Rehearsal) -> AsyncIterator[Page]:
    """Open the page as Ana; an error in it or in the server fails the test."""
    opened = await browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(_PATIENCE)
    _mistakes.clear()
    opened.on("pageerror", _note)
    await opened.goto(f"{shown.url}/?as=ana")
    await opened.get_by_test_id("clock").wait_for()
    yield opened
    await opened.close()
    assert _mistakes == []

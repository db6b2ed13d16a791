"""A real browser on the demo's page."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.rehearsal.page.conftest import _FLAGS, chromium


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real browser; the test is skipped where none is installed."""
    executable = chromium()
    if executable is None:
        pytest.skip("No Chromium was found; install one or name it in CHROMIUM.")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=executable, args=list(_FLAGS))
        yield started
        await started.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots are kept: EVENHAND_PICTURES, or the test's own folder."""
    folder = Path(os.environ.get("EVENHAND_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder

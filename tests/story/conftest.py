"""Fixtures for stories in a real browser on the demo's page."""

import os
from pathlib import Path

import pytest

from tests.rehearsal.page.conftest import browser

__all__ = ["browser"]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Return the folder for screenshots: EVENHAND_PICTURES, or the test's own folder."""
    folder = Path(os.environ.get("EVENHAND_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder

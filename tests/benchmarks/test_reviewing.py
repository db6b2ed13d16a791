"""The figures of the weekly review against plain SQL, in a company that the database makes."""

import contextlib

import pytest

from benchmarks.company import MANAGER, START, WORKSPACE
from benchmarks.reviewing import ask_plainly, build, compare_figures
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.reviews.queries import reading
from bot.reviews.queries.review import get_review
from bot.reviews.rules import LIKELY

CUSTOMERS, CHECKINS = 400, 4000


@pytest.mark.slow
@pytest.mark.both_databases
def test_the_review_says_what_plain_sql_says(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gap, waits, days in cadence by size and week, the longest wait that ended: each by a statement of its own."""
    monkeypatch.setattr(reading, "BLOCK", 150)
    build(database_url, CUSTOMERS, CHECKINS)
    with contextlib.closing(Runtime(Database(database_url), MovableClock(START))) as runtime:
        review = runtime.read_now(get_review, workspace=WORKSPACE, viewer=MANAGER)
        plain = runtime.read_now(ask_plainly, workspace=WORKSPACE)
        compare_figures(review, plain)
        assert review.proof.groups[0].customers == CUSTOMERS // 5
        assert review.proof.gap is not None
        assert review.proof.gap.chance > LIKELY
        with pytest.raises(AssertionError):
            compare_figures(review, plain | {"never": [(1,)]})

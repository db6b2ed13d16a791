"""What the running bot leaves out of its memory, and that it misses nothing of that."""

import os
import subprocess
import sys
import traceback
from pathlib import Path
from types import ModuleType

import pytest

from bot.lean import LEFT_OUT, without_docstrings

ROOT = Path(__file__).parent.parent.parent
NOT_CARRIED = {
    "alembic", "bot.cli", "dateparser", "feedparser", "matplotlib", "nh3", "numpy", "rapidfuzz", "rich.console", "tldextract",
    "typer", "vaderSentiment",
}  # fmt: skip
LOADED_WHEN_NEEDED = (
    "alembic.command", "dateparser", "feedparser", "nh3", "psycopg", "rapidfuzz.fuzz", "requests_hardened",
    "tldextract", "vaderSentiment.vaderSentiment", "bot.cli", "bot.mentions.gateways.feeds",
)  # fmt: skip
LEAN = "from bot.lean import leave_docstrings_out; leave_docstrings_out(); "
SOURCE = '''
"""A module."""

class Kept:
    """A class."""

    def half(self, number):
        """Half of *number*, which must not be odd."""
        def inner():
            """Inside."""
            return number // 2
        assert number % 2 == 0, "odd"
        return inner()

def its_own_words():
    """Said."""
    return "Said."

def quoted():
    return ["x" for _ in range(2)]

shout = lambda: "loud"
'''


def _python(code: str) -> str:
    return subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True, stderr=subprocess.STDOUT)


def test_the_running_bot_carries_only_what_it_uses_every_day(tmp_path: Path) -> None:
    """`evenhand run`, stopped by a setting after everything is imported: nothing of what is loaded when needed."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot", "run"], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": "sqlite://", "SLACK_BOT_TOKEN": "xoxb-1",
             "SLACK_APP_TOKEN": "xapp-1"}, check=False,
    )  # fmt: skip
    *lines, said = ended.stderr.strip().splitlines()
    imported = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
    assert (ended.returncode, said.startswith("An in-memory SQLite loses everything")) == (1, True)
    assert {"bot.process", "jobs.schedule", "slack_bolt", "sqlalchemy", "holidays"} <= imported
    assert sorted(imported & NOT_CARRIED) == []


def _module(tmp_path: Path) -> ModuleType:
    namespace = ModuleType("sample")
    exec(without_docstrings(compile(SOURCE, tmp_path / "sample.py", "exec")), vars(namespace))  # noqa: S102 - our own
    return namespace


def test_functions_forget_their_docstrings_and_nothing_else(tmp_path: Path) -> None:
    """Also nested ones; asserts hold, line numbers are right, and what a function says itself stays."""
    sample = _module(tmp_path)
    assert sample.Kept.half.__doc__ == LEFT_OUT
    assert sample.Kept().half(8) == 4
    assert "which must not be odd" not in repr(sample.Kept.half.__code__.co_consts)
    with pytest.raises(AssertionError, match="odd") as caught:
        sample.Kept().half(7)
    assert (
        traceback.extract_tb(caught.value.__traceback__)[-1].lineno == SOURCE[: SOURCE.index("assert")].count("\n") + 1
    )
    assert sample.its_own_words() == "Said."
    assert sample.quoted() == ["x", "x"]
    assert sample.shout() == "loud"


def test_code_without_docstrings_stays_as_it_is() -> None:
    """The very object."""
    code = compile("def add(a, b):\n    return a + b\n", "sample.py", "exec")
    assert without_docstrings(code) is code


def test_libraries_and_rooms_are_loaded_without_docstrings() -> None:
    """Functions, classes and modules, of SQLAlchemy's as of ours; Python's own help still has a text to show."""
    asked = LEAN + (
        "import bot.core.outbox as ours, sqlalchemy.orm.session as theirs;"
        "print({each.__doc__ for each in (ours, ours.owe, ours.Parcel, theirs, theirs.Session, theirs.Session.get)})"
    )
    assert _python(asked) == f"{ {LEFT_OUT} }\n"


@pytest.mark.parametrize("name", LOADED_WHEN_NEEDED)
def test_what_is_loaded_when_it_is_needed_can_be(name: str) -> None:
    """Also after everything else was loaded without docstrings."""
    assert (
        _python(f"{LEAN}import bot.process, importlib; importlib.import_module({name!r}); print('loaded')")
        == "loaded\n"
    )

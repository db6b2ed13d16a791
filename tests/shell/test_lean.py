"""What the running bot leaves out of its memory, and that it misses nothing of that."""

import os
import subprocess
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import holidays
import pytest

from bot.lean import LATE, LEFT_OUT, find_origins, without_docstrings
from bot.people.rules import public_holidays

ROOT = Path(__file__).parent.parent.parent
NOT_CARRIED = {
    "alembic", "bot.cli", "dateparser", "feedparser", "matplotlib", "nh3", "numpy", "rapidfuzz", "rich.console",
    "tldextract", "typer", "vaderSentiment",
}  # fmt: skip
LOADED_WHEN_NEEDED = (
    "alembic.command", "dateparser", "feedparser", "nh3", "psycopg", "rapidfuzz.fuzz",
    "tldextract", "vaderSentiment.vaderSentiment", "bot.cli", "bot.mentions.gateways.feeds",
)  # fmt: skip
COUNTRIES = ("PT", "US", "NZ", "CN", "IN", "SA", "IL", "TH", "LK", "MN", "IR", "ET")
"""Of every calendar."""
LEAN = "from bot.lean import import_leanly; import_leanly(); "
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
        "print({each.__doc__ for each in (ours, ours.owe, ours.ClaimedMessage, theirs, theirs.Session, theirs.Session.get)})"
    )
    assert _python(asked) == f"{ {LEFT_OUT} }\n"


def test_what_is_loaded_when_it_is_needed_can_be() -> None:
    """Also after everything else was loaded without docstrings."""
    asked = f"{LEAN}import bot.process, importlib; [importlib.import_module(name) for name in {LOADED_WHEN_NEEDED}]"
    assert _python(asked) == ""


def test_holidays_are_the_same_and_bring_no_other_countries() -> None:
    """Whatever calendar they go by: the days are right, and a country or two more at most is in memory."""
    asked = LEAN + (
        "import sys, bot.people.rules as rules\n"
        f"for country in {COUNTRIES}: print(country, *sorted(rules.public_holidays(country, 2026)))\n"
        "print(sum(name.startswith('holidays.countries.') for name in sys.modules))"
    )
    *said, loaded = _python(asked).splitlines()
    assert said == [" ".join([code, *map(str, sorted(public_holidays(code, 2026)))]) for code in COUNTRIES]
    assert len(COUNTRIES) <= int(loaded) <= len(COUNTRIES) + 3


def test_every_country_that_can_be_chosen_is_known_without_loading_any() -> None:
    """The list is the library's own."""
    asked = LEAN + (
        "import sys, bot.people.rules as rules; print(*sorted(rules._countries_with_holidays()));"
        "print(sum(name.startswith('holidays.countries.') for name in sys.modules))"
    )
    codes, loaded = _python(asked).splitlines()
    assert codes.split() == sorted(holidays.list_supported_countries(include_aliases=False))
    assert loaded == "0"


def test_where_a_package_has_its_names_from() -> None:
    """By the imports it consists of; one that does more than hand on is loaded as ever."""
    handing_on = b'"""Doc."""\nfrom a.b import C, D as E\nfrom .here import F\n'
    assert find_origins(handing_on, "a") == {"C": ("a.b", "C"), "E": ("a.b", "D"), "F": ("a.here", "F")}
    assert find_origins(handing_on + b"G = 1\n", "a") == {}
    assert find_origins(b"from a.b import *\n", "a") == {}


def test_what_a_package_does_not_hand_on_is_missed_as_ever() -> None:
    """The error that Python itself gives."""
    asked = LEAN + "import holidays.groups as groups; print(hasattr(groups, 'None'), groups.ChristianHolidays.__name__)"
    assert _python(asked) == "False ChristianHolidays\n"


def test_what_is_loaded_late_exists() -> None:
    """A library that moves one of these modules is noticed here."""
    assert [name for name in sorted(LATE) if find_spec(name) is None] == []


def test_what_is_only_named_is_not_loaded() -> None:
    """Names, questions what something is, and kinds in annotations need no code."""
    asked = LEAN + (
        "import sys, bot.process, concurrent.futures.process as pools, dateutil.parser as days\n"
        "from pydantic_settings.sources.providers.cli import CliSettingsSource\n"
        "pool = pools.ProcessPoolExecutor\n"
        "print(pool.__name__, isinstance(3, pool), hasattr(pools, 'nowhere'))\n"
        "print(CliSettingsSource[int].__name__, hasattr(days, '__path__'), hasattr(days.parse, '__nowhere__'))\n"
        "print('multiprocessing.queues' in sys.modules, 'dateutil.parser._parser' in sys.modules)"
    )
    assert _python(asked) == "ProcessPoolExecutor False False\nCliSettingsSource True False\nFalse False\n"


def test_what_is_loaded_late_is_there_when_it_is_wanted() -> None:
    """Functions, classes, what classes have, and constants, as if they had been loaded at first."""
    asked = LEAN + (
        "import concurrent.futures.process as pools, dateutil.parser as days, slack_sdk.web.client as web\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "print(days.parse('27 Nov 2026').date(), pools.EXTRA_QUEUED_CALLS, web.WebClient.BASE_URL)\n"
        "with ProcessPoolExecutor(1) as pool: print(pool.submit(len, 'four').result())\n"
        "print(isinstance(pool, ProcessPoolExecutor))\n"
        "print(isinstance(web.WebClient(token='x'), web.WebClient), isinstance(pool, web.WebClient))"
    )
    assert _python(asked) == "2026-11-27 1 https://slack.com/api/\n4\nTrue\nTrue False\n"


def test_a_class_made_from_what_is_loaded_late_says_that_it_cant_be() -> None:
    """A library that starts to do so is noticed by its first test."""
    asked = LEAN + (
        "import slack_sdk.web.client as web\n"
        "class Ours(web.WebClient): ...\n"
        "try: Ours()\n"
        "except RuntimeError as error: print(error)"
    )
    assert _python(asked) == "Ours is made from a class that the running bot doesn't carry.\n"

"""The lock file, the example settings, and links and targets in the docs."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from bot.cli import app
from bot.settings import Settings
from tests.makers import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
TARGET = re.compile(r"`make ([a-z]+)|^\s*make ([a-z]+)", re.MULTILINE)
EVENHAND = re.compile(r"(?:`|bin/)evenhand ([a-z-]+)([^`#\n]*)")
REQUIREMENT = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==", re.MULTILINE | re.IGNORECASE)
INDEX = re.compile(
    r"--(?:extra-)?index-url|--find-links|index-url\s*=|pypi\.org/simple|PIP_INDEX_URL|UV_INDEX", re.IGNORECASE
)
OURS = ("bot", "jobs", "rehearsal", "demo", "migrations", "benchmarks", "docs", "deploy", ".ci")


def _name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def test_the_lock_holds_every_dependency_with_its_hash() -> None:
    """Every dependency is locked with a hash."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    locked = {_name(found[1]) for found in REQUIREMENT.finditer(lock)}
    assert {_name(line) for line in asked} - {"evenhand"} <= locked
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock)
    assert [entry.splitlines()[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []


def test_nothing_names_a_package_index() -> None:
    """No file names a package index."""
    files = [ROOT / name for name in ("requirements.lock", "pyproject.toml", "Makefile", "CONTRIBUTING.md")]
    files += [
        path
        for folder in OURS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    found = [
        str(path.relative_to(ROOT))
        for path in files
        if INDEX.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert [name for name in found if name != "Makefile"] == []
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("--no-emit-index-url", "")
    assert not INDEX.search(makefile)


def test_the_example_names_every_setting_and_no_other() -> None:
    """.env.example lists exactly the settings."""
    named = re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_in_the_docs_lead_somewhere(page: Path) -> None:
    """Every relative link points to a file."""
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_make_has_every_target_that_the_docs_name(page: Path) -> None:
    """Every `make` target in the docs exists."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {first or second for first, second in TARGET.findall(page.read_text(encoding="utf-8"))}
    assert named <= targets


def test_make_help_tells_of_targets_that_exist() -> None:
    """Every target in `make help` exists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    told = set(re.findall(r'@echo "make ([a-z]+)', makefile))
    assert told <= targets
    assert {"demo", "test", "check", "run"} <= told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_command_line_has_everything_that_the_docs_name(page: Path) -> None:
    """Nobody types a command or an option that doesn't exist."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    for name, rest in EVENHAND.findall(page.read_text(encoding="utf-8")):
        assert name in group.commands, name
        options = {option for parameter in group.commands[name].params for option in parameter.opts}
        assert set(re.findall(r"(?<=\s)--?[a-z-]+", rest)) <= options, (name, rest)

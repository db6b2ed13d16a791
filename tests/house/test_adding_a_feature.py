"""
How a feature is added: five places, and no line anywhere else.

The feature is `/coffee`, which notes how a customer takes their coffee and shows it in queues and digests. Its files
are in `new_feature/`. Here they are added to a copy of the project, and the copy's own checks run.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.makers import ROOT

NEW = Path(__file__).parent / "new_feature"
COPIED = ("bot", "jobs", "migrations", "demo", "rehearsal", "docs", "tests", "manifest.yml", "pyproject.toml")

COMMAND = """\
    - command: /coffee
      description: Note how a customer takes their coffee
      usage_hint: "customer: drink"
      should_escape: true
"""
IN_THE_DOCS = "| `/coffee Acme: oat flat white` | how a customer takes their coffee; queues and digests show it |\n"


def its_folder(project: Path) -> None:
    """1. One folder with the layers that it needs; `feature.py` declares what it contributes."""
    shutil.copytree(NEW / "bot" / "coffee", project / "bot" / "coffee")


def its_tests(project: Path) -> None:
    """2. One folder of tests."""
    shutil.copytree(NEW / "tests" / "coffee", project / "tests" / "coffee")


def its_place_among_the_features(project: Path) -> None:
    """3. The list of features, and beside it the import contracts: which features it may import."""
    features = project / "bot" / "features.py"
    insert(features, "from bot.coffee.feature import FEATURE as COFFEE\n", before="from bot.core.feature ")
    insert(features, "    COFFEE,\n", before="    FOLLOWUPS,\n")
    contracts = project / "pyproject.toml"
    insert(contracts, '  "coffee",\n', before='  "checkins",\n')
    insert(contracts, '"bot.coffee", ', before='"bot.digests", ')


def its_migration(project: Path) -> None:
    """4. `make migration NAME="coffee"` writes it from the tables."""
    run(project, "-m", "migrations", "coffee")


def its_command(project: Path) -> None:
    """5. The manifest, which tells Slack of the command, and beside it the page that tells people."""
    insert(project / "manifest.yml", COMMAND, before="    - command: /promise\n")
    insert(project / "docs" / "commands.md", IN_THE_DOCS, before="| `/promise` |")


PLACES: tuple[Callable[[Path], None], ...] = (
    its_folder, its_tests, its_place_among_the_features, its_migration, its_command,
)  # fmt: skip

TOUCHED = {
    "bot/coffee": 1,
    "tests/coffee": 2,
    "bot/features.py": 3,
    "pyproject.toml": 3,
    "migrations/versions": 4,
    "manifest.yml": 5,
    "docs/commands.md": 5,
}
"""What differs after the five steps, and by which."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project with the feature in it."""
    copy = tmp_path_factory.mktemp("project")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name)
        else:
            shutil.copy2(ROOT / name, copy / name)
    for add in PLACES:
        add(copy)
    return copy


def insert(path: Path, text: str, *, before: str) -> None:
    """Insert *text* into a file before the only occurrence of *before*."""
    content = path.read_text(encoding="utf-8")
    assert content.count(before) == 1, (path, before)
    path.write_text(content.replace(before, text + before), encoding="utf-8")


def run(project: Path, *arguments: str) -> str:
    """Run Python in the copy, and return what it prints."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_in(project: Path) -> dict[str, bytes]:
    """Return the content of each file of the project, by its path; what a run leaves behind isn't among them."""
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for name in COPIED
        for path in (sorted((project / name).rglob("*")) if (project / name).is_dir() else [project / name])
        if path.is_file() and path.suffix != ".pyc"
    }


def test_a_feature_is_added_in_five_places(project: Path) -> None:
    """Nothing else differs from the project without it."""
    before, after = files_in(ROOT), files_in(project)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    places = {path: next((step for start, step in TOUCHED.items() if path.startswith(start)), None) for path in changed}
    assert {path for path, place in places.items() if place is None} == set()
    assert set(places.values()) == {1, 2, 3, 4, 5}
    assert before.keys() <= after.keys()


def test_the_feature_works(project: Path) -> None:
    """Command, queue and digest work; the migration creates the table; manifest, listeners and docs agree."""
    tables = "tests/core/test_database.py::test_migrations_make_the_tables_that_the_code_describes"
    tests = ("tests/coffee", "tests/house/test_manifest.py", tables)
    printed = run(project, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", "not postgresql", *tests)
    assert "failed" not in printed


def test_the_import_contracts_hold(project: Path) -> None:
    """The feature imports only lower layers."""
    printed = run(
        project, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"
    )
    assert "0 broken" in printed

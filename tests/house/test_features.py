"""The list of features, the folders, the tables and the import contracts name the same features."""

import subprocess
import sys
import tomllib
from itertools import chain
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.backups import BackupFolder
from bot.core.heartbeats import JOB_WORDS
from bot.features import FEATURES
from bot.settings import Settings
from bot.tokens import TokenKeeper
from jobs.schedule import build_schedule
from tests.makers import ROOT, Office

PLUMBING = {"core", "slack"}
"""Folders that are no feature."""
WITHOUT_DECLARATION = {"commitments"}
"""A feature that others build on, and that contributes nothing itself."""

FOLDERS = {path.parent.name for path in ROOT.glob("bot/*/__init__.py")} - PLUMBING


def test_every_folder_with_a_declaration_is_in_the_list() -> None:
    """Every declared feature is in the list."""
    names = [feature.name for feature in FEATURES]
    assert len(names) == len(set(names))
    assert {path.parent.name for path in ROOT.glob("bot/*/feature.py")} - PLUMBING == set(names)
    assert FOLDERS - set(names) == WITHOUT_DECLARATION


def test_the_list_makes_every_table_known() -> None:
    """Importing `bot.features` loads every table, so that migrations include them, and no large library few need."""
    asked = "import sys, bot.features; print(*sys.modules)"
    command = [sys.executable, "-c", asked]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    holding = {path for path in (ROOT / "bot").rglob("*.py") if "table=True)" in path.read_text(encoding="utf-8")}
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in holding}
    assert len(modules) >= 8
    assert modules <= set(loaded)
    assert not {"psycopg", "numpy", "rapidfuzz"} & set(loaded), "what not every bot needs is imported on first use"


def test_every_job_has_words_for_people(office: Office) -> None:
    """Home, `/evenhand health` and the doctor name each job by what it does, and none that is gone."""
    backups = BackupFolder(ROOT, kept=1)
    rotated: dict[str, Any] = {"slack_bot_token": "xoxe.xoxb-1-a", "slack_refresh_token": "xoxe-1-a"}
    app: dict[str, Any] = {"slack_app_token": "xapp-1-A1-2-3", "slack_client_id": "1.2", "slack_client_secret": "3"}
    settings = Settings(_env_file=None, **rotated, **app)
    tokens = TokenKeeper(office.runtime, settings, AsyncWebClient(), on_app_token=lambda _token: None)
    scheduled = build_schedule(office.runtime, lambda _workspace: AsyncWebClient(), backups=backups, tokens=tokens)
    assert {job.name for job in scheduled} == set(JOB_WORDS)


def test_the_import_contracts_name_every_feature() -> None:
    """The import contracts check the layers of every feature."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    containers = chain.from_iterable(
        contract.get("containers", ()) for contract in project["tool"]["importlinter"]["contracts"]
    )
    assert {name.removeprefix("bot.") for name in containers} - {"bot"} == FOLDERS


def test_every_contribution_that_is_named_has_a_name_of_its_own() -> None:
    """Keys of check-in fields and digest kinds, which are stored, are unique."""
    extras = [extra.key for feature in FEATURES for extra in feature.checkin_extras]
    assert len(extras) == len(set(extras))
    kinds = [kind.key for feature in FEATURES for kind in feature.digest_kinds]
    assert len(kinds) == len(set(kinds))
    assert all(0 < len(key) <= 40 for key in kinds)

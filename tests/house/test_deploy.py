"""What is in deploy/: it names what exists, and the programs that can check it find nothing."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from bot.settings import Settings
from tests.makers import ROOT

DEPLOY = ROOT / "deploy"
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def test_the_service_is_valid_and_closed(tmp_path: Path) -> None:
    """A real systemd takes the unit, and calls its exposure small; the program it starts needn't be here for that."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze isn't on this machine")
    unit = (DEPLOY / "evenhand.service").read_text(encoding="utf-8")
    assert "ExecStart=/opt/evenhand/bin/evenhand run\n" in unit
    copy = tmp_path / "evenhand.service"
    copy.write_text(re.sub(r"^ExecStart=.*$", "ExecStart=/bin/true", unit, flags=re.MULTILINE), encoding="utf-8")
    for words in (["verify"], ["security", "--offline=true", "--threshold=20"]):
        done = subprocess.run(["systemd-analyze", *words, copy], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_has_what_the_bot_needs() -> None:
    """Every folder and file that is copied exists and isn't left out by the ignore list; each setting exists."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    sources = [word for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert {"bot", "jobs", "migrations", "deploy/requirements.lock", "pyproject.toml"} <= set(sources)
    let_in = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[0] == "!"}
    assert let_in == set(sources)
    assert [name for name in sources if not (ROOT / name).exists()] == []
    named = set(re.findall(r"^(?:ENV|    )\s*([A-Z_]+)=", text, re.MULTILINE)) - {"PATH", "PYTHONUNBUFFERED"}
    assert named
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_version_and_the_volume_are_the_same_everywhere() -> None:
    """compose.yaml builds this version, and keeps the database and the backups on the volume of the image."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bot = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["evenhand"]
    assert bot["image"] == f"evenhand:{project['version']}"
    assert bot["volumes"] == ["data:/data"]
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "VOLUME /data\n" in dockerfile
    assert "USER 10001\n" in dockerfile
    assert bot["environment"]["BACKUP_FOLDER"].startswith("/data/")
    names = {name.lower() for name in bot["environment"]}
    assert names <= set(Settings.model_fields)


def test_the_server_installs_what_the_tests_ran_with() -> None:
    """deploy/requirements.lock is the part of requirements.lock that running needs, in the same versions."""
    whole = dict(PIN.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    part = dict(PIN.findall((DEPLOY / "requirements.lock").read_text(encoding="utf-8")))
    assert part.items() <= whole.items()
    assert {"slack-bolt", "sqlmodel", "alembic"} <= part.keys()
    assert not {"pytest", "ruff", "nicegui"} & part.keys()

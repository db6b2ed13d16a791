"""The container's recipe, deploy/Dockerfile, without a container: its own steps in an empty folder and environment."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from rehearsal.server import Rehearsal
from tests.makers import ANA, ROOT
from tests.shell.outside import NAMES, ended_politely, environment, rehearsal

pytestmark = pytest.mark.slow

PLACE, DATA = "/opt/evenhand", "/data"
START_SECONDS = 180  # of a bot on a busy machine
OTHERS = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")


def read_stages() -> list[list[tuple[str, str]]]:
    """Return the instructions of each stage of the Dockerfile, with their words on one line."""
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    whole = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    stages: list[list[tuple[str, str]]] = []
    for line in whole.splitlines():
        name, _, words = line.partition(" ")
        if name == "FROM":
            stages.append([])
        stages[-1].append((name, words))
    return stages


def find(stage: list[tuple[str, str]], name: str) -> str:
    """Return the words of the only instruction *name*."""
    [words] = [words for one, words in stage if one == name]
    return words


class Container:
    """What the Dockerfile makes, below *folder*: the environment, and the folder of the data."""

    def __init__(self, folder: Path) -> None:
        self.place, self.data, self._source = folder / "opt", folder / "data", folder / "source"
        self.data.mkdir()
        self._source.mkdir()

    def build(self, stage: list[tuple[str, str]]) -> None:
        """Play COPY and RUN as they are written, with Python's own folder in the place of the image's."""
        for name, words in stage:
            if name == "COPY":
                *sources, target = words.split()
                self._copy(sources, target)
            if name == "RUN":
                self._run(words)

    def _copy(self, sources: list[str], target: str) -> None:
        for source in sources:
            if (ROOT / source).is_dir():
                skipped = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / source, self._source / target, ignore=skipped)
            else:
                shutil.copy2(ROOT / source, self._source / target)

    def _run(self, words: str) -> None:
        python = f"{Path(sys.base_prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"
        command = words.replace(PLACE, str(self.place))
        done = subprocess.run(
            ["sh", "-e", "-c", command], cwd=self._source, env=plain(PATH=python), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stdout, done.stderr)

    def settings(self, stage: list[tuple[str, str]]) -> dict[str, str]:
        """Return the variables of the image, with its folders below ours."""
        values = dict(re.findall(r"(\w+)=(\S+)", find(stage, "ENV")))
        values["PATH"] = values["PATH"].replace("$PATH", os.environ["PATH"])
        return {
            name: value.replace(PLACE, str(self.place)).replace(DATA, str(self.data)) for name, value in values.items()
        }


def plain(**settings: str) -> dict[str, str]:
    """Return the environment without the bot's settings and Python's, and with *settings*."""
    return {name: value for name, value in os.environ.items() if name not in {*NAMES, *OTHERS}} | settings


def free_port() -> str:
    """Return a port that nobody listens to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


async def test_the_dockerfile_makes_a_bot_that_runs_and_is_healthy(tmp_path: Path) -> None:
    """COPY and RUN build an environment from pinned packages alone; the command runs, and the check finds it well."""
    build, image = read_stages()
    container = Container(tmp_path)
    await asyncio.to_thread(container.build, build)
    assert find(image, "COPY") == f"--from=build {PLACE} {PLACE}"
    assert (find(image, "WORKDIR"), find(image, "VOLUME"), find(image, "USER")) == (DATA, DATA, "10001")
    command = [*json.loads(find(image, "ENTRYPOINT")), *json.loads(find(image, "CMD"))]
    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, tz="Europe/Lisbon", email="ana@example.test")
        variables = container.settings(image)
        assert variables["DATABASE_URL"] == f"sqlite:///{container.data}/evenhand.db"
        tokens = {name: value for name, value in environment(slack, "").items() if name.startswith("SLACK_")}
        variables = plain(**variables | tokens | {"HOST": "127.0.0.1", "PORT": free_port()})
        await _lives(slack, command, json.loads(find(image, "HEALTHCHECK").partition("CMD ")[2]), container, variables)
    assert (container.data / "evenhand.db").exists()


async def _lives(
    slack: Rehearsal, command: list[str], check: list[str], container: Container, variables: Mapping[str, str]
) -> None:
    """Run the bot as the image does, and its health check; the bot answers, and ends when it is told to."""
    program = container.place / "bin" / command[0]
    process = await asyncio.create_subprocess_exec(program, *command[1:], cwd=container.data, env=variables)
    async with ended_politely(process, START_SECONDS):
        await slack.wait_connected(timeout=START_SECONDS)
        assert (await slack.control.as_person(ANA).command("/evenhand help")).acked
        asked = await asyncio.create_subprocess_exec(container.place / "bin" / check[0], *check[1:], env=variables)
        assert await asyncio.wait_for(asked.wait(), START_SECONDS) == 0
        await slack.drain()

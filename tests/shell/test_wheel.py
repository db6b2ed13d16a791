"""The wheel in an empty environment: everything that the bot and the demo need comes with it."""

import asyncio
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from rehearsal.server import Rehearsal
from tests.makers import ANA, ROOT
from tests.shell.outside import NAMES, ended_politely, environment, rehearsal

pytestmark = pytest.mark.slow

PACKAGES = ("bot", "jobs", "rehearsal", "demo", "migrations")
BESIDE = ("manifest.yml", ".env.example", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
START_SECONDS = 180  # of a bot on a busy machine
CUSTOMERS = 1_000  # of the restore drill
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+\S*")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the sources, and install it into a new environment; return that."""
    folder = tmp_path_factory.mktemp("wheel")
    source, place = folder / "source", folder / "environment"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in BESIDE:
        shutil.copy2(ROOT / name, source / name)
    _uv("build", "--quiet", "--wheel", "--out-dir", str(folder), str(source))
    _uv("venv", "--quiet", "--python", sys.executable, str(place))
    _install(place, str(next(folder.glob("*.whl"))))
    return place


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder that has nothing of the project in it."""
    yield tmp_path
    assert not (tmp_path / "bot").exists()


def _uv(*words: str) -> None:
    """Run uv; where the packages' addresses can't be reached, with what it has stored."""
    command = [sys.executable, "-m", "uv", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        done = subprocess.run([*command, "--offline"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _install(place: Path, what: str) -> None:
    pinned = ("--constraint", str(ROOT / "requirements.lock"))
    _uv("pip", "install", "--quiet", "--python", str(place / "bin" / "python"), *pinned, what)


def _environment(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {*NAMES, "PYTHONPATH", "VIRTUAL_ENV"}}
    return {**kept, **settings}


def _evenhand(place: Path, folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [place / "bin" / "evenhand", *words],
        cwd=folder, env=_environment(**settings), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_every_file_travels_along(installed: Path) -> None:
    """Word lists, models, migrations, pages and the manifest are there."""
    [packages] = installed.glob("lib/python*/site-packages")
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [name for name in listed.stdout.split() if not name.endswith("README.md")]
    assert len(files) > 300
    assert [name for name in files if not (packages / name).exists()] == []
    assert (installed / "share" / "evenhand" / "manifest.yml").read_bytes() == (ROOT / "manifest.yml").read_bytes()
    assert not (packages / "tests").exists()


def test_it_migrates_and_imports_from_any_folder(installed: Path, elsewhere: Path) -> None:
    """A database is made, backed up and restored; nothing is looked for beside the project."""
    url = f"sqlite:///{elsewhere}/new.db"
    done = _evenhand(installed, elsewhere, "migrate", DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (0, "The database (sqlite) is at the newest version.\n"), done.stderr
    assert _evenhand(installed, elsewhere, "backup", "new.backup", DATABASE_URL=url).returncode == 0
    assert _evenhand(installed, elsewhere, "restore", "new.backup", "--replace", DATABASE_URL=url).returncode == 0


def test_the_demo_says_what_it_needs(installed: Path, elsewhere: Path) -> None:
    """Without the extra, one sentence names it."""
    done = _evenhand(installed, elsewhere, "demo")
    assert done.returncode == 1
    assert re.fullmatch(r'The demo needs \S+; install it with pip install "evenhand\[demo\]"\.\n', done.stderr)


async def test_it_runs_from_any_folder(installed: Path, elsewhere: Path) -> None:
    """The installed bot connects, answers a command, and ends when it is asked to."""
    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, tz="Europe/Lisbon", email="ana@example.test")
        settings = _environment(**environment(slack, f"sqlite:///{elsewhere}/run.db"))
        process = await asyncio.create_subprocess_exec(
            installed / "bin" / "evenhand", "run", cwd=elsewhere, env=settings, stderr=asyncio.subprocess.PIPE
        )
        try:
            await slack.wait_connected(timeout=60)
            assert (await slack.control.as_person(ANA).command("/evenhand help")).acked
            await slack.drain()
            process.send_signal(signal.SIGTERM)
            _, said = await asyncio.wait_for(process.communicate(), 30)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        slack.assert_clean()
    assert process.returncode == 0, said
    assert b"Traceback" not in said


async def test_the_demo_plays_from_any_folder(installed: Path, elsewhere: Path) -> None:
    """With the extra, the page of the demo opens."""
    _install(installed, f"evenhand[demo] @ {next(installed.parent.glob('*.whl')).as_uri()}")
    process = await asyncio.create_subprocess_exec(
        installed / "bin" / "evenhand", "demo", "--port", "0", cwd=elsewhere, env=_environment(PYTHONUNBUFFERED="1"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = ""
        while not (found := ADDRESS.search(said)):
            line = await asyncio.wait_for(process.stdout.readline(), 120)
            assert line, said
            said += line.decode()
        async with aiohttp.ClientSession() as session, session.get(found[0]) as page:
            assert page.status == 200
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 60)
    assert process.returncode == 0


# --- the restore drill of deploy/README.md -----------------------------------------------------------------------


def _commands(heading: str) -> str:
    """Return the first block of commands under a heading of deploy/README.md."""
    page = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    return page.partition(f"## {heading}\n")[2].split("```")[1].strip()


def _cpu_seconds() -> float:
    """Return the processor time of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _shell(place: Path, folder: Path, commands: str) -> str:
    """Run commands as they are typed, with the installed bot on the path; return what they print."""
    path = f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-e", "-c", commands], cwd=folder, env=_environment(PATH=path), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, (commands, done.stdout, done.stderr)
    return done.stdout


@asynccontextmanager
async def _running(place: Path, folder: Path, slack: Rehearsal) -> AsyncIterator[None]:
    """Run the bot with the .env of *folder*, and stop it as a supervisor does."""
    process = await asyncio.create_subprocess_exec(
        place / "bin" / "evenhand", "run", cwd=folder, env=_environment(), stderr=asyncio.subprocess.DEVNULL
    )
    async with ended_politely(process, START_SECONDS):
        await slack.wait_connected(timeout=START_SECONDS)
        yield


def _fill_in(place: Path, folder: Path, slack: Rehearsal) -> None:
    """Copy the example settings as the wheel has them, and fill in the tokens; write a list of customers."""
    text = (place / "share" / "evenhand" / ".env.example").read_text(encoding="utf-8")
    for name, value in (("SLACK_BOT_TOKEN", slack.bot_token), ("SLACK_APP_TOKEN", slack.app_token), ("PORT", "0")):
        text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
    (folder / ".env").write_text(f"{text}\nSLACK_API_URL={slack.api_url}\n", encoding="utf-8")
    rows = (f"Customer {number},ana@example.test\n" for number in range(CUSTOMERS))
    (folder / "list.csv").write_text("Name,Owner\n" + "".join(rows), encoding="utf-8")


async def test_the_restore_drill_goes_as_it_is_written(
    installed: Path, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    From the example settings to a bot that is back after its database was lost: the drill's commands work beside the
    running bot and leave nothing behind, and the backup brings everything back. How long they took is printed.
    """

    async def shell(commands: str) -> str:
        return await asyncio.to_thread(_shell, installed, elsewhere, commands)

    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, tz="Europe/Lisbon", email="ana@example.test", is_admin=True)
        _fill_in(installed, elsewhere, slack)
        async with _running(installed, elsewhere, slack):
            await shell("evenhand import list.csv")
            files = await shell("ls")
            stopwatch, since, used = slack.workspace.clock.stopwatch, slack.workspace.clock.stopwatch(), _cpu_seconds()
            said = await shell(_commands("Restore drill"))
            took = f"{stopwatch() - since:.1f} s, of which {_cpu_seconds() - used:.1f} of the processor"
            with capsys.disabled():
                sys.stdout.write(f"\nThe restore drill with {CUSTOMERS:,} customers took {took}.\n")
            assert re.search(rf"^\s*{CUSTOMERS + 1} drill\.csv$", said, re.MULTILINE)
            assert await shell("ls") == files
            await shell("evenhand backup FILE && evenhand export before.csv")
        await shell("rm evenhand.db* && evenhand restore FILE --replace && evenhand export after.csv")
        await shell("cmp before.csv after.csv")
        async with _running(installed, elsewhere, slack):
            ana = slack.control.as_person(ANA)
            ana.response_timeout = START_SECONDS
            found = await (await ana.command("/customers Customer 7")).reply()
            assert "Customer 7" in found.text + str(found.blocks)
            await slack.drain()
        slack.assert_clean()

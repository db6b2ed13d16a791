"""
What one version makes of texts: `python benchmarks/as_read.py FOLDER`, with that version's checkout on PYTHONPATH.

Takes a `Task` as JSON from standard input and prints a `Result`. It runs in checkouts of several versions, so it
imports from the bot only what all of them have.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

READS = ("bot.mentions.rules.reading", "bot.mentions.rules.sentiment")
"""Where `read_sentiment` is, the newest place first."""
WORKSPACE = "T0BENCH"


@dataclass(frozen=True)
class Task:
    """Texts whose feeling is to be read, posts in which customers are to be found, and the list of the customers."""

    texts: Sequence[str]
    posts: Sequence[str]
    companies: str


@dataclass(frozen=True)
class Result:
    """The feeling of each text; the tier and the words of each match, by post; and the keys of all customers' names."""

    feelings: Sequence[str]
    matches: Sequence[Sequence[tuple[str, str]]]
    known: Sequence[str]


def read_feelings(texts: Sequence[str]) -> list[str]:
    """Return how this version reads *texts*."""
    read = _reader()
    return [str(read(text, None).sentiment) for text in texts]


def _reader() -> Callable[..., Any]:
    for name in READS:
        try:
            found: Callable[..., Any] = import_module(name).read_sentiment
        except (ModuleNotFoundError, AttributeError):
            continue
        return found
    raise SystemExit("This version reads no feelings; choose a later one.")


def find_matches(posts: Sequence[str], companies: Path, folder: Path) -> tuple[list[list[tuple[str, str]]], list[str]]:
    """Return the tier and the words of each match, by post, and the keys of the names in the list of *companies*."""
    from bot.core.clock import WallClock  # noqa: PLC0415 - of the version that is measured
    from bot.core.database import Database  # noqa: PLC0415
    from bot.core.runtime import Runtime  # noqa: PLC0415
    from bot.customers.gateways import read_drafts  # noqa: PLC0415
    from bot.customers.usecases.lists import apply_import  # noqa: PLC0415
    from bot.mentions.queries.matching import match_many  # noqa: PLC0415
    from bot.mentions.schemas.mentions import Text  # noqa: PLC0415
    from bot.mentions.usecases.aliases import refresh_aliases  # noqa: PLC0415
    from bot.storage import migrate  # noqa: PLC0415
    from bot.workspaces.usecases import BOT, install_workspace  # noqa: PLC0415

    runtime = Runtime(Database(f"sqlite:///{folder}/companies.db"), WallClock())
    migrate(runtime.database)
    runtime.run_now(install_workspace, workspace=WORKSPACE, name="Bench", bot_user_id="U0")
    drafts = read_drafts(companies.read_bytes(), name=companies.name, today=runtime.clock.now().date())
    runtime.run_now(apply_import, workspace=WORKSPACE, drafts=drafts, by=BOT)
    runtime.run_now(refresh_aliases, workspace=WORKSPACE)
    found = runtime.read_now(match_many, workspace=WORKSPACE, texts=[Text(words=post) for post in posts])
    with runtime.database.engine.connect() as connection:
        keys = connection.exec_driver_sql("SELECT key FROM mention_aliases WHERE kind = 'name'").scalars().all()
    runtime.close()
    return [[(str(one.tier), one.alias) for one in matches] for matches in found], list(map(str, keys))


def main() -> int:
    """Do the task."""
    task = Task(**json.load(sys.stdin))
    matches, known = find_matches(task.posts, Path(task.companies), Path(sys.argv[1])) if task.posts else ([], [])
    json.dump(asdict(Result(read_feelings(task.texts), matches, known)), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())

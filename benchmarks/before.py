"""
`python -m benchmarks.before 3229d731`: how feelings are read and customers found, at an earlier commit and now.

Both versions get the same texts in one run, each in a process of its own with its own code. A model that is learnt
reads only collections that it didn't learn from.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.as_read import Result, Task
from benchmarks.importing import REAL as COMPANIES
from benchmarks.matching import POSTS, Post, read_posts
from benchmarks.reading import Rated, collections
from benchmarks.training import learn_without
from bot.customers.rules.names import name_key
from bot.mentions.rules.learning import Figures, Model, count_read
from bot.mentions.rules.reading import Reader, read_sentiment
from bot.mentions.rules.sentiment import Sentiment

ROOT = Path(__file__).parent.parent
TIERS = ("linked", "likely", "ask")
WIDTH = 46


class Found(NamedTuple):
    """What one tier finds in the posts: its links, the right ones, and the annotated names that it could have found."""

    links: int
    right: int
    annotated: int

    def line(self) -> str:
        """Precision and recall, with the numbers behind them."""
        precision = f"{self.right / self.links:.2f}" if self.links else "–"
        recall = f"{self.right / self.annotated:.2f}" if self.annotated else "–"
        return f"{precision} {recall} ({self.right} of {self.links})"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.before", description="Compare with an earlier commit.")
    parser.add_argument("commit", help="a commit, branch or tag of this repository")
    commit = parser.parse_args().commit
    known, posts = dict(collections()), list(read_posts(POSTS)) if POSTS.exists() and COMPANIES.exists() else []
    if not known:
        raise SystemExit("The collections aren't here; docs/mentions-feeling.md names them.")
    texts = [text for rated in known.values() for text, _ in rated]
    task = Task(texts, [post.text for post in posts], str(COMPANIES))
    with checkout(commit) as earlier:
        before = ask(earlier, task)
    now = ask(ROOT, Task([], task.posts, task.companies))
    print(f"{'':{WIDTH}} {commit:>22} {'now':>22}")
    print_feelings(known, before)
    if posts:
        print_matches(posts, before, now)
    return 0


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """Yield a folder with the files of *commit*."""
    with tempfile.TemporaryDirectory(prefix="evenhand-before-") as folder:
        path = Path(folder, "checkout")
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(path), commit], check=True)
        try:
            yield path
        finally:
            subprocess.run([*git, "remove", "--force", str(path)], check=True)


def ask(path: Path, task: Task) -> Result:
    """Let the version whose files are at *path* do the task."""
    with tempfile.TemporaryDirectory(prefix="evenhand-before-") as folder:
        ended = subprocess.run(
            [sys.executable, "-P", str(ROOT / "benchmarks/as_read.py"), folder],
            input=json.dumps(asdict(task)), stdout=subprocess.PIPE, text=True, check=True,
            env={**os.environ, "PYTHONPATH": str(path)},
        )  # fmt: skip
    return Result(**json.loads(ended.stdout))


def print_feelings(known: Mapping[str, Sequence[Rated]], before: Result) -> None:
    """Print how each collection is read."""
    print("Complaints found, precision of that, share read right")
    earlier = iter(before.feelings)
    for what, rated in known.items():
        old = count_read((Sentiment(next(earlier)), feeling) for _, feeling in rated)
        read = partial(_read, learn_without(what, known))
        new = count_read((read(text), feeling) for text, feeling in rated)
        _print_row(f"  {len(rated):,} {what}", _line(old), _line(new))


def _read(model: Model, text: str) -> Sentiment:
    return read_sentiment(text, None, reader=Reader(model)).sentiment


def _line(figures: Figures) -> str:
    return f"{figures.recall:.2f} {figures.precision:.2f} {figures.accuracy:.3f}"


def print_matches(posts: Sequence[Post], before: Result, now: Result) -> None:
    """Print what each tier finds."""
    print(
        f"Names in {len(posts):,} posts: precision, recall of the annotated ones that are a customer's (right of found)"
    )
    for name, tiers in {**{tier: {tier} for tier in TIERS}, "all": {*TIERS}}.items():
        _print_row(f"  {name}", *(count(posts, result, tiers).line() for result in (before, now)))


def count(posts: Sequence[Post], result: Result, tiers: Collection[str]) -> Found:
    """Count the links of some *tiers*: pairs of a post and the words in it, right where annotated as just these."""
    links = {(at, words) for at, matches in enumerate(result.matches) for tier, words in matches if tier in tiers}
    known = {*result.known}
    annotated = sum(name_key(entity) in known for post in posts for entity in post.entities)
    return Found(len(links), sum(words in posts[at].entities for at, words in links), annotated)


def _print_row(what: str, before: str, now: str) -> None:
    print(f"{what:{WIDTH}} {before:>22} {now:>22}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

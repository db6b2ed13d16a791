"""Mentions matched with customers: how many links are right, and how many posts a second that is."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from sqlmodel import SQLModel, select

from benchmarks.figure import Figure, in_turns
from benchmarks.importing import REAL as COMPANIES
from bot.core.bulk import insert_many
from bot.core.clock import WallClock, new_id
from bot.core.database import Database, sqlite_module
from bot.core.runtime import Runtime
from bot.customers.gateways import read_drafts
from bot.customers.rules.names import name_key
from bot.customers.tables import Customer
from bot.customers.usecases.lists import apply_import
from bot.mentions.queries.matching import AT_ONCE, match_many
from bot.mentions.rules.tiers import Tier, keys_of
from bot.mentions.rules.tokens import MOST_WORDS
from bot.mentions.schemas.mentions import Match, Text
from bot.mentions.tables import MentionAlias
from bot.mentions.usecases.aliases import COLUMNS, refresh_aliases
from bot.storage import migrate
from bot.workspaces.usecases import BOT, install_workspace

DATA = Path(__file__).parent.parent.parent / "shared/data"
POSTS = DATA / "matching/wnut17_emerging.dev.conll"
TWEETS = DATA / "ugc/tweets_GroundTruth.txt"
WORKSPACE = "T0BENCH"
COUNTED = frozenset({"corporation", "product", "group"})
"""The kinds of annotated entities that a customer may be."""

PRECISION_BUDGET = 0.85
SPEED_BUDGET = 0.7
"""Version 0.1.0, measured in turns with this code on one machine, has 0.73 to 0.88; this code 0.83 to 0.88."""

ALIASES, BATCH, ROUNDS, CHUNK = 1_000_000, 100, 5, 50_000
NAMED = 10  # one post in so many speaks of a customer


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of matching; those that need the real data only where it is at hand."""
    if COMPANIES.exists() and POSTS.exists():
        yield _precision(folder)
    yield _speed(folder)


# --- how many links are right ----------------------------------------------------------------------------------------


class Post(NamedTuple):
    """A post of the annotated collection, and the surfaces in it that were annotated as of a counted kind."""

    text: str
    entities: tuple[str, ...]


class Tally(NamedTuple):
    """What one tier found: how many aliases in all, and how many of them are right."""

    found: int
    right: int


def _precision(folder: Path) -> Figure:
    """
    Right links among all links, over all posts and all companies of the list, none left out.

    A link is a pair of a post and an alias as the post writes it. It is right when the post has an entity annotated as
    corporation, product or group whose surface is the very same string; a link to a part of a longer one ("Nokia" of
    "Nokia 888") counts as wrong. Recall is told of all annotated ones, and of those whose name is some customer's.
    """
    runtime = _companies(folder)
    posts = list(read_posts(POSTS))
    found = runtime.read_now(match_many, workspace=WORKSPACE, texts=[Text(words=post.text) for post in posts])
    tallies = {tier: tally(posts, found, tier) for tier in (Tier.LINKED, Tier.LIKELY, Tier.ASK)}
    known = set(_known_keys(runtime))
    runtime.close()
    linked = tallies[Tier.LINKED]
    entities = [entity for post in posts for entity in post.entities]
    theirs = sum(name_key(entity) in known for entity in entities)
    others = ", ".join(
        f"{tier.value} {tallies[tier].right} of {tallies[tier].found}" for tier in (Tier.LIKELY, Tier.ASK)
    )
    name = (
        f"linked mentions that are right, in {len(posts):,} posts; recall {linked.right / len(entities):.3f} of"
        f" {len(entities)} annotated, {linked.right / theirs:.2f} of the {theirs} that are customers; {others}"
    )
    precision = linked.right / linked.found if linked.found else 0.0
    return Figure(name, precision, PRECISION_BUDGET, linked.right, linked.found, "links", at_least=True)


def _companies(folder: Path) -> Runtime:
    runtime = _workspace(folder / "companies.db")
    drafts = read_drafts(COMPANIES.read_bytes(), name=COMPANIES.name, today=runtime.clock.now().date())
    runtime.run_now(apply_import, workspace=WORKSPACE, drafts=drafts, by=BOT)
    runtime.run_now(refresh_aliases, workspace=WORKSPACE)
    return runtime


def _known_keys(runtime: Runtime) -> Sequence[str]:
    with runtime.database.engine.connect() as connection:
        keys = connection.exec_driver_sql("SELECT key FROM mention_aliases WHERE kind = 'name'").scalars().all()
        connection.rollback()
    return [str(key) for key in keys]


def read_posts(path: Path) -> Iterator[Post]:
    """The posts of a CoNLL file: a word and its label a line, an empty line between posts."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split("\t")[:2] for line in block.splitlines() if "\t" in line]
        entities: list[list[str]] = []
        inside = False
        for word, label in rows:
            begins, _, kind = label.partition("-")
            if begins == "B":
                inside = kind in COUNTED
                entities += [[word]] if inside else []
            elif begins == "I" and inside:
                entities[-1].append(word)
            else:
                inside = False
        if rows:
            yield Post(" ".join(word for word, _ in rows), tuple(" ".join(entity) for entity in entities))


def tally(posts: Sequence[Post], found: Sequence[Sequence[Match]], tier: Tier) -> Tally:
    """Count the links of one tier: pairs of a post and an alias."""
    links = {(place, match.alias) for place, matches in enumerate(found) for match in matches if match.tier is tier}
    return Tally(len(links), sum(alias in posts[place].entities for place, alias in links))


# --- how many posts a second -----------------------------------------------------------------------------------------


def _speed(folder: Path) -> Figure:
    """
    Texts in, matches out, against the bare look-up of every n-gram (of up to six words) of the same posts: SQL on the
    driver's own cursor, as many keys a statement as ours, made before the clock started.
    """
    runtime, names = _workspace(folder / "aliases.db"), _made_up_names(random.Random(17))  # noqa: S311 - the same each time
    _fill(runtime, names)
    posts = _posts_that_name(names)
    texts = [[Text(words=post) for post in batch] for batch in _batches(posts)]
    keys = [sorted({key for post in batch for key in grams(post)}) for batch in _batches(posts)]
    ours, theirs, ratio = in_turns(
        lambda: _a_second(len(posts), lambda: _match(runtime, texts)),
        lambda: _a_second(len(posts), lambda: _look_up(folder / "aliases.db", keys)),
        rounds=ROUNDS,
    )
    runtime.close()
    name = f"posts matched at {ALIASES:,} aliases, against a bare look-up of their n-grams"
    return Figure(name, ratio, SPEED_BUDGET, ours, theirs, "posts/s", at_least=True)


def _a_second(posts: int, work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return posts / (perf_counter() - begun)


def _match(runtime: Runtime, texts: Sequence[Sequence[Text]]) -> None:
    found = 0
    for batch in texts:
        found += sum(map(bool, runtime.read_now(match_many, workspace=WORKSPACE, texts=batch)))
    assert found >= sum(map(len, texts)) // NAMED - len(texts), "posts that name a customer weren't matched"


def _look_up(path: Path, keys: Sequence[Sequence[str]]) -> None:
    connection = sqlite_module().connect(path, isolation_level=None)
    for batch in keys:
        connection.execute("BEGIN")
        for start in range(0, len(batch), AT_ONCE):
            asked = batch[start : start + AT_ONCE]
            places = ", ".join("?" * len(asked))
            wanted = "key, kind, customer_id, joined, given"
            query = f"SELECT {wanted} FROM mention_aliases WHERE workspace_id = ? AND key IN ({places})"
            connection.execute(query, (WORKSPACE, *asked)).fetchall()
        connection.execute("COMMIT")
    connection.close()


def grams(post: str) -> set[str]:
    """Every run of up to six words, in small letters."""
    words = post.lower().split()
    spans = ((start, start + length) for start in range(len(words)) for length in range(1, MOST_WORDS + 1))
    return {" ".join(words[start:end]) for start, end in spans if end <= len(words)}


def _batches(posts: Sequence[str]) -> list[Sequence[str]]:
    return [posts[start : start + BATCH] for start in range(0, len(posts), BATCH)]


def _made_up_names(dice: random.Random) -> list[str]:
    """Names of two words that nobody has, a million different ones."""
    syllables = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "ar", "el", "on")]
    words = ["".join(dice.choices(syllables, k=3)).title() for _ in range(4000)]
    names: set[str] = set()
    while len(names) < ALIASES:
        names.add(f"{dice.choice(words)} {dice.choice(words)}")
    return sorted(names)


def _fill(runtime: Runtime, names: Sequence[str]) -> None:
    """One customer that is called all of that: whose a key is plays no part in finding it."""
    drafts = read_drafts(b"name\nBench\n", name="list.csv", today=runtime.clock.now().date())
    runtime.run_now(apply_import, workspace=WORKSPACE, drafts=drafts, by=BOT)
    with runtime.database.transaction(WORKSPACE) as session:
        [customer_id] = session.exec(select(Customer.id)).all()
        for start in range(0, len(names), CHUNK):
            made = (keys_of(name, (), None, customer_id)[0] for name in names[start : start + CHUNK])
            rows = [{"id": new_id(), "workspace_id": WORKSPACE, **key._asdict(), "written": ""} for key in made]
            insert_many(session.connection(), SQLModel.metadata.tables[MentionAlias.__tablename__], COLUMNS, rows)
    with runtime.database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def _posts_that_name(names: Sequence[str]) -> list[str]:
    """Real posts where they are at hand, else made-up ones; every tenth speaks of a customer."""
    if TWEETS.exists():
        lines = TWEETS.read_text(encoding="utf-8", errors="replace").splitlines()
        posts = [line.split("\t", 2)[-1] for line in lines]
    else:
        words = [
            "we",
            "went",
            "there",
            "again",
            "and",
            "the",
            "people",
            "were",
            "kind",
            "but",
            "nobody",
            "could",
            "tell",
            "us",
            "when",
            "It",
            "would",
            "Arrive",
        ]
        posts = [" ".join(random.Random(number).choices(words, k=18)) for number in range(4000)]  # noqa: S311 - as above
    step = len(names) // len(posts)
    return [post if n % NAMED else f"{post} {names[n * step]}" for n, post in enumerate(posts)]


def _workspace(path: Path) -> Runtime:
    runtime = Runtime(Database(f"sqlite:///{path}"), WallClock())
    migrate(runtime.database)
    runtime.run_now(install_workspace, workspace=WORKSPACE, name="Bench", bot_user_id="U0")
    return runtime

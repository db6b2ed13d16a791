"""How the benchmark of matching counts: the annotated posts as they are read, and what is a right link."""

from pathlib import Path
from uuid import uuid4

from benchmarks.matching import Post, Tally, grams, read_posts, tally
from benchmarks.reading import score
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.rules.tiers import AliasKind, Tier
from bot.mentions.schemas.mentions import Match

POSTS = """My\tO
Nokia\tB-product
888\tI-product
beats\tO
Golddex\tB-corporation

Ana\tB-person
Lima\tI-person
met\tO
us\tO
"""


def link(alias: str, tier: Tier = Tier.LINKED) -> Match:
    """A match of somebody by these words."""
    return Match(customer_id=uuid4(), tier=tier, alias=alias, key=alias.lower(), kind=AliasKind.NAME)


def test_posts_are_read_with_the_entities_that_count(tmp_path: Path) -> None:
    """Corporations, products and groups, whole; people don't count."""
    path = tmp_path / "posts.conll"
    path.write_text(POSTS)
    assert list(read_posts(path)) == [
        Post("My Nokia 888 beats Golddex", ("Nokia 888", "Golddex")),
        Post("Ana Lima met us", ()),
    ]


def test_only_the_whole_surface_is_right_and_every_link_counts() -> None:
    """A part of a longer product is wrong; so is a person; two customers behind one alias are one link."""
    posts = [Post("My Nokia 888 beats Golddex", ("Nokia 888", "Golddex")), Post("Ana Lima met us", ())]
    found = [(link("Nokia"), link("Golddex"), link("Golddex"), link("Nokia 888", Tier.ASK)), (link("Lima"),)]
    assert tally(posts, found, Tier.LINKED) == Tally(found=3, right=1)
    assert tally(posts, found, Tier.ASK) == Tally(found=1, right=1)
    assert tally(posts, found, Tier.LIKELY) == Tally(found=0, right=0)


def test_the_bare_look_up_asks_for_every_run_of_six_words() -> None:
    """In small letters; nothing is left out to make it slower or faster."""
    assert grams("We LIKE it") == {"we", "like", "it", "we like", "like it", "we like it"}
    assert len(grams("a b c d e f g h")) == 8 + 7 + 6 + 5 + 4 + 3


def test_accuracy_and_recall_count_what_they_say() -> None:
    """Right ones among all; complaints found among all complaints."""
    rated = [("a", Sentiment.COMPLAINT), ("b", Sentiment.COMPLAINT), ("c", Sentiment.PRAISE), ("d", Sentiment.NEUTRAL)]
    always = score(lambda _text: Sentiment.COMPLAINT, rated)
    never = score(lambda text: Sentiment.PRAISE if text == "c" else Sentiment.NEUTRAL, rated)
    assert (always.accuracy, always.recall) == (0.5, 1.0)
    assert (never.accuracy, never.recall) == (0.5, 0.0)

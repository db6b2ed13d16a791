"""Texts that people rated, and how readers do on them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot.mentions.rules.learning import Figures, count_read
from bot.mentions.rules.sentiment import Sentiment

UGC = Path(__file__).parent.parent.parent / "shared/data/ugc"
MIDDLE = 0.5
"""On the raters' scale from −4 to 4: a text rated between −0.5 and 0.5 counts as neither complaint nor praise."""

Rated = tuple[str, Sentiment]
Reader = Callable[[str], Sentiment]


def score(reader: Reader, rated: Sequence[Rated]) -> Figures:
    """How *reader* does on *rated*."""
    return count_read((reader(text), feeling) for text, feeling in rated)


def collections() -> Iterator[tuple[str, list[Rated]]]:
    """Each collection that is at hand: what its texts are, and the texts with what people made of them."""
    for what, name, read in (
        ("tweets", "tweets_GroundTruth.txt", _on_a_scale),
        ("pieces of Amazon reviews", "amazonReviewSnippets_GroundTruth.txt", _on_a_scale),
        ("sentences on phones from Amazon", "uci_amazon_cells_labelled.txt", _liked_or_not),
        ("sentences on restaurants from Yelp", "uci_yelp_labelled.txt", _liked_or_not),
    ):
        if (UGC / name).exists():
            lines = (UGC / name).read_text(encoding="utf-8", errors="replace").splitlines()
            yield what, list(read(lines))


def _on_a_scale(lines: Sequence[str]) -> Iterator[Rated]:
    """An id, the mean of the ratings, the text."""
    for line in lines:
        _, rating, text = line.split("\t", 2)
        value = float(rating)
        yield (
            text,
            Sentiment.COMPLAINT if value <= -MIDDLE else Sentiment.PRAISE if value >= MIDDLE else Sentiment.NEUTRAL,
        )


def _liked_or_not(lines: Sequence[str]) -> Iterator[Rated]:
    """The text, 1 or 0; there is no middle, so that whatever is read as neutral counts as wrong."""
    for line in lines[1:]:
        text, _, liked = line.rpartition("\t")
        yield text, Sentiment.PRAISE if liked.strip() == "1" else Sentiment.COMPLAINT

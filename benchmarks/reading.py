"""How mentions are read, beside plain VADER with the same bounds, on texts that people rated."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks.figure import Figure
from bot.mentions.rules.sentiment import Sentiment, by_bounds, read_sentiment

UGC = Path(__file__).parent.parent.parent / "shared/data/ugc"
MIDDLE = 0.5
"""On the raters' scale from −4 to 4: a text rated between −0.5 and 0.5 counts as neither complaint nor praise."""

ACCURACY_BUDGET, RECALL_BUDGET = 0.99, 1.0
"""Nothing may be lost for what is won: as many right as VADER, within a hundredth, and no fewer complaints found."""

Rated = tuple[str, Sentiment]
Reader = Callable[[str], Sentiment]


class Score(NamedTuple):
    """The share of texts read right, and the share of complaints read as such."""

    accuracy: float
    recall: float


def measure() -> Iterator[Figure]:
    """Two figures a collection, where the real data is at hand; neither reader is given a star rating."""
    analyzer = SentimentIntensityAnalyzer()
    for what, rated in collections():
        ours = score(lambda text: read_sentiment(text, None).sentiment, rated)
        theirs = score(lambda text: by_bounds(analyzer.polarity_scores(text)["compound"]), rated)
        about = f"of {len(rated):,} {what}, against plain VADER"
        yield _figure(f"share read right {about}", ours.accuracy, theirs.accuracy, ACCURACY_BUDGET)
        yield _figure(f"share of the complaints found {about}", ours.recall, theirs.recall, RECALL_BUDGET)


def score(reader: Reader, rated: Sequence[Rated]) -> Score:
    """How *reader* does on *rated*."""
    read = [(reader(text), feeling) for text, feeling in rated]
    complaints = [found for found, feeling in read if feeling is Sentiment.COMPLAINT]
    right = sum(found is feeling for found, feeling in read)
    return Score(right / len(read), complaints.count(Sentiment.COMPLAINT) / len(complaints))


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


def _figure(name: str, ours: float, theirs: float, budget: float) -> Figure:
    return Figure(name, ours / theirs, budget, ours, theirs, "of 1", at_least=True)

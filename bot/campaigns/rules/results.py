"""What a campaign shows: shares with intervals, the called against the control group, and NPS and CSAT."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from bot.campaigns.rules.questions import QuestionKind

Z = 1.959963984540054
"""Standard deviations that hold 95 of 100 samples."""
PROMOTER, DETRACTOR, SATISFIED = 9, 6, 8
"""Points of ten: who recommends us has at least 9, who doesn't at most 6; who is content has at least 8."""
ADDED = 3
"""Answers added to NPS before its interval is computed, in the shares ¼, ½, ¼: with few answers it holds better."""


class Estimate(NamedTuple):
    """A figure from *n* answers, between *low* and *high* in 95 of 100 samples."""

    n: int
    value: float
    low: float
    high: float


class Against(NamedTuple):
    """How many of the *called* and of the *control* group something happened to, and the sizes of the two."""

    called: int
    of_called: int
    control: int
    of_control: int

    def difference(self) -> Estimate | None:
        """
        Return the share of the called less that of the control group; None while either is empty.

        The interval is Newcombe's, which is made of Wilson's intervals of both.
        """
        if not (self.of_called and self.of_control):
            return None
        one, other = wilson(self.called, self.of_called), wilson(self.control, self.of_control)
        gap = one.value - other.value
        low = gap - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
        high = gap + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
        return Estimate(self.of_called + self.of_control, gap, low, high)

    @property
    def is_sure(self) -> bool:
        """Whether the difference is more than chance alone would do: its interval doesn't include none."""
        gap = self.difference()
        return gap is not None and not gap.low <= 0 <= gap.high


def wilson(count: int, n: int) -> Estimate:
    """
    Return the share *count* of *n* with Wilson's interval.

    Raises:
        ValueError: *n* is 0, or *count* isn't from 0 to *n*.
    """
    if not 0 <= count <= n or not n:
        raise ValueError(f"{count} of {n} is no share.")
    share, square = count / n, Z * Z
    middle = (count + square / 2) / (n + square)
    half = Z * sqrt(n) / (n + square) * sqrt(share * (1 - share) + square / (4 * n))
    return Estimate(n, share, max(middle - half, 0.0), min(middle + half, 1.0))


def nps(points: Sequence[int]) -> Estimate | None:
    """
    Return the net promoter score from -100 to 100: the share of 9 and 10 less that of 0 to 6; None without points.

    The interval is the adjusted one of Agresti and Min, held inside the scale.
    """
    if not points:
        return None
    n = len(points)
    good, bad = sum(one >= PROMOTER for one in points), sum(one <= DETRACTOR for one in points)
    up, down = (good + ADDED / 4) / (n + ADDED), (bad + ADDED / 4) / (n + ADDED)
    half = Z * sqrt((up + down - (up - down) ** 2) / (n + ADDED))
    low, high = max(up - down - half, -1.0), min(up - down + half, 1.0)
    return Estimate(n, 100 * (good - bad) / n, 100 * low, 100 * high)


def csat(points: Sequence[int]) -> Estimate | None:
    """Return the share of 8, 9 and 10 with Wilson's interval; None without points."""
    return wilson(sum(one >= SATISFIED for one in points), len(points)) if points else None


def score_words(kind: QuestionKind, score: Estimate) -> str:
    """Return `NPS +23 (n = 40, likely between +5 and +41)`, or for a scale the percent that gave 8 or more."""
    if kind is QuestionKind.RECOMMEND:
        return f"NPS {score.value:+.0f} (n = {score.n:,}, likely between {score.low:+.0f} and {score.high:+.0f})"
    ends = f"likely between {round(100 * score.low)}% and {round(100 * score.high)}%"
    return f"{round(100 * score.value)}% gave 8 or more (n = {score.n:,}, {ends})"


def compare_words(against: Against, verb: str) -> str:
    """Return `5 of 50 escalated against 9 of 50: too few to tell`, with what completes `5 of 50 …` as *verb*."""
    verb = f"was{verb.removeprefix('were')}" if against.called == 1 and verb.startswith("were ") else verb
    control = f"{against.control:,} of {against.of_control:,}"
    counted = f"{against.called:,} of {against.of_called:,} {verb} against {control}"
    gap = against.difference()
    if gap is None or not against.is_sure:
        return f"{counted}: too few to tell"
    points, ends = round(100 * abs(gap.value)), sorted(round(100 * abs(end)) for end in (gap.low, gap.high))
    more = "more" if gap.value > 0 else "fewer"
    return f"{counted}: {points} in 100 {more}, likely between {ends[0]} and {ends[1]}"

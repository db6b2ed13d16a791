"""How the result of a campaign looks: in sentences, with charts where a message can have them; and at its end."""

from collections.abc import Iterable

from bot.campaigns.rules import NAME, CampaignState
from bot.campaigns.rules.questions import QuestionKind
from bot.campaigns.rules.results import Estimate, compare_words, score_words
from bot.campaigns.schemas import CallsOver, CampaignEnded, CampaignResult, QuestionResult, Quote, SaleSum
from bot.campaigns.views import FILES, LIST, SOLD, headline
from bot.campaigns.views.sales import money
from bot.commitments.views import plain
from bot.slack import blocks as ui
from bot.slack.blocks import MESSAGE_CHARTS, Block, Message
from bot.slack.charts import chart

QUOTE, NAME_LENGTH = 150, 60
SCALES = frozenset({QuestionKind.SCALE, QuestionKind.RECOMMEND})
METHOD = (
    "Both groups count as they were drawn, whether somebody was reached or not{replaced}. Intervals hold 95 of 100 such"
    " draws; of twenty sentences one may be chance."
)
WITH_REPLACED = ": whoever was replaced counts, whoever came in their place doesn't"


def result(schema: CampaignResult) -> Message:
    """Return what came of a campaign so far: reached, learned, mended, sold, against the control group."""
    text = headline(schema.campaign)
    key = str(schema.campaign.id)
    foot = [
        ui.actions(
            ui.button("As files", FILES, key),
            ui.button("Write down a sale", SOLD, key),
            ui.button("A list of sales", LIST, key),
        ),
        ui.context(METHOD.format(replaced=WITH_REPLACED if schema.replaced else "")),
    ]
    charts = list(_charts(schema))
    parts = [
        [ui.section(f"*Against as many that were left alone*\n{_comparisons(schema)}")],
        *([ui.section(_question(one))] for one in schema.questions),
        *([ui.section(words)] for words in (_mended(schema), _sold(schema.sales), _left(schema)) if words),
    ]
    room = ui.MESSAGE_CHARACTERS - ui.size([ui.section(text), *foot, *charts]) - len(text)
    most = ui.MESSAGE_BLOCKS - len(foot) - len(charts) - 1
    shown = ui.fitting(parts, most_blocks=most, most_characters=room)
    return Message(
        text=plain(text), blocks=[ui.section(text), *(block for part in shown for block in part), *charts, *foot]
    )


def ended(schema: CampaignEnded) -> Message:
    """Return the result of a campaign that has just ended."""
    return result(schema.result)


def over(schema: CallsOver) -> Message:
    """Tell somebody which of their calls needn't be made any more."""
    name = ui.bold(ui.cut(schema.campaign_name, NAME))
    calls = "call of yours wasn't" if schema.total == 1 else "calls of yours weren't"
    text = f"{name} has ended; {schema.total:,} {calls} made, and needn't be any more for it."
    names = ", ".join(ui.escape(ui.cut(one.customer_name, NAME_LENGTH)) for one in schema.rows)
    more = schema.total - len(schema.rows)
    rest = f" and {more:,} more" if more > 0 else ""
    return Message(text=plain(text), blocks=[ui.section(text), ui.context(f"{names}{rest}")])


def _comparisons(schema: CampaignResult) -> str:
    shown = [one for one in schema.comparisons if one.against.called or one.against.control]
    lines = [f"• {compare_words(one.against, ui.escape(ui.cut(one.verb, 60)))}." for one in shown]
    return "\n".join(lines) or "Nothing has happened yet that could be compared."


def _question(one: QuestionResult) -> str:
    return f"*{ui.escape(ui.cut(one.question.text, 200))}* · {question_lines(one)}"


def question_lines(one: QuestionResult) -> str:
    """Return how many answered a question, and what: a score with its points, counts, or the latest words."""
    head = ui.plural(one.answered, "answer")
    if one.question.kind in SCALES:
        return f"{head}\n{_score(one)}" if one.score else head
    pairs = sorted(zip(one.counts, one.question.options, strict=False), reverse=True)
    told = " · ".join(f"{ui.escape(ui.cut(option, 75))} {count:,}" for count, option in pairs)
    quotes = "\n".join(_quote(quote) for quote in one.quotes[:5])
    return "\n".join(filter(None, (head, told, quotes)))


def _score(one: QuestionResult) -> str:
    told = " · ".join(f"{points} ×{count:,}" for points, count in enumerate(one.counts[:11]) if count)
    return f"{score_words(one.question.kind, one.score or Estimate(0, 0, 0, 0))}\n{told}"


def _charts(schema: CampaignResult) -> Iterable[Block]:
    """Yield a chart for the first scales that were answered."""
    if schema.campaign.state is CampaignState.RUNNING:
        return
    scales = [one for one in schema.questions if one.question.kind in SCALES and one.answered]
    for one in scales[:MESSAGE_CHARTS]:
        points = [str(place) for place in range(len(one.counts))]
        if points:
            yield chart(one.question.text, points, {"answers": [float(count) for count in one.counts]})


def _mended(schema: CampaignResult) -> str:
    lines = "\n".join(_quote(one) for one in schema.mended[:10])
    return f"*Mended*\n{lines}" if lines else ""


def _sold(sales: Iterable[SaleSum]) -> str:
    lines = [
        f"{money(one.called)} {ui.escape(one.currency[:3])} to those called, {money(one.control)} to those left alone"
        for one in list(sales)[:5]
    ]
    return "\n".join(["*Sold*", *lines]) if lines else ""


def _left(schema: CampaignResult) -> str:
    names = ", ".join(
        f"{ui.escape(ui.cut(one.customer_name, NAME_LENGTH))} ({ui.escape(ui.cut(one.caller_name, 40))})"
        for one in schema.left[:10]
    )
    more = schema.left_total - len(schema.left)
    rest = f" and {more:,} more" if more > 0 else ""
    word = "Not reached" if schema.campaign.state is CampaignState.ENDED else "Still to call"
    replaced = "\n".join(_quote(one) for one in schema.replaced[:10])
    parts = [f"*{word}*\n{names}{rest}" if names else "", f"*Replaced*\n{replaced}" if replaced else ""]
    return "\n".join(filter(None, parts))


def _quote(one: Quote) -> str:
    words = ui.escape(ui.cut(" ".join(one.words.split()), QUOTE))
    return f"“{words}” · {ui.escape(ui.cut(one.customer_name, NAME_LENGTH))}"

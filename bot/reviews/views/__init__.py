"""How the proof looks: the sentence about the gap, the figures of each size, and the customers behind them."""

from collections.abc import Sequence

from bot.customers.rules.limits import MOST
from bot.customers.views import CARD, name_of, standing_words
from bot.reviews.rules import FEWEST, LIKELY, PERIODS, SURE, USUAL_PERIOD, Band, Period
from bot.reviews.rules.groups import Grouping
from bot.reviews.schemas import GapSchema, GroupFigures, Measures, Proof, Review, SizesSet, WeeklyReview, WhoWaited
from bot.reviews.views.reconciliation import accounts
from bot.slack import blocks as ui
from bot.slack.charts import chart
from bot.slack.footers import digest_footer, notification_text, trial_note

PERIOD, WHO, BACK, GROUP = "reviews.period", "reviews.who", "reviews.proof", "reviews.group"
NEXT, PREVIOUS = "reviews.next", "reviews.previous"
REVIEW = "reviews.review"
ROUNDS_TO_ONE = (0.995, 1.005)
OWNER_SHOWN = 60
GROUPS_SHOWN = 15
LINE_SHOWN, LINES_SHOWN = 160, 3


def proof(schema: Proof) -> ui.Message:
    """Draw the headline, the figures of each band with *Who waited?*, and the buttons to other periods."""
    if not schema.groups:
        text = "There are no customers to compare yet. Bring them in with /customers import."
        return ui.Message(text=text, blocks=[ui.section(text), *_accounts(schema)])
    text = headline(schema)
    blocks = [ui.section(f"*{text}*\n{verdict(schema.gap)}" if schema.gap else text), ui.divider()]
    blocks += [_figures(group, schema) for group in schema.groups[:GROUPS_SHOWN]]
    if more := len(schema.groups) - GROUPS_SHOWN:
        blocks += [ui.context(f"{ui.plural(more, 'more group')}.")] if more > 0 else []
    blocks += _accounts(schema)
    blocks += [ui.context(_definition(schema)), ui.actions(_groupings(schema), *_periods(schema))]
    return ui.Message(text=text, blocks=blocks)


def _accounts(schema: Proof) -> list[ui.Block]:
    return (
        [ui.section(accounts(schema.reconciliation))]
        if schema.reconciliation and schema.reconciliation.customers
        else []
    )


def on_its_way() -> ui.Message:
    """Draw that figures take a while."""
    text = "The figures are on their way; with so many customers they take a moment."
    return ui.Message(text=text, blocks=[ui.section(text)])


def headline(schema: Proof) -> str:
    """Return the sentence that the proof comes to."""
    if schema.gap is None:
        return (
            "Too few to tell whether small and large customers get the same care: the smallest and the largest "
            f"{'size' if schema.limited else 'fifth'} need {FEWEST} customers each. These are the numbers."
        )
    before = f"; the {ui.days(schema.days)} before {_ratio(schema.gap_before)}" if schema.gap_before else ""
    if ROUNDS_TO_ONE[0] <= schema.gap.ratio < ROUNDS_TO_ONE[1]:
        return f"Small customers waited as long as large ones{before}."
    return f"Small customers waited {_ratio(schema.gap)} times as long as large ones{before}."


def verdict(gap: GapSchema) -> str:
    """Return what chance alone would do, what that says, and between what the gap lies."""
    who = "Large" if gap.ratio > 1 else "Small"
    says = "no sign of favour"
    if gap.chance <= SURE:
        says = f"{who.lower()} customers are favoured"
    elif gap.chance <= LIKELY:
        says = f"perhaps {who.lower()} customers are favoured; look again next month"
    often = "less than once" if gap.chance < 1 else "once" if gap.chance < 2 else f"{gap.chance:.0f} times"  # noqa: PLR2004 - words of 1 and 2
    sure = f"With 95% certainty the gap is between {gap.low:.2f} and {gap.high:.2f}."
    return f"Shuffling the sizes gives such a gap {often} in 100: {says}. {sure}"


def who_waited(schema: WhoWaited) -> ui.Message:
    """Draw a page of the customers behind one band's figures."""
    text = f"{ui.escape(ui.cut(schema.words, OWNER_SHOWN))}: {ui.plural(schema.total, 'customer')}."
    blocks = [ui.section(text), ui.divider()]
    for row in schema.rows:
        owner = ui.escape(ui.cut(row.customer.owner_name or "no owner", OWNER_SHOWN))
        words = f"{name_of(row.customer)} · {standing_words(row.customer)} · {owner}"
        card = ui.button("Card", CARD, str(row.customer.id))
        longest = f"longest wait {ui.days(row.longest)}"
        blocks.append(ui.section(f"{words}\n{longest}", accessory=card, block_id=f"reviews.row:{row.customer.id}"))
    where = f"Page {schema.page + 1:,} of {schema.pages:,} · " if schema.pages > 1 else ""
    blocks.append(ui.context(f"{where}Furthest past their cadence first; size plays no part. Only you see this."))
    return ui.Message(text=text, blocks=[*blocks, ui.actions(*_turns(schema))])


def weekly(schema: WeeklyReview) -> ui.Message:
    """Draw the review for a channel."""
    said = headline(schema.review.proof)
    body = [*trial_note(is_test=schema.slot.is_test), *_review(schema.review), *digest_footer(schema.slot)]
    text = notification_text(said, is_test=schema.slot.is_test)
    return ui.Message(text=text, blocks=[ui.section(f"*{said}*"), *body])


def review(schema: Review) -> ui.Message:
    """Draw the review for a manager alone, with buttons to the other periods and to the figures."""
    if not schema.proof.groups:
        return proof(schema.proof)
    said = headline(schema.proof)
    others = [one for one in Period if one is not schema.period]
    turns = [ui.button(f"The {one.value}", f"{REVIEW}.{one.value}", one.value) for one in others]
    buttons = ui.actions(ui.button("Who waited?", BACK, str(schema.proof.days)), *turns)
    return ui.Message(text=said, blocks=[ui.section(f"*{said}*"), *_review(schema), buttons])


def _review(schema: Review) -> list[ui.Block]:
    """Draw chance, both charts with their figures in words, and the lines."""
    bands = schema.proof.groups[: len(Band)]
    blocks = [ui.section(verdict(schema.proof.gap))] if schema.proof.gap else []
    if any(None not in course.percents for course in schema.courses):
        blocks.append(_coverage_chart(schema))
    waited = {"half waited up to": [band.half for band in bands], "nine in ten": [band.nine_in_ten for band in bands]}
    blocks.append(chart(f"Days waited in {schema.proof.days} days", [band.words for band in bands], waited))
    blocks.append(ui.context(_in_words(schema)))
    told = (("What moved", schema.moved), ("Needs help", schema.needs), ("Went well", schema.well),
            ("Came again", schema.again), ("Asked at every check-in", schema.asked),
            ("Right first time", schema.first_time), ("Lost customers", schema.lost))  # fmt: skip
    return [*blocks, *(_paragraph(title, lines) for title, lines in told if lines)]


def _coverage_chart(schema: Review) -> ui.Block:
    whole = [course for course in schema.courses if None not in course.percents][: len(Band)]
    series = {course.words: [share for share in course.percents if share is not None] for course in whole}
    return chart(f"Days in cadence by {schema.period.value}, percent", schema.labels, series, kind="line")


def _in_words(schema: Review) -> str:
    """Return the charts' figures in words, for readers without charts."""
    shares = (f"{ui.escape(course.words)} {_course(course.percents)}" for course in schema.courses[: len(Band)])
    bands = schema.proof.groups[: len(Band)]
    waited = (f"{ui.escape(band.words)} {band.half:,} and {band.nine_in_ten:,} days" for band in bands)
    return (
        f"Days in cadence, {ui.escape(f'{schema.labels[0]} → {schema.labels[-1]}')}: {', '.join(shares)}. "
        f"Half, and nine in ten, waited up to: {', '.join(waited)}."
    )


def _course(percents: Sequence[int | None]) -> str:
    """Return `100 → 61%`, or the last figure alone where there is no first one."""
    return f"{percents[-1]}%" if percents[0] is None else f"{percents[0]} → {percents[-1]}%"


def _paragraph(title: str, lines: Sequence[str]) -> ui.Block:
    return ui.section(
        "\n".join([f"*{title}*", *(f"• {ui.escape(ui.cut(line, LINE_SHOWN))}" for line in lines[:LINES_SHOWN])])
    )


def read_view(value: str) -> tuple[int, Grouping]:
    """Return the days and the grouping of a button's value; the usual ones where it is invalid."""
    days, by = [*value.split(" "), "", ""][:2]
    return (
        int(days) if days in {str(period) for period in PERIODS} else USUAL_PERIOD,
        Grouping(by) if by in set(Grouping) else Grouping.SIZE,
    )


def read_page(value: str) -> tuple[int, Grouping, int, str]:
    """Return the days, grouping, page and key of a button's value; the first page where it is invalid."""
    days, by, page, key = [*value.split(" ", 3), "", "", "", ""][:4]
    return *read_view(f"{days} {by}"), int(page) if page.isdecimal() and len(page) < len("1000000") else 0, key


def _figures(band: GroupFigures, schema: Proof) -> ui.Block:
    limits = _limits(band, schema.currency) if schema.by is Grouping.SIZE else ""
    first = f"{ui.bold(ui.cut(band.words, OWNER_SHOWN))}{limits} · {ui.plural(band.customers, 'customer')}"
    waited = f"half waited up to {ui.days(band.half)}, nine in ten up to {ui.days(band.nine_in_ten)}"
    share = f" · {band.percent}% of days in cadence" if band.percent is not None else ""
    never = f" · {band.never:,} never talked to" if band.never else ""
    button = ui.button("Who waited?", WHO, f"{schema.days} {schema.by.value} 0 {band.key}")
    counted = _measured(band.measures)
    return ui.section(f"{first}\n{waited}{share}{never}{f'{chr(10)}{counted}' if counted else ''}", accessory=button)


def _measured(one: Measures) -> str:
    """Return what came of promises, problems and mentions, in words; nothing where there were none."""
    asked = f"asked {one.asked / one.fixed:.1f} times for each" if one.fixed > 1 else f"asked {_times(one.asked)}"
    avoidable = f"{one.avoidable:,} of {ui.plural(one.fixed, 'fixed problem')} avoidable, {asked}" if one.fixed else ""
    told = (
        f"{one.kept:,} of {ui.plural(one.promises, 'promise')} kept" if one.promises else "",
        f"{one.answered:,} of {ui.plural(one.problems, 'problem')} answered in time" if one.problems else "",
        avoidable,
        f"{one.told:,} of {ui.plural(one.mentions, 'mention')} answered in time" if one.mentions else "",
    )
    return " · ".join(filter(None, told))


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _limits(band: GroupFigures, currency: str | None) -> str:
    values = f"{_from_to(band.values)} {ui.escape(currency or '')}".rstrip() if band.values else ""
    people = f"{_from_to(band.headcounts)} people" if band.headcounts else ""
    limits = " or ".join(filter(None, (values, people)))
    return f" ({limits})" if limits and band.key != Band.UNKNOWN else ""


def _from_to(limits: tuple[int, int]) -> str:
    low, high = limits
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _definition(schema: Proof) -> str:
    days = f"{ui.short_date(schema.since, today=schema.until)}–{ui.short_date(schema.until, today=schema.until)}"
    foreign, size = "", "size" if schema.limited else "fifth"
    if schema.foreign:
        theirs = ui.plural(schema.foreign, "customer")
        foreign = f" {theirs} valued in other currencies than {ui.escape(schema.currency or 'that')} go by headcount."
    return (
        f"Each customer's longest wait for a contact, {days}; the smallest {size} against the largest.{foreign} "
        "Only you see this."
    )


def _periods(schema: Proof) -> list[ui.Block]:
    return [
        ui.button(f"{period} days", f"{PERIOD}.{period}", f"{period} {schema.by.value}")
        for period in PERIODS
        if period != schema.days
    ]


def _groupings(schema: Proof) -> ui.Block:
    options = [ui.Option(f"By {one.value}", f"{schema.days} {one.value}") for one in Grouping]
    return ui.select(GROUP, options, placeholder="Compare by", initial=f"{schema.days} {schema.by.value}")


def _turns(schema: WhoWaited) -> list[ui.Block]:
    def value(page: int) -> str:
        return f"{schema.days} {schema.by.value} {page} {schema.key}"

    back = [ui.button("Back", PREVIOUS, value(schema.page - 1))] if schema.page else []
    on = [ui.button("Next", NEXT, value(schema.page + 1))] if schema.page + 1 < schema.pages else []
    return [*back, *on, ui.button("All groups", BACK, f"{schema.days} {schema.by.value}")]


def _ratio(gap: GapSchema | None) -> str:
    return f"{gap.ratio:.2f}" if gap else ""


def sizes_set(schema: SizesSet) -> ui.Message:
    """Draw which sizes the proof compares from now on."""
    text = "From today on, the proof compares fifths; earlier periods keep the sizes that they had."
    if schema.amounts:
        amounts = ", ".join(f"up to {amount:,}" for amount in schema.amounts[:MOST])
        sizes = f"{amounts}, and above, in {ui.escape(schema.currency)} a year"
        text = f"From today on, the sizes are {sizes}; earlier periods keep the sizes that they had."
    return ui.Message(text=text, blocks=[ui.section(text)])

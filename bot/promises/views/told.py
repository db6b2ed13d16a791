"""What became of promises, how well they are kept, and what can be typed."""

from bot.customers.views import CARD
from bot.promises.rules import Event, State, widest_gap
from bot.promises.schemas import KeptRates, PromiseNews, Tally
from bot.promises.views.rows import NAME, SAID, WHAT, WHO, plain
from bot.slack.blocks import (
    MESSAGE_BLOCKS,
    MESSAGE_CHARACTERS,
    Message,
    actions,
    bold,
    button,
    context,
    cut,
    divider,
    escape,
    fitting,
    plural,
    section,
    short_date,
    size,
)

HELP = """*/promise*  a form: which customer, what, by when, to whom
*/promise Acme friday send the new price list*  the same in one line; quotes around a name are fine
*/promise @ana Acme friday call the lawyer*  what Ana promised; she is told
*/promise list*  what you are to keep; *team*, *@person* or *Acme* for other lists
*/promise kept*  how well promises are kept: the team, each person, small and large customers"""


def help_page() -> Message:
    """What /promise can do."""
    return Message(text="What /promise can do.", blocks=[section(HELP)])


def news(schema: PromiseNews) -> Message:
    """What became of a promise, for who was to keep it and for the customer's owner."""
    text = _news_head(schema)
    blocks = [section(text)]
    if schema.words:
        blocks.append(context(f"“{escape(cut(schema.words, SAID))}”"))
    if schema.customer_id is not None:
        blocks.append(actions(button("Card", CARD, str(schema.customer_id))))
    return Message(text=plain(text), blocks=blocks)


def rates(schema: KeptRates) -> Message:
    """The kept-rate, the widest difference between sizes in front; then sizes, the team and each person."""
    text = _first_sentence(schema)
    top = [section(text), divider()]
    foot = context(
        f"Promises due since {short_date(schema.since)} {schema.since.year}, each counted for who gave their word."
        " Kept on the day ÷ all whose day has come; late, renegotiated and broken ones weren't. Size is only told here."
    )
    lines = [f"*By size of the customer*\n{_lines(schema.bands)}"] if schema.bands else []
    lines += [_line(schema.team)] if schema.team.total else []
    people = [_line(one) for one in schema.people]
    room = MESSAGE_CHARACTERS - size([*top, foot]) - len(text) - 100
    rows = [[section(line)] for line in (*lines, *people)]
    shown = fitting(rows, most_blocks=MESSAGE_BLOCKS - len(top) - 2, most_characters=room)
    more = len(rows) - len(shown)
    rest = [context(f"and {plural(more, 'more person', 'more people')}")] if more else []
    return Message(text=plain(text), blocks=[*top, *(row[0] for row in shown), *rest, foot])


def _first_sentence(schema: KeptRates) -> str:
    if schema.team.rate is None:
        return "No promise has come to its day yet, so there is no rate to tell."
    known = {band.name: band for band in schema.bands}
    gap = widest_gap({name: band.rate for name, band in known.items()})
    kept = f"{_percent(schema.team.rate)} of promises were kept on their day."
    if gap is None:
        return f"{kept} There is only one size of customer to tell of so far."
    best, worst = known[gap[0]], known[gap[1]]
    points = round(100 * (best.rate or 0)) - round(100 * (worst.rate or 0))
    if not points:
        return f"{kept} It makes no difference how large a customer is."
    return (
        f"{kept} The widest difference between sizes is {plural(points, 'point')}:"
        f" {best.name} {_percent(best.rate)}, {worst.name} {_percent(worst.rate)}."
    )


def _lines(tallies: tuple[Tally, ...]) -> str:
    return "\n".join(_line(one) for one in tallies)


def _line(one: Tally) -> str:
    """`*Ana Lima* 80 % · 4 kept · 1 kept late · 2 open`."""
    counts = [f"{one.counts[state]:,} {state.words}" for state in State if one.counts.get(state)]
    ordered = sorted(counts, key=lambda words: words.endswith("open"))
    rate = "no day has come yet" if one.rate is None else _percent(one.rate)
    return f"{bold(cut(one.name, WHO))} {rate} · {' · '.join(ordered)}"


def _percent(rate: float | None) -> str:
    return f"{round(100 * (rate or 0))} %"


def _news_head(schema: PromiseNews) -> str:
    who, day = escape(cut(schema.by_name, WHO)), short_date(schema.due_on)
    if schema.event is Event.FORGOTTEN:
        return f"A customer was deleted, and with it a promise that was due {day}."
    what = f"{bold(cut(schema.customer_name, NAME))}: {escape(cut(schema.what, WHAT))}"
    moved = f" to {short_date(schema.moved_to)}" if schema.moved_to else ""
    told = {
        Event.KEPT: f"{who} said that this promise was kept: {what}",
        Event.RENEGOTIATED: f"{who} renegotiated a promise{moved}: {what}",
        Event.UNDONE: f"{who} undid the check-in in which you promised this, so it isn't owed: {what}",
        Event.WITHDRAWN: f"{who} withdrew a promise: {what}" if who else f"No longer owed: {what}",
    }
    return told[schema.event]

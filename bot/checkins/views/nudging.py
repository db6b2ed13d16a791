"""How managers read of colleagues who don't act, and what these colleagues read."""

from collections.abc import Sequence

from bot.checkins.rules import in_words
from bot.checkins.schemas import ColleaguesQueue, IdlePerson, NudgeDue, NudgeSent
from bot.checkins.views import QUEUE, START, waited_in_words
from bot.people.rules import moment
from bot.slack import blocks as ui

NUDGE, OPEN = "checkins.nudge", "checkins.open_queue"
NAME, CUSTOMER, LINES = 60, 80, 200
PEOPLE_SHOWN = 5
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def nudge(schema: NudgeDue) -> ui.Message:
    """Draw what a manager asks for: `Mara asked me to remind you: three customers wait, Golddex the longest.`"""
    who = ui.escape(ui.cut(schema.by_name.split(" ")[0], NAME))
    text = f"{who} asked me to remind you: {_what_waits(schema)}."
    buttons = ui.actions(ui.button("My queue", QUEUE, style="primary"), ui.button("Record a check-in", START))
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text), buttons])


def nudged(schema: NudgeSent) -> ui.Message:
    """Draw for the manager that the message is on its way."""
    name = ui.escape(ui.cut(schema.name, NAME))
    when = (
        "now"
        if schema.arrives_at <= schema.now
        else f"when their hours begin, {moment(schema.arrives_at, now=schema.now, zone=schema.zone)}"
    )
    text = f"{name} gets one friendly message from me in your name, {when}."
    return ui.Message(text=text, blocks=[ui.section(text)])


def colleagues_queue(schema: ColleaguesQueue) -> ui.Block:
    """Draw the window of what waits for a colleague, with *Nudge*."""
    who = ui.bold(ui.cut(schema.name, NAME))
    if not schema.total and not schema.overdue:
        blocks = [ui.section(f"Nothing waits for {who}.")]
        return ui.modal("Queue", blocks, callback_id="told", close="Close")
    counts = [ui.plural(schema.total, "customer waits", "customers wait")] if schema.total else []
    head = ui.section(
        f"{who}: {', '.join([*counts, *schema.overdue])}", accessory=ui.button("Nudge", NUDGE, schema.person_id)
    )
    rows = [ui.section(f"{ui.bold(ui.cut(row.name, CUSTOMER))} · {waited_in_words(row)}") for row in schema.rows]
    more = schema.total - len(rows)
    foot = "Furthest past their cadence first; size plays no part."
    end = ui.context(f"{more:,} more. {foot}" if more > 0 else foot)
    return ui.modal("Queue", [head, *rows, end], callback_id="told", close="Close")


def idle_rows(people: Sequence[IdlePerson]) -> list[list[ui.Block]]:
    """Draw who doesn't act, each with *Nudge* and *Open*, the first below a title."""
    if not people:
        return []
    rows = [idle_row(one) for one in people[:PEOPLE_SHOWN]]
    rows[0].insert(0, ui.section("*Who hasn't acted for a week*"))
    if more := len(people) - len(rows):
        rows[-1].append(ui.context(f"{more:,} more; they stand on your Home."))
    return rows


def idle_sentence(people: Sequence[IdlePerson]) -> str:
    """Return `Bob Chen and two more colleagues haven't acted for a week`, not escaped."""
    first, others = ui.cut(people[0].name, NAME), len(people) - 1
    if not others:
        return f"{first} hasn't acted for {ui.plural(people[0].working_days, 'working day')}"
    return f"{first} and {in_words(others)} more colleague{'' if others == 1 else 's'} haven't acted for a week"


def counted_idle(count: int) -> str:
    """Return `two colleagues haven't acted for a week`."""
    who = "colleague hasn't" if count == 1 else "colleagues haven't"
    return f"{in_words(count)} {who} acted for a week"


def idle_row(person: IdlePerson) -> list[ui.Block]:
    """Draw `Bob hasn't acted for 6 working days: 3 neglected, 1 promise broken` with *Nudge* and *Open*; two blocks."""
    buttons = ui.actions(ui.button("Nudge", NUDGE, person.person_id), ui.button("Open", OPEN, person.person_id))
    return [ui.section(idle_line(person)), buttons]


def idle_line(person: IdlePerson) -> str:
    """Return `*Bob Chen* hasn't acted for 6 working days: 3 neglected, 1 promise broken`."""
    days = ui.plural(person.working_days, "working day")
    late = ui.escape(ui.cut(", ".join(person.lines), LINES))
    return f"{ui.bold(ui.cut(person.name, NAME))} hasn't acted for {days}: {late}"


def _what_waits(schema: NudgeDue) -> str:
    late = ", ".join(schema.overdue)
    if not schema.waiting:
        return late
    number = NUMBERS[schema.waiting] if schema.waiting < len(NUMBERS) else f"{schema.waiting:,}"
    first = ui.bold(ui.cut(schema.first, CUSTOMER))
    waits = (
        f"{first} waits" if schema.waiting == 1 else f"{number} customers wait, {first} the longest past its cadence"
    )
    return f"{waits}; {late}" if late else waits

"""The reminder: one message in the morning: what is due in each feature, who doesn't act, the customers that wait."""

from collections.abc import Sequence

from bot.checkins.rules import describe_changes, in_words
from bot.checkins.schemas import ReminderDue, ReminderRow
from bot.checkins.views import NAME, ORDER, QUEUE, REMINDER, done_row, queue_row
from bot.checkins.views.nudging import counted_idle, idle_rows, idle_sentence
from bot.core.schemas import MorningRow, MorningSection
from bot.customers.rules.due import Standing
from bot.slack import blocks as ui

SENTENCE_NAME = 60  # characters of a customer's name in a sentence
ROW = 900  # characters of a row of another feature


def reminder(schema: ReminderDue) -> ui.Message:
    """Draw what is due for this person today, and what was done about some of it since."""
    text = _sentence(schema)
    top: list[ui.Block] = [ui.section(text), ui.divider()]
    rows = [row for section in schema.sections for row in _section_rows(section, schema)]
    rows += idle_rows(schema.idle) + _customer_rows(schema)
    room = ui.MESSAGE_CHARACTERS - ui.size(top) - len(text) - 600  # for what stands below
    shown = ui.fitting(rows, most_blocks=ui.MESSAGE_BLOCKS - 6, most_characters=room)
    customers = len(shown) - (len(rows) - len(schema.rows))
    end = _end(schema.total - max(customers, 0)) if schema.total else []
    return ui.Message(text=text, blocks=[*top, *(block for row in shown for block in row), *end])


def _sentence(schema: ReminderDue) -> str:
    """Return the most pressing thing with its customer's name, then how much else waits."""
    parts = [section for section in schema.sections if section.lead]
    phrases = [section.lead if place == 0 else section.counted for place, section in enumerate(parts)]
    waiting = [row for row in schema.rows if row.is_open]
    count = schema.total - len(schema.rows) + len(waiting)
    if count:
        name = ui.cut(waiting[0].customer.name, SENTENCE_NAME) if waiting else ""
        phrases.append(counted(count) if phrases or not name else lead(name, count))
    if schema.idle:
        phrases.append(counted_idle(len(schema.idle)) if phrases else idle_sentence(schema.idle))
    if not phrases:
        return _nothing_left(schema)
    text = ", ".join(phrases)
    return f"{ui.escape(text[:1].upper() + text[1:])}."


def lead(name: str, count: int) -> str:
    """Return `Bakery Lindqvist and two more customers wait to hear from you`."""
    if count == 1:
        return f"{name} waits to hear from you"
    more = count - 1
    return f"{name} and {in_words(more)} more customer{'' if more == 1 else 's'} wait to hear from you"


def counted(count: int) -> str:
    """Return `three customers wait`."""
    return f"{in_words(count)} customer{' waits' if count == 1 else 's wait'}"


def _nothing_left(schema: ReminderDue) -> str:
    """Return that everything is done; a customer whom nobody reached is past its cadence still."""
    late = (Standing.DUE, Standing.NEGLECTED)
    behind = sum(row.customer.standing in late and not row.moved for row in schema.rows)
    if not behind:
        return "All caught up for today."
    customers = f"{in_words(behind)} customer{' is' if behind == 1 else 's are'}"
    return f"You went through all of this; {customers} still past {'its' if behind == 1 else 'their'} cadence."


def _section_rows(section: MorningSection, schema: ReminderDue) -> list[list[ui.Block]]:
    days = [(row.customer_name, row.days) for row in section.rows if row.is_open]
    rows = [_row(row, f"{place_of(schema)}:{row.id}") for row in section.rows]
    if section.more:
        rows[-1].append(ui.context(f"{section.more:,} more; `{section.command}` shows them all."))
    return _titled(section.title, days, rows)


def _customer_rows(schema: ReminderDue) -> list[list[ui.Block]]:
    days = [(row.customer.name, row.days) for row in schema.rows if row.is_open]
    return _titled("Customers", days, [_customer_row(row, schema) for row in schema.rows])


def _titled(title: str, days: Sequence[tuple[str, int]], rows: list[list[ui.Block]]) -> list[list[ui.Block]]:
    """Put a title above the first of *rows*: what changed since yesterday."""
    if not rows:
        return []
    changes = describe_changes([(ui.cut(name, SENTENCE_NAME), count) for name, count in days])
    head = ui.section(ui.bold(title) + (f" · {ui.escape(changes)}" if changes else ""))
    return [[head, *rows[0]], *rows[1:]]


def _row(row: MorningRow, block_id: str) -> list[ui.Block]:
    section = ui.section(ui.cut_markup(row.markup, ROW), block_id=block_id)
    if not row.is_open:
        return [section]
    buttons = [ui.button(one.label, one.action_id, one.value) for one in row.buttons]
    menu = [ui.overflow(row.menu_id, [ui.Option(text, value) for value, text in row.menu.items()])] if row.menu else []
    return [section, ui.actions(*buttons, *menu, block_id=f"{block_id}:do")]


def _customer_row(row: ReminderRow, schema: ReminderDue) -> list[ui.Block]:
    block_id = f"{place_of(schema)}:{row.customer.id}"
    if row.moved:
        return [ui.context(ui.escape(ui.cut(row.moved, 2 * NAME)), block_id=block_id)]
    if row.done is None or row.customer_action_id is None:
        return queue_row(row.customer, place=place_of(schema), for_whom=row.for_whom)
    name = ui.escape(ui.cut(row.customer.name, NAME))
    if row.done_by:
        return [ui.section(f"✓ {name} · {ui.escape(row.done)} · by {ui.mention(row.done_by)}", block_id=block_id)]
    words = f'{row.done} · "{ui.cut(row.note, NAME)}"' if row.note else row.done
    action_id, can_note = row.customer_action_id, row.can_note
    return done_row(row.customer.name, words, action_id, block_id=block_id, can_note=can_note)


def place_of(schema: ReminderDue) -> str:
    """Return what begins the ids of the blocks of a reminder."""
    return f"{REMINDER}:{schema.reminder_id}"


def _end(more: int) -> list[ui.Block]:
    order = ui.context(f"{ORDER[0].upper()}{ORDER[1:]}.")
    if not more:
        return [ui.divider(), order]
    see_all = ui.button("See all", QUEUE)
    return [ui.divider(), ui.section(f"{more:,} more in your queue", accessory=see_all, block_id=QUEUE), order]

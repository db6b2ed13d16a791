"""The daily reminder, and the same message once something was done about it."""

from bot.checkins.schemas import ReminderDue, ReminderRow
from bot.checkins.views.rows import QUEUE, done_row, queue_row
from bot.slack import blocks as ui

NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
WHY = "Why these? Longest wait first; size plays no part."


def place_of(schema: ReminderDue) -> str:
    """Where a row of this reminder stands."""
    return f"checkins.reminder:{schema.reminder_id}"


def reminder(schema: ReminderDue) -> ui.Message:
    """Who waits to hear from this person today; rows that were dealt with tell so."""
    open_rows = sum(row.done is None for row in schema.rows)
    left = schema.total - len(schema.rows) + open_rows
    head = _waiting(left) if left else "Nobody is waiting to hear from you any more today."
    name = ui.escape(ui.cut(schema.first_name, 40))
    text = f"{name}, {head[0].lower()}{head[1:]}"
    rows = [_row(row, schema) for row in schema.rows]
    top: list[ui.Block] = [ui.section(f"*{head}*"), ui.divider()]
    room = ui.MESSAGE_CHARACTERS - ui.size(top) - 600  # for what stands below
    shown = ui.fitting(rows, most_blocks=ui.MESSAGE_BLOCKS - 6, most_characters=room)
    more = schema.total - len(shown)
    return ui.Message(text=text, blocks=[*top, *(block for row in shown for block in row), ui.divider(), *_end(more)])


def _waiting(count: int) -> str:
    number = NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"
    return f"{number} {'customer is' if count == 1 else 'customers are'} waiting to hear from you."


def _row(row: ReminderRow, schema: ReminderDue) -> list[ui.Block]:
    place = place_of(schema)
    if row.done is not None and row.customer_action_id is not None:
        by = f"by {ui.mention(row.done_by)}" if row.done_by else ""
        return _done(row, place, by)
    return queue_row(row.customer, place=place, for_whom=row.for_whom, full=True)


def _done(row: ReminderRow, place: str, by: str) -> list[ui.Block]:
    assert row.customer_action_id is not None  # noqa: S101 - `_row` has looked
    blocks = done_row(
        row.customer.name,
        row.done or "",
        customer_action_id=row.customer_action_id,
        block_id=f"{place}:{row.customer.id}",
    )
    return [*blocks, ui.context(by)] if by else blocks


def _end(more: int) -> list[ui.Block]:
    if not more:
        return [ui.context(WHY)]
    return [
        ui.section(f"{more:,} more in your queue", accessory=ui.button("See all", QUEUE), block_id=QUEUE),
        ui.context(WHY),
    ]

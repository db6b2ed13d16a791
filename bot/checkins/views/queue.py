"""The queue that `/checkin` answers, lists of customers that may have been meant, and the daily reminder."""

from bot.checkins.schemas import ActionDone, Candidate, Candidates, Queue, ReminderDue, ReminderRow
from bot.checkins.views import (
    LOG,
    NAME,
    PAGE_BACK,
    PAGE_ON,
    QUEUE,
    START,
    as_many_as_fit,
    done_action_row,
    done_row,
    foot,
    queue_row,
    snoozed_row,
)
from bot.customers.rules.due import Standing
from bot.customers.rules.names import either
from bot.slack import blocks as ui

ADD = "customers.add"  # the customers feature's
SIZE_BLIND = "Longest wait first; size plays no part."
TITLES = {Standing.NEGLECTED: "Neglected", Standing.DUE: "Due", Standing.SNOOZED: "Snoozed"}


def place_of(page: int) -> str:
    """Return the block id prefix of that page of the queue."""
    return f"checkins.queue:{page}"


def queue(schema: Queue, *, done: ActionDone | None = None) -> ui.Message:
    """Draw a page of the queue; *done* is what the viewer just did from it, with *Undo*."""
    place = place_of(schema.page)
    told = done_action_row(done, place=place) if done else []
    if not schema.total:
        return _all_clear(schema, told)
    start = ui.button("Record a check-in", START)
    numbers = ((schema.neglected, "neglected"), (schema.due, "due"), (schema.snoozed, "snoozed"))
    counts = " · ".join(f"{count:,} {word}" for count, word in numbers if count)
    head = ui.section(f"*Your queue:* {counts}", accessory=start, block_id=f"{place}:head")
    top = [head, ui.divider(), *told]
    end = foot(*_turns(schema), words=_place_in_pages(schema), block_id=f"{place}:pages")
    rows = as_many_as_fit(_groups(schema), beside=[*top, *end])
    return ui.Message(text=f"Your queue: {counts}", blocks=[*top, *rows, *end])


def candidates(schema: Candidates) -> ui.Message:
    """Draw the customers that may have been meant by `/checkin` and a name, as buttons."""
    asked = ui.escape(schema.asked)
    if schema.exact:
        text = f"{len(schema.rows)} customers are called {asked}; choose one."
    elif schema.rows:
        nearest = either([ui.cut(row.name, 60) for row in schema.rows[:3]])
        text = f"No customer is called {asked}. Did you mean {ui.escape(nearest)}?"
    else:
        text = f"No customer is called {asked}."
    rows = [_candidate(row) for row in schema.rows]
    offer = ui.button(f"Add {ui.cut(schema.asked, 60)}", ADD, schema.asked)
    add = [] if schema.exact else [ui.section("Or is it new?", accessory=offer, block_id="checkins.new")]
    room = ui.MESSAGE_CHARACTERS - ui.size(add) - len(text)
    shown = ui.fitting([[row] for row in rows], most_blocks=ui.MESSAGE_BLOCKS - 2, most_characters=room)
    return ui.Message(text=text, blocks=[ui.section(text), *(row[0] for row in shown), *add])


def _groups(schema: Queue) -> list[list[ui.Block]]:
    """Return each row's blocks, the first of each standing below its title."""
    rows: list[list[ui.Block]] = []
    above: Standing | None = None
    for row in schema.rows:
        draw = snoozed_row if row.customer.standing is Standing.SNOOZED else queue_row
        blocks = draw(row.customer, place=place_of(schema.page), for_whom=row.for_whom)
        if row.customer.standing is not above:
            above = row.customer.standing
            blocks = [ui.context(f"*{TITLES.get(above, 'Due')}*"), *blocks]
        rows.append(blocks)
    return rows


def _turns(schema: Queue) -> list[ui.Block]:
    back = [ui.button("Back", PAGE_BACK, str(schema.page - 1))] if schema.page else []
    on = [ui.button("Next", PAGE_ON, str(schema.page + 1))] if schema.page + 1 < schema.pages else []
    return back + on


def _place_in_pages(schema: Queue) -> str:
    return SIZE_BLIND if schema.pages < 2 else f"Page {schema.page + 1:,} of {schema.pages:,}. {SIZE_BLIND}"  # noqa: PLR2004 - one page needs no number


def _all_clear(schema: Queue, told: list[ui.Block]) -> ui.Message:
    text = "Nobody is waiting to hear from you."
    if schema.next_due_on:
        text += f" Next: {ui.escape(ui.cut(schema.next_name, NAME))}, due {ui.short_date(schema.next_due_on)}."
    start = ui.button("Record a check-in", START)
    return ui.Message(text=text, blocks=[*told, ui.section(text, accessory=start, block_id=f"{place_of(0)}:head")])


def _candidate(row: Candidate) -> ui.Block:
    owner = ui.escape(ui.cut(row.owner_name, 60)) if row.owner_name else "in the pool"
    domain = f" · {ui.escape(row.domain)}" if row.domain else ""
    text = f"{ui.bold(ui.cut(row.name, NAME))} · {owner}{domain}"
    return ui.section(text, accessory=ui.button("Check-in", LOG, str(row.id)), block_id=f"checkins.pick:{row.id}")


NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
WHY = "Why these? Longest wait first; size plays no part."


def reminder(schema: ReminderDue) -> ui.Message:
    """Draw the customers that wait for this person today, and what was done about some since."""
    open_rows = sum(row.done is None for row in schema.rows)
    left = schema.total - len(schema.rows) + open_rows
    head = _waiting(left) if left else "Nobody is waiting to hear from you any more today."
    name = ui.escape(ui.cut(schema.first_name, 40))
    text = f"{name}, {head[0].lower()}{head[1:]}"
    rows = [_reminder_row(row, schema) for row in schema.rows]
    top: list[ui.Block] = [ui.section(f"*{head}*"), ui.divider()]
    room = ui.MESSAGE_CHARACTERS - ui.size(top) - 600  # for what stands below
    shown = ui.fitting(rows, most_blocks=ui.MESSAGE_BLOCKS - 6, most_characters=room)
    more = schema.total - len(shown)
    return ui.Message(text=text, blocks=[*top, *(block for row in shown for block in row), ui.divider(), *_end(more)])


def _waiting(count: int) -> str:
    number = NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"
    return f"{number} {'customer is' if count == 1 else 'customers are'} waiting to hear from you."


def _reminder_row(row: ReminderRow, schema: ReminderDue) -> list[ui.Block]:
    place = f"checkins.reminder:{schema.reminder_id}"
    if row.done is not None and row.customer_action_id is not None:
        block_id = f"{place}:{row.customer.id}"
        blocks = done_row(row.customer.name, row.done, row.customer_action_id, block_id=block_id)
        return [*blocks, ui.context(f"by {ui.mention(row.done_by)}")] if row.done_by else blocks
    return queue_row(row.customer, place=place, for_whom=row.for_whom, full=True)


def _end(more: int) -> list[ui.Block]:
    if not more:
        return [ui.context(WHY)]
    see_all = ui.button("See all", QUEUE)
    return [ui.section(f"{more:,} more in your queue", accessory=see_all, block_id=QUEUE), ui.context(WHY)]

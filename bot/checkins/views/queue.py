"""The queue that `/checkin` answers, lists of customers that may have been meant, and the daily reminder."""

from bot.checkins.schemas import ActionDone, Candidate, Candidates, Queue, QueueRow, ReminderDue, ReminderRow
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
    head = summary(schema)
    start = ui.button("Record a check-in", START)
    top = [ui.section(bold_head(schema), accessory=start, block_id=f"{place}:head"), ui.divider(), *told]
    groups = _groups(schema)
    end = foot(*_turns(schema), words=_place_in_pages(schema), block_id=f"{place}:pages")
    return ui.Message(text=head, blocks=[*top, *as_many_as_fit(groups, beside=[*top, *end]), *end])


def summary(schema: Queue) -> str:
    """Return `Your queue: 3 neglected · 5 due · 2 snoozed`."""
    return f"Your queue: {_counts(schema)}"


def bold_head(schema: Queue) -> str:
    """Return the summary for the top of the message."""
    return f"*Your queue:* {_counts(schema)}"


def candidates(schema: Candidates) -> ui.Message:
    """Draw the customers that may have been meant by `/checkin` and a name, as buttons."""
    asked = ui.escape(schema.asked)
    if schema.exact:
        text = f"{len(schema.rows)} customers are called {asked}; choose one."
    elif schema.rows:
        text = f"No customer is called {asked}. Did you mean {ui.escape(_either(schema.rows))}?"
    else:
        text = f"No customer is called {asked}."
    rows = [
        ui.section(
            _candidate(row), accessory=ui.button("Check-in", LOG, str(row.id)), block_id=f"checkins.pick:{row.id}"
        )
        for row in schema.rows
    ]
    add = [] if schema.exact else [_add(schema.asked)]
    room = ui.MESSAGE_CHARACTERS - ui.size(add) - len(text)
    shown = ui.fitting([[row] for row in rows], most_blocks=ui.MESSAGE_BLOCKS - 2, most_characters=room)
    return ui.Message(text=text, blocks=[ui.section(text), *(row[0] for row in shown), *add])


def _counts(schema: Queue) -> str:
    counts = ((schema.neglected, "neglected"), (schema.due, "due"), (schema.snoozed, "snoozed"))
    return " · ".join(f"{count:,} {word}" for count, word in counts if count)


def _groups(schema: Queue) -> list[list[ui.Block]]:
    """Return each row's blocks, the first of each standing below its title."""
    rows: list[list[ui.Block]] = []
    above: Standing | None = None
    for row in schema.rows:
        blocks = _row(row, schema.page)
        if row.customer.standing is not above:
            above = row.customer.standing
            blocks = [ui.context(f"*{TITLES.get(above, 'Due')}*"), *blocks]
        rows.append(blocks)
    return rows


def _row(row: QueueRow, page: int) -> list[ui.Block]:
    draw = snoozed_row if row.customer.standing is Standing.SNOOZED else queue_row
    return draw(row.customer, place=place_of(page), for_whom=row.for_whom)


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


def _candidate(row: Candidate) -> str:
    owner = ui.escape(ui.cut(row.owner_name, 60)) if row.owner_name else "in the pool"
    domain = f" · {ui.escape(row.domain)}" if row.domain else ""
    return f"{ui.bold(ui.cut(row.name, NAME))} · {owner}{domain}"


def _add(asked: str) -> ui.Block:
    offer = ui.button(f"Add {ui.cut(asked, 60)}", ADD, asked)
    return ui.section("Or is it new?", accessory=offer, block_id="checkins.new")


def _either(rows: tuple[Candidate, ...]) -> str:
    names = [ui.cut(row.name, 60) for row in rows[:3]]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
WHY = "Why these? Longest wait first; size plays no part."


def reminder_place(schema: ReminderDue) -> str:
    """Return the block id prefix of this reminder."""
    return f"checkins.reminder:{schema.reminder_id}"


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
    place = reminder_place(schema)
    if row.done is not None and row.customer_action_id is not None:
        by = f"by {ui.mention(row.done_by)}" if row.done_by else ""
        return _done(row, place, by)
    return queue_row(row.customer, place=place, for_whom=row.for_whom, full=True)


def _done(row: ReminderRow, place: str, by: str) -> list[ui.Block]:
    assert row.customer_action_id is not None  # noqa: S101 - `_reminder_row` has looked
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

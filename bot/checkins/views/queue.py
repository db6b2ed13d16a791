"""The queue that `/checkin` answers, and lists of customers that may have been meant."""

from bot.checkins.rules import listed
from bot.checkins.schemas import ActionDone, Candidate, Candidates, Queue
from bot.checkins.views import (
    LOG,
    NAME,
    ORDER,
    PAGE_BACK,
    PAGE_ON,
    START,
    as_many_as_fit,
    done_action_row,
    foot,
    queue_row,
    snoozed_row,
)
from bot.customers.rules.due import Standing
from bot.customers.rules.names import either
from bot.slack import blocks as ui

ADD = "customers.add"  # the customers feature's
SIZE_BLIND = f"{ORDER[0].upper()}{ORDER[1:]}."
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
    text = "All caught up for today."
    if schema.others:
        text = f"No customer of yours waits for a check-in, but {listed(schema.others)}."
    if schema.next_due_on:
        text += f" Next: {ui.escape(ui.cut(schema.next_name, NAME))}, due {ui.short_date(schema.next_due_on)}."
    start = ui.button("Record a check-in", START)
    return ui.Message(text=text, blocks=[*told, ui.section(text, accessory=start, block_id=f"{place_of(0)}:head")])


def _candidate(row: Candidate) -> ui.Block:
    owner = ui.escape(ui.cut(row.owner_name, 60)) if row.owner_name else "no owner"
    domain = f" · {ui.escape(row.domain)}" if row.domain else ""
    text = f"{ui.bold(ui.cut(row.name, NAME))} · {owner}{domain}"
    return ui.section(text, accessory=ui.button("Check-in", LOG, str(row.id)), block_id=f"checkins.pick:{row.id}")

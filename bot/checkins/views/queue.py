"""The queue that `/checkin` answers, and the lists of customers that may have been meant."""

from bot.checkins.facts import ActDone, Candidate, Candidates, Queue, QueueRow
from bot.checkins.views.rows import (
    LOG,
    NAME,
    PAGE_BACK,
    PAGE_ON,
    START,
    act_row,
    as_many_as_fit,
    foot,
    queue_row,
    snoozed_row,
)
from bot.customers.rules.due import Standing
from bot.slack.blocks import (
    MESSAGE_BLOCKS,
    MESSAGE_CHARACTERS,
    Block,
    Message,
    bold,
    button,
    context,
    cut,
    divider,
    escape,
    fitting,
    section,
    short_date,
    size,
)

ADD = "customers.add"  # the customers feature's
SIZE_BLIND = "Longest wait first; size plays no part."
TITLES = {Standing.NEGLECTED: "Neglected", Standing.DUE: "Due", Standing.SNOOZED: "Snoozed"}


def place_of(page: int) -> str:
    """Where a row of that page of the queue stands."""
    return f"checkins.queue:{page}"


def queue(fact: Queue, *, act: ActDone | None = None) -> Message:
    """A page of what waits for somebody, only for their eyes; *act* is what they just did from it, with *Undo*."""
    place = place_of(fact.page)
    told = act_row(act, place=place) if act else []
    if not fact.total:
        return _all_clear(fact, told)
    head = summary(fact)
    start = button("Record a check-in", START)
    top = [section(bold_head(fact), accessory=start, block_id=f"{place}:head"), divider(), *told]
    groups = _groups(fact)
    end = foot(*_turns(fact), words=_place_in_pages(fact), block_id=f"{place}:pages")
    return Message(text=head, blocks=[*top, *as_many_as_fit(groups, beside=[*top, *end]), *end])


def summary(fact: Queue) -> str:
    """`Your queue: 3 neglected · 5 due · 2 snoozed`."""
    return f"Your queue: {_counts(fact)}"


def bold_head(fact: Queue) -> str:
    """The same for the top of the message."""
    return f"*Your queue:* {_counts(fact)}"


def candidates(fact: Candidates) -> Message:
    """`/checkin` with words that fit several customers, or none: those that may be meant, as buttons."""
    asked = escape(fact.asked)
    if fact.exact:
        text = f"{len(fact.rows)} customers are called {asked}; choose one."
    elif fact.rows:
        text = f"No customer is called {asked}. Did you mean {escape(_either(fact.rows))}?"
    else:
        text = f"No customer is called {asked}."
    rows = [
        section(_candidate(row), accessory=button("Check-in", LOG, str(row.id)), block_id=f"checkins.pick:{row.id}")
        for row in fact.rows
    ]
    add = [] if fact.exact else [_add(fact.asked)]
    room = MESSAGE_CHARACTERS - size(add) - len(text)
    shown = fitting([[row] for row in rows], most_blocks=MESSAGE_BLOCKS - 2, most_characters=room)
    return Message(text=text, blocks=[section(text), *(row[0] for row in shown), *add])


def _counts(fact: Queue) -> str:
    counts = ((fact.neglected, "neglected"), (fact.due, "due"), (fact.snoozed, "snoozed"))
    return " · ".join(f"{count:,} {word}" for count, word in counts if count)


def _groups(fact: Queue) -> list[list[Block]]:
    """Each row's blocks, the first of each standing under its title."""
    rows: list[list[Block]] = []
    above: Standing | None = None
    for row in fact.rows:
        blocks = _row(row, fact.page)
        if row.customer.standing is not above:
            above = row.customer.standing
            blocks = [context(f"*{TITLES.get(above, 'Due')}*"), *blocks]
        rows.append(blocks)
    return rows


def _row(row: QueueRow, page: int) -> list[Block]:
    draw = snoozed_row if row.customer.standing is Standing.SNOOZED else queue_row
    return draw(row.customer, place=place_of(page), for_whom=row.for_whom)


def _turns(fact: Queue) -> list[Block]:
    back = [button("Back", PAGE_BACK, str(fact.page - 1))] if fact.page else []
    on = [button("Next", PAGE_ON, str(fact.page + 1))] if fact.page + 1 < fact.pages else []
    return back + on


def _place_in_pages(fact: Queue) -> str:
    return SIZE_BLIND if fact.pages < 2 else f"Page {fact.page + 1:,} of {fact.pages:,}. {SIZE_BLIND}"  # noqa: PLR2004 - one page needs no number


def _all_clear(fact: Queue, told: list[Block]) -> Message:
    text = "Nobody is waiting to hear from you."
    if fact.next_due_on:
        text += f" Next: {escape(cut(fact.next_name, NAME))}, due {short_date(fact.next_due_on)}."
    start = button("Record a check-in", START)
    return Message(text=text, blocks=[*told, section(text, accessory=start, block_id=f"{place_of(0)}:head")])


def _candidate(row: Candidate) -> str:
    owner = escape(cut(row.owner_name, 60)) if row.owner_name else "in the pool"
    domain = f" · {escape(row.domain)}" if row.domain else ""
    return f"{bold(cut(row.name, NAME))} · {owner}{domain}"


def _add(asked: str) -> Block:
    offer = button(f"Add {cut(asked, 60)}", ADD, asked)
    return section("Or is it new?", accessory=offer, block_id="checkins.new")


def _either(rows: tuple[Candidate, ...]) -> str:
    names = [cut(row.name, 60) for row in rows[:3]]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"

"""The Home tab, from what one owes to how the bot is; at its fullest some eighty of Slack's hundred blocks."""

from bot.checkins.views.rows import LOG, START, queue_row, snoozed_row, waited_in_words
from bot.core.facts import Line
from bot.customers.facts import CustomerFact
from bot.home.facts import HomeFact, TodoStep
from bot.home.rules import OWED_ROWS, STEP_ROWS
from bot.home.views.foot import foot
from bot.home.views.team import pool, team
from bot.home.views.words import NAME_SHOWN, customers, first_name, hours_line, name_of
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    cut,
    divider,
    escape,
    header,
    home,
    plural,
    section,
    short_date,
)

LINE_SHOWN = 150


def tab(fact: HomeFact) -> Block:
    """One person's Home."""
    blocks = [*_title(fact), *_steps(fact), *_owed(fact), *_waiting(fact), *_coming(fact), *_snoozed(fact)]
    blocks += [divider(), *_mine(fact), *_preferences(fact)]
    blocks += [*team(fact), *pool(fact), *foot(fact)]
    return home(blocks)


def closed(words: str) -> Block:
    """Home for somebody who can't use the bot, with the sentence that says why."""
    return home([section(escape(words))])


def _title(fact: HomeFact) -> list[Block]:
    return [
        header(f"{first_name(fact.name)}, {_how_many_wait(fact)}"),
        actions(button("Record a check-in", START, style="primary"), block_id="home.start"),
    ]


def _how_many_wait(fact: HomeFact) -> str:
    if fact.waiting_total == 1:
        return "one customer is waiting to hear from you"
    if fact.waiting_total:
        return f"{fact.waiting_total:,} customers are waiting to hear from you"
    return "nobody is waiting for you"


def _steps(fact: HomeFact) -> list[Block]:
    if not fact.steps:
        return []
    done = sum(step.done for step in fact.steps)
    rows = [_step(step, number) for number, step in enumerate(fact.steps[:STEP_ROWS], 1)]
    return [section(f"*First steps* · {done} of {len(fact.steps)} done"), *rows, divider()]


def _step(step: TodoStep, number: int) -> Block:
    label = escape(cut(step.label, LINE_SHOWN))
    if step.done or not step.action_id:
        return section(f"{'✓' if step.done else f'{number}.'} {label}")
    return section(f"{number}. {label}", accessory=button(step.button or "Go", step.action_id))


def _owed(fact: HomeFact) -> list[Block]:
    if not fact.owed:
        return []
    rows = [section(_owed_line(line, fact)) for line in fact.owed[:OWED_ROWS]]
    more = len(fact.owed) - len(rows)
    return [divider(), section("*We owe them*"), *rows, *([context(f"{more:,} more")] if more else [])]


def _owed_line(line: Line, fact: HomeFact) -> str:
    when = f"{short_date(line.on, today=fact.today)} · " if line.on else ""
    return f"{when}{escape(cut(line.text, LINE_SHOWN))}{' · past its time' if line.urgent else ''}"


def _waiting(fact: HomeFact) -> list[Block]:
    blocks: list[Block] = [divider(), section(f"*Waiting* · {_counts(fact)}")]
    if not fact.waiting:
        return [*blocks, section(_nobody_waits(fact))]
    for row in fact.waiting:
        whose = row.owner_name if row.owner_id != fact.person_id else None
        blocks += queue_row(row, place="home.waiting", for_whom=whose, full=True)
    more = fact.waiting_total - len(fact.waiting)
    behind = f"{more:,} more: type /checkin to page through them · " if more > 0 else ""
    return [*blocks, context(f"{behind}longest wait first, size plays no part")]


def _counts(fact: HomeFact) -> str:
    covered = f" · with those of {_covered(fact)}" if fact.covers_for else ""
    return f"{fact.queue.neglected:,} neglected · {fact.queue.due:,} due{covered}"


def _covered(fact: HomeFact) -> str:
    names = [escape(cut(name, NAME_SHOWN)) for name in fact.covers_for[:3]]
    more = len(fact.covers_for) - len(names)
    return ", ".join(names) + (f" and {plural(more, 'more colleague')}" if more else "")


def _nobody_waits(fact: HomeFact) -> str:
    if fact.mine.active:
        return f"All {customers(fact.mine.active)} of yours have heard from us in time."
    if fact.pool_total:
        return "You look after no customers yet; take one from the pool below."
    return "You look after no customers yet. Add one with /customers add, or a whole list with /customers import."


def _coming(fact: HomeFact) -> list[Block]:
    if not fact.coming:
        return []
    rows = [_coming_row(row, fact) for row in fact.coming]
    more = fact.coming_total - len(rows)
    tail = [context(f"{more:,} more this week")] if more > 0 else []
    return [divider(), section(f"*Due this week* · {fact.coming_total:,}"), *rows, *tail]


def _coming_row(row: CustomerFact, fact: HomeFact) -> Block:
    text = f"{short_date(row.due_on, today=fact.today)} · *{name_of(row.name)}* · {waited_in_words(row)}"
    return section(text, accessory=button("Log", LOG, str(row.id)), block_id=f"home.coming:{row.id}")


def _snoozed(fact: HomeFact) -> list[Block]:
    if not fact.snoozed:
        return []
    rows = [block for row in fact.snoozed for block in snoozed_row(row, place="home.snoozed")]
    more = fact.mine.snoozed - len(fact.snoozed)
    tail = [context(f"{more:,} more")] if more > 0 else []
    return [divider(), section(f"*Snoozed* · {fact.mine.snoozed:,}"), *rows, *tail]


def _mine(fact: HomeFact) -> list[Block]:
    mine = fact.mine
    if not mine.active:
        return []
    return [section(f"*My rhythm* · {mine.percent} % of my {customers(mine.active)} are in cadence")]


def _preferences(fact: HomeFact) -> list[Block]:
    blocks = [section(hours_line(fact.preferences), accessory=button("Preferences", "home.preferences"))]
    absence = fact.preferences.absence
    if absence is None:
        return blocks
    cover = f"{name_of(fact.cover_name)} covers" if fact.cover_name else "nobody covers"
    trouble = f", but {fact.cover_trouble}: choose somebody else in Preferences" if fact.cover_trouble else ""
    last = short_date(absence.last_day, today=fact.today)
    if absence.first_day <= fact.today:
        text = f"You are away until {last}; {cover}{trouble}."
        return [*blocks, section(text, accessory=button("I'm back", "home.back"))]
    text = f"You are away from {short_date(absence.first_day, today=fact.today)} to {last}; {cover}{trouble}."
    return [*blocks, section(text)]

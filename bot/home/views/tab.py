"""The Home tab, from what one owes to how the bot is; at its fullest some eighty of Slack's hundred blocks."""

from bot.checkins.views import LOG, START, queue_row, snoozed_row, waited_in_words
from bot.core.schemas import Line
from bot.customers.schemas import CustomerSchema
from bot.home.rules import OWED_ROWS, STEP_ROWS
from bot.home.schemas import HomeSchema, TodoStep
from bot.home.views.foot import foot
from bot.home.views.team import pool, team
from bot.home.views.words import NAME_SHOWN, customers, first_name, hours_line, name_of
from bot.slack import blocks as ui

LINE_SHOWN = 150


def tab(schema: HomeSchema) -> ui.Block:
    """One person's Home."""
    blocks = [*_title(schema), *_steps(schema), *_owed(schema), *_waiting(schema), *_coming(schema), *_snoozed(schema)]
    blocks += [ui.divider(), *_mine(schema), *_preferences(schema)]
    blocks += [*team(schema), *pool(schema), *foot(schema)]
    return ui.home(blocks)


def closed(words: str) -> ui.Block:
    """Home for somebody who can't use the bot, with the sentence that says why."""
    return ui.home([ui.section(ui.escape(words))])


def _title(schema: HomeSchema) -> list[ui.Block]:
    return [
        ui.header(f"{first_name(schema.name)}, {_how_many_wait(schema)}"),
        ui.actions(ui.button("Record a check-in", START, style="primary"), block_id="home.start"),
    ]


def _how_many_wait(schema: HomeSchema) -> str:
    if schema.waiting_total == 1:
        return "one customer is waiting to hear from you"
    if schema.waiting_total:
        return f"{schema.waiting_total:,} customers are waiting to hear from you"
    return "nobody is waiting for you"


def _steps(schema: HomeSchema) -> list[ui.Block]:
    if not schema.steps:
        return []
    done = sum(step.done for step in schema.steps)
    rows = [_step(step, number) for number, step in enumerate(schema.steps[:STEP_ROWS], 1)]
    return [ui.section(f"*First steps* · {done} of {len(schema.steps)} done"), *rows, ui.divider()]


def _step(step: TodoStep, number: int) -> ui.Block:
    label = ui.escape(ui.cut(step.label, LINE_SHOWN))
    if step.done or not step.action_id:
        return ui.section(f"{'✓' if step.done else f'{number}.'} {label}")
    return ui.section(f"{number}. {label}", accessory=ui.button(step.button or "Go", step.action_id))


def _owed(schema: HomeSchema) -> list[ui.Block]:
    if not schema.owed:
        return []
    rows = [ui.section(_owed_line(line, schema)) for line in schema.owed[:OWED_ROWS]]
    more = len(schema.owed) - len(rows)
    return [ui.divider(), ui.section("*We owe them*"), *rows, *([ui.context(f"{more:,} more")] if more else [])]


def _owed_line(line: Line, schema: HomeSchema) -> str:
    when = f"{ui.short_date(line.on, today=schema.today)} · " if line.on else ""
    return f"{when}{ui.escape(ui.cut(line.text, LINE_SHOWN))}{' · past its time' if line.urgent else ''}"


def _waiting(schema: HomeSchema) -> list[ui.Block]:
    blocks: list[ui.Block] = [ui.divider(), ui.section(f"*Waiting* · {_counts(schema)}")]
    if not schema.waiting:
        return [*blocks, ui.section(_nobody_waits(schema))]
    for row in schema.waiting:
        whose = row.owner_name if row.owner_id != schema.person_id else None
        blocks += queue_row(row, place="home.waiting", for_whom=whose, full=True)
    more = schema.waiting_total - len(schema.waiting)
    behind = f"{more:,} more: type /checkin to page through them · " if more > 0 else ""
    return [*blocks, ui.context(f"{behind}longest wait first, size plays no part")]


def _counts(schema: HomeSchema) -> str:
    covered = f" · with those of {_covered(schema)}" if schema.covers_for else ""
    return f"{schema.queue.neglected:,} neglected · {schema.queue.due:,} due{covered}"


def _covered(schema: HomeSchema) -> str:
    names = [ui.escape(ui.cut(name, NAME_SHOWN)) for name in schema.covers_for[:3]]
    more = len(schema.covers_for) - len(names)
    return ", ".join(names) + (f" and {ui.plural(more, 'more colleague')}" if more else "")


def _nobody_waits(schema: HomeSchema) -> str:
    if schema.mine.active:
        return f"All {customers(schema.mine.active)} of yours have heard from us in time."
    if schema.pool_total:
        return "You look after no customers yet; take one from the pool below."
    return "You look after no customers yet. Add one with /customers add, or a whole list with /customers import."


def _coming(schema: HomeSchema) -> list[ui.Block]:
    if not schema.coming:
        return []
    rows = [_coming_row(row, schema) for row in schema.coming]
    more = schema.coming_total - len(rows)
    tail = [ui.context(f"{more:,} more this week")] if more > 0 else []
    return [ui.divider(), ui.section(f"*Due this week* · {schema.coming_total:,}"), *rows, *tail]


def _coming_row(row: CustomerSchema, schema: HomeSchema) -> ui.Block:
    text = f"{ui.short_date(row.due_on, today=schema.today)} · *{name_of(row.name)}* · {waited_in_words(row)}"
    return ui.section(text, accessory=ui.button("Log", LOG, str(row.id)), block_id=f"home.coming:{row.id}")


def _snoozed(schema: HomeSchema) -> list[ui.Block]:
    if not schema.snoozed:
        return []
    rows = [block for row in schema.snoozed for block in snoozed_row(row, place="home.snoozed")]
    more = schema.mine.snoozed - len(schema.snoozed)
    tail = [ui.context(f"{more:,} more")] if more > 0 else []
    return [ui.divider(), ui.section(f"*Snoozed* · {schema.mine.snoozed:,}"), *rows, *tail]


def _mine(schema: HomeSchema) -> list[ui.Block]:
    mine = schema.mine
    if not mine.active:
        return []
    return [ui.section(f"*My cadence* · {mine.percent} % of my {customers(mine.active)} are in cadence")]


def _preferences(schema: HomeSchema) -> list[ui.Block]:
    blocks = [ui.section(hours_line(schema.preferences), accessory=ui.button("Preferences", "home.preferences"))]
    absence = schema.preferences.absence
    if absence is None:
        return blocks
    cover = f"{name_of(schema.cover_name)} covers" if schema.cover_name else "nobody covers"
    trouble = f", but {schema.cover_trouble}: choose somebody else in Preferences" if schema.cover_trouble else ""
    last = ui.short_date(absence.last_day, today=schema.today)
    if absence.first_day <= schema.today:
        text = f"You are away until {last}; {cover}{trouble}."
        return [*blocks, ui.section(text, accessory=ui.button("I'm back", "home.back"))]
    text = f"You are away from {ui.short_date(absence.first_day, today=schema.today)} to {last}; {cover}{trouble}."
    return [*blocks, ui.section(text)]

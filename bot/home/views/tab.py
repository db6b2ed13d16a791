"""Draws the Home tab with about eighty blocks at most; Slack allows a hundred."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.checkins.views import LOG, START, queue_row, snoozed_row, waited_in_words
from bot.core.schemas import Line, Step
from bot.customers.schemas import CustomerSchema
from bot.home.rules import OWED_ROWS, STEP_ROWS, TEAM_ROWS
from bot.home.schemas import HomeSchema, JobHealth, Member, Team
from bot.home.views.forms import WEEKDAYS
from bot.people.rules import Mute, holiday_countries
from bot.people.schemas import Preferences
from bot.slack import blocks as ui

LINE_SHOWN = 150
NAME_SHOWN = 80
MUTED = {Mute.REMINDERS: "daily reminders are off", Mute.NEWS: "news are off"}
JOBS = {
    "remind_due": "reminders",
    "remind_followups": "follow-ups",
    "remind_promises": "promises",
    "watch_escalations": "escalations",
    "post_digests": "digests",
    "deliver_outbox": "messages",
    "collect_mentions": "mentions",
    "sync_people": "people from Slack",
    "keep_house": "housekeeping",
    "report_problems": "the search for problems",
}
"""The names of the jobs as shown on Home, the most important first."""


def tab(schema: HomeSchema) -> ui.Block:
    """Return one person's Home."""
    blocks = [*_title(schema), *_steps(schema), *_owed(schema), *_waiting(schema), *_coming(schema), *_snoozed(schema)]
    blocks += [ui.divider(), *_mine(schema), *_preferences(schema)]
    blocks += [*_team(schema), *_pool(schema), *_foot(schema)]
    return ui.home(blocks)


def closed(words: str) -> ui.Block:
    """Return the Home of somebody who can't use the bot, with the sentence that says why."""
    return ui.home([ui.section(ui.escape(words))])


def _title(schema: HomeSchema) -> list[ui.Block]:
    return [
        ui.header(f"{_first_name(schema.name)}, {_how_many_wait(schema)}"),
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


def _step(step: Step, number: int) -> ui.Block:
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
        return f"All {_customers(schema.mine.active)} of yours have heard from us in time."
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
    text = f"{ui.short_date(row.due_on, today=schema.today)} · *{_name(row.name)}* · {waited_in_words(row)}"
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
    return [ui.section(f"*My cadence* · {mine.percent} % of my {_customers(mine.active)} are in cadence")]


def _preferences(schema: HomeSchema) -> list[ui.Block]:
    blocks = [ui.section(_hours_line(schema.preferences), accessory=ui.button("Preferences", "home.preferences"))]
    absence = schema.preferences.absence
    if absence is None:
        return blocks
    cover = f"{_name(schema.cover_name)} covers" if schema.cover_name else "nobody covers"
    problem = f", but {schema.cover_problem}: choose somebody else in Preferences" if schema.cover_problem else ""
    last = ui.short_date(absence.last_day, today=schema.today)
    if absence.first_day <= schema.today:
        text = f"You are away until {last}; {cover}{problem}."
        return [*blocks, ui.section(text, accessory=ui.button("I'm back", "home.back"))]
    text = f"You are away from {ui.short_date(absence.first_day, today=schema.today)} to {last}; {cover}{problem}."
    return [*blocks, ui.section(text)]


def _team(schema: HomeSchema) -> list[ui.Block]:
    """Return a page of coverage by owner, the lowest first."""
    if schema.team is None:
        return []
    whole = schema.team.coverage
    summary = f"{whole.percent} % of {_customers(whole.active)} in cadence · {whole.neglected:,} neglected"
    head = ui.section(
        f"*Team* · {summary}" if whole.active else "*Team* · no customers yet: /customers import brings a list"
    )
    rows = [ui.section(_member(member, schema)) for member in schema.team.members]
    return [ui.divider(), head, *rows, *_pages(schema.team), *_departures(schema)]


def _member(member: Member, schema: HomeSchema) -> str:
    coverage = member.owner.coverage
    away = f" · away until {ui.short_date(member.away.last_day, today=schema.today)}" if member.away else ""
    return (
        f"*{_name(member.owner.name)}* · {_customers(coverage.active)} · {coverage.percent} % in cadence"
        f" · {coverage.neglected:,} neglected{away}"
    )


def _pages(schema: Team) -> list[ui.Block]:
    if schema.owners <= TEAM_ROWS:
        return []
    last = min(schema.offset + len(schema.members), schema.owners)
    buttons = [ui.button("Back", "home.team_back", str(schema.offset - TEAM_ROWS))] if schema.offset else []
    buttons += [ui.button("Next", "home.team_next", str(last))] if last < schema.owners else []
    shown = f"{schema.offset + 1:,}–{last:,} of {ui.plural(schema.owners, 'owner')}, most behind first"
    return [ui.context(shown), ui.actions(*buttons, block_id="home.team")]


def _departures(schema: HomeSchema) -> list[ui.Block]:
    left = [
        f"{_name(gone.name)} left on {ui.short_date(gone.on, today=schema.today)};"
        f" {_customers(gone.customers)} went to the pool"
        for gone in (schema.team.departures if schema.team else ())
    ]
    return [ui.context("\n".join(left))] if left else []


def _pool(schema: HomeSchema) -> list[ui.Block]:
    """Return customers without an owner, for managers and for people who have no customers."""
    if not schema.pool or (schema.team is None and schema.mine.active):
        return []
    verb = "has" if schema.pool_total == 1 else "have"
    rows = [
        ui.section(
            f"*{_name(row.name)}* · {ui.days(row.days_waiting)} of {row.effective_cadence_days}",
            accessory=ui.button("Take it", "home.take", str(row.id)),
        )
        for row in schema.pool
    ]
    more = schema.pool_total - len(rows)
    tail = [ui.context(f"{more:,} more: /customers pool")] if more > 0 else []
    return [ui.divider(), ui.section(f"*Pool* · {_customers(schema.pool_total)} {verb} no owner"), *rows, *tail]


def _foot(schema: HomeSchema) -> list[ui.Block]:
    """Return when each job last succeeded, and which jobs fail."""
    known = sorted(schema.health, key=lambda job: _order(job.name))
    failing = [job for job in known if job.failures_in_a_row]
    ran = [f"{_words(job)} {_at(job.succeeded_at, schema)}" for job in known if job.succeeded_at]
    if not known:
        return [ui.divider(), ui.context("The bot has just started; its jobs haven't run yet.")]
    line = f"Last ran: {' · '.join(ran) or 'nothing yet'}{'' if failing else ' · all well'}"
    return [ui.divider(), ui.context(line, *(_failure(job, schema) for job in failing[:5]))]


def _failure(job: JobHealth, schema: HomeSchema) -> str:
    since = f"last well {_at(job.succeeded_at, schema)}" if job.succeeded_at else "never well so far"
    times = "once" if job.failures_in_a_row == 1 else f"{ui.plural(job.failures_in_a_row, 'time')} in a row"
    words = _words(job)
    return f"⚠ {words[:1].upper()}{words[1:]} failed {times}, {since}; the bot's log says why, and it tries again."


def _order(name: str) -> int:
    return list(JOBS).index(name) if name in JOBS else len(JOBS)


def _words(job: JobHealth) -> str:
    return JOBS.get(job.name) or ui.escape(job.name.replace("_", " "))


def _at(instant: datetime | None, schema: HomeSchema) -> str:
    """Return a time in the viewer's zone, such as `09:00`, with the day unless it is today."""
    if instant is None:
        return "never"
    there = instant.astimezone(ZoneInfo(schema.preferences.zone))
    day = "" if there.date() == schema.today else f"{ui.short_date(there.date(), today=schema.today)} "
    return f"{day}{there:%H:%M}"


def _name(name: str | None) -> str:
    """Return a name, cut and escaped, without the asterisks that would end the bold text around it."""
    return ui.escape(ui.cut(name or "", NAME_SHOWN)).replace("*", "∗")


def _first_name(name: str) -> str:
    """Return a person's first name."""
    return ui.cut(name.split(maxsplit=1)[0] if name.split() else name, 40)


def _customers(count: int) -> str:
    """Return a count such as `1 customer` or `1,204 customers`."""
    return ui.plural(count, "customer")


def weekdays(digits: str) -> str:
    """Return weekdays (digits, Monday is 0) as `Mon–Fri` or `Mon, Tue, Thu`."""
    numbers = sorted({int(digit) for digit in digits})
    run = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1))  # noqa: PLR2004 - two are named
    shown = (numbers[0], numbers[-1]) if run else numbers
    return ("–" if run else ", ").join(WEEKDAYS[number] for number in shown)


def _hours_line(preferences: Preferences) -> str:
    """Return the hour of reminders, working days, holidays and mutes in one line."""
    country = holiday_countries().get(preferences.country or "")
    off = f"holidays of {ui.escape(country)}" if country else "no public holidays"
    muted = "".join(f" · {MUTED[mute]}" for mute in preferences.mutes)
    zone = preferences.zone.replace("_", " ")
    return f"Reminders at {preferences.hour:%H:%M} ({zone}), {weekdays(preferences.working_days)}, {off}{muted}"

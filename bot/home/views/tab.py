"""Draws the Home tab with fewer than a hundred blocks, which is what Slack allows."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.checkins.views import LOG, START, queue_row, snoozed_row, waited_in_words
from bot.checkins.views.nudging import OPEN, idle_row
from bot.core.schemas import OwedLine, Step
from bot.customers.schemas import Coverage, CustomerSchema
from bot.customers.views import SHARE_OUT
from bot.home.rules import IDLE_ROWS, NEWS_ROWS, OWED_ROWS, STEP_ROWS, TEAM_ROWS
from bot.home.schemas import HomeSchema, JobHealth, Member, Team
from bot.home.views.forms import WEEKDAYS
from bot.people.rules import Mute, holiday_countries
from bot.people.schemas import Preferences
from bot.slack import blocks as ui

DAYS_OF_WEEK = 7
LINE_SHOWN = 150
SENTENCE_SHOWN = 400
CHANNEL_ROWS = 3
NAME_SHOWN = 80
FAILURES_SHOWN = 5
MUTED = {Mute.REMINDERS: "daily reminders are off", Mute.NEWS: "news are off"}


def tab(schema: HomeSchema) -> ui.Block:
    """Return one person's Home."""
    blocks = [*_title(schema), *_steps(schema), *_needs_you(schema), *_team(schema)]
    blocks += [*_owed(schema), *_waiting(schema), *_news(schema), *_coming(schema), *_snoozed(schema)]
    blocks += [*_mine(schema), *_pool(schema), ui.divider(), *_preferences(schema), *_failures(schema)]
    return ui.home(blocks)


def closed(words: str) -> ui.Block:
    """Return the Home of somebody who can't use the bot, with the sentence that says why."""
    return ui.home([ui.section(ui.escape(words))])


def headline(schema: HomeSchema) -> str:
    """
    Return the first line: everything that is late or due today, in numbers, or that nothing is.

    A manager reads what the whole team is late with.
    """
    standing, counts = schema.standing, schema.counts
    due = f"{standing.due:,} due" if standing.neglected else f"{ui.plural(standing.due, 'customer')} due"
    past = "its" if standing.snoozed_late == 1 else "their"
    pool = schema.pool_total if schema.team else 0
    parts = [
        *(count.text for count in counts if count.urgent),
        *([f"{standing.neglected:,} neglected"] if standing.neglected else []),
        *([due] if standing.due else []),
        *(count.text for count in counts if not count.urgent),
        *([f"{standing.snoozed_late:,} snoozed past {past} cadence"] if standing.snoozed_late else []),
        *([f"{standing.never_contacted:,} never contacted"] if standing.never_contacted else []),
        *([f"{pool:,} without an owner"] if pool else []),
    ]
    if not parts:
        return _nothing_late(schema)
    return f"{'The team: ' if schema.team else ''}{', '.join(parts)}"


def _nothing_late(schema: HomeSchema) -> str:
    standing = schema.standing
    if not standing.active:
        return "There are no customers yet" if schema.team else "You look after no customers yet"
    numbers = [(standing.in_cadence, "in cadence"), (standing.snoozed, "snoozed")]
    (first, words), *others = [(count, words) for count, words in numbers if count]
    more = "".join(f", {count:,} {words}" for count, words in others)
    due = f", next due {_soon(schema.next_due_on, schema.today)}" if schema.next_due_on else ""
    return f"All caught up: {_customers(first)} {words}{more}{due}"


def _soon(day: date, today: date) -> str:
    """Return `Thu` within a week, else `Thu 10 Dec`."""
    return f"{day:%a}" if (day - today).days < DAYS_OF_WEEK else ui.short_date(day, today=today)


def _title(schema: HomeSchema) -> list[ui.Block]:
    text = headline(schema)
    start = ui.actions(ui.button("Record a check-in", START, style="primary"), block_id="home.start")
    return [ui.header(text) if len(text) <= ui.HEADER_TEXT else ui.section(f"*{ui.escape(text)}*"), start]


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


def _needs_you(schema: HomeSchema) -> list[ui.Block]:
    """Return what a manager should see to: lost channels, what is late, who hasn't acted, what has no owner."""
    if schema.team is None:
        return []
    team = schema.team
    rows = [ui.section(ui.escape(ui.cut(sentence, SENTENCE_SHOWN))) for sentence in team.lost_channels[:CHANNEL_ROWS]]
    rows += [_late_row(line, schema) for line in team.late]
    if team.late_more:
        rows.append(ui.context(f"{'at least ' if team.and_more else ''}{team.late_more:,} more are late"))
    rows += [block for one in team.idle[:IDLE_ROWS] for block in idle_row(one)]
    if len(team.idle) > IDLE_ROWS:
        others = ui.plural(len(team.idle) - IDLE_ROWS, "more person", "more people")
        rows.append(ui.context(f"{others} without a sign for a working week"))
    if schema.pool_total:
        verb = "has" if schema.pool_total == 1 else "have"
        text = f"{_customers(schema.pool_total)} {verb} no owner"
        rows.append(ui.section(text, accessory=ui.button("Share out", SHARE_OUT)))
    return [ui.divider(), ui.section("*Needs you*"), *rows] if rows else []


def _late_row(line: OwedLine, schema: HomeSchema) -> ui.Block:
    late = f" · {ui.days((schema.today - line.on).days)} late" if line.on and line.on < schema.today else ""
    text = f"{_cut(line.text)}{late} · {_name(line.who)}"
    return ui.section(text, accessory=_buttons(line)[-1] if line.buttons else None)


def _owed(schema: HomeSchema) -> list[ui.Block]:
    if not schema.owed:
        return []
    rows = [
        block
        for number, line in enumerate(schema.owed[:OWED_ROWS])
        for block in (
            ui.section(_owed_line(line, schema)),
            *([ui.actions(*_buttons(line), block_id=f"home.owed:{number}")] if line.buttons else []),
        )
    ]
    more = len(schema.owed) - OWED_ROWS
    return [ui.divider(), ui.section("*We owe them*"), *rows, *([ui.context(f"{more:,} more")] if more > 0 else [])]


def _owed_line(line: OwedLine, schema: HomeSchema) -> str:
    when = f"{ui.short_date(line.on, today=schema.today)} · " if line.on else ""
    return f"{when}{_cut(line.text)}{' · past its time' if line.urgent else ''}"


def _buttons(line: OwedLine) -> list[ui.Block]:
    return [ui.button(button.label, button.action_id, button.value) for button in line.buttons]


def _news(schema: HomeSchema) -> list[ui.Block]:
    if not schema.news:
        return []
    rows = [
        ui.section(_cut(line.text), accessory=_buttons(line)[0] if line.buttons else None)
        for line in schema.news[:NEWS_ROWS]
    ]
    more = len(schema.news) - len(rows)
    tail = [ui.context(f"{more:,} more")] if more > 0 else []
    return [ui.divider(), ui.section("*News to bring*"), *rows, *tail]


def _waiting(schema: HomeSchema) -> list[ui.Block]:
    if not schema.waiting:
        return [ui.divider(), ui.section(f"*Waiting* · {_nothing_waits(schema)}")]
    blocks: list[ui.Block] = [ui.divider(), ui.section(f"*Waiting* · {_counts(schema)}")]
    for row in schema.waiting:
        whose = row.owner_name if row.owner_id != schema.person_id else None
        blocks += queue_row(row, place="home.waiting", for_whom=whose)
    more = schema.waiting_total - len(schema.waiting)
    behind = f"{more:,} more: type /checkin to page through them · " if more > 0 else ""
    return [*blocks, ui.context(f"{behind}furthest past their cadence first; size plays no part")]


def _counts(schema: HomeSchema) -> str:
    return f"{schema.queue.neglected:,} neglected · {schema.queue.due:,} due{_covered_words(schema)}"


def _covered_words(schema: HomeSchema) -> str:
    return f" · with those of {_covered(schema)}" if schema.covers_for else ""


def _covered(schema: HomeSchema) -> str:
    names = [ui.escape(ui.cut(name, NAME_SHOWN)) for name in schema.covers_for[:3]]
    more = len(schema.covers_for) - len(names)
    return ", ".join(names) + (f" and {ui.plural(more, 'more colleague')}" if more else "")


def _nothing_waits(schema: HomeSchema) -> str:
    if schema.mine.active or schema.covers_for:
        return f"no customer of yours is due{_covered_words(schema)}"
    if schema.pool_total:
        return "you look after no customers yet; take one that has no owner, below"
    return "you look after no customers yet; add one with /customers add, or a whole list with /customers import"


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
    return [ui.divider(), ui.section(f"*My cadence* · {_coverage(mine)}")] if mine.active else []


def _coverage(coverage: Coverage) -> str:
    """Return `12 customers: 5 in cadence (41%) · 4 due · 3 neglected`, or `12 customers, in cadence`."""
    if coverage.in_cadence == coverage.active:
        return f"{_customers(coverage.active)}, in cadence"
    return f"{_customers(coverage.active)}: {coverage.words}"


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
    head = ui.section(
        f"*Team* · {_coverage(whole)}" if whole.active else "*Team* · no customers yet: /customers import brings a list"
    )
    rows = [_member(member, schema) for member in schema.team.members]
    return [ui.divider(), head, *rows, *_pages(schema.team), *_departures(schema)]


def _member(member: Member, schema: HomeSchema) -> ui.Block:
    away = f" · away until {ui.short_date(member.away.last_day, today=schema.today)}" if member.away else ""
    text = f"*{_name(member.owner.name)}* · {_coverage(member.owner.coverage)}{away}"
    return ui.section(text, accessory=ui.button("Open", OPEN, member.owner.person_id))


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
        f" {_customers(gone.customers)} had no owner after that"
        for gone in (schema.team.departures if schema.team else ())
    ]
    return [ui.context("\n".join(left))] if left else []


def _pool(schema: HomeSchema) -> list[ui.Block]:
    """Return customers without an owner, for managers and for people who have no customers."""
    if not schema.pool or (schema.team is None and schema.mine.active):
        return []
    rows = [
        ui.section(
            f"*{_name(row.name)}* · {waited_in_words(row)}", accessory=ui.button("Take it", "home.take", str(row.id))
        )
        for row in schema.pool
    ]
    more = schema.pool_total - len(rows)
    tail = [ui.context(f"{more:,} more: /customers pool")] if more > 0 else []
    return [ui.divider(), ui.section(f"*No owner* · {_customers(schema.pool_total)}"), *rows, *tail]


def _failures(schema: HomeSchema) -> list[ui.Block]:
    """Return which jobs fail, since when; nothing when all go well."""
    failing = [job for job in schema.health if job.failures_in_a_row]
    return [ui.divider(), ui.context(*(_failure(job, schema) for job in failing[:FAILURES_SHOWN]))] if failing else []


def _failure(job: JobHealth, schema: HomeSchema) -> str:
    since = f"it last worked {_at(job.succeeded_at, schema)}" if job.succeeded_at else "it has never worked"
    times = "once" if job.failures_in_a_row == 1 else f"{ui.plural(job.failures_in_a_row, 'time')} in a row"
    words = ui.escape(job.words)
    return f"⚠ {words[:1].upper()}{words[1:]} failed {times}; {since}. I keep trying; my log says why."


def _at(instant: datetime, schema: HomeSchema) -> str:
    """Return a time in the viewer's zone, such as `today at 09:00` or `Mon 23 Nov at 09:00`."""
    there = instant.astimezone(ZoneInfo(schema.preferences.zone))
    day = "today" if there.date() == schema.today else ui.short_date(there.date(), today=schema.today)
    return f"{day} at {there:%H:%M}"


def _name(name: str | None) -> str:
    """Return a name, cut and escaped, without the asterisks that would end the bold text around it."""
    return ui.escape(ui.cut(name or "", NAME_SHOWN)).replace("*", "∗")


def _cut(text: str) -> str:
    """Return a line of a feature, cut and escaped."""
    return ui.escape(ui.cut(text, LINE_SHOWN))


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

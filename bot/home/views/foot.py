"""How the bot is, in one line at Home's foot."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.home.schemas import HomeSchema, JobHealth
from bot.slack import blocks as ui

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
}
"""The jobs in words, in the order in which somebody misses them."""


def foot(schema: HomeSchema) -> list[ui.Block]:
    """When each job last ran well, and which one doesn't."""
    known = sorted(schema.health, key=lambda job: _order(job.name))
    ailing = [job for job in known if job.failures_in_a_row]
    ran = [f"{_words(job)} {_at(job.succeeded_at, schema)}" for job in known if job.succeeded_at]
    if not known:
        return [ui.divider(), ui.context("The bot has just started; its jobs haven't run yet.")]
    line = f"Last ran: {' · '.join(ran) or 'nothing yet'}{'' if ailing else ' · all well'}"
    return [ui.divider(), ui.context(line, *(_trouble(job, schema) for job in ailing[:5]))]


def _trouble(job: JobHealth, schema: HomeSchema) -> str:
    since = f"last well {_at(job.succeeded_at, schema)}" if job.succeeded_at else "never well so far"
    times = "once" if job.failures_in_a_row == 1 else f"{ui.plural(job.failures_in_a_row, 'time')} in a row"
    words = _words(job)
    return f"⚠ {words[:1].upper()}{words[1:]} failed {times}, {since}; the bot's log says why, and it tries again."


def _order(name: str) -> int:
    return list(JOBS).index(name) if name in JOBS else len(JOBS)


def _words(job: JobHealth) -> str:
    return JOBS.get(job.name) or ui.escape(job.name.replace("_", " "))


def _at(instant: datetime | None, schema: HomeSchema) -> str:
    """`09:00` on the viewer's wall; with the day when it wasn't today."""
    if instant is None:
        return "never"
    there = instant.astimezone(ZoneInfo(schema.preferences.zone))
    day = "" if there.date() == schema.today else f"{ui.short_date(there.date(), today=schema.today)} "
    return f"{day}{there:%H:%M}"

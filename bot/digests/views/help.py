"""What the bot can do, in a few lines, and how it is."""

from collections.abc import Sequence

from bot.customers.rules.names import clean_text
from bot.digests.rules import pack
from bot.digests.schemas import Health, JobHealth
from bot.digests.views.ids import SETUP, START, TEAM
from bot.slack import blocks as ui
from bot.slack.footers import local_time

JOB_NAMES = {
    "sync_people": "People",
    "keep_house": "Housekeeping",
    "remind_due": "Reminders",
    "remind_followups": "Follow-ups",
    "remind_promises": "Promises",
    "post_digests": "Digests",
    "deliver_outbox": "Messages",
}
LINES = (
    "*/checkin* shows who waits for you; */checkin Acme* records what came of a contact with Acme.",
    "*/customers* finds, adds, edits, imports and exports customers; */customers Acme* shows the card.",
    "*/neglected* shows who has waited too long: *mine*, the *team*'s or a *@person*'s.",
    "*/assign @ana Acme friday call about the invoice* has something done; */assign list* shows what is open.",
    "*/promise Acme friday send the price list* keeps a promise in mind; */promise list* shows what we owe.",
    "*/evenhand setup* is for managers: the cadence, the digest, who manages. */evenhand health* tells how I am.",
)
JOBS_SHOWN = 12
WRONG_SHOWN = 15
SENTENCE_SHOWN = 100


def help_message(asked: str = "") -> ui.Message:
    """What to type, and the three buttons that start most things; *asked* is what wasn't understood."""
    first = f"I don't know /evenhand {clean_text(asked, 60)}. " if asked else ""
    said = f"{first}I remind each owner when a customer has waited long enough, big or small."
    blocks: list[ui.Block] = [ui.section(ui.escape(said)), ui.section("\n".join(LINES))]
    blocks.append(
        ui.actions(
            ui.button("Record a check-in", START), ui.button("Who waits", TEAM, "team 0"), ui.button("Setup", SETUP)
        )
    )
    return ui.Message(text=ui.escape(said), blocks=blocks)


def health_message(schema: Health) -> ui.Message:
    """Each job's last run, and what is wrong."""
    troubles = [job for job in schema.jobs if job.error]
    count = len(schema.wrong) + len(troubles)
    said = f"{ui.plural(count, 'thing')} {'needs' if count == 1 else 'need'} a look." if count else "All is well."
    jobs = [_job(job, schema.zone) for job in schema.jobs[:JOBS_SHOWN]] or ["No job has run yet."]
    wrong = [f"• {ui.cut(sentence, SENTENCE_SHOWN)}" for sentence in schema.wrong[:WRONG_SHOWN]]
    blocks = [ui.section(said), *_paragraphs(jobs), *_paragraphs(wrong)]
    if len(schema.wrong) > WRONG_SHOWN:
        blocks.append(ui.context(f"and {len(schema.wrong) - WRONG_SHOWN:,} more; `evenhand doctor` lists them all."))
    return ui.Message(text=said, blocks=blocks)


def _paragraphs(lines: Sequence[str]) -> list[ui.Block]:
    return [ui.section(ui.escape("\n".join(group))) for group in pack(lines, ui.SECTION_TEXT)]


def _job(job: JobHealth, zone: str) -> str:
    name = JOB_NAMES.get(job.name, job.name)
    last = f"last went well {local_time(job.succeeded_at, zone)}" if job.succeeded_at else "has never gone well"
    return f"{name} {last}" + (f", then: {ui.cut(job.error, SENTENCE_SHOWN)}" if job.error else "")

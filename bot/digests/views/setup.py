"""Modals of the setup and of a digest's settings, and the answers of `/evenhand`: help and health."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.customers.rules.names import clean_text
from bot.digests.rules import DAY_NAMES, DEFAULT_DAYS, DEFAULT_HOUR, NAMING_KINDS, DigestKind, day_words
from bot.digests.schemas import DigestSchema, Health, JobHealth, KindSchema, SetupSchema
from bot.digests.views import EDIT, SETUP, START, TEAM, TEST, ZONES
from bot.digests.views.messages import paragraphs
from bot.slack import blocks as ui
from bot.slack.footers import local_time
from bot.workspaces.rules import CADENCE_RANGE, FACTOR_RANGE, FIRST_CALLS_RANGE, FLOOR_RANGE

SAY, SILENT = "say", "silent"
NAMELESS, NAMED = "nameless", "named"
EVEN, LEAVE = "even", "leave"
LEVELS = (ui.Option("Even them out: some customers come up a few days earlier", EVEN), ui.Option("Leave them", LEAVE))
FIRST = "first"
TITLE, DIGEST_TITLE = "Setup", "Digest"
LABEL_SHOWN = 60
ABOUT_SHOWN = 200
HELP = (
    "*/checkin* shows who waits for you; */checkin Acme* records what came of a contact with Acme.",
    "*/customers* finds, adds, edits, imports and exports customers; */customers Acme* shows the card.",
    "*/neglected* shows who is neglected: *mine*, the *team*'s or a *@person*'s; */neglected pool*: who has no owner.",
    "*/assign @ana Acme friday call about the invoice* asks somebody; */assign list* shows what is open.",
    "*/promise Acme friday send the price list* keeps a promise in mind; */promise list* shows what we owe.",
    "*/escalate Acme the portal is down* records a problem; */escalate list* shows the open ones.",
    "*/campaign* shows who is called at random, and what came of it; */campaign new* is for managers.",
    "*/mentions* shows what was written about us and waits for an answer; */mentions add* saves what you found.",
    "*/evenhand setup* is for managers: cadence, digests, who manages. */evenhand health* shows whether all runs well.",
)
NO_OTHERS: Mapping[str, str] = {}
JOBS_SHOWN = 12
WRONG_SHOWN = 15
SENTENCE_SHOWN = 100


def block_of(field: str) -> str:
    """Return the block id of a form's *field*."""
    return f"digests.setup.{field}"


def dump_state(kind: str = "", *, digest: DigestSchema | None) -> str:
    """Return a form's private metadata: its *kind* of digest, and whether *digest* was not set up yet."""
    return kind if digest else f"{kind} {FIRST}"


def load_state(view: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the kind of a form's digest, and whether it was not set up when the form was opened."""
    kind, _, first = str(view.get("private_metadata") or "").partition(" ")
    return kind, first == FIRST


def setup_form(schema: SetupSchema) -> ui.Block:
    """Draw the form of the setup."""
    blocks = [*_managers(schema), *_cadence(schema), *_digest(schema), *_kinds(schema)]
    return ui.modal(TITLE, blocks, callback_id=SETUP, submit="Save", state=dump_state(digest=schema.digest))


def digest_form(schema: KindSchema) -> ui.Block:
    """Draw the form of a digest beside the neglected one."""
    when_clear = "When there is nothing to say"
    fields = _fields(schema.digest, schema.zone, when_clear=when_clear, kind=schema.key, channel_is_optional=False)
    about = ui.section(ui.escape(ui.cut(schema.about, ABOUT_SHOWN)))
    blocks = [ui.header(ui.cut(schema.label, LABEL_SHOWN)), about, *_state(schema.digest), *fields]
    state = dump_state(schema.key, digest=schema.digest)
    return ui.modal(DIGEST_TITLE, blocks, callback_id=EDIT, submit="Save", state=state)


def saved(digest: DigestSchema | None, now: datetime, *, title: str, is_rescheduling: bool = False) -> ui.Block:
    """Draw what replaces a saved form: when the digest is posted next, and a button to test it; that dates follow."""
    if digest is None:
        blocks = [ui.section("Saved. No channel is chosen yet, so no digest is posted.")]
    elif digest.stopped_because:
        blocks = [ui.section(f"Saved. No digest is posted: {ui.escape(digest.stopped_because)}")]
    else:
        when, where = local_time(max(digest.next_slot, now), digest.zone), ui.channel_link(digest.channel_id)
        text = ui.section(f"Saved. The next digest goes to {where} on {when}.")
        blocks = [text, ui.actions(ui.button("Post a test now", TEST, digest.kind))]
    if is_rescheduling:
        blocks.append(ui.context("Due dates follow within a few minutes; until then, some are those of before."))
    return ui.modal(title, blocks, callback_id="digests.saved", close="Close")


def test_posted(channel_id: str) -> ui.Block:
    """Draw the confirmation that a test is being posted to a channel."""
    words = f"A test is on its way to {ui.channel_link(channel_id)}."
    return ui.modal("Test", [ui.section(words)], callback_id="digests.tested", close="Close")


def zone_options(zones: list[str]) -> list[ui.Block]:
    """Return the options of the time zone menu."""
    return [ui.Option(zone, zone).block() for zone in zones]


def help_message(asked: str = "", *, others: Mapping[str, str] = NO_OTHERS) -> ui.Message:
    """
    Draw the list of commands, below it the *others* that features answer, with what they do, and buttons for the first
    steps; *asked* is a command that is unknown.
    """
    first = f"I don't know /evenhand {clean_text(asked, 60)}. " if asked else ""
    text = ui.escape(f"{first}I remind each owner when a customer has waited long enough, big or small.")
    lines = [f"*/evenhand {ui.escape(word)}* {ui.escape(about)}" for word, about in others.items()]
    buttons = ui.actions(
        ui.button("Record a check-in", START), ui.button("Who waits", TEAM, "team 0"), ui.button("Setup", SETUP)
    )
    return ui.Message(text=text, blocks=[ui.section(text), ui.section("\n".join((*HELP, *lines))), buttons])


def health_message(schema: Health) -> ui.Message:
    """Draw the last run of each job, and the inconsistencies."""
    count = len(schema.wrong) + sum(bool(job.error) for job in schema.jobs)
    text = f"{ui.plural(count, 'thing')} {'needs' if count == 1 else 'need'} a look." if count else "All is well."
    jobs = [_job(job, schema.zone) for job in schema.jobs[:JOBS_SHOWN]] or ["No job has run yet."]
    wrong = [f"• {ui.cut(sentence, SENTENCE_SHOWN)}" for sentence in schema.wrong[:WRONG_SHOWN]]
    blocks = [ui.section(text), *paragraphs(jobs), *paragraphs(wrong)]
    if len(schema.wrong) > WRONG_SHOWN:
        blocks.append(ui.context(f"and {len(schema.wrong) - WRONG_SHOWN:,} more; `evenhand doctor` lists them all."))
    return ui.Message(text=text, blocks=blocks)


def _managers(schema: SetupSchema) -> list[ui.Block]:
    if not schema.is_admin:
        names = ui.escape(ui.cut(", ".join(schema.manager_names[:30]), 500)) or "none yet"
        return [ui.context(f"Managers: {names}. Slack's admins name them here, and are managers themselves.")]
    element = ui.people_select("digests.managers", initial=schema.managers)
    hint = "They hand out customers and change this setup. Slack's admins always may."
    return [ui.field_of("Managers", element, block_id=block_of("managers"), optional=True, hint=hint)]


def _cadence(schema: SetupSchema) -> list[ui.Block]:
    levels = ui.radio("digests.levels", LEVELS, initial=EVEN if schema.levels_load else LEAVE)
    return [
        ui.header("Cadence"),
        _number("cadence", "Days between two contacts", schema.cadence, CADENCE_RANGE,
                "For customers without a cadence of their own."),
        _number("floor", "Longest without a manager's approval", schema.floor, FLOOR_RANGE, "In days."),
        _number("factor", "Neglected after", schema.factor, FACTOR_RANGE,
                "Times the cadence: 1.5 makes it 45 days for a cadence of 30.", decimals=True),
        _number("first_calls", "Calls a day", schema.first_calls, FIRST_CALLS_RANGE,
                "How many customers come up for one owner on one day."),
        ui.field_of("Days that hold more", levels, block_id=block_of("levels"),
                    hint="Nobody comes up later than its cadence by that."),
    ]  # fmt: skip


def _digest(schema: SetupSchema) -> list[ui.Block]:
    fields = _fields(schema.digest, schema.zone, when_clear="When no customer is neglected", kind=DigestKind.NEGLECTED)
    return [ui.divider(), ui.header("Digest of neglected accounts"), *_state(schema.digest), *fields]


def _kinds(schema: SetupSchema) -> list[ui.Block]:
    return [ui.divider(), ui.header("More digests"), *(_kind(kind) for kind in schema.more)] if schema.more else []


def _kind(schema: KindSchema) -> ui.Block:
    name = ui.bold(ui.cut(schema.label, LABEL_SHOWN))
    if schema.digest is None:
        text, label = ui.escape(ui.cut(schema.about, ABOUT_SHOWN)), "Set up"
    elif schema.digest.stopped_because:
        text, label = f"Not posted: {ui.escape(schema.digest.stopped_because)}", "Change"
    else:
        text, label = _schedule_text(schema.digest), "Change"
    return ui.section(f"{name}\n{text}", accessory=ui.button(label, EDIT, schema.key))


def _fields(
    digest: DigestSchema | None, viewers_zone: str, *, when_clear: str, kind: str, channel_is_optional: bool = True
) -> list[ui.Block]:
    zone = digest.zone if digest else viewers_zone
    channel = digest.channel_id if digest and not digest.stopped_because else None
    days = [ui.Option(name, str(number)) for number, name in enumerate(DAY_NAMES)]
    hours = [ui.Option(text, text) for half in range(48) for text in [f"{half // 2:02}:{half % 2 * 30:02}"]]
    hour = digest.hour if digest else DEFAULT_HOUR
    shown_hour = f"{hour.hour:02}:{hour.minute // 30 * 30:02}"  # the menu has half hours only
    clear = (ui.Option("Say so in one line", SAY), ui.Option("Stay silent", SILENT))
    clear_choice = SILENT if digest and digest.silent_when_clear else SAY
    return [
        ui.field_of("Channel", ui.channel_select("digests.channel", initial=channel), block_id=block_of("channel"),
                    optional=channel_is_optional,
                    hint="Never one that is shared with outsiders: the digest names customers."),
        ui.field_of("Days", ui.checkboxes("digests.days", days, initial=digest.days if digest else DEFAULT_DAYS),
                    block_id=block_of("days"), optional=True, hint="No day means no digest."),
        ui.field_of("At", ui.select("digests.hour", hours, initial=shown_hour), block_id=block_of("hour")),
        ui.field_of("Time zone", ui.external_select(ZONES, placeholder="A city, such as Lisbon",
                                                        initial=ui.Option(zone, zone)), block_id=block_of("zone")),
        ui.field_of(when_clear, ui.radio("digests.clear", clear, initial=clear_choice), block_id=block_of("clear")),
        *([_names_field(digest)] if kind in NAMING_KINDS else []),
    ]  # fmt: skip


def _names_field(digest: DigestSchema | None) -> ui.Block:
    options = (ui.Option("Leave them out", NAMELESS), ui.Option("Show them to the channel", NAMED))
    chosen = NAMED if digest and digest.names_owners else NAMELESS
    return ui.field_of(
        "Names of the people who are late", ui.radio("digests.names", options, initial=chosen),
        block_id=block_of("names"), hint="Everybody reads what is theirs in their own message, too.",
    )  # fmt: skip


def _state(digest: DigestSchema | None) -> list[ui.Block]:
    if digest is None:
        return []
    if digest.stopped_because:
        where = f"#{ui.escape(digest.channel_name or digest.channel_id)}"
        return [ui.section(f"It doesn't go to {where} any more. {ui.escape(digest.stopped_because)}")]
    return [ui.section(_schedule_text(digest), accessory=ui.button("Post a test now", TEST, digest.kind))]


def _schedule_text(digest: DigestSchema) -> str:
    return f"Goes to {ui.channel_link(digest.channel_id)} on {day_words(digest.days)} at {digest.hour:%H:%M}"


def _number(
    field: str, label: str, value: float, bounds: tuple[float, float], hint: str, *, decimals: bool = False
) -> ui.Block:
    element = ui.number_input(f"digests.{field}", initial=value, lowest=bounds[0], highest=bounds[1], decimals=decimals)
    return ui.field_of(label, element, block_id=block_of(field), hint=hint)


def _job(job: JobHealth, zone: str) -> str:
    last = f"last worked {local_time(job.succeeded_at, zone)}" if job.succeeded_at else "has never worked"
    failed = f"; it fails now: {ui.cut(job.error, SENTENCE_SHOWN)}" if job.error else ""
    return f"{job.words[:1].upper()}{job.words[1:]} {last}{failed}"

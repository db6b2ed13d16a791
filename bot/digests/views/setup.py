"""The setup: managers, the workspace's cadence, the digests."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from bot.digests.rules import DAY_NAMES, DEFAULT_DAYS, DEFAULT_HOUR, day_words
from bot.digests.schemas import DigestSchema, KindSchema, SetupSchema
from bot.digests.views.ids import ARRANGE, SETUP, TEST, ZONES
from bot.slack import blocks as ui
from bot.slack.footers import local_time
from bot.workspaces.rules import CADENCE_RANGE, FACTOR_RANGE, FIRST_CALLS_RANGE, FLOOR_RANGE

FIELDS = ("managers", "cadence", "floor", "factor", "first_calls", "channel", "days", "hour", "zone", "clear")
SAY, SILENT = "say", "silent"
FIRST = "first"
TITLE = "Setup"
LABEL_SHOWN = 60
ABOUT_SHOWN = 200


def block_of(field: str) -> str:
    """The block that holds *field* of the setup."""
    return f"digests.setup.{field}"


def remember(kind: str = "", *, digest: DigestSchema | None) -> str:
    """What a form remembers: its *kind* of digest, and whether it showed none of it yet."""
    return kind if digest else f"{kind} {FIRST}"


def remembered(view: Mapping[str, Any]) -> tuple[str, bool]:
    """The kind of a form, and whether it showed no digest of that kind yet."""
    kind, _, first = str(view.get("private_metadata") or "").partition(" ")
    return kind, first == FIRST


def setup(schema: SetupSchema) -> ui.Block:
    """The form as it stands."""
    blocks = [*_managers(schema), *_cadence(schema), *_digest(schema), *_further(schema)]
    return ui.modal(TITLE, blocks, callback_id=SETUP, submit="Save", state=remember(digest=schema.digest))


def arrangement(schema: KindSchema) -> ui.Block:
    """The form of one further digest."""
    blocks = [
        ui.header(ui.cut(schema.label, LABEL_SHOWN)),
        ui.section(ui.escape(ui.cut(schema.about, ABOUT_SHOWN))),
        *_state(schema.digest),
        *_when_and_where(
            schema.digest, schema.zone, when_clear="When there is nothing to say", channel_is_optional=False
        ),
    ]
    return ui.modal(
        "Digest", blocks, callback_id=ARRANGE, submit="Save", state=remember(schema.key, digest=schema.digest)
    )


def arranged(schema: KindSchema, now: datetime) -> ui.Block:
    """In the place of a further digest's form, once it is saved."""
    blocks = _what_follows(schema.digest, now, "Saved. ")
    return ui.modal("Digest", blocks, callback_id="digests.saved", close="Close")


def saved(schema: SetupSchema, now: datetime, said: str = "") -> ui.Block:
    """In the place of the form, once it is saved: what happens next, and the way to try it."""
    blocks = [ui.section(ui.escape(said))] if said else []
    blocks += _what_follows(schema.digest, now, "" if said else "Saved. ")
    return ui.modal(TITLE, blocks, callback_id="digests.saved", close="Close")


def _what_follows(found: DigestSchema | None, now: datetime, first: str) -> list[ui.Block]:
    if found is None:
        return [ui.section("Saved. No channel is chosen yet, so no digest is posted.")]
    if found.stopped_because:
        return [ui.section(f"Saved. No digest is posted: {ui.escape(found.stopped_because)}")]
    following = local_time(max(found.next_slot, now), found.zone)
    where = ui.channel_link(found.channel_id)
    told = ui.section(f"{first}The next digest goes to {where} on {following}.")
    return [told, ui.actions(ui.button("Post a test now", TEST, found.kind))]


def test_told(channel_id: str) -> ui.Block:
    """That a test was posted, and where."""
    words = f"A test is on its way to {ui.channel_link(channel_id)}."
    return ui.modal("Test", [ui.section(words)], callback_id="digests.tested", close="Close")


def zone_options(zones: list[str]) -> list[ui.Block]:
    """What the menu of zones offers."""
    return [ui.Option(zone, zone).block() for zone in zones]


def _managers(schema: SetupSchema) -> list[ui.Block]:
    if not schema.is_admin:
        names = ui.escape(ui.cut(", ".join(schema.manager_names[:30]), 500)) or "nobody yet"
        return [ui.context(f"Managers: {names}. Slack's admins name them here, and are managers themselves.")]
    element = ui.people_select("digests.managers", initial=schema.managers)
    hint = "They hand out customers and change this setup. Slack's admins always may."
    return [ui.field_of("Managers", element, block_id=block_of("managers"), optional=True, hint=hint)]


def _cadence(schema: SetupSchema) -> list[ui.Block]:
    return [
        ui.header("Rhythm"),
        _number("cadence", "Days between two contacts", schema.cadence, CADENCE_RANGE,
                "For customers without a cadence of their own."),
        _number("floor", "Longest without a manager's approval", schema.floor, FLOOR_RANGE, "In days."),
        _number("factor", "Neglected after", schema.factor, FACTOR_RANGE,
                "Times the cadence: 1.5 makes it 45 days for a cadence of 30.", decimals=True),
        _number("first_calls", "First calls a day", schema.first_calls, FIRST_CALLS_RANGE,
                "How many customers nobody has talked to yet come up for one owner on one day."),
    ]  # fmt: skip


def _digest(schema: SetupSchema) -> list[ui.Block]:
    form = _when_and_where(schema.digest, schema.zone, when_clear="When nobody has waited too long")
    return [ui.divider(), ui.header("Digest of neglected accounts"), *_state(schema.digest), *form]


def _further(schema: SetupSchema) -> list[ui.Block]:
    """Further digests: what each would say or where it goes, and the way to its own form."""
    return [ui.divider(), ui.header("More digests"), *(_kind(kind) for kind in schema.more)] if schema.more else []


def _kind(schema: KindSchema) -> ui.Block:
    name = ui.bold(ui.cut(schema.label, LABEL_SHOWN))
    if schema.digest is None:
        told, label = ui.escape(ui.cut(schema.about, ABOUT_SHOWN)), "Set up"
    elif schema.digest.stopped_because:
        told, label = f"Not posted: {ui.escape(schema.digest.stopped_because)}", "Change"
    else:
        told, label = _goes(schema.digest), "Change"
    return ui.section(f"{name}\n{told}", accessory=ui.button(label, ARRANGE, schema.key))


def _when_and_where(
    found: DigestSchema | None, viewers_zone: str, *, when_clear: str, channel_is_optional: bool = True
) -> list[ui.Block]:
    zone = found.zone if found else viewers_zone
    channel = found.channel_id if found and not found.stopped_because else None
    days = [ui.Option(name, str(number)) for number, name in enumerate(DAY_NAMES)]
    hours = [
        ui.Option(f"{half // 2:02}:{half % 2 * 30:02}", f"{half // 2:02}:{half % 2 * 30:02}") for half in range(48)
    ]
    clear = (ui.Option("Say so in one line", SAY), ui.Option("Stay silent", SILENT))
    return [
        ui.field_of("Channel", ui.channel_select("digests.channel", initial=channel), block_id=block_of("channel"),
                    optional=channel_is_optional,
                    hint="Never one that is shared with outsiders: the digest names customers."),
        ui.field_of("Days", ui.checkboxes("digests.days", days, initial=found.days if found else DEFAULT_DAYS),
                    block_id=block_of("days"), optional=True, hint="No day means no digest."),
        ui.field_of("At", ui.select("digests.hour", hours, initial=_hour(found)), block_id=block_of("hour")),
        ui.field_of("On the clocks of", ui.external_select(ZONES, placeholder="A city, such as Lisbon",
                                                        initial=ui.Option(zone, zone)), block_id=block_of("zone")),
        ui.field_of(when_clear, ui.radio("digests.clear", clear, initial=_when_clear(found)),
                    block_id=block_of("clear")),
    ]  # fmt: skip


def _state(found: DigestSchema | None) -> list[ui.Block]:
    if found is None:
        return []
    if found.stopped_because:
        where = f"#{ui.escape(found.channel_name or found.channel_id)}"
        return [ui.section(f"It doesn't go to {where} any more. {ui.escape(found.stopped_because)}")]
    return [ui.section(_goes(found), accessory=ui.button("Post a test now", TEST, found.kind))]


def _goes(found: DigestSchema) -> str:
    return f"Goes to {ui.channel_link(found.channel_id)} on {day_words(found.days)} at {found.hour:%H:%M}"


def _number(
    field: str, label: str, value: float, bounds: tuple[float, float], hint: str, *, decimals: bool = False
) -> ui.Block:
    element = ui.number_input(f"digests.{field}", initial=value, lowest=bounds[0], highest=bounds[1], decimals=decimals)
    return ui.field_of(label, element, block_id=block_of(field), hint=hint)


def _hour(found: DigestSchema | None) -> str:
    """The half hour nearest before the one that is kept."""
    hour: time = found.hour if found else DEFAULT_HOUR
    return f"{hour.hour:02}:{hour.minute // 30 * 30:02}"


def _when_clear(found: DigestSchema | None) -> str:
    return SILENT if found and found.silent_when_clear else SAY

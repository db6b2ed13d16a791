"""The foot of every digest: how old its data is, when the next one comes, and the way to its settings."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.schemas import DigestSlot
from bot.slack.blocks import Block, button, context, divider, section, short_date

SETTINGS = "digests.setup"  # the digests feature listens to it


def local_time(instant: datetime, zone: str) -> str:
    """`Mon 23 Nov 09:00` on the clocks of *zone*."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{short_date(local.date())} {local:%H:%M}"


def footer(*, made_at: datetime, next_slot: datetime | None, zone: str, kind: str, note: str = "") -> list[Block]:
    """`Data of Mon 23 Nov 09:00 · next Thu 26 Nov 09:00`, a *note* after it, and *Settings* of that kind of digest."""
    said = [f"Data of {local_time(made_at, zone)}"]
    if next_slot:
        said.append(f"next {local_time(next_slot, zone)}")
    if note:
        said.append(note)
    return [divider(), section(" · ".join(said), accessory=button("Settings", SETTINGS, kind))]


def digest_footer(slot: DigestSlot, note: str = "") -> list[Block]:
    """The foot of what a feature composed for *slot*; escape what came from outside in *note*."""
    return footer(made_at=slot.made_at, next_slot=slot.next_slot, zone=slot.zone, kind=slot.kind, note=note)


def trial_note(*, is_test: bool) -> list[Block]:
    """Under the first line of a digest that somebody posted to try it."""
    return [context("A test: this is what the channel gets.")] if is_test else []


def notification_text(said: str, *, is_test: bool) -> str:
    """What the notification shows of a digest."""
    return f"Test: {said}" if is_test else said

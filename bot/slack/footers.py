"""What all digests share: the footer with the age of the data and the next date, and the marks of a test."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.schemas import DigestSlot
from bot.slack.blocks import Block, button, context, divider, section, short_date

SETTINGS = "digests.setup"  # the digests feature listens to it


def local_time(instant: datetime, zone: str) -> str:
    """Return `Mon 23 Nov 09:00` in *zone*."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{short_date(local.date())} {local:%H:%M}"


def footer(*, made_at: datetime, next_slot: datetime | None, zone: str, kind: str, note: str = "") -> list[Block]:
    """Return `As of Mon 23 Nov 09:00 · next Thu 26 Nov 09:00`, a *note*, and *Settings* of that kind of digest."""
    said = [f"As of {local_time(made_at, zone)}"]
    if next_slot:
        said.append(f"next {local_time(next_slot, zone)}")
    if note:
        said.append(note)
    return [divider(), section(" · ".join(said), accessory=button("Settings", SETTINGS, kind))]


def digest_footer(slot: DigestSlot, note: str = "") -> list[Block]:
    """Return the footer of a digest composed for *slot*; text from outside in *note* has to be escaped."""
    return footer(made_at=slot.made_at, next_slot=slot.next_slot, zone=slot.zone, kind=slot.kind, note=note)


def trial_note(*, is_test: bool) -> list[Block]:
    """Return the line below the title of a digest that was posted as a test."""
    return [context("A test: this is what the channel will get.")] if is_test else []


def notification_text(said: str, *, is_test: bool) -> str:
    """Return the text of a digest's notification."""
    return f"Test: {said}" if is_test else said

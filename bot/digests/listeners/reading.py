"""What the forms of the setup and of digests say."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from bot.core.errors import InvalidInput
from bot.digests.rules import DEFAULT_HOUR
from bot.digests.schemas import DigestWish, SetupWish
from bot.digests.views.setup import SILENT, block_of, remembered
from bot.slack.forms import Form


def read_digest_wish(view: Mapping[str, Any]) -> DigestWish:
    """Return where and when a form asks for a digest."""
    form, (_, is_first) = Form.of(view), remembered(view)
    return DigestWish(
        channel_id=form.channel(block_of("channel")),
        days="".join(form.choices(block_of("days"))),
        hour=_hour(form.choice(block_of("hour"))),
        zone=form.choice(block_of("zone")) or "",
        silent_when_clear=form.choice(block_of("clear")) == SILENT,
        is_first=is_first,
    )


def read_setup_wish(view: Mapping[str, Any]) -> SetupWish:
    """
    Return the setup that a form asks for.

    Raises:
        InvalidInput: what should be a number isn't; `fields` names it.
    """
    form = Form.of(view)
    shows_managers = any(block.get("block_id") == block_of("managers") for block in view.get("blocks") or ())
    numbers = {name: _number(form.text(block_of(name))) for name in ("cadence", "floor", "factor", "first_calls")}
    wrong = {name: "Give a number." for name, number in numbers.items() if number is None}
    whole = ("cadence", "floor", "first_calls")
    wrong |= {name: "Give a whole number." for name in whole if name not in wrong and numbers[name] % 1}  # type: ignore[operator]
    if wrong:
        raise InvalidInput(fields=wrong)
    return SetupWish(
        managers=form.people(block_of("managers")) if shows_managers else None,
        cadence=int(numbers["cadence"] or 0),
        floor=int(numbers["floor"] or 0),
        factor=numbers["factor"] or 0,
        first_calls=int(numbers["first_calls"] or 0),
        **read_digest_wish(view).model_dump(),
    )


def _number(text: str) -> float | None:
    """Return the number that *text* is, up to 9,999; None when it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < 10_000 else None  # noqa: PLR2004 - also turns away nan and infinity


def _hour(text: str | None) -> time:
    try:
        return time.fromisoformat(text or "")
    except ValueError:
        return DEFAULT_HOUR

"""Lists for tests: rows as people's files hold them, taken in by the real use cases."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot.customers.gateways import read_drafts
from bot.customers.schemas import Drafts, ImportDone
from bot.customers.usecases.lists import apply_import
from tests.makers import MARA, Office

TODAY = date(2026, 11, 23)
REAL = Path(__file__).parents[3] / "shared" / "data" / "customers"


def read(
    text: str | bytes, by_hand: Mapping[str, str] | None = None, name: str = "list.csv", source: str = ""
) -> Drafts:
    """A list, read."""
    data = text.encode() if isinstance(text, str) else text
    return read_drafts(data, name=name, by_hand=by_hand, today=TODAY, default_source=source)


class Kind(NamedTuple):
    """A list, its customers, what is asked about it (values, or headings), and what its first row says besides."""

    text: str
    names: tuple[str, ...]
    asked: tuple[str, ...] = ()
    says: dict[str, Any] = {}  # noqa: RUF012 - a tuple's default is never changed
    system: str = ""


def read_kind(wanted: Kind) -> Drafts:
    """Read a list of a kind: it comes in whole, with its customers' names, and only what it has to is asked."""
    drafts = read(wanted.text)
    assert tuple(row.name for row in drafts.rows) == wanted.names
    assert tuple(question.value or question.column for question in drafts.questions) == wanted.asked
    assert {name: getattr(drafts.rows[0], name) for name in wanted.says} == wanted.says
    assert (drafts.problems, drafts.refusals) == ((), ())
    return drafts


def take_in(office: Office, text: str | bytes | Drafts, by: str = MARA, **more: Any) -> ImportDone:
    """A list, imported."""
    drafts = text if isinstance(text, Drafts) else read(text)
    done: ImportDone = office.do(apply_import, drafts=drafts, by=by, **more)
    return done


def real(name: str) -> Drafts:
    """One of the real lists, read; the test is skipped where they aren't."""
    path = REAL / name
    if not path.exists():
        pytest.skip(f"{name} is not in ../shared/data/customers")
    return read(path.read_bytes(), name=name)

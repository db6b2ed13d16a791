"""`evenhand report`: the figures of a period as CSV or JSON, with what they mean in the header."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.customers.gateways import write_csv
from bot.reviews.queries.report import get_report
from bot.reviews.rules.definitions import DEFINITIONS, GAP
from bot.reviews.rules.groups import Grouping
from bot.reviews.schemas import GapSchema, GroupFigures
from bot.reviews.schemas.report import Report

FORMATS = ("csv", "json")


def make_report(runtime: Runtime, workspace_id: str, *, first: str, last: str, kind: str) -> bytes:
    """
    Return the report of a workspace from day to day.

    Raises:
        InvalidInput: a day can't be read, the period is none, or *kind* is no format.
    """
    if kind not in FORMATS:
        raise InvalidInput(f"{kind} isn't a format; choose --format csv or --format json.")
    days = {"first": _parse_day("--from", first), "last": _parse_day("--to", last)}
    report = runtime.read_now(get_report, workspace=workspace_id, **days)
    return _as_csv(report) if kind == "csv" else _as_json(report)


def _parse_day(option: str, words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise InvalidInput(f"{words} isn't a day; write {option} 2026-01-31.") from error


def _as_csv(report: Report) -> bytes:
    """Return the figures as CSV, below lines that begin with `#`: the period, the gap, and what each column means."""
    gaps = (("gap", report.gap), ("gap of as many days before", report.gap_before))
    header = [f"From {report.first} to {report.last}", *(f"{name}: {_gap_words(gap)}" for name, gap in gaps)]
    header += [f"gap: {GAP}", *(f"{name}: {words}" for name, words in DEFINITIONS.items())]
    comment = "".join(f"# {line}\r\n" for line in header)
    table = write_csv(list(DEFINITIONS), [_row(by, group) for by, groups in report.figures for group in groups])
    return (comment + table.decode("utf-8-sig")).encode("utf-8-sig")


def _as_json(report: Report) -> bytes:
    figures = [
        dict(zip(DEFINITIONS, _row(by, group), strict=True)) | {"key": group.key}
        for by, groups in report.figures
        for group in groups
    ]
    content = {
        "from": report.first.isoformat(),
        "to": report.last.isoformat(),
        "definitions": DEFINITIONS | {"gap": GAP, "key": "what the group is stored as, such as the id of a person"},
        "gap": report.gap.model_dump() if report.gap else None,
        "gap_before": report.gap_before.model_dump() if report.gap_before else None,
        "figures": figures,
    }
    return json.dumps(content, indent=2, ensure_ascii=False).encode("utf-8", "replace")


def _row(by: Grouping, group: GroupFigures) -> Sequence[Any]:
    """Return the figures of a group in the order of `DEFINITIONS`."""
    counted = group.measures
    return (
        by.value, group.words, group.customers, group.half, group.nine_in_ten, group.percent, group.never,
        counted.promises, counted.kept, counted.problems, counted.answered, counted.fixed, counted.avoidable,
        counted.asked, counted.mentions, counted.told,
    )  # fmt: skip


def _gap_words(gap: GapSchema | None) -> str:
    if gap is None:
        return "too few customers to tell"
    return f"{gap.ratio:.4f}, between {gap.low:.4f} and {gap.high:.4f}, chance {gap.chance:.1f} in 100"

"""Draws the audit trail."""

from bot.digests.schemas import AuditLine, AuditPage
from bot.digests.views import AUDIT_BACK, AUDIT_NEXT
from bot.slack import blocks as ui
from bot.slack.footers import local_time
from bot.slack.payloads import page_in

NAME_SHOWN, ACTION_SHOWN, ABOUT_SHOWN, CHANGE_SHOWN = 60, 60, 100, 300


def page(schema: AuditPage) -> ui.Message:
    """Return one page, with buttons for the others."""
    what = "What people weren't allowed to" if schema.refused else "Who did what"
    title = f"{what}, the latest first · page {schema.page + 1}"
    rows = [ui.section(_row(line, schema.zone)) for line in schema.lines]
    kind = "refused" if schema.refused else "all"
    back = ui.button("Back", AUDIT_BACK, f"{kind}:{schema.page - 1}")
    more = ui.button("Next", AUDIT_NEXT, f"{kind}:{schema.page + 1}")
    buttons = [*([back] if schema.page else []), *([more] if schema.has_more else [])]
    below = [ui.actions(*buttons)] if buttons else []
    return ui.Message(text=title, blocks=[ui.section(f"*{title}*"), *(rows or [ui.section("Nothing yet.")]), *below])


def read_page(value: str) -> tuple[bool, int]:
    """Return whether only refusals are shown, and the page, from a button's *value*."""
    kind, _, number = value.partition(":")
    return kind == "refused", page_in(number)


def _row(line: AuditLine, zone: str) -> str:
    action = line.action.replace(".", ": ").replace("_", " ")
    parts = (ui.cut(action, ACTION_SHOWN), ui.cut(line.about, ABOUT_SHOWN), ui.cut(line.change, CHANGE_SHOWN))
    told = " · ".join(ui.escape(part) for part in parts if part)
    return f"{local_time(line.at, zone)} · {ui.bold(ui.cut(line.who, NAME_SHOWN))} · {told}"

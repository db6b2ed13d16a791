"""Screens are drawn from the database: blocks that Slack hands back are read for their ids, and never sent again."""

import ast
from pathlib import Path

from tests.makers import ROOT

READERS = {
    "bot/slack/payloads.py:ids_in",
    "bot/slack/listeners.py:_refuse_submission",
    "bot/checkins/views/form.py:opened",
    "bot/promises/listeners.py:read_form",
    "bot/digests/listeners.py:read_setup",
}
"""Functions that read the blocks of a message or modal that Slack sent, and return nothing but ids or values."""
REDRAWN_ELSEWHERE = {"bot/checkins/listeners/origins.py:_change_row", "bot/digests/listeners.py:_redraw_digest"}


def _readers(path: Path) -> set[str]:
    """Return the functions of a file that look into `blocks` of an object that isn't built in the same place."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = str(path.relative_to(ROOT))
    return {
        f"{name}:{function.name}"
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if _is_look(node)
    }


def _is_look(node: ast.AST) -> bool:
    """Return whether *node* is `x["blocks"]` or `x.get("blocks")`."""
    match node:
        case ast.Subscript(slice=ast.Constant(value="blocks"), ctx=ast.Load()):
            return True
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value="blocks"), *_]):
            return True
    return False


def test_nothing_that_slack_hands_back_is_sent_again() -> None:
    """Slack escapes texts and adds fields that it refuses, so a new reader of blocks has to be looked at."""
    found = {reader for path in (ROOT / "bot").rglob("*.py") for reader in _readers(path)}
    assert found - REDRAWN_ELSEWHERE == READERS

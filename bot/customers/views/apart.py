"""Rows of a list that were taken as one customer, and the buttons that keep them apart."""

from collections.abc import Collection, Sequence

from bot.customers.schemas import ImportPlan, TakenAsOne
from bot.customers.views import NAME_SHOWN
from bot.slack import blocks as ui

KEEP_APART, ALL, NONE = "customers.keep_apart", "all", "none"
GROUPS_SHOWN = 5
NAMES_SHOWN, ROWS_SHOWN = 5, 5


def draw_taken_as_one(plan: ImportPlan, apart: Collection[int]) -> list[ui.Block]:
    """Draw what was taken as one, each with *Keep apart*, and how many rows are kept *apart*."""
    groups = plan.taken_as_one
    if not groups and not apart:
        return []
    blocks = [ui.divider(), *(_draw(group) for group in groups[:GROUPS_SHOWN])]
    if len(groups) > 1:
        left = len(groups) - GROUPS_SHOWN
        more = f"{ui.plural(left, 'more customer')} of several rows. " if left > 0 else ""
        every = ui.button("Keep all apart", KEEP_APART, ALL)
        blocks.append(ui.section(f"{more}Each row can be a customer of its own.", accessory=every))
    if apart:
        undo = ui.button("Take as one again", KEEP_APART, NONE)
        blocks.append(ui.section(f"{ui.plural(len(apart), 'row')} kept apart.", accessory=undo))
    return blocks


def taken_as_one_words(group: TakenAsOne) -> str:
    """Return "3 rows were taken as one: Loop, LOOP Inc., The Loop", with the rows and why."""
    names = _several([ui.cut(name, NAME_SHOWN) for name in group.names], NAMES_SHOWN)
    rows = _several([f"{row:,}" for row in group.rows], ROWS_SHOWN)
    return f"{len(group.rows):,} rows were taken as one: {names} (rows {rows}: {group.why})"


def _draw(group: TakenAsOne) -> ui.Block:
    button = ui.button("Keep apart", KEEP_APART, str(group.rows[0]))
    return ui.section(ui.escape(taken_as_one_words(group)), accessory=button)


def _several(words: Sequence[str], most: int) -> str:
    more = len(words) - most
    return ", ".join(words[:most]) + (f" and {more:,} more" if more > 0 else "")

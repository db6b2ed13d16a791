"""Who waits, for one person's eyes: the team's list, a person's, the pool."""

from bot.digests.rules import OWNER_IN_ROW, Whose
from bot.digests.schemas import WaitingList, WaitingRow
from bot.digests.views.digest import row_text, take_value
from bot.digests.views.ids import BACK, LOG, MINE, NEXT, POOL, TAKE, TEAM, row_block
from bot.slack import blocks as ui

SAID = 120


def waiting_list(schema: WaitingList) -> ui.Message:
    """A page of it, with the way to the other pages and lists."""
    said = _title(schema)
    blocks = [ui.section(ui.escape(f"✓ {ui.cut(schema.said, SAID)}"))] if schema.said else []
    blocks.append(ui.section(ui.escape(said)))
    if schema.rows:
        blocks += [ui.divider(), *(_row(row, schema) for row in schema.rows), ui.divider()]
    blocks.append(ui.actions(*_ways(schema)))
    where = f"Page {schema.page + 1:,} of {schema.pages:,} · " if schema.pages > 1 else ""
    blocks.append(ui.context(f"{where}Longest wait first; size plays no part. Only you see this."))
    return ui.Message(text=ui.escape(schema.said or said), blocks=blocks)


def place_in(value: str) -> tuple[str, int]:
    """The list and page in the value of one of its buttons; the team's first page when it makes no sense."""
    whose, _, page = value.partition(" ")
    return whose or Whose.TEAM, int(page) if page.isdecimal() and len(page) < len("1000000") else 0


def _row(row: WaitingRow, schema: WaitingList) -> ui.Block:
    if row.owner_id == schema.viewer:
        control = ui.button("Log", LOG, str(row.id))
    else:
        control = ui.button("I'll take it", TAKE, take_value(row, schema.whose, schema.page))
    return ui.section(row_text(row), accessory=control, block_id=row_block(row.id))


def _ways(schema: WaitingList) -> list[ui.Block]:
    ways = []
    if schema.page > 0:
        ways.append(ui.button("Back", BACK, f"{schema.whose} {schema.page - 1}"))
    if schema.page + 1 < schema.pages:
        ways.append(ui.button("Next", NEXT, f"{schema.whose} {schema.page + 1}"))
    if schema.whose != schema.viewer:
        ways.append(ui.button("Mine", MINE, f"{schema.viewer} 0"))
    if schema.whose != Whose.TEAM:
        ways.append(ui.button("The team's", TEAM, f"{Whose.TEAM} 0"))
    if schema.whose != Whose.POOL and schema.pool:
        ways.append(ui.button(f"No owner ({schema.pool:,})", POOL, f"{Whose.POOL} 0"))
    return ways


def _title(schema: WaitingList) -> str:
    if schema.whose == Whose.POOL:
        return (
            f"{ui.plural(schema.total, 'customer')} without an owner."
            if schema.total
            else "Every customer has an owner."
        )
    if not schema.total:
        return {
            Whose.TEAM.value: "Nobody has waited too long.",
            schema.viewer: "None of yours has waited too long.",
        }.get(schema.whose, f"None of {ui.cut(schema.whose_name, OWNER_IN_ROW)}'s customers has waited too long.")
    verb = "has" if schema.total == 1 else "have"
    if schema.whose == Whose.TEAM:
        return f"{ui.plural(schema.total, 'customer')} {verb} waited too long."
    owner = "yours" if schema.whose == schema.viewer else f"{ui.cut(schema.whose_name, OWNER_IN_ROW)}'s"
    return f"{schema.total:,} of {owner} {verb} waited too long."

"""Who waits, for one person's eyes: the team's list, a person's, the pool."""

from bot.digests.facts import WaitingList, WaitingRow
from bot.digests.rules import OWNER_IN_ROW, Whose
from bot.digests.views.digest import row_text, take_value
from bot.digests.views.ids import BACK, LOG, MINE, NEXT, POOL, TAKE, TEAM, row_block
from bot.slack.blocks import Block, Message, actions, button, context, cut, divider, escape, plural, section

SAID = 120


def waiting_list(fact: WaitingList) -> Message:
    """A page of it, with the way to the other pages and lists."""
    said = _title(fact)
    blocks = [section(escape(f"✓ {cut(fact.said, SAID)}"))] if fact.said else []
    blocks.append(section(escape(said)))
    if fact.rows:
        blocks += [divider(), *(_row(row, fact) for row in fact.rows), divider()]
    blocks.append(actions(*_ways(fact)))
    where = f"Page {fact.page + 1:,} of {fact.pages:,} · " if fact.pages > 1 else ""
    blocks.append(context(f"{where}Longest wait first; size plays no part. Only you see this."))
    return Message(text=escape(fact.said or said), blocks=blocks)


def place_in(value: str) -> tuple[str, int]:
    """The list and page in the value of one of its buttons; the team's first page when it makes no sense."""
    whose, _, page = value.partition(" ")
    return whose or Whose.TEAM, int(page) if page.isdecimal() and len(page) < len("1000000") else 0


def _row(row: WaitingRow, fact: WaitingList) -> Block:
    if row.owner_id == fact.viewer:
        control = button("Log", LOG, str(row.id))
    else:
        control = button("I'll take it", TAKE, take_value(row, fact.whose, fact.page))
    return section(row_text(row), accessory=control, block_id=row_block(row.id))


def _ways(fact: WaitingList) -> list[Block]:
    ways = []
    if fact.page > 0:
        ways.append(button("Back", BACK, f"{fact.whose} {fact.page - 1}"))
    if fact.page + 1 < fact.pages:
        ways.append(button("Next", NEXT, f"{fact.whose} {fact.page + 1}"))
    if fact.whose != fact.viewer:
        ways.append(button("Mine", MINE, f"{fact.viewer} 0"))
    if fact.whose != Whose.TEAM:
        ways.append(button("The team's", TEAM, f"{Whose.TEAM} 0"))
    if fact.whose != Whose.POOL and fact.pool:
        ways.append(button(f"No owner ({fact.pool:,})", POOL, f"{Whose.POOL} 0"))
    return ways


def _title(fact: WaitingList) -> str:
    if fact.whose == Whose.POOL:
        return f"{plural(fact.total, 'customer')} without an owner." if fact.total else "Every customer has an owner."
    if not fact.total:
        return {Whose.TEAM.value: "Nobody has waited too long.", fact.viewer: "None of yours has waited too long."}.get(
            fact.whose, f"None of {cut(fact.whose_name, OWNER_IN_ROW)}'s customers has waited too long."
        )
    verb = "has" if fact.total == 1 else "have"
    if fact.whose == Whose.TEAM:
        return f"{plural(fact.total, 'customer')} {verb} waited too long."
    owner = "yours" if fact.whose == fact.viewer else f"{cut(fact.whose_name, OWNER_IN_ROW)}'s"
    return f"{fact.total:,} of {owner} {verb} waited too long."

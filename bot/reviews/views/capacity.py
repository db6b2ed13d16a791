"""How capacity looks: what cadences ask of the team and of each person, and what is possible."""

from bot.customers.views import SHARE_OUT
from bot.reviews.schemas.capacity import CapacityPage, PersonCapacity, TeamCapacity
from bot.reviews.views.plans import plan_row
from bot.slack import blocks as ui

NEXT, PREVIOUS = "reviews.capacity_next", "reviews.capacity_previous"
MOVE, LENGTHEN = "reviews.move", "reviews.lengthen"
NAME_SHOWN = 60


def capacity(schema: CapacityPage) -> ui.Message:
    """Draw the sentence about the team, and a page of its people."""
    if not schema.rows:
        text = "Nobody looks after customers yet. Bring them in with /customers import."
        return ui.Message(text=text, blocks=[ui.section(text)])
    text = headline(schema.team)
    blocks = [ui.section("\n".join([f"*{text}*", *_team_lines(schema.team)]))]
    if buttons := _team_buttons(schema.team):
        blocks.append(ui.actions(*buttons))
    blocks.append(ui.divider())
    for row in schema.rows:
        blocks += _person(row, may_move=schema.team.room > 0)
    blocks += map(plan_row, schema.plans)
    where = f"Page {schema.page + 1:,} of {schema.pages:,} · " if schema.pages > 1 else ""
    blocks.append(
        ui.context(
            f"{where}Asked: the coming eight weeks, without holidays and days away. Made: the median of the last eight "
            "weeks. Only you see this."
        )
    )
    turns = _turns(schema)
    return ui.Message(text=text, blocks=[*blocks, *([ui.actions(*turns)] if turns else [])])


def headline(team: TeamCapacity) -> str:
    """Return the sentence about the team."""
    if not team.people:
        return "Too little history to tell what the team can do: it takes four weeks of check-ins."
    return (
        f"{ui.plural(team.customers, 'customer')} ask for {number(team.asked)} contacts a working day; "
        f"the team makes {number(team.made)}."
    )


def _team_lines(team: TeamCapacity) -> list[str]:
    lines = []
    if team.is_over:
        every = f"every {ui.days(team.possible)}" if team.possible else "not even once a year"
        lines.append(f"Possible for everybody: {every}.")
    elif team.people:
        lines.append("That is enough for everybody.")
    if team.strained and not team.room:
        lines.append("Nobody has room for more.")
    if team.unowned:
        lines.append(f"{team.unowned:,} of them {_have(team.unowned)} no owner.")
    if team.unknown and team.people:
        who = ui.plural(team.unknown, "person", "people")
        lines.append(f"Without {who} who {_have(team.unknown)} too little history.")
    return lines


def _team_buttons(team: TeamCapacity) -> list[ui.Block]:
    """Return the buttons to plans for everybody, and to share out what has no owner."""
    move = [ui.button("Move customers", MOVE)] if team.strained and team.room else []
    longer = [ui.button("Longer cadences", LENGTHEN)] if team.possible else []
    share = [ui.button("Share out", SHARE_OUT)] if team.unowned else []
    return [*move, *longer, *share]


def _person(row: PersonCapacity, *, may_move: bool) -> list[ui.Block]:
    """Draw what is asked of a person and made, and the plans that are possible."""
    name = ui.bold(ui.cut(row.name, NAME_SHOWN))
    blocks = [
        ui.section(
            "\n".join([f"{name} · {_customers(row)}", *filter(None, (_pace(row), _possible(row, may_move=may_move)))])
        )
    ]
    move = [ui.button("Move customers", MOVE, row.person_id)] if row.is_over and may_move else []
    longer = [ui.button("Longer cadences", LENGTHEN, row.person_id)] if row.possible else []
    return [*blocks, ui.actions(*move, *longer)] if move or longer else blocks


def _customers(row: PersonCapacity) -> str:
    every = f" every {span(row.cadences)}" if row.cadences else ""
    return f"{ui.plural(row.customers, 'customer')}{every}"


def _pace(row: PersonCapacity) -> str:
    """Return what is asked and made; attempts are named apart."""
    if row.asked is None:
        return "away for the coming eight weeks"
    asked = f"{number(row.asked)} a working day asked"
    if row.made is None:
        return f"{asked} · too little history to tell what is possible"
    tried = f", {number(row.tried)} more tried" if row.tried else ""
    return f"{asked} · {number(row.made)} made{tried}"


def _possible(row: PersonCapacity, *, may_move: bool) -> str:
    if not row.is_over:
        return f"Room for {ui.plural(row.room, 'customer')}." if row.room else ""
    others = f"{ui.plural(row.surplus, 'customer')} {'to others' if may_move else 'fewer'}"
    return f"Possible: every {span(row.possible)}, or {others}, or both." if row.possible else f"Possible: {others}."


def span(cadences: tuple[int, int] | None) -> str:
    """Return `30 days`, or `30 to 60 days` when the shortest and the longest cadence differ."""
    low, high = cadences or (0, 0)
    return ui.days(low) if low == high else f"{low:,} to {ui.days(high)}"


def number(amount: float | None) -> str:
    """Return `10.2`, `6` for a whole number, or `0.56`: below one, a tenth would hide differences."""
    return f"{amount or 0:,.{1 if (amount or 0) >= 1 else 2}f}".rstrip("0").rstrip(".")


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _turns(schema: CapacityPage) -> list[ui.Block]:
    back = [ui.button("Back", PREVIOUS, str(schema.page - 1))] if schema.page else []
    on = [ui.button("Next", NEXT, str(schema.page + 1))] if schema.page + 1 < schema.pages else []
    return [*back, *on]

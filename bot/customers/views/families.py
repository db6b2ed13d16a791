"""What is shown of families: the part of a card, the whole tree by pages."""

from collections.abc import Sequence
from uuid import UUID

from bot.customers.rules.due import Standing, Status
from bot.customers.schemas.families import Family, FamilyMember, FamilyPage, ParentSuggestion, SuggestionPage
from bot.customers.views import CARD, NAME_SHOWN, NO_OWNER, WORDS_SHOWN, names_of
from bot.slack import blocks as ui

FAMILY = "customers.family"
BACK, NEXT = "customers.family_back", "customers.family_next"
BELONGS, BELONGS_NOT = "customers.belongs", "customers.belongs_not"
LISTED_BELONGS, LISTED_BELONGS_NOT, LIST_ON = (
    "customers.row_belongs",
    "customers.row_belongs_not",
    "customers.parents_on",
)
CALLBACK = "customers.family_view"
DEEPEST = 4  # levels that a line is indented by, at most: a phone shows some forty characters a line
MEMBER_SHOWN = 60
STEP = "\u2003"  # Slack drops spaces at the beginning of a line


def on_card(family: Family, customer_id: UUID) -> ui.Block:
    """Draw the family of a customer on its card: how many there are, and the nearest of them as a tree."""
    root = ui.bold(ui.cut(family.root_name, NAME_SHOWN))
    head = (
        f"Above {family.counts.words}" if family.root_id == customer_id else f"Belongs to {root}: {family.counts.words}"
    )
    lines = [f"{_indent(one)}{_name(one, customer_id)} · {_state(one)}" for one in family.members]
    more = family.counts.total - len(family.members)
    lines += [f"and {more:,} more"] if more > 0 else []
    button = ui.button("Family", FAMILY, str(customer_id))
    return ui.section("\n".join(["*Family*", head, *lines]), accessory=button)


def suggestion(schema: ParentSuggestion) -> list[ui.Block]:
    """Ask whether a customer belongs to another, with both answers."""
    name = ui.bold(ui.cut(schema.parent_name, NAME_SHOWN))
    value = f"{schema.customer_id}:{schema.parent_id}"
    buttons = (ui.button("It does", BELONGS, value), ui.button("It doesn't", BELONGS_NOT, value))
    text = f"Does it belong to {name}? ({ui.escape(ui.cut(schema.why, WORDS_SHOWN))})"
    return [ui.divider(), ui.section(text), ui.actions(*buttons, block_id=f"customers.parent:{schema.parent_id}")]


def suggestions(schema: SuggestionPage, said: str = "") -> ui.Message:
    """Draw the customers for which a parent is suggested, each with both answers; *said* is what came of the last."""
    up_to = f" up to {ui.bold(ui.cut(schema.up_to, NAME_SHOWN))}" if schema.up_to else ""
    text = f"No customer{up_to} seems to belong to another one."
    if schema.rows:
        number = len(schema.rows)
        text = f"{ui.plural(number, 'customer')}{up_to} may belong to another one. Does it?"
    elif schema.after is not None and not schema.next_after:
        text = "No other customer seems to belong to another one."
    blocks = [*([ui.section(ui.escape(said))] if said else []), ui.section(text)]
    for one in schema.rows:
        value = f"{one.customer_id}:{one.parent_id}:{schema.after or ''}"
        name, parent = (ui.bold(ui.cut(name, MEMBER_SHOWN)) for name in (one.customer_name, one.parent_name))
        words = f"{name} → {parent} ({ui.escape(ui.cut(one.why, WORDS_SHOWN))})"
        buttons = (ui.button("It does", LISTED_BELONGS, value), ui.button("It doesn't", LISTED_BELONGS_NOT, value))
        blocks += [ui.section(words), ui.actions(*buttons, block_id=f"customers.parents:{one.customer_id}")]
    if schema.rows:
        blocks.append(ui.context("By name. A no is remembered for everybody; a family moves nobody up in any list."))
    if schema.next_after:
        blocks.append(ui.actions(ui.button("Look further", LIST_ON, str(schema.next_after))))
    return ui.Message(text=text.replace("*", ""), blocks=blocks)


def as_modal(schema: FamilyPage) -> ui.Block:
    """Draw a page of a family's tree, each customer with its card."""
    family = schema.family
    blocks = [ui.section(f"{ui.bold(ui.cut(family.root_name, NAME_SHOWN))}: {family.counts.words}"), ui.divider()]
    for one in family.members:
        owner = ui.escape(ui.cut(one.owner_name or NO_OWNER, MEMBER_SHOWN))
        text = f"{_indent(one)}{_name(one, schema.customer_id)} · {_state(one)} · {owner}"
        card = ui.button("Card", CARD, str(one.id))
        blocks.append(ui.section(text, accessory=card, block_id=f"customers.family:{one.id}"))
    turns = [(BACK, "Back", schema.page - 1)] if schema.page else []
    turns += [(NEXT, "Next", schema.page + 1)] if schema.page + 1 < schema.pages else []
    where = f"Page {schema.page + 1:,} of {schema.pages:,} · " if schema.pages > 1 else ""
    blocks.append(ui.context(f"{where}By name; a family moves nobody up or down in any list."))
    if turns:
        buttons = (ui.button(label, action, f"{page}:{schema.customer_id}") for action, label, page in turns)
        blocks.append(ui.actions(*buttons))
    return ui.modal("Family", blocks, callback_id=CALLBACK, close="Close", state=str(schema.customer_id))


def in_family(names: Sequence[str], total: int, *, root_name: str, of: str) -> str:
    """Return `You look after *Bolt* in the same family, that of *Golddex*.`; *of* is whom the news is about."""
    family = "" if root_name in {of, *names} else f", that of {ui.bold(ui.cut(root_name, NAME_SHOWN))}"
    return f"You look after {names_of(names, total)} in the same family{family}."


def _indent(member: FamilyMember) -> str:
    return f"{STEP * (min(member.depth, DEEPEST) - 1)}↳ " if member.depth else ""


def _name(member: FamilyMember, own: UUID) -> str:
    name = ui.cut(member.name, MEMBER_SHOWN)
    return ui.bold(name) if member.id == own else ui.escape(name)


def _state(member: FamilyMember) -> str:
    if member.status is not Status.ACTIVE:
        return member.status.value
    return "in cadence" if member.standing is Standing.IN_CADENCE else member.standing.value

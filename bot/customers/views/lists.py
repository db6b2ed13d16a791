"""Lists of customers: all, those called something, the pool; and what stands there when nobody is called so."""

from collections.abc import Sequence

from bot.core.errors import Ambiguous, BotError, NotFound
from bot.customers.schemas import (
    CustomerSchema,
    CustomersHandedOver,
    CustomerTaken,
    ListImported,
    ListPage,
    LookUp,
    Named,
)
from bot.customers.views import (
    ADD,
    CARD,
    NAME_SHOWN,
    NEXT_PAGE,
    PAGE_BACK,
    TAKE,
    WORDS_SHOWN,
    due_words,
    name_of,
    standing_words,
)
from bot.customers.views.imports import UNDO, UNDO_CONFIRM
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    bold,
    button,
    context,
    cut,
    divider,
    escape,
    mention,
    plural,
    quote,
    section,
)

ASKED_SHOWN = 60
POOL = "customers.pool"
IMPORT = "customers.import"
WHY_THIS_ORDER = "Longest wait first; size plays no part."

HELP = """*/customers*  everybody, longest wait first
*/customers Acme*  Acme's card; a few letters or its domain will do
*/customers add Acme*  a new customer
*/customers edit Acme*  name, owner, cadence, contacts, preferences
*/customers import*  a list from HubSpot, Salesforce, Pipedrive or any CSV file, with a look before anything changes
*/customers export*  everything as a CSV file, sent to you alone
*/customers pool*  customers nobody looks after yet"""


def page(schema: ListPage) -> Message:
    """One page of a list, with the buttons to the others."""
    if not schema.total:
        return _empty(schema)
    title = _title(schema)
    blocks = [section(title), divider()]
    for row in schema.rows:
        blocks += _row(row, pool=schema.pool)
    blocks.append(context(_foot(schema)))
    turns = _turns(schema)
    return Message(text=_plain(title), blocks=[*blocks, actions(*turns)] if turns else blocks)


def unknown(words: str, nearest: Sequence[Named]) -> Message:
    """Nobody is called so: the nearest names, and the way to add one."""
    asked = cut(words, ASKED_SHOWN)
    hint = " Did you mean one of these?" if nearest else ""
    text = f"No customer is called {bold(asked)}.{hint}"
    add = actions(button(f"Add {asked}", ADD, cut(words, 500), style="primary"))
    return Message(text=_plain(text), blocks=[section(text), *_cards(nearest), add])


def looked_up(schema: LookUp) -> Message:
    """The list or the nearest names that somebody's words led to."""
    return page(schema.page) if schema.page is not None else unknown(schema.words, schema.nearest)


def choose(error: BotError) -> Message | None:
    """Buttons for the customers that a failed search names; None for any other error."""
    if not isinstance(error, NotFound) or not error.asked:
        return None
    named = [Named(id=key, name=name) for key, name in error.nearest]
    if not isinstance(error, Ambiguous):
        return unknown(error.asked, named)
    text = escape(str(error))
    return Message(text=text, blocks=[section(text), *_cards(named)])


def help_page() -> Message:
    """What /customers can do."""
    return Message(text="What /customers can do.", blocks=[section(HELP)])


def taken(schema: CustomerSchema) -> Message:
    """Somebody has just taken a customer."""
    text = f"{name_of(schema)} is yours now, {due_words(schema.due_on, schema.today)}."
    return Message(text=_plain(text), blocks=[section(text)])


def said(words: str) -> Message:
    """A sentence."""
    return Message(text=_plain(escape(words)), blocks=[section(escape(words))])


def _row(row: CustomerSchema, *, pool: bool) -> list[Block]:
    owner = escape(cut(row.owner_name or "", ASKED_SHOWN)) or "nobody yet"
    text = f"{name_of(row)} · {standing_words(row)}" + ("" if pool else f" · {owner}")
    accessory = button("I'll take it", TAKE, str(row.id)) if pool else button("Card", CARD, str(row.id))
    return [section(text, accessory=accessory, block_id=f"{POOL if pool else 'customers.row'}:{row.id}")]


def _cards(customers: Sequence[Named]) -> list[Block]:
    return [
        section(
            bold(cut(named.name, NAME_SHOWN)),
            accessory=button("Card", CARD, str(named.id)),
            block_id=f"customers.nearest:{named.id}",
        )
        for named in customers
    ]


def _title(schema: ListPage) -> str:
    number = plural(schema.total, "customer")
    if schema.pool:
        return f"{number} without an owner. Take one, and it is yours."
    if schema.words:
        return f"{number} called something like {bold(cut(schema.words, ASKED_SHOWN))}."
    return f"{number}."


def _foot(schema: ListPage) -> str:
    where = f"Page {schema.page:,} of {schema.pages:,} · " if schema.pages > 1 else ""
    return f"{where}{WHY_THIS_ORDER}"


def _turns(schema: ListPage) -> list[Block]:
    found = []
    if schema.page > 1:
        found.append(button("Back", PAGE_BACK, _turn(schema, schema.page - 1)))
    if schema.page < schema.pages:
        found.append(button("Next", NEXT_PAGE, _turn(schema, schema.page + 1)))
    return found


def _turn(schema: ListPage, to: int) -> str:
    """Where a button leads: the page, `p` for the pool, the words."""
    return f"{to}:{'p' if schema.pool else ''}:{schema.words}"


def _empty(schema: ListPage) -> Message:
    if schema.pool:
        return said("Every customer has an owner; nobody waits in the pool.")
    text = "No customers yet. Add the first one, or bring a list."
    offers = actions(button("Add a customer", ADD, style="primary"), button("Import a list", IMPORT))
    return Message(text=text, blocks=[section(text), offers])


def _plain(text: str) -> str:
    """The sentence as a notification shows it, without bold."""
    return text.replace("*", "")


def handed_over(schema: CustomersHandedOver) -> Message:
    """Somebody was given customers."""
    giver = "The command line" if schema.by == "bot" else mention(schema.by)
    names = ", ".join(bold(cut(name, NAME_SHOWN)) for name in schema.names)
    more = schema.total - len(schema.names)
    rest = f" and {more:,} more" if more > 0 else ""
    what = names + rest if schema.total == 1 else f"{plural(schema.total, 'customer')} to look after: {names}{rest}"
    text = f"{giver} gave you {what}."
    note = [section(quote(schema.note))] if schema.note else []
    return Message(text=text.replace("*", ""), blocks=[section(text), *note])


def customer_taken(schema: CustomerTaken) -> Message:
    """A customer went to somebody else, or to the pool."""
    name = bold(cut(schema.name, NAME_SHOWN))
    if schema.to is None:
        text = f"{mention(schema.by)} put {name} into the pool; it is no longer yours."
    elif schema.to == schema.by:
        text = f"{mention(schema.by)} took {name} over from you."
    else:
        text = f"{mention(schema.by)} gave {name}, which was yours, to {mention(schema.to)}."
    return Message(text=text.replace("*", ""), blocks=[section(text)])


def imported(schema: ListImported) -> Message:
    """A list came in: the numbers, the first refusals, and the way back."""
    text = (
        f"{escape(cut(schema.file_name, NAME_SHOWN))}: {schema.added:,} added, {schema.changed:,} changed, "
        f"{schema.left_alone:,} left alone, {plural(schema.refused, 'row')} refused."
    )
    blocks = [section(text)]
    if schema.first_refusals:
        blocks.append(section("\n".join(f"• {escape(cut(words, WORDS_SHOWN))}" for words in schema.first_refusals)))
    blocks.append(actions(button("Undo", UNDO, str(schema.import_id), confirm=UNDO_CONFIRM)))
    return Message(text=text, blocks=blocks)

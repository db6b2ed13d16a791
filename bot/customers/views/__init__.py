"""What this feature shows: lists, pages, news; and the ids that other features use too."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bot.core.errors import Ambiguous, BotError, NotFound
from bot.customers.rules.due import Standing, Status
from bot.customers.schemas import (
    CustomerSchema,
    CustomersHandedOver,
    CustomerTaken,
    ListPage,
    LookUp,
    Named,
)
from bot.customers.schemas.importing import ImportInterrupted, ImportTakenBack, ListImported, Spread
from bot.customers.schemas.sharing import CustomersTakenBack, ShareSummary
from bot.slack import blocks as ui

CARD = "customers.card"
TAKE = "customers.take"
SHARE_OUT = "customers.share_out"
"""A button of this id, without a value, opens the form that shares the pool out; it works for managers."""
UNDO_SHARE = "customers.share_undo"
UNDO_SHARE_CONFIRM = ui.Confirm(
    "Undo this?",
    "The customers go back to the pool, except those that somebody has handed on or done something with since.",
    "Undo",
)
SHARE_ROW = "customers.share_row"
HAND_OVER = "customers.hand_over"
EDIT = "customers.edit"
STATUS = "customers.status"
ADD = "customers.add"
OPTIONS = "customers.options"
NEXT_PAGE = "customers.next"
PAGE_BACK = "customers.back"
UNDO = "customers.undo"
RESUME = "customers.resume"
REFUSED_ROWS = "customers.refused_rows"
"""A button of this id, with the id of an import, sends the rows that it refused as a file."""
UNDO_CONFIRM = ui.Confirm(
    "Undo this import?",
    "Customers it added go away and changes go back, except where somebody has done something since.",
    "Undo",
    danger=True,
)

NO_OWNER = "no owner"
NAME_SHOWN = 80
WORDS_SHOWN = 150


def customer_select(initial: Named | None = None, placeholder: str = "Type a few letters") -> ui.Block:
    """Draw a menu that finds customers as somebody types; its values are their ids."""
    chosen = ui.Option(initial.name, str(initial.id)) if initial else None
    return ui.external_select(OPTIONS, placeholder=placeholder, initial=chosen)


def name_of(schema: CustomerSchema) -> str:
    """Return a customer's name, bold and short enough for a line."""
    return ui.bold(ui.cut(schema.name, NAME_SHOWN))


def standing_words(schema: CustomerSchema) -> str:
    """Return where a customer stands, numbers first: "47 of 30 days", "paused: on leave"."""
    if schema.status is not Status.ACTIVE:
        why = f": {ui.escape(ui.cut(schema.status_reason, WORDS_SHOWN))}" if schema.status_reason else ""
        return f"{schema.status.value}{why}"
    waited = f"{schema.days_waiting:,} of {ui.days(schema.effective_cadence_days)}"
    if schema.last_contact_on is None:
        waited = f"never talked, customer for {ui.days(schema.days_waiting)}"
    if schema.standing is Standing.SNOOZED and schema.snoozed_until:
        return f"{waited} · snoozed until {ui.short_date(schema.snoozed_until, today=schema.today)}"
    return f"{waited} · {schema.standing}" if schema.standing in {Standing.NEGLECTED, Standing.DUE} else waited


def due_words(due: date, today: date) -> str:
    """Return when the next check-in is due."""
    if due == today:
        return "due today"
    return f"due {'' if due > today else 'since '}{ui.short_date(due, today=today)}"


ASKED_SHOWN = 60
POOL = "customers.pool"
IMPORT = "customers.import"
WHY_THIS_ORDER = "Furthest past their cadence first; size plays no part."

HELP = """*/customers*  all customers, furthest past their cadence first
*/customers Acme*  Acme's card; a few letters or its domain will do
*/customers add Acme*  a new customer
*/customers edit Acme*  name, owner, cadence, contacts, preferences
*/customers import*  a list from HubSpot, Salesforce, Pipedrive or any CSV file, with a look before anything changes
*/customers export*  everything as a CSV file, sent to you alone
*/customers pool*  customers without an owner
*/customers families*  customers that may belong to another one, to say yes or no"""


def page(schema: ListPage) -> ui.Message:
    """Draw one page of a list, with the buttons to the others."""
    if not schema.total:
        return _empty(schema)
    title = _title(schema)
    blocks = [ui.section(title), ui.divider()]
    for row in schema.rows:
        blocks += _row(row, pool=schema.pool)
    where = f"Page {schema.page:,} of {schema.pages:,} · " if schema.pages > 1 else ""
    blocks.append(ui.context(f"{where}{WHY_THIS_ORDER}"))
    turns = [*_turns(schema), *([ui.button("Share out", SHARE_OUT)] if schema.pool and schema.may_share else [])]
    if turns:
        blocks.append(ui.actions(*turns))
    return ui.Message(text=_plain(title), blocks=[*blocks, *map(share_row, schema.shares)])


def unknown(words: str, nearest: Sequence[Named]) -> ui.Message:
    """Draw the nearest names, and the way to add a customer."""
    asked = ui.cut(words, ASKED_SHOWN)
    hint = " Did you mean one of these?" if nearest else ""
    text = f"No customer is called {ui.bold(asked)}.{hint}"
    add = ui.actions(ui.button(f"Add {asked}", ADD, ui.cut(words, 500), style="primary"))
    return ui.Message(text=_plain(text), blocks=[ui.section(text), *_cards(nearest), add])


def looked_up(schema: LookUp) -> ui.Message:
    """Draw the list or the nearest names that a search led to."""
    return page(schema.page) if schema.page is not None else unknown(schema.words, schema.nearest)


def choose(error: BotError) -> ui.Message | None:
    """Draw buttons for the customers that a failed search names; None for any other error."""
    if not isinstance(error, NotFound) or not error.asked:
        return None
    named = [Named(id=key, name=name) for key, name in error.nearest]
    if not isinstance(error, Ambiguous):
        return unknown(error.asked, named)
    text = ui.escape(str(error))
    return ui.Message(text=text, blocks=[ui.section(text), *_cards(named)])


def help_page() -> ui.Message:
    """Draw what /customers can do."""
    return ui.Message(text="What /customers can do.", blocks=[ui.section(HELP)])


def taken(schema: CustomerSchema) -> ui.Message:
    """Draw the answer to taking a customer."""
    text = f"{name_of(schema)} is yours now, {due_words(schema.due_on, schema.today)}."
    return ui.Message(text=_plain(text), blocks=[ui.section(text)])


def said(words: str) -> ui.Message:
    """Draw a sentence."""
    return ui.Message(text=_plain(ui.escape(words)), blocks=[ui.section(ui.escape(words))])


def _row(row: CustomerSchema, *, pool: bool) -> list[ui.Block]:
    owner = ui.escape(ui.cut(row.owner_name or "", ASKED_SHOWN)) or NO_OWNER
    text = f"{name_of(row)} · {standing_words(row)}" + ("" if pool else f" · {owner}")
    accessory = ui.button("I'll take it", TAKE, str(row.id)) if pool else ui.button("Card", CARD, str(row.id))
    return [ui.section(text, accessory=accessory, block_id=f"{POOL if pool else 'customers.row'}:{row.id}")]


def _cards(customers: Sequence[Named]) -> list[ui.Block]:
    rows = ((ui.bold(ui.cut(one.name, NAME_SHOWN)), ui.button("Card", CARD, str(one.id)), one.id) for one in customers)
    return [ui.section(name, accessory=button, block_id=f"customers.nearest:{key}") for name, button, key in rows]


def _title(schema: ListPage) -> str:
    number = ui.plural(schema.total, "customer")
    if schema.pool:
        return f"{number} without an owner. Take one, and it is yours."
    called = f" called something like {ui.bold(ui.cut(schema.words, ASKED_SHOWN))}" if schema.words else ""
    if schema.and_more:
        return f"At least {number}{called}: these were found first. Write more of the name to see fewer."
    return f"{number}{called}."


def _turns(schema: ListPage) -> list[ui.Block]:
    back = [ui.button("Back", PAGE_BACK, _turn(schema, schema.page - 1))] if schema.page > 1 else []
    on = [ui.button("Next", NEXT_PAGE, _turn(schema, schema.page + 1))] if schema.page < schema.pages else []
    return back + on


def _turn(schema: ListPage, to: int) -> str:
    """Return the value of a page button: the page, `p` for the pool, the words."""
    return f"{to}:{'p' if schema.pool else ''}:{schema.words}"


def share_row(schema: ShareSummary) -> ui.Block:
    """Draw a sharing, with *Undo* unless it was undone."""
    when, by = ui.short_date(schema.on, today=schema.today), ui.escape(ui.cut(schema.by, NAME_SHOWN))
    undone = f" · undone by {ui.escape(ui.cut(schema.undone_by, NAME_SHOWN))}" if schema.undone_by else ""
    text = f"{ui.plural(schema.total, 'customer')} shared out · {when}, {by}{undone}"
    undo = None if schema.undone_by else ui.button("Undo", UNDO_SHARE, str(schema.id), confirm=UNDO_SHARE_CONFIRM)
    return ui.section(text, accessory=undo, block_id=f"{SHARE_ROW}:{schema.id}")


def _empty(schema: ListPage) -> ui.Message:
    if schema.pool:
        alone = said("Every customer has an owner.")
        return ui.Message(text=alone.text, blocks=[*alone.blocks, *map(share_row, schema.shares)])
    text = "No customers yet. Add the first one, or bring a list."
    offers = ui.actions(ui.button("Add a customer", ADD, style="primary"), ui.button("Import a list", IMPORT))
    return ui.Message(text=text, blocks=[ui.section(text), offers])


def _plain(text: str) -> str:
    """Return the sentence as a notification shows it, without bold."""
    return text.replace("*", "")


def handed_over(schema: CustomersHandedOver) -> ui.Message:
    """Draw the news that somebody was given customers."""
    giver = "The command line" if schema.by == "bot" else ui.mention(schema.by)
    names = names_of(schema.names, schema.total)
    what = names if schema.total == 1 else f"{ui.plural(schema.total, 'customer')} to look after: {names}"
    text = f"{giver} gave you {what}."
    note = [ui.section(ui.quote(schema.note))] if schema.note else []
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text), *note])


def taken_back(schema: CustomersTakenBack) -> ui.Message:
    """Draw the news that customers which somebody was given have no owner again."""
    names, were = (
        names_of(schema.names, schema.total),
        "customer that was" if schema.total == 1 else "customers that were",
    )
    text = f"{ui.mention(schema.by)} took back {schema.total:,} {were} shared out to you: {names}."
    return ui.Message(text=_plain(text), blocks=[ui.section(text)])


def import_taken_back(schema: ImportTakenBack) -> ui.Message:
    """Draw the news that an import was undone which gave somebody customers."""
    who = "The command line" if schema.by == "bot" else ui.mention(schema.by)
    names = names_of(schema.names, schema.given)
    isnt = "isn't" if schema.given == 1 else "aren't"
    what = f"{names}, which it gave you, {isnt} yours any more."
    if schema.left:
        are = "is" if schema.left == 1 else "are"
        what = f"Of the {schema.given:,} customers that it gave you, {schema.left:,} {are} still yours."
    text = f"{who} undid the import of {ui.escape(ui.cut(schema.file_name, NAME_SHOWN))}. {what}"
    return ui.Message(text=_plain(text), blocks=[ui.section(text)])


def names_of(names: Sequence[str], total: int) -> str:
    """Return "*Acme*, *Bolt* and 29 more" for the first names of *total* customers."""
    shown, more = [ui.bold(ui.cut(name, NAME_SHOWN)) for name in names], total - len(names)
    last = f"{more:,} more" if more > 0 else shown.pop()
    return f"{', '.join(shown)} and {last}" if shown else last


def customer_taken(schema: CustomerTaken) -> ui.Message:
    """Draw the news that a customer went to somebody else, or to the pool."""
    name = ui.bold(ui.cut(schema.name, NAME_SHOWN))
    if schema.to is None:
        text = f"{ui.mention(schema.by)} gave {name} back to the pool; it has no owner now."
    elif schema.to == schema.by:
        text = f"{ui.mention(schema.by)} took {name} over from you."
    else:
        text = f"{ui.mention(schema.by)} gave {name}, which was yours, to {ui.mention(schema.to)}."
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text)])


def imported(schema: ListImported) -> ui.Message:
    """Draw the result of an import: the numbers, the first refusals, *Share out*, *Refused rows as CSV* and *Undo*."""
    left = f"{schema.left_alone:,} left alone, " if schema.left_alone else ""
    text = (
        f"{ui.escape(ui.cut(schema.file_name, NAME_SHOWN))}: {schema.added:,} added, {schema.changed:,} changed, "
        f"{left}{ui.plural(schema.refused, 'row')} refused."
    )
    if schema.unowned:
        text += f" {schema.unowned:,} {'has' if schema.unowned == 1 else 'have'} no owner."
    blocks = [ui.section(text)]
    if schema.spread:
        blocks.append(ui.context(spread_words(schema.spread)))
    if refusals := [f"• {ui.escape(ui.cut(words, WORDS_SHOWN))}" for words in schema.first_refusals]:
        blocks.append(ui.section("\n".join(refusals)))
    share = [ui.button("Share out", SHARE_OUT)] if schema.unowned and schema.may_share else []
    refused = [refused_button(schema.import_id)] if schema.refused else []
    undo = ui.button("Undo", UNDO, str(schema.import_id), confirm=UNDO_CONFIRM)
    blocks.append(ui.actions(*share, *refused, undo))
    return ui.Message(text=text, blocks=blocks)


def spread_words(spread: Spread) -> str:
    """Return how new customers are spread over days: first check-ins, and those who were talked to before."""
    over = ui.plural(spread.weeks, "week")
    first = f"Their first check-ins are spread over {over}, at most {spread.a_day:,} a day for each owner."
    others = " others" if spread.weeks else ""
    evened = f"Where more than {spread.a_day:,}{others} are due on one day, some of them come up earlier."
    return " ".join([*([first] if spread.weeks else []), *([evened] if spread.is_evened else [])])


def import_interrupted(schema: ImportInterrupted) -> ui.Message:
    """Draw the news that an import or its undoing was interrupted, with the way on and the way back."""
    what, state = ("undoing", "undone") if schema.is_undo else ("import", "in")
    text = (
        f"The {what} of {ui.escape(ui.cut(schema.file_name, NAME_SHOWN))} was interrupted, with "
        f"{ui.plural(schema.done, 'customer')} {state}. Nothing is lost: it can go on"
        f"{'' if schema.is_undo else ', or what is in can be undone'}."
    )
    return ui.Message(text=text, blocks=[ui.section(text), resume_buttons(schema.import_id, is_undo=schema.is_undo)])


def resume_buttons(import_id: UUID, *, is_undo: bool) -> ui.Block:
    """Draw *Go on* for an import or undoing that was interrupted, and *Undo* for an import."""
    undo = [] if is_undo else [ui.button("Undo", UNDO, str(import_id), confirm=UNDO_CONFIRM)]
    return ui.actions(ui.button("Go on", RESUME, str(import_id), style="primary"), *undo)


def refused_button(import_id: UUID) -> ui.Block:
    """Draw the button that sends the rows that an import refused."""
    return ui.button("Refused rows as CSV", REFUSED_ROWS, str(import_id))

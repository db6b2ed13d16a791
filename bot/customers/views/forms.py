"""The modals: adding and editing a customer, its status, handing it over, importing a list."""

import json
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from bot.customers.rules.cells import write_contact
from bot.customers.rules.due import LONGEST_CADENCE_DAYS, Status
from bot.customers.rules.headers import LEAVE_OUT, Field
from bot.customers.rules.questions import NOTHING_CHOSEN
from bot.customers.rules.refusals import RefusalGroup, group_refusals
from bot.customers.rules.rows import Note
from bot.customers.schemas import (
    Card,
    CustomerDetails,
    Drafts,
    ImportDone,
    ImportPlan,
    ImportSummary,
    ImportUndone,
    Named,
    SampleRow,
)
from bot.customers.views import (
    NAME_SHOWN,
    NO_OWNER,
    WORDS_SHOWN,
    customer_select,
    name_of,
    refused_button,
    spread_words,
)
from bot.customers.views.apart import draw_taken_as_one
from bot.customers.views.earlier import draw_earlier
from bot.customers.views.questions import draw_questions
from bot.customers.views.sharing import share_lines
from bot.slack import blocks as ui

SAVE_NEW, SAVE_EDIT = "customers.save_new", "customers.save_edit"
SAVE_STATUS, SAVE_OWNER = "customers.save_status", "customers.save_owner"

NAME, DOMAIN, OWNER, CADENCE, ALIASES, PREFERENCES, CONTACTS, PARENT, COUNTRY, ZONE, TAGS, VALUE, HEADCOUNT = (
    "customers.name", "customers.domain", "customers.owner", "customers.cadence", "customers.aliases",
    "customers.preferences", "customers.contacts", "customers.parent", "customers.country", "customers.zone",
    "customers.tags", "customers.value", "customers.headcount",
)  # fmt: skip
STATUS, REASON, UNTIL = "customers.status_choice", "customers.reason", "customers.until"
TO, NOTE = "customers.to", "customers.note"
POOL = "customers.to_pool"

FIELD_BLOCKS = {
    "name": NAME, "domain": DOMAIN, "owner": OWNER, "to": TO, "cadence": CADENCE, "aliases": ALIASES,
    "preferences": PREFERENCES, "contacts": CONTACTS, "parent": PARENT, "country": COUNTRY, "zone": ZONE, "tags": TAGS,
    "value": VALUE, "headcount": HEADCOUNT, "reason": REASON, "until": UNTIL, "status": STATUS,
}  # fmt: skip
"""Where a sentence about each field stands."""

LONGEST_LIST = 2900
ALSO_CALLED = (
    "Divided by semicolons. An account (@acme) or a page (booking.com/hotel/acme) may stand here, too. If a page is on "
    "the customer's own domain, mentions count only links under that page."
)


def add(name: str, *, owner: str, cadence: int) -> ui.Block:
    """Draw the modal for a new customer."""
    details = CustomerDetails(name=name, owner_id=owner)
    return ui.modal("Add a customer", _fields(details, None, cadence), callback_id=SAVE_NEW, submit="Add")


def edit(card: Card, *, under: str = "", cadence: int) -> ui.Block:
    """Draw the modal for what is known about a customer; *under* is the view below, redrawn afterwards."""
    fields, state = _fields(card.details, card.parent, cadence), remember(card.customer.id, under)
    return ui.modal("Edit customer", fields, callback_id=SAVE_EDIT, submit="Save", state=state)


def status(card: Card, *, under: str = "") -> ui.Block:
    """Draw the modal that sets whether we look after a customer."""
    schema = card.customer
    options = [
        ui.Option("Active", Status.ACTIVE.value, "Reminded of when it is due"),
        ui.Option("Paused", Status.PAUSED.value, "Left alone for a while"),
        ui.Option("Lost", Status.LOST.value, "No longer a customer"),
        ui.Option("Excluded", Status.EXCLUDED.value, "Not to be contacted; a manager decides"),
    ]
    reason = schema.status_reason or ""
    blocks = [
        ui.section(name_of(schema)),
        ui.field_of("Status", ui.radio(STATUS, options, initial=schema.status.value), block_id=STATUS),
        ui.field_of("Why", ui.text_input(REASON, initial=reason, max_length=300), block_id=REASON, optional=True),
        ui.field_of("Paused until", ui.date_picker(UNTIL, initial=card.status_until), block_id=UNTIL, optional=True,
                 hint="Empty: until somebody makes it active again."),
    ]  # fmt: skip
    return ui.modal("Status", blocks, callback_id=SAVE_STATUS, submit="Save", state=remember(schema.id, under))


def hand_over(card: Card, *, under: str = "") -> ui.Block:
    """Draw the modal that gives a customer to somebody else, or to the pool."""
    note = ui.text_input(NOTE, multiline=True, max_length=300)
    pool = ui.checkboxes(POOL, [ui.Option("No owner: back to the pool, where anybody may take it", "pool")])
    blocks = [
        ui.section(name_of(card.customer)),
        ui.field_of("New owner", ui.person_select(TO), block_id=TO, optional=True),
        ui.field_of("Or", pool, block_id=POOL, optional=True),
        ui.field_of("What they should know", note, block_id=NOTE, optional=True),
    ]
    state = remember(card.customer.id, under)
    return ui.modal("Hand over", blocks, callback_id=SAVE_OWNER, submit="Hand over", state=state)


def remember(customer_id: UUID, under: str) -> str:
    """Return what a modal remembers: its customer, and the view below it."""
    return json.dumps({"customer": str(customer_id), "under": under})


def money_text(details: CustomerDetails) -> str:
    """Return an amount as the form shows and reads it: "1100.04 EUR"."""
    if details.annual_value is None:
        return ""
    return f"{details.annual_value:.2f} {details.currency or ''}".strip()


def contact_lines(details: CustomerDetails) -> str:
    """Return the contacts as the form shows and reads them, one a line."""
    return "\n".join(write_contact(contact) for contact in details.contacts)


def too_long_for_form(details: CustomerDetails) -> set[str]:
    """Return the fields that hold more than a form takes; those are shown, not edited, so that nothing is lost."""
    lists = {
        "aliases": "; ".join(details.aliases),
        "tags": "; ".join(details.tags),
        "preferences": "\n".join(details.preferences),
        "contacts": contact_lines(details),
    }
    return {name for name, text in lists.items() if len(text) > LONGEST_LIST}


def _fields(details: CustomerDetails, parent: Named | None, cadence: int) -> list[ui.Block]:
    headcount = "" if details.headcount is None else str(details.headcount)
    blocks = [
        ui.field_of("Name", ui.text_input(NAME, initial=details.name, max_length=200), block_id=NAME),
        ui.field_of("Owner", ui.person_select(OWNER, initial=details.owner_id), block_id=OWNER, optional=True,
                 hint="Empty: no owner, and anybody may take it."),
        ui.field_of("Days between contacts", ui.number_input(CADENCE, initial=details.cadence_days, lowest=1,
                 highest=LONGEST_CADENCE_DAYS), block_id=CADENCE, optional=True,
                 hint=f"Empty: every {cadence}, like everybody."),
        _list("How they like it", PREFERENCES, "\n".join(details.preferences), "One a line: prefers calls before ten"),
        _list("Contacts", CONTACTS, contact_lines(details),
              "One a line: Jo Ito; buyer; jo@acme.com; +351 21 000; do not contact"),
        ui.field_of("Domain", ui.text_input(DOMAIN, initial=details.domain or "", max_length=300), block_id=DOMAIN,
                 optional=True),
        _list("Also called", ALIASES, "; ".join(details.aliases), ALSO_CALLED, lines=False),
        ui.field_of("Belongs to", customer_select(parent), block_id=PARENT, optional=True),
        ui.field_of("Country", ui.text_input(COUNTRY, initial=details.country or "", max_length=60), block_id=COUNTRY,
                 optional=True),
        ui.field_of("Time zone", ui.text_input(ZONE, initial=details.zone or "", placeholder="Europe/Lisbon",
                                               max_length=64), block_id=ZONE, optional=True),
        _list("Tags", TAGS, "; ".join(details.tags), "Divided by semicolons", lines=False),
        ui.field_of("Annual value", ui.text_input(VALUE, initial=money_text(details), placeholder="12500.50 EUR",
                 max_length=60), block_id=VALUE, optional=True,
                 hint="For your information: no list and no reminder depends on it."),
        ui.field_of("People there", ui.text_input(HEADCOUNT, initial=headcount, max_length=30),
                 block_id=HEADCOUNT, optional=True),
    ]  # fmt: skip
    return [block for block in blocks if block]


def _list(label: str, block_id: str, text: str, hint: str, *, lines: bool = True) -> ui.Block:
    if len(text) > LONGEST_LIST:
        beginning = ui.escape(ui.cut(text, NAME_SHOWN))
        return ui.context(f"{label}: too much for this form, so it stays as it is. {beginning}")
    field = ui.text_input(block_id, initial=text, multiline=lines)
    return ui.field_of(label, field, block_id=block_id, optional=True, hint=hint)


TITLE = "Import customers"
SEND, CONFIRM, MAPPED = "customers.import_send", "customers.import_confirm", "customers.import_mapped"
FILE, ERASE, COLUMNS, REFUSED = "customers.file", "customers.erase", "customers.columns", "customers.refused"
UNOWNED, AMONG, SHARE, LEAVE = "customers.unowned", "customers.among", "share", "leave"
COLUMN = "customers.column"
KINDS = ("csv", "tsv", "txt", "gz")
SHOWN = 5
HEADING_SHOWN = 75  # characters of a column's heading; fifty longer ones may be more than a window holds
MOST_COLUMNS = 60  # a menu is some 2,500 bytes, a view at most 250,000
AUTOMATIC = "-"


def ask_for_file(earlier: Sequence[ImportSummary] = (), *, just_undone: ImportUndone | None = None) -> ui.Block:
    """Draw the modal that takes the file; below it *earlier* imports, each with *Undo*."""
    erase = ui.checkboxes(ERASE, [ui.Option("Empty cells erase what we have", "erase")])
    blocks = [
        *(undone(just_undone).blocks if just_undone else ()),
        ui.section("A list from HubSpot, Salesforce, Pipedrive, or any CSV file. You see what it would do first."),
        ui.field_of("List", ui.file_input(FILE, types=KINDS), block_id=FILE),
        ui.field_of("Empty cells", erase, block_id=ERASE, optional=True, hint="Leave this alone unless you mean it."),
        ui.context("Names, owners, domains and the rest are found by their headings. Importing twice changes nothing."),
        *([ui.divider(), ui.section("*Earlier lists*")] if earlier else []),
        *(block for summary in earlier for block in draw_earlier(summary)),
    ]
    return ui.modal(TITLE, blocks, callback_id=SEND, submit="Look at it")


def preview(
    plan: ImportPlan,
    drafts: Drafts,
    *,
    upload_id: UUID,
    erase: bool,
    answers: Mapping[str, str] = NOTHING_CHOSEN,
    apart: Sequence[int] = (),
) -> ui.Block:
    """
    Draw what the list would do, and what it leaves open with the *answers* so far; nothing has changed yet.

    Rows *apart* are customers of their own because somebody wants it so.
    """
    state = import_state(upload_id, erase=erase)
    as_csv = ui.button("Refused rows as CSV", REFUSED, state) if plan.refused else None
    head = f"*{ui.escape(ui.cut(plan.file_name, NAME_SHOWN))}*\n{_numbers(plan)}"
    blocks = [ui.section(head, accessory=as_csv)]
    if plan.only_managers:
        blocks.append(ui.section(f":lock: {ui.escape(plan.only_managers)}"))
    if plan.late:
        late = ui.plural(plan.late, "first call")
        blocks.append(ui.context(f"{late} find no room inside the cadence and come after it, a few a day."))
    questions = () if plan.only_managers else drafts.questions
    blocks += draw_questions(questions, answers)
    blocks += draw_taken_as_one(plan, apart)
    blocks += _groups("Refused", plan.refusals)
    blocks.append(ui.section(_columns(drafts), accessory=ui.button("Choose columns", COLUMNS, state)))
    blocks += _part("First rows", len(plan.added), [_sample_row(row) for row in plan.sample])
    blocks += _groups("Worth a look", plan.remarks)
    changes = [
        f"• {ui.escape(ui.cut(change.name, NAME_SHOWN))}: {change.field} “{ui.escape(ui.cut(change.before, 60))}” → "
        f"“{ui.escape(ui.cut(change.after, 60))}”"
        for change in plan.changes[:SHOWN]
    ]
    blocks += _part("Changed", len(plan.changes), changes)
    blocks += _unowned(plan)
    nothing_to_do = plan.changes_nothing and not questions
    submit = "" if nothing_to_do or plan.only_managers else "Import"
    return ui.modal(TITLE, blocks, callback_id=CONFIRM, submit=submit, state=state)


def _unowned(plan: ImportPlan) -> list[ui.Block]:
    """Draw the question what becomes of new customers without an owner; only managers may share them out."""
    if not plan.unowned or plan.only_managers:
        return []
    number = f"{plan.unowned:,} {'has' if plan.unowned == 1 else 'have'} no owner"
    if not plan.may_share:
        return [ui.context(f"{number}. Anybody can take one with /customers pool; a manager can share them out.")]
    options = [ui.Option("Share out among", SHARE), ui.Option("Leave without an owner", LEAVE)]
    chosen = SHARE if plan.proposed else LEAVE
    return [
        ui.divider(),
        ui.field_of(number, ui.radio(UNOWNED, options, initial=chosen), block_id=UNOWNED),
        ui.field_of("Share out among", ui.people_select(AMONG, initial=plan.proposed), block_id=AMONG, optional=True,
                    hint="Evenly by number, families together. Size plays no part."),
    ]  # fmt: skip


def _sample_row(row: SampleRow) -> str:
    parts = (row.domain, row.owner_name or NO_OWNER)
    shown = "".join(f" · {ui.escape(ui.cut(part, NAME_SHOWN))}" for part in parts if part)
    return f"• {ui.bold(ui.cut(row.name, NAME_SHOWN))}{shown}"


def map_columns(drafts: Drafts, *, upload_id: UUID, by_hand: Mapping[str, str], erase: bool) -> ui.Block:
    """Draw a menu for each column of the list: which field it is."""
    blocks = [ui.section("\n".join(f":warning: {ui.escape(ui.cut(words, 600))}" for words in drafts.problems[:3]))]
    if not drafts.problems:
        blocks = [ui.section("Which column is what? *Automatic* leaves the choice to the headings.")]
    read_as = {header: field.value for field, header in drafts.columns.items()}
    options = [
        ui.Option("Automatic", AUTOMATIC),
        ui.Option("Leave out", LEAVE_OUT),
        *(ui.Option(field.header, field.value) for field in Field),
    ]
    for index, header in enumerate(drafts.headers[:MOST_COLUMNS]):
        chosen = by_hand.get(header, AUTOMATIC)
        now = read_as.get(header)
        hint = f"Read as {Field(now).header.lower()}" if now and now in set(Field) else ""
        menu = ui.select(COLUMN, options, initial=chosen)
        label = ui.cut(header, HEADING_SHOWN) or f"Column {index + 1}"
        blocks.append(ui.field_of(label, menu, block_id=column_id(index), optional=True, hint=hint))
    return ui.modal(TITLE, blocks, callback_id=MAPPED, submit="Look again", state=import_state(upload_id, erase=erase))


def done(result: ImportDone) -> ui.Block:
    """Draw the result of an import."""
    plan = result.plan
    blocks = [ui.section(f"*{ui.escape(ui.cut(plan.file_name, NAME_SHOWN))}* is in.\n{_numbers(plan, done=True)}")]
    blocks += _groups("Refused", plan.refusals)
    if plan.refusals:
        blocks.append(ui.actions(refused_button(result.id)))
    if plan.shares:
        blocks.append(ui.section("\n".join(["*Shared out*", *share_lines(plan.shares)])))
    dates = spread_words(plan.spread) if plan.spread else "New customers have their first dates."
    blocks.append(ui.context(f"{dates} Owners get a message. You can undo this from yours."))
    return ui.modal(TITLE, blocks, callback_id="customers.import_done", close="Close")


def done_message(result: ImportDone) -> ui.Message:
    """Draw the result of an import that went on after an interruption."""
    text = f"*{ui.escape(ui.cut(result.plan.file_name, NAME_SHOWN))}* is in.\n{_numbers(result.plan, done=True)}"
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text)])


def working(words: str) -> ui.Block:
    """Draw how far an import or its undoing is, in the window."""
    return ui.modal(TITLE, working_message(words).blocks, callback_id="waiting", close="Close")


def working_message(words: str) -> ui.Message:
    """Draw how far an import or its undoing is, in its message."""
    hint = "Others can work meanwhile. You may close this; a message says when it is done."
    text = ui.escape(words)
    return ui.Message(text=text, blocks=[ui.section(text), ui.context(hint)])


def undone(schema: ImportUndone) -> ui.Message:
    """Draw the result of undoing an import."""
    text = (
        f"{ui.escape(ui.cut(schema.file_name, NAME_SHOWN))} was undone: "
        f"{ui.plural(schema.removed, 'customer')} removed, {schema.restored:,} put back, "
        f"{schema.kept_total:,} left as they are."
    )
    kept = [f"• {ui.bold(ui.cut(name, NAME_SHOWN))}: {ui.escape(why)}" for name, why in schema.kept[:10]]
    return ui.Message(text=text, blocks=[ui.section(text), *([ui.section("\n".join(kept))] if kept else [])])


def import_state(upload_id: UUID, *, erase: bool) -> str:
    """Return what a modal of this import remembers."""
    return json.dumps({"upload": str(upload_id), "erase": erase})


def column_id(index: int) -> str:
    """Return the block id of the *index*-th column's menu."""
    return f"{COLUMN}:{index}"


def _numbers(plan: ImportPlan, *, done: bool = False) -> str:
    left = f" · {plan.left_alone:,} left alone" if plan.left_alone else ""
    left += f" · {plan.joined:,} taken as one with another row" if plan.joined else ""
    groups = group_refusals(plan.refusals)
    why = f" ({ui.escape(ui.cut(groups[0].short, WORDS_SHOWN))})" if len(groups) == 1 else ""
    return (
        f"{len(plan.added):,}{'' if done else ' would be'} added · {plan.changed:,} changed{left} · "
        f"{ui.plural(plan.refused, 'row')} refused{why}"
    )


def _part(title: str, total: int, lines: Sequence[str], *, more_of: str = "") -> list[ui.Block]:
    if not lines:
        return []
    left = total - len(lines)
    more = f"\nand {ui.plural(left, f'more {more_of}') if more_of else f'{left:,} more'}" if left > 0 else ""
    return [ui.divider(), ui.section(f"*{title}*\n" + "\n".join(lines) + more)]


def _groups(title: str, notes: Iterable[Note]) -> list[ui.Block]:
    """Draw what is said about rows, one line for each reason."""
    groups = group_refusals(notes)
    return _part(title, len(groups), [_group(group) for group in groups[:SHOWN]], more_of="reason")


def _group(group: RefusalGroup) -> str:
    where = f"{group.where[0].upper()}{group.where[1:]}"
    example = "" if group.is_uniform else ", for example"
    return (
        f"• {ui.escape(ui.cut(where, NAME_SHOWN))}{example}: {ui.escape(ui.cut(group.first.reason, 2 * WORDS_SHOWN))}"
    )


def _columns(drafts: Drafts) -> str:
    read = ", ".join(f"{ui.cut(header, 60)} → {field.header.lower()}" for header, field in drafts.list_columns())
    left = f"\nNot read: {', '.join(ui.cut(header, 40) for header in drafts.unmapped[:10])}." if drafts.unmapped else ""
    system = f"Looks like {drafts.system}. " if drafts.system else ""
    return ui.escape(ui.cut(f"{system}Read: {read}.{left}", 1800))

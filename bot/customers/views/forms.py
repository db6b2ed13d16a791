"""The windows that ask: adding and editing a customer, its status, handing it over."""

import json
from uuid import UUID

from bot.customers.rules.cells import write_contact
from bot.customers.rules.due import LONGEST_CADENCE_DAYS, Status
from bot.customers.schemas import Card, CustomerDetails, Named
from bot.customers.views import NAME_SHOWN, customer_select, name_of
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


def add(name: str, *, owner: str, cadence: int) -> ui.Block:
    """Draw the modal for a new customer."""
    details = CustomerDetails(name=name, owner_id=owner)
    return ui.modal("Add a customer", _fields(details, None, cadence), callback_id=SAVE_NEW, submit="Add")


def edit(card: Card, *, under: str = "", cadence: int) -> ui.Block:
    """Draw the modal for what is known about a customer; *under* is the view below, redrawn afterwards."""
    return ui.modal(
        "Edit customer",
        _fields(card.details, card.parent, cadence),
        callback_id=SAVE_EDIT,
        submit="Save",
        memory=remember(card.customer.id, under),
    )


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
    return ui.modal("Status", blocks, callback_id=SAVE_STATUS, submit="Save", memory=remember(schema.id, under))


def hand_over(card: Card, *, under: str = "") -> ui.Block:
    """Draw the modal that gives a customer to somebody else, or to the pool."""
    pool = ui.checkboxes(POOL, [ui.Option("Back to the pool, where anybody may take it", "pool")])
    blocks = [
        ui.section(name_of(card.customer)),
        ui.field_of("Who looks after it from now on", ui.person_select(TO), block_id=TO, optional=True),
        ui.field_of("Or", pool, block_id=POOL, optional=True),
        ui.field_of(
            "What they should know", ui.text_input(NOTE, multiline=True, max_length=300), block_id=NOTE, optional=True
        ),
    ]
    return ui.modal(
        "Hand over", blocks, callback_id=SAVE_OWNER, submit="Hand over", memory=remember(card.customer.id, under)
    )


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
    blocks = [
        ui.field_of("Name", ui.text_input(NAME, initial=details.name, max_length=200), block_id=NAME),
        ui.field_of("Looked after by", ui.person_select(OWNER, initial=details.owner_id), block_id=OWNER, optional=True,
                 hint="Empty: in the pool, where anybody may take it."),
        ui.field_of("Days between contacts", ui.number_input(CADENCE, initial=details.cadence_days, lowest=1,
                 highest=LONGEST_CADENCE_DAYS), block_id=CADENCE, optional=True,
                 hint=f"Empty: every {cadence}, like everybody."),
        _list("How they like it", PREFERENCES, "\n".join(details.preferences), "One a line: prefers calls before ten"),
        _list("Contacts", CONTACTS, contact_lines(details),
              "One a line: Jo Ito; buyer; jo@acme.com; +351 21 000; do not contact"),
        ui.field_of("Domain", ui.text_input(DOMAIN, initial=details.domain or "", max_length=300), block_id=DOMAIN,
                 optional=True),
        _list("Also called", ALIASES, "; ".join(details.aliases), "Divided by semicolons", lines=False),
        ui.field_of("Belongs to", customer_select(parent), block_id=PARENT, optional=True),
        ui.field_of("Country", ui.text_input(COUNTRY, initial=details.country or "", max_length=60), block_id=COUNTRY,
                 optional=True),
        ui.field_of("Time zone", ui.text_input(ZONE, initial=details.zone or "", placeholder="Europe/Lisbon",
                                               max_length=64), block_id=ZONE, optional=True),
        _list("Tags", TAGS, "; ".join(details.tags), "Divided by semicolons", lines=False),
        ui.field_of("Annual value", ui.text_input(VALUE, initial=money_text(details), placeholder="12500.50 EUR",
                 max_length=60), block_id=VALUE, optional=True, hint="Kept for you; it decides nothing here."),
        ui.field_of("People there", ui.text_input(HEADCOUNT, initial=_count(details.headcount), max_length=30),
                 block_id=HEADCOUNT, optional=True),
    ]  # fmt: skip
    return [block for block in blocks if block]


def _count(number: int | None) -> str:
    return "" if number is None else str(number)


def _list(label: str, block_id: str, text: str, hint: str, *, lines: bool = True) -> ui.Block:
    if len(text) > LONGEST_LIST:
        return ui.context(
            f"{label}: too much for this form, so it stays as it is. {ui.escape(ui.cut(text, NAME_SHOWN))}"
        )
    return ui.field_of(
        label, ui.text_input(block_id, initial=text, multiline=lines), block_id=block_id, optional=True, hint=hint
    )

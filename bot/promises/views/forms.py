"""The windows: promise, renegotiate, withdraw; and the fields in the check-in form."""

from collections.abc import Mapping
from typing import Any

from bot.commitments.views import saved
from bot.promises.rules import CONTACT as CONTACT_LENGTH
from bot.promises.rules import NOTE, WHAT
from bot.promises.schemas import Draft, PromiseSchema
from bot.promises.views.rows import about
from bot.slack.blocks import (
    OPTION_TEXT,
    Block,
    Option,
    checkboxes,
    cut,
    date_picker,
    escape,
    external_select,
    field_of,
    modal,
    person_select,
    section,
    select,
    text_input,
)

__all__ = ["saved"]

SAVE, MOVED, WITHDRAWN = "promises.save", "promises.moved", "promises.withdrawn"
OPTIONS = "customers.options"  # the customers feature answers it
CUSTOMER, WORDS, DUE = "promises.customer", "promises.words", "promises.due"
CONTACT, WHO = "promises.contact", "promises.who"
SAID, AGREED, YES = "promises.said", "promises.agreed", "yes"
FIELD_OF = {
    "customer": CUSTOMER, "what": WORDS, "due": DUE, "contact": CONTACT, "promised_by": WHO, "note": SAID,
    "agreed": AGREED,
}  # fmt: skip

EXTRA = "promises.promised"
EXTRA_WHAT, EXTRA_DUE = f"{EXTRA}.what", f"{EXTRA}.due"
EXTRA_FIELD_OF = {"what": EXTRA_WHAT, "due": EXTRA_DUE, "promised_by": EXTRA_WHAT}


def promise_form(schema: Draft, *, memory: str) -> Block:
    """Which customer, what, by when, to whom, who; what couldn't be told is asked for on top."""
    chosen = Option(cut(schema.customer_name, OPTION_TEXT), str(schema.customer_id)) if schema.customer_id else None
    asked = [section(escape(" ".join(schema.problems)))] if schema.problems else []
    customer = external_select(OPTIONS, placeholder="Type a name", initial=chosen)
    blocks = [
        *asked,
        field_of("Customer", customer, block_id=CUSTOMER, dispatch=True),
        field_of("What we promised", text_input(WORDS, initial=schema.what, max_length=WHAT), block_id=WORDS),
        field_of("By when", date_picker(DUE, initial=schema.due_on), block_id=DUE),
        _contact_field(schema),
        field_of("Who promised", person_select(WHO, initial=schema.promised_by), block_id=WHO),
    ]
    return modal("Promise", blocks, callback_id=SAVE, submit="Save", memory=memory)


def with_contacts(view: Mapping[str, Any], schema: Draft) -> Block:
    """The same form with the people of another customer to choose from; what was entered stays."""
    kept = ("type", "callback_id", "title", "submit", "close", "private_metadata")
    blocks = [_contact_field(schema) if is_contact(block) else block for block in view["blocks"]]
    return {**{name: view[name] for name in kept if view.get(name) is not None}, "blocks": blocks}


def is_contact(block: Mapping[str, Any]) -> bool:
    """Whether a block of the form asks to whom it was promised."""
    return str(block.get("block_id")).startswith(f"{CONTACT}:")


def contact_block(customer_id: object) -> str:
    """The id of the field for who it was promised to; another one for each customer, whose people it lists."""
    return f"{CONTACT}:{customer_id}"


def renegotiate_form(schema: PromiseSchema, *, memory: str) -> Block:
    """Another day, what was agreed, and that it was."""
    agreed = checkboxes(AGREED, [Option("The customer agreed to this day", YES)])
    blocks = [
        section(about(schema)),
        field_of("New day", date_picker(DUE), block_id=DUE),
        field_of("What was agreed", text_input(SAID, multiline=True, max_length=NOTE), block_id=SAID),
        field_of("Agreed", agreed, block_id=AGREED, optional=True),
    ]
    return modal("Renegotiated", blocks, callback_id=MOVED, submit="Save", memory=memory)


def withdraw_form(schema: PromiseSchema, *, memory: str) -> Block:
    """Why it isn't owed any more."""
    words = text_input(SAID, multiline=True, max_length=NOTE)
    blocks = [section(about(schema)), field_of("Why it isn't owed any more", words, block_id=SAID)]
    return modal("Withdrawn", blocks, callback_id=WITHDRAWN, submit="Withdraw", close="Keep it", memory=memory)


def extra_fields(_about: object) -> list[Block]:
    """What was promised, in the check-in form."""
    what = text_input(EXTRA_WHAT, max_length=WHAT, placeholder="send the new price list")
    return [
        field_of("We promised", what, block_id=EXTRA_WHAT, optional=True),
        field_of("By when", date_picker(EXTRA_DUE), block_id=EXTRA_DUE, optional=True),
    ]


def _contact_field(schema: Draft) -> Block:
    """One of the customer's people where they are known, else a name."""
    if schema.contacts:
        options = [Option(cut(one.name, OPTION_TEXT), str(one.id)) for one in schema.contacts]
        element = select(CONTACT, options, placeholder="Somebody there")
    else:
        element = text_input(CONTACT, max_length=CONTACT_LENGTH)
    return field_of("To whom", element, block_id=contact_block(schema.customer_id or ""), optional=True)

"""Listeners for adding, changing, exporting and erasing a customer, for erasing a person, and their helpers."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from bot.core.errors import InvalidInput, NotFound
from bot.core.feature import open_offer
from bot.core.schemas import Subject
from bot.customers.queries.losses import get_loss_form
from bot.customers.queries.screens import find_card, get_cadence, get_card
from bot.customers.rules import cells
from bot.customers.rules.cells import ContactDetails, UnclearContact, read_contacts, write_contact
from bot.customers.rules.countries import country_code
from bot.customers.rules.due import Status
from bot.customers.rules.losses import LossReason
from bot.customers.rules.names import clean_text
from bot.customers.schemas import Card, CustomerDetails
from bot.customers.schemas.losses import LossDetails
from bot.customers.usecases import hand_over
from bot.customers.usecases.details import add_customer, edit_customer, set_status
from bot.customers.usecases.erasing import erase_subject, export_subject, find_subject, get_subject
from bot.customers.views import EDIT, HAND_OVER, STATUS, forms, losses
from bot.customers.views import card as card_view
from bot.slack.blocks import Block, modal
from bot.slack.callers import Caller
from bot.slack.files import send_file
from bot.slack.payloads import Form

T = TypeVar("T")


def customer_in(value: str) -> UUID:
    """
    Return the customer that a button is about, by its id or by a subject that another feature made.

    Raises:
        NotFound: the value names none.
    """
    try:
        if value.startswith("{"):
            return Subject.model_validate_json(value).customer_id or UUID(int=0)
        return UUID(value)
    except ValueError:
        raise NotFound("No customer stands behind that button; look it up with /customers.") from None


def state_in(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a modal keeps; empty when it can't be read."""
    try:
        found = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def read_card(caller: Caller, customer_id: UUID) -> Card:
    """Return everything that is shown about a customer."""
    return await caller.read(get_card, customer_id=customer_id, features=caller.features)


async def open_new(caller: Caller, name: str) -> None:
    """Open the modal for a new customer called *name*."""
    cadence = await caller.read(get_cadence)
    await caller.open(forms.add(clean_text(name, 200), owner=caller.person, cadence=cadence))


async def open_edit(caller: Caller, words: str) -> None:
    """Open the modal with everything about the customer called *words*."""
    card = await caller.read(find_card, words=words, features=caller.features)
    await caller.open(forms.edit(card, cadence=await caller.read(get_cadence)))


async def ask_new(caller: Caller) -> None:
    """Open the modal for a new customer from *Add*."""
    await open_new(caller, caller.value)


async def ask_edit(caller: Caller) -> None:
    """Open the modal with everything about a customer."""
    await _open_form(caller, EDIT, customer_in(caller.value))


async def ask_status(caller: Caller) -> None:
    """Open the modal for a customer's status."""
    await _open_form(caller, STATUS, customer_in(caller.value))


async def ask_owner(caller: Caller) -> None:
    """Open the modal that hands a customer over."""
    await _open_form(caller, HAND_OVER, customer_in(caller.value))


_FORMS: Mapping[str, Callable[..., Block]] = {EDIT: forms.edit, STATUS: forms.status, HAND_OVER: forms.hand_over}


async def _open_form(caller: Caller, which: str, customer_id: UUID) -> None:
    """Open one of the modals about a customer, above its card if that is where it was asked for."""
    card = await read_card(caller, customer_id)
    more = {"cadence": await caller.read(get_cadence)} if which == EDIT else {}
    await caller.open(_FORMS[which](card, under=_under(caller), **more))


async def add(caller: Caller) -> None:
    """Add a customer, and show its card in the place of the modal."""
    details = _details(caller.form, CustomerDetails(name=""))
    schema = await caller.run(add_customer, details=details, view_id=caller.view["id"])
    await caller.show(card_view.as_modal(await read_card(caller, schema.id)))


async def edit(caller: Caller) -> None:
    """Change what is known about a customer."""
    customer_id = _customer(caller)
    before = (await read_card(caller, customer_id)).details
    await caller.run(edit_customer, customer_id=customer_id, details=_details(caller.form, before))
    await _show_card(caller, customer_id)


async def change_status(caller: Caller) -> None:
    """Change a customer's status; of a lost one, ask first why it was lost."""
    form, customer_id = caller.form, _customer(caller)
    status = Status(form.choice(forms.STATUS) or Status.ACTIVE)
    if status is Status.LOST:
        known = await caller.read(get_loss_form, customer_id=customer_id, features=caller.features)
        state = str(caller.view.get("private_metadata") or "")
        await caller.show(losses.lost_form(known, state=state, words=form.text(forms.REASON)))
        return
    await caller.run(
        set_status,
        customer_id=customer_id,
        status=status,
        reason=form.text(forms.REASON),
        until=form.day(forms.UNTIL),
    )
    await _show_card(caller, customer_id)


async def lose(caller: Caller) -> None:
    """Keep that a customer is lost, and why."""
    form, customer_id = caller.form, _customer(caller)
    reason, foreseen = form.choice(losses.REASON), form.choice(losses.FORESEEN)
    wrong = {} if reason in set(LossReason) else {losses.REASON: "Choose why; *not known* is an answer, too."}
    wrong |= {} if foreseen in {losses.YES, losses.NO} else {losses.FORESEEN: "Say whether we saw it coming."}
    if wrong or reason is None:
        raise InvalidInput(fields=wrong)
    details = LossDetails(reason=LossReason(reason), foreseen=foreseen == losses.YES, lost_on=form.day(losses.LOST_ON))
    await caller.run(
        set_status, customer_id=customer_id, status=Status.LOST, reason=form.text(losses.WORDS), loss=details
    )
    await _show_card(caller, customer_id)


async def change_owner(caller: Caller) -> None:
    """Hand a customer over to a person or to the pool."""
    form, customer_id = caller.form, _customer(caller)
    to, pool = form.person(forms.TO), "pool" in form.choices(forms.POOL)
    if bool(to) is pool:
        raise InvalidInput(fields={forms.TO: "Choose a person, or the pool; one of the two."})
    await caller.run(hand_over, customer_id=customer_id, to=to, note=form.text(forms.NOTE))
    await _show_card(caller, customer_id)


def _customer(caller: Caller) -> UUID:
    return customer_in(str(state_in(caller.view).get("customer")))


def _under(caller: Caller) -> str:
    """Return the id of the card that the button stands in, or an empty string."""
    window = caller.modal
    return str(window["id"]) if window and window.get("callback_id") == card_view.CALLBACK else ""


async def _show_card(caller: Caller, customer_id: UUID) -> None:
    """Show the card as it is now: in the modal below, or in the place of this one."""
    card = card_view.as_modal(await read_card(caller, customer_id))
    if under := str(state_in(caller.view).get("under") or ""):
        await caller.ack()
        await caller.update(card, under)
    else:
        await caller.show(card)


def _details(form: Form, before: CustomerDetails) -> CustomerDetails:
    """
    Return what the form says; fields that were too long to be shown stay as they are.

    Raises:
        InvalidInput: values that can't be read; `fields` says by block how to write each.
    """
    reader = _FormReader(form, before)
    details = CustomerDetails(
        name=form.text(forms.NAME),
        aliases=reader.several("aliases", forms.ALIASES, cells.split_words),
        domain=reader.read(forms.DOMAIN, partial(_read_domain, form=form, before=before)),
        owner_id=form.person(forms.OWNER),
        cadence_days=reader.read(forms.CADENCE, cells.read_cadence),
        parent_id=reader.read_choice(forms.PARENT),
        headcount=reader.read(forms.HEADCOUNT, cells.read_headcount),
        country=reader.read(forms.COUNTRY, lambda text: country_code(text) or clean_text(text, 60)),
        zone=reader.read(forms.ZONE, cells.read_zone),
        tags=reader.several("tags", forms.TAGS, cells.split_words),
        preferences=reader.several("preferences", forms.PREFERENCES, lambda text: tuple(text.splitlines())),
        contacts=reader.contacts(),
        **reader.money(),
    )
    if reader.wrong:
        raise InvalidInput(fields=reader.wrong)
    return details


def _read_domain(text: str, *, form: Form, before: CustomerDetails) -> str:
    """Return a domain of the customer's own; the one that it has stays, whatever the customer is called now."""
    return text if text == before.domain else cells.read_domain(text, form.text(forms.NAME))


class _FormReader:
    """Reads typed fields; `wrong` holds a sentence for each that can't be read."""

    def __init__(self, form: Form, before: CustomerDetails) -> None:
        self.form, self.before = form, before
        self.kept = forms.too_long_for_form(before)
        self.wrong: dict[str, str] = {}

    def read(self, block: str, how: Callable[[str], T]) -> T | None:
        """Return a field's value; None when it is empty or unclear."""
        text = self.form.text(block)
        try:
            return how(text) if text else None
        except cells.Unclear as unclear:
            self.wrong[block] = f"“{clean_text(text, 60)}” {unclear}."
            return None

    def read_choice(self, block: str) -> UUID | None:
        """Return the customer that was chosen."""
        chosen = self.form.choice(block)
        return customer_in(chosen) if chosen else None

    def several(self, name: str, block: str, how: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
        """Return the parts of a field that lists several."""
        if name in self.kept:
            return tuple(getattr(self.before, name))
        return tuple(word for part in how(self.form.text(block)) if (word := clean_text(part, 300)))

    def money(self) -> dict[str, Any]:
        """Return the amount and its currency, which stays when only the amount is written."""
        found = self.read(forms.VALUE, cells.read_money)
        amount, currency = found or (None, None)
        return {"annual_value": amount, "currency": currency or self.before.currency}

    def contacts(self) -> tuple[ContactDetails, ...]:
        """Return the contacts, one a line; a line that is as it was shown stands for the same contact."""
        if "contacts" in self.kept:
            return self.before.contacts
        as_shown = {write_contact(contact): contact for contact in self.before.contacts}
        lines = [line.strip() for line in self.form.text(forms.CONTACTS).splitlines() if line.strip()]
        try:
            read = iter(read_contacts("\n".join(line for line in lines if line not in as_shown)))
        except UnclearContact as unclear:
            self.wrong[forms.CONTACTS] = str(unclear)
            return ()
        return tuple(as_shown.get(line) or next(read) for line in lines)


async def show_person(caller: Caller, words: str) -> None:
    """
    Answer `/evenhand person @ana` with the person and the menu.

    Raises:
        InvalidInput: *words* are empty.
    """
    if not words:
        raise InvalidInput("Say whom: /evenhand person @ana, or the name of somebody who left.")
    await caller.respond(card_view.person(await caller.read(find_subject, kind="person", words=words)))


async def choose(caller: Caller) -> None:
    """Do what a menu of a card or a person asks for: open a form or another feature's, export, or erase."""
    what, _, rest = caller.value.partition(":")
    kind, _, subject_id = rest.partition(":")
    if what == card_view.ERASE:
        await caller.open(card_view.erase_form(await caller.read(get_subject, kind=kind, subject_id=subject_id)))
    elif what == card_view.EXPORT:
        await _export(caller, kind, subject_id)
    elif what in _FORMS:
        await _open_form(caller, what, customer_in(subject_id))
    else:
        subject = Subject(kind=kind, id=subject_id, customer_id=customer_in(subject_id))
        await open_offer(caller.features, what, caller, subject)


async def erase(caller: Caller) -> None:
    """Erase a customer or person, and show what was erased in the place of the modal."""
    state = state_in(caller.view)
    done = await caller.run(
        erase_subject,
        kind=str(state.get("kind")),
        subject_id=str(state.get("id")),
        confirm=caller.form.text(card_view.ERASE_NAME),
        features=caller.features,
    )
    await caller.show(card_view.erased(done))


async def _export(caller: Caller, kind: str, subject_id: str) -> None:
    """Send everything about a customer or person as a JSON file, to this admin alone."""
    found = await caller.read(export_subject, kind=kind, subject_id=subject_id, features=caller.features)
    told = card_view.exported(found.name)
    if caller.url:
        await caller.respond(told)
    else:
        await caller.open(modal("Export", told.blocks, callback_id=card_view.ERASED, close="Close"))
    content = json.dumps(found.content, indent=2, ensure_ascii=False).encode("utf-8", "replace")
    words = f"Everything that is kept about this {kind}."
    await send_file(caller.client, caller.person, name=f"{kind}.json", content=content, words=words)

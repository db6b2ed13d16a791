"""Adding and changing one customer: windows that open, and what they are sent with."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.customers.listeners.places import (
    customer_in,
    memory_in,
    offers_of,
    under_fields,
    window_in,
)
from bot.customers.queries.screens import find_card, get_cadence, get_card
from bot.customers.rules import cells
from bot.customers.rules.cells import UnclearContact, read_contacts
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text, country_code, registrable_domain
from bot.customers.schemas import Card, ContactDetails, CustomerDetails
from bot.customers.usecases import hand_over
from bot.customers.usecases.details import add_customer, edit_customer, set_status
from bot.customers.views import card as card_view
from bot.customers.views import forms
from bot.slack.blocks import Block
from bot.slack.forms import Form
from bot.slack.presses import value_in
from bot.slack.replies import field_errors, people_in, replies, workspace_in
from bot.slack.windows import open_window, speaker

Body = dict[str, Any]
T = TypeVar("T")


class EditingListeners:
    """Answers to adding, editing, pausing and handing over."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def open_add(self, client: AsyncWebClient, body: Body, name: str) -> None:
        """Open the window for a new customer."""
        who = people_in(body)
        cadence = await self._runtime.read(get_cadence, workspace=workspace_in(body), viewer=who)
        await open_window(client, body, forms.add(clean_text(name, 200), owner=who, cadence=cadence))

    async def open_edit(self, client: AsyncWebClient, body: Body, words: str) -> None:
        """Open the window for the customer called so."""
        who, workspace = people_in(body), workspace_in(body)
        card = await self._runtime.read(
            find_card, workspace=workspace, words=words, viewer=who, features=self._runtime.features
        )
        cadence = await self._runtime.read(get_cadence, workspace=workspace, viewer=who)
        await open_window(client, body, forms.edit(card, cadence=cadence))

    async def add(self, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient, body: Body) -> None:
        """*Add*: the window for a new customer."""
        await ack()
        async with replies(speaker(client, body, respond)):
            await self.open_add(client, body, value_in(body))

    async def edit(self, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient, body: Body) -> None:
        """*Edit*: the window with everything about a customer."""
        await ack()
        async with replies(speaker(client, body, respond)):
            card = await self._card(body, customer_in(value_in(body)))
            cadence = await self._runtime.read(get_cadence, workspace=workspace_in(body), viewer=people_in(body))
            await open_window(client, body, forms.edit(card, under=_under(body), cadence=cadence))

    async def status(self, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient, body: Body) -> None:
        """*Status*: whether we look after a customer."""
        await ack()
        async with replies(speaker(client, body, respond)):
            card = await self._card(body, customer_in(value_in(body)))
            await open_window(client, body, forms.status(card, under=_under(body)))

    async def hand_over(self, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient, body: Body) -> None:
        """*Hand over*: to whom, and what they should know."""
        await ack()
        async with replies(speaker(client, body, respond)):
            card = await self._card(body, customer_in(value_in(body)))
            await open_window(client, body, forms.hand_over(card, under=_under(body)))

    async def save_new(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """A new customer was sent; the window becomes its card."""
        async with field_errors(ack, first_field=forms.NAME):
            details = _details(Form.of(view), CustomerDetails(name=""))
            schema = await self._run(add_customer, body, details=details, view_id=view["id"])
            await ack(response_action="update", view=await self._drawn(body, schema.id))

    async def save_edit(self, ack: AsyncAck, client: AsyncWebClient, body: Body, view: Body) -> None:
        """Changes to a customer were sent; its card shows them."""
        async with field_errors(ack, first_field=forms.NAME):
            customer_id = customer_in(str(memory_in(view).get("customer")))
            before = (await self._card(body, customer_id)).details
            await self._run(edit_customer, body, customer_id=customer_id, details=_details(Form.of(view), before))
            await self._done(ack, client, body, view, customer_id)

    async def save_status(self, ack: AsyncAck, client: AsyncWebClient, body: Body, view: Body) -> None:
        """A status was sent."""
        async with field_errors(ack, first_field=forms.STATUS):
            form, customer_id = Form.of(view), customer_in(str(memory_in(view).get("customer")))
            await self._run(
                set_status, body, customer_id=customer_id, status=Status(form.choice(forms.STATUS) or Status.ACTIVE),
                reason=form.text(forms.REASON), until=form.day(forms.UNTIL),
            )  # fmt: skip
            await self._done(ack, client, body, view, customer_id)

    async def save_owner(self, ack: AsyncAck, client: AsyncWebClient, body: Body, view: Body) -> None:
        """A new owner was sent."""
        async with field_errors(ack, first_field=forms.TO):
            form, customer_id = Form.of(view), customer_in(str(memory_in(view).get("customer")))
            to, pool = form.person(forms.TO), "pool" in form.choices(forms.POOL)
            if bool(to) is pool:
                raise InvalidInput(fields={forms.TO: "Choose a person, or the pool; one of the two."})
            await self._run(hand_over, body, customer_id=customer_id, to=to, note=form.text(forms.NOTE))
            await self._done(ack, client, body, view, customer_id)

    async def _run(self, use_case: Callable[..., T], body: Body, **inputs: Any) -> T:
        try:
            return await self._runtime.run(use_case, workspace=workspace_in(body), by=people_in(body), **inputs)
        except InvalidInput as error:
            raise under_fields(error) from error

    async def _card(self, body: Body, customer_id: UUID) -> Card:
        return await self._runtime.read(
            get_card, workspace=workspace_in(body), customer_id=customer_id, viewer=people_in(body),
            features=self._runtime.features,
        )  # fmt: skip

    async def _drawn(self, body: Body, customer_id: UUID) -> Block:
        card = await self._card(body, customer_id)
        return card_view.as_modal(card, offers_of(self._runtime))

    async def _done(self, ack: AsyncAck, client: AsyncWebClient, body: Body, view: Body, customer_id: UUID) -> None:
        """Show the card as it is now: in the window below, or in place of this one."""
        under = str(memory_in(view).get("under") or "")
        card = await self._drawn(body, customer_id)
        if not under:
            await ack(response_action="update", view=card)
            return
        await ack()
        with suppress(SlackApiError):  # the window below was closed meanwhile
            await client.views_update(view_id=under, view=card)


def _under(body: Body) -> str:
    window = window_in(body)
    return str(window["id"]) if window and window.get("callback_id") == card_view.CALLBACK else ""


def _details(form: Form, before: CustomerDetails) -> CustomerDetails:
    """
    What the form says; fields that were too long to be shown stay as they are.

    Raises:
        InvalidInput: cells that can't be read, each with how to write it, by block.
    """
    reader = _FormReader(form, before)
    details = CustomerDetails(
        name=form.text(forms.NAME),
        aliases=reader.several("aliases", forms.ALIASES, cells.split_words),
        domain=reader.read(forms.DOMAIN, _domain),
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


class _FormReader:
    """Reads typed fields, keeping a sentence for each that can't be."""

    def __init__(self, form: Form, before: CustomerDetails) -> None:
        self.form, self.before = form, before
        self.kept = forms.too_long_for_form(before)
        self.wrong: dict[str, str] = {}

    def read(self, block: str, how: Callable[[str], T]) -> T | None:
        """A field's value; None when it is empty or unclear."""
        text = self.form.text(block)
        try:
            return how(text) if text else None
        except cells.Unclear as unclear:
            self.wrong[block] = f"“{clean_text(text, 60)}” {unclear}."
            return None

    def read_choice(self, block: str) -> UUID | None:
        """The customer that was chosen."""
        chosen = self.form.choice(block)
        return customer_in(chosen) if chosen else None

    def several(self, name: str, block: str, how: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
        """A field of several words."""
        if name in self.kept:
            return tuple(getattr(self.before, name))
        return tuple(word for part in how(self.form.text(block)) if (word := clean_text(part, 300)))

    def money(self) -> dict[str, Any]:
        """The amount and its currency, which stays when only the amount is written."""
        found = self.read(forms.VALUE, cells.read_money)
        amount, currency = found or (None, None)
        return {"annual_value": amount, "currency": currency or self.before.currency}

    def contacts(self) -> tuple[ContactDetails, ...]:
        """The contacts, one a line; a line that nobody touched means whom it meant, however it reads."""
        if "contacts" in self.kept:
            return self.before.contacts
        as_shown = {forms.contact_line(contact): contact for contact in self.before.contacts}
        lines = [line.strip() for line in self.form.text(forms.CONTACTS).splitlines() if line.strip()]
        try:
            read = iter(read_contacts("\n".join(line for line in lines if line not in as_shown)))
        except UnclearContact as unclear:
            self.wrong[forms.CONTACTS] = str(unclear)
            return ()
        return tuple(
            as_shown.get(line) or ContactDetails.model_validate(next(read), from_attributes=True) for line in lines
        )


def _domain(text: str) -> str:
    domain = registrable_domain(text)
    if domain is None:
        raise cells.Unclear("is no domain of the customer's own, such as acme.com")
    return domain

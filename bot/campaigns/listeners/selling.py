"""Listeners for what was sold: one sale in a form, or a list of them in a file."""

import asyncio
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from bot.campaigns.gateways import read_sales
from bot.campaigns.queries.selling import plan_sales, require_may_sell
from bot.campaigns.schemas import SalesRead
from bot.campaigns.usecases.selling import record_sale, record_sales
from bot.campaigns.views import GONE, LIST, SOLD, forms, sales
from bot.core.errors import InvalidInput, NotFound
from bot.slack.blocks import Block
from bot.slack.callers import Caller
from bot.slack.files import fetch_file
from bot.slack.listeners import Listeners
from bot.slack.modals import OUT_OF_DATE, ModalState, notice_modal
from bot.slack.payloads import Form, uuid_in


class SaleState(ModalState):
    """The campaign that sales are written down for, and the file that holds them once it was looked at."""

    campaign_id: UUID | None = None
    file_id: str = ""


def register(on: Listeners) -> None:
    """Register a listener for each button and form."""
    on.action(SOLD, open_sale)
    on.action(LIST, ask_for_sales)
    on.view(forms.SALE, save_sale, first_field=forms.CUSTOMER, prefix="campaigns.")
    on.view(sales.SEND, look_at_sales, first_field=sales.FILE)
    on.view(sales.CONFIRM, save_sales)


async def open_sale(caller: Caller) -> None:
    """Ask what a customer bought."""
    await caller.open(forms.sale_form(state=SaleState(campaign_id=await _campaign_in(caller)).dump()))


async def save_sale(caller: Caller) -> None:
    """Write down what a customer bought, and say so."""
    inputs = {"campaign_id": _state_in(caller)[0], **read_sale(caller.form)}
    name = await caller.run(record_sale, **inputs, view_id=caller.view["id"])
    await caller.show(notice_modal(f"Saved for {name}.", "Sold"))


async def ask_for_sales(caller: Caller) -> None:
    """Ask for a list of sales."""
    await caller.open(sales.ask_for_sales(state=SaleState(campaign_id=await _campaign_in(caller)).dump()))


async def look_at_sales(caller: Caller) -> None:
    """Show what writing down the list that was sent would do."""
    files = caller.form.files(sales.FILE)
    if not files:
        raise InvalidInput(fields={sales.FILE: "Choose a file: CSV or tab-separated."})
    await caller.show_in_time(_preview(caller, str(files[0].get("id"))), title=sales.TITLE)


async def save_sales(caller: Caller) -> None:
    """Write down the sales of the list that was looked at."""
    await caller.show_in_time(_save(caller), title=sales.TITLE)


async def _preview(caller: Caller, file_id: str) -> Block:
    campaign_id, _ = _state_in(caller)
    read = await _read(caller, file_id)
    plan = await caller.read(plan_sales, campaign_id=campaign_id, read=read)
    return sales.preview(plan, read, state=SaleState(campaign_id=campaign_id, file_id=file_id).dump())


async def _save(caller: Caller) -> Block:
    campaign_id, file_id = _state_in(caller)
    inputs: dict[str, Any] = {"campaign_id": campaign_id, "read": await _read(caller, file_id)}
    return sales.done(await caller.run(record_sales, **inputs, view_id=caller.view["id"]))


async def _read(caller: Caller, file_id: str) -> SalesRead:
    name, content = await fetch_file(caller.client, file_id, by=caller.person)
    today = caller.runtime.clock.now().date()
    return await asyncio.to_thread(read_sales, content, name=name, today=today)


def read_sale(form: Form) -> dict[str, Any]:
    """
    Return what the form of a sale holds.

    Raises:
        InvalidInput: no customer is chosen, or the amount is no number; `fields` names it.
    """
    customer_id = uuid_in(form.choice(forms.CUSTOMER) or "")
    if customer_id is None:
        raise InvalidInput(fields={"customer": "Choose the customer; type part of the name."})
    try:
        amount = Decimal(form.text(forms.AMOUNT))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise InvalidInput(fields={"amount": "Write the amount as a number."})
    return {"customer_id": customer_id, "amount": amount, "currency": form.text(forms.CURRENCY)}


async def _campaign_in(caller: Caller) -> UUID:
    """Return the campaign that a button is about, for those who may write sales down."""
    await caller.read(require_may_sell)
    campaign_id = uuid_in(caller.value)
    if campaign_id is None:
        raise NotFound(GONE)
    return campaign_id


def _state_in(caller: Caller) -> tuple[UUID, str]:
    state = SaleState.load(caller.view)
    if state.campaign_id is None:
        raise InvalidInput(OUT_OF_DATE)
    return state.campaign_id, state.file_id

"""Listeners of families: the whole tree, by pages."""

from bot.customers.listeners.editing import customer_in
from bot.customers.queries.families import get_family_page
from bot.customers.views import families
from bot.slack.callers import Caller
from bot.slack.payloads import page_in


async def show(caller: Caller) -> None:
    """Open the family of a customer."""
    found = await caller.read(get_family_page, customer_id=customer_in(caller.value))
    await caller.open(families.as_modal(found))


async def turn(caller: Caller) -> None:
    """Show another page of it in the place of this one."""
    page, _, customer = caller.value.partition(":")
    found = await caller.read(get_family_page, customer_id=customer_in(customer), page=page_in(page))
    await caller.update(families.as_modal(found))

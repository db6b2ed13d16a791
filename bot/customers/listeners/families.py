"""Listeners of families: the whole tree, by pages, and the answers to a suggested parent."""

from collections.abc import Callable
from typing import Any

from bot.customers.listeners.editing import customer_in, read_card
from bot.customers.queries.families import get_family_page, list_named
from bot.customers.queries.suggesting import list_suggestions
from bot.customers.usecases.parents import confirm_parent, refuse_parent
from bot.customers.views import card, families
from bot.slack.callers import Caller
from bot.slack.payloads import page_in, uuid_in


async def show(caller: Caller) -> None:
    """Open the family of a customer."""
    found = await caller.read(get_family_page, customer_id=customer_in(caller.value))
    await caller.open(families.as_modal(found))


async def turn(caller: Caller) -> None:
    """Show another page of it in the place of this one."""
    page, _, customer = caller.value.partition(":")
    found = await caller.read(get_family_page, customer_id=customer_in(customer), page=page_in(page))
    await caller.update(families.as_modal(found))


async def confirm(caller: Caller) -> None:
    """Put the customer below the suggested parent, and draw its card anew."""
    await _answer(caller, confirm_parent)


async def refuse(caller: Caller) -> None:
    """Remember that the suggested parent is none, and draw the card anew."""
    await _answer(caller, refuse_parent)


async def list_parents(caller: Caller) -> None:
    """List the customers for which a parent is suggested."""
    await caller.respond(families.suggestions(await caller.read(list_suggestions)))


async def list_on(caller: Caller) -> None:
    """Show the next of them in the place of these."""
    await caller.replace(families.suggestions(await caller.read(list_suggestions, after=uuid_in(caller.value))))


async def confirm_listed(caller: Caller) -> None:
    """Put a listed customer below the suggested parent, and draw the list anew."""
    await _answer_listed(caller, confirm_parent, "{name} belongs to {parent} now.")


async def refuse_listed(caller: Caller) -> None:
    """Remember that the suggested parent of a listed customer is none, and draw the list anew."""
    await _answer_listed(caller, refuse_parent, "{name} doesn't belong to {parent}; nobody is asked again.")


async def _answer_listed(caller: Caller, use_case: Callable[..., Any], words: str) -> None:
    customer, parent, after = [*caller.value.split(":"), "", ""][:3]
    ids = {"customer_id": customer_in(customer), "parent_id": customer_in(parent)}
    await caller.run(use_case, **ids)
    names = await caller.read(list_named, customer_ids=list(ids.values()))
    said = words.format(name=names[ids["customer_id"]], parent=names[ids["parent_id"]])
    await caller.replace(families.suggestions(await caller.read(list_suggestions, after=uuid_in(after)), said))


async def _answer(caller: Caller, use_case: Callable[..., Any]) -> None:
    customer, _, parent = caller.value.partition(":")
    customer_id = customer_in(customer)
    await caller.run(use_case, customer_id=customer_id, parent_id=customer_in(parent))
    shown = await read_card(caller, customer_id)
    await (caller.update(card.as_modal(shown)) if caller.modal else caller.replace(card.message(shown)))

"""Listeners of customers: `/customers`, lists and their pages, cards, and taking a customer."""

from collections.abc import Iterable
from uuid import UUID

from slack_bolt.async_app import AsyncApp

from bot.core.runtime import Runtime
from bot.customers import views
from bot.customers.listeners import editing, families, importing, sharing
from bot.customers.listeners.editing import customer_in, open_edit, open_new, read_card
from bot.customers.queries.screens import list_options, list_page, look_up
from bot.customers.usecases.details import claim_customer
from bot.customers.views import apart, forms, losses
from bot.customers.views import card as card_view
from bot.customers.views import families as family_views
from bot.customers.views import sharing as sharing_views
from bot.slack.blocks import Block, Message, Option
from bot.slack.callers import Caller
from bot.slack.payloads import block_in
from bot.workspaces.listeners import listen


def register(app: AsyncApp, runtime: Runtime) -> None:
    """Register a listener for everything that this feature puts on screen."""
    on, in_background = listen(app, runtime), listen(app, runtime.background)
    on.command("/customers", command, suggest=views.choose)
    on.options(views.OPTIONS, options)
    on.action({"action_id": views.OPTIONS, "block_id": forms.PARENT}, ignore)
    on.action(views.CARD, card)
    on.action(views.TAKE, take)
    on.action(views.NEXT_PAGE, turn)
    on.action(views.PAGE_BACK, turn)
    on.action(views.ADD, editing.ask_new)
    on.action(views.EDIT, editing.ask_edit)
    on.action(views.STATUS, editing.ask_status)
    on.action(views.HAND_OVER, editing.ask_owner)
    on.view(forms.SAVE_NEW, editing.add, first_field=forms.NAME, fields=forms.FIELD_BLOCKS)
    on.view(forms.SAVE_EDIT, editing.edit, first_field=forms.NAME, fields=forms.FIELD_BLOCKS)
    on.view(forms.SAVE_STATUS, editing.change_status, first_field=forms.STATUS, fields=forms.FIELD_BLOCKS)
    on.view(losses.SAVE, editing.lose, first_field=losses.REASON, fields=losses.FIELD_BLOCKS)
    on.view(forms.SAVE_OWNER, editing.change_owner, first_field=forms.TO, fields=forms.FIELD_BLOCKS)
    on.action(family_views.FAMILY, families.show)
    on.action(family_views.BACK, families.turn)
    on.action(family_views.NEXT, families.turn)
    on.action(family_views.BELONGS, families.confirm)
    on.action(family_views.BELONGS_NOT, families.refuse)
    on.action(family_views.LISTED_BELONGS, families.confirm_listed)
    on.action(family_views.LISTED_BELONGS_NOT, families.refuse_listed)
    on.action(family_views.LIST_ON, families.list_on)
    on.action(card_view.MENU, editing.choose)
    on.action(card_view.MORE, editing.choose)
    on.view(
        card_view.ERASE_VIEW, editing.erase, first_field=card_view.ERASE_NAME, fields={"name": card_view.ERASE_NAME}
    )
    on.action(views.SHARE_OUT, sharing.ask_among)
    on.view(sharing_views.SHARED, sharing.share_out, first_field=sharing_views.AMONG, prefix="customers.")
    on.action(views.UNDO_SHARE, sharing.undo)
    in_background.action(views.IMPORT, importing.ask_for_file)
    in_background.action(forms.COLUMNS, importing.ask_columns)
    in_background.action(apart.KEEP_APART, importing.keep_apart)
    in_background.action(views.UNDO, importing.undo)
    in_background.action(views.RESUME, importing.resume)
    in_background.view(forms.SEND, importing.receive_file)
    in_background.view(forms.MAPPED, importing.map_columns)
    in_background.action(forms.REFUSED, importing.send_refused)
    in_background.action(views.REFUSED_ROWS, importing.send_refused_rows)
    in_background.view(forms.CONFIRM, importing.import_list, prefix="customers.")


async def command(caller: Caller) -> None:
    """Answer `/customers` and everything after it."""
    verb, _, rest = caller.text.partition(" ")
    match verb.lower():
        case "add":
            await open_new(caller, rest.strip())
        case "edit" if rest.strip():
            await open_edit(caller, rest.strip())
        case "edit":
            await caller.respond(views.said("Say which one: /customers edit Acme."))
        case "import":
            await importing.ask_for_file(caller)
        case "export":
            await caller.respond(views.said("Your list is on its way; look into our direct messages."))
            await importing.export(caller)
        case "pool":
            await caller.respond(await _page(caller, words="", pool=True))
        case "families":
            await families.list_parents(caller)
        case "help":
            await caller.respond(views.help_page())
        case _:
            await caller.respond(await _look_up(caller))


async def options(caller: Caller) -> Iterable[Block]:
    """Return customers to choose from while somebody types."""
    found = await caller.read(list_options, words=caller.typed)
    return [Option(named.name, str(named.id)).block() for named in found]


async def ignore(_caller: Caller) -> None:
    """Do nothing about a menu whose choice counts when the form is submitted."""


async def card(caller: Caller) -> None:
    """Open everything about one customer."""
    await caller.open(await _card(caller, customer_in(caller.value)))


async def take(caller: Caller) -> None:
    """Make the person the owner of a customer, and say so where they pressed."""
    schema = await caller.run(claim_customer, customer_id=customer_in(caller.value))
    taken = views.taken(schema)
    if caller.modal:
        await caller.update(await _card(caller, schema.id))
    elif block_in(caller.body)[0] == views.POOL:
        pool = await _page(caller, words="", pool=True)
        await caller.replace(Message(text=taken.text, blocks=[*taken.blocks, *pool.blocks][:50]))
    else:
        await caller.respond(taken)


async def turn(caller: Caller) -> None:
    """Show another page in the place of this one."""
    number, _, rest = caller.value.partition(":")
    kind, _, words = rest.partition(":")
    page = int(number) if number.isdigit() else 1
    await caller.replace(await _page(caller, words=words, pool=kind == "p", page=page))


async def _look_up(caller: Caller) -> Message:
    found = await caller.read(look_up, words=caller.text, features=caller.features)
    if found.card is not None:
        return card_view.message(found.card)
    return views.looked_up(found)


async def _page(caller: Caller, *, words: str, pool: bool, page: int = 1) -> Message:
    return views.page(await caller.read(list_page, words=words, page=page, pool=pool))


async def _card(caller: Caller, customer_id: UUID) -> Block:
    return card_view.as_modal(await read_card(caller, customer_id))

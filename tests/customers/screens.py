"""What people see of customers in Slack, for tests over the wire."""

from bot.customers.queries.searching import find_customer
from bot.customers.tables import Customer
from rehearsal.state.messages import Message
from rehearsal.state.views import View
from tests.world import World


def shown(where: Message | View) -> str:
    """All the words on a screen."""
    return str(where.blocks)


def customer(world: World, name: str) -> Customer:
    """What is kept of a customer."""
    found: Customer = world.office.look(lambda session: find_customer(session, name))
    return found


async def answer(world: World, who: str, command: str, words: str) -> Message:
    """The answer to a command, once it holds *words*."""
    await world.as_(who).command(command)

    def look(actor: object) -> Message | None:
        last = world.as_(who).dm()[-1:]
        return last[0] if last and words in shown(last[0]) else None

    return await world.as_(who).until(look)


async def window(world: World, who: str, title: str, words: str = "") -> View:
    """The window of that title, once it holds *words*."""

    def look(actor: object) -> View | None:
        view = world.as_(who).modal()
        return view if view is not None and view.title == title and words in shown(view) else None

    return await world.as_(who).until(look, timeout=10)


async def told(world: World, who: str, words: str) -> Message:
    """The last message on somebody's screen that holds *words*, waited for."""

    def look(actor: object) -> Message | None:
        return next((m for m in reversed(world.as_(who).dm()) if words in shown(m) or words in m.text), None)

    return await world.as_(who).until(look, timeout=10)

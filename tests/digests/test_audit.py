"""`/evenhand audit`: admins read who did what and who wasn't allowed to; nobody else does."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import Session

from bot.core.errors import NotAllowed
from bot.customers.usecases import hand_over
from bot.digests.queries.audit import ROWS_ON_PAGE, get_audit
from bot.people.queries import get_person
from bot.people.rules import Role
from bot.workspaces.usecases import record, record_denial
from rehearsal.state.messages import Message
from tests.digests.test_stories import words
from tests.makers import ANA, BOB, MARA, Office
from tests.world import World, open_world


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Run the bot; Mara is an admin."""
    async with open_world(sqlite_url) as opened:
        opened.office.do(promote)
        yield opened


def promote(session: Session, *, now: object) -> None:
    """Make Mara an admin."""
    assert now
    get_person(session, MARA).role = Role.ADMIN


async def said(world: World, command: str, by: str = MARA) -> Message:
    """Return the answer to a command."""
    return await (await world.as_(by).command(command)).reply()


async def test_an_admin_reads_who_did_what(world: World) -> None:
    """With names of people and customers, what changed, and on the admin's clock."""
    acme = world.office.customer("Acme <b>", owner=ANA, waited=3)
    world.office.do(hand_over, customer_id=acme, to=BOB, by=ANA)
    message = await said(world, "/evenhand audit")
    assert "*Ana Lima* · customer: handed over · Acme &lt;b&gt; · owner: Ana Lima → Bob Chen" in words(message)
    assert "Mon 23 Nov 09:" in words(message)


async def test_what_was_refused_stands_there(world: World) -> None:
    """A command and a press of a member who isn't allowed to, and nothing else."""
    await world.as_(BOB).command("/evenhand setup")
    message = await said(world, "/evenhand audit refused")
    assert "*Bob Chen* · command: refused · /evenhand" in words(message)
    assert "installed" not in words(message)


async def test_others_are_refused_and_stand_in_it(world: World) -> None:
    """A member gets a sentence that names whom to ask; the attempt is recorded."""
    answer = await said(world, "/evenhand audit", by=ANA)
    assert answer.text == "Only Slack's admins can see the audit trail; ask Mara Okafor."
    assert "*Ana Lima* · command: refused" in words(await said(world, "/evenhand audit refused"))
    assert (await said(world, "/evenhand audit yesterday")).text.startswith("Say which entries: ")


async def test_a_long_trail_has_pages(world: World) -> None:
    """Next and Back, each page once; a forged number is the first page or an empty one."""

    def record_many(session: Session, *, now: object) -> None:
        for number in range(ROWS_ON_PAGE + 1):
            record(session, f"thing.no_{number}", by="bot", kind="thing", subject=number, now=now)  # type: ignore[arg-type]

    world.office.do(record_many)
    mara = world.as_(MARA)
    first = await said(world, "/evenhand audit")
    await mara.press(first, "digests.audit_next")
    await mara.until(lambda _: "page 2" in words(first))
    await mara.press(first, "digests.audit_back")
    await mara.until(lambda _: "page 1" in words(first))


def test_a_manager_is_no_admin(office: Office) -> None:
    """Mara manages, and isn't one of Slack's admins; nobody is."""
    office.do(record_denial, by=BOB, action="/assign", key="x")
    with pytest.raises(NotAllowed, match="ask one of them"):
        office.ask(get_audit, viewer=MARA)
    office.do(promote)
    [line, _] = office.ask(get_audit, viewer=MARA).lines
    assert (line.who, line.action, line.about, line.change) == ("Bob Chen", "command.refused", "x", "action: /assign")
    assert office.ask(get_audit, viewer=MARA, page=7).lines == ()

"""With 46,964 customers, every screen responds in time and within Slack's limits."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from bot.core.database import workspace_of
from bot.customers.gateways import read_drafts
from bot.customers.tables import Customer
from bot.customers.usecases.lists import apply_import
from bot.customers.usecases.rescheduling import reschedule_workspace
from bot.workspaces.usecases import BOT
from rehearsal.actor import Actor
from tests.makers import ANA, MARA, ROOT
from tests.story.play import words
from tests.world import World, open_world

COMPANIES = ROOT.parent / "shared/data/customers/financedatabase_companies.csv.gz"
ALL = 46_964
ACK_MS = 3000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not COMPANIES.exists(), reason="the real list isn't at ../shared/data/customers"),
]


@pytest.fixture
def content() -> bytes:
    """Return the original list, gzipped."""
    return COMPANIES.read_bytes()


async def test_every_screen_holds_when_all_of_them_wait(sqlite_url: str, content: bytes) -> None:
    """With half of them Ana's, half in the pool, and all neglected, every screen works."""
    async with open_world(sqlite_url) as world:
        _bring_them_in(world, content)
        await _set_up_a_digest(world)
        await world.rehearsal.control.move(timedelta(days=60))
        ana, mara = world.as_(ANA), world.as_(MARA)
        assert "neglected" in await _answers(ana, "/checkin")
        assert f"{ALL:,}" in await _answers(ana, "/customers")
        assert "kakuzi" in (await _answers(ana, "/customers kakuzi plc")).casefold()
        assert "Did you mean" in await _answers(ana, "/customers kakuzzy plc kenia")
        assert "neglected" in await _answers(mara, "/neglected team")
        for person in (ana, mara):
            await person.open_home()
            home = await person.until(lambda me: me.home(), timeout=20)
            assert len(home.blocks) <= 100
        await world.run_jobs()
        [digest] = [one for one in mara.sees("accounts") if "in cadence" in one.text]
        assert f"of {ALL:,} customers" in digest.text
        assert any("to hear from you" in one.text for one in ana.dm())


def _bring_them_in(world: World, content: bytes) -> None:
    def bring(session: Any, *, now: Any) -> None:
        drafts = read_drafts(content, name=COMPANIES.name, today=now.date())
        assert len(apply_import(session, drafts=drafts, by=BOT, now=now).plan.added) == ALL
        ours = sa.update(Customer).where(col(Customer.workspace_id) == workspace_of(session))
        session.exec(ours.where(col(Customer.name_key) < "m").values(owner_id=ANA))
        reschedule_workspace(session, now=now)

    world.office.do(bring)


async def _set_up_a_digest(world: World) -> None:
    mara = world.as_(MARA)
    await mara.command("/evenhand setup")
    view = await mara.modal_opened("Setup")
    await mara.fill(view, digests_channel="accounts", digests_days=["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
    assert await mara.submit(view) is None
    await mara.until(lambda _: "The next digest goes to" in words(view))


async def _answers(actor: Actor, command: str) -> str:
    """Return the text of the answer to a command, which must be acknowledged within three seconds."""
    outcome = await actor.command(command)
    assert outcome.acked
    assert outcome.ack_ms < ACK_MS
    answer = await outcome.reply(timeout=30)
    return f"{answer.text}\n{words(answer)}"

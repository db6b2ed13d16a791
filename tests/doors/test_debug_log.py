"""A whole run at LOG_LEVEL=debug: no secret, no customer's or person's name, and nothing they wrote is in the log."""

import asyncio
from pathlib import Path

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.runtime import Runtime
from rehearsal.actor import Actor
from tests.faults.processes import running
from tests.makers import ANA, START, Office
from tests.shell.outside import rehearsal

NAMES = ("Confidential Client", "Hushhush", "hush@client.example", "Lima", "ana@example.test", "they pay on Monday")


async def act(ana: Actor) -> None:
    """Look a customer up, record a check-in with a note, promise something, mistype a name, and open Home."""
    reply = await (await ana.command("/customers confidential")).reply()
    assert "Confidential Client" in reply.text + str(reply.blocks)
    await ana.command("/checkin Confidential Client")
    form = await ana.modal_opened("Check-in")
    await ana.fill(form, checkins_result="We talked", checkins_note="they pay on Monday")
    assert await ana.submit(form) is None
    assert (await ana.command("/promise Confidential Client tomorrow they pay on Monday")).acked
    assert (await ana.command("/customers edit Hushhush Lima")).acked
    await ana.open_home()
    await ana.until(lambda me: me.home())


async def test_nothing_confidential_is_in_the_log(sqlite_url: str, tmp_path: Path) -> None:
    """What Slack's libraries would say at that level is left out; what the bot itself says is there."""
    office = Office(Runtime(Database(sqlite_url), MovableClock(START)))
    async with rehearsal() as slack:
        slack.control.add_person("ana", id=ANA, real_name="Ana Lima", tz="Europe/Lisbon", email="ana@example.test")
        async with running(slack, sqlite_url, tmp_path, LOG_LEVEL="debug") as process:
            office.customer("Confidential Client", owner=ANA, waited=50)
            office.customer("Hushhush", owner=ANA, waited=60)
            await act(slack.control.as_person(ANA))
            await slack.drain()
            process.terminate()
            await asyncio.wait_for(process.wait(), 30)
        secrets = (slack.bot_token, slack.app_token, slack.signing_secret)
    office.runtime.close()
    said = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert '"event": "bot.ready"' in said
    assert [word for word in (*NAMES, *secrets) if word.lower() in said.lower()] == []
    assert "ticket=" not in said.replace("ticket=[hidden]", "")

"""The sample company hears what is written about its customers as the days go by."""

from datetime import timedelta

from demo.company import load_company
from demo.feed import list_posts, load_feed, open_feed
from demo.people import COMPANY, NINE, START, TEAM, populate
from demo.stage import next_events, open_stage, run_jobs_on_move
from tests.makers import MARA


async def test_mentions_come_as_days_pass(sqlite_url: str) -> None:
    """The praise of yesterday on the first morning, the complaint that somebody writes at noon after that."""
    async with open_feed() as feed:
        stage = open_stage(
            database_url=sqlite_url,
            start=START,
            populate=populate,
            team_id=TEAM,
            name=COMPANY,
            host_overrides=feed.host_overrides,
        )
        async with stage as running:
            feed.now = running.rehearsal.workspace.clock.now
            accounts = running.rehearsal.workspace.channel("accounts")
            load_company(running.bot.runtime, workspace=TEAM, digest_channel=(accounts.id, accounts.name))
            load_feed(running.bot.runtime, workspace=TEAM, channel=(accounts.id, accounts.name))
            run_jobs_on_move(running, next_events(running, list_posts()))
            await running.rehearsal.control.move_to(NINE)
            mara = running.rehearsal.control.as_person(MARA)

            def cards() -> list[str]:
                return [one.text for one in mara.sees("accounts") if "Reads as" in one.text]

            assert [text[:42] for text in cards()] == ["Reads as praise about Bakery Lindqvist: “B"]
            await running.rehearsal.control.move(timedelta(hours=5))
            assert any(text.startswith("Reads as a complaint about Harlem Print Works") for text in cards())
        running.rehearsal.assert_clean()

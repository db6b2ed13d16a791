"""The sample company has some promises of each kind."""

from sqlmodel import col, select

from bot.promises.queries import TEAM as WHOLE_TEAM
from bot.promises.queries import get_list
from bot.promises.rules import State
from bot.promises.tables import Promise
from demo.cast import COMPANY, MARA, START, TEAM, furnish
from demo.company import load_company
from demo.stage import open_stage


async def test_a_newcomer_meets_promises_open_due_broken_and_kept(sqlite_url: str) -> None:
    """One is due today, one is broken, one was kept; all are told of once the jobs have run."""
    async with open_stage(database_url=sqlite_url, start=START, furnish=furnish, team_id=TEAM, name=COMPANY) as running:
        accounts = running.rehearsal.workspace.channel("accounts")
        runtime = running.bot.runtime
        load_company(runtime, workspace=TEAM, digest_channel=(accounts.id, accounts.name))
        await running.bot.run_jobs()
        listed = runtime.read_now(get_list, workspace=TEAM, whose=WHOLE_TEAM, viewer=MARA, page=0)
        assert (listed.total, listed.broken) == (4, 1)
        assert START.date() in {row.due_on for row in listed.rows}
        with runtime.database.reading(TEAM) as session:
            states = session.exec(select(Promise.state).order_by(col(Promise.due_on))).all()
        assert list(states) == [State.BROKEN, State.KEPT, State.OPEN, State.OPEN, State.OPEN]
    running.rehearsal.assert_clean()

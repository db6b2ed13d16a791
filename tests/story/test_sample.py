"""The sample company has at least one of every kind of commitment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.commitments.queries import TEAM as WHOLE_TEAM
from bot.escalations.queries import get_list as get_escalations
from bot.escalations.rules import EscalationState as Problem
from bot.escalations.tables import Escalation
from bot.followups.queries import get_list as get_followups
from bot.promises.queries import get_list
from bot.promises.rules import PromiseState
from bot.promises.tables import Promise
from demo.company import load_company
from demo.people import COMPANY, MARA, START, TEAM, populate
from demo.stage import Stage, open_stage

pytestmark = pytest.mark.slow


@asynccontextmanager
async def _open_sample(sqlite_url: str) -> AsyncIterator[Stage]:
    async with open_stage(
        database_url=sqlite_url, start=START, populate=populate, team_id=TEAM, name=COMPANY
    ) as running:
        accounts = running.rehearsal.workspace.channel("accounts")
        load_company(running.bot.runtime, workspace=TEAM, digest_channel=(accounts.id, accounts.name))
        await running.bot.run_jobs()
        yield running


async def test_a_newcomer_meets_promises_open_due_broken_and_kept(sqlite_url: str) -> None:
    """One promise is due today, one is broken, one was kept; the jobs notify people of them."""
    async with _open_sample(sqlite_url) as running:
        runtime = running.bot.runtime
        listed = runtime.read_now(get_list, workspace=TEAM, whose=WHOLE_TEAM, viewer=MARA, page=0)
        assert (listed.total, listed.late) == (4, 1)
        assert START.date() in {row.due_on for row in listed.rows}
        with runtime.database.reading(TEAM) as session:
            states = session.exec(select(Promise.state).order_by(col(Promise.due_on))).all()
        assert list(states) == [
            PromiseState.BROKEN,
            PromiseState.KEPT,
            PromiseState.OPEN,
            PromiseState.OPEN,
            PromiseState.OPEN,
        ]
    running.rehearsal.assert_clean()


async def test_a_newcomer_meets_follow_ups_problems_and_what_we_owe(sqlite_url: str) -> None:
    """Each list has entries; the digest of commitments is posted on Tuesday at nine, the latest ones first."""
    async with _open_sample(sqlite_url) as running:
        runtime = running.bot.runtime
        for get in (get_followups, get_escalations):
            assert runtime.read_now(get, workspace=TEAM, whose=WHOLE_TEAM, viewer=MARA, page=0).total >= 3
        with runtime.database.reading(TEAM) as session:
            states = session.exec(select(Escalation.state)).all()
        assert {Problem.OPEN, Problem.FIXED, Problem.CONFIRMED} <= set(states)
        await running.rehearsal.control.move_to(START + timedelta(days=1, minutes=30))
        await running.bot.run_jobs()
        said = [one for one in running.rehearsal.control.as_person(MARA).sees("accounts") if "We owe" in one.text]
        assert len(said) == 1
        assert (
            said[0].text
            == "We owe: 2 promises broken, 1 problem past its time, 1 follow-up due today, 2 other problems open."
        )
        shown = str(said[0].blocks)
        assert shown.index("Kanto Tooling") < shown.index("Sunset Diner") < shown.index("Goldfinch Dental")
    running.rehearsal.assert_clean()

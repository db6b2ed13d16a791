"""The way of one command from Slack to Slack asks the database no more than it has to."""

import pytest

from benchmarks.structure import follow_an_assignment

MOST_STATEMENTS = 22


@pytest.mark.slow
async def test_a_follow_up_reaches_its_assignee_in_few_statements() -> None:
    """`/assign @ana Acme friday call`, stored and delivered: each of its statements has a reason of its own."""
    statements = (await follow_an_assignment()).statements
    assert len(statements) <= MOST_STATEMENTS, "\n".join(statements)

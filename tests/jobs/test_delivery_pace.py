"""Messages leave many at a time: what is stored on the way of each is stored for several at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.core import outbox
from bot.core.claiming import claim
from bot.core.outbox import DeliveryState, Post
from jobs.deliver_outbox import AT_ONCE
from tests.commitments.helpers import statements
from tests.jobs.mail import PostOffice, open_post_office
from tests.makers import ANA, WORKSPACE

pytestmark = pytest.mark.both_databases

MESSAGES = AT_ONCE + 12


@pytest.fixture
async def post(database_url: str) -> AsyncIterator[PostOffice]:
    """Open a post office over the rehearsal, on both databases."""
    async with open_post_office(database_url) as office:
        yield office


def enqueue_to_channels(post: PostOffice) -> None:
    """Enqueue a letter to each of so many channels."""
    for number in range(MESSAGES):
        channel = post.rehearsal.control.add_channel(f"team-{number}", members=[ANA])
        post.enqueue(f"hello/{number}", to=channel.id)


async def test_of_those_marked_together_each_has_its_own_answer(post: PostOffice) -> None:
    """A message whose claim was lost isn't sent, those marked with it are; each gets its own channel and timestamp."""
    for number in range(3):
        post.enqueue(f"hello/{number}", to=f"C{number:08}")
    lost, *held = post.runtime.run_now(claim, workspace=None)
    post.runtime.run_now(outbox.requeue, workspace=None, claimed=lost, after=timedelta(hours=1), reason="")
    posts = [Post(claimed, f"D{claimed.key[-1]}", f"{claimed.key[-1]}.5") for claimed in (lost, *held)]
    assert post.runtime.run_now(outbox.mark_sending, workspace=None, posts=posts) == [False, True, True]
    assert post.runtime.run_now(outbox.mark_sent, workspace=None, posts=posts) == [False, True, True]
    assert post.runtime.run_now(outbox.mark_sent, workspace=None, posts=posts) == [False, False, False]
    with post.runtime.database.reading(WORKSPACE) as session:
        sent = [outbox.find_sent(session, f"hello/{number}") for number in range(3)]
    assert sent == [None, ("D1", "1.5"), ("D2", "2.5")]


async def test_many_messages_take_few_transactions(post: PostOffice) -> None:
    """Those that leave at the same time are stored together, far fewer than two statements for each."""
    enqueue_to_channels(post)
    with statements() as seen:
        assert await post.deliver() == MESSAGES
    marks = [statement for statement, _ in seen if statement.startswith("UPDATE") and "CASE" in statement]
    assert len(marks) < MESSAGES
    assert set(post.states().values()) == {DeliveryState.SENT}


@pytest.mark.slow
async def test_only_so_many_messages_are_on_their_way(post: PostOffice) -> None:
    """So many may have to be looked for after a kill; the others that were claimed wait unsent."""
    post.rehearsal.control.faults.slow("chat.postMessage", 1, times=AT_ONCE)
    enqueue_to_channels(post)
    delivering = asyncio.ensure_future(post.deliver())
    await post.rehearsal.workspace.until(lambda _: len(post.calls()) == AT_ONCE, timeout=15)
    assert Counter(post.states().values()) == {DeliveryState.SENDING: AT_ONCE, DeliveryState.CLAIMED: 12}
    assert await delivering == MESSAGES
    assert set(post.states().values()) == {DeliveryState.SENT}

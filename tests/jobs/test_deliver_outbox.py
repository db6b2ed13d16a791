"""What is owed to Slack arrives once, whatever goes wrong on the way."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.core import outbox
from bot.core.outbox import DeliveryState
from tests.jobs.mail import PostOffice, Riddle, open_post_office
from tests.makers import ANA, WORKSPACE

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def post(database_url: str) -> AsyncIterator[PostOffice]:
    """A post office over the rehearsal, on both databases."""
    async with open_post_office(database_url) as office:
        yield office


async def test_a_notice_arrives_once(post: PostOffice) -> None:
    """However often the job runs, one message stands in the channel, with our key in its metadata."""
    assert post.enqueue("hello")
    for _ in range(3):
        await post.deliver()
    (message,) = post.said()
    assert message.text == "Good morning."
    assert message.metadata == {"event_type": "evenhand_notification", "event_payload": {"key": "hello"}}
    assert post.states() == {"hello": DeliveryState.SENT}


async def test_the_same_key_is_owed_once(post: PostOffice) -> None:
    """A use case that runs twice owes its news once."""
    assert post.enqueue("hello")
    assert not post.enqueue("hello", words="Again.")
    await post.deliver()
    assert [message.text for message in post.said()] == ["Good morning."]


async def test_a_person_gets_a_direct_message(post: PostOffice) -> None:
    """News for a person comes into the direct conversation with the bot."""
    post.enqueue("hello", to=ANA)
    await post.deliver()
    assert [message.text for message in post.rehearsal.control.as_person(ANA).dm()] == ["Good morning."]


async def test_an_answer_lost_on_the_way_is_not_said_again(post: PostOffice) -> None:
    """Slack took the message and the connection died: the look-back finds it."""
    post.enqueue("hello")
    post.rehearsal.control.faults.drop_after("chat.postMessage")
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.UNKNOWN}
    await post.deliver_until_quiet()
    assert post.states() == {"hello": DeliveryState.SENT}
    assert len(post.said()) == 1


async def test_a_request_that_never_arrived_is_made_again(post: PostOffice) -> None:
    """The connection died before Slack took the message: the look-back doesn't find it, so it goes out."""
    post.enqueue("hello")
    post.rehearsal.control.faults.drop_before("chat.postMessage")
    await post.deliver_until_quiet()
    assert len(post.said()) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_broken_slack_is_asked_again_later(post: PostOffice, status: int) -> None:
    """A server error leaves it open whether the message is there; one message stands there in the end."""
    post.enqueue("hello")
    post.rehearsal.control.faults.next("chat.postMessage", status=status)
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.UNKNOWN}
    await post.deliver_until_quiet()
    assert len(post.said()) == 1


async def test_slack_asking_for_a_pause_holds_that_channel_only(post: PostOffice) -> None:
    """After a 429 the channel waits as long as asked; a person's message goes out meanwhile."""
    post.enqueue("first")
    post.enqueue("second")
    post.rehearsal.control.faults.next("chat.postMessage", status=429, retry_after=40)
    await post.deliver()
    post.enqueue("hello", to=ANA)
    post.clock.move(timedelta(seconds=30))
    await post.deliver()
    assert post.states() == {
        "first": DeliveryState.PENDING,
        "hello": DeliveryState.SENT,
        "second": DeliveryState.PENDING,
    }
    assert post.said() == []
    post.clock.move(timedelta(seconds=11))
    await post.deliver()
    await post.deliver()
    assert len(post.said()) == 2


@pytest.mark.parametrize("refusal", ["channel_not_found", "is_archived", "invalid_auth", "user_disabled"])
async def test_a_definite_refusal_is_told(post: PostOffice, refusal: str) -> None:
    """Slack says no for good: the notification is given up once, and somebody hears of it."""
    post.enqueue("hello")
    post.rehearsal.control.faults.next("chat.postMessage", error=refusal)
    await post.deliver()
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.DEAD}
    assert post.gone == [("hello", refusal)]


async def test_a_thread_waits_for_its_first_message(post: PostOffice) -> None:
    """The rest of a list comes into the thread, in order, once the message above it is there."""
    post.enqueue("list/2", words="Second page.", reply_to="list")
    post.enqueue("list/1", words="First page.", reply_to="list")
    post.enqueue("list", words="The list.")
    await post.deliver_until_quiet()
    first, *pages = sorted(post.said(), key=lambda message: message.ts)
    assert first.text == "The list."
    assert {page.thread_ts for page in pages} == {first.ts}
    assert sorted(page.text for page in pages) == ["First page.", "Second page."]


async def test_a_thread_whose_first_message_was_refused_is_given_up(post: PostOffice) -> None:
    """Nothing waits for ever for a message that will never be there."""
    post.enqueue("list")
    post.enqueue("list/1", reply_to="list")
    post.rehearsal.control.faults.next("chat.postMessage", error="is_archived")
    await post.deliver()
    await post.deliver()
    assert post.states() == {"list": DeliveryState.DEAD, "list/1": DeliveryState.DEAD}


async def test_news_that_nobody_can_draw_doesnt_stop_the_rest(post: PostOffice) -> None:
    """A view that fails gives up its own notification, with the reason, and the next one goes out."""
    post.enqueue("riddle", notification=Riddle())
    post.enqueue("hello", to=ANA)
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.SENT, "riddle": DeliveryState.DEAD}
    assert post.gone == [("riddle", "can't be drawn: ZeroDivisionError")]


async def test_old_news_is_not_told(post: PostOffice) -> None:
    """A reminder that couldn't go out on its day stays away."""
    post.enqueue("hello", expires=timedelta(hours=8))
    post.clock.move(timedelta(hours=9))
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.DEAD}
    assert post.said() == []


async def test_a_claim_that_was_abandoned_is_taken_up(post: PostOffice) -> None:
    """A process that died after claiming, before sending, leaves nothing lost."""
    post.enqueue("hello")
    (lost,) = post.runtime.run_now(outbox.claim, workspace=None)
    await post.deliver()
    assert post.said() == []
    post.clock.move(outbox.LEASE + timedelta(seconds=1))
    await post.deliver()
    assert len(post.said()) == 1
    assert not post.runtime.run_now(outbox.mark_sending, workspace=None, claimed=lost, channel=post.general)


async def test_a_send_that_was_abandoned_is_looked_up(post: PostOffice) -> None:
    """A process that died right after the POST leaves nothing said twice."""
    post.enqueue("hello")
    (claimed,) = post.runtime.run_now(outbox.claim, workspace=None)
    assert post.runtime.run_now(outbox.mark_sending, workspace=None, claimed=claimed, channel=post.general)
    await post.deliver_until_quiet()
    assert len(post.said()) == 1
    assert post.states() == {"hello": DeliveryState.SENT}


async def test_two_processes_never_claim_the_same(post: PostOffice) -> None:
    """What one claimed, the other doesn't see."""
    for number in range(10):
        post.enqueue(f"hello/{number}", to=f"C{number:08}")
    first = post.runtime.run_now(outbox.claim, workspace=None, limit=6)
    second = post.runtime.run_now(outbox.claim, workspace=None, limit=6)
    assert len(first) == 6
    assert len(second) == 4
    assert not {claimed.key for claimed in first} & {claimed.key for claimed in second}


async def test_an_unreachable_slack_loses_nothing(post: PostOffice) -> None:
    """With the network down, notifications wait with growing pauses and go out afterwards."""
    post.enqueue("hello", to=ANA)
    post.rehearsal.control.faults.drop_before("conversations.open", times=3)
    for _ in range(3):
        await post.deliver()
        post.clock.move(timedelta(minutes=10))
    assert post.states() == {"hello": DeliveryState.PENDING}
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.SENT}


async def test_what_arrived_is_counted_once(post: PostOffice) -> None:
    """A retried event has its effect the first time only."""
    now = post.clock.now()

    def receive(session: object, *, now: object) -> bool:
        assert now
        return outbox.record_received(session, "event", "Ev1", now=post.clock.now())  # type: ignore[arg-type]

    assert post.runtime.run_now(receive, workspace=WORKSPACE, now=now)
    assert not post.runtime.run_now(receive, workspace=WORKSPACE, now=now)


async def test_old_rows_are_forgotten(post: PostOffice) -> None:
    """A month after it was settled, a notification leaves the table; open ones stay."""
    post.enqueue("done")
    await post.deliver()
    post.enqueue("open", to="C0NOWHERE")
    post.runtime.run_now(outbox.claim, workspace=None)

    def forget(session: object, *, now: object) -> int:
        assert now
        return outbox.delete_old(session, before=post.clock.now())  # type: ignore[arg-type]

    post.clock.move(timedelta(days=31))
    assert post.runtime.run_now(forget, workspace=None) == 1
    assert post.states() == {"open": DeliveryState.CLAIMED}

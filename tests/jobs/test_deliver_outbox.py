"""The outbox delivers each message to Slack once, whatever fails on the way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.core import inbox, outbox
from bot.core.claiming import claim
from bot.core.database import Database
from bot.core.outbox import DeliveryState, Post
from bot.core.runtime import Runtime
from jobs.deliver_outbox import deliver_outbox
from jobs.housekeeping import delete_old
from tests.commitments.helpers import statements
from tests.jobs.mail import MAIL, PostOffice, Telegram, UndrawableLetter, open_post_office
from tests.makers import ANA, BOB, KIRI, WORKSPACE

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def post(database_url: str) -> AsyncIterator[PostOffice]:
    """Open a post office over the rehearsal, on both databases."""
    async with open_post_office(database_url) as office:
        yield office


async def test_a_notice_arrives_once(post: PostOffice) -> None:
    """However often the job runs, one message is in the channel, with our key in its metadata."""
    assert post.enqueue("hello")
    for _ in range(3):
        await post.deliver()
    (message,) = post.messages()
    assert message.text == "Good morning."
    assert message.metadata == {"event_type": "evenhand_notification", "event_payload": {"key": "hello"}}
    assert post.states() == {"hello": DeliveryState.SENT}


async def test_the_same_key_is_owed_once(post: PostOffice) -> None:
    """Enqueueing the same key twice stores one message."""
    assert post.enqueue("hello")
    assert not post.enqueue("hello", words="Again.")
    await post.deliver()
    assert [message.text for message in post.messages()] == ["Good morning."]


async def test_a_person_gets_a_direct_message(post: PostOffice) -> None:
    """A notification for a person is sent as a direct message."""
    post.enqueue("hello", to=ANA)
    await post.deliver()
    assert [message.text for message in post.rehearsal.control.as_person(ANA).dm()] == ["Good morning."]


async def test_a_round_without_messages_asks_once(post: PostOffice) -> None:
    """The job runs every few seconds: where nothing is due, it makes one read and nothing else."""
    with statements() as seen:
        assert await post.deliver() == 0
    assert [statement.split()[0] for statement, _ in seen if "BEGIN" not in statement] == ["SELECT"]


async def test_an_answer_lost_on_the_way_is_not_said_again(post: PostOffice) -> None:
    """Slack accepted the message and the connection broke: looking it up finds it."""
    post.enqueue("hello")
    post.rehearsal.control.faults.drop_after("chat.postMessage")
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.UNKNOWN}
    await post.deliver_until_quiet()
    assert post.states() == {"hello": DeliveryState.SENT}
    assert len(post.messages()) == 1


async def test_a_request_that_never_arrived_is_made_again(post: PostOffice) -> None:
    """The connection broke before Slack accepted the message: it isn't found, and is sent."""
    post.enqueue("hello")
    post.rehearsal.control.faults.drop_before("chat.postMessage")
    await post.deliver_until_quiet()
    assert len(post.messages()) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_broken_slack_is_asked_again_later(post: PostOffice, status: int) -> None:
    """After a server error, the outcome is unclear; in the end there is one message."""
    post.enqueue("hello")
    post.rehearsal.control.faults.next("chat.postMessage", status=status)
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.UNKNOWN}
    await post.deliver_until_quiet()
    assert len(post.messages()) == 1


async def test_slack_asking_for_a_pause_holds_that_channel_only(post: PostOffice) -> None:
    """After a 429 the channel waits as long as asked; a person's message is sent meanwhile."""
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
    assert post.messages() == []
    post.clock.move(timedelta(seconds=11))
    await post.deliver()
    await post.deliver()
    assert len(post.messages()) == 2


@pytest.mark.parametrize("refusal", ["channel_not_found", "is_archived", "user_disabled"])
async def test_a_definite_refusal_is_told(post: PostOffice, refusal: str) -> None:
    """A permanent refusal marks the message dead once, and calls `on_dead`."""
    post.enqueue("hello")
    post.rehearsal.control.faults.next("chat.postMessage", error=refusal)
    await post.deliver()
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.DEAD}
    assert post.gone == [("hello", refusal)]


@pytest.mark.parametrize("code", ["invalid_auth", "org_login_required", "access_denied", "missing_scope", "brand_new"])
async def test_what_slack_refuses_for_another_reason_waits(post: PostOffice, code: str) -> None:
    """An error of the token, of the organisation, or one that nobody knows yet ends no message; a sentence says why."""
    post.enqueue("hello")
    post.rehearsal.control.faults.next("chat.postMessage", error=code, times=20)
    for _ in range(20):
        await post.deliver()
        post.clock.move(timedelta(minutes=5))
    assert post.states() == {"hello": DeliveryState.PENDING}
    (problem,) = post.problems()
    assert problem == (
        f"1 message has been waiting since 23 Nov 09:00 UTC (Slack answers {code}): mend the app's installation or its "
        "token (`evenhand rotate-token`); they are sent as soon as Slack takes them."
    )
    await post.deliver()
    assert len(post.messages()) == 1
    assert post.problems() == post.gone == []


async def test_pauses_that_slack_asks_for_end_no_message(post: PostOffice) -> None:
    """However often Slack asks for a second more, the message arrives, at once when the pauses are over."""
    post.enqueue("hello")
    post.rehearsal.control.faults.next("chat.postMessage", status=429, retry_after=1, times=30)
    for _ in range(30):
        await post.deliver()
        post.clock.move(timedelta(seconds=1))
    await post.deliver()
    assert len(post.messages()) == 1


async def test_a_pause_of_no_seconds_is_over_at_once(post: PostOffice) -> None:
    """It isn't taken for a pause that Slack didn't name."""
    post.enqueue("hello")
    post.rehearsal.control.faults.next("chat.postMessage", status=429, retry_after=0)
    await post.deliver()
    await post.deliver()
    assert len(post.messages()) == 1


async def test_a_channel_that_cant_be_read_leaves_the_outcome_open(post: PostOffice) -> None:
    """Without the scope to look, a message of unclear outcome is neither lost nor said twice."""
    post.enqueue("hello")
    post.rehearsal.control.faults.drop_after("chat.postMessage")
    post.rehearsal.control.faults.next("conversations.history", error="missing_scope", times=9)
    for _ in range(10):
        await post.deliver()
        post.clock.move(timedelta(minutes=6))
    assert post.states() == {"hello": DeliveryState.UNKNOWN}
    assert "Slack answers missing_scope" in post.problems()[0]
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.SENT}
    assert len(post.messages()) == 1


async def test_a_look_back_waits_as_long_as_slack_asks(post: PostOffice) -> None:
    """After a 429 the channel isn't read again before the pause is over."""
    post.enqueue("hello")
    post.rehearsal.control.faults.drop_after("chat.postMessage")
    await post.deliver()
    post.clock.move(timedelta(minutes=1))
    post.rehearsal.control.faults.next("conversations.history", status=429, retry_after=600)
    assert await post.deliver() == 1
    post.clock.move(timedelta(minutes=9))
    assert await post.deliver() == 0
    post.clock.move(timedelta(minutes=1))
    assert await post.deliver() == 1
    assert post.states() == {"hello": DeliveryState.SENT}


async def test_what_was_said_since_isnt_looked_through(post: PostOffice) -> None:
    """A look-back reads the time around the post, so that a busy channel never hides a message from it."""
    post.enqueue("hello")
    post.rehearsal.control.faults.drop_after("chat.postMessage")
    await post.deliver()
    await post.rehearsal.control.move(timedelta(hours=3))
    for number in range(250):
        await post.rehearsal.control.as_person(ANA).say("general", f"news {number}")
    post.clock.move(timedelta(hours=3))
    before = sum(exchange.name == "conversations.history" for exchange in post.rehearsal.workspace.traffic)
    await post.deliver()
    after = sum(exchange.name == "conversations.history" for exchange in post.rehearsal.workspace.traffic)
    assert after - before == 1
    assert post.states() == {"hello": DeliveryState.SENT}


@pytest.mark.slow
async def test_a_slow_channel_holds_nobody_up(post: PostOffice) -> None:
    """While Slack takes two seconds over one channel, what comes up for others is sent."""
    post.enqueue("slow")
    post.rehearsal.control.faults.slow("chat.postMessage", 3)
    delivering = asyncio.ensure_future(post.deliver())
    await post.rehearsal.workspace.until(lambda _: "chat.postMessage" in post.calls(), timeout=15)
    post.enqueue("hello", to=ANA)
    await post.rehearsal.workspace.until(lambda _: post.rehearsal.control.as_person(ANA).dm(), timeout=15)
    assert not delivering.done()
    assert await delivering == 2


async def test_an_error_of_ours_lets_what_is_on_its_way_arrive(post: PostOffice) -> None:
    """It is raised for the job's heartbeat once nothing is on its way."""
    post.enqueue("riddle", to="C0RIDDLE", notification=UndrawableLetter())
    post.enqueue("hello", to=ANA)
    post.breaks = True
    with pytest.raises(RuntimeError, match="nobody can be told"):
        await post.deliver()
    assert post.states() == {"hello": DeliveryState.SENT, "riddle": DeliveryState.CLAIMED}


async def test_a_message_isnt_given_up_before_somebody_is_told(post: PostOffice) -> None:
    """When telling fails, or the process dies before it, the next round tells."""
    post.enqueue("riddle", notification=UndrawableLetter())
    post.breaks = True
    with pytest.raises(RuntimeError):
        await post.deliver()
    post.breaks = False
    post.clock.move(timedelta(minutes=1))
    await post.deliver()
    assert post.states() == {"riddle": DeliveryState.DEAD}
    assert post.gone == [("riddle", "can't be drawn: ZeroDivisionError")]


async def test_a_thread_waits_for_its_first_message(post: PostOffice) -> None:
    """Replies are sent in order, once their parent message has been sent."""
    post.enqueue("list/2", words="Second page.", reply_to="list")
    post.enqueue("list/1", words="First page.", reply_to="list")
    post.enqueue("list", words="The list.")
    await post.deliver_until_quiet()
    first, *pages = sorted(post.messages(), key=lambda message: message.ts)
    assert first.text == "The list."
    assert {page.thread_ts for page in pages} == {first.ts}
    assert sorted(page.text for page in pages) == ["First page.", "Second page."]


async def test_a_thread_whose_first_message_was_refused_is_given_up(post: PostOffice) -> None:
    """Replies to a refused message are dead, too."""
    post.enqueue("list")
    post.enqueue("list/1", reply_to="list")
    post.rehearsal.control.faults.next("chat.postMessage", error="is_archived")
    await post.deliver()
    await post.deliver()
    assert post.states() == {"list": DeliveryState.DEAD, "list/1": DeliveryState.DEAD}


async def test_replies_that_wait_are_in_nobodys_way(post: PostOffice) -> None:
    """However many older messages wait for the one they answer, or go to one recipient, others are sent at once."""
    post.enqueue("list", to="C0SLOW")
    post.rehearsal.control.faults.next("chat.postMessage", status=429, retry_after=60)
    await post.deliver()
    for number in range(30):
        post.enqueue(f"list/{number}", to="C0SLOW", reply_to="list")
        post.enqueue(f"crowd/{number}", to=post.general)
    post.clock.move(timedelta(seconds=1))
    post.enqueue("hello", to=ANA)
    await post.deliver()
    assert [message.text for message in post.rehearsal.control.as_person(ANA).dm()] == ["Good morning."]


async def test_two_messages_to_one_recipient_are_never_on_their_way_at_once(post: PostOffice) -> None:
    """While one replica sends to a channel, another sends to others, so that a channel reads them in their order."""
    for number in range(3):
        post.enqueue(f"hello/{number}")
    post.enqueue("hello", to=ANA)
    first = post.runtime.run_now(claim, workspace=None)
    assert {claimed.key for claimed in first} == {"hello/0", "hello"}
    assert post.runtime.run_now(claim, workspace=None) == []
    post.clock.move(outbox.LEASE)
    (again, _) = post.runtime.run_now(claim, workspace=None)
    assert again.key == "hello/0"


async def test_two_processes_send_one_message_a_second_to_a_channel(post: PostOffice) -> None:
    """However they take turns; others are sent meanwhile."""
    other = Runtime(Database(post.runtime.database.url.render_as_string(hide_password=False)), post.clock, [MAIL])
    for number in range(3):
        post.enqueue(f"letter {number}")
    said = []
    for turn in range(8):
        runtime = (post.runtime.background, other)[turn % 2]
        await deliver_outbox(runtime, lambda _: post.client, post._record_dead)
        said.append(len(post.messages()))
        post.clock.move(timedelta(seconds=0.5))
        post.enqueue(f"hello {turn}", to=ANA)
    other.close()
    assert said == [1, 1, 2, 2, 3, 3, 3, 3]
    assert len(post.rehearsal.control.as_person(ANA).dm()) == 4


async def test_news_that_nobody_can_draw_doesnt_stop_the_rest(post: PostOffice) -> None:
    """A view that fails marks its own message dead, with the reason; the next one is sent."""
    post.enqueue("riddle", notification=UndrawableLetter())
    post.enqueue("hello", to=ANA)
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.SENT, "riddle": DeliveryState.DEAD}
    assert post.gone == [("riddle", "can't be drawn: ZeroDivisionError")]


async def test_old_news_is_not_told(post: PostOffice) -> None:
    """An expired reminder is not sent."""
    post.enqueue("hello", expires=timedelta(hours=8))
    post.clock.move(timedelta(hours=9))
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.DEAD}
    assert post.messages() == []


async def test_a_claim_that_was_abandoned_is_taken_up(post: PostOffice) -> None:
    """If a process dies after claiming, another one sends the message."""
    post.enqueue("hello")
    (lost,) = post.runtime.run_now(claim, workspace=None)
    await post.deliver()
    assert post.messages() == []
    post.clock.move(outbox.LEASE + timedelta(seconds=1))
    await post.deliver()
    assert len(post.messages()) == 1
    posts = [Post(lost, post.general)]
    assert post.runtime.run_now(outbox.mark_sending, workspace=None, posts=posts) == [False]


async def test_a_send_that_was_abandoned_is_looked_up(post: PostOffice) -> None:
    """If a process dies right after the POST, the message is not posted again."""
    post.enqueue("hello")
    (claimed,) = post.runtime.run_now(claim, workspace=None)
    posts = [Post(claimed, post.general)]
    assert post.runtime.run_now(outbox.mark_sending, workspace=None, posts=posts) == [True]
    await post.deliver_until_quiet()
    assert len(post.messages()) == 1
    assert post.states() == {"hello": DeliveryState.SENT}


async def test_two_processes_never_claim_the_same(post: PostOffice) -> None:
    """A claimed message isn't visible to another process."""
    for number in range(10):
        post.enqueue(f"hello/{number}", to=f"C{number:08}")
    first = post.runtime.run_now(claim, workspace=None, limit=6)
    second = post.runtime.run_now(claim, workspace=None, limit=6)
    assert len(first) == 6
    assert len(second) == 4
    assert not {claimed.key for claimed in first} & {claimed.key for claimed in second}


async def test_an_unreachable_slack_loses_nothing(post: PostOffice) -> None:
    """Without a network, messages wait with growing delays and are sent afterwards."""
    post.enqueue("hello", to=ANA)
    post.rehearsal.control.faults.drop_before("conversations.open", times=3)
    for _ in range(3):
        await post.deliver()
        post.clock.move(timedelta(minutes=10))
    assert post.states() == {"hello": DeliveryState.PENDING}
    await post.deliver()
    assert post.states() == {"hello": DeliveryState.SENT}


async def test_what_arrived_is_counted_once(post: PostOffice) -> None:
    """A retried event has an effect the first time only."""
    now = post.clock.now()

    def receive(session: object, *, now: object) -> bool:
        assert now
        return inbox.record_received(session, "event", "Ev1", now=post.clock.now())  # type: ignore[arg-type]

    assert post.runtime.run_now(receive, workspace=WORKSPACE, now=now)
    assert not post.runtime.run_now(receive, workspace=WORKSPACE, now=now)


async def test_old_rows_are_forgotten(post: PostOffice) -> None:
    """A settled message is deleted after a month; open ones stay."""
    post.enqueue("done")
    await post.deliver()
    post.enqueue("open", to="C0NOWHERE")
    post.runtime.run_now(claim, workspace=None)
    post.clock.move(timedelta(days=31))
    assert post.runtime.run_now(delete_old, workspace=None) == 1
    assert post.states() == {"open": DeliveryState.CLAIMED}


async def test_replies_that_were_given_up_are_forgotten_too(post: PostOffice) -> None:
    """They are settled when the message that they answer is."""
    post.enqueue("list")
    post.enqueue("list/1", reply_to="list")
    post.rehearsal.control.faults.next("chat.postMessage", error="is_archived")
    for _ in range(2):
        await post.deliver()
    post.clock.move(timedelta(days=31))
    assert post.runtime.run_now(delete_old, workspace=None) > 0
    assert post.states() == {}


async def test_nothing_arrives_by_night(post: PostOffice) -> None:
    """A message of the evening comes at nine the next working day; one that can't wait comes at once."""
    post.clock.move(timedelta(days=4, hours=13))  # Friday, 22:00
    post.enqueue("question", to=ANA, words="Can you call Acme?")
    post.enqueue("late", to=ANA, notification=Telegram(words="Acme's work stops."))
    post.enqueue("card", words="Somebody wrote about us.")
    await post.deliver()
    ana = post.rehearsal.control.as_person(ANA)
    assert [message.text for message in ana.dm()] == ["Acme's work stops."]
    assert post.messages() == []
    post.clock.move(timedelta(days=2, hours=10, minutes=59))
    await post.deliver()
    assert len(ana.dm()) == 1
    post.clock.move(timedelta(minutes=1))
    for _ in range(2):
        await post.deliver()
    assert [message.text for message in ana.dm()][1:] == ["Can you call Acme?"]
    assert [message.text for message in post.messages()] == ["Somebody wrote about us."]


async def test_who_sleeps_keeps_nobody_waiting(post: PostOffice) -> None:
    """However many messages wait for the morning in New York and Auckland, those to Lisbon go out in the same round."""
    for number in range(30):
        post.enqueue(f"night {number}", to=(BOB, KIRI)[number % 2])
    post.enqueue("day", to=ANA)
    assert await post.deliver() == 1
    assert [message.text for message in post.rehearsal.control.as_person(ANA).dm()] == ["Good morning."]
    assert len(post.states_in(DeliveryState.PENDING)) == 30


async def test_hours_count_when_it_is_sent(post: PostOffice) -> None:
    """A message that was due by day, and that nobody could deliver until the evening, waits for the morning."""
    post.enqueue("hello", to=ANA)
    post.rehearsal.control.faults.drop_before("chat.postMessage")
    await post.deliver()
    post.clock.move(timedelta(hours=12))
    await post.deliver()
    await post.deliver()
    assert post.rehearsal.control.as_person(ANA).dm() == []
    post.clock.move(timedelta(hours=12))
    await post.deliver()
    assert len(post.rehearsal.control.as_person(ANA).dm()) == 1

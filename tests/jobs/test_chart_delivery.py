"""A chart is delivered as a chart; where Slack refuses charts, its description is delivered without it, once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.core import outbox
from bot.core.outbox import ClaimedMessage, DeliveryState
from bot.core.runtime import Runtime
from jobs.deliver_outbox import deliver_outbox
from tests.commitments.helpers import statements
from tests.jobs.mail import CHART, IN_WORDS, PostOffice, Sketch, open_post_office


@pytest.fixture
async def post(sqlite_url: str) -> AsyncIterator[PostOffice]:
    """Open a post office over the rehearsal."""
    async with open_post_office(sqlite_url) as office:
        yield office


def kinds(post: PostOffice) -> list[str]:
    """Return the types of the blocks of the only message in the channel."""
    (message,) = post.messages()
    return [block["type"] for block in message.blocks]


def arrived_in_words(post: PostOffice) -> bool:
    """Return whether the only message has the chart's words in blocks and text, and no chart."""
    (message,) = post.messages()
    return (
        kinds(post) == ["section", "context", "section"]
        and IN_WORDS in message.text
        and (IN_WORDS in str(message.blocks))
    )


async def test_a_chart_arrives_in_its_place(post: PostOffice) -> None:
    """One message has the chart and its description between its paragraphs, and is not sent again."""
    post.enqueue("sketch", notification=Sketch())
    await post.deliver()
    await post.deliver()
    (message,) = post.messages()
    assert kinds(post) == ["section", "data_visualization", "context", "section"]
    assert message.blocks[1]["chart"] == CHART["chart"]
    assert IN_WORDS in message.text
    assert post.states() == {"sketch": DeliveryState.SENT}
    post.rehearsal.assert_clean()


async def test_a_workspace_without_charts_gets_the_words_once(post: PostOffice) -> None:
    """Slack refuses the chart, and the description follows in the same round without a failure notice."""
    post.rehearsal.control.draw_charts(on=False)
    post.enqueue("sketch", notification=Sketch())
    await post.deliver()
    assert arrived_in_words(post)
    await post.deliver_until_quiet()
    assert arrived_in_words(post)
    assert (post.states(), post.gone) == ({"sketch": DeliveryState.SENT}, [])
    post.rehearsal.assert_clean()


async def test_each_post_is_marked_before_it_is_made(post: PostOffice) -> None:
    """A refused post and the one without a chart are marked one after the other."""
    post.rehearsal.control.draw_charts(on=False)
    post.enqueue("sketch", notification=Sketch())
    with statements() as seen:
        await post.deliver()
    assert sum("UPDATE outbox" in statement and "posted_at" in statement for statement, _ in seen) == 2


async def test_a_message_that_is_refused_with_and_without_its_chart_is_given_up(post: PostOffice) -> None:
    """An error of other blocks isn't attributed to the chart for ever."""
    post.rehearsal.control.faults.next("chat.postMessage", error="invalid_blocks", times=2)
    post.enqueue("sketch", notification=Sketch())
    await post.deliver()
    assert post.gone == [("sketch", "invalid_blocks")]
    assert post.messages() == []


async def test_another_refusal_is_not_tried_again_in_words(post: PostOffice) -> None:
    """Other errors than a refused chart cause no second attempt."""
    post.rehearsal.control.faults.next("chat.postMessage", error="is_archived")
    post.enqueue("sketch", notification=Sketch())
    await post.deliver()
    assert post.gone == [("sketch", "is_archived")]


async def test_a_message_without_charts_is_not_tried_twice(post: PostOffice) -> None:
    """Refused blocks without a chart cause no second attempt."""
    post.rehearsal.control.faults.next("chat.postMessage", error="invalid_blocks")
    post.enqueue("letter")
    await post.deliver()
    assert post.gone == [("letter", "invalid_blocks")]


async def test_a_lost_answer_about_a_chart_says_nothing_twice(post: PostOffice) -> None:
    """Slack accepted the message with its chart and the connection broke: looking it up finds it."""
    post.rehearsal.control.faults.drop_after("chat.postMessage")
    post.enqueue("sketch", notification=Sketch())
    await post.deliver_until_quiet()
    assert "data_visualization" in kinds(post)


async def test_a_lost_answer_about_the_words_says_nothing_twice(post: PostOffice) -> None:
    """Slack refused the chart, accepted the description, and the connection broke: looking it up finds it."""
    faults = post.rehearsal.control.faults
    faults.next("chat.postMessage", error="invalid_blocks")
    faults.drop_after("chat.postMessage")
    post.enqueue("sketch", notification=Sketch())
    await post.deliver_until_quiet()
    assert arrived_in_words(post)
    assert post.states() == {"sketch": DeliveryState.SENT}


async def test_a_pause_between_chart_and_words_is_kept(post: PostOffice) -> None:
    """Slack refuses the chart and then rate-limits: the description is posted after the pause."""
    post.rehearsal.control.draw_charts(on=False)
    faults = post.rehearsal.control.faults
    faults.next("chat.postMessage", error="invalid_blocks")
    faults.next("chat.postMessage", status=429, retry_after=90)
    post.enqueue("sketch", notification=Sketch())
    await post.deliver()
    assert (post.messages(), post.states()) == ([], {"sketch": DeliveryState.PENDING})
    await post.deliver_until_quiet()
    assert arrived_in_words(post)


class Slowly(AsyncWebClient):
    """A client that calls *after* when Slack has answered a post."""

    after: Callable[[], Awaitable[None]]

    async def api_call(self, api_method: str, **more: Any) -> Any:
        """Make the call, then call *after*."""
        try:
            return await super().api_call(api_method, **more)
        finally:
            if api_method == "chat.postMessage":
                await self.after()


async def test_words_are_not_posted_when_the_claim_ran_out_meanwhile(post: PostOffice) -> None:
    """Slack took long to refuse the chart: the next claim posts the description, once."""
    post.rehearsal.control.draw_charts(on=False)
    post.enqueue("sketch", notification=Sketch())
    slow = Slowly(token=post.rehearsal.bot_token, base_url=post.rehearsal.api_url)

    async def pass_the_lease() -> None:
        post.clock.move(outbox.LEASE)

    async def record_dead(_runtime: Runtime, claimed: ClaimedMessage, reason: str, _text: str) -> None:
        raise AssertionError(claimed.key, reason)

    slow.after = pass_the_lease
    await deliver_outbox(post.runtime, lambda _: slow, record_dead)
    assert (post.messages(), post.states()) == ([], {"sketch": DeliveryState.SENDING})
    await post.deliver_until_quiet()
    assert arrived_in_words(post)

"""A chart arrives as a picture; where that fails, in any way, the words arrive without it, once."""

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from subprocess import run
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.core import outbox
from bot.core.outbox import DeliveryState
from jobs import pictures
from jobs.deliver_outbox import AT_ONCE
from jobs.pictures import NoPicture, draw_aside, hand_over, make_picture
from tests.jobs.mail import CHART, PostOffice, Sketch, open_post_office
from tests.makers import ANA, ROOT

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
IN_WORDS = {"type": "plain_text", "text": CHART.alt, "emoji": False}


@pytest.fixture
async def post(sqlite_url: str) -> AsyncIterator[PostOffice]:
    """A post office over the rehearsal."""
    async with open_post_office(sqlite_url) as office:
        yield office


def images(post: PostOffice) -> list[dict[str, Any]]:
    """The pictures that stand in the channel."""
    return [block for message in post.said() for block in message.blocks if block["type"] == "image"]


def told_in_words(post: PostOffice) -> bool:
    """Whether one message stands there, the chart's words in the chart's place."""
    (message,) = post.said()
    return message.blocks[1]["type"] == "context" and message.blocks[1]["elements"] == [IN_WORDS]


async def test_a_chart_arrives_as_a_picture_in_its_place(post: PostOffice) -> None:
    """One message; between its paragraphs a PNG of our own, with its words; shared nowhere else; Slack is slow."""
    post.rehearsal.control.look_slowly_at_files(2)
    post.enqueue("sketch", notification=Sketch())
    await post.deliver()
    await post.deliver()
    (message,) = post.said()
    assert [block["type"] for block in message.blocks] == ["section", "image", "section"]
    (image,) = images(post)
    stored = post.rehearsal.workspace.files[image["slack_file"]["id"]]
    assert (stored.picture_type, stored.channels, stored.title) == ("image/png", [], CHART.title)
    assert image["alt_text"] == CHART.alt
    assert post.states() == {"sketch": DeliveryState.SENT}
    post.rehearsal.assert_clean()


async def test_nobody_waits_for_somebody_elses_picture(post: PostOffice) -> None:
    """More news than go out at once: all of it arrives while the picture is made."""
    channels = [post.rehearsal.control.add_channel(f"team-{number}", members=[ANA]) for number in range(2 * AT_ONCE)]
    post.enqueue("sketch", notification=Sketch())
    for channel in channels:
        post.enqueue(f"word {channel.id}", to=channel.id)
    await post.deliver()
    (picture,) = post.said()
    words = [message for channel in channels for message in post.said(channel.name)]
    assert len(words) == 2 * AT_ONCE
    assert max(float(message.ts) for message in words) < float(picture.ts)


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_failing_upload_leaves_the_words(post: PostOffice, method: str) -> None:
    """Slack is down for files only: the message comes at once, and once."""
    post.rehearsal.control.faults.next(method, status=503)
    post.enqueue("sketch", notification=Sketch())
    await post.deliver()
    await post.deliver_until_quiet()
    assert told_in_words(post)


async def test_a_picture_that_slack_refuses_in_the_message_leaves_the_words(post: PostOffice) -> None:
    """A definite no to the blocks is no delivery: the words go out in the same breath, and once."""
    post.rehearsal.control.faults.next("chat.postMessage", error="invalid_blocks")
    post.enqueue("sketch", notification=Sketch())
    await post.deliver()
    assert told_in_words(post)
    assert (post.states(), post.gone) == ({"sketch": DeliveryState.SENT}, [])


async def test_a_message_that_is_refused_with_and_without_its_picture_is_given_up(post: PostOffice) -> None:
    """What is wrong with the words isn't blamed on the picture for ever."""
    post.rehearsal.control.faults.next("chat.postMessage", error="invalid_blocks", times=2)
    post.enqueue("sketch", notification=Sketch())
    await post.deliver()
    assert post.gone == [("sketch", "invalid_blocks")]


async def test_a_lost_answer_says_nothing_twice_for_the_pictures_sake(post: PostOffice) -> None:
    """Slack took the pictured message and the connection died: the look-back finds it."""
    post.rehearsal.control.faults.drop_after("chat.postMessage")
    post.enqueue("sketch", notification=Sketch())
    await post.deliver_until_quiet()
    assert len(images(post)) == len(post.said()) == 1


async def test_a_kill_between_picture_and_message_leaves_one_message(post: PostOffice) -> None:
    """The process died with its picture handed over: the next one makes its own, and the orphan is shown nowhere."""
    post.enqueue("sketch", notification=Sketch())
    assert post.runtime.run_now(outbox.claim, workspace=None)
    orphan = await hand_over(post.client, PNG, name="orphan")
    post.clock.move(outbox.LEASE + timedelta(seconds=1))
    await post.deliver()
    (image,) = images(post)
    assert image["slack_file"]["id"] != orphan
    assert post.rehearsal.workspace.files[orphan].channels == []


async def test_a_claim_with_little_time_left_goes_without_a_picture(post: PostOffice) -> None:
    """The claim matters more than the drawing; no process is started that can't finish."""
    assert await make_picture(post.client, CHART, seconds=-1) is None
    assert post.rehearsal.workspace.files == {}


@pytest.mark.parametrize(
    "order",
    [
        {"method": "files.getUploadURLExternal", "error": "invalid_auth"},
        {"method": "files.completeUploadExternal", "error": "file_not_found"},
        {"method": "files.info", "error": "file_not_found"},
        {"method": "files.info", "status": 429},
    ],
)
async def test_every_step_of_handing_over_may_be_refused(post: PostOffice, order: dict[str, Any]) -> None:
    """Whatever Slack says on the way is an error that stays inside."""
    post.rehearsal.control.faults.next(order.pop("method"), **order)
    with pytest.raises(SlackApiError):
        await hand_over(post.client, PNG, name="a chart")


async def test_what_slack_never_takes_for_a_picture_is_given_up(
    post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a file that isn't one, nor one that Slack doesn't get round to."""
    monkeypatch.setattr(pictures, "PAUSES", (0.0, 0.0))
    with pytest.raises(NoPicture):
        await hand_over(post.client, b"no picture", name="x")
    post.rehearsal.control.look_slowly_at_files(99)
    with pytest.raises(NoPicture):
        await hand_over(post.client, PNG, name="x")


async def test_a_drawing_that_takes_too_long_is_ended() -> None:
    """The time is up before it has begun; nothing is left running."""
    with pytest.raises(TimeoutError):
        await draw_aside(CHART, seconds=0.01)


async def test_a_chart_that_cannot_be_drawn_is_no_picture() -> None:
    """The other process says so by how it ends, and Slack never hears of it."""
    with pytest.raises(NoPicture, match="ended with 1"):
        await draw_aside(replace(CHART, labels=()))


def test_the_bot_never_loads_what_draws() -> None:
    """With every feature and job loaded, the drawing library isn't in memory."""
    check = "import sys, bot.features, jobs.schedule; sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    assert run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0

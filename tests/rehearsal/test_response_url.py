"""response_url: five uses, half an hour."""

from datetime import timedelta
from typing import Any

import httpx

from rehearsal.server import Rehearsal
from tests.rehearsal.bolt_bot import Tiny, button


async def post(url: str, body: Any) -> httpx.Response:
    """Post to a response_url."""
    async with httpx.AsyncClient() as http:
        return await http.post(url, json=body)


async def test_the_sixth_answer_is_refused(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """Five are accepted; the sixth gets 404 and is a problem."""
    ana = rehearsal.control.as_person("ana")
    await ana.command("/six")
    await rehearsal.workspace.until(lambda _: rehearsal.problems)
    await rehearsal.workspace.until(lambda _: True)
    assert [message.text for message in ana.dm()] == [f"answer {number}" for number in range(5)]
    assert [problem.code for problem in rehearsal.problems] == ["used_url"]


async def test_after_half_an_hour_it_is_gone(rehearsal: Rehearsal, bot: Tiny) -> None:
    """It works at 30 minutes and not a second later."""
    await rehearsal.control.as_person("ana").command("/echo hi")
    url = bot.of("/echo")[0]["response_url"]
    await rehearsal.control.move(timedelta(minutes=30))
    assert (await post(url, {"text": "in time"})).status_code == 200
    await rehearsal.control.move(timedelta(seconds=1))
    late = await post(url, {"text": "late"})
    assert (late.status_code, late.json()["error"]) == (404, "expired_url")
    assert (await post(url[:-3], {"text": "made up"})).json()["error"] == "no_such_url"


async def test_answers_replace_or_delete_what_was_clicked(rehearsal: Rehearsal, bot: Tiny) -> None:
    """This works for ephemeral messages, too; a deleted one is not replaced, so a new message is posted."""
    ana = rehearsal.control.as_person("ana")
    general = rehearsal.workspace.channel("general").id
    blocks = [{"type": "actions", "elements": [button("hello.press", "Hi", "1")]}]
    await bot.client.chat_postEphemeral(channel=general, user=ana.person.id, text="x", blocks=blocks)
    [message] = ana.sees("general")
    await ana.press(message, "hello.press")
    url = bot.of("block_actions")[0]["response_url"]
    await rehearsal.workspace.until(lambda _: message.text == "pressed 1")
    assert (await post(url, {"delete_original": True})).text == "ok"
    assert ana.sees("general") == []
    await post(url, {"text": "instead", "replace_original": True})
    assert [shown.text for shown in ana.sees("general")] == ["instead"]
    rehearsal.assert_clean()


async def test_a_wrong_answer_is_refused(rehearsal: Rehearsal, bot: Tiny) -> None:
    """Blocks are checked here and in the acknowledgement of a command."""
    ana = rehearsal.control.as_person("ana")
    await ana.command("/echo hi")
    url = bot.of("/echo")[0]["response_url"]
    assert (await post(url, {})).json()["error"] == "no_text"
    assert (await post(url, ["x"])).json()["error"] == "invalid_payload"
    answer = await post(url, {"text": "x", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]})
    assert answer.json()["error"] == "invalid_blocks"
    assert [problem.method for problem in rehearsal.problems] == [
        "response_url",
        *["response_url"] * (len(rehearsal.problems) - 1),
    ]
    assert len(ana.dm()) == 1

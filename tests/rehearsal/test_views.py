"""Modals and the Home tab through the Web API."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from rehearsal.server import Rehearsal
from rehearsal.state.views import View
from tests.rehearsal.bolt_bot import FORM, Tiny, button, plain

HOME: dict[str, Any] = {"type": "home", "blocks": [{"type": "section", "text": plain("One")}]}


async def error_of(call: Any) -> str:
    """Return Slack's error of a refused call."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def fresh_trigger(rehearsal: Rehearsal, bot: Tiny) -> str:
    """Return the trigger id of Ana's latest command."""
    await rehearsal.control.as_person("ana").command("/echo hi")
    return str(bot.of("/echo")[-1]["trigger_id"])


@pytest.fixture
async def form(rehearsal: Rehearsal, bot: Tiny) -> View:
    """Return the form that is open for Ana."""
    ana = rehearsal.control.as_person("ana")
    await ana.command("/form")
    return await ana.modal_opened("Form")


async def test_a_trigger_opens_one_window_within_three_seconds(rehearsal: Rehearsal, bot: Tiny) -> None:
    """A used, expired or unknown trigger is an error and a problem."""
    trigger = await fresh_trigger(rehearsal, bot)
    await bot.client.views_open(trigger_id=trigger, view=FORM)
    assert await error_of(bot.client.views_open(trigger_id=trigger, view=FORM)) == "exchanged_trigger_id"
    late = await fresh_trigger(rehearsal, bot)
    await rehearsal.control.move(timedelta(seconds=4))
    assert await error_of(bot.client.views_open(trigger_id=late, view=FORM)) == "expired_trigger_id"
    assert await error_of(bot.client.views_open(trigger_id="1.2.x", view=FORM)) == "invalid_trigger_id"
    assert len(rehearsal.problems) == 3


async def test_a_push_needs_a_click_inside_a_window(rehearsal: Rehearsal, bot: Tiny) -> None:
    """The trigger of a command can't push a modal."""
    trigger = await fresh_trigger(rehearsal, bot)
    assert await error_of(bot.client.views_push(trigger_id=trigger, view=FORM)) == "not_found"


async def test_a_stale_hash_is_a_conflict(rehearsal: Rehearsal, bot: Tiny, form: View) -> None:
    """Of two updates from the same state, the second is refused."""
    stale = form.hash
    await bot.client.views_update(view_id=form.id, hash=stale, view=FORM)
    assert await error_of(bot.client.views_update(view_id=form.id, hash=stale, view=FORM)) == "hash_conflict"
    assert await error_of(bot.client.views_update(view_id="V0", view=FORM)) == "not_found"
    rehearsal.assert_clean()


async def test_an_update_keeps_what_people_typed(rehearsal: Rehearsal, bot: Tiny, form: View) -> None:
    """Values are kept where block_id and action_id stay the same."""
    ana = rehearsal.control.as_person("ana")
    await ana.fill(form, form_name="Bakery", form_day="2026-12-24")
    blocks = [block | {"block_id": "day2"} if block["block_id"] == "day" else block for block in FORM["blocks"]]
    await bot.client.views_update(view_id=form.id, view=FORM | {"blocks": blocks})
    assert form.state["name"]["form.name"]["value"] == "Bakery"
    assert form.state["day2"]["form.day"]["selected_date"] == "2026-11-23"


async def test_an_external_id_names_one_view(rehearsal: Rehearsal, bot: Tiny) -> None:
    """A view can be updated by its external_id, which is unique."""
    named = FORM | {"external_id": "mine"}
    await bot.client.views_open(trigger_id=await fresh_trigger(rehearsal, bot), view=named)
    await bot.client.views_update(external_id="mine", view=named | {"title": plain("New")})
    form = rehearsal.control.as_person("ana").modal()
    assert form is not None
    assert form.title == "New"
    again = bot.client.views_open(trigger_id=await fresh_trigger(rehearsal, bot), view=named)
    assert await error_of(again) == "duplicate_external_id"


async def test_home_is_published_per_person_with_hash(rehearsal: Rehearsal, bot: Tiny) -> None:
    """The same view is updated; an old hash and a modal are refused."""
    ana = rehearsal.workspace.person("ana").id
    first = await bot.client.views_publish(user_id=ana, view=HOME)
    second = await bot.client.views_publish(user_id=ana, view=HOME, hash=first["view"]["hash"])
    assert second["view"]["id"] == first["view"]["id"]
    stale = bot.client.views_publish(user_id=ana, view=HOME, hash=first["view"]["hash"])
    assert await error_of(stale) == "hash_conflict"
    assert await error_of(bot.client.views_publish(user_id="U0", view=HOME)) == "invalid_arguments"
    assert rehearsal.control.as_person("ben").home() is None
    rehearsal.assert_clean()
    assert await error_of(bot.client.views_publish(user_id=ana, view=FORM)) == "invalid_arguments"


async def test_a_view_that_slack_would_refuse_is_refused(rehearsal: Rehearsal, bot: Tiny) -> None:
    """A title of 25 characters is refused with its path."""
    trigger = await fresh_trigger(rehearsal, bot)
    assert await error_of(bot.client.views_open(trigger_id=trigger, view=FORM | {"title": plain("x" * 25)}))
    assert rehearsal.problems[0].path.startswith("title")
    assert await error_of(bot.client.api_call("views.open", json={"trigger_id": trigger, "view": "{"})) == (
        "invalid_arguments"
    )


@pytest.mark.parametrize("action", ["update", "push", "clear"])
async def test_an_answer_to_a_submission_changes_the_windows(
    rehearsal: Rehearsal, bot: Tiny, form: View, action: str
) -> None:
    """response_action can update, push and clear."""
    ana = rehearsal.control.as_person("ana")
    done = {"type": "modal", "title": plain("Done"), "blocks": [{"type": "section", "text": plain("Thanks")}]}

    @bot.app.view("other")
    async def answered(ack: Any) -> None:
        await ack(response_action=action, **({} if action == "clear" else {"view": done}))

    await bot.client.views_update(view_id=form.id, view=FORM | {"callback_id": "other"})
    await ana.fill(form, form_name="x", form_kind="call")
    await ana.until(lambda _: any(block["block_id"] == "hint" for block in form.blocks))
    form.payload["callback_id"] = "other"
    assert await ana.submit(form) is None
    top = ana.modal()
    assert (top.title if top else "none") == {"update": "Done", "push": "Done", "clear": "none"}[action]
    assert len(ana.person.modals) == {"update": 1, "push": 2, "clear": 0}[action]
    rehearsal.assert_clean()


async def test_a_file_goes_from_a_window_to_the_bot(rehearsal: Rehearsal, bot: Tiny, form: View) -> None:
    """The submission contains the file, which can be downloaded with the bot's token; other file types are refused."""
    ana = rehearsal.control.as_person("ana")
    with pytest.raises(AssertionError, match="takes files of type csv"):
        await ana.upload(form, "form.list", "list.pdf", b"x")
    await ana.fill(form, **{"form.name": "x", "form.kind": "call", "form.list": ("customers.csv", b"Name\r\nAcme\r\n")})
    await ana.submit(form)
    [file] = bot.of("view_submission")[0]["view"]["state"]["values"]["list"]["form.list"]["files"]
    about = (await bot.client.files_info(file=file["id"]))["file"]
    headers = {"authorization": f"Bearer {rehearsal.bot_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(about["url_private_download"]) as response,
    ):
        assert await response.read() == b"Name\r\nAcme\r\n"


async def test_a_submission_nobody_hears_leaves_the_window_open_with_trouble(
    rehearsal: Rehearsal, bot: Tiny, form: View
) -> None:
    """The entered values are kept."""
    ana = rehearsal.control.as_person("ana")
    await ana.fill(form, form_name="x", form_kind="call")
    await rehearsal.drain()
    await rehearsal.control.disconnect("link_disabled")
    assert await ana.submit(form) is None
    assert ana.modal() is form
    assert form.trouble
    assert form.state["name"]["form.name"]["value"] == "x"


async def test_one_of_many_equal_buttons_is_found_by_value(rehearsal: Rehearsal, bot: Tiny) -> None:
    """Buttons are selected by value, block or index, in messages and on Home."""
    blocks = [
        {
            "type": "section",
            "block_id": f"row{n}",
            "text": plain(str(n)),
            "accessory": button("hello.press", "Go", str(n)),
        }
        for n in range(3)
    ]
    await bot.client.chat_postMessage(channel="#general", text="x", blocks=blocks)
    ana = rehearsal.control.as_person("ana")
    message = ana.sees("general")[-1]
    await ana.press(message, "hello.press", value="2")
    await rehearsal.workspace.until(lambda _: message.text == "pressed 2")
    await bot.client.chat_update(channel=message.channel, ts=message.ts, text="x", blocks=blocks)
    await ana.press(message, "hello.press", block_id="row1")
    await rehearsal.workspace.until(lambda _: message.text == "pressed 1")
    await bot.client.chat_update(channel=message.channel, ts=message.ts, text="x", blocks=blocks)
    await ana.press(message, "hello.press", index=0)
    await rehearsal.workspace.until(lambda _: message.text == "pressed 0")

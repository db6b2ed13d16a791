"""Edge cases of the Web API and the client, with Slack's errors."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from rehearsal.fields import ActorError
from rehearsal.server import Rehearsal
from tests.rehearsal.bolt_bot import FORM, Tiny, button, field, plain


async def error_of(call: Any) -> str:
    """Return Slack's error of a refused call."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


@pytest.fixture
def client(rehearsal: Rehearsal) -> AsyncWebClient:
    """Return a client without retries."""
    made = AsyncWebClient(token=rehearsal.bot_token, base_url=rehearsal.api_url)
    made.retry_handlers = []
    return made


async def test_channels_that_cannot_be_joined_or_opened(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Archived channels, direct messages, group messages and unknown people are refused."""
    ana, ben = rehearsal.workspace.person("ana"), rehearsal.workspace.person("ben")
    general = rehearsal.workspace.channel("general").id
    direct = (await client.conversations_open(users=ana.id))["channel"]["id"]
    old = rehearsal.control.add_channel("old", is_archived=True, bot=False).id
    assert (await client.conversations_join(channel=general))["warning"] == "already_in_channel"
    assert await error_of(client.conversations_join(channel=old)) == "is_archived"
    assert await error_of(client.conversations_join(channel=direct)) == "method_not_supported_for_channel_type"
    again = await client.conversations_open(channel=direct, return_im=True)
    assert again["channel"]["user"] == ana.id
    rehearsal.control.grant("channels:manage")
    assert await error_of(client.conversations_open(channel=general)) == "method_not_supported_for_channel_type"
    assert await error_of(client.conversations_open(users="U0")) == "user_not_found"
    assert await error_of(client.conversations_open(users=[ana.id, ben.id])) == "too_many_users"
    assert await error_of(client.users_conversations(user="U0")) == "invalid_arguments"
    assert await error_of(client.bots_info(bot="B0")) == "bot_not_found"
    assert await error_of(client.team_info(team="T0")) == "team_not_found"
    listed = await client.users_conversations(types="im")
    assert [channel["id"] for channel in listed["channels"]] == [direct]
    history = await client.conversations_history(channel=direct)
    assert history["messages"] == []


async def test_messages_that_cannot_be_sent_or_changed(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Ephemeral messages to non-members, edits in archived channels and links to missing messages are refused."""
    zoe = rehearsal.control.add_person("zoe")
    general = rehearsal.workspace.channel("general")
    elsewhere = client.chat_postEphemeral(channel=general.id, user=zoe.id, text="psst")
    assert await error_of(elsewhere) == "user_not_in_channel"
    posted = await client.chat_postMessage(channel=general.id, text="one")
    metadata = {"event_type": "kept", "event_payload": {"key": "1"}}
    await client.chat_update(channel=general.id, ts=posted["ts"], text="two", metadata=metadata)
    read = await client.conversations_history(channel=general.id, include_all_metadata=True)
    assert read["messages"][0]["metadata"] == metadata
    assert read["messages"][0]["edited"]["user"] == rehearsal.workspace.bot.id
    assert await error_of(client.chat_getPermalink(channel=general.id, message_ts="1.0")) == "message_not_found"
    assert await error_of(client.chat_update(channel="C0", ts=posted["ts"], text="x")) == "channel_not_found"
    general.is_archived = True
    assert await error_of(client.chat_update(channel=general.id, ts=posted["ts"], text="x")) == "is_inactive"


async def test_an_ephemeral_message_cannot_be_changed_through_the_api(
    rehearsal: Rehearsal, client: AsyncWebClient
) -> None:
    """It can be changed only through its response_url."""
    general, ana = rehearsal.workspace.channel("general").id, rehearsal.workspace.person("ana").id
    sent = await client.chat_postEphemeral(channel=general, user=ana, text="psst")
    assert await error_of(client.chat_update(channel=general, ts=sent["message_ts"], text="x")) == "message_not_found"


async def test_a_form_upload_is_read_as_its_file(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The upload address accepts raw bytes or a multipart form, once."""
    address = await client.files_getUploadURLExternal(filename="a.csv", length=4)
    assert await error_of(client.files_getUploadURLExternal(filename="a.csv", length=0)) == "invalid_arguments"
    async with httpx.AsyncClient() as http:
        sent = await http.post(address["upload_url"], files={"file": ("a.csv", b"a,b\n")})
        assert (sent.status_code, sent.text) == (200, "OK - 4")
        assert (await http.post(address["upload_url"], content=b"a,b\n")).status_code == 404
        headers = {"authorization": f"Bearer {rehearsal.bot_token}"}
        nothing = await http.get(f"{rehearsal.url}/files-pri/T0-F0/download/x", headers=headers)
        assert nothing.status_code == 404
    done = await client.files_completeUploadExternal(files=[{"id": address["file_id"], "title": "List"}])
    assert done["files"][0]["title"] == "List"
    about = await client.files_info(file=address["file_id"])
    assert about["file"]["size"] == 4
    assert await error_of(client.api_call("files.completeUploadExternal", json={"files": "x"})) == "invalid_arguments"


async def test_a_command_answered_with_wrong_blocks_shows_nothing(rehearsal: Rehearsal, bot: Tiny) -> None:
    """An acknowledgement is checked like a message."""

    @bot.app.command("/unheard")
    async def wrong(ack: Any) -> None:
        await ack(blocks=[{"type": "header", "text": plain("x" * 151)}], text="x")

    ana = rehearsal.control.as_person("ana")
    assert (await ana.command("/unheard")).acked
    assert ana.dm() == []
    assert rehearsal.problems[0].path == "blocks[0].text.text"


async def test_a_search_with_wrong_options_offers_nothing(rehearsal: Rehearsal, bot: Tiny) -> None:
    """An unanswered search, a short one, and one with an invalid option return nothing."""
    element = {"type": "external_select", "action_id": "x.who", "min_query_length": 2}
    bot.form = FORM | {"blocks": [field("who", element), field("pal", element | {"action_id": "x.pal"})]}

    @bot.app.options("x.who")
    async def search(ack: Any) -> None:
        await ack(options=[{"text": plain("x" * 76), "value": "x"}])

    ana = rehearsal.control.as_person("ana")
    await ana.command("/form")
    form = await ana.modal_opened()
    with pytest.raises(ActorError, match="from 2 letters on"):
        await ana.suggest(form, "x.who", "a")
    assert await ana.suggest(form, "x.who", "ac") == []
    with pytest.raises(ActorError, match="on offer: nothing"):
        await ana.choose(form, "x.who", "acme")
    assert rehearsal.problems[0].path.startswith("options[0].text")
    await rehearsal.control.disconnect("link_disabled")
    assert await ana.suggest(form, "x.pal", "ac") == []


async def test_a_click_in_a_window_nobody_hears_shows_trouble(rehearsal: Rehearsal, bot: Tiny) -> None:
    """The modal shows an error, as in Slack's client."""
    ana = rehearsal.control.as_person("ana")
    await ana.command("/form")
    form = await ana.modal_opened()
    await rehearsal.drain()
    await rehearsal.control.disconnect("link_disabled")
    assert not (await ana.press(form, "form.push")).acked
    assert form.trouble


async def test_a_window_without_submit_or_with_enough_files(rehearsal: Rehearsal, bot: Tiny) -> None:
    """A modal without a submit button can't be submitted; a third file is refused where two are allowed."""
    files = {"type": "file_input", "action_id": "x.files", "max_files": 1}
    bot.form = FORM | {"blocks": [field("files", files)]}
    ana = rehearsal.control.as_person("ana")
    await ana.command("/form")
    form = await ana.modal_opened()
    await ana.upload(form, "x.files", "a.csv", b"1")
    with pytest.raises(ActorError, match="no more files"):
        await ana.upload(form, "x.files", "b.csv", b"2")
    await ana.close(form)
    bot.form = {"type": "modal", "title": plain("Card"), "blocks": [{"type": "divider"}]}
    await ana.command("/form")
    with pytest.raises(ActorError, match="'Card' has no button"):
        await ana.submit(await ana.modal_opened("Card"))
    await ana.say("general", "first")
    await ana.say(None, "second")
    assert [message.text for message in ana.sees()] == ["first", "second"]


async def test_a_buttons_message_can_vanish_before_the_press(rehearsal: Rehearsal, bot: Tiny) -> None:
    """A deleted message can't be acted on."""
    blocks = [{"type": "actions", "elements": [button("hello.press", "Hi")]}]
    posted = await bot.client.chat_postMessage(channel="#general", text="x", blocks=blocks)
    ana = rehearsal.control.as_person("ana")
    [message] = ana.sees("general")
    await bot.client.chat_delete(channel=posted["channel"], ts=posted["ts"])
    with pytest.raises(ActorError, match="not on ana's screen"):
        await ana.press(message, "hello.press")


async def test_waiting_catches_a_change_however_close(rehearsal: Rehearsal) -> None:
    """A change right after the check isn't missed."""
    ws = rehearsal.workspace
    looks = 0

    def look(_: object) -> bool:
        nonlocal looks
        looks += 1
        if looks == 1:
            rehearsal.wire.spawn(_soon(rehearsal))
        return bool(ws.messages[ws.channel("general").id])

    assert await ws.until(look, timeout=2)


async def _soon(rehearsal: Rehearsal) -> None:
    await rehearsal.control.as_person("ana").say("general", "now")


async def test_a_watcher_hears_every_change_until_it_stops(rehearsal: Rehearsal) -> None:
    """A callback is called on every change until it is removed."""
    heard: list[int] = []
    stop = rehearsal.workspace.changed.watch(lambda: heard.append(1))
    await rehearsal.control.move(timedelta(hours=1))
    stop()
    await rehearsal.control.move(timedelta(hours=1))
    assert len(heard) == 1

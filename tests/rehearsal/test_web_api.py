"""The Web API as slack-sdk calls it."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from rehearsal.server import Rehearsal
from rehearsal.strict.methods import find_method
from rehearsal.wire.methods import HANDLERS


@pytest.fixture
def client(rehearsal: Rehearsal) -> AsyncWebClient:
    """Return a client with the bot's token and without retries."""
    made = AsyncWebClient(token=rehearsal.bot_token, base_url=rehearsal.api_url)
    made.retry_handlers = []
    return made


async def refused(call: Any) -> Any:
    """Return Slack's error response of a refused call."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


async def test_the_bot_learns_who_it_is(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """auth.test, team.info, bots.info and api.test agree with the workspace."""
    who = await client.auth_test()
    assert (who["team_id"], who["user_id"]) == (rehearsal.workspace.team_id, rehearsal.workspace.bot.id)
    assert (await client.team_info())["team"]["name"] == "Rehearsal"
    assert (await client.bots_info(bot=who["bot_id"]))["bot"]["name"] == "Tiny"
    assert (await client.api_test(foo="bar"))["args"]["foo"] == "bar"
    assert (await refused(client.api_test(error="mine")))["error"] == "mine"
    rehearsal.assert_clean()


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), ("app", "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(rehearsal: Rehearsal, token: str, error: str) -> None:
    """Each kind of invalid token has Slack's own error."""
    sent = rehearsal.app_token if token == "app" else token
    headers = {"authorization": f"Bearer {sent}"} if sent else {}
    async with httpx.AsyncClient() as http:
        answer = (await http.post(f"{rehearsal.api_url}auth.test", headers=headers)).json()
    assert answer == {"ok": False, "error": error}


async def test_the_token_may_stand_in_a_form_and_arguments_in_json(rehearsal: Rehearsal) -> None:
    """Form bodies, JSON bodies and queries all work."""
    general = rehearsal.workspace.channel("general").id
    headers = {"authorization": f"Bearer {rehearsal.bot_token}"}
    blocks = '[{"type":"divider"}]'
    async with httpx.AsyncClient(base_url=rehearsal.api_url) as http:
        form = {"token": rehearsal.bot_token, "channel": general, "text": "hi", "blocks": blocks}
        assert (await http.post("chat.postMessage", data=form)).json()["message"]["blocks"][0]["type"] == "divider"
        assert (await http.post("chat.postMessage", json={"channel": general, "text": "yo"}, headers=headers)).json()[
            "ok"
        ]
        query = {"token": rehearsal.bot_token, "channel": general}
        assert (await http.get("conversations.info", params=query)).json()["channel"]["name"] == "general"
        broken = await http.post("auth.test", content=b"{", headers=headers | {"content-type": "application/json"})
        assert broken.json()["error"] == "invalid_json"
    assert not any(rehearsal.bot_token in str(exchange) for exchange in rehearsal.workspace.traffic)


async def test_an_unknown_method_and_missing_arguments_are_problems(
    rehearsal: Rehearsal, client: AsyncWebClient
) -> None:
    """Slack returns an error, and a problem is recorded."""
    assert (await refused(client.api_call("chat.shout")))["error"] == "unknown_method"
    answer = await refused(client.api_call("chat.postMessage", json={"text": "to nobody"}))
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]
    assert [problem.code for problem in rehearsal.problems] == ["unknown_method", "invalid_arguments"]


async def test_scopes_come_from_the_manifest(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Without the scope, missing_scope names the needed and the provided scopes."""
    rehearsal.control.withdraw("chat:write", "channels:history")
    general = rehearsal.workspace.channel("general").id
    answer = await refused(client.chat_postMessage(channel=general, text="hi"))
    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "chat:write"
    assert "users:read" in answer["provided"]
    assert (await refused(client.conversations_history(channel=general)))["needed"] == "channels:history"
    rehearsal.control.withdraw("users:read.email")
    person = (await client.users_info(user=rehearsal.workspace.person("ana").id))["user"]
    assert "email" not in person["profile"]


async def test_invalid_blocks_are_refused_with_the_path(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The error and assert_clean name the path of the block."""
    blocks: list[dict[str, Any]] = [
        {"type": "divider"},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
    ]
    answer = await refused(client.chat_postMessage(channel="#general", text="hi", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/1/text/text]" in answer["response_metadata"]["messages"][0]
    assert rehearsal.control.as_person("ana").sees("general") == []
    with pytest.raises(AssertionError, match=r"chat\.postMessage: invalid_blocks at blocks\[1\]\.text\.text"):
        rehearsal.assert_clean()


async def test_a_lenient_rehearsal_shows_what_slack_would_refuse(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """With strict off, the message is posted and the problem recorded."""
    rehearsal.wire.strict = False
    await client.chat_postMessage(channel="#general", text="hi", blocks=[{"type": "hologram"}])
    assert rehearsal.control.as_person("ana").sees("general")[0].blocks[0]["type"] == "hologram"
    assert rehearsal.problems[0].path.startswith("blocks[0]")


async def test_where_the_bot_cannot_post(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Missing membership, archived, restricted and private channels, and deactivated people have their own errors."""
    add = rehearsal.control.add_channel
    add("outside", bot=False)
    add("old", is_archived=True)
    add("news", admins_only=True)
    add("secret", kind="private", bot=False)
    gone = rehearsal.control.add_person("gone", deleted=True)
    for where, error in [
        ("#outside", "not_in_channel"),
        ("#old", "is_archived"),
        ("#news", "restricted_action"),
        ("#secret", "channel_not_found"),
        ("C0NOWHERE", "channel_not_found"),
        (gone.id, "user_disabled"),
    ]:
        assert (await refused(client.chat_postMessage(channel=where, text="hi")))["error"] == error
    rehearsal.control.grant("chat:write.public")
    assert (await client.chat_postMessage(channel="#outside", text="hi"))["ok"]
    rehearsal.assert_clean()


async def test_messages_are_read_back_newest_first_page_by_page(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Cursors, bounds and metadata work as delivery needs them."""
    general = rehearsal.workspace.channel("general").id
    metadata = {"event_type": "owed", "event_payload": {"key": "reminder:1"}}
    posts = [
        await client.chat_postMessage(channel=general, text=f"m{number}", metadata=metadata) for number in range(5)
    ]
    stamps = [post["ts"] for post in posts]
    await rehearsal.control.move(timedelta(minutes=1))
    await client.chat_postMessage(channel=general, text="reply", thread_ts=stamps[0])
    await client.chat_postEphemeral(channel=general, user=rehearsal.workspace.person("ana").id, text="psst")
    answers = await client.conversations_history(channel=general, limit=2)
    pages = [[message["text"] for message in answer["messages"]] async for answer in answers]
    assert pages == [["m4", "m3"], ["m2", "m1"], ["m0"]]
    plain = await client.conversations_history(channel=general, oldest=stamps[3])
    assert [message["text"] for message in plain["messages"]] == ["m4"]
    assert "metadata" not in plain["messages"][0]
    full = await client.conversations_history(
        channel=general, oldest=stamps[1], latest=stamps[3], inclusive=True, include_all_metadata=True
    )
    assert [message["text"] for message in full["messages"]] == ["m3", "m2", "m1"]
    assert full["messages"][0]["metadata"] == metadata
    assert (await refused(client.conversations_history(channel=general, cursor="x")))["error"] == "invalid_cursor"
    assert (await refused(client.conversations_history(channel=general, oldest="x")))["error"] == "invalid_ts_oldest"


async def test_a_thread_is_read_oldest_first(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The parent has a summary of its replies; a reply's permalink points into the thread."""
    parent = await client.chat_postMessage(channel="#general", text="parent")
    for number in range(3):
        reply = await client.chat_postMessage(channel="#general", text=f"r{number}", thread_ts=parent["ts"])
    thread = await client.conversations_replies(channel=parent["channel"], ts=parent["ts"], limit=2)
    assert [message["text"] for message in thread["messages"]] == ["parent", "r0", "r1"]
    assert thread["messages"][0]["reply_count"] == 3
    rest = await client.conversations_replies(
        channel=parent["channel"], ts=parent["ts"], cursor=thread["response_metadata"]["next_cursor"]
    )
    assert [message["text"] for message in rest["messages"]] == ["r2"]
    link = await client.chat_getPermalink(channel=parent["channel"], message_ts=reply["ts"])
    assert link["permalink"].endswith(f"?thread_ts={parent['ts']}&cid={parent['channel']}")
    assert (await refused(client.conversations_replies(channel=parent["channel"], ts="1.0")))[
        "error"
    ] == "thread_not_found"
    wrong = await refused(client.chat_postMessage(channel="#general", text="x", thread_ts="1.0"))
    assert wrong["error"] == "cannot_reply_to_message"


async def test_only_own_messages_can_be_changed(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Update keeps omitted arguments; messages of others and missing ones are refused."""
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "One"}}]
    posted = await client.chat_postMessage(channel="#general", text="one", blocks=blocks)
    place: dict[str, Any] = {"channel": posted["channel"], "ts": posted["ts"]}
    await client.chat_update(**place, text="two")
    [message] = rehearsal.control.as_person("ana").sees("general")
    assert (message.text, message.blocks[0]["text"]["text"]) == ("two", "One")
    await client.chat_update(**place, text="three", blocks=[])
    assert (message.text, message.blocks) == ("three", [])
    said = await rehearsal.control.as_person("ana").say("general", "mine")
    others: dict[str, Any] = {"channel": said.channel, "ts": said.ts}
    assert (await refused(client.chat_update(**others, text="x")))["error"] == "cant_update_message"
    assert (await refused(client.chat_delete(**others)))["error"] == "cant_delete_message"
    await client.chat_delete(**place)
    assert (await refused(client.chat_update(**place, text="x")))["error"] == "message_not_found"


@pytest.mark.slow
async def test_five_thousand_people_come_page_by_page(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Without a limit the call is refused; pages of 200 return everyone once."""
    for number in range(5000):
        rehearsal.control.add_person(f"p{number}", tz=None if number % 2 else "Asia/Tokyo", deleted=number % 100 == 0)
    assert (await refused(client.users_list()))["error"] == "limit_required"
    members: list[dict[str, Any]] = []
    async for answer in await client.users_list(limit=500):
        members += answer["members"]
    assert len({member["id"] for member in members}) == len(members) == 5005
    tokyo = next(member for member in members if member["name"] == "p2")
    assert (tokyo["tz"], tokyo["tz_offset"]) == ("Asia/Tokyo", 9 * 3600)
    assert "tz" not in next(member for member in members if member["name"] == "p1")
    assert sum(member["deleted"] for member in members) == 50


async def test_people_are_found_by_id_and_address(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """users.info and users.lookupByEmail."""
    ana = rehearsal.workspace.person("ana")
    assert (await client.users_lookupByEmail(email="ANA@rehearsal.example"))["user"]["id"] == ana.id
    assert (await client.users_info(user=ana.id))["user"]["profile"]["email"] == "ana@rehearsal.example"
    assert (await refused(client.users_info(user="U0")))["error"] == "user_not_found"
    assert (await refused(client.users_lookupByEmail(email="x@y.z")))["error"] == "users_not_found"


async def test_channels_are_listed_by_kind_and_page(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Private channels only where the bot is a member, archived ones on request, shared ones marked."""
    add = rehearsal.control.add_channel
    add("hidden", kind="private", bot=False)
    add("board", kind="private")
    add("partners", is_ext_shared=True, bot=False)
    add("old", is_archived=True)
    pages = await client.conversations_list(types="public_channel,private_channel", limit=2)
    names = [channel["name"] async for answer in pages for channel in answer["channels"]]
    assert names == ["general", "board", "partners", "old"]
    mine = await client.users_conversations(types="public_channel,private_channel", exclude_archived=True)
    assert [channel["name"] for channel in mine["channels"]] == ["general", "board"]
    partners = rehearsal.workspace.channel("partners").id
    assert (await client.conversations_info(channel=partners))["channel"]["is_ext_shared"]
    assert (await refused(client.conversations_list(types="mpim")))["error"] == "missing_scope"
    assert (await refused(client.conversations_list(types="town")))["error"] == "invalid_types"
    members = await client.conversations_members(channel=rehearsal.workspace.channel("general").id, limit=3)
    assert len(members["members"]) == 3
    assert members["response_metadata"]["next_cursor"]


async def test_the_bot_opens_direct_messages_and_joins_channels(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Opening twice returns the same channel; a deactivated person is refused."""
    ana, gone = rehearsal.workspace.person("ana"), rehearsal.control.add_person("gone", deleted=True)
    first = await client.conversations_open(users=ana.id)
    again = await client.conversations_open(users=[ana.id])
    assert first["channel"]["id"] == again["channel"]["id"]
    assert again["already_open"]
    assert (await client.chat_postMessage(channel=ana.id, text="hi"))["channel"] == first["channel"]["id"]
    assert [message.text for message in rehearsal.control.as_person("ana").dm()] == ["hi"]
    assert (await refused(client.conversations_open(users=gone.id)))["error"] == "user_disabled"
    assert (await refused(client.api_call("conversations.open", json={"users": ""})))[
        "error"
    ] == "users_list_not_supplied"
    outside = rehearsal.control.add_channel("outside", bot=False)
    assert (await refused(client.conversations_history(channel=outside.id)))["error"] == "not_in_channel"
    assert (await client.conversations_join(channel=outside.id))["channel"]["is_member"]
    assert (await client.conversations_history(channel=outside.id))["messages"] == []
    hidden = rehearsal.control.add_channel("hidden", kind="private", bot=False)
    assert (await refused(client.conversations_join(channel=hidden.id)))["error"] == "channel_not_found"


async def test_files_go_up_in_three_steps(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The SDK's upload works, and the file is in the channel."""
    general = rehearsal.workspace.channel("general").id
    await client.files_upload_v2(filename="list.csv", content="a,b\r\n1,2\r\n", channel=general, initial_comment="Here")
    [message] = rehearsal.control.as_person("ana").sees("general")
    assert (message.text, message.files[0]["name"]) == ("Here", "list.csv")
    headers = {"authorization": f"Bearer {rehearsal.bot_token}"}
    async with httpx.AsyncClient() as http:
        address = message.files[0]["url_private_download"]
        assert (await http.get(address, headers=headers)).content == b"a,b\r\n1,2\r\n"
        without = await http.get(address, follow_redirects=True)
    assert "Sign in" in without.text
    assert (await refused(client.files_info(file="F0")))["error"] == "file_not_found"
    unsent = await client.files_getUploadURLExternal(filename="x.csv", length=5)
    missing = client.files_completeUploadExternal(files=[{"id": unsent["file_id"], "title": "x"}])
    assert (await refused(missing))["error"] == "file_not_found"
    async with httpx.AsyncClient() as http:
        assert (await http.post(unsent["upload_url"], content=b"too long")).status_code == 400


async def test_a_reaction_is_given_once(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """reactions.add needs its scope, and a repeated emoji is refused."""
    said = await rehearsal.control.as_person("ana").say("general", "hello")
    place = {"channel": said.channel, "timestamp": said.ts, "name": "wave"}
    assert (await refused(client.reactions_add(**place)))["error"] in {"missing_scope", "unknown_method"}


async def test_methods_that_are_called_too_often_have_to_wait(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """Twenty calls of a tier-2 method a minute, then 429; a minute later it works again."""
    for _ in range(20):
        await client.users_list(limit=1)
    answer = await refused(client.users_list(limit=1))
    assert (answer.status_code, answer["error"]) == (429, "ratelimited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 3
    await rehearsal.control.move(timedelta(seconds=int(answer.headers["Retry-After"])))
    assert (await client.users_list(limit=1))["ok"]
    rehearsal.assert_clean()


async def test_a_channel_takes_one_message_a_second_after_a_burst(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """The limit is per channel: another one still takes messages."""
    for number in range(5):
        await client.chat_postMessage(channel="#general", text=f"m{number}")
    assert (await refused(client.chat_postMessage(channel="#general", text="too fast"))).headers["Retry-After"] == "1"
    assert (await client.chat_postMessage(channel=rehearsal.workspace.person("ana").id, text="hi"))["ok"]
    await rehearsal.control.move(timedelta(seconds=1))
    assert (await client.chat_postMessage(channel="#general", text="slower"))["ok"]
    rehearsal.control.limit_rates(on=False)
    for number in range(20):
        await client.chat_postMessage(channel="#general", text=f"m{number}")


async def test_a_removed_app_has_no_token_any_more(rehearsal: Rehearsal, client: AsyncWebClient) -> None:
    """After uninstalling, every call is refused."""
    await rehearsal.control.uninstall()
    assert (await refused(client.auth_test()))["error"] == "token_revoked"


def test_every_handler_is_in_the_table_of_methods() -> None:
    """Every handler has scopes, tier and errors in the table."""
    assert [name for name in HANDLERS if find_method(name) is None] == []

"""Deliveries: signatures, payloads, missing acknowledgements, events."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from rehearsal.fields import ActorError
from rehearsal.server import Rehearsal
from rehearsal.wire.delivery import sign
from tests.rehearsal.bolt_bot import FORM, MANIFEST, Tiny, button, by_http, by_socket, field, option


async def test_a_request_url_answers_slacks_challenge(rehearsal: Rehearsal) -> None:
    """Verifying the request URL works with Bolt."""
    async with by_http(rehearsal):
        ack = await rehearsal.control.verify_request_url()
    assert ack.ok
    assert ack.body == {"challenge": "rehearsal"}


async def test_a_wrong_signature_is_turned_away_by_the_bot(rehearsal: Rehearsal) -> None:
    """With another secret, Bolt answers 401, and the person gets an error."""
    async with by_http(rehearsal) as bot:
        rehearsal.wire.delivery.signing_secret = "another"
        outcome = await rehearsal.control.as_person("ana").command("/echo hi")
    assert not outcome.acked
    assert "did not respond" in outcome.text
    assert bot.got == []
    assert rehearsal.workspace.traffic[-1].status == 401


def test_the_signature_is_slacks() -> None:
    """The signature equals the example in Slack's documentation."""
    secret = "8f742231b10e8888abcd99yyyzzz85a5"
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert sign(secret, "1531420618", body) == expected


@pytest.mark.slow
async def test_a_command_that_is_not_acknowledged_in_time_tells_the_person(
    rehearsal: Rehearsal, either_bot: Tiny
) -> None:
    """After three real seconds Slackbot posts an ephemeral error, and a problem is recorded."""
    ana = rehearsal.control.as_person("ana")
    outcome = await ana.command("/silent")
    assert not outcome.acked
    assert outcome.ack_ms >= 2900
    assert "/silent failed because Tiny did not respond" in ana.dm()[-1].text
    with pytest.raises(AssertionError, match="did not acknowledge /silent"):
        rehearsal.assert_clean()


async def test_without_a_bot_everything_fails_at_once(rehearsal: Rehearsal) -> None:
    """Without a connection, commands, buttons, shortcuts and modals fail."""
    ana = rehearsal.control.as_person("ana")
    assert "dispatch_failed" in (await ana.command("/echo hi")).text
    assert not (await ana.shortcut("note.global")).acked
    blocks = [{"type": "actions", "elements": [button("hello.press", "Hi")]}]
    message = rehearsal.workspace.post(rehearsal.workspace.channel("general"), "U0REHEARSAL", "Hi", blocks=blocks)
    assert "did not respond" in (await ana.press(message, "hello.press")).text
    assert not (await ana.shortcut("note.message", message)).acked
    assert len(rehearsal.problems) == 4


async def test_payloads_carry_what_slack_sends(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """Payloads contain team, user, app, token and ids as Bolt expects them."""
    ana = rehearsal.control.as_person("ana")
    ws = rehearsal.workspace
    await ana.command("/echo hi", "general")
    [command] = either_bot.of("/echo")
    assert command["channel_name"] == "general"
    assert (command["user_id"], command["team_id"], command["api_app_id"]) == (ana.person.id, ws.team_id, ws.app_id)
    blocks = [{"type": "actions", "block_id": "b", "elements": [button("hello.press", "Hi", "7")]}]
    await either_bot.client.chat_postMessage(channel="#general", text="x", blocks=blocks)
    await ana.press(ana.sees("general")[-1], "hello.press")
    [click] = either_bot.of("block_actions")
    assert click["team"] == {"id": ws.team_id, "domain": ws.domain}
    assert click["user"] == {"id": ana.person.id, "username": "ana", "name": "ana", "team_id": ws.team_id}
    assert (click["enterprise"], click["is_enterprise_install"]) == (None, False)
    assert click["message"]["bot_id"] == ws.bot_id
    [action] = click["actions"]
    assert (action["type"], action["block_id"], action["value"]) == ("button", "b", "7")
    assert click["container"]["is_ephemeral"] is False


async def test_a_click_on_an_ephemeral_message_comes_without_its_content(rehearsal: Rehearsal, bot: Tiny) -> None:
    """As in Slack, the bot can change it only through the response_url."""
    ana = rehearsal.control.as_person("ana")
    general = rehearsal.workspace.channel("general").id
    blocks = [{"type": "actions", "elements": [button("hello.press", "Hi", "9")]}]
    await bot.client.chat_postEphemeral(channel=general, user=ana.person.id, text="x", blocks=blocks)
    message = ana.sees("general")[-1]
    await ana.press(message, "hello.press")
    await rehearsal.workspace.until(lambda _: message.text == "pressed 9")
    assert "message" not in bot.of("block_actions")[0]
    assert message.ephemeral_to == ana.person.id


async def test_events_tell_what_happened_as_far_as_the_manifest_asks(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """The bot gets events of people, channels, messages and mentions, except from channels it isn't in."""
    control, bot_user = rehearsal.control, rehearsal.workspace.bot
    dora = await control.join_team("dora", tz="Asia/Tokyo")
    await control.change_person(dora, tz="Europe/Rome")
    await control.join_channel(dora, "general")
    await control.as_person("dora").say("general", f"hi @{bot_user.name}")
    control.add_channel("apart", members=["ana"], bot=False)
    await control.as_person("ana").say("apart", "between us")
    await control.join_channel("bot", "apart")
    await control.leave_channel("bot", "apart")
    await control.archive("general")
    await rehearsal.drain()
    names = [body["event"]["type"] for _, body in either_bot.got]
    assert names == [
        "team_join",
        "user_change",
        "member_joined_channel",
        "message",
        "app_mention",
        "member_joined_channel",
        "member_left_channel",
        "channel_archive",
    ]
    joined, changed, *_ = (body["event"] for _, body in either_bot.got)
    assert joined["user"]["profile"]["email"] == "dora@rehearsal.example"
    assert changed["user"]["tz"] == "Europe/Rome"
    envelope = either_bot.got[0][1]
    assert envelope["authorizations"][0]["user_id"] == bot_user.id
    assert envelope["event_time"] == int(datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp())
    rehearsal.assert_clean()


async def test_the_bots_own_messages_come_back_as_events(rehearsal: Rehearsal, bot: Tiny) -> None:
    """The events have its bot_id, so that Bolt can ignore them."""
    await bot.client.chat_postMessage(channel="#general", text="mine")
    await rehearsal.drain()
    posted = rehearsal.control.as_person("ana").sees("general")[-1]
    await bot.client.chat_update(channel=posted.channel, ts=posted.ts, text="changed")
    await bot.client.chat_delete(channel=posted.channel, ts=posted.ts)
    await rehearsal.drain()
    events = [exchange.body["event"] for exchange in rehearsal.workspace.traffic if exchange.name == "event message"]
    assert events[0]["bot_id"] == rehearsal.workspace.bot_id
    assert [event.get("subtype") for event in events] == [None, "message_changed", "message_deleted"]
    assert (events[1]["previous_message"]["text"], events[1]["message"]["text"]) == ("mine", "changed")
    assert events[2]["deleted_ts"] == posted.ts
    rehearsal.assert_clean()


async def test_uninstalling_is_told(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """The bot gets tokens_revoked and app_uninstalled."""
    await either_bot.client.auth_test()
    await rehearsal.control.as_person("ana").command("/echo hi")
    await rehearsal.control.uninstall()
    assert [name for name, _ in either_bot.got][-2:] == ["tokens_revoked", "app_uninstalled"]


async def test_an_org_wide_install_has_no_team_in_its_payloads() -> None:
    """Team is null and is_enterprise_install is true."""
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    async with Rehearsal(manifest=MANIFEST, start=start, enterprise_id="E0ORG", org_install=True) as rehearsal:
        rehearsal.control.add_person("ana")
        async with by_socket(rehearsal) as bot:
            await rehearsal.control.as_person("ana").shortcut("note.global")
            await rehearsal.control.as_person("ana").modal_opened("Form")
            [body] = bot.of("shortcut")
            assert body["team"] is None
            assert body["is_enterprise_install"] is True
            assert body["enterprise"]["id"] == "E0ORG"
            who = await bot.client.auth_test()
            assert who["enterprise_id"] == "E0ORG"


async def test_flowing_time_repeats_events_by_itself() -> None:
    """With a running clock, retries are sent when due; a move sends them, too."""
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    async with Rehearsal(manifest=MANIFEST, start=start, frozen=False) as rehearsal:
        rehearsal.control.add_person("ana")
        await rehearsal.control.as_person("ana").say(None, "hello")
        async with by_socket(rehearsal) as bot:
            await rehearsal.control.move_to(datetime(2026, 11, 23, 9, 2, tzinfo=UTC))
            assert len(bot.of("message")) == 1
        assert rehearsal.workspace.clock.now() > datetime(2026, 11, 23, 9, 2, tzinfo=UTC)


async def test_an_event_needs_its_scope(rehearsal: Rehearsal, bot: Tiny) -> None:
    """Without the scope, no event is sent, and a problem is recorded."""
    rehearsal.control.withdraw("im:history")
    await rehearsal.control.as_person("ana").say(None, "hello")
    assert bot.got == []
    assert [problem.code for problem in rehearsal.problems] == ["missing_scope"]


async def test_what_the_manifest_turns_off_does_not_work() -> None:
    """Home, Messages tab, buttons and sockets can be turned off."""
    manifest = replace(MANIFEST, home_tab=False, messages_tab=False, interactivity=False, socket_mode=False)
    async with Rehearsal(manifest=manifest, start=datetime(2026, 11, 23, 9, tzinfo=UTC)) as rehearsal:
        person = rehearsal.control.add_person("ana")
        ana = rehearsal.control.as_person(person)
        with pytest.raises(ActorError, match="Home tab turned off"):
            await ana.open_home()
        with pytest.raises(ActorError, match="Messages tab turned off"):
            await ana.say(None, "hi")
        assert not (await ana.shortcut("note.global")).acked
        client = AsyncWebClient(token=rehearsal.bot_token, base_url=rehearsal.api_url)
        home = {"type": "home", "blocks": [{"type": "divider"}]}
        for call, error in [
            (client.chat_postMessage(channel=person.id, text="hi"), "messages_tab_disabled"),
            (client.views_publish(user_id=person.id, view=home), "not_enabled"),
            (client.apps_connections_open(app_token=rehearsal.app_token), "forbidden_team"),
        ]:
            with pytest.raises(SlackApiError, match=error):
                await call


async def test_every_kind_of_field_reaches_the_bot(rehearsal: Rehearsal, bot: Tiny) -> None:
    """Each element's value is in the state under Slack's key."""
    options = [option("one"), option("two")]
    select = {"options": options}
    elements: dict[str, tuple[dict[str, Any], Any, str, Any]] = {
        "plain_text_input": ({}, "hi", "value", "hi"),
        "number_input": ({"is_decimal_allowed": False, "min_value": "1", "max_value": "9"}, 5, "value", "5"),
        "url_text_input": ({}, "https://a.example", "value", "https://a.example"),
        "datepicker": ({}, "2026-12-01", "selected_date", "2026-12-01"),
        "timepicker": ({}, "09:30", "selected_time", "09:30"),
        "datetimepicker": ({}, 1800000000, "selected_date_time", 1800000000),
        "radio_buttons": (select, "two", "selected_option", options[1]),
        "checkboxes": (select, ["one", "two"], "selected_options", options),
        "multi_static_select": (select, ["two"], "selected_options", [options[1]]),
        "users_select": ({}, "ben", "selected_user", rehearsal.workspace.person("ben").id),
        "channels_select": ({}, "general", "selected_channel", rehearsal.workspace.channel("general").id),
        "conversations_select": ({}, "general", "selected_conversation", rehearsal.workspace.channel("general").id),
    }
    blocks = [
        field(kind, {"type": kind, "action_id": f"x.{kind}"} | more, optional=True)
        for kind, (more, *_) in elements.items()
    ]
    bot.form = FORM | {"blocks": blocks}
    ana = rehearsal.control.as_person("ana")
    await ana.command("/form")
    form = await ana.modal_opened()
    await ana.fill(form, **{f"x.{kind}": raw for kind, (_, raw, *_) in elements.items()})
    assert await ana.submit(form) is None
    values = bot.of("view_submission")[0]["view"]["state"]["values"]
    for kind, (_, _, key, expected) in elements.items():
        assert values[kind][f"x.{kind}"] == {"type": kind, key: expected}
    rehearsal.assert_clean()


@pytest.mark.parametrize(
    ("element", "raw", "sentence"),
    [
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "valid number"),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": "2"}, "1.5", "2 or more"),
        ({"type": "number_input", "is_decimal_allowed": False, "max_value": "2"}, "3", "2 or less"),
        ({"type": "url_text_input"}, "a.example", "valid URL"),
        ({"type": "plain_text_input", "min_length": 5}, "abc", "at least 5"),
        ({"type": "checkboxes", "options": [option("one")]}, [], "complete this required"),
    ],
)
async def test_slacks_client_refuses_wrong_values(
    rehearsal: Rehearsal, bot: Tiny, element: dict[str, Any], raw: Any, sentence: str
) -> None:
    """Nothing is sent, and the error is shown under the field."""
    bot.form = FORM | {"blocks": [field("it", element | {"action_id": "x.it"})]}
    ana = rehearsal.control.as_person("ana")
    await ana.command("/form")
    form = await ana.modal_opened()
    await ana.fill(form, **{"x.it": raw})
    assert sentence in (await ana.submit(form) or {})["it"]
    assert bot.of("view_submission") == []


async def test_menus_on_messages_send_what_was_chosen(rehearsal: Rehearsal, bot: Tiny) -> None:
    """Overflow menus, selects and dates in a message act at once; an invalid date is refused."""
    elements = [
        {"type": "overflow", "action_id": "x.menu", "options": [option("snooze"), option("card")]},
        {"type": "datepicker", "action_id": "x.day"},
        {"type": "timepicker", "action_id": "x.time"},
    ]
    blocks = [{"type": "actions", "elements": elements}]
    await bot.client.chat_postMessage(channel="#general", text="x", blocks=blocks)
    ana = rehearsal.control.as_person("ana")
    [message] = ana.sees("general")
    for kind in ("x.day", "x.time", "x.menu"):

        @bot.app.action(kind)
        async def picked(ack: Any) -> None:
            await ack()

    await ana.pick_date(message, "x.day", "2026-12-01")
    await ana.pick_time(message, "x.time", "08:15")
    clicks = bot.of("block_actions")
    assert clicks[0]["actions"][0]["selected_date"] == "2026-12-01"
    assert clicks[1]["actions"][0]["selected_time"] == "08:15"
    [state] = clicks[1]["state"]["values"].values()
    assert state["x.day"]["selected_date"] == "2026-12-01"
    with pytest.raises(ActorError, match="YYYY-MM-DD"):
        await ana.pick_date(message, "x.day", "1 Dec")
    with pytest.raises(ActorError, match="can't be filled"):
        await ana.fill(message, x_menu="x")
    outcome = await ana.choose(message, "x.menu", "Card")
    assert outcome is not None
    assert bot.of("block_actions")[-1]["actions"][0]["selected_option"]["value"] == "card"
    rehearsal.assert_clean()

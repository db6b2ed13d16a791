"""Deliveries: signatures, shapes, missed acknowledgements, events."""

from datetime import UTC, datetime

import pytest

from rehearsal.server import Rehearsal
from rehearsal.wire.delivery import sign
from tests.rehearsal.bolt_bot import MANIFEST, Tiny, button, by_http, by_socket


async def test_a_request_url_answers_slacks_challenge(rehearsal: Rehearsal) -> None:
    """Entering the request URL in the app's settings works against Bolt."""
    async with by_http(rehearsal):
        ack = await rehearsal.control.verify_request_url()
    assert ack.ok
    assert ack.body == {"challenge": "rehearsal"}


async def test_a_wrong_signature_is_turned_away_by_the_bot(rehearsal: Rehearsal) -> None:
    """Deliveries are really signed: with another secret Bolt answers 401 and the person is told."""
    async with by_http(rehearsal) as bot:
        rehearsal.wire.delivery.signing_secret = "another"
        outcome = await rehearsal.control.as_person("ana").command("/echo hi")
    assert not outcome.acked
    assert "did not respond" in outcome.text
    assert bot.got == []
    assert rehearsal.workspace.traffic[-1].status == 401


def test_the_signature_is_slacks() -> None:
    """The example of Slack's documentation on verifying requests, by its own numbers."""
    secret = "8f742231b10e8888abcd99yyyzzz85a5"
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert sign(secret, "1531420618", body) == expected


async def test_a_command_that_is_not_acknowledged_in_time_tells_the_person(
    rehearsal: Rehearsal, either_bot: Tiny
) -> None:
    """Three real seconds, then Slackbot says so to that person alone, and it is a problem."""
    ana = rehearsal.control.as_person("ana")
    outcome = await ana.command("/silent")
    assert not outcome.acked
    assert outcome.ack_ms >= 2900
    assert "/silent failed because Tiny did not respond" in ana.dm()[-1].text
    with pytest.raises(AssertionError, match="did not acknowledge /silent"):
        rehearsal.assert_clean()


async def test_without_a_bot_everything_fails_at_once(rehearsal: Rehearsal) -> None:
    """Nobody is connected: commands, buttons, shortcuts and windows say so."""
    ana = rehearsal.control.as_person("ana")
    assert "dispatch_failed" in (await ana.command("/echo hi")).text
    assert not (await ana.shortcut("note.global")).acked
    blocks = [{"type": "actions", "elements": [button("hello.press", "Hi")]}]
    message = rehearsal.workspace.post(rehearsal.workspace.channel("general"), "U0REHEARSAL", "Hi", blocks=blocks)
    assert "did not respond" in (await ana.press(message, "hello.press")).text
    assert not (await ana.shortcut("note.message", message)).acked
    assert len(rehearsal.problems) == 4


async def test_payloads_carry_what_slack_sends(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """Team, user, app, token, ids: the shapes that Bolt and its users rely on."""
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
    """As in Slack: the bot has only the response_url to change it."""
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
    """People, channels, messages and mentions; nothing from channels that the bot is not in."""
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
    await rehearsal.settled()
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
    """With its bot_id, so that Bolt can ignore them."""
    await bot.client.chat_postMessage(channel="#general", text="mine")
    await rehearsal.settled()
    posted = rehearsal.control.as_person("ana").sees("general")[-1]
    await bot.client.chat_update(channel=posted.channel, ts=posted.ts, text="changed")
    await bot.client.chat_delete(channel=posted.channel, ts=posted.ts)
    await rehearsal.settled()
    events = [exchange.body["event"] for exchange in rehearsal.workspace.traffic if exchange.name == "event message"]
    assert events[0]["bot_id"] == rehearsal.workspace.bot_id
    assert [event.get("subtype") for event in events] == [None, "message_changed", "message_deleted"]
    assert (events[1]["previous_message"]["text"], events[1]["message"]["text"]) == ("mine", "changed")
    assert events[2]["deleted_ts"] == posted.ts
    rehearsal.assert_clean()


async def test_uninstalling_is_told(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """tokens_revoked and app_uninstalled arrive."""
    await either_bot.client.auth_test()
    await rehearsal.control.as_person("ana").command("/echo hi")
    await rehearsal.control.uninstall()
    assert [name for name, _ in either_bot.got][-2:] == ["tokens_revoked", "app_uninstalled"]


async def test_an_org_wide_install_has_no_team_in_its_payloads() -> None:
    """Team is null and is_enterprise_install true, as for an organisation's one installation."""
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
    """Time that flows goes on; a move still brings what is due."""
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    async with Rehearsal(manifest=MANIFEST, start=start, frozen=False) as rehearsal:
        rehearsal.control.add_person("ana")
        await rehearsal.control.as_person("ana").say(None, "hello")
        async with by_socket(rehearsal) as bot:
            await rehearsal.control.move_to(datetime(2026, 11, 23, 9, 2, tzinfo=UTC))
            assert len(bot.of("message")) == 1
        assert rehearsal.workspace.clock.now() > datetime(2026, 11, 23, 9, 2, tzinfo=UTC)

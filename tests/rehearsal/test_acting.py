"""People act and a real Bolt app answers, over a socket and over signed HTTP."""

import pytest

from rehearsal.fields import ActorError
from rehearsal.server import Rehearsal
from tests.rehearsal.bolt_bot import Tiny, button


async def test_a_command_is_answered_only_to_who_typed_it(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """The text of the acknowledgement is ephemeral."""
    ana, ben = (rehearsal.control.as_person(name) for name in ("ana", "ben"))
    outcome = await ana.command("/echo hello there", "general")
    assert outcome.acked
    assert 0 < outcome.ack_ms < 3000
    assert outcome.text == "you said hello there"
    assert [message.text for message in ana.sees("general")] == ["you said hello there"]
    assert ben.sees("general") == []
    rehearsal.assert_clean()


async def test_a_pressed_button_changes_its_message(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """The bot replaces the original message through the response_url."""
    blocks = [{"type": "actions", "elements": [button("hello.press", "One", "1"), button("hello.press2", "Two", "2")]}]
    posted = await either_bot.client.chat_postMessage(channel="#general", text="Press one", blocks=blocks)
    ana = rehearsal.control.as_person("ana")
    [message] = ana.sees("general")
    assert message.ts == posted["ts"]
    await ana.press(message, "hello.press")
    await rehearsal.workspace.until(lambda _: message.text == "pressed 1")
    assert message.edited
    rehearsal.assert_clean()


async def test_a_form_goes_from_command_to_submission(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """Open, search, choose (which updates the view), fill, submit: the bot gets every value."""
    ana = rehearsal.control.as_person("ana")
    await ana.command("/form")
    form = await ana.modal_opened("Form")
    assert await ana.submit(form) == {
        "name": "Please complete this required field.",
        "kind": "Please complete this required field.",
    }
    await ana.fill(form, form_name="Bakery")
    await ana.choose(form, "form.kind", "Visit")
    await ana.until(lambda _: any(block["block_id"] == "hint" for block in form.blocks))
    assert [found["value"] for found in await ana.suggest(form, "form.who", "acm")] == ["acme", "acmena"]
    await ana.choose(form, "form.who", "acmena")
    await ana.pick_date(form, "form.day", "2026-12-01")
    await ana.fill(form, **{"form.mail": "a@b.example", "form_pals": ["ben", "mara"]})
    assert await ana.submit(form) is None
    assert ana.modal() is None
    [body] = either_bot.of("view_submission")
    values = body["view"]["state"]["values"]
    assert values["name"]["form.name"] == {"type": "plain_text_input", "value": "Bakery"}
    assert values["kind"]["form.kind"]["selected_option"]["value"] == "visit"
    assert values["who"]["form.who"]["selected_option"]["value"] == "acmena"
    assert values["day"]["form.day"]["selected_date"] == "2026-12-01"
    assert len(values["pals"]["form.pals"]["selected_users"]) == 2
    assert values["list"]["form.list"]["files"] == []
    assert body["view"]["private_metadata"] == "kept"
    rehearsal.assert_clean()


async def test_errors_of_the_bot_stand_under_their_field(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """The modal stays open with the bot's errors until a submission is accepted."""
    ana = rehearsal.control.as_person("ana")
    await ana.command("/form")
    form = await ana.modal_opened()
    await ana.fill(form, form_name="x")
    form.state["kind"]["form.kind"]["selected_option"] = {
        "value": "call",
        "text": {"type": "plain_text", "text": "Call"},
    }
    either_bot.errors = {"name": "That is no name."}
    assert await ana.submit(form) == {"name": "That is no name."}
    assert ana.modal() is form
    either_bot.errors = {}
    assert await ana.submit(form) is None
    assert form.closed
    rehearsal.assert_clean()


async def test_errors_under_a_field_that_does_not_exist_are_a_problem(rehearsal: Rehearsal, bot: Tiny) -> None:
    """Slack shows a connection error instead, and the problem is recorded."""
    ana = rehearsal.control.as_person("ana")
    await ana.command("/form")
    form = await ana.modal_opened()
    await ana.fill(form, form_name="x", form_kind="call")
    bot.errors = {"nowhere": "Hidden."}
    await ana.submit(form)
    assert form.trouble
    with pytest.raises(AssertionError, match=r"errors\.nowhere"):
        rehearsal.assert_clean()


async def test_home_is_drawn_when_opened(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """The bot publishes on app_home_opened, and the tab's buttons work."""
    ana = rehearsal.control.as_person("ana")
    await ana.open_home()
    home = await ana.until(lambda me: me.home())
    assert home.blocks[0]["text"]["text"] == "Welcome"
    await ana.press(home, "home.press")
    [click] = either_bot.of("block_actions")
    assert click["container"] == {"type": "view", "view_id": home.id}
    await ana.open_home()
    first, second = either_bot.of("app_home_opened")
    assert "view" not in first["event"]
    assert second["event"]["view"]["id"] == home.id
    rehearsal.assert_clean()


async def test_shortcuts_open_windows_and_answer_on_messages(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """The global shortcut opens a modal; the message shortcut answers ephemerally."""
    ana = rehearsal.control.as_person("ana")
    assert (await ana.shortcut("note.global")).acked
    assert (await ana.modal_opened()).title == "Form"
    message = await ana.say("general", "keep me & mine")
    outcome = await ana.shortcut("note.message", message)
    answer = await outcome.reply()
    assert answer.text == "kept keep me &amp; mine"
    assert answer.ephemeral_to == ana.person.id
    with pytest.raises(ActorError, match="no global shortcut"):
        await ana.shortcut("note.message")
    rehearsal.assert_clean()


async def test_mentions_arrive_as_ids_only_where_the_manifest_says_so(rehearsal: Rehearsal, bot: Tiny) -> None:
    """With should_escape, people and channels become links; without it, the text is unchanged."""
    ana = rehearsal.control.as_person("ana")
    ben, general = rehearsal.workspace.person("ben"), rehearsal.workspace.channel("general")
    await ana.command("/echo @ben in #general a@ben <b>")
    await ana.command("/raw @ben <b>")
    assert bot.of("/echo")[0]["text"] == f"<@{ben.id}|ben> in <#{general.id}|general> a@ben &lt;b&gt;"
    assert bot.of("/raw")[0]["text"] == "@ben <b>"
    message = await ana.say("general", "hi @ben")
    assert message.text == f"hi <@{ben.id}>"


async def test_an_answer_in_channel_is_for_everyone(rehearsal: Rehearsal, bot: Tiny) -> None:
    """With response_type in_channel, others see the answer, too."""
    ana, ben = (rehearsal.control.as_person(name) for name in ("ana", "ben"))
    outcome = await ana.command("/raw hi", "general")
    await outcome.reply()
    assert [message.text for message in ben.sees("general")] == ["you said hi"]


async def test_windows_lie_on_each_other_at_most_three_high(rehearsal: Rehearsal, bot: Tiny) -> None:
    """The fourth push is refused; closing shows the modal below and notifies the bot."""
    ana = rehearsal.control.as_person("ana")
    await ana.command("/form")
    bottom = await ana.modal_opened("Form")
    await ana.press(bottom, "form.push")
    middle = await ana.modal_opened("On top")
    await ana.press(middle, "form.push")
    top = await ana.until(lambda me: me.modal() if me.modal() is not middle else None)
    await ana.press(top, "form.push")
    await rehearsal.workspace.until(lambda _: "push_limit_reached" in [problem.code for problem in rehearsal.problems])
    assert (middle.previous_id, top.root_id) == (bottom.id, bottom.id)
    with pytest.raises(ActorError, match="not on top"):
        await ana.submit(bottom)
    await ana.close(top)
    assert ana.modal() is middle
    await ana.close(middle, everything=True)
    assert ana.modal() is None
    assert [body["is_cleared"] for body in bot.of("view_closed")] == [False, True, True]
    assert {problem.code for problem in rehearsal.problems} == {"push_limit_reached"}


async def test_what_slack_would_not_let_people_do_is_an_error(rehearsal: Rehearsal, bot: Tiny) -> None:
    """Each error names the problem and the alternatives."""
    control = rehearsal.control
    ana = control.as_person("ana")
    await bot.client.chat_postMessage(
        channel="#general",
        text="Hi",
        blocks=[
            {"type": "actions", "elements": [button("hello.press", "Hi")]},
        ],
    )
    message = ana.sees("general")[-1]
    with pytest.raises(ActorError, match=r"no bye\.press.*button hello\.press"):
        await ana.press(message, "bye.press")
    with pytest.raises(ActorError, match="/nope is not a command"):
        await ana.command("/nope")
    control.add_channel("closed", members=["ben"], kind="private")
    with pytest.raises(ActorError, match="ana is not in closed"):
        await ana.say("closed", "hi")
    only_ben = await bot.client.chat_postEphemeral(
        channel=message.channel, user=rehearsal.workspace.person("ben").id, text="Psst"
    )
    hidden = control.as_person("ben").sees("general")[-1]
    assert hidden.ts == only_ben["message_ts"]
    with pytest.raises(ActorError, match="not on ana's screen"):
        await ana.press(hidden, "x")
    with pytest.raises(ActorError, match="no menu of shortcuts"):
        await control.as_person("ben").shortcut("note.message", hidden)
    with pytest.raises(ActorError, match=r"no message 1\.0 in general"):
        await ana.say("general", "hi", thread_ts="1.0")
    with pytest.raises(ActorError, match="archived"):
        await ana.say(control.add_channel("old", members=["ana"], is_archived=True), "hi")
    with pytest.raises(ActorError, match="no message shortcut"):
        await ana.shortcut("nope", message)
    await control.change_person("ana", deleted=True)
    with pytest.raises(ActorError, match="deactivated"):
        await ana.command("/echo hi")
    with pytest.raises(ActorError, match="no option 'fly'"):
        await _form_choice(rehearsal, "ben", "fly")


async def _form_choice(rehearsal: Rehearsal, who: str, option: str) -> None:
    actor = rehearsal.control.as_person(who)
    await actor.command("/form")
    await actor.choose(await actor.modal_opened(), "form.kind", option)


@pytest.mark.parametrize(
    ("field", "raw", "sentence"),
    [("form.name", "x" * 21, "at most 20"), ("form.mail", "nobody", "valid email")],
)
async def test_slacks_client_checks_fields_itself(
    rehearsal: Rehearsal, bot: Tiny, field: str, raw: str, sentence: str
) -> None:
    """An invalid value isn't sent to the bot."""
    ana = rehearsal.control.as_person("ana")
    await ana.command("/form")
    form = await ana.modal_opened()
    await ana.fill(form, **{"form.name": "x", "form.kind": "call", field: raw})
    errors = await ana.submit(form)
    assert errors is not None
    assert sentence in next(iter(errors.values()))
    assert bot.of("view_submission") == []

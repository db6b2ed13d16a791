"""People act, a real Bolt app answers: over a socket and over signed HTTP."""

from rehearsal.server import Rehearsal
from tests.rehearsal.bolt_bot import Tiny, button


async def test_a_command_is_answered_only_to_who_typed_it(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """The ack's text appears on one screen, quickly."""
    ana, ben = (rehearsal.control.as_person(name) for name in ("ana", "ben"))
    outcome = await ana.command("/echo hello there", "general")
    assert outcome.acked
    assert 0 < outcome.ack_ms < 3000
    assert outcome.text == "you said hello there"
    assert [message.text for message in ana.sees("general")] == ["you said hello there"]
    assert ben.sees("general") == []
    rehearsal.assert_clean()


async def test_a_pressed_button_changes_its_message(rehearsal: Rehearsal, either_bot: Tiny) -> None:
    """The bot answers through the response_url, in place of the original."""
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
    """Open, search, choose (which redraws it), fill, submit: the bot gets every value."""
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

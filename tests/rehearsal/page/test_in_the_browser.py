"""The page in a real browser, with a real bot."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from playwright.async_api import Browser, Page, expect
from slack_sdk.errors import SlackApiError

from rehearsal.page import add_page
from rehearsal.page.welcome import Hint, Welcome
from rehearsal.server import Rehearsal
from tests.rehearsal.bolt_bot import MANIFEST, Tiny, button, plain
from tests.rehearsal.strict.samples import CONFIRM, OPTIONS, bars, choice, message, modal, spoiled

pytestmark = pytest.mark.browser


async def test_a_slash_command_is_completed_and_its_answer_is_only_for_me(page: Page, bot: Tiny) -> None:
    """Typing / lists the commands with hint and description; the answer is marked as ephemeral."""
    composer = page.get_by_test_id("composer")
    await composer.press_sequentially("/e")
    offer = page.get_by_test_id("command-echo")
    await expect(offer).to_contain_text("Says it again")
    await expect(offer).to_contain_text("words")
    await expect(page.get_by_test_id("command-form")).to_have_count(0)
    await offer.click()
    await expect(composer).to_have_value("/echo ")
    await composer.press_sequentially("hello")
    await composer.press("Enter")
    answer = page.get_by_test_id("message").filter(has_text="you said hello")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(composer).to_have_value("")
    assert bot.of("/echo")[0]["text"] == "hello"


async def test_a_form_is_filled_searched_and_sent(page: Page, shown: Rehearsal, bot: Tiny) -> None:
    """Errors, redraws, searches, file uploads and stacked modals work."""
    await page.get_by_test_id("composer").fill("/form")
    await page.get_by_test_id("composer").press("Enter")
    await expect(page.get_by_test_id("modal-title")).to_have_text("Form")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("error-name")).to_contain_text("required")
    await page.get_by_test_id("field-form.name").fill("Bakery Lindqvist")
    await page.get_by_test_id("field-form.kind").click()
    await page.get_by_test_id("option-visit").click()
    await expect(page.get_by_test_id("modal")).to_contain_text("a visit")
    await expect(page.get_by_test_id("field-form.name")).to_have_value("Bakery Lindqvist")
    await expect(page.get_by_test_id("field-form.kind")).to_have_value("Visit")
    await page.get_by_test_id("field-form.who").press_sequentially("acm")
    await page.get_by_test_id("option-acmena").click()
    await expect(page.get_by_test_id("field-form.who")).to_have_value("Acmena")
    await page.get_by_test_id("field-form.day").fill("2026-12-01")
    content = b"name\nAcme\n" * 200_000
    await page.get_by_test_id("field-form.list").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": content}
    )
    await expect(page.get_by_test_id("file")).to_contain_text("list.csv")
    await page.get_by_test_id("field-form.pals").click()
    await page.get_by_role("option", name="Mara Ellison").click()
    await page.get_by_test_id("button-form.push").click()
    await expect(page.get_by_test_id("modal-title")).to_have_text("On top")
    await page.get_by_test_id("modal-back").click()
    await expect(page.get_by_test_id("modal-title")).to_have_text("Form")
    await expect(page.get_by_test_id("field-form.day")).to_have_value("2026-12-01")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("modal")).to_have_count(0)
    (sent,) = bot.of("view_submission")
    values = sent["view"]["state"]["values"]
    assert values["name"]["form.name"]["value"] == "Bakery Lindqvist"
    assert values["kind"]["form.kind"]["selected_option"]["value"] == "visit"
    assert values["who"]["form.who"]["selected_option"]["value"] == "acmena"
    assert values["day"]["form.day"]["selected_date"] == "2026-12-01"
    assert [shown.workspace.people[user].name for user in values["pals"]["form.pals"]["selected_users"]] == ["mara"]
    (file,) = values["list"]["form.list"]["files"]
    assert shown.workspace.files[file["id"]].data == content


async def test_a_choice_counts_where_the_list_is_drawn_again_under_the_finger(page: Page, bot: Tiny) -> None:
    """A letter that arrives between the press and the release of the mouse doesn't lose the choice."""
    await page.get_by_test_id("composer").fill("/form")
    await page.get_by_test_id("composer").press("Enter")
    kind = page.get_by_test_id("field-form.kind")
    await kind.click()
    await page.get_by_test_id("option-visit").hover()
    await page.mouse.down()
    await kind.evaluate("(field) => { field.value = 'v'; field.dispatchEvent(new Event('input')); }")
    await asyncio.sleep(0.3)  # the list is drawn again
    await page.mouse.up()
    await expect(page.get_by_test_id("modal")).to_contain_text("a visit")
    assert [body["actions"][0]["selected_option"]["value"] for body in bot.of("block_actions")] == ["visit"]


async def test_the_bots_own_errors_stand_under_their_field(page: Page, bot: Tiny) -> None:
    """The bot's errors are shown under the fields, and entered values are kept."""
    bot.errors = {"name": "There is a customer of that name."}
    await page.get_by_test_id("shortcuts").click()
    await page.get_by_test_id("shortcut-note.global").click()
    await page.get_by_test_id("field-form.name").fill("Acme")
    await page.get_by_test_id("field-form.kind").click()
    await page.get_by_test_id("option-call").click()
    await expect(page.get_by_test_id("modal")).to_contain_text("a call")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("error-name")).to_have_text("There is a customer of that name.")
    await expect(page.get_by_test_id("field-form.name")).to_have_value("Acme")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("modal")).to_have_count(0)


async def test_home_buttons_threads_and_message_shortcuts(page: Page, shown: Rehearsal, bot: Tiny) -> None:
    """The Home tab, replies in threads and message shortcuts work."""
    workspace = shown.workspace
    general, mara = workspace.channel("general"), workspace.person("mara")
    workspace.post(general, mara.id, "Who calls *Acme*? <@U0000ANA>")
    await page.get_by_test_id("home-tab").click()
    await expect(page.get_by_test_id("home")).to_contain_text("Welcome")
    await page.get_by_test_id("channel-general").click()
    asked = page.get_by_test_id("messages").get_by_test_id("message").filter(has_text="Who calls")
    await expect(asked.locator("b")).to_have_text("Acme")
    await expect(asked).to_contain_text("@Ana Lima")
    await asked.hover()
    await asked.get_by_test_id("message-menu").click()
    await page.get_by_test_id("reply").click()
    await page.get_by_test_id("thread-composer").fill("I do.")
    await page.get_by_test_id("thread-composer").press("Enter")
    await expect(page.get_by_test_id("thread-messages")).to_contain_text("I do.")
    await expect(page.get_by_test_id("thread-open")).to_have_text("1 reply")
    await page.get_by_test_id("thread-close").click()
    await asked.hover()
    await asked.get_by_test_id("message-menu").click()
    await page.get_by_test_id("shortcut-note.message").click()
    await expect(page.get_by_test_id("messages")).to_contain_text("kept Who calls")
    assert bot.of("message_action")


async def test_buttons_ask_first_and_replace_the_message(page: Page, shown: Rehearsal, bot: Tiny) -> None:
    """A button with a confirm object asks; declining sends nothing, confirming lets the bot replace the message."""
    sure = {**button("hello.press", "Press", "42"), "confirm": CONFIRM}
    blocks = [{"type": "section", "text": plain("Ready?"), "accessory": sure}]
    await bot.client.chat_postMessage(channel=shown.workspace.channel("general").id, text="Ready?", blocks=blocks)
    await page.get_by_test_id("channel-general").click()
    await page.get_by_test_id("button-hello.press").click()
    await expect(page.get_by_test_id("confirm")).to_contain_text("Lose this customer?")
    await page.get_by_test_id("confirm-no").click()
    await expect(page.get_by_test_id("confirm")).to_have_count(0)
    assert bot.of("block_actions") == []
    await page.get_by_test_id("button-hello.press").click()
    await page.get_by_test_id("confirm-yes").click()
    await expect(page.get_by_test_id("messages")).to_contain_text("pressed 42")


async def test_time_passes_and_the_page_says_that_the_app_is_catching_up(page: Page, shown: Rehearsal) -> None:
    """The clock moves by an hour, a day or a week in its own steps; the buttons are disabled meanwhile."""
    going, calls, began = asyncio.Event(), list[int](), shown.workspace.clock.now()

    async def slow(now: datetime) -> None:
        calls.append((now - began) // timedelta(hours=1))
        await going.wait()

    stop = shown.workspace.clock.on_moved(slow)
    shown.workspace.clock.next_stop = lambda now: now + timedelta(hours=6)
    await page.get_by_test_id("next-day").click()
    await expect(page.get_by_test_id("moving")).to_contain_text("Next day")
    await expect(page.get_by_test_id("next-week")).to_be_disabled()
    going.set()
    await expect(page.get_by_test_id("moving")).to_be_hidden()
    assert calls == [6, 12, 18, 24]
    await expect(page.get_by_test_id("clock")).to_contain_text("Tue 24 Nov 2026")
    stop()
    await page.get_by_test_id("next-week").click()
    await expect(page.get_by_test_id("clock")).to_contain_text("Tue 1 Dec 2026")
    await page.get_by_test_id("next-hour").click()
    await expect(page.get_by_test_id("clock")).to_contain_text("10:00")
    await page.get_by_test_id("person-tui").click()
    await expect(page.get_by_test_id("clock")).to_contain_text("23:00")


async def test_people_see_their_own_places_and_badges(page: Page, shown: Rehearsal) -> None:
    """Unread messages are marked for each person; private channels are shown to members only."""
    workspace = shown.workspace
    await expect(page.get_by_test_id("channel-leads")).to_have_count(0)
    workspace.post(workspace.direct(workspace.person("mara")), workspace.bot.id, "One is waiting.")
    await expect(page.get_by_test_id("unread-mara")).to_have_text("1")
    await page.get_by_test_id("person-mara").click()
    await expect(page.get_by_test_id("messages")).to_contain_text("One is waiting.")
    await expect(page.get_by_test_id("unread-mara")).to_be_hidden()
    await expect(page.get_by_test_id("channel-leads")).to_be_visible()
    await page.get_by_test_id("person-ana").click()
    await page.get_by_test_id("channel-partners").click()
    await page.get_by_test_id("join").click()
    await expect(page.get_by_test_id("join")).to_be_hidden()
    assert workspace.person("ana").id in workspace.channel("partners").members


async def test_every_block_is_drawn_and_an_unknown_one_says_so(page: Page, shown: Rehearsal) -> None:
    """A message with every block and element is drawn; an unknown one becomes a box."""
    workspace = shown.workspace
    general = workspace.channel("general")
    broken = spoiled(bars(), "chart", "series", 0, "data", to=[])
    blocks = [*message()["blocks"], {"type": "hologram"}, {"type": "table", "rows": 7}, broken]
    workspace.post(general, workspace.bot.id, "All", blocks=blocks)
    await page.get_by_test_id("channel-general").click()
    shown_message = page.get_by_test_id("message")
    for words in ("Everything in one message", "Golddex", "They said so.", "Rich text with a link"):
        await expect(shown_message).to_contain_text(words)
    for action in ("how", "who", "to", "channel", "place", "until", "at", "when", "radio", "boxes", "several"):
        await expect(page.get_by_test_id(f"field-{action}")).to_be_visible()
    charts = shown_message.get_by_test_id("chart")
    await expect(charts).to_have_count(2)
    await expect(charts.first.locator("svg")).to_contain_text("series 5")
    await expect(charts.first.locator("svg")).to_contain_text("day 18")
    await expect(charts.last).to_contain_text("x" * 50)
    await expect(shown_message.locator(".rh-unknown")).to_have_count(3)
    await expect(shown_message.locator(".rh-unknown").first).to_contain_text("hologram")


async def test_every_input_shows_what_was_entered(page: Page, shown: Rehearsal) -> None:
    """Each input of a modal shows its initial value and keeps entered ones."""
    workspace = shown.workspace
    ana = workspace.person("ana")
    view = workspace.new_view(ana, modal())
    ana.modals.append(view)
    workspace.changed.notify()
    await expect(page.get_by_test_id("field-how")).to_have_value("Visit")
    await expect(page.get_by_test_id("option-result-call")).to_be_checked()
    await page.get_by_label("Email").first.check()
    await page.get_by_test_id("field-note").fill("They are happy.")
    await page.get_by_test_id("field-count").fill("3")
    await page.get_by_test_id("field-story").fill("Long ago.")
    await page.get_by_test_id("field-moment").fill("2026-12-01T10:30")
    await page.get_by_test_id("field-owner").click()
    await page.get_by_role("option", name="Tui Parata").click()
    state = view.state
    await workspace.until(lambda _: state["owner.block"]["owner"]["selected_user"] == workspace.person("tui").id)
    assert state["result.block"]["result"]["selected_option"] == OPTIONS[2]
    assert state["note.block"]["note"]["value"] == "They are happy."
    assert state["count.block"]["count"]["value"] == "3"
    assert state["moment.block"]["moment"]["selected_date_time"] == 1796121000
    assert "Long ago." in str(state["story.block"]["story"]["rich_text_value"])


async def test_hostile_words_stay_words(page: Page, shown: Rehearsal) -> None:
    """Markup, scripts and unknown URL schemes in messages, names and options have no effect."""
    workspace = shown.workspace
    general = workspace.channel("general")
    evil = '<script>document.title="pwned"</script><img src=x onerror=alert(1)>'
    link = "<javascript:alert(1)|click>"
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"{evil} *<b>bold</b>* {link}"}},
        {"type": "actions", "elements": [{"type": "static_select", "action_id": "s", "options": [choice(evil, "v")]}]},
    ]
    workspace.post(general, workspace.bot.id, evil, blocks=blocks)
    shown.control.add_person("eve", real_name=evil)
    await page.get_by_test_id("channel-general").click()
    await page.get_by_test_id("field-s").click()
    await expect(page.get_by_test_id("option-v")).to_have_text(evil)
    assert await page.title() == "Ana Lima · Northwind Care · rehearsal"
    assert await page.locator('.rh-message img, .rh-message script, a[href^="javascript"]').count() == 0


async def test_problems_stand_in_red(page: Page, shown: Rehearsal, bot: Tiny) -> None:
    """Problems are counted above the conversation and shown in the traffic."""
    blocks = [{"type": "section", "text": plain("x" * 3001)}]
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await bot.client.chat_postMessage(channel=shown.workspace.channel("general").id, text="x", blocks=blocks)
    await expect(page.get_by_test_id("inspector-toggle")).to_contain_text("1 problem")
    await page.get_by_test_id("inspector-toggle").click()
    problem = page.get_by_test_id("problem")
    await expect(problem).to_contain_text("blocks[0].text.text")
    await expect(problem).to_contain_text("Shorten this to 3000 characters")
    refused = page.get_by_test_id("exchange").filter(has_text="chat.postMessage")
    await refused.locator("summary").click()
    await expect(refused.locator("pre")).to_contain_text('"section"')
    await page.get_by_test_id("inspector-close").click()
    await expect(page.get_by_test_id("inspector")).to_be_hidden()


async def test_two_screens_follow_each_other(page: Page, browser: Browser, shown: Rehearsal, bot: Tiny) -> None:
    """A message of Ana in one browser appears in Mara's without a reload, and a link opens Mara's Home tab."""
    other = await browser.new_page()
    await other.goto(f"{shown.url}/?as=mara&in=general")
    await page.get_by_test_id("channel-general").click()
    await page.get_by_test_id("composer").fill("Hello from *Ana*")
    await page.get_by_test_id("composer-send").click()
    await expect(other.get_by_test_id("message")).to_contain_text("Hello from Ana")
    await other.goto(f"{shown.url}/?as=mara&in=home")
    await expect(other.get_by_test_id("home")).to_contain_text("Welcome")
    assert bot.of("app_home_opened")[0]["event"]["user"] == shown.workspace.person("mara").id
    await other.close()


async def test_what_is_typed_survives_a_change_elsewhere(page: Page, shown: Rehearsal) -> None:
    """A message that arrives meanwhile doesn't change the text being typed."""
    workspace = shown.workspace
    await page.get_by_test_id("channel-general").click()
    await page.get_by_test_id("composer").press_sequentially("Half a sen")
    workspace.post(workspace.channel("general"), workspace.person("mara").id, "Meanwhile")
    await expect(page.get_by_test_id("messages")).to_contain_text("Meanwhile")
    await page.get_by_test_id("composer").press_sequentially("tence")
    await expect(page.get_by_test_id("composer")).to_have_value("Half a sentence")


async def test_what_cannot_be_done_is_told(page: Page) -> None:
    """An unknown command shows a sentence."""
    await page.get_by_test_id("composer").fill("/nonsense now")
    await page.get_by_test_id("composer").press("Enter")
    await expect(page.get_by_text("/nonsense is not a command here")).to_be_visible()


async def test_a_crowd_can_be_searched(page: Page, shown: Rehearsal) -> None:
    """With hundreds of people, the person to act as is found by name."""
    for number in range(200):
        shown.control.add_person(f"guest{number}", real_name=f"Guest {number}")
    await page.get_by_test_id("find-person").fill("guest 177")
    await page.get_by_test_id("find-person").press("Enter")
    await page.get_by_test_id("person-guest177").click()
    await expect(page.get_by_test_id("person-guest177")).to_have_attribute("aria-current", "true")


async def test_the_traffic_is_closed_until_somebody_asks_for_it(page: Page, shown: Rehearsal) -> None:
    """The traffic is closed at first; opened, it shows what there was, and stays as it was left after a reload."""
    await expect(page.get_by_test_id("inspector")).to_be_hidden()
    await page.get_by_test_id("dm").click()
    shown.workspace.log_traffic("in", "chat.postMessage", "a message", {}, 200)
    await page.get_by_test_id("inspector-toggle").click()
    await expect(page.get_by_test_id("exchange")).to_contain_text("chat.postMessage")
    await page.reload()
    await expect(page.get_by_test_id("exchange")).to_be_visible()
    await page.get_by_test_id("inspector-close").click()
    await expect(page.get_by_test_id("inspector")).to_be_hidden()
    await page.reload()
    await page.get_by_test_id("clock").wait_for()
    await expect(page.get_by_test_id("inspector")).to_be_hidden()


async def test_what_is_new_has_a_line_above_it(page: Page, shown: Rehearsal) -> None:
    """The first unread message is below a line, until one comes back to the conversation."""
    workspace = shown.workspace
    general, mara = workspace.channel("general"), workspace.person("mara")
    await page.get_by_test_id("channel-general").click()
    workspace.post(general, mara.id, "Old news")
    await expect(page.get_by_test_id("messages")).to_contain_text("Old news")
    await page.get_by_test_id("dm").click()
    await expect(page.get_by_test_id("place")).to_contain_text("Messages")
    for words in ("First news", "Second news"):
        workspace.post(general, mara.id, words)
    await page.get_by_test_id("channel-general").click()
    await expect(page.get_by_test_id("new")).to_have_count(1)
    marked = page.locator(".rh-item").filter(has=page.get_by_test_id("new"))
    await expect(marked).to_contain_text("First news")
    await page.get_by_test_id("dm").click()
    await page.get_by_test_id("channel-general").click()
    await expect(page.get_by_test_id("messages")).to_contain_text("Second news")
    await expect(page.get_by_test_id("new")).to_have_count(0)


async def test_an_answer_in_the_thread_of_what_one_said_is_shown(page: Page, shown: Rehearsal, bot: Tiny) -> None:
    """The thread opens by itself when the app answers there; a message from before doesn't open it."""
    workspace = shown.workspace
    direct = workspace.direct(workspace.person("ana"))
    old = workspace.post(direct, workspace.person("ana").id, "Said before")
    await page.get_by_test_id("composer").fill("talked to Acme")
    await page.get_by_test_id("composer").press("Enter")
    await expect(page.get_by_test_id("messages")).to_contain_text("talked to Acme")
    workspace.post(direct, workspace.bot.id, "About what?", thread_ts=old.ts)
    await expect(page.get_by_test_id("thread-open")).to_have_text("1 reply")
    await expect(page.get_by_test_id("thread")).to_be_hidden()
    said = workspace.messages[direct.id][1]
    workspace.post(direct, workspace.bot.id, "Save that?", thread_ts=said.ts)
    await expect(page.get_by_test_id("thread-messages")).to_contain_text("Save that?")
    await expect(page.get_by_test_id("thread-messages")).to_contain_text("talked to Acme")
    assert bot.of("message")


async def test_the_page_says_whom_one_acts_as(page: Page) -> None:
    """The title and the top bar name the person, also after a change."""
    await expect(page).to_have_title("Ana Lima · Northwind Care · rehearsal")
    await page.get_by_test_id("person-mara").click()
    await expect(page.get_by_test_id("acting")).to_contain_text("Mara Ellison")
    await expect(page).to_have_title("Mara Ellison · Northwind Care · rehearsal")


async def test_a_newcomer_is_welcomed(browser: Browser) -> None:
    """The page opens on the person of the welcome with hints, which are typed on request and closed for good."""
    hints = (Hint("Press *Talked*."), Hint("Type `/echo`.", "/echo hello"))
    extra = partial(add_page, welcome=Welcome(person="tui", hints=hints))
    async with Rehearsal(manifest=MANIFEST, start=datetime(2026, 11, 23, 9, tzinfo=UTC), extra=extra) as shown:
        for name in ("ana", "tui"):
            shown.control.add_person(name)
        shown.control.add_channel("general", members=["ana", "tui"])
        page = await browser.new_page()
        await page.goto(shown.url)
        await expect(page.get_by_test_id("acting")).to_contain_text("tui")
        await expect(page.get_by_test_id("hints")).to_contain_text("Press Talked.")
        await page.get_by_test_id("hint-type").click()
        await expect(page.get_by_test_id("composer")).to_have_value("/echo hello")
        await page.get_by_test_id("channel-general").click()
        await expect(page.get_by_test_id("hints")).to_be_hidden()
        await page.get_by_test_id("dm").click()
        await page.get_by_test_id("hints-close").click()
        await expect(page.get_by_test_id("hints")).to_be_hidden()
        await page.reload()
        await page.get_by_test_id("clock").wait_for()
        await expect(page.get_by_test_id("hints")).to_be_hidden()
        await page.close()


async def test_on_a_phone_the_columns_slide_in(page: Page) -> None:
    """At 390 px the conversation fills the screen; the columns open on request."""
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.get_by_test_id("inspector")).to_be_hidden()
    await page.get_by_test_id("drawer").click()
    await page.get_by_test_id("channel-general").click()
    await expect(page.get_by_test_id("place")).to_have_text("#general")
    await expect(page.get_by_test_id("acting")).to_contain_text("Ana Lima")
    await page.get_by_test_id("inspector-toggle").click()
    await expect(page.get_by_test_id("inspector")).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390

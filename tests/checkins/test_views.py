"""Every screen of the feature, at its usual and at its worst, against Slack's rules."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.checkins.listeners.origins import CheckinModalState, Origin
from bot.checkins.rules import QUEUE_ROWS, ActionKind, Preset, Result
from bot.checkins.schemas import (
    ActionDone,
    Candidate,
    Candidates,
    CheckinForm,
    Preview,
    Queue,
    QueueRow,
    SnoozeForm,
)
from bot.checkins.views import (
    done,
    done_action_row,
    done_form,
    hand_over_form,
    stays,
)
from bot.checkins.views import form as form_view
from bot.checkins.views.form import LIVE, NOTE, form
from bot.checkins.views.queue import candidates, queue
from bot.checkins.views.snoozing import snooze_form
from bot.core.schemas import Line
from bot.customers.rules.due import SnoozeReason, Standing, Status
from bot.customers.schemas import CustomerSchema
from bot.slack.blocks import Message, field_of, text_input
from rehearsal.strict import check_message, check_view

MONDAY = date(2026, 11, 23)
EARLIER = (
    "You talked later than that, on Wed 7 Oct, so nothing moves. Next contact due Tue 22 Dec 2026 (every 30 days)."
)
HOSTILE = [
    "<!channel> & <@U0ANA> *bold* " * 8,
    "&" * 200,
    "\u202eمرحبا" * 30,
    "🥐" * 200,
    "=HYPERLINK(1)" * 20,
    "`~_>" * 50,
]


def customer(name: str = "Bakery Lindqvist", *, waited: int = 47, **more: Any) -> CustomerSchema:
    """A customer that has waited so many days."""
    since = MONDAY - timedelta(days=waited)
    plain: dict[str, Any] = {
        "id": uuid4(),
        "name": name[:200],
        "owner_id": "U0ANA",
        "standing": Standing.NEGLECTED,
        "today": MONDAY,
        "effective_cadence_days": 30,
        "waiting_since": since,
        "last_contact_on": since,
        "due_on": since + timedelta(days=30),
        "neglected_after": since + timedelta(days=45),
    }
    return CustomerSchema(**{**plain, **more})


def worst(number: int, **more: Any) -> CustomerSchema:
    """A customer whose every word is as long and as hostile as it may be."""
    words = HOSTILE[number % len(HOSTILE)]
    lines = tuple(Line(text=f'last: "{words}"', urgent=True) for _ in range(12))
    sleep = {
        "snoozed_until": MONDAY + timedelta(days=400),
        "snooze_reason": SnoozeReason.CUSTOMER_ASKED,
        "snooze_note": (words * 3)[:300],
    }
    plain = {"lines": lines, "preferences": (words, words, words), "owner_name": words[:200], **sleep}
    return customer(words, waited=99_999, **{**plain, **more})


def allowed(message: Message) -> None:
    """Slack takes it as a new message, an ephemeral answer and a replacement."""
    for body in (message.body(), message.answer(), message.replacement()):
        assert check_message(body) == []


def words_of(blocks: Sequence[Any]) -> list[str]:
    """The texts of sections and contexts."""
    found = []
    for block in blocks:
        found += [block["text"]["text"]] if block["type"] == "section" else []
        found += [element["text"] for element in block["elements"]] if block["type"] == "context" else []
    return found


def test_the_queue_counts_names_and_groups() -> None:
    """Neglected, due, snoozed under their titles; pages when there are more."""
    rows = (
        QueueRow(customer=customer()),
        QueueRow(customer=customer("Golddex", waited=31, standing=Standing.DUE)),
        QueueRow(
            customer=customer(
                "Condax",
                standing=Standing.SNOOZED,
                snoozed_until=date(2027, 1, 4),
                snooze_reason=SnoozeReason.CUSTOMER_ASKED,
                snooze_note="after the fair",
            )
        ),
    )
    message = queue(Queue(neglected=1, due=1, snoozed=18, rows=rows, page=1, pages=3))
    assert message.text == "Your queue: 1 neglected · 1 due · 18 snoozed"
    told = words_of(message.blocks)
    assert "*Bakery Lindqvist* · 47 days (every 30)\ndue since Fri 6 Nov" in told
    assert '*Condax* until Mon 4 Jan 2027, they asked ("after the fair"), 17 days past its cadence' in told
    titles = ["*Neglected*", "*Due*", "*Snoozed*"]
    assert [words for words in told if words in titles] == titles
    assert told[-1].startswith("Page 2 of 3.")
    allowed(message)


@pytest.mark.parametrize("standing", [Standing.NEGLECTED, Standing.SNOOZED])
def test_the_queue_at_its_worst_is_taken_by_slack(standing: Standing) -> None:
    """A full page of hostile words, with what was just done on top."""
    rows = tuple(
        QueueRow(customer=worst(number, standing=standing), for_whom=HOSTILE[number % 6])
        for number in range(QUEUE_ROWS)
    )
    schema = Queue(neglected=46_964, due=46_964, snoozed=46_964, rows=rows, page=5000, pages=17_612)
    allowed(queue(schema, done=act(worst(0))))
    allowed(queue(schema, done=act(worst(0), undone=True)))


def test_an_empty_queue_is_one_calm_line() -> None:
    """With who comes next, when somebody does."""
    message = queue(Queue(next_name="Bakery", next_due_on=date(2026, 12, 21)))
    assert message.text == "All caught up for today. Next: Bakery, due Mon 21 Dec."
    allowed(message)
    allowed(queue(Queue(next_name=HOSTILE[1], next_due_on=MONDAY), done=act(worst(1))))
    allowed(queue(Queue()))


def test_names_that_fit_several_or_none_are_offered() -> None:
    """Several: owner and domain tell them apart. None: the nearest, and *Add*."""
    rows = (Candidate(id=uuid4(), name="Acme", owner_name="Ana Lima", domain="acme.example"),)
    several = candidates(Candidates(asked="Acme", exact=True, rows=(*rows, Candidate(id=uuid4(), name="ACME"))))
    assert several.text == "2 customers are called Acme; choose one."
    assert "*Acme* · Ana Lima · acme.example" in words_of(several.blocks)
    none = candidates(Candidates(asked="Acm", exact=False, rows=rows))
    assert none.text == "No customer is called Acm. Did you mean Acme?"
    assert [block["accessory"]["action_id"] for block in none.blocks[1:]] == ["checkins.log", "customers.add"]
    assert none.blocks[-1]["accessory"]["text"]["text"] == "Add Acm"
    for message in (several, none, candidates(Candidates(asked="Acm", exact=False))):
        allowed(message)


def test_twenty_hostile_candidates_are_taken_by_slack() -> None:
    """Two customers of one endless name are still two buttons."""
    rows = tuple(
        Candidate(id=uuid4(), name=HOSTILE[number % 6][:200], owner_name=HOSTILE[number % 6], domain="x" * 253)
        for number in range(20)
    )
    for exact in (True, False):
        allowed(candidates(Candidates(asked=HOSTILE[0][:80], exact=exact, rows=rows)))


def preview(schema: CustomerSchema | None = None, result: Result = Result.TALKED, **more: Any) -> Preview:
    """What saving would do."""
    plain: dict[str, Any] = {"happened_on": MONDAY, "next_due_on": date(2026, 12, 22)}
    return Preview(customer=schema or customer(), result=result, **{**plain, **more})


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (None, "The next date shows here once a customer is chosen."),
        (preview(), "Next contact due Tue 22 Dec 2026 (every 30 days)"),
        (
            preview(result=Result.TRIED, next_due_on=date(2026, 11, 6)),
            "The clock keeps running: an attempt isn't a contact yet. Due Fri 6 Nov 2026 (every 30 days).",
        ),
        (
            preview(happened_on=MONDAY - timedelta(days=50)),
            EARLIER,
        ),
        (preview(problem="That day is still to come."), "That day is still to come."),
        (
            preview(customer(status=Status.PAUSED), next_due_on=None),
            "This customer is paused, so nothing is due; the check-in is kept all the same.",
        ),
    ],
)
def test_the_form_says_what_saving_would_do(shown: Preview | None, words: str) -> None:
    """Before it is saved, and anew after each change; what was entered stays."""
    view = form(CheckinForm(today=MONDAY, preview=shown), state="{}")
    assert check_view(view) == []
    assert _live_line(view) == words
    again = form(CheckinForm(today=MONDAY, preview=preview(result=Result.DECLINED)), state="{}")
    assert check_view(again) == []
    assert _live_line(again).startswith("The clock keeps running")
    assert [block.get("block_id") for block in again["blocks"]] == [block.get("block_id") for block in view["blocks"]]


def _live_line(view: dict[str, Any]) -> str:
    """The line that tells what saving would do, above the optional fields."""
    (line,) = [block for block in view["blocks"] if block.get("block_id") == LIVE]
    assert view["blocks"].index(line) < [block.get("block_id") for block in view["blocks"]].index(NOTE)
    return str(line["elements"][0]["text"])


def test_the_form_at_its_worst_is_taken_by_slack() -> None:
    """Hostile words everywhere, a quote of 3,000 characters, an origin with a long address."""
    address = "https://x/" + "y" * 490
    long = CheckinModalState(
        origin=Origin(kind="reminder", reminder_id=uuid4(), channel="C" * 32, ts="1" * 32, url=address),
        customer_id=uuid4(), link="https://x/" + "z" * 490, channel="C" * 32, ts="1" * 32, domain="d" * 100,
    ).dump()  # fmt: skip
    for number in range(len(HOSTILE)):
        shown = preview(worst(number))
        view = form(CheckinForm(today=MONDAY, preview=shown, quote="<!channel>" * 300), state=long)
        assert check_view(view) == []
        snoozing = SnoozeForm(customer=worst(number), ends={Preset.WEEK: MONDAY, Preset.TWO_WEEKS: MONDAY})
        for modal in (
            *(snooze_form(snoozing, state=long, reason=reason) for reason in (None, *SnoozeReason)),
            hand_over_form(worst(number), state=long),
            done_form(act(worst(number)), state="{}"),
            done_form(act(worst(number), undone=True), state="{}"),
        ):
            assert check_view(modal) == []


def test_a_messages_text_stands_in_a_field_of_its_own() -> None:
    """To be shortened or left; without a quote there is no such field."""
    view = form(CheckinForm(today=MONDAY, quote="The invoice is wrong again"), state="{}")
    fields = {block["block_id"]: block for block in view["blocks"]}
    assert fields[form_view.QUOTE]["element"]["initial_value"] == "The invoice is wrong again"
    assert form_view.QUOTE not in {block["block_id"] for block in form(CheckinForm(today=MONDAY), state="{}")["blocks"]}


def test_other_features_fields_stay_behind_a_button_until_somebody_wants_them() -> None:
    """Drawn anew, what was opened stays open, and what the customer doesn't ask for goes."""
    what = field_of("What", text_input("demo.owed.what"), block_id="demo.owed.what", optional=True)
    holds = field_of("Does it hold", text_input("demo.held.yes"), block_id="demo.held.yes", optional=True)
    owed = form_view.ExtraFields("demo.owed", "We promised…", [what], is_open=False)
    held = form_view.ExtraFields("demo.held", "", [holds], is_open=True)
    view = form(CheckinForm(today=MONDAY), state="{}", extras=[owed, held])
    assert check_view(view) == []
    assert [block.get("block_id") for block in view["blocks"]][-2:] == ["demo.held.yes", form_view.WANT]
    assert view["blocks"][-1]["elements"][0]["action_id"] == "checkins.want.demo.owed"
    assert form_view.opened(view) & {"demo.owed", "demo.held"} == {"demo.held"}
    again = form(CheckinForm(today=MONDAY), state="{}", extras=[replace(owed, is_open=True)])
    assert check_view(again) == []
    assert [block.get("block_id") for block in again["blocks"]][-2:] == [form_view.NEXT, "demo.owed.what"]
    assert form_view.opened(again) & {"demo.owed", "demo.held"} == {"demo.owed"}


def test_what_was_done_is_told_with_undo() -> None:
    """And what was undone, without."""
    message = done(act(customer()))
    assert message.text == "Bakery Lindqvist: talked · next 22 Dec."
    assert [button["action_id"] for button in message.blocks[1]["elements"]] == ["checkins.undo"]
    undone = done(act(customer(), undone=True))
    assert undone.text.startswith("Undone. Bakery Lindqvist is as it was")
    for number in range(len(HOSTILE)):
        allowed(done(act(worst(number))))
        allowed(done(act(worst(number), undone=True)))


def test_what_undoing_left_is_told_beside_it() -> None:
    """Two sentences and how many more, escaped, wherever they stand."""
    sentences = [f"The promise “<!here> {number}” stays as it is: kept." for number in range(4)]
    schema = act(customer(), undone=True).model_copy(update={"stays": tuple(sentences)})
    first = "The promise “&lt;!here&gt; 0” stays as it is: kept."
    for words in (done(schema).text, stays(schema).text, str(done_action_row(schema, place="checkins.queue:0"))):
        assert first in words
        assert "“&lt;!here&gt; 1”" in words
        assert "“&lt;!here&gt; 2”" not in words
        assert "And 2 more." in words
    assert done_action_row(act(customer(), undone=True), place="x")[0]["elements"][0]["text"].endswith("is as it was")
    for number, text in enumerate(HOSTILE):
        worse = act(worst(number), undone=True).model_copy(update={"stays": (text * 300,) * 9})
        for message in (done(worse), stays(worse), Message(text="x", blocks=done_action_row(worse, place="x"))):
            allowed(message)


def act(schema: CustomerSchema, *, undone: bool = False) -> ActionDone:
    """Something that was just done."""
    return ActionDone(
        customer_action_id=UUID(int=1),
        kind=ActionKind.LOGGED,
        by="U0ANA",
        words="talked · next 22 Dec",
        customer=schema,
        undone=undone,
    )

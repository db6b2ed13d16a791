"""Every screen of the feature, at its usual and at its worst, against Slack's rules."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from bot.commitments.rules import PAGE_ROWS, REMINDER_ROWS
from bot.commitments.schemas import ParsedCommand
from bot.commitments.views import help_message, saved
from bot.followups import views
from bot.followups.listeners import FollowupRef
from bot.followups.rules import FollowupEvent, FollowupState
from bot.followups.schemas import FollowupGiven, FollowupLate, FollowupList, FollowupNews, FollowupSchema, FollowupsDue
from bot.slack.blocks import Message, escape
from rehearsal.strict import check_message, check_view
from tests.checkins.test_views import HOSTILE

MONDAY = date(2026, 11, 23)


def followup(words: str = "", **more: Any) -> FollowupSchema:
    """Ana calls Acme by Friday; or everything says *words*, as long as it may be."""
    named = {
        "customer_name": words[:200] or "Acme",
        "assignee_name": words[:200] or "Ana Lima",
        "given_by_name": words[:200] or "Mara Okafor",
        "what": words[:500] or "call about the invoice",
    }
    fixed = {"id": uuid4(), "customer_id": uuid4(), "assignee_id": "U0ANA", "given_by": "U0MARA"}
    return FollowupSchema(**{**fixed, **named, "due_on": date(2026, 11, 27), "today": MONDAY, **more})


def closed(words: str, state: FollowupState) -> FollowupSchema:
    """One that has ended, with as many words as may be kept."""
    return followup(words, state=state, note=(words * 10)[:1000], reason=words[:300], closed_by_name=words[:200])


def check(message: Message) -> None:
    """Slack takes it, and nobody is pinged by what came from outside."""
    assert check_message(message.body()) == []
    assert "<!channel>" not in str(message.blocks)
    assert "<!channel>" not in message.text


def test_the_request_says_who_what_and_by_when() -> None:
    """And has the four buttons."""
    message = views.given(FollowupGiven(followup=followup()))
    assert message.text == "Mara Okafor asks you to follow up. Acme: call about the invoice, by Fri 27 Nov."
    assert [element["text"]["text"] for element in message.blocks[-1]["elements"]] == ["Done", "Can't", "Later", "Card"]
    check(message)


def test_work_that_came_back_says_why() -> None:
    """Somebody left, or a manager gave it on."""
    assert views.given(FollowupGiven(followup=followup(), returned_from="Bob")).text.startswith("Bob left, so this is")
    moved = views.given(FollowupGiven(followup=followup(), reassigned_by="Kiri"))
    assert moved.text.startswith("Kiri gave you this; Mara Okafor asked for it.")


def test_late_and_today_are_said_in_words() -> None:
    """Not by colour alone."""
    late = views.again(followup(due_on=date(2026, 11, 20)))
    assert "late, due Fri 20 Nov" in str(late.blocks)
    assert "due today" in str(views.again(followup(due_on=MONDAY)).blocks)


def test_a_link_shows_only_when_it_is_one() -> None:
    """An address that would break out of the markup is left out."""
    assert "<https://x.slack.com/p1|the message>" in str(views.again(followup(link="https://x.slack.com/p1")).blocks)
    for link in ("javascript:alert(1)", "https://x|<!channel>", ""):
        assert "the message" not in str(views.again(followup(link=link)).blocks)


@pytest.mark.parametrize("words", HOSTILE)
def test_every_message_fits_at_its_worst(words: str) -> None:
    """Hostile, long and right-to-left words."""
    one = followup(words, link="https://x.slack.com/" + "a" * 400)
    check(views.given(FollowupGiven(followup=one, returned_from=words[:200])))
    check(views.late(FollowupLate(followup=one)))
    check(views.assigned(one))
    check(views.take_it(words, "x" * 2000))
    check(help_message("/assign", views.HELP))
    for state in (FollowupState.DONE, FollowupState.CANT, FollowupState.CANCELLED):
        check(views.again(closed(words, state)))
        check(views.late_now(closed(words, state)))


@pytest.mark.parametrize("words", HOSTILE)
def test_lists_and_reminders_fit_with_thousands_open(words: str) -> None:
    """Full pages, and the counts of the whole."""
    full = FollowupList(
        whose=f"c-{uuid4()}",
        title=f"Follow-ups with {words}"[:220],
        total=5000,
        late=4999,
        page=300,
        pages=625,
        rows=tuple(followup(words) for _ in range(PAGE_ROWS)),
    )
    shown = views.page(full)
    assert "5,000 open · 4,999 late" in shown.text
    check(shown)
    due = FollowupsDue(
        person_id="U0ANA", first_name=words[:200], total=5000,
        rows=tuple(followup(words) if n % 2 else closed(words, FollowupState.DONE) for n in range(REMINDER_ROWS)),
    )  # fmt: skip
    check(views.due(due))
    check(views.page(full.model_copy(update={"total": 0, "rows": ()})))


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("event", FollowupEvent)
def test_all_news_fits_and_says_what_happened(event: FollowupEvent, words: str) -> None:
    """Whoever did it, also nobody."""
    gone = event is FollowupEvent.FORGOTTEN
    schema = FollowupNews(
        event=event, by_name=words[:200], customer_id=None if gone else uuid4(), customer_name=words[:200],
        what=words[:500], due_on=MONDAY, words=(words * 10)[:1000], to_name=words[:200],
    )  # fmt: skip
    check(views.news(schema))
    check(views.news(schema.model_copy(update={"by_name": "", "mine": True})))


@pytest.mark.parametrize("words", HOSTILE)
def test_every_window_fits_at_its_worst(words: str) -> None:
    """With everything filled in, and with every question open."""
    state = FollowupRef(
        followup_id=uuid4(), kind="due", ids=tuple(uuid4() for _ in range(10)), whose="p-U0ANA", url="u" * 500
    ).dump()
    draft = ParsedCommand(
        assignee_id="U0ANA", customer_id=uuid4(), customer_name=words[:200], due_on=MONDAY,
        what=words[:500], problems=(words, words),
    )  # fmt: skip
    assert check_view(views.assign_form(draft, state=state)) == []
    assert check_view(views.assign_form(ParsedCommand(assignee_id="U0ANA"), state=state)) == []
    for draw in (views.done_form, views.cant_form, views.later_form, views.reassign_form, views.cancel_form):
        assert check_view(draw(followup(words), state=state)) == []
    assert check_view(saved(escape(words))) == []


def test_nothing_left_is_said_kindly() -> None:
    """Once every row of a reminder is done."""
    schema = FollowupsDue(person_id="U0ANA", first_name="Ana", total=1, rows=(closed("Acme", FollowupState.DONE),))
    assert views.due(schema).text == "Ana, nothing is left to follow up today."

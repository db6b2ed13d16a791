"""Every screen of the feature, at its usual and at its worst, against Slack's rules."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from bot.commitments.rules import PAGE_ROWS
from bot.commitments.schemas import ParsedCommand
from bot.commitments.views import help_message, saved
from bot.escalations import schemas, views
from bot.escalations.listeners import EscalationRef, read_holds, read_raised
from bot.escalations.rules import RATE_ROWS, Cause, EscalationEvent, EscalationState, Severity
from bot.escalations.views import forms
from bot.slack.blocks import Message, modal
from rehearsal.strict import check_message, check_view
from tests.checkins.test_views import HOSTILE

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def escalation(words: str = "", **more: Any) -> schemas.EscalationSchema:
    """Acme's portal is down; or everything says *words*, as long as it may be."""
    said = {
        "customer_name": words[:200] or "Acme",
        "assignee_name": words[:200] or "Ana Lima",
        "raised_by_name": words[:200] or "Mara Okafor",
        "what": (words * 20)[:1000] or "the portal is down",
        "answered_by_name": words[:200] or "Ana Lima",
        "cause_words": words[:200],
        "reason": words[:300],
        "closed_by_name": words[:200],
    }
    fixed = {"id": uuid4(), "customer_id": uuid4(), "severity": Severity.STOPS, "assignee_id": "U0ANA"}
    when = {"raised_by": "U0MARA", "raised_at": MONDAY, "answer_by": MONDAY + timedelta(hours=4), "now": MONDAY}
    return schemas.EscalationSchema(
        **{**fixed, **said, **when, "zone": "Europe/Lisbon", "cause": Cause.HAND_OVER, **more}
    )


def check(message: Message) -> None:
    """Slack takes it, and nobody is pinged by what came from outside."""
    assert check_message(message.body()) == []
    assert "<!channel>" not in str(message.blocks)
    assert "<!channel>" not in message.text


def test_the_message_says_who_what_and_by_when() -> None:
    """In the first words, which the notification shows; with *Answered* and *Card*."""
    message = views.raised(schemas.EscalationRaised(escalation=escalation(), role="on_it"))
    assert message.text == (
        "Mara Okafor raised a problem; you are on it. Acme: the portal is down, answer by today 13:00."
    )
    assert "is on it" not in str(message.blocks[1:])  # it was said above
    labels = [element.get("text", {}).get("text") for element in message.blocks[-1]["elements"]]
    assert labels == ["Answered", "Card", None]


def test_each_state_says_what_comes_next() -> None:
    """Late in words, not by colour alone."""
    texts = {state: str(views.standing(escalation(state=state)).blocks) for state in EscalationState}
    assert "answer by today 13:00" in texts[EscalationState.OPEN]
    assert "past its time" in str(views.standing(escalation(now=MONDAY + timedelta(hours=5))).blocks)
    assert "'Fixed'" in texts[EscalationState.ANSWERED]
    assert "fixed (hand-over), waiting for their word" in texts[EscalationState.FIXED]
    assert "checkins.log" in texts[EscalationState.FIXED]
    for state in (EscalationState.CONFIRMED, EscalationState.CLOSED):
        assert "actions" not in texts[state]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("state", EscalationState)
def test_every_message_fits_at_its_worst(words: str, state: EscalationState) -> None:
    """Hostile, long and right-to-left words, in every state."""
    one = escalation(words, state=state, reopened=7, link="https://x.slack.com/" + "a" * 400)
    for role in ("on_it", "owner", "manager"):
        check(views.raised(schemas.EscalationRaised(escalation=one, role=role, again=True)))
    check(views.raised(schemas.EscalationRaised(escalation=one, role="on_it", given_by=words[:200])))
    check(views.raised(schemas.EscalationRaised(escalation=one, role="on_it", returned_from=words[:200])))
    check(views.warned(schemas.EscalationWarned(escalation=one)))
    check(views.late(schemas.EscalationLate(escalation=one)))
    check(views.posted(schemas.EscalationPosted(escalation=one)))
    check(views.update(schemas.EscalationUpdate(escalation=one)))
    check(views.update(schemas.EscalationUpdate(escalation=one.model_copy(update={"now": MONDAY + timedelta(days=9)}))))
    check(views.channel_lost(schemas.ChannelLost(channel_name=words[:100], reason="it was archived")))
    check(views.standing(one))
    check(help_message("/escalate", views.HELP))


@pytest.mark.parametrize("words", HOSTILE)
def test_lists_and_the_rate_fit_with_thousands(words: str) -> None:
    """Full pages, and the counts of the whole."""
    full = schemas.EscalationList(
        whose=f"c-{uuid4()}", title=f"Problems of {words}"[:220], total=5000, late=4999, page=300, pages=625,
        rows=tuple(escalation(words, state=list(EscalationState)[n % 3]) for n in range(PAGE_ROWS)),
    )  # fmt: skip
    shown = views.page(full)
    assert "5,000 open · 4,999 past their time" in shown.text
    check(shown)
    check(views.page(full.model_copy(update={"total": 0, "rows": ()})))
    line = schemas.RateLine(name=words[:200] or "Ana", active=5000, clean=4000)
    rate = schemas.Rate(
        days=90, active=125_000, clean=100_000, unjudged=12, people=(line,) * RATE_ROWS, more=900,
        repeats=(f"the third “{words}” at {words}",) * 5,
    )  # fmt: skip
    check(views.rate(rate))
    check(views.rate(schemas.Rate(days=90, active=0, clean=0, unjudged=0)))
    text = "Right first time: 80% of 125,000 customers had nothing avoidable go wrong in 90 days."
    assert views.rate(rate).text == text


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("event", EscalationEvent)
def test_all_news_fits_and_says_what_happened(event: EscalationEvent, words: str) -> None:
    """Whoever did it, also nobody."""
    gone = event is EscalationEvent.FORGOTTEN
    schema = schemas.EscalationNews(
        event=event, by_name=words[:200], customer_id=None if gone else uuid4(), customer_name=words[:200],
        what=(words * 20)[:1000], words=(words * 20)[:1000], to_name=words[:200],
    )  # fmt: skip
    check(views.news(schema))
    check(views.news(schema.model_copy(update={"by_name": ""})))


@pytest.mark.parametrize("words", HOSTILE)
def test_every_window_fits_at_its_worst(words: str) -> None:
    """With everything filled in, and with every question open; the check-in's fields, too."""
    state = EscalationRef(
        escalation_id=uuid4(), kind="list", whose=f"c-{uuid4()}", url="u" * 500, link="l" * 500
    ).dump()
    draft = ParsedCommand(
        customer_id=uuid4(), customer_name=words[:200], what=(words * 20)[:1000], assignee_id="U0ANA", problems=(words,)
    )
    assert check_view(forms.raise_form(draft, state=state)) == []
    assert check_view(forms.raise_form(ParsedCommand(), state=state)) == []
    one = escalation(words)
    for draw in (forms.answer_form, forms.fix_form, forms.give_form, forms.withdraw_form):
        assert check_view(draw(one, state=state)) == []
    assert check_view(saved(views.raised_words(one))) == []
    assert check_view(saved(views.fixed_words(schemas.EscalationFixed(escalation=one, repeat=(words * 9)[:900])))) == []
    wishes = schemas.Wishes(stops="4 hours", hurts="1 day", annoys="3 days", channel_id="C0CARE")
    assert check_view(forms.setup_form(wishes)) == []
    assert check_view(forms.setup_saved(wishes)) == []
    assert check_view(forms.setup_saved(wishes.model_copy(update={"channel_id": None}))) == []
    fields = [
        *forms.holds_fields(schemas.Waiting(rows=tuple(escalation(words) for _ in range(3)))),
        *forms.raised_fields(None),
    ]
    assert check_view(modal("Check-in", fields, callback_id="x", submit="Save")) == []
    assert all(block["block_id"].startswith("escalations.") for block in fields)


def test_what_is_read_back_is_what_was_chosen() -> None:
    """Nothing filled in is nothing; unasked is no answer; blocks of others are none of ours."""
    assert read_raised({"values": {}}) == {}
    assert read_holds({"values": {}}) == {}
    one, two = uuid4(), uuid4()
    chosen = {
        f"escalations.holds.{one}": {"x": {"selected_option": {"value": "yes"}}},
        f"escalations.holds.{two}": {"x": {"selected_option": {"value": "unasked"}}},
        "escalations.holds.nonsense": {"x": {"selected_option": {"value": "no"}}},
        str(uuid4()): {"x": {"selected_option": {"value": "no"}}},
    }
    assert read_holds({"values": chosen}) == {"answers": {one: True}}
    said = {"escalations.raised.severity": {"x": {"selected_option": {"value": "hurts"}}}}
    assert read_raised({"values": said}) == {"what": "", "severity": Severity.HURTS}

"""Every screen that a view can draw, at its worst, is taken by Slack."""

import json

import pytest

from bot.checkins.schemas import ReminderDue
from bot.checkins.views.reminder import reminder
from bot.core.feature import Morning, collect_mornings
from bot.core.schemas import MorningSection
from bot.doctor_slack import HELPERS, draw_screens, list_screens
from bot.features import FEATURES
from bot.slack.worst import TEXTS, Worst
from rehearsal.strict import check_message, check_view


@pytest.mark.parametrize("text", TEXTS)
def test_every_screen_fits_at_its_worst(text: str) -> None:
    """With hostile words, long lists and large numbers everywhere."""
    refused = {}
    for name, screen in draw_screens(text):
        message, view = screen.get("message"), screen.get("view")
        found = check_message(json.loads(message)) if message else check_view(json.loads(view))
        if found:
            refused[name] = str(found[0])
    assert refused == {}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("morning", collect_mornings(FEATURES), ids=lambda one: str(one.key))
def test_a_row_of_the_morning_message_escapes_words_from_outside(morning: Morning, text: str) -> None:
    """A feature draws its rows in markup, in each state that the thing may be in; names and words are escaped in it."""
    worst = Worst(text)
    schema = worst.arguments(morning.view)["one"]
    states = [schema.model_copy(update={"state": state}) for state in type(schema.state)]
    rows = [morning.view(one, person) for one in states for person in (schema.assignee_id, "U0ELSE")]
    for row in rows:
        section = MorningSection(key=morning.key, title=morning.title, command=morning.command, rows=(row,))
        due = ReminderDue(
            reminder_id=row.id, person_id="U0ELSE", first_name=text, sections=(section,), total=0, rows=()
        )
        drawn = reminder(due)
        assert row.markup
        assert check_message({"text": drawn.text, "blocks": list(drawn.blocks)}) == []


def test_every_notification_is_among_the_screens() -> None:
    """What is drawn for the outbox is checked, unless it is said to be a helper; helpers exist."""
    names = {name for name, _ in list_screens()}
    drawn = {f"{view.__module__}.{view.__name__}" for feature in FEATURES for view in feature.views.values()}
    assert drawn <= names
    assert not HELPERS & names

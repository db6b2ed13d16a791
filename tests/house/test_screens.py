"""Every screen that a view can draw, at its worst, is taken by Slack."""

import json

import pytest

from bot.doctor_slack import HELPERS, draw_screens, list_screens
from bot.features import FEATURES
from bot.slack.worst import TEXTS
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


def test_every_notification_is_among_the_screens() -> None:
    """What is drawn for the outbox is checked, unless it is said to be a helper; helpers exist."""
    names = {name for name, _ in list_screens()}
    drawn = {f"{view.__module__}.{view.__name__}" for feature in FEATURES for view in feature.views.values()}
    assert drawn <= names
    assert not HELPERS & names

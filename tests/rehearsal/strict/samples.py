"""A message, a modal and a Home tab with every allowed block and element, and functions to make them invalid."""

import copy
from typing import Any


def plain(text: str) -> dict[str, Any]:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> dict[str, Any]:
    """Return a mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def choice(text: str, value: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an option of a menu."""
    return {"text": plain(text), "value": value or text.lower(), **more}


def button(text: str, action_id: str, **more: Any) -> dict[str, Any]:
    """Return a button."""
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


CONFIRM = {
    "title": plain("Lose this customer?"),
    "text": plain("They leave the queue for good."),
    "confirm": plain("Lose"),
    "deny": plain("Keep"),
    "style": "danger",
}
RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Rich ", "style": {"bold": True}},
                {"type": "text", "text": "text with "},
                {"type": "link", "url": "https://example.com/", "text": "a link"},
                {"type": "text", "text": ", "},
                {"type": "user", "user_id": "U0000ANA"},
                {"type": "text", "text": " and "},
                {"type": "emoji", "name": "wave"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]},
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "second"}]},
            ],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "They said so."}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x = 1"}]},
    ],
}
OPTIONS = [choice("Call"), choice("Visit"), choice("Email")]


def bars(kind: str = "bar", categories: int = 20, series: int = 6) -> dict[str, Any]:
    """Return a chart with this number of series and categories; each series has its points in another order."""
    labels = [f"day {number}" for number in range(categories)]
    points = [{"label": label, "value": value - 3.5} for value, label in enumerate(labels)]
    return {
        "type": "data_visualization",
        "title": "Mentions",
        "chart": {
            "type": kind,
            "series": [{"name": f"series {n}", "data": points[n:] + points[:n]} for n in range(series)],
            "axis_config": {"categories": labels, "x_label": "Day", "y_label": "x" * 50},
        },
    }


def message() -> dict[str, Any]:
    """Return a message with every block and element that is allowed in one."""
    return {
        "channel": "C0000GENERAL",
        "text": "Three customers are waiting to hear from you.",
        "metadata": {"event_type": "evenhand.reminder", "event_payload": {"key": "reminder:1"}},
        "blocks": [
            {"type": "header", "text": plain("Everything in one message")},
            {
                "type": "section",
                "block_id": "first",
                "text": mrkdwn("*Bakery Lindqvist* · _47 days_ since you talked, ~30~ `every 30`"),
                "accessory": button("Log", "log", style="primary", value="1", confirm=CONFIRM),
            },
            {
                "type": "section",
                "text": mrkdwn("More to do with it"),
                "accessory": {
                    "type": "overflow",
                    "action_id": "more",
                    "options": [choice("Snooze 1 week"), choice("Card", url="https://example.com/card")],
                },
            },
            {"type": "section", "fields": [mrkdwn("*Owner*\nAna Lima"), plain("Due Fri")]},
            {
                "type": "section",
                "text": mrkdwn(
                    "> waiting for the invoice fix\nsays <@U0000ANA>, see <https://example.com/?a=1&b=2|here>"
                ),
                "accessory": {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A bakery"},
            },
            {"type": "divider"},
            {
                "type": "context",
                "elements": [
                    {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "logo"},
                    mrkdwn("Data of <!date^1795424400^{date_short} {time}|23 Nov>"),
                    plain("next Thu"),
                ],
            },
            {
                "type": "actions",
                "elements": [
                    button("Open Home", "open"),
                    button("Lose", "lose", style="danger", confirm=CONFIRM),
                    {"type": "static_select", "action_id": "how", "placeholder": plain("How"), "options": OPTIONS},
                    {"type": "external_select", "action_id": "who", "min_query_length": 2},
                    {"type": "users_select", "action_id": "to", "placeholder": plain("Hand over to")},
                    {"type": "channels_select", "action_id": "channel"},
                    {"type": "conversations_select", "action_id": "place"},
                    {"type": "datepicker", "action_id": "until", "initial_date": "2026-11-30"},
                    {"type": "timepicker", "action_id": "at", "initial_time": "09:00"},
                    {"type": "datetimepicker", "action_id": "when", "initial_date_time": 1795424400},
                    {"type": "radio_buttons", "action_id": "radio", "options": OPTIONS},
                    {"type": "checkboxes", "action_id": "boxes", "options": OPTIONS},
                    {"type": "overflow", "action_id": "rest", "options": OPTIONS},
                ],
            },
            {
                "type": "section",
                "text": mrkdwn("Several"),
                "accessory": {"type": "multi_users_select", "action_id": "several", "max_selected_items": 3},
            },
            {
                "type": "image",
                "image_url": "https://example.com/a.png",
                "alt_text": "A chart",
                "title": plain("Coverage"),
            },
            copy.deepcopy(RICH),
            {
                "type": "table",
                "column_settings": [{"is_wrapped": True}, {"align": "right"}],
                "rows": [
                    [{"type": "raw_text", "text": "Customer"}, {"type": "raw_text", "text": "Days"}],
                    [{"type": "raw_text", "text": "Golddex"}, {"type": "raw_text", "text": "31"}],
                ],
            },
            bars(),
            {
                "type": "data_visualization",
                "title": "x" * 50,
                "block_id": "pie",
                "chart": {"type": "pie", "segments": [{"label": str(n), "value": n + 0.5} for n in range(6)]},
            },
            {"type": "file", "external_id": "F1", "source": "remote"},
        ],
    }


def field(action_id: str, element: dict[str, Any], label: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an input block whose block_id is its action_id plus `.block`."""
    return {
        "type": "input",
        "block_id": f"{action_id}.block",
        "label": plain(label or action_id.capitalize()),
        "element": {"action_id": action_id, **element},
        **more,
    }


def modal() -> dict[str, Any]:
    """Return a modal with every element that is allowed in an input block."""
    groups = [{"label": plain("Near"), "options": OPTIONS}, {"label": plain("Far"), "options": [choice("Letter")]}]
    return {
        "type": "modal",
        "title": plain("Check-in"),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "callback_id": "checkin",
        "private_metadata": "{}",
        "blocks": [
            {"type": "section", "block_id": "due", "text": mrkdwn("Next contact due *22 Dec 2026*")},
            field("customer", {"type": "external_select", "min_query_length": 1}, dispatch_action=True),
            field("result", {"type": "radio_buttons", "options": OPTIONS, "initial_option": OPTIONS[0]}),
            field("how", {"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[1]}),
            field("mood", {"type": "static_select", "option_groups": groups, "initial_option": choice("Letter")}),
            field("tags", {"type": "multi_static_select", "options": OPTIONS, "initial_options": OPTIONS[:2]}),
            field("boxes", {"type": "checkboxes", "options": OPTIONS, "initial_options": OPTIONS[:1]}, optional=True),
            field("day", {"type": "datepicker", "initial_date": "2026-11-23"}),
            field("hour", {"type": "timepicker", "initial_time": "09:30", "timezone": "Europe/Lisbon"}),
            field("moment", {"type": "datetimepicker"}),
            field("note", {"type": "plain_text_input", "multiline": True, "max_length": 3000}, hint=plain("Short")),
            field("count", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "90"}),
            field("email", {"type": "email_text_input"}, optional=True),
            field("site", {"type": "url_text_input"}, optional=True),
            field("list", {"type": "file_input", "filetypes": ["csv"], "max_files": 1}, optional=True),
            field("story", {"type": "rich_text_input"}, optional=True),
            field("owner", {"type": "users_select", "initial_user": "U0000ANA"}),
            field("team", {"type": "multi_users_select"}, optional=True),
            field(
                "where",
                {
                    "type": "conversations_select",
                    "filter": {"include": ["public"], "exclude_bot_users": True},
                    "response_url_enabled": True,
                },
            ),
            field("places", {"type": "multi_conversations_select"}, optional=True),
            field("public", {"type": "channels_select"}, optional=True),
            field("publics", {"type": "multi_channels_select"}, optional=True),
            field("others", {"type": "multi_external_select"}, optional=True),
        ],
    }


def home() -> dict[str, Any]:
    """Return a Home tab."""
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Waiting")},
            {"type": "section", "text": mrkdwn("*Golddex*"), "accessory": button("Log", "log", value="2")},
            {"type": "actions", "elements": [button("Preferences", "prefs")]},
        ],
    }


def spoiled(tree: dict[str, Any], *steps: str | int, to: Any) -> dict[str, Any]:
    """Return a copy of *tree* in which the value at *steps* is *to*."""
    copied: Any = copy.deepcopy(tree)
    place = copied
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = to
    return copied  # type: ignore[no-any-return]

"""Limits of the Home tab."""

from datetime import timedelta

WAITING_ROWS = 6
COMING_ROWS = 3
COMING_DAYS = 7
SNOOZED_ROWS = 3
OWED_ROWS = 5
NEWS_ROWS = 3
LATE_ROWS = 4
IDLE_ROWS = 3
STEP_ROWS = 4
TEAM_ROWS = 10
POOL_ROWS = 3
DEPARTURE_ROWS = 3
DEPARTURES_SINCE = timedelta(days=14)

PERSON_LEFT_ACTION = "person.left"
"""The audit trail's action for a person who left."""

HOME_LIFETIME = timedelta(hours=4)
"""How long an opened Home is kept up to date."""

MAX_HOMES_PER_CHANGE = 30
"""The number of Homes in a workspace that are updated after one change; Slack allows a hundred a minute."""

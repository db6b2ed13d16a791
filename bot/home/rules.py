"""How much of everything Home shows, and for how long it is kept up to date."""

from datetime import timedelta

WAITING_ROWS = 8
COMING_ROWS = 5
COMING_DAYS = 7
SNOOZED_ROWS = 5
OWED_ROWS = 8
STEP_ROWS = 6
TEAM_ROWS = 10
POOL_ROWS = 3
DEPARTURE_ROWS = 3
DEPARTURES_SINCE = timedelta(days=14)

PERSON_LEFT = "person.left"
"""The line in the audit trail that says so."""

KEPT_FRESH = timedelta(hours=4)
"""How long after it was opened a Home follows what happens."""

FRESH_AT_ONCE = 30
"""How many Homes of a workspace follow one change; Slack takes a hundred a minute."""

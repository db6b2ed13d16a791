"""The demo: bot and rehearsal together, with a movable clock and a sample company: `python -m demo`."""

"""Periodic jobs, one per file. Each asks what is due and not yet handled, so a missed run is made up by the next."""

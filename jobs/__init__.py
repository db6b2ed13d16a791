"""What the clock does: thin, one file per job. Each asks what is due and not handled: a missed run catches up."""

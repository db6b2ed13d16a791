"""Check-ins: the queue, the reminders, what came of each attempt, and putting off."""

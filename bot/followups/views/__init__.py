"""How follow-ups look: one, lists, reminders, forms."""

"""What is owed about a customer by a person by a date: what follow-ups, promises and escalations have in common."""

"""Follow-ups: what somebody is asked to do about a customer, by when, and what became of it."""

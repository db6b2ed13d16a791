"""Reads of the check-ins room: the queue, forms, owed reminders, what others' screens show."""

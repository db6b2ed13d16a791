"""Reads of the check-ins feature: the queue, forms, owed reminders, what others' screens show."""

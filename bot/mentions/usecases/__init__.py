"""What can be done about mentions."""

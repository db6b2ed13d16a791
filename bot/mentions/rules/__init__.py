"""Pure decisions about mentions."""

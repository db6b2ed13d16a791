"""Pure decisions about customers."""

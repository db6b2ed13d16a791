"""Pure decisions of the mentions feature."""

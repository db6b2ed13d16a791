"""Pure decisions of the mentions room."""

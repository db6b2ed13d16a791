"""How mentions look."""

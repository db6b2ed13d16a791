"""The database's versions, each a step from the one before."""

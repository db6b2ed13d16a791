"""The App Home: one person's view of everything that waits."""

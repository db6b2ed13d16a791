"""The state of the pretend workspace: people, channels, messages, views, files and the clock."""

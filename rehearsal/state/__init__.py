"""What the pretend workspace holds: people, channels, messages, windows, files and its own time."""

"""What people say to the bot in their own words: it answers each message, and saves nothing without a press."""

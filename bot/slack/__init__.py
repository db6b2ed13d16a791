"""What every feature needs to talk to Slack: blocks, callers, forms, replies, the Bolt app."""

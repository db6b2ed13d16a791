"""What promises look like: rows and messages, windows, rates."""

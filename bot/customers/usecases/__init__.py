"""What changes customers: their clock, their owner, their details, whole lists of them."""

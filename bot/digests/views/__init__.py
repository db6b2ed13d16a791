"""What the digests feature puts on screen."""

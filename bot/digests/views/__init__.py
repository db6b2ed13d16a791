"""What the digests room puts on screen."""

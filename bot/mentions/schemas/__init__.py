"""What leaves the mentions feature."""

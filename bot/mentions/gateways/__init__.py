"""What lies outside the mentions feature."""

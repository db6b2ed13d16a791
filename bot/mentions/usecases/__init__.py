"""What changes mentions."""

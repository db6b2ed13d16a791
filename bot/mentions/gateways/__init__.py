"""What lies outside the mentions room."""

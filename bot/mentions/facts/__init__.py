"""What leaves the mentions room."""

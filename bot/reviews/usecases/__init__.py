"""What the reviews change."""

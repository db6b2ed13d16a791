"""What the mentions feature keeps."""

"""What the mentions room keeps."""

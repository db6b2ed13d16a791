"""What is written in public about us and our customers."""

"""Data that leaves the mentions feature."""

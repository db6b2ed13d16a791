"""Reads about mentions."""

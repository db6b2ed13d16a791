"""What changes promises."""

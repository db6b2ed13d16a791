"""What we owe customers by a date."""

"""How customer lists get in and out: files of rows."""

"""Reads `/coffee Acme: oat flat white`."""

from bot.core.errors import InvalidInput

DRINK_LENGTH = 80


def parse_coffee(text: str) -> tuple[str, str]:
    """
    Return the customer's name and the drink that *text* names, separated by a colon.

    Raises:
        InvalidInput: one of the two is missing, or the drink is too long.
    """
    name, _, drink = (part.strip() for part in text.partition(":"))
    if not name or not drink:
        raise InvalidInput("Write the customer, a colon and the drink, as in /coffee Acme: oat flat white")
    if len(drink) > DRINK_LENGTH:
        raise InvalidInput(f"Describe the drink in at most {DRINK_LENGTH} characters.")
    return name, drink

"""What leaves the coffee feature."""

from bot.core.schemas import Schema


class CoffeeSchema(Schema):
    """How a customer takes their coffee."""

    customer_name: str
    drink: str

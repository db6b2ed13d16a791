"""Changes what is known about coffee."""

from datetime import datetime

from sqlmodel import Session

from bot.coffee.queries import find_coffee
from bot.coffee.schemas import CoffeeSchema
from bot.coffee.tables import Coffee
from bot.customers.queries.searching import find_customer


def note_coffee(session: Session, *, name: str, drink: str, by: str, now: datetime) -> CoffeeSchema:
    """
    Store how the customer called *name* takes their coffee.

    Raises:
        NotFound: no customer, or more than one, is called *name*.
    """
    customer = find_customer(session, name)
    coffee = find_coffee(session, customer.id) or Coffee(
        customer_id=customer.id, drink=drink, noted_by=by, noted_at=now
    )
    coffee.drink, coffee.noted_by, coffee.noted_at = drink, by, now
    session.add(coffee)
    return CoffeeSchema(customer_name=customer.name, drink=drink)

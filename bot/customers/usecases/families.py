"""Telling those who look after others of a family."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from bot.core import outbox
from bot.core.schemas import Notification
from bot.customers.queries.families import list_relatives
from bot.customers.rules.due import Status
from bot.customers.tables import Customer
from bot.people.queries import list_rows
from bot.people.rules import Mute

NAMES_TOLD = 3
"""Customers that news of a family name to their owner, at most."""


def tell_relatives(
    session: Session,
    customer: Customer,
    draw: Callable[[str, Sequence[str]], Notification],
    *,
    key: str,
    but: Collection[str | None],
    now: datetime,
) -> int:
    """
    Notify the owners of the other active customers of a family, each once under *key*; return how many.

    `draw(root_name, names)` returns what the owner of *names* is told. Those in *but*, and who muted news, are not.
    """
    family = list_relatives(session, customer)
    theirs: dict[str, list[str]] = {}
    for row in family.rows.values():
        if row.id != customer.id and row.status is Status.ACTIVE and row.owner_id and row.owner_id not in but:
            theirs.setdefault(row.owner_id, []).append(row.name)
    people, root_name = list_rows(session, list(theirs)), family.rows[family.root_id].name
    new = [
        outbox.NewNotification(draw(root_name, names), owner_id, f"{key}:{owner_id}")
        for owner_id, names in theirs.items()
        if (person := people.get(owner_id)) and not person.is_deactivated and Mute.NEWS not in person.mutes
    ]
    outbox.enqueue_all(session, new, now=now)
    return len(new)

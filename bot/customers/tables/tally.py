"""The tally of customers that are alike in all from which their standing follows, and the triggers that keep it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import SQLModel

from bot.core.database import WORKSPACE_ID_LENGTH

STANDING_NAMES = ("effective_cadence_days", "due_on", "neglected_after", "snoozed_until", "snooze_reason")
"""The columns of a customer from which its standing follows on any day."""

TALLY = sa.Table(
    "customer_tally",
    SQLModel.metadata,
    sa.Column("workspace_id", sa.String(WORKSPACE_ID_LENGTH), nullable=False),
    sa.Column("owner_id", sa.String(32)),
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("effective_cadence_days", sa.Integer),
    sa.Column("due_on", sa.Date),
    sa.Column("neglected_after", sa.Date),
    sa.Column("snoozed_until", sa.Date),
    sa.Column("snooze_reason", sa.String(32)),
    sa.Column("first_wait_since", sa.Date),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Index(
        "ix_customer_tally_all", "workspace_id", "status", "owner_id", *STANDING_NAMES, "first_wait_since", "number"
    ),
)
"""
How many customers are alike in all from which their standing follows on any day; triggers of `customers` keep it.

Inactive customers have only owner and status. `first_wait_since` is `waiting_since` where there was no contact yet. On
SQLite there is one row for each key. PostgreSQL's triggers only insert, so that no writer waits for another: rows with
the same key add up, may be negative, and are folded into one by `usecases.tallying`.
"""


def tally_key(row: str) -> dict[str, str]:
    """Return the SQL of each column of `TALLY` but the number, for a *row* of customers such as NEW."""
    active = f"CASE WHEN {row}.status = 'active' THEN {row}."
    first = f"CASE WHEN {row}.status = 'active' AND {row}.last_contact_on IS NULL THEN {row}.waiting_since END"
    plain = {name: f"{row}.{name}" for name in ("workspace_id", "owner_id", "status")}
    return plain | {name: f"{active}{name} END" for name in STANDING_NAMES} | {"first_wait_since": first}


_KEPT = ("owner_id", "status", *STANDING_NAMES, "last_contact_on", "waiting_since")
_WATCHED, _NAMES = ", ".join(_KEPT), ", ".join([*tally_key("NEW"), "number"])
_OLD, _NEW = (", ".join(f"{row}.{name}" for name in _KEPT) for row in ("OLD", "NEW"))


_VALUES = {row: ", ".join(tally_key(row).values()) for row in ("OLD", "NEW", "added")}
_ALIKE = {row: " AND ".join(f"{name} IS {value}" for name, value in tally_key(row).items()) for row in ("OLD", "NEW")}

_ADD = f"""
    UPDATE customer_tally SET number = number + 1 WHERE {_ALIKE["NEW"]};
    INSERT INTO customer_tally ({_NAMES}) SELECT {_VALUES["NEW"]}, 1 WHERE changes() = 0;"""  # noqa: S608 - our names
_TAKE = f"""
    UPDATE customer_tally SET number = number - 1 WHERE {_ALIKE["OLD"]};
    DELETE FROM customer_tally WHERE {_ALIKE["OLD"]} AND number = 0;"""  # noqa: S608 - our names

_FUNCTION = f"""CREATE FUNCTION customer_tally() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN INSERT INTO customer_tally ({_NAMES}) VALUES ({_VALUES["OLD"]}, -1); END IF;
    IF TG_OP <> 'DELETE' THEN INSERT INTO customer_tally ({_NAMES}) VALUES ({_VALUES["NEW"]}, 1); END IF;
    RETURN NULL; END $$"""  # noqa: S608 - our own names
_EVERY = ", ".join(str(number) for number in range(1, _NAMES.count(",") + 1))
_COUNT = f"INSERT INTO customer_tally ({_NAMES}) SELECT {_VALUES['added']}, count(*) FROM added GROUP BY {_EVERY}"  # noqa: S608 - our own names
_INSERTED = (
    "CREATE FUNCTION customer_tally_insert() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN {_COUNT}; RETURN NULL; END $$"
)
_COUNTED = (
    "CREATE TRIGGER customer_tally_insert AFTER INSERT ON customers REFERENCING NEW TABLE AS added"
    " FOR EACH STATEMENT EXECUTE FUNCTION customer_tally_insert()"
)
_CALL = "EXECUTE FUNCTION customer_tally()"
_UPDATE = f"CREATE TRIGGER customer_tally_update AFTER UPDATE OF {_WATCHED} ON customers"

TALLY_TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER customer_tally_insert AFTER INSERT ON customers BEGIN{_ADD} END",
        f"CREATE TRIGGER customer_tally_delete AFTER DELETE ON customers BEGIN{_TAKE} END",
        f"{_UPDATE} WHEN ({_OLD}) IS NOT ({_NEW}) BEGIN{_TAKE}{_ADD} END",
    ),
    "postgresql": (
        _FUNCTION,
        _INSERTED,
        _COUNTED,
        f"CREATE TRIGGER customer_tally AFTER DELETE ON customers FOR EACH ROW {_CALL}",
        f"{_UPDATE} FOR EACH ROW WHEN (({_OLD}) IS DISTINCT FROM ({_NEW})) {_CALL}",
    ),
}
"""What keeps `TALLY`, by database."""


@event.listens_for(SQLModel.metadata, "after_create")
def _create_triggers(_metadata: sa.MetaData, connection: sa.Connection, **_: Any) -> None:
    for statement in TALLY_TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(statement)

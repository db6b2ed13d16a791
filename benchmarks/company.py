"""
Builds a company of any size by bulk inserts: customers with names, contacts, parents and check-ins.

Triggers and indexes rest meanwhile; what they keep is made at the end, all at once, and checked.
"""

import contextlib
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session

from bot.checkins.rules import Channel, Result
from bot.checkins.tables import Checkin
from bot.core.bulk import insert_many
from bot.core.clock import new_id
from bot.core.runtime import Runtime
from bot.customers.queries.coverage import list_tally_problems
from bot.customers.queries.due import MOVING_NAMES, ScheduleBatch
from bot.customers.rules.due import SnoozeReason, Status
from bot.customers.rules.names import name_key
from bot.customers.tables import Alias, Contact, Customer
from bot.customers.usecases.tallying import recount_tally
from bot.digests.schemas import SetupInput
from bot.digests.usecases import save_setup
from bot.people.rules import Role
from bot.people.tables import Person
from bot.workspaces.schemas import ChannelSchema
from bot.workspaces.usecases import install_workspace

WORKSPACE = "T0SIZE"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MANAGER = "U0MANAGER"
OWNERS = tuple(f"U0OWNER{number:02}" for number in range(20))
CHANNEL = ChannelSchema(id="C00000002", name="accounts", is_member=True)
CHUNK = 20_000
FILLED = ("customers", "customer_aliases", "contacts", "checkins", "customer_names", "customer_tally")
SETTLING = {"sqlite": (), "postgresql": ("VACUUM (ANALYZE)",)}
"""What a database does by itself within minutes of being filled; it would do so while answers are measured."""
MAY_CHECKPOINT = "SELECT pg_has_role(current_user, 'pg_checkpoint', 'MEMBER')"
SETUP = SetupInput(
    cadence=30, floor=90, factor=1.5, first_calls=8, days="01234", hour=time(9), zone="UTC", channel_id=CHANNEL.id
)

_TRADES = (
    "Analytics Automotive Bakery Bank Biotech Brewery Capital Cargo Ceramics Chemicals Clinic Cloud Coffee Consulting"
    " Dairy Dental Design Electric Electronics Energy Engineering Estates Farms Fashion Finance Fisheries Foods"
    " Forestry Furniture Gardens Glass Health Hotels Imports Industries Instruments Insurance Interiors Labs Legal"
    " Lighting Logistics Marine Markets Media Medical Metals Mining Motors Networks Optics Packaging Paper Partners"
    " Pharma Plastics Power Press Print Properties Pumps Rail Recycling Robotics Schools Security Semiconductors"
    " Shipping Software Solar Sports Steel Studios Supplies Systems Telecom Textiles Timber Tools Toys Trading"
    " Transport Travel Ventures Vineyards Water Wind Works"
)
TRADES = _TRADES.split()
"""Words that thousands of names share."""

_BEGINS = "b br c ch cl cr d dr f fl fr g gl gr h j k kl kr l m n p ph pl pr qu r s sc sk sl sn st str t th tr v w z"
_VOWELS = "a e i o u ai au ea ee ia ie io oa oo ou y"
_ENDS = "b ck d g l ll ld lm m n nd ng nk nt p r rd rk rn s sk st t th tt v x"
_FORMS = ("", "", "", " Inc.", " Ltd", " GmbH", " AB", " S.A.", " LLC", " & Sons")


class Dice(random.Random):
    """Throws the same numbers every time."""

    def chance(self, percent: int) -> bool:
        """Return True so many times in a hundred."""
        return self.randrange(100) < percent


def build_company(runtime: Runtime, customers: int) -> list[str]:
    """
    Fill an empty, migrated database with a workspace of that many customers; return the names.

    Raises:
        RuntimeError: the tally doesn't say what the customers say.
    """
    names = list(make_names(customers))
    runtime.run_now(open_workspace, workspace=WORKSPACE, now=START)
    with runtime.database.transaction(WORKSPACE) as session, at_rest(session.connection()):
        _fill(session, names)
        recount_tally(session, now=START)
        _index_names(session.connection())
    with runtime.database.transaction(WORKSPACE) as session:
        if problems := list_tally_problems(session):
            raise RuntimeError(problems[0])
    with runtime.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in SETTLING[connection.dialect.name]:
            connection.exec_driver_sql(statement)
        if connection.dialect.name == "postgresql" and connection.exec_driver_sql(MAY_CHECKPOINT).scalar_one():
            connection.exec_driver_sql("CHECKPOINT")
    return names


def _fill(session: Session, names: Sequence[str]) -> None:
    dice = Dice(len(names))
    schedules = ScheduleBatch(session, (*OWNERS, None))
    earlier: list[dict[str, Any]] = []
    for start in range(0, len(names), CHUNK):
        made = [_customer(name, dice, schedules, earlier) for name in names[start : start + CHUNK]]
        _insert(session, Customer, made)
        _insert(session, Alias, [_alias(one, dice) for one in made if dice.chance(5)])
        _insert(session, Contact, [_contact(one, dice) for one in made if dice.chance(50)])
        _insert(session, Checkin, [_checkin(one) for one in made if one["last_contact_on"] and one["owner_id"]])
        earlier = made


@contextlib.contextmanager
def at_rest(connection: sa.Connection, tables: Sequence[str] = FILLED) -> Iterator[None]:
    """Let the triggers and indexes of *tables* rest, except those of keys."""
    named = "('" + "', '".join(tables) + "')"
    if connection.dialect.name == "sqlite":
        found = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
        made = connection.exec_driver_sql(f"{found} AND tbl_name IN {named}").all()
    else:
        keeping = "SELECT conindid::regclass::text FROM pg_constraint WHERE conindid <> 0"
        found = f"SELECT 'index', indexname, indexdef FROM pg_indexes WHERE indexname NOT IN ({keeping})"
        made = connection.exec_driver_sql(f"{found} AND tablename IN {named}").all()
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
    for kind, name, _ in made:
        connection.exec_driver_sql(f"DROP {kind} {name}")
    yield
    for _, _, again in made:
        connection.exec_driver_sql(again)


def _index_names(connection: sa.Connection) -> None:
    """Fill what the triggers of names keep."""
    names = "INSERT INTO customer_names (workspace_id, customer_id, is_alias, name_key) SELECT workspace_id"
    connection.exec_driver_sql(f"{names}, id, false, name_key FROM customers")
    connection.exec_driver_sql(f"{names}, customer_id, true, name_key FROM customer_aliases")
    connection.exec_driver_sql("INSERT INTO mention_unread_names SELECT workspace_id, id FROM customers")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "INSERT INTO customer_search (rowid, name_key) SELECT number, '  ' || name_key || ' ' FROM customer_names"
        )


def make_names(count: int) -> Iterator[str]:
    """Yield that many different names of companies, the same ones every time."""
    dice = Dice(7)
    begins, vowels, ends = _BEGINS.split(), _VOWELS.split(), _ENDS.split()
    seen: set[str] = set()

    def word() -> str:
        syllables = (dice.choice(begins) + dice.choice(vowels) for _ in range(dice.choice((1, 2, 2, 3))))
        return ("".join(syllables) + dice.choice(ends)).title()

    while len(seen) < count:
        name = word() if dice.chance(60) else f"{word()} {'& ' if dice.chance(25) else ''}{word()}"
        name += f" {dice.choice(TRADES)}" if dice.chance(80) else ""
        if (key := name_key(name)) not in seen:
            seen.add(key)
            yield name + dice.choice(_FORMS)


def open_workspace(session: Session, *, now: datetime) -> None:
    """Install the workspace with a manager, twenty owners, and a digest of neglected customers."""
    install_workspace(session, name="Size", bot_user_id="U0BOT", zone="UTC", now=now)
    for number, person in enumerate((MANAGER, *OWNERS)):
        name = f"Owner {number}" if number else "Manager"
        role = Role.MEMBER if number else Role.MANAGER
        session.add(Person(id=person, name=name, name_key=name.lower(), role=role, synced_at=now))
    session.flush()
    save_setup(session, settings=SETUP, channel=CHANNEL, by=MANAGER, now=now)


def _customer(name: str, dice: Dice, schedules: ScheduleBatch, earlier: Sequence[dict[str, Any]]) -> dict[str, Any]:
    today = START.date()
    cadence = dice.choices((None, 14, 60, 90), (80, 8, 8, 4))[0]
    late = dice.choices((1.0, 1.4, 2.5), (88, 8, 4))[0]
    waited = int((cadence or 30) * dice.uniform(0 if late == 1 else late - 0.4, late))
    status = dice.choices(list(Status), (94, 2, 3, 1))[0]
    moving: dict[str, Any] = {
        "owner_id": dice.choice(OWNERS) if dice.chance(97) else None,
        "cadence_days": cadence,
        "last_contact_on": today - timedelta(days=waited) if dice.chance(97) else None,
        "added_on": today - timedelta(days=waited + dice.randrange(400)),
        "first_due_on": None, "sooner_on": None, "sooner_since": None,
        "levelled_on": None, "levelled_from": None, "levelled_since": None,
    }  # fmt: skip
    schedule: dict[str, Any] = schedules.compute(*(moving[one] for one in MOVING_NAMES))._asdict()
    key = name_key(name)
    return {
        **_defaults(Customer), "id": new_id(), "workspace_id": WORKSPACE,
        "name": name, "name_key": key, "changed_at": START, "status": status,
        "domain": f"{key.replace(' ', '-')}.example" if dice.chance(70) else None,
        "status_reason": None if status is Status.ACTIVE else "as agreed",
        "status_by": None if status is Status.ACTIVE else MANAGER,
        "parent_id": dice.choice(earlier)["id"] if earlier and dice.chance(5) else None,
        **_snooze(dice, today, status), **moving, **schedule,
    }  # fmt: skip


def _snooze(dice: Dice, today: date, status: Status) -> dict[str, Any]:
    if status is not Status.ACTIVE or dice.chance(97):
        return {}
    until = today + timedelta(days=dice.randrange(1, 40))
    return {"snoozed_until": until, "snooze_reason": dice.choice(list(SnoozeReason)), "snoozed_by": MANAGER}


def _alias(customer: dict[str, Any], dice: Dice) -> dict[str, Any]:
    name = f"{customer['name'].split()[0]} {dice.choice(('Group', 'Holding', 'International'))}"
    return _of(Alias, customer, name=name, name_key=name_key(name))


def _contact(customer: dict[str, Any], dice: Dice) -> dict[str, Any]:
    name = f"{dice.choice(('Dana', 'Eli', 'Noor', 'Pat', 'Sam'))} {customer['name'].split()[0]}"
    return _of(Contact, customer, name=name, do_not_contact=dice.chance(2))


def _checkin(customer: dict[str, Any]) -> dict[str, Any]:
    on = customer["last_contact_on"]
    return _of(
        Checkin, customer, by=customer["owner_id"], result=Result.TALKED, channel=Channel.CALL,
        note="Happy with the last delivery.", happened_on=on, recorded_at=datetime.combine(on, time(10), UTC),
    )  # fmt: skip


def _of(kind: Any, customer: dict[str, Any], **values: Any) -> dict[str, Any]:
    own = {"id": new_id(), "workspace_id": WORKSPACE, "customer_id": customer["id"]}
    return {**_defaults(kind), **own, **values}


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    """Return the values of a row of that table for which nothing is given."""
    fields = kind.model_fields.items()
    return {name: field.get_default(call_default_factory=True) for name, field in fields if not field.is_required()}


def _insert(session: Session, kind: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert *rows*; those of earlier calls may be their parents."""
    table = cast("sa.Table", kind.__table__)
    insert_many(session.connection(), table, [column.name for column in table.columns], rows)

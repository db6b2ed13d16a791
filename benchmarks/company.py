"""Builds a company of any size by bulk inserts: customers with names, contacts, parents and check-ins."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session

from bot.checkins.rules import Channel, Result
from bot.checkins.tables import Checkin
from bot.core.clock import new_id
from bot.core.runtime import Runtime
from bot.customers.queries.due import MOVING_NAMES, ScheduleBatch
from bot.customers.rules.due import SnoozeReason, Status
from bot.customers.rules.names import name_key
from bot.customers.tables import Alias, Contact, Customer
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
    """Fill an empty, migrated database with a workspace of that many customers; return the names."""
    names = list(make_names(customers))
    runtime.run_now(_open, workspace=WORKSPACE, now=START)
    with runtime.database.transaction(WORKSPACE) as session:
        dice = Dice(customers)
        schedules = ScheduleBatch(session, (*OWNERS, None))
        earlier: list[dict[str, Any]] = []
        for start in range(0, customers, CHUNK):
            made = [_customer(name, dice, schedules, earlier) for name in names[start : start + CHUNK]]
            _insert(session, Customer, made)
            _insert(session, Alias, [_alias(one, dice) for one in made if dice.chance(5)])
            _insert(session, Contact, [_contact(one, dice) for one in made if dice.chance(50)])
            _insert(session, Checkin, [_checkin(one) for one in made if one["last_contact_on"] and one["owner_id"]])
            earlier = made
    with runtime.database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    return names


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


def _open(session: Session, *, now: datetime) -> None:
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
    return {
        **Customer(
            name=name, name_key=name_key(name), changed_at=START, status=status,
            domain=f"{name_key(name).replace(' ', '-')}.example" if dice.chance(70) else None,
            status_reason=None if status is Status.ACTIVE else "as agreed",
            status_by=None if status is Status.ACTIVE else MANAGER,
            parent_id=dice.choice(earlier)["id"] if earlier and dice.chance(5) else None,
            **_snooze(dice, today) if status is Status.ACTIVE else {},
            **moving, **schedule,
        ).model_dump(),
        "workspace_id": WORKSPACE,
    }  # fmt: skip


def _snooze(dice: Dice, today: date) -> dict[str, Any]:
    if dice.chance(97):
        return {}
    until = today + timedelta(days=dice.randrange(1, 40))
    return {"snoozed_until": until, "snooze_reason": dice.choice(list(SnoozeReason)), "snoozed_by": MANAGER}


def _alias(customer: dict[str, Any], dice: Dice) -> dict[str, Any]:
    name = f"{customer['name'].split()[0]} {dice.choice(('Group', 'Holding', 'International'))}"
    return _row(Alias(customer_id=customer["id"], name=name, name_key=name_key(name)))


def _contact(customer: dict[str, Any], dice: Dice) -> dict[str, Any]:
    name = f"{dice.choice(('Dana', 'Eli', 'Noor', 'Pat', 'Sam'))} {customer['name'].split()[0]}"
    return _row(Contact(customer_id=customer["id"], name=name, do_not_contact=dice.chance(2)))


def _checkin(customer: dict[str, Any]) -> dict[str, Any]:
    on = customer["last_contact_on"]
    return _row(
        Checkin(
            customer_id=customer["id"], by=customer["owner_id"], result=Result.TALKED, channel=Channel.CALL,
            note="Happy with the last delivery.", happened_on=on, recorded_at=datetime.combine(on, time(10), UTC),
        )
    )  # fmt: skip


def _row(row: Any) -> dict[str, Any]:
    return {**row.model_dump(), "workspace_id": WORKSPACE}


def _insert(session: Session, kind: Any, rows: list[dict[str, Any]]) -> None:
    """Insert *rows*; those of earlier calls may be their parents."""
    for row in rows:
        row.setdefault("id", new_id())
    table = cast("sa.Table", kind.__table__)
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.execute(sa.insert(table), rows)
        return
    columns = [column.name for column in table.columns]
    raw: Any = connection.connection.cursor()
    with raw.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copying:
        for row in rows:
            copying.write_row([_plain(row[column]) for column in columns])


def _plain(value: Any) -> Any:
    """Return *value* as COPY writes it."""
    if isinstance(value, StrEnum):
        return value.value
    return json.dumps(value) if isinstance(value, list | dict) else value

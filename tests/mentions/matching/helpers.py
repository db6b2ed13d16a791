"""Short ways to match texts and to teach, for tests."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from bot.mentions.queries.matching import match_many
from bot.mentions.rules.tiers import AliasKind, Lesson, Tier
from bot.mentions.schemas.mentions import Match, Text
from bot.mentions.usecases.aliases import learn_not_this, refresh_aliases
from tests.makers import ANA, WORKSPACE, Office


def match(office: Office, words: str, **more: Any) -> tuple[Match, ...]:
    """What a text speaks of, after the keys were made anew: as a matching transaction does it."""

    def both(session: Session, *, now: datetime) -> tuple[Match, ...]:
        refresh_aliases(session, now=now)
        return match_many(session, texts=[Text(words=words, **more)], now=now)[0]

    found: tuple[Match, ...] = office.do(both)
    return found


def matched(office: Office, words: str, **more: Any) -> list[tuple[UUID | None, Tier]]:
    """Whom a text speaks of, and how sure that is."""
    return [(one.customer_id, one.tier) for one in match(office, words, **more)]


def match_all(office: Office, texts: list[Text]) -> list[tuple[Match, ...]]:
    """What each of several texts speaks of."""
    found: list[tuple[Match, ...]] = office.ask(match_many, texts=texts)
    return found


def teach(office: Office, customer_id: UUID | None, key: str, verdict: Tier = Tier.IGNORED, **more: Any) -> None:
    """Somebody says "not this one"."""
    said = {"kind": AliasKind.NAME, "source_id": None, **more}
    by = said.pop("by", ANA)
    lesson = Lesson(key=key, customer_id=customer_id, verdict=verdict, **said)
    office.do(learn_not_this, lesson=lesson, by=by)


def planned(office: Office, table: str, act: Callable[[], Any]) -> list[str]:
    """How the database goes about each statement that *act* makes on *table*."""
    database = office.runtime.database
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if f"FROM {table}" in statement:
            seen.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    act()
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    how = "EXPLAIN " if database.dialect == "postgresql" else "EXPLAIN QUERY PLAN "
    with database.engine.connect() as connection:
        connection.exec_driver_sql(f"ANALYZE {table}")
        return ["\n".join(map(str, connection.exec_driver_sql(how + one, given).all())) for one, given in seen]


def statements(office: Office, act: Callable[[], Any]) -> list[str]:
    """Every statement that *act* makes, without those that say whose a transaction is."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "set_config" not in statement:
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    act()
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return seen


def count(office: Office, table: str) -> int:
    """How many rows this workspace has there."""
    query = sa.text(f"SELECT count(*) FROM {table} WHERE workspace_id = :workspace")  # noqa: S608 - our own names
    number: int = office.look(lambda session: session.execute(query, {"workspace": WORKSPACE}).scalar_one())
    return number

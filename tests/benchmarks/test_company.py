"""The company that benchmarks measure is what its customers' triggers would have made of it."""

from sqlmodel import Session

from benchmarks.company import WORKSPACE, build_company
from bot.core.database import Database
from bot.core.runtime import Runtime
from bot.customers.queries.coverage import count_customers, list_all_problems
from bot.customers.queries.searching import find_customer
from tests.makers import START

MANY = 300
KEPT = ("customer_names", "mention_unread_names")


def made(session: Session) -> list[str]:
    """Return the triggers and indexes of the database."""
    found = (
        "SELECT coalesce(sql, name) FROM sqlite_master WHERE type IN ('trigger', 'index')"
        if session.get_bind().dialect.name == "sqlite"
        else "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()"
        " UNION ALL SELECT concat(tgname, tgenabled) FROM pg_trigger"
    )
    return sorted(session.connection().exec_driver_sql(found).scalars())


def test_a_company_is_built_whole(runtime: Runtime, database: Database) -> None:
    """All customers, found by their names, counted rightly; triggers and indexes are as before."""
    with database.transaction(WORKSPACE) as session:
        before = made(session)
    names = build_company(runtime, MANY)
    with database.transaction(WORKSPACE) as session:
        assert made(session) == before
        assert list_all_problems(session, START) == []
        assert count_customers(session)[0] == MANY
        assert [find_customer(session, name, partly=False).name for name in names[::60]] == names[::60]
        rows = {one: session.connection().exec_driver_sql(f"SELECT count(*) FROM {one}").scalar_one() for one in KEPT}  # noqa: S608 - our names
        assert rows["mention_unread_names"] == MANY < rows["customer_names"]

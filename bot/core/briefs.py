"""What features know about each customer of a list, asked of all of them in one statement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from pydantic import AfterValidator, TypeAdapter
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

from bot.core.database import workspace_of
from bot.core.schemas import Line

CUSTOMER_IDS = sa.bindparam("customers", type_=sa.Uuid(), expanding=True)

Tell = Callable[[Sequence[Any], datetime], Mapping[UUID, Sequence[Line]]]
"""`tell(rows, now)`: return lines about each customer from the rows of a brief's statement, which have no order."""

Knows = Callable[[Session, Sequence[UUID], datetime], Mapping[UUID, Sequence[Line]]]
"""`brief(session, customer_ids, now)`: lines about each customer, the most pressing first; a `Brief` is one."""


@dataclass(frozen=True)
class Brief:
    """
    A brief that is asked together with others.

    *select* `(customers)` returns the statement; its conditions are `in_workspace(table)` and, on the column with the
    customer's id, `among(column, customers)`. *tell* `(rows, now)` makes lines of the rows. *values* `(now)` returns
    the values of the statement's other named parameters; no two features use the same name.
    """

    select: Callable[[Any], sa.Select[Any]]
    tell: Tell
    values: Callable[[datetime], Mapping[str, Any]] = lambda _now: {}

    def __call__(self, session: Session, customer_ids: Sequence[UUID], now: datetime) -> Mapping[UUID, Sequence[Line]]:
        """Return the lines of this feature alone."""
        return ask([self], session, customer_ids, now)[0]


def in_workspace(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition on a brief's *table* that its rows belong to the session's workspace."""
    return table.c.workspace_id == sa.bindparam("workspace", type_=sa.String())


def among(column: sa.ColumnElement[Any], customers: Any) -> sa.ColumnElement[bool]:
    """SQL: *column* holds the id of one of the *customers* that a brief is about."""
    return column.in_(customers) if isinstance(customers, sa.BindParameter) else in_page(column, customers)


class in_page(sa.sql.functions.FunctionElement[bool]):  # noqa: N801 - it reads as the SQL condition that it is
    """
    `in_page(column, ids)`: the column holds one of the ids that a statement selects.

    PostgreSQL joins `IN (SELECT …)` in the order it thinks best, and thinks wrong while it has no statistics of a table
    that was just filled. It selects an array once, and looks for its ids.
    """

    type = sa.Boolean()
    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[Any], ids: sa.Select[Any]) -> None:
        super().__init__(column, ids.scalar_subquery())

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Return this as it is: SQLAlchemy would compare it with 1 on SQLite, which then uses no index for it."""
        return self


@compiles(in_page)
def _in_page(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column, ids = element.clauses
    return f"{compiler.process(column, **kw)} IN {compiler.process(ids, **kw)}"


@compiles(in_page, "postgresql")
def _in_page_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column, ids = element.clauses
    return f"{compiler.process(column, **kw)} = ANY (ARRAY{compiler.process(ids, **kw)})"


def ask(
    briefs: Sequence[Knows], session: Session, customer_ids: Sequence[UUID], now: datetime
) -> list[Mapping[UUID, Sequence[Line]]]:
    """Return the lines of each brief by customer. However many of them are a `Brief`, that is one statement."""
    if not customer_ids:
        return [{} for _ in briefs]
    together = [brief for brief in briefs if isinstance(brief, Brief)]
    found: Sequence[Any] = ()
    if together:
        statement = _statement(tuple(brief.select for brief in together))
        values = _values(together, session, now, customers=list(customer_ids))
        found = session.connection().execute(statement, values).one()
    return _tell(briefs, found, session, customer_ids, now)


def ask_with_rows(
    briefs: Sequence[Knows], session: Session, page: sa.Select[Any], values: Mapping[str, Any], now: datetime
) -> tuple[Sequence[Any], list[Mapping[UUID, Sequence[Line]]]]:
    """
    Return the rows of *page* and the lines of each brief about the customers that are their `id`, by one statement.

    The rows are in the order of their column `place`.
    """
    together = [brief for brief in briefs if isinstance(brief, Brief)]
    statement = _statement(tuple(brief.select for brief in together), page)
    rows = session.connection().execute(statement, _values(together, session, now, **values)).all()
    if not rows:
        return [], []
    return rows, _tell(briefs, rows[0][-len(together) :], session, [row.id for row in rows], now)


def _values(briefs: Sequence[Brief], session: Session, now: datetime, **others: Any) -> dict[str, Any]:
    values = {"workspace": workspace_of(session), **others}
    for brief in briefs:
        values.update(brief.values(now))
    return values


def _tell(
    briefs: Sequence[Knows], found: Sequence[Any], session: Session, customer_ids: Sequence[UUID], now: datetime
) -> list[Mapping[UUID, Sequence[Line]]]:
    """Return what each brief tells; *found* holds the rows, as JSON, of each that is a `Brief`."""
    rows = iter(found)
    return [
        brief.tell(_row_reader(brief.select).validate_json(next(rows) or "[]"), now)
        if isinstance(brief, Brief)
        else brief(session, customer_ids, now)
        for brief in briefs
    ]


@cache
def _statement(
    selects: tuple[Callable[[Any], sa.Select[Any]], ...], page: sa.Select[Any] | None = None
) -> sa.Select[Any]:
    """
    Return the statement for all *selects*, each of which becomes one column that holds its rows as JSON.

    They are about the customers of *page*, whose columns come first, or else about those in `CUSTOMER_IDS`.
    """
    if page is None:
        return sa.select(*(_as_json(each(CUSTOMER_IDS)) for each in selects))
    found = page.cte("found").prefix_with("MATERIALIZED")
    theirs = sa.select(found.c.id)
    return sa.select(found, *(_as_json(each(theirs)) for each in selects)).order_by(found.c.place)


def _as_json(statement: sa.Select[Any]) -> Any:
    rows = statement.subquery()
    return sa.select(json_rows(*rows.c)).select_from(rows).scalar_subquery()


class json_rows(sa.sql.functions.FunctionElement[str]):  # noqa: N801 - it reads as the SQL function that it is
    """`json_rows(*columns)`: aggregate rows into the text of a JSON list of lists, or NULL when there are none."""

    type = sa.Text()
    inherit_cache = True


@compiles(json_rows, "postgresql")
def _json_rows_postgresql(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(json_agg(json_build_array({compiler.process(element.clauses, **kw)})) AS TEXT)"


@compiles(json_rows, "sqlite")
def _json_rows_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kw)}))"


@cache
def _row_reader(select: Callable[[Any], sa.Select[Any]]) -> TypeAdapter[list[Any]]:
    """Return what makes named tuples with Python's types of the JSON for that statement."""
    columns = select(CUSTOMER_IDS).selected_columns
    row = NamedTuple("Row", [(name, _python_type(column.type) | None) for name, column in columns.items()])  # type: ignore[misc]  # known only at run time
    return TypeAdapter(list[row])


def _python_type(kind: Any) -> Any:
    stored = kind.impl_instance if isinstance(kind, sa.types.TypeDecorator) else kind
    return _UtcDatetime if stored.python_type is datetime else stored.python_type


def _as_utc(moment: datetime) -> datetime:
    """Return *moment* in UTC; SQLite stores it without a zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_UtcDatetime = Annotated[datetime, AfterValidator(_as_utc)]


def first_few(
    table: sa.Table, customers: Any, names: Sequence[str], *conditions: Any, order: Sequence[Any], shown: int
) -> sa.Subquery:
    """
    Return the columns *names* of each customer's first *shown* rows by *order*, with `place` (from 1) and `total`.

    *customers* is what a brief's `select` is called with; *conditions* are added to those on workspace and customers.
    """
    by_customer = table.c.customer_id
    ranked = (
        sa.select(
            *(table.c[name] for name in names),
            sa.func.row_number().over(partition_by=by_customer, order_by=order).label("place"),
            sa.func.count().over(partition_by=by_customer).label("total"),
        )
        .where(in_workspace(table), among(by_customer, customers), *conditions)
        .subquery()
    )
    return sa.select(ranked).where(ranked.c.place <= shown).subquery()


def telling_first_few(tell: Callable[[Any, datetime], Line], *, shown: int, more: Callable[[int], str]) -> Tell:
    """
    Return a `Tell` for the rows of `first_few`.

    It makes a line of each row with *tell* `(row, now)`, and adds `more(count)` below a customer's last when there are
    more.
    """

    def lines_of(rows: Sequence[Any], now: datetime) -> dict[UUID, list[Line]]:
        lines: dict[UUID, list[Line]] = {}
        for row in sorted(rows, key=lambda row: row.place):
            told = lines.setdefault(row.customer_id, [])
            told.append(tell(row, now))
            if row.place == shown and row.total > shown:
                told.append(Line(text=more(row.total - shown)))
        return lines

    return lines_of

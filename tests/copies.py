"""Copies of PostgreSQL databases, created and dropped in the background."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Self
from uuid import uuid4

from sqlalchemy.engine import URL

OWNER = "evenhand"
"""The role to which the databases belong; no superuser."""


class Copies:
    """A context manager that provides copies of *templates* on the server at *address*."""

    def __init__(self, address: URL, templates: Sequence[str]) -> None:
        import psycopg  # noqa: PLC0415 - only PostgreSQL's tests need it

        self._address = address
        administration = named(address.set(drivername="postgresql"), "postgres")
        self._connection = psycopg.connect(administration, autocommit=True)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="copies")
        self._ready: dict[str, deque[Future[str]]] = {name: deque() for name in templates}

    def __enter__(self) -> Self:
        """Start copying."""
        for template in self._ready:
            self._make(template)
        return self

    def __exit__(self, *_: object) -> None:
        """Finish running work; the server is stopped next."""
        self._worker.shutdown(wait=True)
        self._connection.close()

    @contextmanager
    def lend(self, template: str) -> Iterator[str]:
        """Return the address of a fresh copy."""
        name = self._ready[template].popleft().result()
        self._make(template)
        yield named(self._address, name, OWNER)
        self._worker.submit(self._do, f"DROP DATABASE {name} WITH (FORCE)")

    def _make(self, template: str) -> None:
        self._ready[template].append(self._worker.submit(self._copy, template))

    def _copy(self, template: str) -> str:
        name = f"test_{uuid4().hex}"
        self._do(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def _do(self, statement: str) -> None:
        self._connection.execute(statement)  # type: ignore[call-overload]  # our own words


def named(address: URL, name: str, role: str | None = None) -> str:
    """Return *address* for the database called *name* as text, with its password; a *role* replaces its user."""
    return address.set(database=name, username=role or address.username).render_as_string(hide_password=False)

"""Finding customers by what somebody typed: a name, a part of one, or one with typing errors."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.errors import Ambiguous, NotFound
from bot.customers.queries import list_by_ids
from bot.customers.queries.trigrams import LEAST_LETTERS, names_with, padded, searched
from bot.customers.rules.domains import registrable_domain
from bot.customers.rules.names import clean_text, either, is_one_error_away, look_alikes, name_key
from bot.customers.tables import Alias, Customer, CustomerName

NEAREST = 3
MOST_MATCHES = 20
MOST_PARTLY = 5  # customers that a part of a name may mean, as buttons
MOST_ALIKE = 300  # names that hold a part, of which the first are offered
MOST_WORDS = 8
ASKED_LENGTH = 200
PARTS = 4  # of a mistyped name, one of which holds the error
WINDOW = 5  # letters of a mistyped name that are looked for side by side
MOST_WINDOWS = 30
SHORT = 6  # letters of a name in which one error leaves no such window
LONG = 12  # letters of a name in which every other window is enough: one error leaves several
MOST_IN_WINDOW = 100  # names; what more have tells little
TELLING = 1000
BEST = 200  # names that are compared letter by letter


def find_customer(session: Session, words: str, *, partly: bool = True) -> Customer:
    """
    Return the one customer called *words*: by name, alias or domain; case, accents and legal forms don't matter.

    If none is called just that, *partly* takes the only one whose name begins with *words* or, failing that, holds
    them.

    Raises:
        Ambiguous: several are called so; `nearest` holds them.
        NotFound: none is; `nearest` holds those whose names begin with *words*, hold them, or are similar.
    """
    asked = clean_text(words, 80)
    found = list_exact(session, words)
    if len(found) == 1:
        return found[0]
    if found:
        many = f"More than {MOST_MATCHES}" if len(found) > MOST_MATCHES else str(len(found))
        raise Ambiguous(
            f"{many} customers are called {asked}; choose one.",
            asked=asked,
            nearest=tuple((customer.id, customer.name) for customer in found[:MOST_MATCHES]),
        )
    similar = list_partly(session, words)
    if partly and len(similar) == 1:
        return similar[0]
    nearest = _named(similar) or list_nearest(session, words)
    hint = f" Did you mean {either([name for _, name in nearest])}?" if nearest else ""
    raise NotFound(f"No customer is called {asked}.{hint}", asked=asked, nearest=nearest)


def list_exact(session: Session, words: str) -> Sequence[Customer]:
    """List customers whose name, alias or domain is just *words*, by name."""
    key = name_key(words)
    if not key:
        return []
    domain = registrable_domain(words)
    query = select(Customer).where(col(Customer.id).in_(ids_called([key], [domain] if domain else [])))
    found = session.exec(query.limit(MOST_MATCHES + 1)).all()
    return sorted(found, key=lambda one: (one.name_key, one.id))


def ids_called(keys: Sequence[str], domains: Sequence[str]) -> Any:
    """
    SQL: the ids of customers with one of these keys as their name or alias, or one of these domains.

    Each way is a lookup in its own index; with OR between them, or an order, SQLite reads all customers.
    """
    ways = [
        select(Customer.id).where(col(Customer.name_key).in_(keys)),
        select(Alias.customer_id).where(col(Alias.name_key).in_(keys)),
        select(Customer.id).where(col(Customer.domain).in_(domains)),
    ]
    return sa.union_all(*ways if domains else ways[:2])


def list_partly(session: Session, words: str, limit: int = MOST_PARTLY) -> Sequence[Customer]:
    """
    List customers whose name or alias begins with *words*, by that name; if none does, those that hold words which
    begin like each of *words*.

    Where more than `MOST_ALIKE` names do, they are the first of so many, whichever these are.
    """
    key = name_key(words)
    parts = key.split()[:MOST_WORDS]
    if not parts:
        return []
    name = col(searched(session).name_key)
    holding = names_with(session, _long_pieces(parts, " ")).where(*_each(name, parts, " "))
    alike = session.execute(holding.limit(MOST_ALIKE)).all()
    if len(alike) == MOST_ALIKE:  # a name that begins with the words may not be among them
        beginning = names_with(session, [f"  {key}"]).where(name.startswith(key, autoescape=True))
        alike = session.execute(beginning.limit(MOST_ALIKE)).all() or alike
    named = sorted((called, customer_id) for customer_id, called in alike)
    begun = [one for one in named if one[0].startswith(key)]
    first = list(dict.fromkeys(customer_id for _, customer_id in begun or named))[:limit]
    rows = list_by_ids(session, first)
    return [rows[one] for one in first]


def ids_holding(session: Session, words: str, most: int) -> Any:
    """
    SQL: the ids (`customer_id`) of customers whose name or alias holds each of *words*, or whose domain holds the one
    word; those of the first *most* names and domains that are found.

    Words of one or two letters alone have to begin a word, or the name. Only a word with a dot in it, which is looked
    for in domains, takes longer the more customers there are.
    """
    parts = name_key(words).split()[:MOST_WORDS]
    if not parts:
        return select(col(Customer.id).label("customer_id")).where(sa.false())
    name = col(searched(session).name_key)
    held = names_with(session, _long_pieces(parts)).where(*_each(name, parts)).limit(most).subquery()
    named = sa.select(held.c.customer_id)
    domain = clean_text(words, ASKED_LENGTH).lower()
    if "." not in domain or " " in domain:
        return named
    having = select(Customer.id).where(col(Customer.domain).contains(domain, autoescape=True))
    return sa.union_all(named, having).limit(most)


def _long_pieces(parts: Sequence[str], before: str = "") -> list[str]:
    """Return the pieces of names that hold trigrams: the longer of *parts*, or else what a short one begins."""
    pieces = [before + part for part in parts if len(before + part) >= LEAST_LETTERS]
    return pieces or [f" {part}" for part in parts if len(part) + 1 >= LEAST_LETTERS] or [f"  {parts[0]}"]


def _each(name: Any, parts: Sequence[str], before: str = "") -> list[Any]:
    """SQL: *name* holds each of *parts* with *before* in front of it."""
    spaced = sa.literal(" ").concat(name)
    return [spaced.contains(before + part, autoescape=True) for part in parts]


def list_names_like(session: Session, words: str) -> tuple[tuple[UUID, str], ...]:
    """List the (id, name) of customers that *words* may mean: as a part of their name, or else with typing errors."""
    return _named(list_partly(session, words)) or list_nearest(session, words)


def _named(customers: Sequence[Customer]) -> tuple[tuple[UUID, str], ...]:
    return tuple((one.id, one.name) for one in customers)


def list_nearest(session: Session, words: str, limit: int = NEAREST) -> tuple[tuple[UUID, str], ...]:
    """List the (id, name) of customers whose names look most like *words*, in spite of typing errors."""
    key = name_key(words)
    near = _list_near(session, key) if key else {}
    numbers = [near[one] for one in look_alikes(key, list(near), limit * 2)]
    query = select(CustomerName.number, CustomerName.customer_id).where(col(CustomerName.number).in_(numbers))
    ids = dict(session.exec(query).all()) if numbers else {}
    wanted = list(dict.fromkeys(ids[one] for one in numbers))[:limit]
    rows = list_by_ids(session, wanted)
    return tuple((customer_id, rows[customer_id].name) for customer_id in wanted)


def _list_near(session: Session, key: str) -> dict[str, int | None]:
    """
    Return the names that share most with *key*: their keys with the number of one of each.

    Few names hold all of *key* but one part. If one of them is a typing error away from it, no others are looked for.
    """
    near = _list_sharing(session, _without_a_part(key))
    if any(is_one_error_away(key, name) for name in near):
        return near
    return _list_sharing(session, _windows(key))


def _list_sharing(session: Session, searches: Iterable[list[str]]) -> dict[str, int | None]:
    """
    Return the names that most of *searches*, each for some pieces, find; `BEST` at most.

    What few names share counts for more than what many do.
    """
    columns = (searched(session).number, searched(session).name_key)
    each = (names_with(session, pieces).with_only_columns(*columns).limit(MOST_IN_WINDOW) for pieces in searches)
    found = [session.execute(query).all() for query in each]  # one by one: all in one statement are compiled anew
    shared: Counter[str] = Counter()
    for rows in found:
        for _, name in rows:
            shared[name] += TELLING // len(rows)
    best = {name for name, _ in shared.most_common(BEST)}
    return {name: number for rows in found for number, name in rows if name in best}


def _without_a_part(key: str) -> Iterator[list[str]]:
    """
    Yield what is left of a name without one of its parts, for each of them.

    Parts share a letter, since an error may exchange the last one of a part with the next.
    """
    whole = padded(key)
    size = -(-len(whole) // PARTS)
    for start in range(0, len(whole), size):
        left = [whole[:start], whole[start + size + 1 :]]
        if any(len(piece) >= LEAST_LETTERS for piece in left):
            yield left


def _windows(key: str) -> Iterator[list[str]]:
    """
    Yield the pieces of each search for a name like *key*: its ends, windows, and its words without one of them.

    Some errors leave several windows of a name as they are, and most of its words.
    """
    whole, words = padded(key), key.split()[:MOST_WORDS]
    size = WINDOW if len(key) > SHORT else LEAST_LETTERS
    yield [whole[:LEAST_LETTERS], whole[-LEAST_LETTERS:]]
    for at in range(0, min(len(whole) - size + 1, MOST_WINDOWS), 1 if len(key) <= LONG else 2):
        yield [whole[at : at + size]]
    for at, word in enumerate(words if len(words) > 1 else ()):
        others = [f" {other} " for other in words[:at] + words[at + 1 :]]
        yield others
        yield [*others, f" {word[:2]}"]

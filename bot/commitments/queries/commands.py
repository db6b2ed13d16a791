"""What a command or a button asks for: a person, a customer, a day, and words."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from bot.commitments.rules import prefixes, split_quoted
from bot.commitments.schemas import ParsedCommand
from bot.core.errors import Ambiguous, NotFound
from bot.core.schemas import Subject
from bot.customers.queries import get_customer
from bot.customers.queries.searching import find_customer, ids_called, list_partly
from bot.customers.rules.domains import registrable_domain
from bot.customers.rules.names import clean_text, either, name_key
from bot.customers.tables import Alias, Customer
from bot.people.queries import get_person, get_today, list_people
from bot.people.rules import person_key
from bot.people.rules.days import UNREADABLE, read_day
from bot.people.tables import Person
from bot.people.usecases import require_here

MOST_CALLED = 20  # customers of one name that are counted
ABOUT_NAME = frozenset({"customer", "digest_row"})  # subjects whose words are just the customer's name
MOST_NAMESAKES = 3  # people whose names a question holds
PERSON_WORDS = 3  # of a person's name
SHORTEST_BEGINNING = 2  # letters of a person's name
MOST_ROWS = 500
MOST_BEGUN = 3  # words that may be the beginning of a customer's name
WHICH = "Which customer is it about? Choose it."


class Named(NamedTuple):
    """A person who is named, what follows, and whether it is their whole first name, name or handle."""

    person_id: str
    rest: str
    is_whole: bool


def parse_command(
    session: Session, *, words: str, viewer: str, now: datetime, what_length: int, ask_what: str
) -> ParsedCommand:
    """
    Read `@ana Acme friday call about the invoice`, on *viewer*'s own day; `ana Acme …` is the same, and without a
    person it is about themselves.

    What can't be told for certain is left out, with a sentence that asks for it; *ask_what* asks for missing words.
    """
    viewing = require_here(session, by=viewer)
    today = get_today(session, person_id=viewing.id, now=now)
    guess = partial(_before_a_day, today=today)
    assignee_id, rest, asked = _split_person(session, words.strip(), viewing.id, guess)
    customer, rest, problem = split_customer(session, rest, guess=guess)
    due = read_day(rest, today=today)
    problems = [one for one in (asked, problem) if one]
    known: dict[str, Any] = {"assignee_id": assignee_id, "due_on": due.on, "what": clean_text(due.rest, what_length)}
    if customer is None:
        return ParsedCommand(**known, problems=tuple(problems))
    if due.on is None:
        problems.append(f"By when? {due.problem or UNREADABLE}")
    if not known["what"]:
        problems.append(ask_what)
    return ParsedCommand(**known, customer_id=customer.id, customer_name=customer.name, problems=tuple(problems))


def command_about(
    session: Session, *, subject: Subject | None, viewer: str, now: datetime, what_length: int  # noqa: ARG001 - every query takes the time
) -> ParsedCommand:  # fmt: skip
    """
    Return what a button or message asks for: its customer, and its words unless they are just the customer's name.

    Raises:
        NotAllowed: the viewer is no full member.
        NotFound: no such customer here.
    """
    require_here(session, by=viewer)
    if subject is None:
        return ParsedCommand(assignee_id=viewer)
    what = "" if subject.kind in ABOUT_NAME else clean_text(subject.words, what_length)
    if subject.customer_id is None:
        return ParsedCommand(assignee_id=viewer, what=what)
    customer = get_customer(session, subject.customer_id)
    return ParsedCommand(assignee_id=viewer, customer_id=customer.id, customer_name=customer.name, what=what)


def parse_subject(value: str, *, command: str) -> Subject | None:
    """
    Read what a button is about: a customer's id, or the subject that another feature's offer carries; None: nothing.

    Raises:
        NotFound: the value is none of ours.
    """
    if not value:
        return None
    try:
        if value.startswith("{"):
            return Subject.model_validate_json(value)
        return Subject(kind="customer", id=value, customer_id=UUID(value))
    except ValueError as error:
        raise NotFound(f"That button is out of date; use {command} instead.") from error


def find_mentioned(session: Session, words: str) -> tuple[str, str] | None:
    """
    Return the person that *words* begin with, as Slack writes a mention or as `@handle`, and what follows; else None.

    Raises:
        NotFound: it is an @ that nobody here goes by.
    """
    first, _, rest = words.strip().partition(" ")
    if first.startswith("<@") and first.endswith(">"):
        return get_person(session, first[2:-1].partition("|")[0]).id, rest.strip()
    if not first.startswith("@") or len(first) == 1:
        return None
    wanted = person_key(first[1:])
    people = list_people(session)
    exact = [one for one in people if wanted in {one.name_key, one.handle.casefold()}]
    found = exact or [one for one in people if one.name_key.split()[:1] == [wanted]]
    if len(found) != 1:
        raise NotFound(f"I can't tell who {first[:60]} is; write @ and choose the person from Slack's list.")
    return found[0].id, rest.strip()


def find_named(session: Session, words: str) -> Named | None:
    """
    Return who *words* begin with the name of, or with its beginning, without an @; None: nobody here is called so.

    Raises:
        Ambiguous: several people are.
    """
    parts = words.split()
    people = list_people(session) if parts else []
    for length in range(min(PERSON_WORDS, len(parts)), 0, -1):
        wanted = person_key(" ".join(parts[:length]))
        found = [one for one in people if wanted in {one.name_key, one.handle.casefold()}] or (
            [one for one in people if one.name_key.split()[:1] == [wanted]] if length == 1 else []
        )
        if found:
            return _only_one(found, parts, length, is_whole=True)
    wanted = person_key(parts[0]) if parts else ""
    begun = [one for one in people if one.name_key.startswith(wanted)] if len(wanted) >= SHORTEST_BEGINNING else []
    return _only_one(begun, parts, 1, is_whole=False) if begun else None


def _only_one(found: Sequence[Person], parts: Sequence[str], length: int, *, is_whole: bool) -> Named:
    if len(found) > 1:
        asked = clean_text(" ".join(parts[:length]), 60)
        names = either([clean_text(one.name, 60) for one in found[:MOST_NAMESAKES]])
        raise Ambiguous(f"{len(found)} people here are called {asked}: {names}. Choose who is meant.")
    return Named(found[0].id, " ".join(parts[length:]), is_whole)


def _split_person(
    session: Session, words: str, viewer: str, guess: Callable[[str], tuple[str, str]]
) -> tuple[str | None, str, str]:
    """
    Return who is asked, what follows, and what can't be told; *viewer* where *words* begin with a customer or nobody.

    The beginning of a person's name counts only before a customer: it may be a part of anything.
    """
    try:
        if mentioned := find_mentioned(session, words):
            return *mentioned, ""
    except NotFound as unknown:
        return viewer, words.partition(" ")[2].strip(), str(unknown)
    if find_called(session, words):
        return viewer, words, ""
    try:
        named = find_named(session, words)
    except Ambiguous as several:
        rest = words.partition(" ")[2].strip()
        return (None, rest, str(several)) if split_customer(session, rest, guess=guess)[0] else (viewer, words, "")
    if named and (named.is_whole or split_customer(session, named.rest, guess=guess)[0]):
        return named.person_id, named.rest, ""
    return viewer, words, ""


def split_customer(
    session: Session, words: str, *, guess: Callable[[str], tuple[str, str]]
) -> tuple[Customer | None, str, str]:
    """
    Return the customer with the longest name that *words* begin with, what follows it, and what has to be asked.

    `guess(words)` returns what is most likely a name, and the rest, where no customer is called so. One whose name only
    begins with the words, or holds them, is returned with a sentence that asks to check it.
    """
    quoted = split_quoted(words)
    if found := find_called(session, words):
        name, rest, called = found
        if len(called) == 1:
            return called[0], rest, ""
        return None, rest, f"{len(called)} customers are called {clean_text(name, 80)}; choose one."
    choices = [quoted] if quoted else [*prefixes(words.split()[:MOST_BEGUN]), guess(words)]
    for name, rest in choices:
        begun = list_partly(session, name) if name else []
        if len(begun) == 1:
            return begun[0], rest, f"“{clean_text(name, 80)}” is {clean_text(begun[0].name, 80)}, isn't it?"
    name, rest = quoted or guess(words)
    return None, rest, _unknown(session, name)


def find_called(session: Session, words: str) -> tuple[str, str, list[Customer]] | None:
    """Return the longest beginning of *words* that customers are called, what follows it, and who they are."""
    quoted = split_quoted(words)
    choices = [quoted] if quoted else prefixes(words.split())
    called = _list_called(session, [name for name, _ in choices])
    return next(((name, rest, called[name]) for name, rest in choices if called[name]), None)


def _list_called(session: Session, names: Sequence[str]) -> dict[str, list[Customer]]:
    """Return the customers whose name, alias or domain is just that, for each of *names*; one or two statements."""
    keys = {name: name_key(name) for name in names}
    wanted = [key for key in keys.values() if key]
    domains = {name: registrable_domain(name) for name in names if keys[name] and " " not in name}
    known = [domain for domain in domains.values() if domain]
    query = select(Customer).where(col(Customer.id).in_(ids_called(wanted, known))).limit(MOST_ROWS)
    rows = sorted(session.exec(query).all(), key=lambda row: (row.name_key, row.id)) if wanted else []
    others = select(Alias.name_key, Alias.customer_id).where(col(Alias.name_key).in_(wanted))
    aliases = set(session.exec(others).all()) if any(row.name_key not in wanted for row in rows) else set()

    def is_called(row: Customer, name: str) -> bool:
        key, domain = keys[name], domains.get(name)
        return row.name_key == key or bool(domain and row.domain == domain) or (key, row.id) in aliases

    return {name: [row for row in rows if is_called(row, name)][: MOST_CALLED + 1] for name in names}


def _before_a_day(words: str, today: date) -> tuple[str, str]:
    """Return the words before the first day that they name, and the rest; without a day, the first word is the name."""
    for name, rest in reversed(prefixes(words.split())):
        if read_day(rest, today=today).on is not None:
            return name, rest
    return words.partition(" ")[0], words


def _unknown(session: Session, name: str) -> str:
    """Return the sentence that nobody is called so, with the nearest names."""
    try:
        find_customer(session, name)
    except NotFound as unknown:
        return str(unknown) if name else WHICH
    return WHICH

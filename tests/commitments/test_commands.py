"""A command finds its customer by any of its names, and asks the database no more than it must."""

from datetime import date
from uuid import UUID

import pytest
from sqlmodel import Session

from bot.commitments.queries.commands import find_mentioned, parse_command, parse_subject, split_customer
from bot.core.errors import NotFound
from bot.customers.rules.names import name_key
from bot.customers.tables import Alias
from bot.followups.queries import find_list_key, parse_assignment
from bot.followups.usecases import assign_followup
from bot.people.tables import Person
from tests.commitments.helpers import statements
from tests.makers import ANA, BOB, MARA, WORKSPACE, Office

TUESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 27)


def call(office: Office, customer_id: UUID, alias: str) -> None:
    """Give a customer another name."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add(Alias(customer_id=customer_id, name=alias, name_key=name_key(alias)))


def first_word(words: str) -> tuple[str, str]:
    """Take the first word for a name."""
    first, _, rest = words.partition(" ")
    return first, rest


@pytest.mark.parametrize(
    ("words", "name", "rest"),
    [
        ("Acme friday call", "Acme", "friday call"),
        ("Acme North friday call", "Acme North Ltd", "friday call"),
        ("The Rocket People friday call", "Acme", "friday call"),
        ("golddex.com friday call", "Golddex", "friday call"),
        ('"Acme" North friday call', "Acme", "North friday call"),
    ],
)
def test_the_longest_name_wins_whichever_name_it_is(office: Office, words: str, name: str, rest: str) -> None:
    """By name, by another name, by domain; what stands in quotes is the name."""
    call(office, office.customer("Acme"), "Rocket People")
    office.customer("Acme North Ltd")
    office.customer("Golddex", domain="golddex.com")
    found, left, problem = office.look(lambda session: split_customer(session, words, guess=first_word))
    assert (found.name, left, problem) == (name, rest, "")


@pytest.mark.parametrize("other", ["Acme", "Rocket"])
def test_a_name_that_two_customers_have_is_asked_about(office: Office, other: str) -> None:
    """Also when the second one only goes by it."""
    office.customer("Acme")
    call(office, office.customer(other), "Acme")
    found, left, problem = office.look(lambda session: split_customer(session, "Acme call", guess=first_word))
    assert (found, left, problem) == (None, "call", "2 customers are called Acme; choose one.")


def test_where_nobody_is_called_so_the_guess_is_named_with_the_nearest(office: Office) -> None:
    """The rest is kept for the form."""
    office.customer("Golddex")
    found, left, problem = office.look(lambda session: split_customer(session, "Goldex call", guess=first_word))
    assert (found, left) == (None, "call")
    assert problem == "No customer is called Goldex. Did you mean Golddex?"
    nothing = office.look(lambda session: split_customer(session, "", guess=first_word))
    assert nothing == (None, "", "Which customer is it about? Choose it.")


@pytest.mark.parametrize("words", ["@nobody call", "@ call", "call @ana"])
def test_a_mention_is_only_read_where_words_begin_with_it(office: Office, words: str) -> None:
    """An @ that nobody goes by is said; one that stands alone, or later, is a word."""

    def read(session: Session) -> object:
        return find_mentioned(session, words)

    if words.startswith("@nobody"):
        with pytest.raises(NotFound, match="I can't tell who @nobody is"):
            office.look(read)
    else:
        assert office.look(read) is None


@pytest.mark.parametrize("value", ["x", "{", '{"kind": 1}'])
def test_a_button_that_is_none_of_ours_says_which_command_to_use(value: str) -> None:
    """Whatever its value holds."""
    with pytest.raises(NotFound, match="use /assign instead"):
        parse_subject(value, command="/assign")


def test_a_command_without_words_asks_for_them(office: Office) -> None:
    """After the customer and the day, each with its sentence."""
    office.customer("Acme")
    asked = {"viewer": ANA, "what_length": 500, "ask_what": "Say what."}
    assert office.ask(parse_command, words="Acme friday", **asked).problems == ("Say what.",)
    both = office.ask(parse_command, words="Acme", **asked).problems
    assert [problem[:8] for problem in both] == ["By when?", "Say what"]


def test_a_command_of_one_line_takes_few_statements(office: Office) -> None:
    """Nobody is read twice, and every beginning that may be a name is looked up at once."""
    acme = office.customer("Acme")
    with statements() as reading:
        office.ask(parse_assignment, words="@ana Acme friday call about the invoice", viewer=MARA)
    with statements() as writing:
        office.do(assign_followup, customer_id=acme, assignee_id=ANA, due_on=FRIDAY, what="call", view_id="x", by=MARA)
    assert len(reading) <= 3
    assert len([one for one, _ in writing if not one.startswith("BEGIN")]) <= 9


@pytest.mark.parametrize(
    ("words", "name", "rest", "asked"),
    [
        ("harbour friday call", "Harbour Bikes", "friday call", "“harbour” is Harbour Bikes, isn't it?"),
        ("harb friday call", "Harbour Bikes", "friday call", "“harb” is Harbour Bikes, isn't it?"),
        ("bikes friday call", "Harbour Bikes", "friday call", "“bikes” is Harbour Bikes, isn't it?"),
        ("acm friday call", None, "friday call", "No customer is called acm. Did you mean Acme or Acmena?"),
    ],
)
def test_a_part_of_a_name_fills_the_form_in_and_asks_to_check_it(
    office: Office, words: str, name: str | None, rest: str, asked: str
) -> None:
    """A unique beginning or part is that customer; several are named."""
    for one in ("Acme", "Acmena", "Harbour Bikes"):
        office.customer(one)
    found, left, problem = office.look(lambda session: split_customer(session, words, guess=first_word))
    assert (found and found.name, left, problem) == (name, rest, asked)


@pytest.mark.parametrize("who", ["ana", "Ana Lima", "an", "@ana", "ANA"])
def test_a_person_is_named_without_an_at(office: Office, who: str) -> None:
    """By first name, whole name, or the beginning of it before a customer."""
    zephyr = office.customer("Zephyr")
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.get(Person, (WORKSPACE, ANA)).handle = "ana"
    parsed = office.ask(parse_assignment, words=f"{who} Zephyr tomorrow demo", viewer=MARA)
    assert (parsed.assignee_id, parsed.customer_id, parsed.due_on, parsed.what) == (ANA, zephyr, TUESDAY, "demo")
    assert parsed.is_complete


def test_two_people_of_one_name_are_asked_about(office: Office) -> None:
    """Nobody is guessed; the form says who may be meant."""
    office.customer("Zephyr")
    office.person("U0ANA2", "Ana Costa")
    parsed = office.ask(parse_assignment, words="ana Zephyr tomorrow demo", viewer=MARA)
    assert (parsed.assignee_id, parsed.customer_name, parsed.what) == (None, "Zephyr", "demo")
    assert parsed.problems == ("2 people here are called ana: Ana Costa or Ana Lima. Choose who is meant.",)


@pytest.mark.parametrize(
    ("words", "name"),
    [("Ana Bakery friday call", "Ana Bakery"), ("Kir friday call", ""), ("the Zephyr friday call", "Zephyr")],
)
def test_a_customer_is_not_taken_for_a_person(office: Office, words: str, name: str) -> None:
    """A customer's whole name comes first, and the beginning of a person's counts only before a customer."""
    for one in ("Ana Bakery", "Zephyr"):
        office.customer(one)
    parsed = office.ask(parse_assignment, words=words, viewer=MARA)
    assert (parsed.assignee_id, parsed.customer_name) == (MARA, name)


@pytest.mark.parametrize(("words", "key"), [("ana", f"p-{ANA}"), ("Ana Lima", f"p-{ANA}"), ("Mara", f"p-{MARA}")])
def test_a_list_is_found_by_a_first_name(office: Office, words: str, key: str) -> None:
    """`/assign list ana` needs no @."""
    assert office.ask(find_list_key, words=words, viewer=BOB) == key

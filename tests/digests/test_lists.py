"""`/neglected`: mine, the team's, a person's, the pool; and taking from it."""

import random
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from bot.core.errors import AlreadyDone, NotAllowed, NotFound
from bot.customers.queries import get_customer
from bot.customers.schemas import CustomersHandedOver, CustomerTaken
from bot.customers.tables import Customer
from bot.digests.queries import compose_neglected, get_slot, list_neglected_lines
from bot.digests.queries.lists import find_list_key, get_list
from bot.digests.schemas import NeglectedList
from bot.digests.usecases import give_back, take_customer
from bot.digests.views.messages import read_page
from bot.features import FEATURES
from tests.digests.digest_office import make, move_to_slot, owed_rows, set_up, the_digest
from tests.makers import ANA, BOB, KIRI, WORKSPACE, Office

pytestmark = pytest.mark.both_databases


def listed(office: Office, whose: str = "team", *, page: int = 0, viewer: str = ANA) -> NeglectedList:
    """A page of a list."""
    found: NeglectedList = office.ask(get_list, whose=whose, page=page, viewer=viewer, features=FEATURES)
    return found


def names(schema: NeglectedList) -> list[str]:
    """Who stands in it."""
    return [row.name for row in schema.rows]


def test_the_teams_list_is_in_the_order_of_waiting(office: Office) -> None:
    """Longest wait by their own cadence first, whoever the owner is; those in cadence aren't there."""
    office.customer("Monthly", waited=60, owner=ANA)
    office.customer("Weekly", waited=21, cadence_days=7, owner=BOB)
    office.customer("Nobody's", waited=50)
    office.customer("Fine", waited=5, owner=ANA)
    found = listed(office)
    assert names(found) == ["Weekly", "Monthly", "Nobody's"]
    assert (found.total, found.pool, found.pages) == (3, 1, 1)


def test_mine_and_a_persons_hold_only_theirs(office: Office) -> None:
    """Each list has one owner's customers."""
    office.customer("Ana's", waited=60, owner=ANA)
    office.customer("Bob's", waited=70, owner=BOB)
    assert names(listed(office, ANA)) == ["Ana's"]
    assert names(listed(office, BOB)) == ["Bob's"]
    assert listed(office, BOB).whose_name == "Bob Chen"
    assert names(listed(office, KIRI)) == []


def test_the_pool_holds_everybody_without_an_owner(office: Office) -> None:
    """In the pool also those show who haven't waited too long."""
    office.customer("Fresh", waited=1)
    office.customer("Old", waited=90)
    assert names(listed(office, "pool")) == ["Old", "Fresh"]


def test_pages_hold_everybody_once(office: Office) -> None:
    """Twenty customers on three pages; a page beyond the last is the last."""
    for n in range(20):
        office.customer(f"Customer {n:02}", waited=50 + n, owner=BOB)
    found = [listed(office, page=page) for page in range(3)]
    assert [name for schema in found for name in names(schema)] == [f"Customer {n:02}" for n in reversed(range(20))]
    assert [(schema.page, schema.pages, schema.total) for schema in found] == [(n, 3, 20) for n in range(3)]
    assert listed(office, page=99).page == 2
    assert listed(office, page=-1).page == 0


def test_an_empty_list_has_one_page(office: Office) -> None:
    """With nobody waiting there is still a page to show."""
    assert (listed(office).total, listed(office).pages, listed(office, "pool").rows) == (0, 1, ())


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("", "team"), ("team", "team"), (" Team ", "team"), ("mine", ANA), ("me", ANA), ("pool", "pool"),
        (f"<@{BOB}|bob>", BOB), (f"<@{BOB}>", BOB), ("@Bob Chen", BOB), ("bob chen", BOB), ("Kiri", KIRI),
        ("@b.chen", BOB),
    ],
)  # fmt: skip
def test_whose_list_is_understood(office: Office, words: str, whose: str) -> None:
    """A word, a mention, a name or a handle says whose list is meant."""
    make(office, BOB, handle="b.chen")
    assert office.ask(find_list_key, words=words, viewer=ANA) == whose


def test_an_unknown_or_doubtful_person_gets_a_civil_answer(office: Office) -> None:
    """Nobody of that name, two of that name, and an id of another workspace."""
    office.person("U0BOB2", "Bob Marsh")
    with pytest.raises(NotFound, match="Nobody here is called Zed; try"):
        office.ask(find_list_key, words="Zed", viewer=ANA)
    with pytest.raises(NotFound, match="2 people are called bob"):
        office.ask(find_list_key, words="bob", viewer=ANA)
    with pytest.raises(NotFound, match="I don't know this person"):
        listed(office, office.ask(find_list_key, words="<@U0ELSEWHERE>", viewer=ANA))


def test_taking_a_customer_makes_it_mine(office: Office) -> None:
    """From the pool or from its owner, who is told."""
    pooled, owned = office.customer("Pooled", waited=80), office.customer("Owned", waited=80, owner=BOB)
    first = office.do(take_customer, customer_id=pooled, seen_owner=None, by=ANA)
    second = office.do(take_customer, customer_id=owned, seen_owner=BOB, by=ANA)
    assert (first.customer.owner_id, first.former_name) == (ANA, "")
    assert (second.customer.owner_name, second.former_name) == ("Ana Lima", "Bob Chen")
    assert names(listed(office, ANA)) == ["Pooled", "Owned"] or names(listed(office, ANA)) == ["Owned", "Pooled"]
    assert {row.recipient for row in owed_rows(office) if row.kind == CustomerTaken.kind} == {BOB}


def test_taking_can_be_undone_by_who_did_it(office: Office) -> None:
    """The customer goes back and its owner hears of it; a colleague is refused, and a second undo, too."""
    owned = office.customer("Owned", waited=80, owner=BOB)
    done = office.do(take_customer, customer_id=owned, seen_owner=BOB, by=ANA)
    with pytest.raises(NotAllowed, match="Ana Lima did that"):
        office.do(give_back, customer_action_id=done.customer_action_id, by=BOB)
    back = office.do(give_back, customer_action_id=done.customer_action_id, by=ANA)
    assert (back.owner_id, back.owner_name) == (BOB, "Bob Chen")
    assert [row.recipient for row in owed_rows(office) if row.kind == CustomersHandedOver.kind] == [BOB]
    with pytest.raises(AlreadyDone):
        office.do(give_back, customer_action_id=done.customer_action_id, by=ANA)
    pooled = office.customer("Pooled", waited=80)
    done = office.do(take_customer, customer_id=pooled, seen_owner=None, by=ANA)
    assert office.do(give_back, customer_action_id=done.customer_action_id, by=ANA).owner_name is None


def test_who_comes_second_is_told_who_was_faster(office: Office) -> None:
    """Bob presses after Ana on the same row: hers it stays. Pressing twice oneself changes nothing either."""
    pooled = office.customer("Pooled", waited=80)
    office.do(take_customer, customer_id=pooled, seen_owner=None, by=ANA)
    with pytest.raises(AlreadyDone, match="Ana Lima took Pooled meanwhile"):
        office.do(take_customer, customer_id=pooled, seen_owner=None, by=BOB)
    with pytest.raises(AlreadyDone, match="yours already"):
        office.do(take_customer, customer_id=pooled, seen_owner=None, by=ANA)
    assert office.look(lambda s: get_customer(s, pooled).owner_id) == ANA


def test_a_guest_and_a_forged_id_take_nothing(office: Office) -> None:
    """Roles and workspaces are checked where it counts."""
    pooled = office.customer("Pooled", waited=80)
    office.person("U0GUEST", "Gus Guest", is_guest=True)
    with pytest.raises(NotAllowed):
        office.do(take_customer, customer_id=pooled, seen_owner=None, by="U0GUEST")
    with pytest.raises(NotFound):
        office.do(take_customer, customer_id=uuid4(), seen_owner=None, by=ANA)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("team 2", ("team", 2)), ("", ("team", 0)), ("U0ANA x", ("U0ANA", 0)), ("pool -1", ("pool", 0)),
        ("team 99999999999999999999", ("team", 0)), ("team ²", ("team", 0)),
    ],
)  # fmt: skip
def test_a_forged_page_becomes_one_that_exists(value: str, place: tuple[str, int]) -> None:
    """What comes back in a button's value is only believed as far as it makes sense."""
    assert read_page(value) == place


@pytest.mark.parametrize("seed", range(6))
def test_size_changes_nothing_in_any_list(office: Office, seed: int) -> None:
    """Permuting every customer's value and headcount leaves message, thread and lists as they were."""
    dice = random.Random(seed)  # noqa: S311 - dice, no secrets
    for n in range(14):
        office.customer(
            f"Customer {n}",
            waited=dice.randint(1, 120),
            cadence_days=dice.choice([None, 7, 60]),
            owner=dice.choice([ANA, BOB, None]),
            annual_value=Decimal(dice.randint(1, 10**6)),
            headcount=dice.randint(1, 10**5),
        )
    set_up(office)
    move_to_slot(office)
    before = said_of(office)
    with office.runtime.database.transaction(WORKSPACE) as session:
        rows = session.exec(select(Customer)).all()
        sizes = [(row.annual_value, row.headcount) for row in rows]
        dice.shuffle(sizes)
        for row, (value, headcount) in zip(rows, sizes, strict=True):
            row.annual_value, row.headcount = value, headcount
    assert said_of(office) == before


def said_of(office: Office) -> object:
    """Everything that any list says now."""
    digest = the_digest(office)

    def read(session: Session) -> object:
        now = office.runtime.clock.now()
        slot = get_slot(session, digest=digest, now=now, is_test=True)
        said = compose_neglected(session, slot, now, features=FEATURES)
        return said, list_neglected_lines(session, today=now.date(), names_owners=True)

    return office.look(read), listed(office), listed(office, "pool"), listed(office, ANA)

"""Names are found by their parts and in spite of typing errors, and what is searched follows every change of them."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from bot.customers import views
from bot.customers.queries import screens, searching
from bot.customers.queries.screens import list_options, list_page
from bot.customers.queries.searching import find_customer, list_nearest, list_partly
from bot.customers.queries.trigrams import names_with, padded
from bot.customers.rules.names import name_key
from bot.customers.schemas import CustomerDetails
from bot.customers.tables import Alias, Customer, CustomerName
from bot.customers.usecases import erasing
from bot.customers.usecases.details import add_customer, edit_customer
from bot.customers.usecases.undoing import delete_customers, undo_import
from bot.workspaces.tables import Workspace
from bot.workspaces.usecases import install_workspace
from tests.customers.lists import take_in
from tests.makers import ANA, LONG_AGO, MARA, Office
from tests.makers import add_customer as put_customer

pytestmark = pytest.mark.both_databases

ELSEWHERE = "T0ELSEWHERE"


def partly(office: Office, words: str) -> list[str]:
    """Whom a part of a name leads to."""
    return [one.name for one in office.look(lambda session: list_partly(session, words))]


def nearest(office: Office, words: str) -> list[str]:
    """Whom a mistyped name leads to."""
    return [name for _, name in office.look(lambda session: list_nearest(session, words))]


def listed(office: Office, words: str) -> list[str]:
    """Whom the list of /customers holds."""
    return [row.name for row in office.ask(list_page, words=words, viewer=ANA).rows]


def strays(session: Session) -> list[str]:
    """What is searched and isn't a name any more, and names that their own trigrams don't find."""
    own = session.execute(select(Customer.id, Customer.name_key, sa.false())).all()
    other = session.execute(select(Alias.customer_id, Alias.name_key, sa.true())).all()
    names = {(one, key, bool(also)) for one, key, also in (*own, *other)}
    rows = select(CustomerName.customer_id, CustomerName.name_key, CustomerName.is_alias)
    kept = sorted(tuple(row) for row in session.execute(rows))
    found = {
        (one, key) for one, key, _ in names if (one, key) in session.execute(names_with(session, [padded(key)])).all()
    }
    missed = sorted({(one, key) for one, key, _ in names} - found)
    return [f"{one}" for one in (*set(kept).symmetric_difference(names), *missed)] + kept[len(names) :]


def test_what_is_searched_follows_every_change(office: Office) -> None:
    """Added, renamed, with other names, from a list that is undone, erased; however it was written."""
    details = CustomerDetails(name="Golddex", aliases=("Rocket People", "GDX"))
    golddex = office.do(add_customer, details=details, by=ANA).id
    assert partly(office, "people") == ["Golddex"]
    office.do(edit_customer, customer_id=golddex, details=CustomerDetails(name="Silverdex", aliases=("GDX",)), by=ANA)
    assert (partly(office, "people"), partly(office, "gold"), partly(office, "silver")) == ([], [], ["Silverdex"])
    done = take_in(office, "Name,Aliases\nSilverdex,Tin Foundry\nHarbour Bikes,Quay Cycles\n")
    assert (partly(office, "foundry"), partly(office, "cycles")) == (["Silverdex"], ["Harbour Bikes"])
    assert office.look(strays) == []
    office.do(undo_import, import_id=done.id, by=MARA)
    assert (partly(office, "foundry"), partly(office, "cycles"), partly(office, "silver")) == ([], [], ["Silverdex"])
    erase = {
        "kind": "customer",
        "subject_id": str(golddex),
        "confirm": "Silverdex",
        "features": office.runtime.features,
    }
    office.do(erasing.erase_subject, by="bot", **erase)
    assert (partly(office, "silver"), partly(office, "gdx"), office.look(strays)) == ([], [], [])
    assert office.look(lambda session: session.exec(select(CustomerName)).all()) == []


WORDS = st.sampled_from(["gold", "dex", "ab", "z", "3m", "ångström", "日本", "$", "100%", '"quoted"', "a_b", "o'neill"])
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["add", "rename", "also", "not", "delete"]), NAMES), max_size=12))
def test_after_any_history_just_the_names_are_searched(office: Office, steps: list[tuple[str, str]]) -> None:
    """Rows that come and go in any order, one statement or many; the same name twice, too."""
    with office.runtime.database.transaction(ELSEWHERE) as session:
        if session.get(Workspace, ELSEWHERE) is None:
            install_workspace(session, name="Other", bot_user_id="U1", now=LONG_AGO)
        ids: list[UUID] = list(session.exec(select(Customer.id)).all())
        delete_customers(session, ids)
        ids = []
        for what, name in steps:
            take_step(session, what, name, ids)
        session.flush()
        assert strays(session) == []
        for key in session.exec(select(Customer.name_key)).all():
            assert list_partly(session, key)


def take_step(session: Session, what: str, name: str, ids: list[UUID]) -> None:
    """Change the names of a workspace in one way."""
    key = name_key(name)
    if what == "add" or not ids:
        ids.append(put_customer(session, name).id)
    elif what == "rename":
        session.execute(sa.update(Customer).where(col(Customer.id) == ids[-1]).values(name=name, name_key=key))
    elif what == "also" and not session.exec(select(Alias).where(Alias.name_key == key)).all():
        session.add(Alias(customer_id=ids[-1], name=name, name_key=key))
    elif what == "not":
        session.execute(sa.delete(Alias).where(col(Alias.name_key) == key))
    elif what == "delete":
        delete_customers(session, [ids.pop()])
    session.flush()


@pytest.mark.parametrize(
    ("words", "names"),
    [("x", ["X"]), ("3m", ["3M"]), ("hp", ["HP", "HP Garages"]), ("ab", ["AB Foods"]), ("foods ab", ["AB Foods"]),
     ("日本", ["日本電気"]), ("é", ["Éclair"])],
)  # fmt: skip
def test_names_of_one_or_two_letters_are_found(office: Office, words: str, names: list[str]) -> None:
    """They hold no three letters to look for, so they are looked for at the beginnings of words and names."""
    for one in ("X", "3M", "HP", "HP Garages", "AB Foods", "日本電気", "Éclair", "Alphphone"):
        office.customer(one)
    assert sorted(partly(office, words)) == names
    assert sorted(listed(office, words)) == names
    assert names[0] in [one.name for one in office.ask(list_options, words=words, viewer=ANA)]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Meridan Holdings", "Meridian Holdings"), ("Meridian Holdigns", "Meridian Holdings"), ("Acne", "Acme"),
     ("Akme", "Acme"),
     ("Solr Energy Partners", "Solar Energy Partners"), ("Energy Solar Partners", "Solar Energy Partners"),
     ("Goldexx", "Golddex"), ("Brikcs", "Bricks"), ("Hundred%", "Hundred"),
     ('"Meridan" Holdings', "Meridian Holdings")],
)  # fmt: skip
def test_typing_errors_still_lead_to_the_name(office: Office, typed: str, name: str) -> None:
    """A letter too few, too many, another or in another place, also in short names; words in another order."""
    for one in ("Meridian Holdings", "Acme", "Solar Energy Partners", "Golddex", "Bricks", "Hundred"):
        office.customer(one)
    for number in range(100):
        office.customer(f"Energy Holdings {number}")
    assert nearest(office, typed)[0] == name


def test_other_workspaces_push_nobody_out(office: Office) -> None:
    """However many of theirs are alike; none of them is named."""
    with office.runtime.database.transaction(ELSEWHERE) as session:
        install_workspace(session, name="Other", bot_user_id="U1", now=LONG_AGO)
        for number in range(150):
            put_customer(session, f"Meridian Holdings {number}")
    office.customer("Meridian Holdings")
    assert (nearest(office, "Meridan Holdings"), partly(office, "meri")) == (["Meridian Holdings"],) * 2
    assert listed(office, "holdings") == ["Meridian Holdings"]
    assert nearest(office, "Meridian Holdings 17") == ["Meridian Holdings"]
    assert office.look(lambda session: find_customer(session, "meridian")).name == "Meridian Holdings"


def test_a_word_that_very_many_share_lists_those_found_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The title says that there may be more; a second word finds them, and other names of a customer count once."""
    monkeypatch.setattr(screens, "MOST_LISTED", 12)
    office.do(add_customer, details=CustomerDetails(name="Timber Works", aliases=("Timberland",)), by=ANA)
    for number in range(15):
        office.customer(f"Timber {number}")
    first, last, beyond = (office.ask(list_page, words="timber", page=page, viewer=ANA) for page in (1, 2, 99))
    assert (first.and_more, first.total in (11, 12), first.pages, last.page) == (True, True, 2, 2)
    assert (len(first.rows) + len(last.rows), beyond) == (first.total, last)
    assert len({row.id for row in (*first.rows, *last.rows)}) == first.total
    assert f"At least {first.total} customers called something like timber" in views.page(first).text
    found = office.ask(list_page, words="timber 13", viewer=ANA)
    assert (found.and_more, found.total, views.page(found).text[:10]) == (False, 1, "1 customer")


def test_a_part_of_a_domain_that_very_many_share_lists_those_found_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word with a dot in it, which is looked for in domains, too; what fits is told as it is."""
    monkeypatch.setattr(screens, "MOST_LISTED", 3)
    for number in range(5):
        office.customer(f"Acme {number}", domain=f"acme{number}.example")
    page = office.ask(list_page, words=".example", viewer=ANA)
    assert (page.total, page.and_more) == (3, True)
    page = office.ask(list_page, words="acme4.ex", viewer=ANA)
    assert ([row.name for row in page.rows], page.and_more) == (["Acme 4"], False)


def test_a_name_that_begins_with_the_words_isnt_lost_among_many_that_hold_them(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many others are found before it; where none begins so, those that hold them are shown."""
    monkeypatch.setattr(searching, "MOST_ALIKE", 3)
    for number in range(5):
        office.customer(f"Blue Gold {number}")
    office.customer("Golden Gate")
    assert partly(office, "gold") == ["Golden Gate"]
    assert len(partly(office, "gol")) == 1
    assert partly(office, "blue") == ["Blue Gold 0", "Blue Gold 1", "Blue Gold 2"]

"""What customers are found by follows every change of them at once, whichever way it came; on both databases."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session

from bot.core.errors import InvalidInput
from bot.core.runtime import Runtime
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerDetails
from bot.customers.tables import Customer
from bot.customers.usecases import erasing, hand_over
from bot.customers.usecases.details import add_customer, edit_customer, set_status, wake_paused
from bot.customers.usecases.scheduling import set_last_contact
from bot.customers.usecases.undoing import undo_import
from bot.mentions.rules.tiers import Tier
from bot.mentions.usecases import aliases
from bot.mentions.usecases.aliases import refresh_aliases, refresh_few_aliases
from bot.workspaces.usecases import install_workspace
from jobs.collect_mentions import collect_mentions
from tests.customers.lists import take_in
from tests.makers import ANA, LONG_AGO, MARA, Office
from tests.makers import add_customer as put_customer
from tests.mentions.matching.helpers import count, match, matched, planned, statements

pytestmark = pytest.mark.both_databases

OLD, NEW = "Golddex never answers", "Silverdex never answers"


def edit(office: Office, customer_id: UUID, name: str, **more: object) -> None:
    """The form, saved."""
    office.do(edit_customer, customer_id=customer_id, details=CustomerDetails(name=name, **more), by=ANA)


def test_a_customer_added_in_slack_is_found_at_once(office: Office) -> None:
    """By name, other name, domain and account."""
    details = CustomerDetails(name="Golddex", aliases=("GDX Metals", "@gdx_help"), domain="golddex.com")
    golddex = office.do(add_customer, details=details, by=ANA).id
    assert matched(office, OLD) == [(golddex, Tier.LIKELY)]
    assert matched(office, "ask GDX Metals") == [(golddex, Tier.LINKED)]
    assert matched(office, "see https://www.golddex.com/x") == [(golddex, Tier.LINKED)]
    assert matched(office, "hey @GDX_help") == [(golddex, Tier.LINKED)]


def test_a_renamed_customer_is_found_by_the_new_name_only(office: Office) -> None:
    """Within the same instant, too: no clock decides what is new."""
    golddex = office.customer("Golddex")
    assert matched(office, OLD) == [(golddex, Tier.LIKELY)]
    edit(office, golddex, "Silverdex")
    assert matched(office, OLD) == []
    assert matched(office, NEW) == [(golddex, Tier.LIKELY)]
    edit(office, golddex, "Golddex")
    assert matched(office, OLD) == [(golddex, Tier.LIKELY)]


def test_other_names_and_domains_come_and_go_with_edits(office: Office) -> None:
    """Also when nothing but the other names changes."""
    golddex = office.customer("Golddex")
    match(office, OLD)
    edit(office, golddex, "Golddex", aliases=("Silverdex",))
    assert matched(office, NEW) == [(golddex, Tier.LIKELY)]
    edit(office, golddex, "Golddex", domain="golddex.com")
    assert matched(office, NEW) == []
    assert matched(office, "at golddex.com") == [(golddex, Tier.LINKED)]
    edit(office, golddex, "Golddex")
    assert matched(office, "at golddex.com") == []


def test_a_list_brings_names_changes_them_and_is_undone(office: Office) -> None:
    """New customers, a new name, a new domain, another name and nothing else; and all of it back again."""
    first = take_in(office, "id,name,domain\n1,Golddex,\n2,Condax,\n")
    assert len(match(office, "Golddex and Condax")) == 2
    second = take_in(office, "id,name,domain,aliases\n1,Silverdex,,\n2,Condax,condax.com,\n3,Kancode,,\n")
    third = take_in(office, "id,name,aliases\n2,Condax,Zathunicon\n")
    assert len(match(office, "Silverdex and Kancode, or Golddex")) == 2
    assert [one.alias for one in match(office, "Zathunicon of condax.com")] == ["condax.com"]
    assert len(match(office, "Zathunicon")) == 1
    office.do(undo_import, import_id=third.id, by=MARA)
    assert match(office, "Zathunicon") == ()
    office.do(undo_import, import_id=second.id, by=MARA)
    assert [one.alias for one in match(office, "Silverdex and Kancode, or Golddex, condax.com")] == ["Golddex"]
    assert office.do(undo_import, import_id=first.id, by=MARA).removed == 2
    assert match(office, "Golddex and Condax") == ()
    assert count(office, "mention_aliases") == 0


def test_what_a_list_says_again_changes_no_key(office: Office) -> None:
    """The database compares: only what differs is to be read anew."""
    take_in(office, "id,name,headcount\n1,Golddex,5\n")
    match(office, OLD)
    take_in(office, "id,name,headcount\n1,Golddex,7\n")
    assert office.do(refresh_aliases) == 0


def test_lost_and_excluded_customers_are_not_looked_for_until_they_are_back(office: Office) -> None:
    """A paused one still is."""
    golddex = office.customer("Golddex")
    found = {}
    for status in (Status.ACTIVE, Status.PAUSED, Status.LOST, Status.EXCLUDED, Status.ACTIVE):
        office.do(set_status, customer_id=golddex, status=status, reason="so it is", by=MARA)
        found[status] = matched(office, OLD)
    assert found[Status.PAUSED] == [(golddex, Tier.LIKELY)]
    assert found[Status.LOST] == found[Status.EXCLUDED] == []
    assert found[Status.ACTIVE] == [(golddex, Tier.LIKELY)]


def test_one_that_comes_back_from_a_pause_is_found(office: Office) -> None:
    """The job that wakes them needn't know of mentions."""
    golddex = office.customer("Golddex")
    until = office.runtime.clock.now().date() + timedelta(days=1)
    office.do(set_status, customer_id=golddex, status=Status.PAUSED, reason="fair", until=until, by=MARA)
    office.runtime.clock.move(timedelta(days=3))  # type: ignore[attr-defined]  # a clock for tests
    office.do(wake_paused)
    assert matched(office, OLD) == [(golddex, Tier.LIKELY)]


def test_an_erased_customer_is_found_no_more(office: Office) -> None:
    """The keys go with it, in its own transaction, before anybody refreshes."""
    golddex = office.customer("Golddex")
    edit(office, golddex, "Golddex", aliases=("Silverdex",))
    match(office, OLD)
    edit(office, golddex, "Golddex")
    assert office.do(erasing.erase, kind="customer", subject_id=str(golddex)) > 0
    assert count(office, "mention_aliases") == count(office, "mention_unread_names") == 0
    assert matched(office, OLD) == []


def test_what_moves_a_clock_costs_no_refresh(office: Office) -> None:
    """Contacts and hand-overs change customers all day, and no name."""
    golddex = office.customer("Golddex", owner=ANA)
    match(office, OLD)
    office.do(set_last_contact, customer_id=golddex, on=office.runtime.clock.now().date())
    office.do(hand_over, customer_id=golddex, to=MARA, by=MARA)
    assert office.do(refresh_aliases) == 0


def test_a_name_written_past_every_use_case_is_found(office: Office) -> None:
    """Whoever writes the table, by whatever statement."""
    golddex = office.customer("Golddex")
    match(office, OLD)

    def rename(session: Session) -> None:
        row = session.get(Customer, golddex)
        assert row is not None
        row.name = "Silverdex"

    with office.runtime.database.transaction("T0EVENHAND") as session:
        rename(session)
    assert matched(office, NEW) == [(golddex, Tier.LIKELY)]


def test_a_change_that_is_rolled_back_leaves_the_keys_alone(office: Office) -> None:
    """What never happened isn't read."""
    golddex = office.customer("Golddex")
    match(office, OLD)

    def change_and_fail(session: Session, *, now: datetime) -> None:
        put_customer(session, "Silverdex")
        raise InvalidInput(f"not on {now:%A}")

    with pytest.raises(InvalidInput):
        office.do(change_and_fail)
    assert office.do(refresh_aliases) == 0
    assert matched(office, OLD) == [(golddex, Tier.LIKELY)]


def test_with_nothing_changed_it_is_one_look_at_an_index(office: Office) -> None:
    """However many customers there are."""
    for number in range(30):
        office.customer(f"Golddex {number}")
    match(office, OLD)
    asked = [one for one in statements(office, lambda: office.do(refresh_aliases)) if "SELECT" in one]
    assert len(asked) == 1
    [plan] = planned(office, "mention_unread_names", lambda: office.do(refresh_aliases))
    assert "SCAN" not in plan or "INDEX" in plan


def test_a_workspace_never_finds_anothers_customers(runtime: Runtime, office: Office) -> None:
    """The same name on both sides: each finds its own, and refreshes its own."""
    ours = office.customer("Golddex")
    with runtime.database.transaction("T0OTHER") as session:
        install_workspace(session, name="Other", bot_user_id="U0BOT", now=LONG_AGO)
        put_customer(session, "Golddex")
        put_customer(session, "Silverdex")
    assert matched(office, OLD) == [(ours, Tier.LIKELY)]
    assert matched(office, NEW) == []
    assert runtime.run_now(refresh_aliases, workspace="T0OTHER") == 2
    assert matched(office, NEW) == []


def test_customers_that_nobody_read_yet_wait_in_the_list(office: Office) -> None:
    """Each once; reading empties it."""
    ids = {office.customer(f"{name} Works") for name in ("Golddex", "Silverdex", "Condax")}
    assert count(office, "mention_unread_names") == len(ids)
    assert office.do(refresh_aliases) == len(ids)
    assert count(office, "mention_unread_names") == 0


async def test_names_of_a_long_list_are_read_a_few_at_a_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job does it until none is left; what is said meanwhile waits for no more than a few."""
    monkeypatch.setattr(aliases, "FEW", 2)
    for number in range(5):
        office.customer(f"Harbour Bikes {number}")
    assert office.do(refresh_few_aliases) == 2
    await collect_mentions(office.runtime)
    assert office.do(refresh_few_aliases) == 0
    assert office.do(refresh_aliases) == 0

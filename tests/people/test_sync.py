"""Syncing people from Slack."""

import pytest
from sqlmodel import Session, select

from bot.core.outbox import OutboxMessage
from bot.customers.queries import get_customer
from bot.home.usecases import sync_people_and_customers
from bot.people.queries import get_person, get_schema, list_managers, list_people
from bot.people.rules import Role
from bot.people.schemas import PeopleSynced, SlackPerson
from bot.people.tables import Person
from bot.people.usecases import may_manage, sync_people
from bot.workspaces.queries import list_audit
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office
from tests.people.slack_people import slack_person, whole_office


def person(office: Office, person_id: str) -> Person:
    """Return the stored person."""
    found = office.look(lambda session: get_person(session, person_id))
    assert isinstance(found, Person)
    return found


def sync(office: Office, *people: SlackPerson, complete: bool = False, event_id: str = "") -> PeopleSynced:
    """Sync *people*."""
    news = office.do(sync_people_and_customers, people=list(people), complete=complete, event_id=event_id)
    assert isinstance(news, PeopleSynced)
    return news


def notifications(office: Office, kind: str) -> list[OutboxMessage]:
    """Return the messages of one kind in the outbox, by recipient."""

    def look(session: Session) -> list[OutboxMessage]:
        rows = session.exec(select(OutboxMessage).where(OutboxMessage.kind == kind)).all()
        return sorted(rows, key=lambda row: row.recipient)

    found: list[OutboxMessage] = office.look(look)
    return found


def test_somebody_new_works_from_nine_with_the_holidays_of_their_zone(office: Office) -> None:
    """A new person gets default hours, and holidays by zone."""
    news = sync(
        office, slack_person("U1", name="Zoë Ng", zone="Asia/Singapore", handle="zoe", email="zoe@example.test")
    )
    zoe = person(office, "U1")
    assert news == PeopleSynced(added=1)
    assert (zoe.name, zoe.name_key, zoe.zone, zoe.country) == ("Zoë Ng", "zoe ng", "Asia/Singapore", "SG")
    assert (zoe.role, zoe.working_days, f"{zoe.hour:%H:%M}") == (Role.MEMBER, "01234", "09:00")


def test_taking_in_the_same_people_again_changes_nothing(office: Office) -> None:
    """A second sync changes nothing."""
    sync(office, *whole_office(), complete=True)
    assert sync(office, *whole_office(), complete=True) == PeopleSynced()


def test_a_workspace_of_one_person_works(office: Office) -> None:
    """The only person is an admin; all others have left."""
    sync(office, slack_person(MARA, is_slack_admin=True), complete=True)
    assert [(row.id, row.role) for row in office.look(list_people)] == [(MARA, Role.ADMIN)]


@pytest.mark.slow
def test_five_thousand_people_are_taken_in(office: Office) -> None:
    """All are added, and all zones can be changed."""
    crowd = [slack_person(f"U{n:05}", name=f"Person {n}", zone="Europe/Berlin") for n in range(5000)]
    assert sync(office, *whole_office(*crowd), complete=True).added == 5000
    again = [row.model_copy(update={"zone": "Europe/Paris"}) for row in crowd]
    assert len(sync(office, *whole_office(*again), complete=True).moved) == 5000


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus"])
def test_somebody_new_without_a_known_zone_lives_where_the_workspace_is(office: Office, zone: str | None) -> None:
    """A missing or unknown zone becomes the workspace's."""
    sync(office, slack_person("U1", zone=zone or None))
    assert (person(office, "U1").zone, person(office, "U1").country) == ("Europe/London", "GB")


@pytest.mark.parametrize("zone", [None, "Mars/Olympus"])
def test_somebody_whose_zone_goes_missing_keeps_the_one_they_had(office: Office, zone: str | None) -> None:
    """A missing or unknown zone leaves the stored one."""
    sync(office, slack_person(KIRI, zone=zone))
    assert person(office, KIRI).zone == "Pacific/Auckland"


def test_who_moves_keeps_the_holidays_of_their_new_home(office: Office) -> None:
    """The country follows the zone if it was the zone's country."""
    assert sync(office, slack_person(ANA, zone="Europe/Madrid")).moved == (ANA,)
    assert person(office, ANA).country == "ES"


def test_who_chose_their_holidays_keeps_them_when_they_move(office: Office) -> None:
    """A chosen country isn't overwritten."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        get_person(session, ANA).country = "BR"
    sync(office, slack_person(ANA, zone="Europe/Madrid"))
    assert person(office, ANA).country == "BR"


def test_a_moved_owners_customers_get_new_dates(office: Office) -> None:
    """A due date on a holiday of the old country moves."""
    # 1 December is a holiday in Portugal (Restoration of Independence) and none in Spain.
    customer = office.customer("Acme", owner=ANA, waited=22)
    before = office.look(lambda session: get_customer(session, customer).due_on)
    sync(office, slack_person(ANA, zone="Europe/Madrid"))
    after = office.look(lambda session: get_customer(session, customer).due_on)
    assert (before.isoformat(), after.isoformat()) == ("2026-12-02", "2026-12-01")


def test_a_renamed_person_has_the_new_name_everywhere(office: Office) -> None:
    """References use the id, so the name changes everywhere."""
    sync(office, slack_person(ANA, name="Ana <!channel> Sousa"))
    assert office.look(lambda session: get_schema(session, ANA)).name == "Ana <!channel> Sousa"
    assert person(office, ANA).name_key == "ana <!channel> sousa"


def test_slack_admins_become_admins_and_members_again(office: Office) -> None:
    """The role follows Slack, with an audit entry each time."""
    sync(office, slack_person(ANA, is_slack_admin=True))
    assert person(office, ANA).role is Role.ADMIN
    sync(office, slack_person(ANA))
    assert person(office, ANA).role is Role.MEMBER
    trail = office.look(lambda session: list_audit(session, subject_kind="person", subject_id=ANA))
    assert [(row.before["role"], row.after["role"]) for row in trail] == [("admin", "member"), ("member", "admin")]


def test_a_named_manager_stays_one_when_slack_takes_admin_rights_back(office: Office) -> None:
    """Mara was a manager before she was an admin, and is one again."""
    sync(office, slack_person(MARA, is_slack_admin=True))
    sync(office, slack_person(MARA))
    assert person(office, MARA).role is Role.MANAGER


def test_a_guest_or_a_bot_is_no_admin(office: Office) -> None:
    """Guests and bots are not admins, whatever their flags are."""
    sync(
        office,
        slack_person("U1", is_slack_admin=True, is_guest=True),
        slack_person("U2", is_slack_admin=True, is_bot=True),
    )
    assert {person(office, "U1").role, person(office, "U2").role} == {Role.MEMBER}


def test_a_manager_who_becomes_a_guest_manages_no_more_until_they_are_a_member_again(office: Office) -> None:
    """They can't assign work and don't count as managers."""
    for is_guest in (True, False):
        sync(office, slack_person(MARA, is_guest=is_guest))
        managers = office.look(lambda session: [manager.id for manager in list_managers(session)])
        assert (MARA in managers, may_manage(person(office, MARA))) == (not is_guest, not is_guest)


def test_a_deactivated_owners_customers_go_to_the_pool_and_managers_are_told_once(office: Office) -> None:
    """Repeated events change nothing."""
    acme, other = office.customer("Acme", owner=ANA, waited=60), office.customer("Bolt", owner=BOB)
    office.customer("Zed", owner=ANA, waited=10)
    for _ in range(2):
        sync(office, slack_person(ANA, is_deactivated=True), event_id="Ev1")
    sync(office, slack_person(ANA, is_deactivated=True), event_id="Ev2")
    sync(office, *whole_office(slack_person(ANA, is_deactivated=True)), complete=True)
    assert office.look(lambda session: get_customer(session, acme).owner_id) is None
    assert office.look(lambda session: get_customer(session, other).owner_id) == BOB
    owed = notifications(office, "people.owner_left")
    assert [row.recipient for row in owed] == [MARA]
    assert owed[0].body == {"owner": "Ana Lima", "customers": 2, "examples": ["Acme", "Zed"], "became_guest": False}


def test_a_released_customer_says_in_its_history_who_had_it(office: Office) -> None:
    """The audit trail names the former owner."""
    acme = office.customer("Acme", owner=ANA)
    sync(office, slack_person(ANA, is_deactivated=True))
    trail = office.look(lambda session: list_audit(session, subject_kind="customer", subject_id=str(acme)))
    assert [(row.action, row.before, row.by) for row in trail] == [("customer.handed_over", {"owner": ANA}, "bot")]


def test_admins_hear_of_it_where_there_is_no_manager(office: Office) -> None:
    """Without managers, admins are notified."""
    sync(office, slack_person(MARA, is_slack_admin=True), slack_person(BOB, is_slack_admin=True))
    office.customer("Acme", owner=ANA)
    sync(office, slack_person(ANA, is_deactivated=True))
    assert [row.recipient for row in notifications(office, "people.owner_left")] == [BOB, MARA]


def test_nobody_is_bothered_when_somebody_without_customers_leaves(office: Office) -> None:
    """Without customers there is no notification."""
    sync(office, slack_person(ANA, is_deactivated=True))
    assert notifications(office, "people.owner_left") == []


def test_who_is_missing_from_the_whole_list_has_left(office: Office) -> None:
    """A person missing from a complete list is deactivated."""
    office.customer("Acme", owner=KIRI)
    news = sync(office, slack_person(MARA), slack_person(ANA), slack_person(BOB), complete=True)
    assert news.left == (KIRI,)
    assert len(notifications(office, "people.owner_left")) == 1


def test_an_empty_list_is_not_believed(office: Office) -> None:
    """An empty list deactivates nobody."""
    assert sync(office, complete=True) == PeopleSynced()


def test_who_becomes_a_guest_gives_their_customers_up(office: Office) -> None:
    """The customers of a new guest go to the pool."""
    acme = office.customer("Acme", owner=ANA)
    assert sync(office, slack_person(ANA, is_guest=True)).became_guests == (ANA,)
    assert office.look(lambda session: get_customer(session, acme).owner_id) is None
    assert notifications(office, "people.owner_left")[0].body["became_guest"] is True


def test_who_comes_back_is_here_again_without_their_old_customers(office: Office) -> None:
    """A reactivated person doesn't get customers back."""
    acme = office.customer("Acme", owner=ANA)
    sync(office, slack_person(ANA, is_deactivated=True))
    sync(office, slack_person(ANA))
    assert not person(office, ANA).is_deactivated
    assert office.look(lambda session: get_customer(session, acme).owner_id) is None
    office.customer("Bolt", owner=ANA)
    sync(office, slack_person(ANA, is_deactivated=True))
    assert len(notifications(office, "people.owner_left")) == 2


def test_an_event_counts_once(office: Office) -> None:
    """A second delivery of the same event is ignored, even after others."""
    sync(office, slack_person(ANA, name="Ana One"), event_id="Ev1")
    sync(office, slack_person(ANA, name="Ana Two"), event_id="Ev2")
    assert sync(office, slack_person(ANA, name="Ana One"), event_id="Ev1") == PeopleSynced()
    assert person(office, ANA).name == "Ana Two"


def test_a_person_named_twice_in_one_list_is_one_person(office: Office) -> None:
    """The later entry wins."""
    office.do(sync_people, people=[slack_person("U1", name="Old"), slack_person("U1", name="New")], complete=False)
    assert person(office, "U1").name == "New"

"""The setup: who may change it, what it refuses, what follows from it."""

from datetime import UTC, date, datetime, time

import pytest

from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.customers.tables import Customer
from bot.digests.queries.setup import export_person, find_problems, get_health, get_setup, list_first_steps
from bot.digests.usecases import forget_person, post_test, save_setup
from bot.features import FEATURES
from bot.people.queries import get_person
from bot.people.rules import Role
from bot.workspaces.queries import get_workspace, list_audit
from bot.workspaces.schemas import ChannelSchema
from tests.digests.digest_office import (
    CARE,
    digests,
    make,
    make_admin,
    owed_rows,
    posts,
    set_up,
    setup_input,
    the_digest,
)
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office


def refused(office: Office, **inputs: object) -> dict[str, str]:
    """The sentences under the fields of a setup that is refused."""
    with pytest.raises(InvalidInput) as caught:
        set_up(office, **inputs)  # type: ignore[arg-type]
    return caught.value.fields


def test_a_member_cannot_change_the_setup(office: Office) -> None:
    """Ana is told whom to ask, and nothing has changed."""
    with pytest.raises(NotAllowed, match="Only managers can change the setup; ask Mara Okafor"):
        set_up(office, by=ANA, cadence=20)
    with pytest.raises(NotAllowed):
        office.ask(get_setup, viewer=ANA)
    assert office.look(get_workspace).default_cadence_days == 30


def test_a_workspace_without_managers_is_told_where_they_come_from(office: Office) -> None:
    """Where nobody manages yet, the way is named: a Slack admin and /evenhand setup."""
    make(office, MARA, role=Role.MEMBER)
    with pytest.raises(NotAllowed, match="ask a Slack admin to name one with /evenhand setup"):
        office.ask(get_setup, viewer=MARA)


def test_a_digest_is_set_up_for_its_next_slot(office: Office) -> None:
    """From Monday nine o'clock on, Mondays and Thursdays at nine mean Thursday."""
    schema = set_up(office)
    assert schema.digest.channel_id == "C0CARE"
    assert schema.digest.next_slot == datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    (entry,) = office.look(lambda s: list_audit(s, subject_kind="digest", subject_id=str(schema.digest.id)))
    assert (entry.by, entry.after["channel"]) == (MARA, "C0CARE")


def test_saving_the_same_twice_changes_nothing(office: Office) -> None:
    """A second save, or a retried one, leaves one digest and one line in the audit trail."""
    first, second = set_up(office), set_up(office)
    assert first == second
    trail = office.look(lambda s: list_audit(s, subject_kind="digest", subject_id=str(first.digest.id)))
    assert len(trail) == 1


def test_another_channel_moves_the_digest(office: Office) -> None:
    """There is one digest; choosing another channel moves it."""
    first = set_up(office)
    second = set_up(office, channel=ChannelSchema(id="C0NEW", name="new", is_member=True), days="1", hour=time(16, 30))
    assert second.digest.id == first.digest.id
    assert second.digest.channel_name == "new"
    assert second.digest.next_slot == datetime(2026, 11, 24, 16, 30, tzinfo=UTC)


def test_no_day_switches_the_digest_off_and_a_day_on_again(office: Office) -> None:
    """Unticking all days is how to end it; ticking one is how to start it again."""
    assert set_up(office, days="").digest.stopped_because == "Switched off: no day is chosen."
    assert set_up(office, days="4").digest.stopped_because is None


def test_settings_without_a_channel_are_saved_without_a_digest(office: Office) -> None:
    """The cadence may be set before any channel is chosen."""
    schema = set_up(office, channel=None, channel_id=None, cadence=21)
    assert (schema.cadence, schema.digest) == (21, None)


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        (ChannelSchema(id="C1", name="big", is_member=True, is_shared=True), "shared with outsiders"),
        (ChannelSchema(id="C1", name="secret", is_private=True), "Invite me with /invite @Evenhand in #secret"),
        (ChannelSchema(id="C1", refused="channel_not_found"), "Invite me with /invite @Evenhand in that channel"),
        (ChannelSchema(id="C1", name="old", is_member=True, is_archived=True), "#old is archived"),
        (ChannelSchema(id="D1", is_channel=False, is_private=True), "doesn't go to direct messages"),
        (ChannelSchema(id="C1", name="hr", refused="restricted_action"), "restricted_action"),
        (ChannelSchema(id="C1", refused="timeout"), "Slack didn't answer in time"),
    ],
)
def test_a_channel_that_cannot_be_posted_to_is_refused_with_the_way_to_mend_it(
    office: Office, channel: ChannelSchema, words: str
) -> None:
    """Shared, private, archived, closed or silent: the sentence stands under the channel and says what to do."""
    assert words in refused(office, channel=channel)["channel"]
    assert office.look(lambda s: find_problems(s, office.runtime.clock.now())) == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("cadence", {"cadence": 0}), ("cadence", {"cadence": 366}), ("cadence", {"cadence": 91}),
        ("floor", {"floor": 0}), ("floor", {"floor": 400}), ("factor", {"factor": 0.9}), ("factor", {"factor": 5.1}),
        ("first_calls", {"first_calls": 0}), ("first_calls", {"first_calls": 101}), ("zone", {"zone": "Mars/Olympus"}),
        ("zone", {"zone": ""}), ("days", {"days": "7"}),
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_refused_under_its_field(
    office: Office, field: str, changes: dict[str, object]
) -> None:
    """Every number and choice is checked against what is possible, and nothing is half saved."""
    assert list(refused(office, **changes)) == [field]
    assert office.look(get_workspace).set_up_at is None


def test_everything_wrong_is_told_at_once(office: Office) -> None:
    """One look at the form is enough to mend it all."""
    channel = ChannelSchema(id="C1", name="big", is_shared=True)
    assert set(refused(office, channel=channel, cadence=0, factor=9.0)) == {"channel", "cadence", "factor"}


def test_another_cadence_moves_every_customer(office: Office) -> None:
    """With ten days instead of thirty and twice instead of one and a half times, dates move at once."""
    mine = office.customer("Bakery", waited=12, owner=ANA)
    own = office.customer("Own cadence", waited=12, owner=ANA, cadence_days=60)
    set_up(office, cadence=10, factor=2.0)

    def dates(customer: object) -> tuple[int, date]:
        row = office.look(lambda s: s.get_one(Customer, customer))
        return row.effective_cadence_days, row.neglected_after

    assert dates(mine) == (10, date(2026, 12, 1))
    assert dates(own) == (60, date(2027, 3, 11))


def test_only_slack_admins_name_managers(office: Office) -> None:
    """Mara manages but is no admin: she keeps what is, and is refused a change."""
    assert set_up(office, managers=(MARA,)).managers == (MARA,)
    assert "Only Slack's admins can name managers" in refused(office, managers=(MARA, ANA))["managers"]
    make_admin(office, KIRI)
    assert "ask Kiri Walker" in refused(office, managers=())["managers"]


def test_an_admin_names_managers(office: Office) -> None:
    """Bob becomes a manager, Mara a member again; each change stands in the audit trail; the admin stays admin."""
    make_admin(office, KIRI)
    schema = set_up(office, by=KIRI, managers=(BOB, KIRI))
    assert schema.managers == (BOB,)
    roles = {person: office.look(lambda s, p=person: get_person(s, p).role) for person in (BOB, MARA, KIRI)}
    assert roles == {BOB: Role.MANAGER, MARA: Role.MEMBER, KIRI: Role.ADMIN}
    trail = [
        office.look(lambda s, p=person: list_audit(s, subject_kind="person", subject_id=p)) for person in (BOB, MARA)
    ]
    assert [entries[0].after for entries in trail] == [{"role": "manager"}, {"role": "member"}]


@pytest.mark.parametrize("flaw", ["is_bot", "is_guest", "is_deactivated"])
def test_who_is_no_full_member_cannot_manage(office: Office, flaw: str) -> None:
    """A guest, a bot and somebody who left are refused by name."""
    make_admin(office, KIRI)
    office.person("U0ODD", "Odd One", **{flaw: True})
    assert "Odd One can't be a manager" in refused(office, by=KIRI, managers=("U0ODD",))["managers"]
    assert "can't be a manager" in refused(office, by=KIRI, managers=("U0NOBODY",))["managers"]


def test_a_test_post_is_marked_and_counts_for_nothing(office: Office) -> None:
    """The channel gets what it would get, and the numbers to compare with stay as they were."""
    office.customer("Bakery", waited=80, owner=ANA)
    set_up(office)
    assert office.do(post_test, by=MARA, features=()) == "C0CARE"
    (said,) = digests(office)
    assert said.is_test
    assert posts(office) == []
    assert owed_rows(office)[0].recipient == "C0CARE"


def test_a_test_pressed_twice_is_posted_once(office: Office) -> None:
    """A double click posts one test and says so."""
    set_up(office)
    office.do(post_test, by=MARA, features=())
    with pytest.raises(AlreadyDone, match="on its way already"):
        office.do(post_test, by=MARA, features=())
    assert len(digests(office)) == 1


def test_a_test_needs_a_channel_and_a_manager(office: Office) -> None:
    """Without a channel, after it was switched off, or by a member, a test is refused with what to do."""
    with pytest.raises(NotFound, match="choose one in /evenhand setup"):
        office.do(post_test, by=MARA, features=())
    set_up(office, days="")
    with pytest.raises(NotFound, match="has stopped"):
        office.do(post_test, by=MARA, features=())
    with pytest.raises(NotAllowed):
        office.do(post_test, by=ANA, features=())


def steps(office: Office, person: str = MARA) -> list[tuple[bool, str]]:
    """The first run's steps: done or not, and the button's action."""
    now = office.runtime.clock.now()
    return [(step.done, step.action_id) for step in office.look(lambda s: list_first_steps(s, person, now))]


def test_the_first_run_goes_from_customers_to_a_test_post(office: Office) -> None:
    """Three steps, each ticked off when it is done; after the last they are gone; members never see them."""
    assert steps(office) == [(False, "customers.import"), (False, "digests.setup"), (False, "")]
    office.customer("Bakery", owner=ANA)
    assert steps(office) == [(True, "customers.import"), (False, "digests.setup"), (False, "")]
    set_up(office)
    assert steps(office) == [(True, "customers.import"), (True, "digests.setup"), (False, "digests.test")]
    assert steps(office, ANA) == []
    office.do(post_test, by=MARA, features=())
    assert steps(office) == []


def test_a_stopped_or_late_digest_is_found_wrong(office: Office) -> None:
    """The doctor tells of a digest whose slot went by, and of one that has stopped; one switched off is fine."""

    def wrong() -> list[str]:
        return list(office.look(lambda s: find_problems(s, office.runtime.clock.now())))

    set_up(office)
    assert wrong() == []
    office.runtime.clock.move_to(datetime(2026, 11, 26, 9, 30, tzinfo=UTC))  # type: ignore[attr-defined]
    assert "The digest to #care is late" in wrong()[0]
    set_up(office, days="")
    assert wrong() == []


def test_managers_see_how_the_bot_is(office: Office) -> None:
    """Health holds every job that ran and what the features find wrong; members are told whom to ask."""
    health = office.ask(get_health, viewer=MARA, features=FEATURES)
    assert health.jobs == ()
    assert health.zone == "Europe/London"
    with pytest.raises(NotAllowed):
        office.ask(get_health, viewer=ANA, features=FEATURES)


def test_a_person_who_is_forgotten_leaves_the_digest_standing(office: Office) -> None:
    """Erasing whoever set the digest up takes their name off it; exporting them tells of it before."""
    set_up(office)
    assert office.look(lambda s: export_person(s, "person", MARA)) == {"digests_set_up": ["care"]}
    assert office.look(lambda s: export_person(s, "customer", MARA)) == {}
    with office.runtime.database.transaction(WORKSPACE) as session:
        assert forget_person(session, "person", MARA, office.runtime.clock.now()) == 1
        assert forget_person(session, "person", MARA, office.runtime.clock.now()) == 0
    assert the_digest(office).made_by == "bot"


def test_a_forged_save_is_refused_in_the_use_case(office: Office) -> None:
    """Whatever a form says, the role is read from the database at the moment of saving."""
    with pytest.raises(NotAllowed):
        office.do(save_setup, settings=setup_input(managers=(ANA,)), channel=CARE, by=ANA)
    assert office.look(lambda s: get_person(s, ANA).role) is Role.MEMBER

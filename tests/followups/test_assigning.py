"""Asking somebody, and changing whom, by when and whether at all; on both databases."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from bot.core.errors import AlreadyDone, BotError, InvalidInput, NotAllowed, NotFound
from bot.customers.rules.due import Status
from bot.customers.usecases.details import set_status
from bot.followups.rules import FollowupState
from bot.followups.usecases import OnlyForOneself, assign_followup, cancel_followup, move_followup, reassign_followup
from bot.people.rules import Role
from bot.workspaces.usecases import install_workspace
from tests.followups.helpers import FRIDAY, assign, listed, owed, stored, trail
from tests.makers import ANA, BOB, KIRI, LONG_AGO, MARA, START, Office, add_customer, add_person

ELSEWHERE = "T0ELSEWHERE"


def test_a_manager_asks_and_the_assignee_is_owed_the_message(office: Office) -> None:
    """Kept with a trail; one message, to Ana."""
    schema = assign(office, office.customer("Acme", owner=BOB))
    assert (schema.assignee_name, schema.given_by_name, schema.due_on, schema.is_open) == (
        "Ana Lima", "Mara Okafor", FRIDAY, True,
    )  # fmt: skip
    [message] = owed(office)
    assert (message.kind, message.recipient) == ("followups.given", ANA)
    assert trail(office, schema) == [f"{MARA} followup.given"]


def test_a_member_asks_themselves_and_nobody_is_messaged(office: Office) -> None:
    """It is in their list; who typed it knows."""
    schema = assign(office, office.customer("Acme"), by=ANA)
    assert owed(office) == []
    assert [row.id for row in listed(office).rows] == [schema.id]


def test_a_member_who_asks_somebody_else_is_told_whom_to_ask(office: Office) -> None:
    """Nothing is kept."""
    with pytest.raises(OnlyForOneself, match=r"ask Mara, or take it yourself\."):
        assign(office, office.customer("Acme"), by=BOB)
    assert listed(office).total == 0


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"due_on": date(2026, 11, 22)}, "due", "That day is over"),
        ({"due_on": None}, "due", "Choose the day"),
        ({"due_on": date(2030, 1, 1)}, "due", "more than two years"),
        ({"what": " \x00 "}, "what", "Say in a few words"),
        ({"assignee_id": "U0NOBODY"}, "assignee", "I don't know this person"),
        ({"assignee_id": "U0GUEST"}, "assignee", "Gil Guest can't take follow-ups"),
        ({"assignee_id": "U0GONE"}, "assignee", "Gus Gone can't take follow-ups"),
    ],
)
def test_what_cant_be_is_said_under_its_field(
    office: Office, more: dict[str, object], field: str, sentence: str
) -> None:
    """One sentence a field; nothing is kept."""
    office.person("U0GUEST", "Gil Guest", is_guest=True)
    office.person("U0GONE", "Gus Gone", is_deactivated=True)
    with pytest.raises(InvalidInput) as refused:
        assign(office, office.customer("Acme"), **more)
    assert sentence in refused.value.fields[field]
    assert owed(office) == []


def test_nothing_is_assigned_for_a_lost_customer(office: Office) -> None:
    """The sentence says so."""
    acme = office.customer("Acme")
    office.do(set_status, customer_id=acme, status=Status.LOST, reason="went bankrupt", by=MARA)
    with pytest.raises(InvalidInput) as refused:
        assign(office, acme)
    assert refused.value.fields == {"customer": "Acme is lost; choose another customer."}


def test_guests_and_people_who_left_can_do_nothing(office: Office) -> None:
    """Whatever they press."""
    guest = office.person("U0GUEST", "Gil Guest", is_guest=True, role=Role.MANAGER)
    schema = assign(office, office.customer("Acme"))
    for act in (
        lambda: assign(office, schema.customer_id, by=guest),
        lambda: office.do(reassign_followup, followup_id=schema.id, to=BOB, by=guest),
        lambda: office.do(move_followup, followup_id=schema.id, due_on=FRIDAY + timedelta(days=1), by=guest),
        lambda: office.do(cancel_followup, followup_id=schema.id, reason="x", by=guest),
        lambda: listed(office, viewer=guest),
    ):
        with pytest.raises(NotAllowed, match="Only full members"):
            act()


def test_a_form_sent_twice_counts_once(office: Office) -> None:
    """The second is told."""
    acme = office.customer("Acme")
    assign(office, acme, view_id="V1")
    with pytest.raises(AlreadyDone, match="already assigned"):
        assign(office, acme, view_id="V1")
    assert listed(office).total == 1
    assert len(owed(office)) == 1


def test_another_day_is_kept_told_and_starts_reminding_anew(office: Office) -> None:
    """Ana moves it; Mara hears of it with the reason."""
    schema = assign(office, office.customer("Acme"))
    later = FRIDAY + timedelta(days=7)
    moved = office.do(move_followup, followup_id=schema.id, due_on=later, words="they are away", by=ANA)
    assert moved.due_on == later
    [news] = owed(office, "news")
    assert (news.recipient, news.body["event"], news.body["words"]) == (MARA, "moved", "they are away")
    assert trail(office, schema) == [f"{MARA} followup.given", f"{ANA} followup.moved"]
    for day, sentence in ((later, "already"), (date(2026, 11, 20), "over"), (None, "Choose")):
        with pytest.raises(InvalidInput) as refused:
            office.do(move_followup, followup_id=schema.id, due_on=day, by=ANA)
        assert sentence in refused.value.fields["due"]


def test_only_those_it_concerns_can_change_it(office: Office) -> None:
    """Bob has nothing to do with it."""
    schema = assign(office, office.customer("Acme"))
    with pytest.raises(NotAllowed, match="Only who has it"):
        office.do(move_followup, followup_id=schema.id, due_on=FRIDAY + timedelta(days=1), by=BOB)
    with pytest.raises(NotAllowed, match="Only managers can give it"):
        office.do(reassign_followup, followup_id=schema.id, to=BOB, by=BOB)
    for person in (BOB, ANA):
        with pytest.raises(NotAllowed, match="Only who asked for it"):
            office.do(cancel_followup, followup_id=schema.id, reason="no", by=person)
    assert stored(office, schema).state is FollowupState.OPEN


def test_it_is_given_to_somebody_else_and_all_three_know(office: Office) -> None:
    """Bob gets the message, Ana the news; the trail has both names."""
    schema = assign(office, office.customer("Acme"))
    given = office.do(reassign_followup, followup_id=schema.id, to=BOB, by=MARA)
    assert (given.assignee_id, given.given_by) == (BOB, MARA)
    assert [row.recipient for row in owed(office, "given")] == [ANA, BOB]
    [news] = owed(office, "news")
    assert (news.recipient, news.body["to_name"]) == (ANA, "Bob Chen")
    with pytest.raises(AlreadyDone, match="already have it"):
        office.do(reassign_followup, followup_id=schema.id, to=BOB, by=MARA)
    for to in (None, "U0NOBODY"):
        with pytest.raises(InvalidInput) as refused:
            office.do(reassign_followup, followup_id=schema.id, to=to, by=MARA)
        assert "to" in refused.value.fields


def test_cancelling_needs_a_reason_and_tells_who_has_it(office: Office) -> None:
    """Once; the second time it is told that it is done."""
    schema = assign(office, office.customer("Acme"))
    with pytest.raises(InvalidInput):
        office.do(cancel_followup, followup_id=schema.id, reason=" ", by=MARA)
    office.do(cancel_followup, followup_id=schema.id, reason="they paid", by=MARA)
    [news] = owed(office, "news")
    assert (news.recipient, news.body["words"]) == (ANA, "they paid")
    with pytest.raises(AlreadyDone, match=r"cancelled already \(by Mara Okafor\)"):
        office.do(cancel_followup, followup_id=schema.id, reason="they paid", by=MARA)
    assert trail(office, schema)[1:] == [f"{MARA} followup.cancelled"]


def test_ids_of_another_workspace_are_not_found(office: Office) -> None:
    """A forged value changes nothing there, and nothing here."""
    database = office.runtime.database
    with database.transaction(ELSEWHERE) as session:
        install_workspace(session, name="Elsewhere", bot_user_id="U0BOT", now=LONG_AGO)
        add_person(session, MARA, "Mara Elsewhere", role=Role.MANAGER)
        theirs = add_customer(session, "Theirs").id
        row = assign_followup(
            session, customer_id=theirs, assignee_id=MARA, due_on=FRIDAY, what="secret", by=MARA, now=START
        )
    with pytest.raises(NotFound):
        assign(office, theirs)
    for use_case, more in (
        (move_followup, {"due_on": FRIDAY + timedelta(days=1)}),
        (reassign_followup, {"to": BOB}),
        (cancel_followup, {"reason": "x"}),
    ):
        for followup_id in (row.id, uuid4()):
            with pytest.raises(NotFound, match="isn't here any more"):
                office.do(use_case, followup_id=followup_id, by=MARA, **more)
    assert listed(office, "team").total == 0
    with pytest.raises(BotError):
        listed(office, f"c-{theirs}")


def test_lists_show_mine_given_team_and_a_customers(office: Office) -> None:
    """The earliest day first; counts of the whole; a page that is gone is the last one."""
    acme, golddex = office.customer("Acme"), office.customer("Golddex")
    late = assign(office, acme, due_on=date(2026, 11, 23))
    assign(office, golddex)
    assign(office, acme, assignee_id=KIRI)
    office.runtime.clock.move(timedelta(days=2))  # type: ignore[attr-defined]  # tests have a clock that moves
    mine = listed(office)
    assert (mine.title, mine.total, mine.late, mine.rows[0].id) == ("Your follow-ups", 2, 1, late.id)
    assert listed(office, f"g-{MARA}", MARA).total == 3
    assert listed(office, "team").total == 3
    assert listed(office, f"c-{acme}").title == "Follow-ups with Acme"
    assert listed(office, f"p-{KIRI}").title == "Kiri Walker's follow-ups"
    assert listed(office, page=99).page == 0
    with pytest.raises(NotFound):
        listed(office, "c-nonsense")

"""What came of it: done, done with a check-in, can't."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.checkins.queries.history import list_entries
from bot.checkins.rules import Result
from bot.checkins.tables import CustomerAction
from bot.checkins.usecases import undo_action
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed
from bot.core.feature import collect_undos
from bot.followups.rules import FollowupState
from bot.followups.usecases import complete_followup, decline_followup
from bot.people.queries import find_person_row
from tests.checkins.office import last_contact
from tests.followups.helpers import assign, owed, stored, trail
from tests.makers import ANA, BOB, MARA, WORKSPACE, Office


def test_done_is_kept_and_told_to_who_asked(office: Office) -> None:
    """With the words; the customer's clock stays."""
    acme = office.customer("Acme", owner=ANA, waited=20)
    schema = assign(office, acme)
    before = last_contact(office, acme)
    done = office.do(complete_followup, followup_id=schema.id, note="they pay on Monday", by=ANA)
    assert (done.state, done.note, done.closed_by_name) == (FollowupState.DONE, "they pay on Monday", "Ana Lima")
    [news] = owed(office, "news")
    assert (news.recipient, news.body["event"], news.body["words"]) == (MARA, "done", "they pay on Monday")
    assert trail(office, schema)[1:] == [f"{ANA} followup.done"]
    assert last_contact(office, acme) == before


def test_done_records_a_check_in_in_the_same_breath(office: Office) -> None:
    """Talked moves the clock to today; the note is the check-in's, too."""
    acme = office.customer("Acme", owner=ANA, waited=20)
    schema = assign(office, acme)
    office.do(complete_followup, followup_id=schema.id, note="sorted", result=Result.TALKED, by=ANA)
    [entry] = office.look(lambda session: list_entries(session, customer_id=acme))
    assert (entry.by, entry.note, entry.result) == (ANA, "sorted", "talked")
    assert last_contact(office, acme) == office.runtime.clock.now().date()


def test_what_is_done_stays_done_without_its_check_in(office: Office) -> None:
    """Undoing the contact takes back the contact; who undoes it is told that the follow-up stays."""
    acme = office.customer("Acme", owner=ANA, waited=20)
    before, schema, other = last_contact(office, acme), assign(office, acme), assign(office, acme, what="visit")
    office.do(complete_followup, followup_id=other.id, by=ANA)
    office.runtime.clock.move(timedelta(minutes=1))  # type: ignore[attr-defined]  # tests have a clock that moves
    office.do(complete_followup, followup_id=schema.id, result=Result.TALKED, by=ANA)
    [action] = office.look(lambda session: session.exec(select(CustomerAction)).all())
    done = office.do(undo_action, customer_action_id=action.id, by=ANA, undos=collect_undos(office.runtime.features))
    assert done.stays == ("The follow-up “call about the invoice” stays done.",)
    assert (stored(office, schema).state, last_contact(office, acme)) == (FollowupState.DONE, before)


def test_an_attempt_leaves_the_clock_running(office: Office) -> None:
    """Done by three voicemails is no contact."""
    acme = office.customer("Acme", owner=ANA, waited=20)
    before = last_contact(office, acme)
    office.do(complete_followup, followup_id=assign(office, acme).id, result=Result.TRIED, by=ANA)
    assert last_contact(office, acme) == before


def test_cant_needs_a_reason_and_is_told(office: Office) -> None:
    """Who asked reads why."""
    schema = assign(office, office.customer("Acme"))
    with pytest.raises(InvalidInput) as refused:
        office.do(decline_followup, followup_id=schema.id, note=" ", by=ANA)
    assert "note" in refused.value.fields
    office.do(decline_followup, followup_id=schema.id, note="nobody answers there", by=ANA)
    [news] = owed(office, "news")
    assert (news.recipient, news.body["event"]) == (MARA, "cant")
    assert stored(office, schema).state is FollowupState.CANT


def test_a_second_press_is_told_who_was_faster_and_changes_nothing(office: Office) -> None:
    """Also when it is another end; no second news, no second check-in."""
    acme = office.customer("Acme")
    schema = assign(office, acme)
    office.do(complete_followup, followup_id=schema.id, result=Result.TALKED, by=ANA)
    for use_case, more in ((complete_followup, {"result": Result.TALKED}), (decline_followup, {"note": "no"})):
        with pytest.raises(AlreadyDone, match=r"done already \(by Ana Lima\)"):
            office.do(use_case, followup_id=schema.id, by=MARA, **more)
    assert len(owed(office, "news")) == 1
    assert len(office.look(lambda session: list_entries(session, customer_id=acme))) == 1


@pytest.mark.both_databases
def test_two_people_at_the_same_moment_have_one_effect(office: Office) -> None:
    """Ana and Mara both press Done; one is told."""
    acme = office.customer("Acme")
    schema = assign(office, acme)

    def press(person: str) -> str:
        try:
            office.do(complete_followup, followup_id=schema.id, result=Result.TALKED, by=person)
        except AlreadyDone as told:
            return str(told)
        return "done"

    with ThreadPoolExecutor(2) as hands:
        outcomes = sorted(hands.map(press, [ANA, MARA]))
    assert [outcome.startswith("That is done already") for outcome in outcomes] == [True, False]
    assert len(office.look(lambda session: list_entries(session, customer_id=acme))) == 1
    assert len(trail(office, schema)) == 2


def test_others_cant_close_it_and_a_form_counts_once(office: Office) -> None:
    """Bob is refused; the same window twice is one."""
    schema = assign(office, office.customer("Acme"))
    with pytest.raises(NotAllowed):
        office.do(complete_followup, followup_id=schema.id, by=BOB)
    with pytest.raises(NotAllowed):
        office.do(decline_followup, followup_id=schema.id, note="x", by=BOB)
    office.do(complete_followup, followup_id=schema.id, by=ANA, view_id="V1")
    other = assign(office, schema.customer_id, due_on=schema.due_on + timedelta(days=1))
    with pytest.raises(AlreadyDone, match="saved already"):
        office.do(complete_followup, followup_id=other.id, by=ANA, view_id="V1")


def test_who_switched_news_off_hears_nothing(office: Office) -> None:
    """The list shows it all the same."""
    schema = assign(office, office.customer("Acme"))
    with office.runtime.database.transaction(WORKSPACE) as session:
        mara = find_person_row(session, MARA)
        assert mara is not None
        mara.mutes = ["news"]
    office.do(complete_followup, followup_id=schema.id, by=ANA)
    assert owed(office, "news") == []

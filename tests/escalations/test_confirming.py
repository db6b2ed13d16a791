"""Whether a fix holds, in a later check-in: yes closes it for good, no opens it again; undo takes either back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from bot.checkins.rules import Result
from bot.checkins.tables import CustomerAction
from bot.checkins.usecases import undo_action
from bot.core.errors import InvalidInput
from bot.core.feature import collect_undos
from bot.escalations.queries import find_waiting
from bot.escalations.rules import HOLDS, EscalationState, Severity
from bot.escalations.usecases import raise_in_checkin
from bot.workspaces.tables import AuditEntry
from tests.checkins.office import at, log, undo
from tests.escalations.helpers import answer, ask_whether, escalate, listed, mend, mended, owed, stored, trail
from tests.makers import ANA, BOB, MARA, Office

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)


def waiting(office: Office, customer: UUID) -> list[str]:
    """What the next check-in asks about."""
    found = office.look(lambda session: find_waiting(session, customer, office.runtime.clock.now()))
    return [row.what for row in found.rows] if found else []


def test_a_yes_closes_it_for_good(office: Office) -> None:
    """Mara and Bob hear it; nothing is asked any more."""
    acme = office.customer("Acme", owner=BOB, waited=10)
    schema = mended(office, acme)
    assert waiting(office, acme) == ["the portal is down"]
    ask_whether(office, schema, True)
    row = stored(office, schema)
    assert (row.state, row.closed_by) == (EscalationState.CONFIRMED, ANA)
    assert sorted(news.recipient for news in owed(office, "news") if news.body["event"] == "confirmed") == [BOB, MARA]
    assert (waiting(office, acme), listed(office).total) == ([], 0)
    assert trail(office, schema)[-1] == f"{ANA} escalation.confirmed"


def test_a_no_opens_it_again_with_a_new_clock_and_everybody_is_told(office: Office) -> None:
    """A day later: four hours from then; Bob asked, so Ana and Mara are told."""
    schema = mended(office, office.customer("Acme", owner=BOB, waited=10))
    at(office, TUESDAY)
    ask_whether(office, schema, False, by=BOB)
    row = stored(office, schema)
    assert (row.state, row.reopened, row.answer_by) == (EscalationState.OPEN, 1, TUESDAY + timedelta(hours=4))
    assert (row.warned_at, row.late_told_at) == (None, None)
    told = [news for news in owed(office, "raised") if news.body["again"]]
    assert {news.recipient: news.body["role"] for news in told} == {ANA: "on_it", MARA: "manager"}
    answer(office, schema)
    mend(office, schema)
    ask_whether(office, schema, True)
    assert stored(office, schema).state is EscalationState.CONFIRMED


def test_a_plain_check_in_says_nothing_about_it(office: Office) -> None:
    """It waits on."""
    acme = office.customer("Acme", waited=10)
    schema = mended(office, acme)
    log(office, acme)
    assert stored(office, schema).state is EscalationState.FIXED
    assert waiting(office, office.customer("Golddex")) == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"result": Result.TRIED}, "you didn't reach them"),
        ({"result": Result.DECLINED}, "you didn't reach them"),
        ({"happened_on": date(2026, 11, 20)}, "before the fix"),
    ],
)
def test_only_a_later_contact_can_say_so(office: Office, more: dict[str, Any], sentence: str) -> None:
    """The sentence stands under the question, and the check-in isn't kept."""
    schema = mended(office, office.customer("Acme", waited=10))
    with pytest.raises(InvalidInput) as refused:
        ask_whether(office, schema, True, **more)
    assert sentence in refused.value.fields[f"{HOLDS}.{schema.id}"]
    assert stored(office, schema).state is EscalationState.FIXED


@pytest.mark.both_databases
def test_the_slower_of_two_is_told_what_is_so_meanwhile(office: Office) -> None:
    """Both had the form open."""
    schema = mended(office, office.customer("Acme", waited=10))
    ask_whether(office, schema, True)
    with pytest.raises(InvalidInput) as refused:
        ask_whether(office, schema, False, by=BOB)
    assert refused.value.fields[f"{HOLDS}.{schema.id}"].startswith("It is fixed, they confirmed it meanwhile (by Ana")
    assert stored(office, schema).state is EscalationState.CONFIRMED


def test_another_customers_or_forged_question_changes_nothing_and_leaves_a_line(office: Office) -> None:
    """The check-in itself is kept."""
    schema = mended(office, office.customer("Acme", waited=10))
    golddex = office.customer("Golddex", waited=10)
    forged = uuid4()
    ask_whether(office, schema, True, customer_id=golddex)
    ask_whether(office, schema.model_copy(update={"id": forged}), True)
    assert stored(office, schema).state is EscalationState.FIXED
    query = select(AuditEntry).where(AuditEntry.action == "press.refused")
    lines = office.look(lambda session: session.exec(query).all())
    assert {(line.by, line.subject_id) for line in lines} == {(ANA, str(schema.id)), (ANA, str(forged))}


def test_undoing_the_check_in_leaves_no_confirmation_behind(office: Office) -> None:
    """It waits for their word again, and who heard the news hears that too; then a yes counts anew."""
    acme = office.customer("Acme", owner=BOB, waited=10)
    schema = mended(office, acme)
    undo(office, ask_whether(office, schema, True))
    row = stored(office, schema)
    assert (row.state, row.closed_at, waiting(office, acme)) == (EscalationState.FIXED, None, ["the portal is down"])
    assert sorted(news.recipient for news in owed(office, "news") if news.body["event"] == "undone") == [BOB, MARA]
    assert trail(office, schema)[-1] == f"{ANA} escalation.unconfirmed"
    ask_whether(office, schema, True)
    assert stored(office, schema).state is EscalationState.CONFIRMED


def test_undoing_a_no_lets_it_wait_again_unless_somebody_went_on(office: Office) -> None:
    """Reopened by mistake; the other time Ana has answered meanwhile."""
    schema = mended(office, office.customer("Acme", waited=10))
    undo(office, ask_whether(office, schema, False))
    row = stored(office, schema)
    assert (row.state, row.reopened) == (EscalationState.FIXED, 0)
    recorded = ask_whether(office, schema, False)
    answer(office, schema)
    assert undo(office, recorded).stays == ("The problem “the portal is down” stays as it is: answered.",)
    assert stored(office, schema).state is EscalationState.ANSWERED


def test_undoing_an_earlier_check_in_leaves_a_later_word_alone(office: Office) -> None:
    """A manager corrects the first one a day later."""
    schema = mended(office, office.customer("Acme", waited=10))
    first = ask_whether(office, schema, False)
    answer(office, schema)
    mend(office, schema)
    at(office, TUESDAY)
    ask_whether(office, schema, True)
    undo(office, first, by=MARA)
    assert stored(office, schema).state is EscalationState.CONFIRMED


def test_undoing_the_check_in_that_raised_it_closes_it_while_nobody_answered(office: Office) -> None:
    """With that reason; one that was answered goes on."""
    acme = office.customer("Acme", owner=BOB, waited=10)

    def wrong(session: Any, **given: Any) -> object:
        return raise_in_checkin(session, what="wrong box", severity=Severity.HURTS, **given)

    recorded = log(office, acme, extras=[wrong])
    [row] = listed(office).rows
    undo(office, recorded)
    assert (stored(office, row).state, stored(office, row).reason) == (
        EscalationState.CLOSED,
        "the check-in that raised it was undone",
    )
    kept = log(office, acme, extras=[wrong])
    [row] = listed(office).rows
    answer(office, row, by=BOB)
    assert undo(office, kept).stays == ("The problem “wrong box” stays as it is: answered.",)
    assert stored(office, row).state is EscalationState.ANSWERED


def test_an_answer_stays_without_the_check_in_that_was_recorded_with_it(office: Office) -> None:
    """The clock isn't started anew behind anybody's back; who undoes it is told."""
    schema = escalate(office, office.customer("Acme", owner=ANA, waited=10))
    answer(office, schema, result=Result.TALKED)
    [action] = office.look(lambda session: session.exec(select(CustomerAction)).all())
    done = office.do(undo_action, customer_action_id=action.id, by=ANA, undos=collect_undos(office.runtime.features))
    assert done.stays == ("The problem “the portal is down” stays as it is: answered.",)
    assert stored(office, schema).state is EscalationState.ANSWERED


def test_several_fixes_are_asked_about_oldest_first_three_at_a_time(office: Office) -> None:
    """The fourth waits for the next check-in."""
    acme = office.customer("Acme", waited=10)
    for number in range(4):
        schema = escalate(office, acme, what=f"thing {number}")
        answer(office, schema)
        mend(office, schema)
    assert waiting(office, acme) == ["thing 0", "thing 1", "thing 2"]

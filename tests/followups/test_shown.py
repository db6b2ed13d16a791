"""What other screens show of follow-ups, what is understood of a command, and lists of thousands; on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.commitments.queries.commands import parse_subject
from bot.core.clock import new_id
from bot.core.errors import NotAllowed, NotFound
from bot.core.feature import COMMITMENT_LINES, collect_briefs, collect_timeline
from bot.core.schemas import Subject
from bot.customers.queries.screens import get_card
from bot.followups.queries import (
    brief,
    commitments_section,
    due_counts,
    export,
    find_list_key,
    get_assignment,
    home_section,
    list_asked,
    parse_assignment,
    timeline,
)
from bot.followups.rules import FollowupState
from bot.followups.tables import Followup
from bot.followups.usecases import complete_followup, erase
from bot.home.queries import get_home
from tests.checkins.office import at
from tests.commitments.helpers import planned
from tests.followups.helpers import FRIDAY, assign, listed, owed
from tests.makers import ANA, BOB, KIRI, LONG_AGO, MARA, WORKSPACE, Office

LATER = datetime(2026, 11, 30, 12, tzinfo=UTC)
MANY = 5000


def test_a_card_tells_what_is_open_and_what_happened(office: Office) -> None:
    """Late things first; how many more there are; how the closed ones ended."""
    acme = office.customer("Acme", owner=BOB)
    assign(office, acme)
    for number in range(3):
        assign(office, acme, due_on=date(2026, 12, 11), what=f"thing {number}")
    done = assign(office, acme, what="old thing", by=ANA)
    office.do(complete_followup, followup_id=done.id, note="sorted", by=ANA)
    at(office, LATER)
    card = office.ask(get_card, customer_id=acme, viewer=MARA, features=office.runtime.features)
    texts = [line.text for line in card.customer.lines]
    assert texts[0] == "to do: call about the invoice (Ana Lima, late since 27 Nov)"
    assert "2 more follow-ups" in texts
    history = [line.text for line in card.timeline]
    assert "Mara Okafor asked Ana Lima: call about the invoice" in history
    assert "Ana Lima asked themselves: old thing" in history
    assert 'old thing: done by Ana Lima: "sorted"' in history


@pytest.mark.both_databases
def test_lines_of_many_customers_come_in_few_statements_and_stay_apart(office: Office) -> None:
    """Each its own, whatever the others have; none for a customer without."""
    first, second, third = (office.customer(name) for name in ("Acme", "Golddex", "Bakery"))
    assign(office, first)
    assign(office, second, assignee_id=BOB)
    found = office.look(lambda session: collect_briefs(office.runtime.features, session, [first, second, third], LATER))
    assert [line.urgent for line in found[first] if "to do" in line.text] == [True]
    assert "Bob Chen" in " ".join(line.text for line in found[second])
    assert not [line for line in found[third] if "to do" in line.text]


def test_home_shows_what_one_has_and_what_one_gave(office: Office) -> None:
    """Ana: who asked. Mara: who has it. Bob: nothing."""
    assign(office, office.customer("Acme"))

    def texts(person: str) -> list[str]:
        return [line.text for line in office.look(lambda session: home_section(session, person, LATER))]

    assert texts(ANA) == ["Acme: call about the invoice (Mara Okafor asked)"]
    assert texts(MARA) == ["Acme: call about the invoice (Ana Lima has it)"]
    assert texts(BOB) == []
    home = office.ask(get_home, person_id=ANA, features=office.runtime.features)
    assert [(line.text, line.on) for line in home.owed] == [(texts(ANA)[0], FRIDAY)]


def test_the_digest_counts_what_is_late(office: Office) -> None:
    """What is late and what is due today, of everybody or of one person; nothing when nothing is."""
    acme = office.customer("Acme")

    def counts(now: datetime) -> list[str]:
        return [count.text for count in office.look(lambda session: due_counts(session, now))]

    assign(office, acme)
    assert counts(datetime(2026, 11, 26, 12, tzinfo=UTC)) == []
    assert counts(datetime(2026, 11, 27, 12, tzinfo=UTC)) == ["1 follow-up due today"]
    assert counts(LATER) == ["1 follow-up late"]
    assert [one.text for one in office.look(lambda session: due_counts(session, LATER, ANA))] == counts(LATER)
    assert office.look(lambda session: due_counts(session, LATER, BOB)) == []
    asked = office.look(lambda session: due_counts(session, LATER, MARA))
    assert [one.text for one in asked] == ["1 follow-up you asked for late"]
    assign(office, acme)
    assert counts(LATER) == ["2 follow-ups late"]


def test_what_we_owe_names_what_is_late_or_due_today(office: Office) -> None:
    """The most late first, with customer and who has it; what is due later isn't owed yet, what is done no more."""
    acme, golddex = office.customer("Acme"), office.customer("Golddex")
    assign(office, acme)
    assign(office, golddex, due_on=date(2026, 11, 24), assignee_id=BOB)
    assign(office, golddex, due_on=date(2026, 12, 1))
    done = assign(office, acme)
    office.do(complete_followup, followup_id=done.id, by=ANA)
    today = datetime(2026, 11, 27, 12, tzinfo=UTC)
    lines = office.look(lambda session: commitments_section(session, today))
    assert [(line.text, line.who, line.urgent, line.on) for line in lines] == [
        ("Golddex: call about the invoice", "Bob Chen", True, date(2026, 11, 24)),
        ("Acme: call about the invoice", "Ana Lima", False, FRIDAY),
    ]


def test_export_and_erasure_of_a_customer(office: Office) -> None:
    """Everything is handed out; then it is gone, and whom the open one concerned are told without names."""
    acme = office.customer("Acme")
    done, _ = assign(office, acme), assign(office, acme)
    office.do(complete_followup, followup_id=done.id, by=ANA)
    told = len(owed(office, "news"))
    for kind, key in (("customer", str(acme)), ("person", ANA), ("person", MARA)):
        assert len(office.look(lambda session, k=kind, i=key: export(session, k, i))["followups"]) == 2
    assert office.look(lambda session: export(session, "person", BOB)) == {}
    assert office.look(lambda session: export(session, "channel", "C1")) == {}
    with office.runtime.database.transaction(WORKSPACE) as session:
        assert erase(session, "person", ANA, LATER) == 0
        assert erase(session, "customer", str(acme), LATER) == 2
    assert listed(office, "team").total == 0
    news = owed(office, "news")[told:]
    assert sorted(row.recipient for row in news) == [ANA, MARA]
    assert all("Acme" not in str(row.body) for row in news)


def draft(office: Office, words: str, viewer: str = MARA) -> Any:
    """What is understood of `/assign words`."""
    return office.ask(parse_assignment, words=words, viewer=viewer)


def test_a_command_is_understood_with_mention_handle_or_first_name(office: Office) -> None:
    """Slack writes <@U…|name>; people write @ana."""
    office.customer("Acme")
    for who in ("<@U0ANA|ana>", "<@U0ANA>", "@ana", "@Ana"):
        found = draft(office, f"{who} Acme friday call")
        assert (found.assignee_id, found.customer_name, found.due_on, found.what) == (ANA, "Acme", FRIDAY, "call")
        assert found.is_complete
    assert draft(office, "Acme friday call", KIRI).assignee_id == KIRI


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("@nobody Acme friday call", "I can't tell who @nobody is"),
        ("<@U0NOBODY> Acme friday call", "I don't know this person yet"),
        ("Akme friday call", "No customer is called Akme. Did you mean Acme"),
        ("Twin friday call", "2 customers are called Twin; choose one."),
        ("Acme", "I can't tell which day is meant"),
        ("Acme friday", "Say in a few words what needs doing."),
        ("@ana", "Which customer is it about?"),
        ("Acme call them", "By when? I can't tell which day is meant"),
    ],
)
def test_what_cant_be_told_is_asked(office: Office, words: str, sentence: str) -> None:
    """Never guessed; the rest is kept."""
    for name in ("Acme", "Twin", "TWIN Inc"):
        office.customer(name)
    found = draft(office, words)
    assert sentence in " ".join(found.problems)
    assert not found.is_complete


def test_a_button_opens_the_form_for_its_customer_and_forged_ones_are_refused(office: Office) -> None:
    """A digest row, a card, a mention's words."""
    acme = office.customer("Acme")
    about = parse_subject(
        Subject(kind="digest_row", id=str(acme), customer_id=acme, words="Acme").model_dump_json(), command="/assign"
    )
    found = office.ask(get_assignment, subject=about, viewer=ANA)
    assert (found.customer_id, found.what, found.assignee_id) == (acme, "", ANA)
    mention = Subject(kind="mention", id="1", words="they can't log in")
    assert office.ask(get_assignment, subject=mention, viewer=ANA).what == "they can't log in"
    assert parse_subject("", command="/assign") is None
    for value in ("nonsense", "{}", '{"kind": 1'):
        with pytest.raises(NotFound, match="out of date"):
            parse_subject(value, command="/assign")
    with pytest.raises(NotFound):
        office.ask(get_assignment, subject=Subject(kind="customer", id="x", customer_id=new_id()), viewer=ANA)
    with pytest.raises(NotAllowed):
        office.ask(get_assignment, subject=None, viewer="U0STRANGER")


def test_a_list_is_named_as_people_say_it(office: Office) -> None:
    """mine, given, team, a person, a customer."""
    acme = office.customer("Acme")
    wanted = {
        "": f"p-{ANA}", "mine": f"p-{ANA}", "given": f"g-{ANA}", "team": "team", "@bob": f"p-{BOB}",
        "Acme": f"c-{acme}",
    }  # fmt: skip
    assert {words: office.ask(find_list_key, words=words, viewer=ANA) for words in wanted} == wanted
    with pytest.raises(NotFound):
        office.ask(find_list_key, words="Akme", viewer=ANA)


def fill(office: Office, count: int) -> Any:
    """Thousands of open follow-ups with one customer, half of them Ana's."""
    acme = office.customer("Acme")
    rows = [
        {
            "id": new_id(), "workspace_id": WORKSPACE, "customer_id": acme, "assignee_id": (ANA, KIRI)[n % 2],
            "given_by": MARA, "given_at": LONG_AGO, "what": f"thing {n}", "link": "", "note": "", "reason": "",
            "due_on": date(2026, 11, 1) + timedelta(days=n % 60), "state": FollowupState.OPEN,
        }
        for n in range(count)
    ]  # fmt: skip
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.execute(sa.insert(Followup), rows)
    with office.runtime.database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE followups")
        connection.commit()
    return acme


@pytest.mark.slow
def test_five_thousand_open_items_stay_readable_and_are_found_by_an_index(office: Office) -> None:
    """Pages, lines and Home stay short; no list reads the whole table."""
    acme = fill(office, MANY)
    with office.runtime.database.reading(WORKSPACE) as session:
        assert [len(lines) for lines in brief(session, [acme], LATER).values()] == [3]
        assert len(timeline(session, acme, LATER)) <= 20
        assert len(collect_timeline(office.runtime.features, session, acme, LATER, 10)) == 10
        assert len(home_section(session, ANA, LATER)) == 60
    page = listed(office, "team", page=300)
    assert (page.total, page.page, len(page.rows)) == (MANY, 300, 8)
    at(office, LATER)
    due = office.look(lambda session: list_asked(session, dict.fromkeys((ANA, BOB), ANA), LATER))
    assert set(due) == {ANA}  # Bob's are told to nobody but him


@pytest.mark.parametrize(
    ("whose", "index"),
    [(f"p-{BOB}", "assignee_id"), (f"g-{BOB}", "given_by"), ("c-{}", "customer_id")],
)
@pytest.mark.both_databases
def test_the_plan_of_a_page_uses_its_index(office: Office, whose: str, index: str) -> None:
    """Neither the count nor the rows of one person or customer scan the table of everybody's."""
    fill(office, MANY)
    whose = whose.format(office.customer("Golddex"))
    plans = planned(office, "followups", lambda: listed(office, whose))
    assert len(plans) == 2
    for plan in plans:
        assert f"ix_followups_workspace_id_{index}_state_due_on" in plan


@pytest.mark.both_databases
def test_what_the_clock_asks_every_minute_uses_an_index(office: Office) -> None:
    """Nothing is due for a month; the thousands that are open are not read."""
    fill(office, MANY)
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.execute(sa.update(Followup).values(due_on=date(2027, 6, 1)))
    [plan] = planned(
        office,
        "followups",
        lambda: office.look(lambda session: list_asked(session, {ANA: ANA}, office.runtime.clock.now())),
    )
    assert "ix_followups_workspace_id_state_due_on" in plan


@pytest.mark.both_databases
def test_what_we_owe_of_thousands_is_one_statement_by_an_index(office: Office) -> None:
    """All of them late: a hundred lines, in one statement that begins at the earliest day."""
    fill(office, MANY)
    lines: list[Any] = []
    [plan] = planned(
        office, "followups", lambda: lines.extend(office.look(lambda session: commitments_section(session, LATER)))
    )
    assert len(lines) == COMMITMENT_LINES
    assert [line.on for line in lines] == sorted(line.on for line in lines)
    assert "ix_followups_workspace_id_state_due_on" in plan

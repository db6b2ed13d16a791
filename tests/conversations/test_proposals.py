"""Proposals at their worst against Slack's rules, who may press what when, and what is erased and exported."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from bot.checkins.rules import Channel, Result
from bot.conversations import usecases, views
from bot.conversations.queries import describe, export, get_schema
from bot.conversations.rules import ASKED, WORDS, Intent, ProposalKind
from bot.conversations.schemas import ProposalSchema, Reply
from bot.conversations.tables import Note, Proposal
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.customers.queries import get_schema as get_customer_schema
from bot.customers.schemas import Named
from bot.customers.usecases.undoing import delete_customers
from bot.promises.usecases import record_promise
from jobs.housekeeping import housekeeping
from rehearsal.strict import check_message
from tests.checkins.office import log
from tests.makers import ANA, BOB, WORKSPACE, Office

pytestmark = pytest.mark.both_databases

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
HOSTILE = ["<!channel> & <@U0ANA> *bold* ", "&", "\u202eمرحبا", "🥐", "`~_>", "a\nb"]


@pytest.mark.parametrize("kind", list(ProposalKind))
@pytest.mark.parametrize("hostile", HOSTILE)
def test_every_state_of_a_proposal_keeps_slacks_rules(kind: ProposalKind, hostile: str) -> None:
    """Whatever was said, at its longest; nobody is pinged."""
    candidates = tuple(Named(id=uuid4(), name=(hostile * 80)[:200]) for _ in range(5))
    about: dict[str, Any] = {
        "id": uuid4(), "kind": kind, "by": ANA, "today": MONDAY, "words": (hostile * WORDS)[:WORDS], "day": FRIDAY,
        "customer_id": uuid4(), "customer_name": (hostile * 80)[:200], "next_due_on": FRIDAY,
    }  # fmt: skip
    states: list[dict[str, Any]] = [
        {}, {"day": None, "day_options": (MONDAY, FRIDAY)}, {"is_settled": True}, {"next_due_on": None},
        {"is_settled": True, "saved_id": uuid4()}, {"is_settled": True, "saved_id": uuid4(), "is_undone": True},
        {"customer_id": None, "candidates": candidates}, {"customer_id": None, "asked": (hostile * 200)[:ASKED]},
        *({"result": result, "channel": channel} for result in Result for channel in Channel),
    ]  # fmt: skip
    for state in states:
        message = views.reply(Reply(intent=Intent.OTHER, proposal=ProposalSchema(**{**about, **state})))
        assert check_message(message.body() | {"channel": "C1"}) == []
        markup = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
        assert "<!channel>" not in message.text + "".join(markup)


def say(office: Office, text: str, by: str = ANA) -> ProposalSchema:
    """What the bot proposes for *text*."""
    inputs = {"channel": "D1", "thread_ts": "", "features": office.runtime.features}
    reply: Reply = office.do(usecases.answer_message, key=str(uuid4()), text=text, by=by, **inputs)
    assert reply.proposal is not None
    return reply.proposal


def rows(office: Office, table: Any) -> list[Any]:
    """What is stored."""
    return list(office.look(lambda session: session.exec(select(table)).all()))


def press(office: Office, use_case: Any, one: ProposalSchema, by: str = ANA, **more: Any) -> ProposalSchema:
    """Press a button."""
    schema: ProposalSchema = office.do(use_case, proposal_id=one.id, by=by, **more)
    return schema


def test_nobody_else_may_press_and_old_buttons_say_so(office: Office) -> None:
    """Each button is refused to a colleague; one that is gone is out of date."""
    acme = office.customer("Acme")
    one = say(office, "talked to Acme")
    for use_case, more in (
        (usecases.save_proposal, {}), (usecases.drop_proposal, {}), (usecases.undo_proposal, {}),
        (usecases.choose_customer, {"customer_id": acme}), (usecases.choose_day, {"day": MONDAY}),
    ):  # fmt: skip
        with pytest.raises(NotAllowed, match="Only Ana Lima can press that; say it to me yourself"):
            press(office, use_case, one, by=BOB, **more)
        with pytest.raises(NotFound, match="That button is out of date; say it to me again"):
            office.do(use_case, proposal_id=uuid4(), by=ANA, **more)
    assert not office.ask(get_schema, proposal_id=one.id, viewer=ANA).is_settled


def test_what_is_unclear_is_not_saved(office: Office) -> None:
    """Neither without a customer nor without a day, and a settled proposal stays as it is."""
    acme = office.customer("Acme")
    one = say(office, "promised them a list")
    with pytest.raises(InvalidInput, match="Choose the customer and the day first"):
        press(office, usecases.save_proposal, one)
    assert press(office, usecases.choose_customer, one, customer_id=acme).lacks_day
    with pytest.raises(InvalidInput, match="Choose the customer and the day first"):
        press(office, usecases.save_proposal, one)
    with pytest.raises(NotFound, match="nothing to undo"):
        press(office, usecases.undo_proposal, one)
    press(office, usecases.drop_proposal, one)
    assert press(office, usecases.choose_day, one, day=FRIDAY).day is None
    assert press(office, usecases.save_proposal, one).saved_id is None
    entered = {"customer_id": acme, "what": "list", "due_on": FRIDAY}
    with pytest.raises(AlreadyDone, match="saved already"):
        press(office, usecases.save_changed, one, entered=entered, view_id="V1")


def test_a_problem_needs_its_severity(office: Office) -> None:
    """A press alone saves none."""
    office.customer("Acme")
    with pytest.raises(InvalidInput, match="how bad"):
        press(office, usecases.save_proposal, say(office, "problem at Acme: down"))


def test_undo_lasts_ten_minutes(office: Office, clock: Any) -> None:
    """For a note as for a check-in; a second undo changes nothing."""
    acme = office.customer("Acme")
    with office.runtime.database.transaction(WORKSPACE) as session:
        about = {"by": ANA, "kind": ProposalKind.NOTE, "said_at": clock.now(), "customer_id": acme, "words": "x"}
        session.add_all([Proposal(**about), Proposal(**about)])
    first, second = (office.ask(get_schema, proposal_id=one.id, viewer=ANA) for one in rows(office, Proposal))
    press(office, usecases.save_proposal, first)
    press(office, usecases.save_proposal, second)
    assert press(office, usecases.undo_proposal, first).is_undone
    assert press(office, usecases.undo_proposal, first).is_undone
    assert len(rows(office, Note)) == 1
    clock.move(timedelta(minutes=11))
    with pytest.raises(NotAllowed, match="Undo lasts ten minutes"):
        press(office, usecases.undo_proposal, second)


def test_a_message_counts_once(office: Office) -> None:
    """Slack sends some twice: the second time there is no answer, whether the first was one or an error."""
    said = {"text": "thanks", "channel": "D1", "thread_ts": "", "features": office.runtime.features, "by": ANA}
    assert office.do(usecases.answer_message, key="D1:1", **said)
    assert office.do(usecases.answer_message, key="D1:1", **said) is None
    assert not office.do(usecases.receive_message, key="D1:1", by=ANA)
    assert office.do(usecases.receive_message, key="D1:2", by=ANA)
    assert not office.do(usecases.receive_message, key="D1:2", by=ANA)


async def test_old_proposals_go(office: Office, clock: Any) -> None:
    """After thirty days nobody can press them any more: housekeeping deletes them, and no younger one."""
    office.customer("Acme")
    say(office, "talked to Acme")
    clock.move(timedelta(days=1))
    younger = say(office, "talked to Acme")
    clock.move(timedelta(days=29, minutes=1))
    await housekeeping(office.runtime)
    assert [proposal.id for proposal in rows(office, Proposal)] == [younger.id]


def test_who_last_talked_is_told_and_what_is_open(office: Office) -> None:
    """Nobody is said to have talked who didn't."""
    acme, never = office.customer("Acme"), office.customer("Golddex")

    def told(customer: UUID, viewer: str) -> str:
        schema = office.ask(get_customer_schema, customer_id=customer, viewer=viewer)
        return str(office.look(lambda session: describe(session, schema, viewer=viewer)))

    log(office, acme, happened_on=MONDAY - timedelta(days=2))
    office.do(record_promise, customer_id=acme, what="list", due_on=FRIDAY, by=ANA)
    assert told(acme, ANA) == "You last talked 2 days ago; one promise is owed."
    assert told(acme, BOB) == "Ana Lima last talked 2 days ago; one promise is owed."
    assert told(never, BOB) == "Nobody has talked to them so far."


def test_what_was_said_is_erased_and_exported_with_customer_and_person(office: Office) -> None:
    """A note stays when its author goes, and goes with its customer; a draft is no reason to keep a customer."""
    acme, other = office.customer("Acme"), office.customer("Golddex")
    say(office, "talked to Acme and Golddex")
    say(office, "talked to Golddex", by=BOB)
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.add(Note(customer_id=acme, by=BOB, at=office.runtime.clock.now(), words="moved"))
    assert set(office.look(lambda session: export(session, "customer", str(acme)))) == {"notes"}
    assert set(office.look(lambda session: export(session, "person", BOB))) == {"notes", "said"}
    assert office.look(lambda session: export(session, "channel", "C1")) == {}

    def erase(kind: str, subject: str) -> int:
        with office.runtime.database.transaction(WORKSPACE) as session:
            return usecases.erase(session, kind, subject, office.runtime.clock.now())

    assert erase("person", BOB) == 1
    assert erase("customer", str(acme)) == 2
    assert erase("channel", "C1") == 0
    assert rows(office, Proposal) == rows(office, Note) == []
    say(office, "talked to Golddex")
    with office.runtime.database.transaction(WORKSPACE) as session:
        delete_customers(session, [other])
    assert rows(office, Proposal) == []

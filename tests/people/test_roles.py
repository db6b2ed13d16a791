"""Who may do what: every row of docs/roles.md is tried as a member, as a manager and as an admin."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from bot.campaigns.queries import get_campaign
from bot.campaigns.queries.results import list_files
from bot.campaigns.usecases import replace_member
from bot.campaigns.usecases.answering import answer_questions
from bot.campaigns.usecases.selling import record_sale
from bot.campaigns.usecases.standing import set_standing_question
from bot.checkins.rules import Channel, Preset, Result
from bot.checkins.usecases import snooze_from_list
from bot.checkins.usecases.recording import record_checkin
from bot.core.errors import InvalidInput, NotAllowed
from bot.customers.queries import export_rows, get_customer
from bot.customers.queries.screens import get_card, get_details, get_refused_rows
from bot.customers.rules.due import Status
from bot.customers.schemas import CustomerDetails
from bot.customers.usecases import hand_over
from bot.customers.usecases.details import add_customer, claim_customer, edit_customer, set_status
from bot.customers.usecases.erasing import erase_subject, export_subject
from bot.customers.usecases.refused import store_refused_rows
from bot.customers.usecases.sharing import share_out_pool, undo_share_out
from bot.customers.usecases.undoing import undo_import
from bot.digests.queries.audit import get_audit
from bot.digests.queries.setup import get_setup
from bot.escalations.rules import Severity
from bot.escalations.usecases import give_escalation, raise_escalation
from bot.followups.usecases import assign_followup, cancel_followup, reassign_followup
from bot.mentions.queries.sources import get_sources
from bot.mentions.usecases.aliases import name_ourselves
from bot.mentions.usecases.ingest import save_mention
from bot.people.rules import Role
from bot.people.usecases import name_managers
from bot.promises.usecases import record_promise
from bot.reviews.usecases import set_size_limits
from tests.campaigns.helpers import customers as many
from tests.campaigns.helpers import drawn, members, planned
from tests.customers.lists import take_in
from tests.makers import ANA, BOB, KIRI, MARA, ROOT, START, Office
from tests.mentions.helpers import item

ADMIN = "U0ADMIN"
PEOPLE = {"member": BOB, "manager": MARA, "admin": ADMIN}
TODAY = START.date()
FRIDAY = TODAY + timedelta(days=4)
Attempt = Callable[[Office, str], Any]
numbers = count(1)


def rows() -> list[tuple[str, str, bool]]:
    """What the table says: what, as whom, and whether they may."""
    lines = (ROOT / "docs" / "roles.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    head, _, *table = cells
    return [
        (row[0], role, {"yes": True, "no": False}[said])
        for row in table
        for role, said in zip(head[1:], row[1:], strict=True)
    ]


def own(office: Office, owner: str | None) -> UUID:
    """A new customer of somebody."""
    return office.customer(f"Customer {next(numbers)}", owner=owner, waited=3)


def of_name(owner: str | None) -> CustomerDetails:
    """A customer that isn't there yet."""
    return CustomerDetails(name=f"New {next(numbers)}", owner_id=owner)


def edited(office: Office, by: str, **more: Any) -> None:
    """Somebody changes a customer of Ana's."""
    customer = own(office, ANA)
    details = office.look(lambda session: get_details(session, get_customer(session, customer)))
    office.do(edit_customer, customer_id=customer, details=details.model_copy(update=more), by=by)


def listed(office: Office, by: str, how_many: int) -> UUID:
    """Somebody imports a list."""
    rows = "".join(f"Listed {next(numbers)}\n" for _ in range(how_many))
    return take_in(office, f"Name\n{rows}", by=by).id


def asked(office: Office, by: str, to: str, owner: str = ANA) -> UUID:
    """Somebody asks for a follow-up about a customer."""
    given = {"assignee_id": to, "due_on": FRIDAY, "what": "call them"}
    followup: UUID = office.do(assign_followup, customer_id=own(office, owner), by=by, **given).id
    return followup


def troubled(office: Office, by: str) -> UUID:
    """Somebody raises a problem that Ana is on."""
    given = {"what": "it is down", "severity": Severity.STOPS, "assignee_id": ANA}
    problem: UUID = office.do(raise_escalation, customer_id=own(office, ANA), by=by, **given).id
    return problem


def refused(office: Office, by: str) -> UUID:
    """Somebody imports a list of which a row is refused."""
    import_id = listed(office, by, 1)
    office.do(store_refused_rows, import_id=import_id, content=b"Acme", by=by)
    return import_id


def shared(office: Office, by: str) -> UUID:
    """Somebody shares the pool out."""
    own(office, None)
    share: UUID = office.do(share_out_pool, among=(KIRI,), by=by).id
    return share


def paused(office: Office, by: str, status: Status) -> None:
    """Somebody sets the status of a customer of Ana's."""
    office.do(set_status, customer_id=own(office, ANA), status=status, reason="they asked", by=by)


def subject(office: Office) -> dict[str, Any]:
    """A customer to export or erase."""
    customer = own(office, ANA)
    return {"kind": "customer", "subject_id": str(customer), "features": office.runtime.features}


def erased(office: Office, by: str) -> None:
    """Somebody erases a customer."""
    about = subject(office)
    name = office.look(lambda session: get_customer(session, UUID(about["subject_id"])).name)
    office.do(erase_subject, confirm=name, by=by, **about)


def recorded(office: Office, by: str) -> None:
    """Somebody records a promise to and a problem of a customer of Ana's."""
    office.do(record_promise, customer_id=own(office, ANA), what="send it", due_on=FRIDAY, by=by)
    troubled(office, by)


def answered(office: Office, by: str) -> None:
    """Somebody sees a campaign, and writes down what a customer answered."""
    many(office, 12)
    campaign = drawn(office)
    office.ask(get_campaign, campaign_id=campaign.id, viewer=by)
    office.do(answer_questions, member_id=members(office, campaign)[0].id, answers={1: "9"}, by=by)


def campaigned(office: Office, by: str) -> None:
    """Somebody draws a campaign, or does with it what only those may who draw."""
    many(office, 20)
    campaign = drawn(office)
    member = members(office, campaign)[0]
    about: dict[str, Any] = {"campaign_id": campaign.id}
    sale = {"customer_id": member.customer_id, "amount": Decimal(5), "currency": "EUR"}
    tries: tuple[Callable[[], Any], ...] = (
        lambda: planned(office, by, name="Fair", seed="2"),
        lambda: office.do(replace_member, member_id=member.id, reason="closed", by=by),
        lambda: office.do(record_sale, by=by, **about, **sale),
        lambda: office.ask(list_files, viewer=by, **about),
    )
    refused = [one for one in tries if refuses(one)]
    if len(refused) == len(tries):
        raise NotAllowed("Only managers can do all of these.")
    assert refused == []


def refuses(attempt: Callable[[], Any]) -> bool:
    """Whether somebody may not do that."""
    try:
        attempt()
    except NotAllowed:
        return True
    return False


ATTEMPTS: dict[str, Attempt] = {
    "see every customer, its card and its history": lambda office, by: office.ask(
        get_card, customer_id=own(office, ANA), viewer=by, features=office.runtime.features
    ),
    "record a check-in with any customer": lambda office, by: office.do(
        record_checkin, customer_id=own(office, ANA), result=Result.TALKED, channel=Channel.CALL, by=by
    ),
    "record a promise or a problem of any customer": recorded,
    "save a mention": lambda office, by: office.do(save_mention, item=item(), by=by),
    "export all customers as CSV": lambda office, by: office.ask(export_rows, viewer=by),
    "add a customer for oneself or without an owner": lambda office, by: (
        office.do(add_customer, details=of_name(by), by=by), office.do(add_customer, details=of_name(None), by=by)
    ),
    "add a customer for somebody else": lambda office, by: office.do(add_customer, details=of_name(KIRI), by=by),
    "edit any customer": lambda office, by: edited(office, by, country="PT"),
    "set a cadence above the workspace's longest": lambda office, by: edited(office, by, cadence_days=120),
    "pause any customer, or say that it is lost": lambda office, by: (
        paused(office, by, Status.PAUSED), paused(office, by, Status.LOST)
    ),
    "exclude a customer": lambda office, by: paused(office, by, Status.EXCLUDED),
    "take a customer without an owner": lambda office, by: office.do(
        claim_customer, customer_id=own(office, None), by=by
    ),
    "take a customer from a colleague": lambda office, by: office.do(
        claim_customer, customer_id=own(office, ANA), by=by
    ),
    "hand one's own customer over": lambda office, by: office.do(
        hand_over, customer_id=own(office, by), to=KIRI, by=by
    ),
    "hand a colleague's customer to a third person": lambda office, by: office.do(
        hand_over, customer_id=own(office, ANA), to=KIRI, by=by
    ),
    "snooze one's own customer": lambda office, by: office.do(
        snooze_from_list, customer_id=own(office, by), preset=Preset.WEEK, by=by
    ),
    "snooze a colleague's customer": lambda office, by: office.do(
        snooze_from_list, customer_id=own(office, ANA), preset=Preset.WEEK, by=by
    ),
    "import up to 50 customers": lambda office, by: listed(office, by, 50),
    "import more than 50 customers": lambda office, by: listed(office, by, 51),
    "undo one's own import": lambda office, by: office.do(undo_import, import_id=listed(office, by, 1), by=by),
    "undo a colleague's import": lambda office, by: office.do(undo_import, import_id=listed(office, ANA, 1), by=by),
    "see the refused rows of a colleague's import": lambda office, by: office.ask(
        get_refused_rows, import_id=refused(office, ANA), viewer=by
    ),
    "share customers out": shared,
    "undo a sharing": lambda office, by: office.do(undo_share_out, share_id=shared(office, MARA), by=by),
    "give oneself a follow-up": lambda office, by: asked(office, by, by),
    "ask the owner of a customer for a follow-up": lambda office, by: asked(office, by, ANA),
    "ask anybody else for a follow-up": lambda office, by: asked(office, by, KIRI),
    "give a colleague's follow-up to somebody else": lambda office, by: office.do(
        reassign_followup, followup_id=asked(office, ANA, ANA), to=KIRI, by=by
    ),
    "cancel a follow-up that a colleague asked for": lambda office, by: office.do(
        cancel_followup, followup_id=asked(office, ANA, ANA), reason="no need", by=by
    ),
    "give a colleague's problem to somebody else": lambda office, by: office.do(
        give_escalation, escalation_id=troubled(office, ANA), to=KIRI, by=by
    ),
    "see campaigns, and write down what customers answer": answered,
    "draw a campaign, replace a customer, write down a sale, see the control group": campaigned,
    "choose what is asked at every check-in": lambda office, by: office.do(
        set_standing_question, line="Good? (0-10)", by=by
    ),
    "see the sources of mentions": lambda office, by: office.ask(get_sources, page=1, viewer=by),
    "say what we are called": lambda office, by: office.do(
        name_ourselves, names=("Acme",), domains=(), handles=(), by=by
    ),
    "see and change the setup": lambda office, by: office.ask(get_setup, viewer=by),
    "say which sizes of customers are compared": lambda office, by: office.do(set_size_limits, words="9 EUR", by=by),
    "name the managers": lambda office, by: office.do(name_managers, person_ids=[MARA, KIRI], by=by),
    "see the audit trail": lambda office, by: office.ask(get_audit, viewer=by),
    "export everything about a customer or person": lambda office, by: office.ask(
        export_subject, viewer=by, **subject(office)
    ),
    "erase a customer or person": erased,
}  # fmt: skip


def test_every_row_is_tried_and_no_other() -> None:
    """A row without an attempt proves nothing, and an attempt without a row is told to nobody."""
    assert list(dict.fromkeys(what for what, _, _ in rows())) == list(ATTEMPTS)
    assert {role for _, role, _ in rows()} == set(PEOPLE)


@pytest.mark.parametrize(("what", "role", "may"), rows())
def test_each_role_may_do_what_the_table_says(office: Office, what: str, role: str, may: bool) -> None:
    """Who may does it; who mayn't reads who may, and whom to ask."""
    office.person(ADMIN, "Ada Admin", role=Role.ADMIN)
    if may:
        ATTEMPTS[what](office, PEOPLE[role])
        return
    with pytest.raises((NotAllowed, InvalidInput), match=r"Only |needs a manager's approval") as refused:
        ATTEMPTS[what](office, PEOPLE[role])
    assert isinstance(refused.value, NotAllowed) or len(refused.value.fields) == 1

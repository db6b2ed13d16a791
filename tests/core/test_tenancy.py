"""Two workspaces whose people and customers are called the same: what one does, the other never sees or feels."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from bot.checkins.queries import get_owner_scope
from bot.checkins.queries.queue import get_queue
from bot.checkins.queries.reminders import list_due_reminders
from bot.checkins.rules import Channel, Preset, Result
from bot.checkins.usecases import hand_over_from_list, snooze_from_list, wake_from_list
from bot.checkins.usecases.recording import record_checkin
from bot.checkins.usecases.reminding import enqueue_reminders
from bot.core.database import workspace_of
from bot.core.errors import BotError
from bot.core.runtime import Runtime
from bot.customers.queries import export_rows
from bot.customers.queries.screens import get_card, list_options, list_page, look_up
from bot.customers.tables import Customer
from bot.customers.usecases import hand_over, release_customers
from bot.customers.usecases.details import claim_customer, wake_paused
from bot.customers.usecases.lists import apply_import, plan_import
from bot.customers.usecases.rescheduling import reschedule_owner, reschedule_workspace
from bot.customers.usecases.scheduling import end_snoozes, set_last_contact
from bot.digests.queries.setup import get_health, get_setup
from bot.home.queries import get_home
from bot.people.queries import get_preferences
from bot.people.rules import Role
from bot.people.usecases import name_managers
from bot.workspaces.usecases import change_settings, install_workspace
from tests.customers.lists import read
from tests.makers import ANA, BOB, LONG_AGO, MARA, WORKSPACE, add_customer, add_person, open_office

pytestmark = pytest.mark.both_databases

OTHER, ADA = "T0OTHER", "U0ADA"
SECRET = "Onlytheirs"  # a word that stands in every text of the other workspace's rows


@pytest.fixture
def ours(runtime: Runtime) -> UUID:
    """Our workspace with Acme (Ana's) and Pool; the other one with the same people, and customers of its own."""
    office = open_office(runtime)
    acme = office.customer("Acme", owner=ANA, waited=200)
    office.customer("Pool", waited=100)
    office.person(ADA, "Ada Admin", role=Role.ADMIN)
    with runtime.database.transaction(OTHER) as session:
        install_workspace(session, name=SECRET, bot_user_id="U0BOT", zone="UTC", now=LONG_AGO)
    return acme


@pytest.fixture
def theirs(runtime: Runtime, ours: UUID) -> UUID:
    """The other workspace's Acme, which waits as long as ours."""
    found: list[UUID] = []
    with runtime.database.transaction(OTHER) as session:
        for person in (ANA, BOB):
            add_person(session, person, f"{SECRET} {person}")
        for name in (f"Acme {SECRET}", f"Pool {SECRET}"):
            owner = ANA if name.startswith("Acme") else None
            made = add_customer(session, name, owner=owner, last_contact_on=LONG_AGO.date())
            found.append(made.id)
        return found[0]


def _rows_of(runtime: Runtime, workspace: str) -> str:
    """Everything that is stored of a workspace, byte for byte."""
    found: dict[str, list[str]] = {}
    with runtime.database.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            column = table.c.get("workspace_id", table.c.id if table.name == "workspaces" else None)
            if column is not None:
                rows = connection.execute(sa.select(table).where(column == workspace)).all()
                found[table.name] = sorted(repr(tuple(row)) for row in rows)
        connection.rollback()
    return json.dumps(found, indent=1)


Ask = Callable[[Runtime, UUID], tuple[Callable[..., Any], Mapping[str, Any]]]

READS: dict[str, Ask] = {
    "queue": lambda runtime, _: (get_queue, {"viewer": ANA, "features": runtime.features}),
    "scope": lambda _, __: (get_owner_scope, {"person_id": ANA}),
    "owed reminders": lambda _, __: (list_due_reminders, {"features": ()}),
    "look up": lambda runtime, _: (look_up, {"words": SECRET, "viewer": MARA, "features": runtime.features}),
    "look up ours": lambda runtime, _: (look_up, {"words": "Acme", "viewer": MARA, "features": runtime.features}),
    "page": lambda _, __: (list_page, {"viewer": MARA}),
    "page of a word": lambda _, __: (list_page, {"viewer": MARA, "words": "Acme"}),
    "pool": lambda _, __: (list_page, {"viewer": MARA, "pool": True}),
    "options": lambda _, __: (list_options, {"viewer": MARA, "words": "Acm"}),
    "nearest options": lambda _, __: (list_options, {"viewer": MARA, "words": SECRET}),
    "card": lambda runtime, acme: (get_card, {"customer_id": acme, "viewer": MARA, "features": runtime.features}),
    "export": lambda _, __: (export_rows, {"viewer": MARA}),
    "health": lambda runtime, _: (get_health, {"viewer": MARA, "features": runtime.features}),
    "setup": lambda _, __: (get_setup, {"viewer": MARA}),
    "home": lambda runtime, _: (get_home, {"person_id": MARA, "features": runtime.features}),
    "preferences": lambda _, __: (get_preferences, {"person_id": ANA}),
    "import, looked at": lambda _, __: (plan_import, {"drafts": read(f"name\nAcme {SECRET[:4]}\n"), "by": MARA}),
}

ACTS: dict[str, Ask] = {
    "check-in": lambda _, acme: (
        record_checkin, {"customer_id": acme, "result": Result.TALKED, "channel": Channel.CALL, "by": ANA}
    ),
    "snooze": lambda _, acme: (snooze_from_list, {"customer_id": acme, "preset": Preset.WEEK, "by": ANA}),
    "wake": lambda _, acme: (wake_from_list, {"customer_id": acme, "by": ANA}),
    "hand over from a list": lambda _, acme: (hand_over_from_list, {"customer_id": acme, "to": BOB, "by": ANA}),
    "hand over": lambda _, acme: (hand_over, {"customer_id": acme, "to": BOB, "by": MARA}),
    "claim": lambda _, acme: (claim_customer, {"customer_id": acme, "by": BOB}),
    "last contact": lambda _, acme: (set_last_contact, {"customer_id": acme, "on": LONG_AGO.date()}),
    "reminders": lambda runtime, _: (enqueue_reminders, {"person_ids": [ANA], "features": runtime.features}),
    "reschedule": lambda _, __: (reschedule_workspace, {}),
    "reschedule an owner": lambda _, __: (reschedule_owner, {"owner_id": ANA}),
    "release": lambda _, __: (release_customers, {"owner_id": ANA}),
    "wake paused": lambda _, __: (wake_paused, {}),
    "end snoozes": lambda _, __: (end_snoozes, {}),
    "managers": lambda _, __: (name_managers, {"person_ids": [MARA, ANA], "by": ADA}),
    "settings": lambda _, __: (
        change_settings, {"cadence": 10, "floor": 20, "factor": 2.0, "first_calls": 3, "by": MARA}
    ),
    "import": lambda _, __: (apply_import, {"drafts": read("name,owner\nAcme,ana@example.test\nNew,\n"), "by": MARA}),
}  # fmt: skip

ABOUT_ONE = ("check-in", "snooze", "wake", "hand over from a list", "hand over", "claim", "last contact")


def test_questions_are_answered_from_ones_own_workspace(runtime: Runtime, ours: UUID, theirs: UUID) -> None:
    """No answer holds a word or an id of the other workspace."""
    for name, ask in READS.items():
        answer = _answer(runtime, *ask(runtime, ours))
        assert SECRET not in answer.replace(f"customer is called {SECRET}", "").replace(f"'{SECRET}'", ""), name
        assert str(theirs) not in answer, name


def _answer(runtime: Runtime, query: Callable[..., Any], inputs: Mapping[str, Any]) -> str:
    try:
        return repr(runtime.read_now(query, workspace=WORKSPACE, **inputs))
    except BotError as error:
        return f"{error} {vars(error)}"


@pytest.mark.parametrize("name", ACTS)
def test_an_act_stays_in_ones_own_workspace(runtime: Runtime, ours: UUID, theirs: UUID, name: str) -> None:
    """The other's rows are byte for byte as they were; ours moved or were refused."""
    use_case, inputs = ACTS[name](runtime, ours)
    before = _rows_of(runtime, OTHER)
    try:
        runtime.run_now(use_case, workspace=WORKSPACE, **inputs)
    except BotError as error:
        assert name in {"wake", "claim", "snooze"}, error  # noqa: PT017 - some acts are refused here, and change nothing
    assert _rows_of(runtime, OTHER) == before


def test_forged_ids_of_another_workspace_are_not_found(runtime: Runtime, ours: UUID, theirs: UUID) -> None:
    """A button whose value somebody changed to another workspace's customer does nothing to either."""
    before = _rows_of(runtime, OTHER), _rows_of(runtime, WORKSPACE)
    for name in ABOUT_ONE:
        use_case, inputs = ACTS[name](runtime, theirs)
        with pytest.raises(BotError):
            runtime.run_now(use_case, workspace=WORKSPACE, **inputs)
    assert (_rows_of(runtime, OTHER), _rows_of(runtime, WORKSPACE)) == before


def test_the_same_work_in_both_workspaces_doesnt_meet(runtime: Runtime, ours: UUID, theirs: UUID) -> None:
    """The same list taken in by both makes customers of each."""
    for workspace in (WORKSPACE, OTHER):
        runtime.run_now(apply_import, workspace=workspace, drafts=read("name\nBoth\n"), by="bot")

    def owners(session: Session) -> list[str]:
        query = sa.select(Customer.workspace_id).where(Customer.name == "Both")  # type: ignore[call-overload]
        assert session.info["workspace"] is None
        return sorted(session.execute(query).scalars())

    with runtime.database.reading(None, across=True) as session:
        assert owners(session) == [WORKSPACE, OTHER]
        with pytest.raises(RuntimeError, match="belongs to no workspace"):
            workspace_of(session)

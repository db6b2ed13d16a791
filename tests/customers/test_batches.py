"""Imports and undoing in batches: interrupted anywhere, gone on with or undone, and with people at work in between."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, select

from bot.core.batches import ManyTransactions
from bot.core.clock import MovableClock
from bot.core.errors import AlreadyDone, BotError, NotAllowed, NotFound
from bot.core.outbox import OutboxMessage
from bot.customers.gateways import read_upload
from bot.customers.queries.screens import list_imports
from bot.customers.rules.batches import LEASE, id_of_row, ids_of_rows
from bot.customers.rules.sharing import load_of
from bot.customers.schemas import CustomerDetails, ImportDone, ImportSummary, ImportUndone
from bot.customers.tables import Customer, Import, ImportChange, Upload
from bot.customers.usecases.details import add_customer, edit_customer
from bot.customers.usecases.erasing import erase_subject
from bot.customers.usecases.running import Interrupted, interrupt_dead, list_dead
from bot.customers.usecases.undoing import run_undo
from bot.customers.usecases.uploads import discard_uploads, import_upload, resume_import, store_upload
from bot.features import FEATURES
from tests.customers.lists import read
from tests.customers.test_import_properties import empty_office
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office

__all__ = ["empty_office"]

LIST = b"""Name,External id,Owner,Parent,Also called,Contact name,Contact email,Country,Cadence
Hanse,1,Ana Lima,,Hansa,Jo Ito,jo@hanse.example,DE,
Kogge,2,Ana Lima,Hanse,,,,DE,14
Ewer,3,,Kogge,,,,,
Loop,4,Bob Chen,,,Bo,bo@loop.example,,
Loop,5,,,,,,,
Golddex,6,Kiri Walker,Hanse,Gold,Ma,ma@golddex.example,PT,
Nacre,7,Kiri Walker,,,,,,10
Prow,8,,,,,,,
Quay,9,,,,Lu,,,
Reef,10,,Ewer,,,,,
"""
NAMES = ["Ewer", "Golddex", "Hanse", "Kogge", "Loop", "Loop", "Nacre", "Prow", "Quay", "Reef"]
DRAFTS = read(LIST)
BATCH = 2
TABLES = ("customers", "customer_aliases", "contacts", "imports")


class Killed(BaseException):
    """The process is gone: nothing is tidied up after this."""


class SmallBatches(ManyTransactions):
    """Batches of two rows; `before(step)` is called before each step that writes, with its number."""

    def __init__(self, office: Office, before: Callable[[int], None] = lambda _: None) -> None:
        super().__init__(office.runtime, WORKSPACE)
        self.before, self.steps, self.limit = before, 0, BATCH

    def write(self, use_case: Callable[..., Any], **inputs: Any) -> Any:
        """Run the step with the small limit, whatever the last one took."""
        self.steps += 1
        self.before(self.steps - 1)
        result = super().write(use_case, **inputs)
        self.limit = BATCH
        return result


def kill_at(step: int) -> Callable[[int], None]:
    """A process that is killed before that step, and was well until then."""

    def before(at: int) -> None:
        if at == step:
            raise Killed

    return before


def furnish(office: Office) -> None:
    """Two customers of the list are known already, with other values; one has a call ahead."""
    office.customer("Golddex", owner=ANA, waited=3, country="DE")
    office.customer("Nacre", owner=KIRI)


def sent(office: Office, by: str = MARA) -> UUID:
    """The list, sent and not confirmed."""
    upload_id: UUID = office.do(store_upload, file_name="list.csv", content=LIST, by=by)
    return upload_id


def take_in(office: Office, before: Callable[[int], None] = lambda _: None) -> ImportDone:
    """Import the list in small batches, and share out what has no owner."""
    batches, among = SmallBatches(office, before), (ANA, BOB)
    inputs = {"upload_id": sent(office), "drafts": DRAFTS, "erase_blanks": False, "share_among": among}
    return import_upload(batches, by=MARA, room={ANA: load_of(30), BOB: 0}, **inputs)


def go_on(office: Office, by: str = MARA, before: Callable[[int], None] = lambda _: None) -> ImportDone | ImportUndone:
    """Go on with the import that was interrupted."""
    return resume_import(SmallBatches(office, before), import_id=only(office).id, by=by, read=read_upload)


def take_back(office: Office, before: Callable[[int], None] = lambda _: None) -> ImportUndone:
    """Undo the only import in small batches."""
    return run_undo(SmallBatches(office, before), import_id=only(office).id, by=MARA)


def after_lease(office: Office) -> None:
    """So late that a process that is gone counts as gone."""
    clock = office.runtime.clock
    assert isinstance(clock, MovableClock)
    clock.move(LEASE)


def only(office: Office) -> Import:
    """The only import that there is."""
    made: Import = office.look(lambda session: session.exec(select(Import)).one())
    return made


def state(office: Office) -> dict[str, list[Any]]:
    """Everything that an import writes, without ids and instants; ids of customers are replaced by what they name."""
    tables = SQLModel.metadata.tables
    left_out = {"id", "import_id", "changed_at", "alive_at", "runner", "at", "undone_at"}
    with office.runtime.database.engine.connect() as connection:
        rows = {
            name: connection.execute(sa.select(tables[name])).mappings().all() for name in (*TABLES, "import_changes")
        }
    named = {str(row["id"]): f"{row['name']} {row['external_id']}" for row in rows["customers"]}
    named |= {str(row["id"]): row["name"] for row in rows["contacts"]}

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {_named(key, named): plain(one) for key, one in value.items()}
        return named.get(str(value), value)

    return {
        name: sorted(repr({key: plain(value) for key, value in row.items() if key not in left_out}) for row in each)
        for name, each in rows.items()
    }


def _named(key: str, named: dict[str, str]) -> str:
    kind, colon, contact = key.partition(":")
    return f"{kind}:{named.get(contact, 'gone')}" if colon else key


def said(office: Office) -> list[str]:
    """What people are told about imports, by kind and recipient."""
    messages = office.look(lambda session: session.exec(select(OutboxMessage)).all())
    return sorted(
        f"{one.kind} {one.recipient} {one.body.get('total', one.body.get('added'))}"
        for one in messages
        if one.state == "pending" and one.kind != "customers.import_interrupted"
    )


def everybody(office: Office) -> list[str]:
    """The names of all customers."""
    return sorted(office.look(lambda session: session.exec(select(Customer.name)).all()))


def called(office: Office, name: str) -> Customer:
    """The customer of that name."""
    found: Customer = office.look(lambda session: session.exec(select(Customer).where(Customer.name == name)).one())
    return found


def summary(office: Office, viewer: str = MARA) -> ImportSummary:
    """The only import as the window lists it."""
    (one,) = office.ask(list_imports, viewer=viewer)
    assert isinstance(one, ImportSummary)
    return one


STEPS_OF_IMPORT = 7  # it starts, writes five parts, and is finished
STEPS_OF_UNDO = 8  # it starts, restores one part, removes four, finds nothing left, and is finished


@pytest.fixture(scope="module")
def whole(empty_office: Callable[[], Office]) -> dict[str, Any]:
    """What an import that isn't interrupted leaves, what people are told, and what its undo leaves."""
    office = empty_office()
    furnish(office)
    found: dict[str, Any] = {"before": state(office)}
    steps: list[int] = []
    done = take_in(office, steps.append)
    assert len(steps) == STEPS_OF_IMPORT
    found |= {"plan": done.plan, "after": state(office), "said": said(office)}
    steps.clear()
    found["undone"] = take_back(office, steps.append).model_dump(exclude={"id"})
    assert len(steps) == STEPS_OF_UNDO
    return {**found, "taken back": state(office)}


def test_a_list_in_batches_comes_out_as_in_one_transaction(whole: dict[str, Any]) -> None:
    """Its counts are right, parents and shares too, and owners are told once."""
    plan = whole["plan"]
    assert (len(plan.added), plan.changed, plan.left_alone, plan.unowned) == (8, 2, 0, 0)
    assert plan.shares == (("Ana Lima", 3), ("Bob Chen", 2))
    assert len(whole["after"]["import_changes"]) == len(NAMES)
    told = [line for line in whole["said"] if "handed_over" in line or "given" in line]
    assert len(told) == len(set(told))
    assert whole["taken back"]["customers"] == whole["before"]["customers"]
    assert whole["undone"]["removed"], whole["undone"]["restored"] == (8, 2)


@pytest.mark.parametrize("step", range(1, STEPS_OF_IMPORT))
def test_a_killed_import_goes_on_and_nothing_is_doubled(office: Office, whole: dict[str, Any], step: int) -> None:
    """Killed before any of its steps, it comes out as if nothing had happened."""
    furnish(office)
    with pytest.raises(Killed):
        take_in(office, kill_at(step))
    assert len(everybody(office)) <= len(NAMES)
    after_lease(office)
    done = go_on(office)
    assert isinstance(done, ImportDone)
    assert state(office) == whole["after"]
    assert said(office) == whole["said"]
    assert done.plan.model_copy(update={"changes": ()}) == whole["plan"].model_copy(update={"changes": ()})
    assert office.look(lambda session: session.exec(select(Upload)).all()) == []


@pytest.mark.parametrize("step", range(1, STEPS_OF_IMPORT))
def test_a_killed_import_can_be_undone(office: Office, whole: dict[str, Any], step: int) -> None:
    """What is in goes away again, whatever that is."""
    furnish(office)
    with pytest.raises(Killed):
        take_in(office, kill_at(step))
    after_lease(office)
    take_back(office)
    assert state(office)["customers"] == whole["before"]["customers"]
    assert state(office)["contacts"] == []
    assert said(office) == []


@pytest.mark.parametrize("step", range(1, STEPS_OF_UNDO))
def test_a_killed_undo_goes_on(office: Office, whole: dict[str, Any], step: int) -> None:
    """It says the same in the end as one that wasn't killed."""
    furnish(office)
    take_in(office)
    with pytest.raises(Killed):
        take_back(office, kill_at(step))
    after_lease(office)
    undone = go_on(office)
    assert isinstance(undone, ImportUndone)
    assert undone.model_dump(exclude={"id"}) == whole["undone"]
    ours, theirs = state(office), whole["taken back"]
    assert [ours[name] for name in TABLES] == [theirs[name] for name in TABLES]


def test_killed_again_and_again_it_gets_there(office: Office, whole: dict[str, Any]) -> None:
    """Each time one part is written."""
    furnish(office)
    with pytest.raises(Killed):
        take_in(office, kill_at(2))
    for _ in range(4):
        after_lease(office)
        with pytest.raises(Killed):
            go_on(office, before=kill_at(2))
    after_lease(office)
    go_on(office)
    assert state(office) == whole["after"]


def test_what_people_do_between_two_batches_stays_and_is_not_doubled(office: Office) -> None:
    """Somebody adds a customer of the list, edits one, and erases one, before the list comes to them."""
    furnish(office)

    def meanwhile(step: int) -> None:
        if step == 2:
            office.do(add_customer, details=CustomerDetails(name="Quay", owner_id=KIRI), by=KIRI)
            golddex = office.look(
                lambda session: session.exec(select(Customer).where(Customer.name == "Golddex")).one()
            )
            details = CustomerDetails(name="Golddex", owner_id=BOB, country="AT")
            office.do(edit_customer, customer_id=golddex.id, details=details, by=MARA)
            nacre = office.look(lambda session: session.exec(select(Customer).where(Customer.name == "Nacre")).one())
            about = {"kind": "customer", "subject_id": str(nacre.id), "confirm": "Nacre", "features": FEATURES}
            office.do(erase_subject, **about, by="bot")

    inputs = {"drafts": DRAFTS, "erase_blanks": False, "upload_id": sent(office)}
    done = import_upload(SmallBatches(office, meanwhile), by=MARA, **inputs)
    assert everybody(office) == NAMES
    quay, golddex = called(office, "Quay"), called(office, "Golddex")
    assert (quay.owner_id, quay.external_id) == (KIRI, "9")
    assert (golddex.country, golddex.owner_id) == ("PT", KIRI)
    assert (len(done.plan.added), done.plan.changed, done.plan.refused) == (8, 2, 0)
    undone = take_back(office)
    assert (undone.removed, undone.restored) == (8, 2)
    golddex = called(office, "Golddex")
    assert (golddex.country, golddex.owner_id) == ("AT", BOB)


def test_a_row_whose_customer_changes_each_time_is_refused_by_name(office: Office) -> None:
    """The rest is in, and the row says what to do."""
    golddex = office.customer("Golddex", owner=ANA, waited=3, country="DE")

    def meddle(step: int) -> None:
        if step:
            details = CustomerDetails(name="Golddex", owner_id=ANA, country=("AT", "CH")[step % 2], headcount=step)
            office.do(edit_customer, customer_id=golddex, details=details, by=MARA)

    drafts, batches = read("Name,Country\nGolddex,PT\nNew,PT\n"), SmallBatches(office, meddle)
    done = import_upload(batches, upload_id=sent(office), drafts=drafts, erase_blanks=False, by=MARA)
    assert [(one.row_number, one.reason[:32]) for one in done.plan.refusals] == [
        (2, "Somebody changed this customer w")
    ]
    assert everybody(office) == ["Golddex", "New"]
    assert (only(office).added, only(office).changed, only(office).refused) == (1, 0, 1)


def test_only_one_list_comes_in_at_a_time(office: Office) -> None:
    """The second one, its undo and going on are refused in a sentence, while the first runs and after it was killed."""
    refused: list[str] = []

    def second(step: int) -> None:
        if step in {0, 3}:
            for attempt in (lambda: import_upload(SmallBatches(office), **other), lambda: go_on(office)):
                with pytest.raises(BotError) as error:
                    attempt()
                refused.append(str(error.value))
        if step == 3:
            with pytest.raises(AlreadyDone, match=r"import of list\.csv is running; wait"):
                take_back(office)
            assert summary(office).is_running
            raise Killed

    other = {"upload_id": sent(office, by=ANA), "drafts": read("Name\nOther\n"), "erase_blanks": False, "by": ANA}

    def first(step: int) -> None:
        if step:
            second(step)

    with pytest.raises(Killed):
        take_in(office, first)
    assert refused[0] == "The import of list.csv is running, and only one can run at a time; try again when it is done."
    assert refused[1] == "The import of list.csv is running; wait until it is done."
    after_lease(office)
    assert summary(office).is_interrupted
    with pytest.raises(AlreadyDone, match="was interrupted; let it go on or undo it first"):
        import_upload(SmallBatches(office), **other)
    go_on(office)
    assert import_upload(SmallBatches(office), **other).plan.added == ("Other",)


def test_a_process_that_was_only_slow_writes_nothing_more_once_another_goes_on(
    office: Office, whole: dict[str, Any]
) -> None:
    """The slow one is told so, and what the other one writes is as it would be without it."""
    furnish(office)

    def slow(step: int) -> None:
        if step == 3:
            after_lease(office)
            go_on(office)

    with pytest.raises(AlreadyDone, match="worked on elsewhere"):
        take_in(office, slow)
    assert state(office) == whole["after"]


def test_an_error_on_the_way_says_so_and_can_be_gone_on_with_at_once(office: Office) -> None:
    """Who imported gets a message with both ways, once."""
    furnish(office)

    def fail(step: int) -> None:
        if step == 3:
            raise OSError("the disk is full")

    with pytest.raises(Interrupted, match=r"import of list\.csv was interrupted, and what is done stays"):
        take_in(office, fail)
    (message,) = office.look(
        lambda session: session.exec(
            select(OutboxMessage).where(OutboxMessage.kind == "customers.import_interrupted")
        ).all()
    )
    assert (message.recipient, message.body["done"], message.body["is_undo"]) == (MARA, 4, False)
    assert office.do(interrupt_dead) == 0
    assert isinstance(go_on(office), ImportDone)


def test_a_bot_that_is_asked_to_stop_leaves_the_rest_for_later(office: Office, whole: dict[str, Any]) -> None:
    """It doesn't wait for the whole list; the next process offers to go on."""
    furnish(office)
    closing = office.runtime.closing

    def stop(step: int) -> None:
        if step == 3:
            closing.set()

    with pytest.raises(Interrupted):
        take_in(office, stop)
    closing.clear()
    after_lease(office)
    assert office.do(interrupt_dead) == 1
    go_on(office)
    assert state(office) == whole["after"]


def test_who_imported_is_told_when_the_process_is_gone(office: Office) -> None:
    """Once its last batch is two minutes old, and once only; nobody is told about the command line's."""
    with pytest.raises(Killed):
        take_in(office, kill_at(2))
    assert office.runtime.read_now(list_dead, workspace=None) == []
    after_lease(office)
    assert office.runtime.read_now(list_dead, workspace=None) == [WORKSPACE]
    assert [office.do(interrupt_dead), office.do(interrupt_dead)] == [1, 0]
    kinds = office.look(lambda session: session.exec(select(OutboxMessage.kind)).all())
    assert kinds == ["customers.import_interrupted"]


def test_only_managers_and_who_imported_go_on(office: Office) -> None:
    """Others are refused; what is unknown, finished, or was erased is said so."""
    with pytest.raises(NotFound, match="no such import"):
        resume_import(SmallBatches(office), import_id=UUID(int=1), by=MARA, read=read_upload)
    with pytest.raises(Killed):
        take_in(office, kill_at(2))
    after_lease(office)
    with pytest.raises(NotAllowed, match="Only managers"):
        go_on(office, by=BOB)
    assert not summary(office, viewer=BOB).may_undo
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.execute(sa.delete(Upload))
    with pytest.raises(NotFound, match="undo this import, then import the file again"):
        go_on(office)
    take_back(office)
    with pytest.raises(AlreadyDone, match="finished already"):
        go_on(office)


def test_the_list_of_an_import_that_was_interrupted_is_kept(office: Office) -> None:
    """However old it is, and whatever else its sender sends."""
    with pytest.raises(Killed):
        take_in(office, kill_at(2))
    sent(office)
    assert office.do(lambda session, now: discard_uploads(session, before=now + timedelta(days=9))) == 1
    after_lease(office)
    assert isinstance(go_on(office), ImportDone)
    assert everybody(office) == NAMES


def test_ids_of_rows_lie_in_the_range_of_their_import() -> None:
    """One import's ids are those of no other, and follow the rows."""
    one, other = UUID("01a2265a-ca14-7409-a87e-493dad5372ba"), UUID("01a2265a-ca14-7409-a87e-493eff5372ba")
    lowest, highest = ids_of_rows(one)
    assert lowest < id_of_row(one, 2) < id_of_row(one, 300_000) < highest < ids_of_rows(other)[0]
    assert id_of_row(one, 7).version == one.version


def test_each_customer_of_a_list_has_one_change(office: Office) -> None:
    """So that an undo restores each once."""
    furnish(office)
    with pytest.raises(Killed):
        take_in(office, kill_at(4))
    after_lease(office)
    go_on(office)
    ids = office.look(lambda session: session.exec(select(ImportChange.customer_id)).all())
    assert len(ids) == len(set(ids)) == len(NAMES)

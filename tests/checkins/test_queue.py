"""The queue: who is in it, in which order, and what is known about each."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from bot.checkins.queries import find_form, get_form
from bot.checkins.queries.history import brief
from bot.checkins.rules import QUEUE_ROWS, Preset, Result
from bot.checkins.schemas import Candidates, CheckinForm
from bot.core.clock import MovableClock
from bot.core.feature import collect_timeline
from bot.core.schemas import Line
from bot.customers.rules.due import SnoozeReason, Standing, Status
from tests.checkins.office import go_away, log, names, queue_of, snooze, undo
from tests.escalations.helpers import escalate
from tests.followups.helpers import assign
from tests.makers import ANA, BOB, KIRI, MARA, Office
from tests.mentions.helpers import bring, item
from tests.promises.helpers import promise

pytestmark = pytest.mark.both_databases

MONDAY = date(2026, 11, 23)


def test_the_longest_wait_past_its_own_cadence_comes_first(office: Office) -> None:
    """Neglected, then due, then snoozed by the day they wake; counts of each; nothing of others."""
    office.customer("Due", owner=ANA, waited=31)
    office.customer("Neglected", owner=ANA, waited=47)
    office.customer("Weekly", owner=ANA, waited=14, cadence_days=7)
    office.customer("Fine", owner=ANA, waited=3)
    late, soon = (office.customer(name, owner=ANA, waited=32) for name in ("Late", "Soon"))
    snooze(office, late, Preset.TWO_WEEKS, reason=SnoozeReason.CUSTOMER_ASKED)
    snooze(office, soon, Preset.WEEK)
    office.customer("Bob's", owner=BOB, waited=50)
    office.customer("Pooled", waited=50)
    office.customer("Paused", owner=ANA, waited=50, status=Status.PAUSED, status_reason="asked")
    queue = queue_of(office)
    assert names(queue) == ["Weekly", "Neglected", "Due", "Soon", "Late"]
    assert (queue.neglected, queue.due, queue.snoozed, queue.total, queue.pages) == (2, 1, 2, 5, 1)


def test_a_long_queue_has_pages_and_counts_of_the_whole(office: Office) -> None:
    """Every customer is on exactly one page; beyond the last page comes the first."""
    for number in range(QUEUE_ROWS * 2 + 1):
        office.customer(f"C{number}", owner=ANA, waited=31 + number)
    pages = [queue_of(office, page=page) for page in range(3)]
    assert {page.pages for page in pages} == {3}
    assert {page.total for page in pages} == {17}
    everyone = [name for page in pages for name in names(page)]
    assert everyone == [f"C{number}" for number in reversed(range(17))]
    assert names(queue_of(office, page=99)) == names(pages[0])


def test_an_empty_queue_tells_who_comes_next(office: Office) -> None:
    """Name and day; nothing when there are no customers."""
    assert queue_of(office).next_due_on is None
    office.customer("Fine", owner=ANA, waited=3)
    queue = queue_of(office)
    assert (queue.total, queue.next_name, queue.next_due_on) == (0, "Fine", date(2026, 12, 21))


def test_a_cover_sees_the_absent_colleagues_customers_today(office: Office, clock: MovableClock) -> None:
    """With the colleague's name; no longer when they are back; never after the cover left."""
    office.customer("Ana's", owner=ANA, waited=47)
    office.customer("Bob's", owner=BOB, waited=31)
    go_away(office, ANA, MONDAY - timedelta(days=2), MONDAY, cover=BOB)
    queue = queue_of(office, BOB)
    assert [(row.customer.name, row.for_whom) for row in queue.rows] == [("Ana's", "Ana Lima"), ("Bob's", None)]
    clock.move(timedelta(days=1))
    assert names(queue_of(office, BOB)) == ["Bob's"]


def test_being_away_goes_by_the_absent_persons_own_date(office: Office, clock: MovableClock) -> None:
    """Kiri is away on Tuesday; on Monday afternoon in Lisbon it is Tuesday in Auckland."""
    office.customer("Kiri's", owner=KIRI, waited=47)
    go_away(office, KIRI, MONDAY + timedelta(days=1), MONDAY + timedelta(days=1), cover=ANA)
    assert names(queue_of(office)) == []
    clock.move(timedelta(hours=4))
    assert names(queue_of(office)) == ["Kiri's"]


def test_the_queue_is_four_statements_however_many_features(office: Office) -> None:
    """It is answered in the ack, however many rows it has."""
    for number in range(QUEUE_ROWS):
        name = f"Quill Feathers {number}"
        customer = office.customer(name, owner=ANA, waited=40)
        log(office, customer, Result.TRIED)
        assign(office, customer)
        promise(office, customer)
        escalate(office, customer)
        bring(office, None, item(number, f"{name} lost my order and never called back"), by=ANA)
    seen: list[str] = []
    engine = office.runtime.database._read
    sa.event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    queue = queue_of(office)
    for word in ("call about the invoice", "price list", "the portal is down", "never called back"):
        assert all(any(word in line.text for line in row.customer.lines) for row in queue.rows)
    selects = [statement for statement in seen if statement.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len([statement for statement in selects if "set_config" not in statement]) == 4


def test_last_words_and_attempts_since_stand_beside_a_customer(office: Office) -> None:
    """What was said at the last contact outlasts voicemails; undone ones say nothing."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    assert _lines(office, bakery) == []
    log(office, bakery, Result.TRIED, note="voicemail")
    assert _lines(office, bakery) == ['last: "voicemail"', "tried once"]
    log(office, bakery, note="waiting for the invoice fix", next_step="send credit note",
        happened_on=MONDAY - timedelta(days=40))  # fmt: skip
    log(office, bakery, Result.TRIED, note="engaged")
    assert _lines(office, bakery)[:2] == ['last: "waiting for the invoice fix"', "tried twice since"]
    third = log(office, bakery, Result.DECLINED)
    assert "tried 3 times since" in _lines(office, bakery)
    undo(office, third)
    assert "tried twice since" in _lines(office, bakery)


def test_the_timeline_tells_each_check_in_once(office: Office) -> None:
    """Who, what, how, how they felt; the latest first."""
    bakery = office.customer("Bakery", owner=ANA, waited=47)
    log(office, bakery, Result.TRIED, happened_on=MONDAY - timedelta(days=2))
    log(office, bakery, Result.THEY_CONTACTED_US, note="two\nlines")
    undo(office, log(office, bakery))
    told = office.ask(_timeline, office=office, customer=bakery)
    assert [line.text for line in told] == [
        'they contacted us (call), Ana Lima: "two lines"',
        "Ana Lima tried (call)",
    ]


def test_a_name_opens_the_form_and_several_ask_which(office: Office) -> None:
    """Two of one name are told apart by owner and domain; an unknown one brings the nearest."""
    office.customer("Acme", owner=ANA, waited=47, domain="acme.example")
    office.customer("Golddex", owner=ANA, waited=47)
    form = office.ask(find_form, words="golddex", viewer=ANA, features=())
    assert isinstance(form, CheckinForm)
    assert form.preview
    assert form.preview.customer.name == "Golddex"
    office.customer("ACME, Inc.", owner=BOB, waited=2)
    found = office.ask(find_form, words="acme", viewer=ANA, features=())
    assert isinstance(found, Candidates)
    assert found.exact
    assert [(row.owner_name, row.domain) for row in found.rows] == [("Ana Lima", "acme.example"), ("Bob Chen", None)]
    found = office.ask(find_form, words="goldex", viewer=ANA, features=())
    assert isinstance(found, Candidates)
    assert (found.exact, [row.name for row in found.rows]) == (False, ["Golddex"])


def test_the_form_shows_what_saving_would_do(office: Office) -> None:
    """A contact moves the date, an attempt and an earlier contact don't, a day to come is refused."""
    bakery = office.customer("Bakery", owner=ANA, waited=10)

    def preview(result: Result, on: date) -> tuple[date | None, bool]:
        form = office.ask(get_form, customer_id=bakery, viewer=ANA, features=(), result=result, happened_on=on)
        return form.preview.next_due_on, form.preview.problem is not None

    assert preview(Result.TALKED, MONDAY) == (date(2026, 12, 23), False)
    assert preview(Result.TRIED, MONDAY) == (date(2026, 12, 14), False)
    assert preview(Result.TALKED, MONDAY - timedelta(days=20)) == (date(2026, 12, 14), False)
    assert preview(Result.TALKED, MONDAY + timedelta(days=1)) == (date(2026, 12, 14), True)


def test_a_snoozed_customer_that_is_neglected_is_shown_so(office: Office, clock: MovableClock) -> None:
    """A snooze of our own hides nobody past the limit; theirs holds to its day."""
    ours, theirs = (office.customer(name, owner=ANA, waited=40) for name in ("Ours", "Theirs"))
    snooze(office, ours, Preset.DATE, until=MONDAY + timedelta(days=5))
    snooze(office, theirs, Preset.DATE, until=MONDAY + timedelta(days=30), reason=SnoozeReason.CUSTOMER_ASKED)
    clock.move(timedelta(days=8))
    assert [(row.customer.name, row.customer.standing) for row in queue_of(office).rows] == [
        ("Ours", Standing.NEGLECTED),
        ("Theirs", Standing.SNOOZED),
    ]


def test_a_stranger_has_an_empty_queue(office: Office) -> None:
    """Somebody Slack hasn't told of yet sees nothing of others, and no error."""
    office.customer("Ana's", owner=ANA, waited=47)
    assert queue_of(office, "U0NOBODY").total == 0
    assert queue_of(office, MARA).total == 0


def _lines(office: Office, customer: UUID) -> list[str]:
    found = office.look(lambda session: brief(session, [customer], office.runtime.clock.now()))
    return [line.text for line in found.get(customer, ())]


def _timeline(session: Session, *, office: Office, customer: UUID, now: datetime) -> list[Line]:
    features = [feature for feature in office.runtime.features if feature.name == "checkins"]
    return collect_timeline(features, session, customer, now, 10)

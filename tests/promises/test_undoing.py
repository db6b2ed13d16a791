"""Undoing a check-in: what was promised in it goes with it, unless somebody has gone on with the promise since."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.checkins.schemas import CheckinRecorded
from bot.promises.queries.contributions import get_rates
from bot.promises.rules import PromiseState
from bot.promises.schemas import PromiseNews, PromiseSchema
from bot.promises.usecases import promise_in_checkin
from bot.promises.views import news
from tests.checkins.office import last_contact, log, undo
from tests.makers import ANA, BOB, MARA, Office
from tests.promises.helpers import FRIDAY, at, kept, listed, moved, owed, promise, stored, trail, withdrawn


def talk(office: Office, customer: UUID, *whats: str) -> CheckinRecorded:
    """Ana talked, and promised these things by Friday."""

    def extra(what: str) -> Callable[..., object]:
        return lambda session, **more: promise_in_checkin(session, what=what, due_on=FRIDAY, block_ids={}, **more)

    return log(office, customer, extras=[extra(what) for what in whats])


def test_what_was_promised_in_it_goes_with_it(office: Office) -> None:
    """One transaction: clock and promise; the trail says who; no rate counts it; Ana needn't be told of her own act."""
    acme = office.customer("Acme", owner=BOB, waited=40)
    before, other = last_contact(office, acme), promise(office, acme, what="call")
    recorded = talk(office, acme, "price list")
    [schema] = [row for row in listed(office).rows if row.what == "price list"]
    done = undo(office, recorded)
    row = stored(office, schema)
    assert (done.stays, row.state, row.is_owed, row.note) == (
        (),
        PromiseState.WITHDRAWN,
        False,
        "the check-in was undone",
    )
    assert trail(office, schema) == [f"{ANA} promise.made", f"{ANA} promise.withdrawn"]
    assert [one.id for one in listed(office).rows] == [other.id]
    assert last_contact(office, acme) == before
    assert office.ask(get_rates, viewer=ANA).team.rate is None
    assert owed(office) == []


def test_its_keeper_is_told_when_a_manager_undoes_it(office: Office) -> None:
    """A day later; the owner, who never heard of it, isn't."""
    acme = office.customer("Acme", owner=BOB, waited=40)
    recorded = talk(office, acme, "<price> list")
    office.runtime.clock.move_to(datetime(2026, 11, 24, 12, tzinfo=UTC))  # type: ignore[attr-defined]  # it moves
    undo(office, recorded, by=MARA)
    [told] = owed(office, "news")
    assert told.recipient == ANA
    text = news(PromiseNews.model_validate(told.body)).text
    assert text.startswith("Mara Okafor undid the check-in in which you promised this, so it isn't owed: Acme:")


ENDINGS: dict[str, Callable[[Office, PromiseSchema], Any]] = {
    "kept": kept,
    "renegotiated": lambda office, schema: moved(office, schema, date(2026, 12, 4)),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_a_promise_that_has_gone_on_stays_and_who_undoes_is_told(office: Office, how: str) -> None:
    """What came of it stands; the other promise of the same check-in goes."""
    acme = office.customer("Acme", owner=ANA, waited=40)
    recorded = talk(office, acme, "price list", "call")
    first, second = sorted(listed(office).rows, key=lambda row: row.what, reverse=True)
    ENDINGS[how](office, first)
    done = undo(office, recorded)
    assert done.stays == (f"The promise “price list” stays as it is: {how}.",)
    assert stored(office, first).state.value == how
    assert stored(office, second).state is PromiseState.WITHDRAWN
    assert [row.follows_id for row in (stored(office, one) for one in listed(office).rows)] == (
        [first.id] if how == "renegotiated" else []
    )


@pytest.mark.parametrize("noticed", [True, False])
def test_a_broken_promise_stays_broken(office: Office, *, noticed: bool) -> None:
    """A manager corrects the check-in after the day, whether the clock has noticed or not: late is late, and owed."""
    recorded = talk(office, office.customer("Acme", owner=ANA, waited=40), "price list")
    [schema] = listed(office).rows
    saturday = datetime(2026, 11, 28, 12, tzinfo=UTC)
    if noticed:
        at(office, saturday)
    office.runtime.clock.move_to(saturday + timedelta(hours=1))  # type: ignore[attr-defined]  # it moves
    assert undo(office, recorded, by=MARA).stays == ("The promise “price list” stays as it is: broken.",)
    assert (stored(office, schema).state, stored(office, schema).is_owed) == (PromiseState.BROKEN, True)


def test_one_that_was_withdrawn_before_needs_no_word(office: Office) -> None:
    """Nothing is left of it."""
    recorded = talk(office, office.customer("Acme", owner=ANA, waited=40), "price list")
    [schema] = listed(office).rows
    withdrawn(office, schema)
    assert undo(office, recorded).stays == ()
    assert trail(office, schema) == [f"{ANA} promise.made", f"{ANA} promise.withdrawn"]

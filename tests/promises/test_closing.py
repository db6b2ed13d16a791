"""What becomes of a promise, who may say so, and what is honest about it afterwards."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, BotError, InvalidInput, NotAllowed, NotFound
from bot.promises.queries.contributions import get_rates
from bot.promises.rules import PromiseState
from bot.promises.schemas import PromiseSchema
from bot.promises.usecases import keep_promise, renegotiate_promise, withdraw_promise
from tests.checkins.office import go_away
from tests.makers import ANA, BOB, KIRI, MARA, Office
from tests.promises.helpers import FRIDAY, at, kept, listed, moved, owed, promise, stored, trail, withdrawn

NEXT_WEEK = date(2026, 12, 4)
SATURDAY = datetime(2026, 11, 28, 12, tzinfo=UTC)

ENDINGS: dict[str, Callable[[Office, PromiseSchema, str], PromiseSchema]] = {
    "kept": kept,
    "renegotiated": lambda office, schema, by: moved(office, schema, NEXT_WEEK, by),
    "withdrawn": withdrawn,
}


def broken(office: Office, **more: Any) -> PromiseSchema:
    """A promise whose day is over."""
    schema = promise(office, office.customer("Acme", owner=BOB), **more)
    at(office, SATURDAY)
    assert stored(office, schema).state is PromiseState.BROKEN
    return schema


def test_kept_on_its_day_is_kept(office: Office) -> None:
    """And owed no more."""
    schema = promise(office, office.customer("Acme"))
    ended = kept(office, schema)
    assert (ended.state, ended.is_owed, ended.ended_by_name) == (PromiseState.KEPT, False, "Ana Lima")
    assert trail(office, schema) == [f"{ANA} promise.made", f"{ANA} promise.kept"]
    assert listed(office).total == 0


def test_late_is_late(office: Office) -> None:
    """Keeping it afterwards counts as kept late."""
    schema = broken(office)
    assert kept(office, schema).state is PromiseState.KEPT_LATE
    assert trail(office, schema)[1:] == ["bot promise.broken", f"{ANA} promise.kept_late"]


def test_late_is_late_even_before_the_clock_noticed(office: Office) -> None:
    """A minute past midnight in Lisbon, the job hasn't run: it breaks first, in the same breath."""
    schema = promise(office, office.customer("Acme"))
    office.runtime.clock.move_to(datetime(2026, 11, 28, 0, 1, tzinfo=UTC))  # type: ignore[attr-defined]  # it moves
    assert kept(office, schema).state is PromiseState.KEPT_LATE
    assert owed(office, "broken") == []


@pytest.mark.parametrize(
    ("assignee", "last_minute"),
    [
        (KIRI, datetime(2026, 11, 27, 10, 59, tzinfo=UTC)),
        (ANA, datetime(2026, 11, 27, 23, 59, tzinfo=UTC)),
        (BOB, datetime(2026, 11, 28, 4, 59, tzinfo=UTC)),
    ],
)
def test_the_day_is_the_keepers_own(office: Office, assignee: str, last_minute: datetime) -> None:
    """Mara in London says it was kept, in the last minute of the assignee's Friday: on time, wherever she is."""
    schema = promise(office, office.customer("Acme"), by=assignee)
    at(office, last_minute)
    assert kept(office, schema, MARA).state is PromiseState.KEPT


def test_renegotiated_is_another_promise_and_the_chain_stays_visible(office: Office) -> None:
    """The old one ends as renegotiated; the new one knows how often it was moved and since when."""
    schema = promise(office, office.customer("Acme"), contact="Jo Ito")
    second = moved(office, schema, NEXT_WEEK)
    third = moved(office, second, date(2026, 12, 11))
    first = stored(office, schema)
    assert (first.state, first.is_owed, first.moved_to, first.note) == (
        PromiseState.RENEGOTIATED, False, NEXT_WEEK, "they are away",
    )  # fmt: skip
    assert (third.state, third.moves, third.first_due_on, third.contact) == (PromiseState.OPEN, 2, FRIDAY, "Jo Ito")
    assert stored(office, third).follows_id == second.id
    assert [row.id for row in listed(office).rows] == [third.id]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"agreed": False}, "agreed", "Talk to the customer first"),
        ({"words": " "}, "note", "what was agreed"),
        ({"due_on": FRIDAY}, "due", "promised for that day already"),
        ({"due_on": date(2026, 11, 20)}, "due", "That day is over"),
        ({"due_on": None}, "due", "Choose the day"),
    ],
)
def test_renegotiating_takes_words_a_day_and_the_customers_agreement(
    office: Office, wrong: dict[str, Any], field: str, sentence: str
) -> None:
    """Each under its field."""
    schema = promise(office, office.customer("Acme"))
    with pytest.raises(InvalidInput) as refused:
        moved(office, schema, **{"due_on": NEXT_WEEK, **wrong})
    assert list(refused.value.fields) == [field]
    assert sentence in refused.value.fields[field]
    assert stored(office, schema).state is PromiseState.OPEN


def test_nothing_that_was_agreed_afterwards_un_breaks_a_promise(office: Office) -> None:
    """It stays broken and is owed no more; what was agreed is owed instead."""
    schema = broken(office)
    second = moved(office, schema, NEXT_WEEK)
    row = stored(office, schema)
    assert (row.state, row.is_owed, row.moved_to) == (PromiseState.BROKEN, False, NEXT_WEEK)
    assert (second.state, second.moves) == (PromiseState.OPEN, 1)
    with pytest.raises(AlreadyDone, match="not owed any more already"):
        kept(office, schema)
    counts = office.ask(get_rates, viewer=ANA).team.counts
    assert counts == {PromiseState.BROKEN: 1, PromiseState.OPEN: 1}


def test_withdrawing_a_broken_promise_leaves_it_broken(office: Office) -> None:
    """It only isn't owed any more."""
    schema = broken(office)
    ended = withdrawn(office, schema)
    assert (ended.state, ended.is_owed, ended.note) == (PromiseState.BROKEN, False, "no longer wanted")
    assert listed(office, "team").total == 0


def test_withdrawing_takes_words(office: Office) -> None:
    """Why it isn't owed any more."""
    schema = promise(office, office.customer("Acme"))
    with pytest.raises(InvalidInput) as refused:
        withdrawn(office, schema, words=" \n ")
    assert list(refused.value.fields) == ["note"]
    assert withdrawn(office, schema).state is PromiseState.WITHDRAWN


@pytest.mark.parametrize("how", ENDINGS)
@pytest.mark.parametrize(("by", "may"), [(ANA, True), (BOB, True), (MARA, True), (KIRI, False)])
def test_keeper_owner_and_managers_say_what_became_of_it(office: Office, how: str, by: str, *, may: bool) -> None:
    """Ana promised, Bob is the owner, Mara manages; Kiri is told whom to ask, and nothing changes."""
    schema = promise(office, office.customer("Acme", owner=BOB))
    if may:
        ENDINGS[how](office, schema, by)
        assert (stored(office, schema).state.value, stored(office, schema).ended_by) == (how, by)
        return
    with pytest.raises(NotAllowed, match="Only Ana Lima, the customer's owner or a manager can do that"):
        ENDINGS[how](office, schema, by)
    assert stored(office, schema).state is PromiseState.OPEN


def test_who_covers_for_the_keeper_may_while_they_are_away(office: Office) -> None:
    """Kiri stands in for Ana this week, not after it."""
    first, second = (promise(office, office.customer(name), due_on=date(2026, 12, 18)) for name in ("Acme", "Golddex"))
    go_away(office, ANA, date(2026, 11, 23), FRIDAY, KIRI)
    assert kept(office, first, KIRI).state is PromiseState.KEPT
    at(office, datetime(2026, 12, 1, 12, tzinfo=UTC))
    with pytest.raises(NotAllowed):
        kept(office, second, KIRI)


def test_a_guest_may_nothing_and_unknown_ids_are_not_found(office: Office) -> None:
    """Whatever is pressed."""
    schema = promise(office, office.customer("Acme"))
    office.person("U0GUEST", "Guest", is_guest=True)
    acts: tuple[tuple[Callable[..., Any], dict[str, Any]], ...] = (
        (keep_promise, {}),
        (renegotiate_promise, {"due_on": NEXT_WEEK, "words": "x", "agreed": True}),
        (withdraw_promise, {"words": "x"}),
    )
    for act, more in acts:
        with pytest.raises(NotAllowed):
            office.do(act, promise_id=schema.id, by="U0GUEST", **more)
        with pytest.raises(NotFound):
            office.do(act, promise_id=new_id(), by=ANA, **more)
    assert stored(office, schema).state is PromiseState.OPEN


@pytest.mark.parametrize("first", ENDINGS)
@pytest.mark.parametrize("second", ENDINGS)
def test_what_has_ended_has_ended(office: Office, first: str, second: str) -> None:
    """The second is told how, and by whom; nothing changes."""
    schema = promise(office, office.customer("Acme", owner=BOB))
    ENDINGS[first](office, schema, BOB)
    before = stored(office, schema).model_dump()
    with pytest.raises(AlreadyDone, match=rf"That is {first} already \(by Bob Chen\); nothing was changed\."):
        ENDINGS[second](office, schema, ANA)
    assert stored(office, schema).model_dump() == before


@pytest.mark.both_databases
def test_two_people_at_once_have_one_effect(office: Office) -> None:
    """Ana and Mara press in the same moment."""
    schema = promise(office, office.customer("Acme"))

    def press(by: str) -> str:
        try:
            return kept(office, schema, by).state.value
        except BotError as error:
            return type(error).__name__

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(press, (ANA, MARA)))
    assert outcomes == ["AlreadyDone", "kept"]
    assert len(trail(office, schema)) == 2


def test_others_who_are_concerned_hear_of_it_and_the_actor_doesnt(office: Office) -> None:
    """Keeper and owner; an owner isn't told of every promise that a colleague kept."""
    acme = office.customer("Acme", owner=BOB)
    withdrawn(office, promise(office, acme))
    assert [(row.recipient, row.body["event"]) for row in owed(office, "news")] == [(BOB, "withdrawn")]
    kept(office, promise(office, acme))
    assert len(owed(office, "news")) == 1
    moved(office, promise(office, acme), NEXT_WEEK, MARA)
    kept(office, promise(office, acme), MARA)
    told = sorted((row.recipient, row.body["event"]) for row in owed(office, "news")[1:])
    assert told == [(ANA, "kept"), (ANA, "renegotiated"), (BOB, "renegotiated")]

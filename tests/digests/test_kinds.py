"""Further digests: what we owe, and those that features bring; each set up by managers and posted once a slot."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.errors import InvalidInput, NotAllowed, NotFound
from bot.core.feature import COMMITMENT_LINES, Feature
from bot.core.outbox import OutboxMessage
from bot.core.runtime import Runtime
from bot.core.schemas import Count, Line
from bot.digests.queries import find_digest, list_due_digests, list_kinds
from bot.digests.queries.setup import find_problems, get_kind, get_setup
from bot.digests.rules import KIND_LENGTH, DigestKind
from bot.digests.schemas import AllClear, CommitmentsDigest, DigestInput
from bot.digests.tables import Digest
from bot.digests.usecases import post_digest, post_test, save_digest, stop_digest
from bot.features import FEATURES
from bot.people.rules import Role
from bot.workspaces.queries import list_audit
from bot.workspaces.schemas import ChannelSchema
from jobs.post_digests import post_digests
from tests.digests.digest_office import (
    CARE,
    Tally,
    arrange,
    digests,
    kept,
    make,
    owed,
    owed_rows,
    post_next,
    posts,
    set_up,
    stops,
    tally_feature,
)
from tests.followups.helpers import assign
from tests.makers import ANA, BOB, MARA, WORKSPACE, Office, open_office

OWED = DigestKind.OWED.value


def owing(name: str, *lines: Line, counts: Sequence[Count] = ()) -> Feature:
    """A feature that says these things are owed."""
    return Feature(
        name=name, commitments_section=lambda _session, _now: lines, digest_section=lambda _session, _now: counts
    )


def test_what_we_owe_comes_from_every_feature_the_most_late_first(office: Office) -> None:
    """Counts of all features in the first line, then the lines of all features by their day, undated ones last."""
    early, late = Line(text="early", on=date(2026, 11, 30)), Line(text="late", urgent=True, on=date(2026, 11, 2))
    features = (
        owing("a", early, Line(text="some day"), counts=[Count(text="1 promise broken", urgent=True)]),
        owing("b", late, counts=[Count(text="2 follow-ups late", urgent=True)]),
        Feature(name="quiet"),
    )
    arrange(office, OWED, features=features)
    assert post_next(office, OWED, features=features) is not None
    (said,) = owed(office, CommitmentsDigest)
    assert [count.text for count in said.counts] == ["1 promise broken", "2 follow-ups late"]
    assert [line.text for line in said.lines] == ["late", "early", "some day"]
    assert (said.more, said.and_more, said.today) == (0, False, date(2026, 11, 26))


def test_what_we_owe_shows_ten_and_says_how_many_more(office: Office) -> None:
    """Of a feature that knows of more than it tells, only "at least" is said."""
    some = [Line(text=f"thing {n}", on=date(2026, 11, 1)) for n in range(14)]
    features = (owing("some", *some),)
    arrange(office, OWED, features=features, days="0123456")
    post_next(office, OWED, features=features)
    features = (owing("many", *some * 20),)
    post_next(office, OWED, features=features)
    few, many = owed(office, CommitmentsDigest)
    assert (len(few.lines), few.more, few.and_more) == (10, 4, False)
    assert (len(many.lines), many.more, many.and_more) == (10, COMMITMENT_LINES - 10, True)


def test_late_follow_ups_stand_in_what_we_owe(office: Office) -> None:
    """The late one and today's, the later one not; who is late is named only where the digest is set so."""
    acme = office.customer("Acme", owner=BOB)
    assign(office, acme, due_on=date(2026, 11, 30), what="in time")
    assign(office, acme, due_on=date(2026, 11, 26), what="today's")
    assign(office, acme, due_on=date(2026, 11, 24), what="late one")
    arrange(office, OWED, features=FEATURES)
    post_next(office, OWED, features=FEATURES)
    (said,) = owed(office, CommitmentsDigest)
    assert [count.text for count in said.counts] == ["1 follow-up late", "1 follow-up due today"]
    assert [(line.text, line.urgent) for line in said.lines] == [("Acme: late one", True), ("Acme: today's", False)]
    arrange(office, OWED, features=FEATURES, names_owners=True)
    post_next(office, OWED, features=FEATURES)
    assert owed(office, CommitmentsDigest)[1].lines[0].text == "Acme: late one (Ana Lima)"


def test_nothing_owed_is_one_line_or_silence(office: Office) -> None:
    """The slot is handled either way; its row keeps no numbers that this kind doesn't count."""
    arrange(office, OWED)
    first = post_next(office, OWED)
    arrange(office, OWED, silent_when_clear=True)
    second = post_next(office, OWED)
    assert first is not None
    assert second is not None
    assert (first.said_something, second.said_something) == (True, False)
    assert [schema.words for schema in owed(office, AllClear)] == ["Nothing that we owe a customer is late or due."]
    assert [(row.said_something, row.active, row.in_cadence, row.neglected) for row in posts(office)] == [
        (True, None, None, None), (False, None, None, None),
    ]  # fmt: skip


@pytest.mark.both_databases
def test_a_features_own_kind_is_posted_once_a_slot_across_replicas(office: Office, database_url: str) -> None:
    """Eight at once from two processes, then a restart, then the next slot: one notification a slot under its key."""
    words = tuple(f"said {n}" for n in range(20))
    features = (tally_feature(*words),)
    digest = arrange(office, "tally", features=features)
    office.runtime.clock.move_to(digest.next_slot)  # type: ignore[attr-defined]
    other = Runtime(Database(database_url), office.runtime.clock)

    def run(runtime: Runtime) -> Any:
        return runtime.run_now(post_digest, workspace=WORKSPACE, digest_id=digest.id, features=features)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(run, [office.runtime, other] * 4))
    other.close()
    assert sum(answer is not None for answer in answers) == 1
    after_restart = Runtime(Database(database_url), office.runtime.clock)
    assert run(after_restart) is None
    after_restart.close()
    post_next(office, "tally", features=features)
    assert [row.key for row in owed_rows(office)] == [
        f"digest:{digest.id}:20261126T0900Z", f"digest:{digest.id}:20261130T0900Z",
    ]  # fmt: skip
    assert len(owed(office, Tally)) == len(posts(office)) == 2


def test_a_slot_begins_where_the_last_one_ended(office: Office) -> None:
    """The first one at the slot before it; later ones at the last that was handled, and a test ends nothing."""
    features = (tally_feature("first", "a test", "second"),)
    digest = arrange(office, "tally", features=features)
    post_next(office, "tally", features=features)
    office.runtime.clock.move(timedelta(days=15))  # type: ignore[attr-defined]
    office.do(post_test, by=MARA, features=features, kind="tally")
    office.do(post_digest, digest_id=digest.id, features=features)
    first, test, second = (schema.slot for schema in owed(office, Tally))
    assert (first.since, first.slot) == (datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 26, 9, tzinfo=UTC))
    assert (test.since, test.slot, test.is_test) == (first.slot, office.runtime.clock.now(), True)
    assert (second.since, second.slot) == (first.slot, datetime(2026, 12, 10, 9, tzinfo=UTC))
    assert (second.zone, second.next_slot) == ("Europe/Lisbon", datetime(2026, 12, 14, 9, tzinfo=UTC))


async def test_all_kinds_are_posted_by_the_same_job(office: Office) -> None:
    """Three digests whose slot has come: three messages, and nothing the second time."""
    runtime = Runtime(office.runtime.database, office.runtime.clock, (*FEATURES, tally_feature("counted")))
    office.customer("Bakery", waited=80, owner=ANA)
    set_up(office)
    arrange(office, OWED, features=runtime.features)
    arrange(office, "tally", features=runtime.features)
    office.runtime.clock.move_to(kept(office, "tally").next_slot)  # type: ignore[attr-defined]
    assert await post_digests(runtime) == 3
    assert await post_digests(runtime) == 0
    assert (len(digests(office)), len(owed(office, AllClear)), len(owed(office, Tally))) == (1, 1, 1)
    runtime.close()


def test_a_kind_that_nobody_makes_any_more_stops_and_is_told(office: Office) -> None:
    """A feature was taken out: nothing is posted, nothing is tried again, `doctor` says so."""
    digest = arrange(office, "tally", features=(tally_feature(),))
    assert post_next(office, "tally") is None
    with office.runtime.database.reading(None, across=True) as session:
        assert list_due_digests(session, now=office.runtime.clock.now()) == []
    (sentence,) = office.look(lambda session: find_problems(session, office.runtime.clock.now()))
    assert "Nothing here makes this kind of digest any more" in sentence
    assert (owed_rows(office), posts(office)) == ([], [])
    with pytest.raises(NotFound):
        office.do(post_test, by=MARA, features=(), kind=digest.kind)


@pytest.mark.parametrize(
    "act",
    [
        lambda office: arrange(office, OWED, by=ANA),
        lambda office: office.ask(get_kind, kind=OWED, viewer=ANA, features=()),
        lambda office: office.do(post_test, by=ANA, features=(), kind=OWED),
    ],
)
def test_only_managers_have_further_digests(office: Office, act: Callable[[Office], Any]) -> None:
    """Setting one up, looking at its form, posting a test: a member is told whom to ask."""
    with pytest.raises(NotAllowed, match="ask Mara Okafor"):
        act(office)
    assert owed_rows(office) == []


def test_a_further_digest_is_set_up_once_and_moved_with_a_line_in_the_trail(office: Office) -> None:
    """The same twice is one digest and one line; another channel moves it; the first kind isn't touched."""
    set_up(office)
    first, second = arrange(office, OWED), arrange(office, OWED)
    assert first.id == second.id
    moved = arrange(office, OWED, channel=ChannelSchema(id="C0NEW", name="new", is_member=True), days="4")
    assert (moved.id, moved.channel_id, moved.days) == (first.id, "C0NEW", "4")
    trail = office.look(lambda session: list_audit(session, subject_kind="digest", subject_id=str(first.id)))
    assert sorted(entry.after["channel"] for entry in trail) == ["C0CARE", "C0NEW"]
    schema = office.ask(get_setup, viewer=MARA, features=(tally_feature(),))
    assert schema.digest.channel_id == "C0CARE"
    assert [(kind.key, kind.digest and kind.digest.channel_name) for kind in schema.more] == [
        (OWED, "new"), ("tally", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": None, "channel_id": None}, "channel"), ({"zone": "Mars"}, "zone"), ({"days": "9"}, "days"),
        ({"channel": ChannelSchema(id="C1", name="big", is_member=True, is_shared=True)}, "channel"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_under_its_field(office: Office, changes: dict[str, Any], field: str) -> None:
    """No channel, a shared one, a zone nobody knows, a day that isn't one."""
    with pytest.raises(InvalidInput) as caught:
        arrange(office, OWED, **changes)
    assert list(caught.value.fields) == [field]


def test_a_kind_that_does_not_exist_cannot_be_set_up(office: Office) -> None:
    """A forged button, and the first kind by the back door: refused in words."""
    for kind in ("riches", "", DigestKind.NEGLECTED.value, "x" * 300):
        with pytest.raises(NotFound, match="Open /evenhand setup"):
            arrange(office, kind)


def test_a_channel_that_is_gone_stops_all_its_digests_and_says_so_once(office: Office) -> None:
    """Two digests in one archived channel: both stop, the manager gets one message."""
    set_up(office)
    arrange(office, OWED)
    assert office.do(stop_digest, channel="C0CARE", reason="is_archived") == 2
    assert [(row.recipient, schema.digests) for row, schema in zip(owed_rows(office), stops(office), strict=True)] == [
        (MARA, 2)
    ]
    assert kept(office, OWED).stopped_because == "The channel was archived."


def test_another_workspace_has_digests_of_its_own(office: Office) -> None:
    """What is set up here can't be posted from there."""
    digest = arrange(office, OWED)
    office.runtime.clock.move_to(digest.next_slot)  # type: ignore[attr-defined]
    answer = office.runtime.run_now(post_digest, workspace="T0OTHER", digest_id=digest.id, features=())
    assert answer is None

    def anything(session: Session) -> Any:
        return session.exec(select(OutboxMessage)).first()

    assert office.look(anything) is None


def test_every_kind_that_is_there_can_be_kept() -> None:
    """Keys are short and told apart; each kind says in a sentence what it is and what its silence means."""
    kinds = list_kinds(FEATURES)
    assert len({kind.key for kind in kinds} | {DigestKind.NEGLECTED}) == len(kinds) + 1
    assert all(0 < len(kind.key) <= KIND_LENGTH for kind in kinds)
    assert all(kind.label and kind.about.endswith(".") and kind.clear.endswith(".") for kind in kinds)


# --- two managers at once ----------------------------------------------------------------------------------------

ACCOUNTS = ChannelSchema(id="C0ACCOUNTS", name="accounts", is_member=True)


def test_a_digest_that_somebody_else_set_up_meanwhile_stays_and_the_second_is_told(office: Office) -> None:
    """By name and channel, where their form showed none yet; wishing the same, or having seen it, is no problem."""
    make(office, ANA, role=Role.MANAGER)
    arrange(office, OWED, is_first=True)
    for kept_days in ("03", "30", "0033"):
        arrange(office, OWED, by=ANA, is_first=True, days=kept_days)
    with pytest.raises(InvalidInput) as refused:
        arrange(office, OWED, by=ANA, is_first=True, channel=ACCOUNTS)
    assert refused.value.fields == {
        "channel": "Mara Okafor has just set this digest up, for #care; open this again to see it and to change it."
    }
    assert kept(office, OWED).channel_id == CARE.id
    arrange(office, OWED, is_first=True, channel=ACCOUNTS)
    assert kept(office, OWED).channel_id == ACCOUNTS.id
    arrange(office, OWED, by=ANA)
    assert kept(office, OWED).channel_id == CARE.id


@pytest.mark.both_databases
def test_the_first_setup_of_two_managers_is_told_alike(office: Office) -> None:
    """The digest of neglected accounts, too; without a channel the second's numbers are saved."""
    make(office, ANA, role=Role.MANAGER)
    set_up(office, is_first=True)
    with pytest.raises(InvalidInput, match="Mara Okafor has just set this digest up, for #care"):
        set_up(office, by=ANA, is_first=True, channel=ACCOUNTS, cadence=20)
    assert set_up(office, by=ANA, is_first=True, channel=None, cadence=20).cadence == 20


@pytest.mark.parametrize(("second", "outcomes"), [(CARE, ["set up", "set up"]), (ACCOUNTS, ["set up", "told"])])
def test_two_managers_in_the_same_moment_set_one_digest_up(
    postgres_url: str, clock: MovableClock, second: ChannelSchema, outcomes: list[str]
) -> None:
    """Both transactions have looked before either writes: one digest, one line in the audit trail, nothing replaced."""
    runtime = Runtime(Database(postgres_url), clock)
    office, gate, looked = open_office(runtime), Barrier(2), set[str]()
    make(office, ANA, role=Role.MANAGER)

    def both_look(session: Session, *, by: str, channel: ChannelSchema, now: datetime) -> None:
        find_digest(session, OWED)
        if by not in looked:  # a second run of the same comes alone
            looked.add(by)
            gate.wait(30)
        wish = DigestInput(channel_id=channel.id, days="03", hour=time(9), zone="Europe/Lisbon", is_first=True)
        save_digest(session, kind=OWED, settings=wish, channel=channel, by=by, features=(), now=now)

    def save(by: str, channel: ChannelSchema) -> str:
        try:
            runtime.run_now(both_look, workspace=WORKSPACE, by=by, channel=channel)
        except InvalidInput as error:
            return "told" if "has just set this digest up" in error.fields["channel"] else str(error)
        return "set up"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(save, (MARA, ANA), (CARE, second))) == outcomes
    [digest] = office.look(lambda session: session.exec(select(Digest)).all())
    trail = office.look(lambda session: list_audit(session, subject_kind="digest", subject_id=str(digest.id)))
    assert [(line.by, line.after["channel"]) for line in trail] == [(digest.made_by, digest.channel_id)]
    runtime.close()

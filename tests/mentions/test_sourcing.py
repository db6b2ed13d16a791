"""Sources: who may add them, how they are, when they are asked, and what becomes of their channels."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.clock import MovableClock
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.core.outbox import OutboxMessage
from bot.mentions.queries.contributions import brief, check, digest_section
from bot.mentions.queries.mentions import get_open
from bot.mentions.queries.sources import due_source, due_sources, find_signed, get_sources, list_waiting_channels
from bot.mentions.rules.sources import Outcome, SourceKind
from bot.mentions.schemas.items import FetchResult
from bot.mentions.schemas.mentions import SourceWish
from bot.mentions.usecases.ingest import ingest_fetched, ingest_sent
from bot.mentions.usecases.sources import (
    add_source,
    may_ask,
    pause_source,
    remove_source,
    resume_source,
    rotate_secret,
    stop_channel,
)
from bot.workspaces.schemas import ChannelSchema
from jobs.collect_mentions import collect_mentions
from tests.home.homes import home_of, home_text
from tests.makers import ANA, MARA, Office
from tests.mentions.helpers import ACCOUNTS, CHANNEL, bring, item, owed, source, stored

SHARED = ChannelSchema(id="C0OUT", name="partners", is_member=True, is_shared=True)


def listed(office: Office) -> Any:
    """The sources as Mara sees them."""
    return office.ask(get_sources, page=0, viewer=MARA)


def due(office: Office) -> list[Any]:
    """What is to be asked now."""
    query = due_sources(office.runtime.clock.now(), 50)
    found: list[Any] = office.look(lambda session: [due_source(row) for row in session.exec(query)])
    return found


def test_only_managers_choose_sources_and_only_fit_ones(office: Office) -> None:
    """A sentence under each field; a form counts once."""
    wish = SourceWish(kind=SourceKind.FEED, word="https://news.example/feed", channel_id=CHANNEL)
    with pytest.raises(NotAllowed, match="Only managers can choose where mentions come from"):
        office.do(add_source, wish=wish, channel=ACCOUNTS, by=ANA)
    with pytest.raises(NotAllowed):
        office.ask(get_sources, page=0, viewer=ANA)
    wrong = wish.model_copy(update={"word": "javascript:alert(1)", "quiet": "nights", "language": "english"})
    with pytest.raises(InvalidInput) as refused:
        office.do(add_source, wish=wrong, channel=SHARED, by=MARA)
    assert sorted(refused.value.fields) == ["channel", "language", "quiet", "word"]
    assert "shared with outsiders" in refused.value.fields["channel"]
    office.do(add_source, wish=wish, channel=ACCOUNTS, by=MARA, view_id="V1")
    with pytest.raises(AlreadyDone):
        office.do(add_source, wish=wish, channel=ACCOUNTS, by=MARA, view_id="V1")
    assert listed(office).total == 1


def test_failing_sources_are_asked_less_and_less_and_never_given_up(office: Office, clock: MovableClock) -> None:
    """The digest and the doctor say so after a day; a success ends it."""
    where = source(office)
    trouble = FetchResult(outcome=Outcome.UNREACHABLE, problem="Its server gives no answer; it is tried again later.")
    pauses = []
    for _ in range(8):
        office.do(ingest_fetched, source_id=where, fetched=trouble)
        [row] = listed(office).rows
        pauses.append(row.next_try_at - clock.now())
        clock.move(pauses[-1])
    assert (pauses[0], pauses[-1]) == (timedelta(minutes=30), timedelta(hours=12))
    assert "gives no answer" in row.last_error
    now = clock.now()
    assert any("no mentions from" in count.text for count in office.look(lambda s: digest_section(s, now)))
    assert any("gives no answer" in sentence for sentence in office.look(lambda s: check(s, now)))
    office.do(ingest_fetched, source_id=where, fetched=FetchResult(outcome=Outcome.UNCHANGED, etag="x"))
    [row] = listed(office).rows
    assert (row.failing_since, row.last_error, row.last_success_at) == (None, "", now)
    assert office.look(lambda s: check(s, now)) == []


def test_who_asks_for_a_pause_gets_it(office: Office, clock: MovableClock) -> None:
    """Retry-After counts, and is no failure."""
    where = source(office)
    office.do(ingest_fetched, source_id=where, fetched=FetchResult(outcome=Outcome.ASKED_TO_WAIT, wait_seconds=7200))
    [row] = listed(office).rows
    assert (row.next_try_at - clock.now(), row.failing_since) == (timedelta(hours=2), None)


def test_one_host_is_asked_once_a_pause_whoever_asks(office: Office, clock: MovableClock) -> None:
    """A minute for all of Reddit, a second for others; it stands in the rows."""

    def ask(address: str) -> Any:
        return office.runtime.run_now(may_ask, workspace=None, address=address)

    assert ask("https://www.reddit.com/r/a/new/.rss") is None
    assert ask("https://old.reddit.com/r/b/new/.rss") == clock.now() + timedelta(minutes=1)
    assert ask("https://news.example/feed") is None
    assert ask("https://news.example/other") == clock.now() + timedelta(seconds=1)
    clock.move(timedelta(minutes=1))
    assert ask("https://old.reddit.com/r/b/new/.rss") is None


async def test_the_job_asks_what_is_due_with_what_it_learnt(office: Office, clock: MovableClock) -> None:
    """Two places on Reddit take two minutes; the second look is conditional; a paused source rests."""
    office.customer("Golddex Widgets", owner=ANA)
    asked: list[tuple[str, str]] = []

    async def fetch(_kind: SourceKind, address: str, *, etag: str, last_modified: str) -> FetchResult:
        asked.append((address, etag + last_modified))
        return FetchResult(outcome=Outcome.NEWS, items=(item(1),), etag="e1")

    first = source(office, kind=SourceKind.REDDIT, word="r/widgets")
    source(office, kind=SourceKind.REDDIT, word="r/gadgets")
    assert len(due(office)) == 2
    assert await collect_mentions(office.runtime, fetch_one=fetch) == 2
    assert len(asked) == 1
    clock.move(timedelta(minutes=1))
    await collect_mentions(office.runtime, fetch_one=fetch)
    assert len(asked) == 2
    office.do(pause_source, source_id=first, by=MARA)
    with pytest.raises(AlreadyDone):
        office.do(pause_source, source_id=first, by=MARA)
    clock.move(timedelta(minutes=20))
    await collect_mentions(office.runtime, fetch_one=fetch)
    assert [etag for _, etag in asked] == ["", "", "e1"]
    office.do(resume_source, source_id=first, by=MARA)
    assert [one.source_id for one in due(office)] == [first]
    assert len(stored(office)) == 1
    assert len(owed(office, "posted")) == 1


def test_a_webhook_has_two_live_secrets_and_a_removed_one_is_gone(office: Office) -> None:
    """The newest two sign; its address leads nowhere once it is removed; what it brought stays."""
    wish = SourceWish(kind=SourceKind.WEBHOOK, channel_id=CHANNEL, is_signed=True)
    made = office.do(add_source, wish=wish, channel=ACCOUNTS, by=MARA)
    others = [office.do(rotate_secret, source_id=made.source.id, by=MARA).secret for _ in range(2)]
    found = office.runtime.read_now(find_signed, workspace=None, token=made.token)
    assert (found.secrets, found.is_signed) == (tuple(reversed(others)), True)
    bring(office, made.source.id, item(1))
    office.do(pause_source, source_id=made.source.id, by=MARA)
    assert office.do(ingest_sent, source_id=made.source.id, items=(item(2),)).left_out == 1
    office.do(remove_source, source_id=made.source.id, by=MARA)
    assert office.runtime.read_now(find_signed, workspace=None, token=made.token) is None
    assert len(stored(office)) == 1
    with pytest.raises(NotFound):
        office.do(rotate_secret, source_id=made.source.id, by=MARA)


def test_a_channel_that_outsiders_read_gets_nothing_more(office: Office) -> None:
    """What waits for it waits in /mentions, managers are told, and the doctor and Home say which source it is."""
    office.customer("Golddex Widgets")
    bring(office, source(office), item(1))
    assert office.do(stop_channel, channel=CHANNEL) == 2
    assert office.do(stop_channel, channel=CHANNEL) == 0
    [told] = owed(office, "channel_stopped")
    assert told.recipient == MARA
    assert "Mentions from Feed are posted nowhere" in home_text(home_of(office, MARA))
    assert office.ask(list_waiting_channels) == []
    assert office.ask(get_open, page=0, viewer=ANA).total == 1
    assert any("posted nowhere" in sentence for sentence in office.look(lambda s: check(s, office.runtime.clock.now())))


@pytest.mark.slow
def test_lists_at_five_thousand_open_ones_go_by_index(office: Office) -> None:
    """The page, a brief, what waits for a channel: their plans name an index on both databases."""
    golddex = office.customer("Golddex Widgets", owner=ANA)
    where = source(office)
    bring(office, where, *(item(number, words="Golddex Widgets opens at nine") for number in range(1, 5001)))
    page = office.ask(get_open, page=10_000, viewer=ANA)
    assert (page.total, page.pages, len(page.rows), page.page) == (5000, 625, 8, 624)
    now = office.runtime.clock.now()
    for act in (
        lambda: office.ask(get_open, page=3, viewer=ANA),
        lambda: office.look(lambda session: brief(session, [golddex], now)),
        lambda: office.ask(list_waiting_channels),
    ):
        plans = planned(office, act)
        assert plans
        for plan in plans:
            assert "ix_mentions_" in plan, plan
    assert office.look(lambda session: session.get(OutboxMessage, golddex)) is None


def planned(office: Office, act: Callable[[], Any]) -> list[str]:
    """How the database goes about each statement over mentions that *act* makes."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        if "FROM mentions" in statement:
            seen.append((statement, parameters))

    database = office.runtime.database
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    act()
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    how = "EXPLAIN " if database.dialect == "postgresql" else "EXPLAIN QUERY PLAN "
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE mentions")
        if database.dialect == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")
        return ["\n".join(map(str, connection.exec_driver_sql(how + one, given).all())) for one, given in seen]

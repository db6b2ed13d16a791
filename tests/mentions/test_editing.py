"""A source is changed: what it takes, where and when that is posted; never what it is."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.mentions.queries.sources import get_source_schema
from bot.mentions.rules.sources import Outcome, SourceKind
from bot.mentions.schemas.items import FetchResult
from bot.mentions.schemas.mentions import SourceSchema, SourceWish
from bot.mentions.usecases.answering import post_waiting
from bot.mentions.usecases.ingest import ingest_fetched
from bot.mentions.usecases.sources import edit_source, pause_source, remove_source, stop_channel
from bot.workspaces.queries import list_audit
from bot.workspaces.schemas import ChannelSchema
from tests.makers import ANA, MARA, Office
from tests.mentions.helpers import ACCOUNTS, CHANNEL, bring, item, owed, post, source, stored
from tests.mentions.test_sourcing import due

GENERAL = ChannelSchema(id="C0GENERAL", name="general", is_member=True)
SHARED = ChannelSchema(id="C0OUT", name="partners", is_member=True, is_shared=True)


def edit(office: Office, source_id: UUID, channel: ChannelSchema | None = ACCOUNTS, by: str = MARA, **wish: Any) -> Any:
    """A source, changed to what *wish* says and nothing else."""
    view_id = wish.pop("view_id", "")
    asked = SourceWish(**{"kind": SourceKind.FEED, "channel_id": channel.id if channel else "", **wish})
    return office.do(edit_source, source_id=source_id, wish=asked, channel=channel, by=by, view_id=view_id)


def schema_of(office: Office, source_id: UUID) -> SourceSchema:
    """A source as Mara sees it."""
    schema: SourceSchema = office.ask(get_source_schema, source_id=source_id, viewer=MARA)
    return schema


def trail(office: Office, source_id: UUID) -> list[Any]:
    """What the audit trail says of changes."""
    entries = office.look(lambda session: list_audit(session, subject_kind="mention_source", subject_id=str(source_id)))
    return [entry for entry in entries if entry.action == "mention_source.edited"]


def test_a_change_is_taken_from_now_on_and_noted_from_and_to(office: Office) -> None:
    """Words, authors, language, hours; the address stays whatever the wish says; the trail has just what changed."""
    where = source(office, words=("golddex",), quiet="18:00-08:00")
    before = schema_of(office, where)
    after = edit(
        office, where, word="https://evil.example/feed", words=("silverdex",), excluded_words=("job",),
        excluded_authors=("@spam",), language="en", quiet="20-7",
    )  # fmt: skip
    assert after == schema_of(office, where)
    assert (after.kind, after.word, after.address, after.name) == (
        before.kind, before.word, before.address, before.name,
    )  # fmt: skip
    assert (after.words, after.excluded_words, after.excluded_authors, after.language, after.quiet) == (
        ("silverdex",), ("job",), ("@spam",), "en", "20:00-07:00",
    )  # fmt: skip
    [entry] = trail(office, where)
    assert entry.by == MARA
    assert entry.before == {
        "excluded_authors": [], "excluded_words": [], "language": "", "quiet_from": "18:00", "quiet_to": "08:00",
        "words": ["golddex"],
    }  # fmt: skip
    assert entry.after == {
        "excluded_authors": ["@spam"], "excluded_words": ["job"], "language": "en", "quiet_from": "20:00",
        "quiet_to": "07:00", "words": ["silverdex"],
    }  # fmt: skip
    taken = bring(office, where, item(1, words="golddex"), item(2, words="silverdex"), item(3, words="silverdex job"))
    assert (taken.new, taken.left_out) == (1, 2)


def test_nothing_changed_leaves_no_trace(office: Office) -> None:
    """The same again is no change."""
    where = source(office, words=("golddex",))
    edit(office, where, words=("golddex",))
    assert trail(office, where) == []


def test_a_changed_source_is_asked_for_everything_again(office: Office) -> None:
    """What its old words left out may be wanted now: it is due at once, without "if changed"; not if paused."""
    where = source(office, words=("golddex",))
    office.do(ingest_fetched, source_id=where, fetched=FetchResult(outcome=Outcome.NEWS, etag="e1", last_modified="m"))
    assert due(office) == []
    edit(office, where, words=("silverdex",))
    [changed] = due(office)
    assert (changed.source_id, changed.etag, changed.last_modified) == (where, "", "")
    office.do(pause_source, source_id=where, by=MARA)
    assert edit(office, where, words=("copperdex",)).is_paused
    assert due(office) == []


def test_what_waits_goes_along_to_the_new_channel(office: Office) -> None:
    """Also after the old one was shared with outsiders; what was posted stays where it is."""
    office.customer("Golddex Widgets")
    where = source(office)
    bring(office, where, item(1))
    assert post(office) == 1
    bring(office, where, item(2), item(3))
    office.do(stop_channel, channel=CHANNEL)
    edit(office, where, channel=GENERAL)
    assert sorted(row.channel_id or "" for row in stored(office)) == [CHANNEL, GENERAL.id, GENERAL.id]
    assert office.do(post_waiting, channels=[GENERAL.id], features=()) == 2
    assert len(owed(office, "posted", to=GENERAL.id)) == 2


def test_a_webhook_keeps_its_address_and_secrets(office: Office) -> None:
    """Its mapping and whether its senders have to sign can be changed; a mapping that can't work is refused."""
    where = source(office, kind=SourceKind.WEBHOOK, word="", mapping={"words": "a"})
    after = edit(office, where, kind=SourceKind.WEBHOOK, mapping={"words": "post.text"}, is_signed=True)
    assert (after.mapping, after.is_signed, after.secrets, after.next_try_at) == (
        {"words": "post.text"}, True, 1, None,
    )  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        edit(office, where, kind=SourceKind.WEBHOOK, mapping={"wrods": "post.text"})
    assert list(refused.value.fields) == ["mapping"]


def test_only_managers_change_sources_and_only_to_what_can_be(office: Office) -> None:
    """A sentence under each field; a form counts once; nothing changes on the way."""
    where = source(office, words=("golddex",))
    with pytest.raises(NotAllowed, match="Only managers can choose where mentions come from"):
        edit(office, where, by=ANA)
    for channel in (None, SHARED):
        with pytest.raises(InvalidInput) as refused:
            edit(office, where, channel=channel, quiet="nights", language="english")
        assert sorted(refused.value.fields) == ["channel", "language", "quiet"]
    assert schema_of(office, where).words == ("golddex",)
    edit(office, where, words=("silverdex",), view_id="V1")
    with pytest.raises(AlreadyDone):
        edit(office, where, words=("copperdex",), view_id="V1")
    assert schema_of(office, where).words == ("silverdex",)


def test_a_source_that_is_gone_is_told_so(office: Office) -> None:
    """Removed meanwhile, or never there."""
    where = source(office)
    office.do(remove_source, source_id=where, by=MARA)
    for gone in (where, uuid4()):
        with pytest.raises(NotFound, match="isn't here any more; /mentions sources shows those that are"):
            edit(office, gone)

"""Short ways to do what this feature does, for its tests."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from bot.core.outbox import OutboxMessage
from bot.mentions.queries.mentions import get_mention
from bot.mentions.rules.sources import SourceKind
from bot.mentions.schemas.items import FeedItem
from bot.mentions.schemas.mentions import IngestResult, MentionSchema, SourceWish
from bot.mentions.tables import Mention
from bot.mentions.usecases.answering import free_orphaned, post_waiting, tell_managers, warn_answerers
from bot.mentions.usecases.ingest import ingest
from bot.mentions.usecases.sources import add_source
from bot.workspaces.queries import list_audit
from bot.workspaces.schemas import ChannelSchema
from tests.makers import MARA, Office

CHANNEL = "C0ACCOUNTS"
ACCOUNTS = ChannelSchema(id=CHANNEL, name="accounts", is_member=True)
COMPLAINT = "Golddex Widgets support never called me back, the worst service, third time this month"


def source(office: Office, **more: Any) -> UUID:
    """A feed that posts to #accounts."""
    wish = SourceWish(**{"kind": SourceKind.FEED, "word": "https://news.example/feed", "channel_id": CHANNEL, **more})
    made: UUID = office.do(add_source, wish=wish, channel=ACCOUNTS, by=MARA).source.id
    return made


def item(number: int = 1, words: str = COMPLAINT, **more: Any) -> FeedItem:
    """Something that somebody wrote."""
    address = f"https://forum.example/post/{number}"
    return FeedItem(**{"external_id": str(number), "address": address, "words": words, "author": "zed", **more})


def bring(office: Office, source_id: UUID | None, *items: FeedItem, **more: Any) -> IngestResult:
    """Take items in."""
    taken: IngestResult = office.do(ingest, items=items, source_id=source_id, **more)
    return taken


def brought(office: Office, words: str = COMPLAINT, **more: Any) -> UUID:
    """A mention that came from a feed, by its id."""
    return bring(office, source(office), item(words=words, **more)).mention_ids[0]


def shown(office: Office, mention_id: UUID, viewer: str = MARA) -> MentionSchema:
    """A mention as somebody sees it, with what other features offer."""
    schema: MentionSchema = office.ask(
        get_mention, mention_id=mention_id, viewer=viewer, features=office.runtime.features
    )
    return schema


def stored(office: Office) -> list[Mention]:
    """All mentions, oldest first."""
    return list(office.look(lambda session: session.exec(select(Mention).order_by(col(Mention.id))).all()))


def post(office: Office) -> int:
    """Post what waits for #accounts."""
    return int(office.do(post_waiting, channels=[CHANNEL], features=office.runtime.features))


def keep(office: Office) -> None:
    """Let the clock do what it does about answers."""
    for one in (free_orphaned, tell_managers, warn_answerers):
        office.do(one)


def owed(office: Office, kind: str = "", to: str = "") -> list[OutboxMessage]:
    """What this feature owes to Slack, oldest first."""
    rows = office.look(lambda session: session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all())
    return [row for row in rows if row.kind.startswith(f"mentions.{kind}") and to in {"", row.recipient}]


def trail(office: Office, mention_id: UUID) -> list[str]:
    """What the audit trail says of a mention, oldest first: who did what."""
    entries = office.look(lambda session: list_audit(session, subject_kind="mention", subject_id=str(mention_id)))
    return [f"{entry.by} {entry.action}" for entry in sorted(entries, key=lambda entry: entry.id)]

"""A small feature whose notifications are letters, and a post office that delivers them to the rehearsal."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.clock import MovableClock
from bot.core.database import Database
from bot.core.feature import Feature
from bot.core.outbox import ClaimedMessage, OutboxMessage
from bot.core.runtime import Runtime
from bot.core.schemas import Notification, PromptNotification
from bot.slack.blocks import Message, context, escape, section
from bot.slack.charts import chart
from bot.slack.clients import build_client
from bot.workspaces.queries import list_problems
from jobs.deliver_outbox import deliver_outbox
from rehearsal.server import Rehearsal
from rehearsal.state.messages import Message as Seen
from rehearsal.strict.manifest import Manifest
from tests.makers import ANA, ROOT, START, WORKSPACE, open_office


class Letter(Notification):
    """A notification with text."""

    kind = "mail.letter"
    words: str


class Telegram(PromptNotification):
    """A notification that is sent at any hour."""

    kind = "mail.telegram"
    words: str


class UndrawableLetter(Notification):
    """A notification whose view fails."""

    kind = "mail.riddle"


def draw(letter: Letter | Telegram) -> Message:
    """Draw a letter as a message."""
    return Message(text=letter.words, blocks=[section(escape(letter.words))])


class Sketch(Notification):
    """A notification with text and a chart."""

    kind = "mail.sketch"


CHART = chart(
    "What customers said, by week",
    ("9 Nov", "16 Nov", "23 Nov"),
    {"praise": (4, 7, 9), "complaints": (3, 2, 2), "neither": (5, 6, 3)},
)
IN_WORDS = "Last week: 9 praised, 2 complained and 3 did neither."


def sketch(_sketch: Sketch) -> Message:
    """Draw a chart and its description between two paragraphs."""
    blocks = [section("What they said."), CHART, context(IN_WORDS), section("The end.")]
    return Message(text=f"What they said. {IN_WORDS}", blocks=blocks)


def fail(_riddle: UndrawableLetter) -> Message:
    """Raise an error."""
    raise ZeroDivisionError


MAIL = Feature(name="mail", views={Letter: draw, Telegram: draw, Sketch: sketch, UndrawableLetter: fail})


@dataclass
class PostOffice:
    """Enqueues letters and delivers them to the rehearsal."""

    rehearsal: Rehearsal
    runtime: Runtime
    clock: MovableClock
    gone: list[tuple[str, str]] = field(default_factory=list)
    breaks: bool = False

    def enqueue(self, key: str, *, to: str = "", words: str = "Good morning.", notification: Notification | None = None,
            reply_to: str | None = None, expires: timedelta | None = None) -> bool:  # fmt: skip
        """Enqueue a letter to a channel or person; return False if the key exists already."""

        def use_case(session: Session, *, now: object) -> bool:
            assert now
            at = self.clock.now()
            return outbox.enqueue(
                session,
                notification or Letter(words=words),
                to=to or self.general,
                key=key,
                now=at,
                reply_to=reply_to,
                expires_at=at + expires if expires is not None else None,
            )

        return self.runtime.run_now(use_case, workspace=WORKSPACE)

    @property
    def general(self) -> str:
        """Return the id of #general."""
        return self.rehearsal.workspace.channel("general").id

    @property
    def client(self) -> AsyncWebClient:
        """Return the bot's client of the rehearsal."""
        return build_client(token=self.rehearsal.bot_token, api_url=self.rehearsal.api_url)

    async def deliver(self) -> int:
        """Run one round of delivery."""
        return await deliver_outbox(self.runtime.background, lambda _: self.client, self._record_dead)

    async def deliver_until_quiet(self) -> None:
        """Run rounds, one minute apart, until nothing changes."""
        for _ in range(60):
            self.clock.move(timedelta(minutes=1))
            if not await self.deliver() and not self.states_in(
                outbox.DeliveryState.PENDING, outbox.DeliveryState.UNKNOWN
            ):
                return
        raise AssertionError(f"Still moving: {self.states()}")

    def problems(self) -> list[str]:
        """Return what `doctor` says of the workspace."""
        return self.runtime.read_now(list_problems, workspace=WORKSPACE)

    def calls(self) -> list[str]:
        """Return the methods of Slack that were called."""
        return [exchange.name for exchange in self.rehearsal.workspace.traffic]

    async def _record_dead(self, _runtime: Runtime, claimed: ClaimedMessage, reason: str, _text: str) -> None:
        if self.breaks:
            raise RuntimeError("nobody can be told")
        self.gone.append((claimed.key, reason))

    def states(self) -> dict[str, str]:
        """Return the state of every notification by key."""
        with self.runtime.database.reading(WORKSPACE) as session:
            rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.key))).all()
        return {row.key: row.state.value for row in rows}

    def states_in(self, *states: outbox.DeliveryState) -> list[str]:
        """Return the keys of notifications in one of these states."""
        return [key for key, state in self.states().items() if state in states]

    def messages(self, channel: str = "") -> list[Seen]:
        """Return the texts of the messages in a channel."""
        return self.rehearsal.control.as_person(ANA).sees(channel or "general")


@asynccontextmanager
async def open_post_office(database_url: str, features: Sequence[Feature] = ()) -> AsyncIterator[PostOffice]:
    """Open a post office on a fresh database, which delivers letters and what *features* enqueue."""
    manifest = Manifest.load(ROOT / "manifest.yml")
    async with Rehearsal(manifest=manifest, start=START, team_id=WORKSPACE) as rehearsal:
        rehearsal.control.add_person("ana", id=ANA)
        rehearsal.control.add_channel("general", members=[ANA])
        rehearsal.control.limit_rates(on=False)
        clock = MovableClock(START)
        runtime = Runtime(Database(database_url), clock, [MAIL, *features])
        open_office(runtime)
        yield PostOffice(rehearsal, runtime, clock)
        runtime.close()

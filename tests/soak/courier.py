"""A process that delivers messages until it is killed, with a clock that is twenty times as fast."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.database import Database
from bot.core.outbox import ClaimedMessage
from bot.core.runtime import Runtime
from bot.slack.clients import build_client
from jobs.deliver_outbox import deliver_outbox
from tests.jobs.mail import MAIL
from tests.makers import START

TIMES_FASTER = 20  # leases of half a minute then last a second and a half

log = structlog.get_logger(__name__)


class FastClock:
    """Real time since *epoch* at twenty times the speed, the same in every process."""

    def __init__(self, epoch: float) -> None:
        self._epoch = epoch

    def now(self) -> datetime:
        """Return START plus the fast time that has passed."""
        return START + timedelta(seconds=(self.wall() - self._epoch) * TIMES_FASTER)

    def monotonic(self) -> float:
        """Return fast seconds, which leases are measured in."""
        return time.monotonic() * TIMES_FASTER

    def wall(self) -> float:
        """Return real seconds since 1970."""
        return time.time()  # noqa: TID251 - the processes have to agree on the time


@dataclass(frozen=True)
class DeliverForEver:
    """Delivers what is due, again and again."""

    url: str
    api_url: str
    token: str
    epoch: float

    def prepare(self) -> None:
        """Change nothing."""

    def run(self) -> None:
        """Deliver until the process is killed."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        runtime = Runtime(Database(self.url), FastClock(self.epoch), [MAIL])
        client = build_client(token=self.token, api_url=self.api_url)
        client.timeout = client.timeout / TIMES_FASTER  # type: ignore[assignment]  # patience shrinks with the leases
        client.keep_connections()
        while True:
            await self._deliver_once(runtime, client)
            await asyncio.sleep(0.01)

    async def _deliver_once(self, runtime: Runtime, client: AsyncWebClient) -> None:
        """Run one round; the job's runner would log an error of the database and go on as well."""
        try:
            await deliver_outbox(runtime, lambda _: client, _nobody)
        except Exception:
            log.exception("round.failed")


async def _nobody(_runtime: Runtime, claimed: ClaimedMessage, reason: str, _text: str) -> None:
    log.error("message.dead", key=claimed.key, reason=reason)

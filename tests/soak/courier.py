"""A process that delivers letters until it is killed: `python -m tests.soak.courier URL API TOKEN EPOCH`."""

import asyncio
import sys
import time
from datetime import datetime, timedelta

from bot.core.database import Database
from bot.core.outbox import ClaimedMessage
from bot.core.runtime import Runtime
from bot.slack.clients import build_client
from jobs.deliver_outbox import deliver_outbox
from tests.jobs.mail import MAIL
from tests.makers import START

TIMES_FASTER = 20  # leases of half a minute then last a second and a half


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


async def _nobody(_runtime: Runtime, claimed: ClaimedMessage, reason: str, _text: str) -> None:
    sys.stderr.write(f"{claimed.key}: {reason}\n")


async def _deliver_for_ever(url: str, api: str, token: str, epoch: float) -> None:
    runtime = Runtime(Database(url), FastClock(epoch), [MAIL])
    client = build_client(token=token, api_url=api)
    client.timeout = client.timeout / TIMES_FASTER  # type: ignore[assignment]  # patience shrinks with the leases
    while True:
        await deliver_outbox(runtime, lambda _: client, _nobody)
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(_deliver_for_ever(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])))

"""Asks sources what was written, posts what came, and sees to it that somebody answers in time."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

import structlog

from bot.core.runtime import Runtime
from bot.mentions.gateways.fetching import fetch
from bot.mentions.queries.sources import list_due_sources, list_waiting_channels
from bot.mentions.rules.addresses import host_of
from bot.mentions.schemas.found import Brought
from bot.mentions.schemas.mentions import DueSource
from bot.mentions.usecases.answering import free_orphaned, tell_managers, warn_answerers
from bot.mentions.usecases.collecting import keep_brought
from bot.mentions.usecases.posting import post_waiting
from bot.mentions.usecases.sourcing import may_ask, put_off, stop_channel
from bot.workspaces.gateways import look_at_channel
from bot.workspaces.queries import list_workspaces
from jobs.deliver_outbox import Clients

MOST_A_RUN = 24
HOSTS_AT_ONCE = 4
PATIENCE_SECONDS = 10.0
TRY_LATER = frozenset({"timeout", "ratelimited"})

Fetch = Callable[..., Brought]

log = structlog.get_logger(__name__)


async def collect_mentions(runtime: Runtime, clients: Clients | None = None, fetch_one: Fetch = fetch) -> int:
    """
    Ask every source whose time has come, one request at a time a host; then post, warn and tell; how much it was.

    A source that fails in an unforeseen way doesn't keep the others from being asked; it is raised at the end.
    """
    moved, failures = await _ask_all(runtime, fetch_one)
    for workspace in await runtime.read(list_workspaces, workspace=None):
        moved += await _post(runtime, workspace, clients)
        for keep in (free_orphaned, tell_managers, warn_answerers):
            moved += await runtime.run(keep, workspace=workspace)
    if failures:
        raise failures[0]
    return moved


async def _ask_all(runtime: Runtime, fetch_one: Fetch) -> tuple[int, list[Exception]]:
    """Several hosts at once, each of them by one request after another."""
    due = await runtime.read(list_due_sources, workspace=None, limit=MOST_A_RUN)
    by_host = groupby(sorted(due, key=_host), key=_host)
    turns = asyncio.Semaphore(HOSTS_AT_ONCE)
    failures: list[Exception] = []

    async def ask_host(sources: Sequence[DueSource]) -> int:
        moved = 0
        async with turns:
            for source in sources:
                try:
                    moved += await _ask(runtime, source, fetch_one)
                except Exception as error:
                    log.exception("mentions.source_failed", workspace=source.workspace_id, source=str(source.source_id))
                    failures.append(error)
        return moved

    counts = await asyncio.gather(*(ask_host(list(sources)) for _, sources in by_host))
    return sum(counts), failures


async def _ask(runtime: Runtime, source: DueSource, fetch_one: Fetch) -> int:
    """One look at one source, outside of any transaction; what it brings is kept in one."""
    until: datetime | None = await runtime.run(may_ask, workspace=None, address=source.address)
    if until is not None:
        await runtime.run(put_off, workspace=source.workspace_id, source_id=source.source_id, until=until)
        return 0
    look = partial(
        fetch_one, source.kind, source.address, etag=source.etag, last_modified=source.last_modified
    )  # fmt: skip
    brought = await asyncio.to_thread(look)
    taken = await runtime.run(keep_brought, workspace=source.workspace_id, source_id=source.source_id, brought=brought)
    log.info(
        "mentions.asked", source=str(source.source_id), outcome=brought.outcome.value, new=taken.new,
        edited=taken.edited,
    )  # fmt: skip
    return taken.new + taken.edited


async def _post(runtime: Runtime, workspace: str, clients: Clients | None) -> int:
    """Post what waits, but nothing to a channel that outsiders read by now."""
    channels = await runtime.read(list_waiting_channels, workspace=workspace)
    fit = [channel for channel in channels if clients is None or await _may_post(runtime, workspace, channel, clients)]
    return await runtime.run(post_waiting, workspace=workspace, channels=fit, features=runtime.features) if fit else 0


async def _may_post(runtime: Runtime, workspace: str, channel_id: str, clients: Clients) -> bool:
    channel = await look_at_channel(clients(workspace), channel_id, patience=PATIENCE_SECONDS)
    if channel.refused in TRY_LATER:
        return False
    if channel.problem:
        await runtime.run(stop_channel, workspace=workspace, channel=channel_id)
        return False
    return True


def _host(source: DueSource) -> str:
    return host_of(source.address)

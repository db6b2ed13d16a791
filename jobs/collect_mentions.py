"""Fetches due sources, posts new mentions, and warns people who said they would answer one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

import structlog

from bot.core.runtime import Runtime
from bot.mentions.gateways.fetching import fetch
from bot.mentions.queries.sources import (
    list_unread_workspaces,
    list_waiting_channels,
    list_workspaces_with_mentions,
)
from bot.mentions.rules.texts import host_of
from bot.mentions.schemas.items import FetchResult
from bot.mentions.schemas.mentions import DueSource
from bot.mentions.usecases.aliases import refresh_few_aliases
from bot.mentions.usecases.answering import free_orphaned, post_waiting, tell_managers, warn_answerers
from bot.mentions.usecases.ingest import ingest_fetched
from bot.mentions.usecases.sources import claim_due_sources, may_ask, put_off, stop_channel
from bot.workspaces.gateways import look_at_channel
from jobs.deliver_outbox import Clients
from jobs.sharing import share

MAX_SOURCES_PER_RUN = 24
MAX_CONCURRENT_HOSTS = 4
CHANNEL_TIMEOUT_SECONDS = 10.0
PAUSE_SECONDS = 0.05
"""Between two batches of names, so that others get SQLite's lock."""
TEMPORARY_ERRORS = frozenset({"timeout", "ratelimited"})

Fetch = Callable[..., Awaitable[FetchResult]]

log = structlog.get_logger(__name__)


async def collect_mentions(runtime: Runtime, clients: Clients | None = None, fetch_one: Fetch = fetch) -> int:
    """
    Read new names of customers, fetch every due source, one request at a time per host; then post and warn. Return the
    number of changes.

    An unexpected error of one source doesn't stop the others; it is raised at the end.
    """
    unread = await runtime.read(list_unread_workspaces, workspace=None)
    await share(runtime, "read_names", unread, partial(_read_names, runtime))
    changed, failures = await _fetch_all(runtime, fetch_one)
    waiting = await runtime.read(list_workspaces_with_mentions, workspace=None)
    changed += await share(runtime, "collect_mentions", waiting, partial(_post_and_warn, runtime, clients))
    if failures:
        raise failures[0]
    return changed


async def _read_names(runtime: Runtime, workspace: str) -> int:
    """Compute the keys of customers with new names, a few in each transaction, so that no writer waits for many."""
    while await runtime.run(refresh_few_aliases, workspace=workspace):  # noqa: ASYNC110 - a pause, no event is awaited
        await asyncio.sleep(PAUSE_SECONDS)
    return 0


async def _post_and_warn(runtime: Runtime, clients: Clients | None, workspace: str) -> int:
    changed = await _post(runtime, workspace, clients)
    for use_case in (free_orphaned, tell_managers, warn_answerers):
        changed += await runtime.run(use_case, workspace=workspace)
    return changed


async def _fetch_all(runtime: Runtime, fetch_one: Fetch) -> tuple[int, list[Exception]]:
    """Fetch several hosts at once, and the sources of one host one after another."""
    due = await runtime.run(claim_due_sources, workspace=None, limit=MAX_SOURCES_PER_RUN)
    by_host = groupby(sorted(due, key=_host), key=_host)
    slots = asyncio.Semaphore(MAX_CONCURRENT_HOSTS)
    failures: list[Exception] = []

    async def fetch_host(sources: Sequence[DueSource]) -> int:
        changed = 0
        async with slots:
            for source in sources:
                try:
                    changed += await _fetch_source(runtime, source, fetch_one)
                except Exception as error:
                    log.exception("mentions.source_failed", workspace=source.workspace_id, source=str(source.source_id))
                    failures.append(error)
        return changed

    counts = await asyncio.gather(*(fetch_host(list(sources)) for _, sources in by_host))
    return sum(counts), failures


async def _fetch_source(runtime: Runtime, source: DueSource, fetch_one: Fetch) -> int:
    """Fetch one source outside any transaction and store the result in one; return how many mentions changed."""
    until: datetime | None = await runtime.run(may_ask, workspace=None, address=source.address)
    if until is not None:
        await runtime.run(put_off, workspace=source.workspace_id, source_id=source.source_id, until=until)
        return 0
    fetched = await fetch_one(source.kind, source.address, etag=source.etag, last_modified=source.last_modified)
    stored = await runtime.run(
        ingest_fetched, workspace=source.workspace_id, source_id=source.source_id, fetched=fetched
    )
    log.info(
        "mentions.asked", source=str(source.source_id), outcome=fetched.outcome.value, new=stored.new,
        edited=stored.edited,
    )  # fmt: skip
    return stored.new + stored.edited


async def _post(runtime: Runtime, workspace: str, clients: Clients | None) -> int:
    """Post waiting mentions, except to channels that have been shared with outsiders since."""
    channels = await runtime.read(list_waiting_channels, workspace=workspace)
    postable = [
        channel for channel in channels if clients is None or await _may_post(runtime, workspace, channel, clients)
    ]
    return (
        await runtime.run(post_waiting, workspace=workspace, channels=postable, features=runtime.features)
        if postable
        else 0
    )


async def _may_post(runtime: Runtime, workspace: str, channel_id: str, clients: Clients) -> bool:
    channel = await look_at_channel(clients(workspace), channel_id, patience=CHANNEL_TIMEOUT_SECONDS)
    if channel.refused in TEMPORARY_ERRORS:
        return False
    if channel.problem:
        await runtime.run(stop_channel, workspace=workspace, channel=channel_id)
        return False
    return True


def _host(source: DueSource) -> str:
    return host_of(source.address)

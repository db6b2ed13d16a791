"""Posts digests at their scheduled times."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

import structlog

from bot.core.leases import LeaseLost
from bot.core.runtime import Runtime
from bot.digests.queries import list_due_digests
from bot.digests.schemas import DigestSchema
from bot.digests.usecases import post_digest, stop_digest
from bot.workspaces.gateways import look_at_channel
from jobs.deliver_outbox import Clients
from jobs.sharing import share

CHANNEL_TIMEOUT_SECONDS = 10.0

log = structlog.get_logger(__name__)


async def post_digests(runtime: Runtime, clients: Clients | None = None) -> int:
    """
    Handle every slot that has come, each once; return the number of slots handled.

    With *clients*, a digest whose channel has been shared with outsiders stops instead, and the managers are notified.
    A digest that fails doesn't stop the others; the error is raised at the end.
    """
    due = await runtime.read(list_due_digests, workspace=None)
    by_workspace = defaultdict[str, list[DigestSchema]](list)
    for one in due:
        by_workspace[one.workspace_id].append(one)
    work = partial(_post, runtime, clients, by_workspace)
    return await share(runtime, "post_digests", list(by_workspace), work)


async def _post(
    runtime: Runtime, clients: Clients | None, due: Mapping[str, Sequence[DigestSchema]], workspace: str
) -> int:
    handled, failures = 0, list[Exception]()
    for digest in due[workspace]:
        try:
            if clients is not None and not await _may_post(runtime, clients, digest):
                continue
            posted = await runtime.run(post_digest, workspace=workspace, digest_id=digest.id, features=runtime.features)
            handled += posted is not None
        except LeaseLost:
            raise
        except Exception as error:
            log.exception("digest.failed", workspace=workspace, digest=str(digest.id))
            failures.append(error)
    if failures:
        raise failures[0]
    return handled


async def _may_post(runtime: Runtime, clients: Clients, due: DigestSchema) -> bool:
    """
    Return whether the channel may receive the digest; stop the digest if outsiders can read it.

    When Slack doesn't answer, the slot waits for the next run. Other problems with the channel are found on delivery.
    """
    channel = await look_at_channel(clients(due.workspace_id), due.channel_id, patience=CHANNEL_TIMEOUT_SECONDS)
    if channel.is_shared:
        await runtime.run(stop_digest, workspace=due.workspace_id, channel=due.channel_id, reason="is_shared")
    return not channel.is_shared and channel.refused not in {"timeout", "ratelimited"}

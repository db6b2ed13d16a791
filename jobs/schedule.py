"""The table: what runs when."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from bot.backups import BackupFolder
from bot.campaigns.usecases.progress import leave_channel
from bot.core.outbox import ClaimedMessage
from bot.core.runtime import Runtime
from bot.digests.usecases import stop_digest
from bot.escalations.usecases.scheduled import lose_channel
from bot.mentions.gateways.fetching import NO_OVERRIDES, HostOverrides, fetch
from bot.mentions.usecases.sources import stop_channel
from bot.people.usecases import pass_on
from bot.tokens import TokenKeeper
from jobs.back_up import back_up
from jobs.check_installation import check_installation
from jobs.collect_mentions import collect_mentions
from jobs.continue_work import continue_work
from jobs.deliver_outbox import NOBODY_THERE, Clients, deliver_outbox
from jobs.housekeeping import housekeeping, report_problems
from jobs.learn_feelings import learn_feelings
from jobs.level_load import level_load
from jobs.post_digests import post_digests
from jobs.reconcile_customers import reconcile_customers
from jobs.reminding import send_morning_messages
from jobs.reschedule_customers import reschedule_customers
from jobs.runner import Job
from jobs.sync_people import sync_people
from jobs.watch_campaigns import watch_campaigns
from jobs.watch_escalations import watch_escalations
from jobs.watch_imports import watch_imports

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def build_schedule(
    runtime: Runtime,
    clients: Clients,
    door: HostOverrides = NO_OVERRIDES,
    backups: BackupFolder | None = None,
    tokens: TokenKeeper | None = None,
) -> Sequence[Job]:
    """
    Every job, in the order in which one pass runs them: what is owed is delivered, then problems are looked for.

    *backups* is the folder that a backup is made in every day, and *tokens* keeps the tokens of a running bot.
    """
    return (
        *(_token_jobs(tokens) if tokens else ()),
        Job("check_installation", partial(check_installation, runtime, clients), every=MINUTE),
        Job("sync_people", partial(sync_people, runtime, clients), every=15 * MINUTE, alone=False),
        Job("keep_house", partial(housekeeping, runtime), every=15 * MINUTE, fresh_for=HOUR),
        Job("reschedule_customers", partial(reschedule_customers, runtime), every=MINUTE),
        Job("reconcile_customers", partial(reconcile_customers, runtime), every=15 * MINUTE, fresh_for=HOUR),
        Job("watch_imports", partial(watch_imports, runtime), every=MINUTE),
        Job("continue_work", partial(continue_work, runtime), every=MINUTE),
        Job("level_load", partial(level_load, runtime), every=MINUTE, alone=False),
        Job("send_morning_messages", partial(send_morning_messages, runtime), every=MINUTE, alone=False),
        Job("watch_escalations", partial(watch_escalations, runtime, clients), every=MINUTE, alone=False),
        Job("watch_campaigns", partial(watch_campaigns, runtime, clients), every=MINUTE, alone=False),
        Job(
            "collect_mentions",
            partial(collect_mentions, runtime, clients, partial(fetch, overrides=door)),
            every=MINUTE,
            alone=False,
        ),
        Job("post_digests", partial(post_digests, runtime, clients), every=MINUTE, alone=False),
        Job("learn_feelings", partial(learn_feelings, runtime), every=15 * MINUTE, fresh_for=15 * MINUTE),
        Job("deliver_outbox", partial(deliver_outbox, runtime, clients, on_dead), every=SECOND, alone=False),
        Job("report_problems", partial(report_problems, runtime), every=15 * MINUTE, alone=False),
        *([Job("back_up", partial(back_up, runtime, backups), every=15 * MINUTE, fresh_for=DAY)] if backups else ()),
    )


def _token_jobs(tokens: TokenKeeper) -> Sequence[Job]:
    renew = [Job("renew_token", tokens.renew, every=MINUTE)] if tokens.renews else []
    return [*renew, Job("take_up_tokens", tokens.take_up, every=15 * SECOND, alone=False)]


async def on_dead(runtime: Runtime, claimed: ClaimedMessage, reason: str, text: str) -> None:
    """
    A channel that refuses its messages gets no digest, escalation, mention or campaign any more, and people are told.
    What was for somebody who left goes to the managers.
    """
    if reason in NOBODY_THERE:
        await runtime.run(pass_on, workspace=claimed.workspace_id, message=claimed, text=text)
    elif claimed.recipient.startswith(("C", "G")):
        for stop in (stop_digest, lose_channel):
            await runtime.run(stop, workspace=claimed.workspace_id, channel=claimed.recipient, reason=reason)
        for leave in (stop_channel, leave_channel):
            await runtime.run(leave, workspace=claimed.workspace_id, channel=claimed.recipient)

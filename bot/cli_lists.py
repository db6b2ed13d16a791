"""`evenhand sales` and `evenhand mentions`: what a list did, as lines of text."""

from collections.abc import Iterable, Iterator, Sequence

from bot.campaigns.gateways import read_sales
from bot.campaigns.queries.selling import get_campaign_id, plan_sales
from bot.campaigns.usecases.selling import record_sales
from bot.campaigns.views.sales import columns_line, plan_lines, refused_lines
from bot.core.runtime import Runtime
from bot.customers.rules.rows import Note, Refusal
from bot.mentions.schemas.mentions import ListPlan, ListRead
from bot.workspaces.usecases import BOT

ROWS_SHOWN = 20


def list_sales(
    runtime: Runtime, workspace_id: str, *, campaign: str, name: str, content: bytes, dry_run: bool
) -> Sequence[str]:
    """
    Write down the sales in the file called *name*, or only look at them; return lines that say what that did.

    Raises:
        NotFound: no campaign, or more than one, is meant by *campaign*.
        InvalidInput: the list can't be read.
    """
    about = {"campaign_id": runtime.read_now(get_campaign_id, workspace=workspace_id, words=campaign)}
    read = read_sales(content, name=name, today=runtime.clock.now().date())
    if dry_run:
        plan = runtime.read_now(plan_sales, workspace=workspace_id, read=read, viewer=BOT, **about)
    else:
        plan = runtime.run_now(record_sales, workspace=workspace_id, read=read, by=BOT, **about)
    refused = (f"  {line}" for line in refused_lines(plan))
    return [*plan_lines(plan, done=not dry_run), columns_line(read), *refused]


def mention_lines(plan: ListPlan, read: ListRead, *, would: str) -> Iterator[str]:
    """Yield lines that say what a list of mentions did, or *would* do."""
    counts = (
        (plan.new, f"{would}kept"), (plan.known, "known already"), (plan.repeated, "said twice in the list"),
        (plan.refused, "refused"),
    )  # fmt: skip
    yield ", ".join(f"{count:,} {what}" for count, what in counts) + "."
    yield from _row_lines((*read.refusals[:ROWS_SHOWN], *read.remarks))
    if len(read.refusals) > ROWS_SHOWN:
        yield f"  and {len(read.refusals) - ROWS_SHOWN:,} more"
    if plan.recent:
        where = "go to the channel of /mentions setup" if plan.channel_id else "wait in /mentions"
        yield f"{plan.recent:,} of the last two weeks {where}; the rest is kept for the customers' cards."


def _row_lines(abouts: Iterable[Refusal | Note]) -> Iterator[str]:
    for about in abouts:
        place = f"row {about.row_number}" + (f", {about.column}" if about.column else "")
        yield f"  {place}: {about.reason}"

"""How a list of sales looks: what writing it down would do, and what it did; the command line prints the same lines."""

from collections.abc import Iterable
from decimal import Decimal

from bot.campaigns.rules import NAME
from bot.campaigns.schemas import SalesPlan, SalesRead
from bot.customers.rules.headers import short
from bot.customers.rules.refusals import RefusalGroup, group_refusals
from bot.slack import blocks as ui
from bot.slack.blocks import Block

SEND, CONFIRM, FILE = "campaigns.sales_list", "campaigns.sales_save", "campaigns.sales_file"
TITLE = "Sales"
KINDS = ("csv", "tsv", "txt", "gz")
GROUPS, REASON, FILE_NAME, SUMS = 8, 300, 80, 5


def ask_for_sales(*, state: str) -> Block:
    """Ask for a list of what was sold."""
    blocks = [
        ui.section(
            "What was sold while the campaign ran, one sale a row, as any program exports it. Customers that weren't"
            " drawn may stand in it, too. You see what it would do first."
        ),
        ui.field_of("List", ui.file_input(FILE, types=KINDS), block_id=FILE),
        ui.context(
            "Columns are found by their headings: Customer, Domain or Customer id; Amount, Currency; Day and Reference"
            " where it has them. The same sale is never written down twice."
        ),
    ]
    return ui.modal(TITLE, blocks, callback_id=SEND, submit="Look at it", state=state)


def preview(plan: SalesPlan, read: SalesRead, *, state: str) -> Block:
    """Return what writing down the list would do."""
    head, *lines = plan_lines(plan, done=False)
    blocks = [
        ui.section(f"{ui.bold(ui.cut(plan.file_name, FILE_NAME))}\n{ui.escape(head)}"), *_told(lines),
        *_refused(plan), ui.context(ui.escape(ui.cut(columns_line(read), 1800))),
    ]  # fmt: skip
    return ui.modal(TITLE, blocks, callback_id=CONFIRM, submit="Write down" if plan.new else "", state=state)


def done(plan: SalesPlan) -> Block:
    """Return what writing down the list did."""
    head, *lines = plan_lines(plan, done=True)
    blocks = [ui.section(ui.escape(head)), *_told(lines), *_refused(plan)]
    return ui.modal(TITLE, blocks, callback_id="told", close="Close")


def plan_lines(plan: SalesPlan, *, done: bool) -> list[str]:
    """Return in sentences what a list of sales did (*done*), or would do; refused rows are `refused_lines`."""
    name = ui.cut(plan.campaign_name, NAME)
    was = "was" if plan.new == 1 else "were"
    would = was if done else "would be"
    sums = " and ".join(f"{money(amount)} {currency}" for currency, amount in plan.sums[:SUMS])
    of = f"{ui.plural(plan.new, 'sale')} to {ui.plural(plan.customers, 'customer')}, {sums},"
    lines = [f"{of} {would} written down for {name}." if plan.new else f"Nothing new for {name} stands in this list."]
    if plan.known:
        lines.append(f"{ui.plural(plan.known, 'sale is', 'sales are')} written down already.")
    if plan.apart:
        lines.append(f"{ui.plural(plan.apart, 'row is', 'rows are')} left out: who bought there wasn't drawn.")
    if plan.without_amount:
        lines.append(f"{ui.plural(plan.without_amount, 'row says', 'rows say')} that nothing was sold.")
    return lines


def refused_lines(plan: SalesPlan) -> Iterable[str]:
    """Yield a line for each reason for which rows were refused, and a last one where there are more."""
    groups = group_refusals(plan.refusals)
    yield from (_group(group) for group in groups[:GROUPS])
    if len(groups) > GROUPS:
        yield f"and {len(groups) - GROUPS:,} more"


def columns_line(read: SalesRead) -> str:
    """Return which columns are read as what, and which aren't."""
    found = ", ".join(f"{short(header)} → {column.value}" for column, header in read.columns.items())
    left = f" Not read: {', '.join(short(header) for header in read.unmapped[:10])}." if read.unmapped else ""
    return f"Read: {found}.{left}"


def money(amount: Decimal) -> str:
    """Return an amount with signs between thousands, without cents where it has none."""
    return f"{amount:,.2f}".removesuffix(".00")


def _group(group: RefusalGroup) -> str:
    example = "" if group.is_uniform else ", for example"
    where = group.where[:1].upper() + group.where[1:]
    return f"{where}{example}: {ui.cut(group.first.reason, REASON)}"


def _told(lines: list[str]) -> list[Block]:
    return [ui.context(ui.escape(" ".join(lines)))] if lines else []


def _refused(plan: SalesPlan) -> list[Block]:
    rows = len({one.row_number for one in plan.refusals})
    lines = [f"• {ui.escape(line)}" for line in refused_lines(plan)]
    return [ui.section("\n".join([f"*Refused: {ui.plural(rows, 'row')}*", *lines]))] if rows else []

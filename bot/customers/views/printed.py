"""What importing a list would do, or has done, as lines of text: the command line prints what the window shows."""

from collections.abc import Iterable, Mapping, Sequence

from bot.customers.rules.questions import NOTHING_CHOSEN
from bot.customers.rules.refusals import RefusalGroup, group_refusals
from bot.customers.rules.rows import Note
from bot.customers.schemas import Changed, Drafts, ImportPlan, SampleRow
from bot.customers.views import NO_OWNER, spread_words
from bot.customers.views.apart import taken_as_one_words
from bot.slack.blocks import plural

GROUPS_SHOWN = 20
CHANGES_SHOWN = 10
ROWS_IN_EXAMPLE = 3


def plan_lines(
    plan: ImportPlan, drafts: Drafts, *, done: bool, answers: Mapping[str, str] = NOTHING_CHOSEN
) -> list[str]:
    """Return the lines of a list that was imported (*done*), or that is only looked at, with *answers* by question."""
    would = "" if done else "would be "
    counts = (
        (len(plan.added), f"{would}added"), (plan.changed, f"{would}changed"), (plan.left_alone, "left alone"),
        *([(plan.joined, "taken as one with another row")] if plan.joined else []), (plan.refused, "refused"),
    )  # fmt: skip
    lines = [", ".join(f"{count:,} {what}" for count, what in counts) + ".", *column_lines(drafts)]
    lines += _answers(drafts, answers)
    lines += _part("First rows", [_sample_row(row) for row in plan.sample], total=len(plan.added))
    lines += _taken_as_one(plan)
    lines += _groups("Refused", plan.refusals)
    lines += _groups("Worth a look", plan.remarks)
    lines += _part("Changed", [_change(one) for one in plan.changes[:CHANGES_SHOWN]], total=len(plan.changes))
    if plan.late:
        lines.append(f"{plural(plan.late, 'first call')} find no room inside their cadence; more owners would help.")
    if plan.spread:
        lines.append(spread_words(plan.spread))
    if plan.unowned:
        have = "has" if plan.unowned == 1 else "have"
        lines.append(f"{plan.unowned:,} {have} no owner; a manager shares them out with /customers pool in Slack.")
    return lines


def _taken_as_one(plan: ImportPlan) -> list[str]:
    groups = plan.taken_as_one
    shown = [taken_as_one_words(group) for group in groups[:GROUPS_SHOWN]]
    rows = ",".join(map(str, groups[0].rows[:ROWS_IN_EXAMPLE])) if groups else ""
    title = f"Taken as one (--keep-apart {rows} keeps those rows apart, --keep-apart all every row)"
    return _part(title, shown, total=len(groups))


def _answers(drafts: Drafts, answers: Mapping[str, str]) -> list[str]:
    """Return how each question about the list was answered, or what was taken where nobody was asked this time."""
    shown = []
    for question in drafts.questions:
        chosen = question.choose(answers)
        label = next(option.label for option in question.options if option.answer == chosen)
        shown.append(f"{question.text} → {label}")
    answered = sum(question.id in answers for question in drafts.questions)
    taken = "Taken as answered before or proposed" if answered else "Taken as proposed"
    title = "Answered" if answered == len(drafts.questions) else f"{taken} (--interactive asks)"
    return _part(title, shown, total=len(shown))


def column_lines(drafts: Drafts) -> list[str]:
    """Return which columns of a list are read as what, and which are not read."""
    read = ", ".join(f"{header} → {field.header.lower()}" for header, field in drafts.list_columns())
    left = [f'Not read: {", ".join(drafts.unmapped)} (--map "Column=field" reads one).'] if drafts.unmapped else []
    return [*([f"Looks like {drafts.system}."] if drafts.system else []), f"Read: {read}.", *left]


def _sample_row(row: SampleRow) -> str:
    return " · ".join(part for part in (row.name, row.domain, row.owner_name or NO_OWNER) if part)


def _change(change: Changed) -> str:
    return f"{change.name}: {change.field} “{change.before}” → “{change.after}”"


def _groups(title: str, notes: Iterable[Note]) -> list[str]:
    groups = group_refusals(notes)
    return _part(title, [_group(group) for group in groups[:GROUPS_SHOWN]], total=len(groups))


def _group(group: RefusalGroup) -> str:
    """Return what was said about one row, or about several for one reason."""
    example = "" if group.is_uniform else ", for example"
    return f"{group.where}{example}: {group.first.reason}"


def _part(title: str, shown: Sequence[str], *, total: int) -> list[str]:
    if not shown:
        return []
    more = [f"  and {total - len(shown):,} more"] if total > len(shown) else []
    return [f"{title}:", *(f"  {line}" for line in shown), *more]

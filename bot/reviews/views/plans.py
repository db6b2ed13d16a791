"""The windows and messages about plans: what would change, name by name; that it was done, and how to undo it."""

from collections.abc import Sequence

from bot.customers.views import names_of
from bot.customers.views.sharing import share_lines
from bot.reviews.rules.plans import PlanKind
from bot.reviews.schemas.plans import (
    Concerned,
    PlanMade,
    PlannedChange,
    PlanSummary,
    PlanTold,
    PlanUndone,
    Proposal,
)
from bot.slack import blocks as ui
from bot.slack.modals import ModalState

CARRY_OUT, UNDO, ROW = "reviews.carry_out", "reviews.undo_plan", "reviews.plan_row"
NEXT, PREVIOUS = "reviews.plan_next", "reviews.plan_previous"
TITLES = {PlanKind.MOVE: "Move customers", PlanKind.LENGTHEN: "Longer cadences"}
UNDO_CONFIRM = ui.Confirm(
    title="Undo the plan?",
    text="Everything is as before, but what somebody has changed since. Those concerned are told.",
    yes="Undo it",
)
NAME_SHOWN = 30
LINES_A_BLOCK = 5
STALE = "Things have changed since you looked. Nothing was done; this is the plan now."
WHERE_ELSE = "You can undo it for a week, here, from our direct messages or from /evenhand capacity."


class PlanState(ModalState):
    """What the window of a plan carries."""

    kind: PlanKind
    owner: str = ""
    fingerprint: str = ""
    page: int = 0


def proposal(schema: Proposal) -> ui.Block:
    """Draw the window that shows what a plan would do, name by name, and asks for the word."""
    state = PlanState(kind=schema.kind, owner=schema.owner, fingerprint=schema.fingerprint, page=schema.page)
    blocks = [ui.section(STALE), ui.divider()] if schema.is_stale else []
    blocks += [ui.section("\n".join([f"*{_headline(schema)}*", *_details(schema)])), ui.divider()]
    lines = [_line(row, schema) for row in schema.rows]
    blocks += [
        ui.section("\n".join(lines[start : start + LINES_A_BLOCK])) for start in range(0, len(lines), LINES_A_BLOCK)
    ]
    if schema.pages > 1:
        blocks += [ui.actions(*_turns(schema)), ui.context(f"Page {schema.page + 1:,} of {schema.pages:,}")]
    submit = f"Move {schema.total:,}" if schema.kind is PlanKind.MOVE else f"Lengthen {schema.total:,}"
    return ui.modal(TITLES[schema.kind], blocks, callback_id=CARRY_OUT, submit=submit, state=state.dump())


def _headline(schema: Proposal) -> str:
    whose = f" of {_short(schema.owner_name)}" if schema.owner_name else ""
    if schema.kind is PlanKind.MOVE:
        return f"{ui.plural(schema.total, 'customer')}{whose} would get another owner."
    return f"{ui.plural(schema.total, 'customer')}{whose} would get a longer cadence."


def _details(schema: Proposal) -> list[str]:
    lines = share_lines(schema.counts)
    if schema.left:
        left = ui.plural(schema.left, "customer")
        lines.append(f"There is no room for {left} more; longer cadences can do the rest.")
    if schema.kind is PlanKind.MOVE:
        lines.append("The oldest relationships and families stay. Nobody gets more than they can do.")
    else:
        lines.append("All grow by the same factor, so that what is made suffices.")
    if schema.above:
        go = "goes" if schema.above == 1 else "go"
        lines.append(f"{schema.above:,} {go} above {ui.days(schema.floor)}, which takes a manager's word: yours.")
    return [*lines, "Those concerned are told once. You can undo it for a week."]


def _line(row: PlannedChange, schema: Proposal) -> str:
    if schema.kind is PlanKind.LENGTHEN:
        return f"*{_short(row.name)}* {_short(row.before.removesuffix(' days'))} → {_short(row.after)}"
    before = "" if schema.owner else f" {_short(row.before)}"
    return f"*{_short(row.name)}*{before} → {_short(row.after)}"


def _short(name: str) -> str:
    return ui.escape(ui.cut(name, NAME_SHOWN))


def _turns(schema: Proposal) -> list[ui.Block]:
    back = [ui.button("Back", PREVIOUS, str(schema.page - 1))] if schema.page else []
    on = [ui.button("Next", NEXT, str(schema.page + 1))] if schema.page + 1 < schema.pages else []
    return [*back, *on]


def carried_out(schema: PlanMade) -> ui.Block:
    """Draw what was done, with *Undo*, in the place of the window."""
    lines = "\n".join([_done(schema), *share_lines(schema.counts)])
    return _told(schema.what, [ui.section(lines), ui.actions(_undo(schema)), ui.context(WHERE_ELSE)])


def plan_made(schema: PlanMade) -> ui.Message:
    """Draw the message to who carried out a plan, with *Undo*."""
    text = _done(schema)
    lines = ui.section("\n".join([text, *share_lines(schema.counts)]))
    return ui.Message(text=text, blocks=[lines, ui.actions(_undo(schema))])


def plan_row(summary: PlanSummary) -> ui.Block:
    """Draw a plan that was carried out, with *Undo* unless it was undone."""
    by = ui.escape(ui.cut(summary.by, NAME_SHOWN))
    undone = f" · undone by {ui.escape(ui.cut(summary.undone_by, NAME_SHOWN))}" if summary.undone_by else ""
    did = "moved" if summary.kind is PlanKind.MOVE else "with longer cadences"
    text = (
        f"{ui.plural(summary.total, 'customer')} {did} · {ui.short_date(summary.on, today=summary.today)}, {by}{undone}"
    )
    undo = None if summary.undone_by else ui.button("Undo", UNDO, str(summary.id), confirm=UNDO_CONFIRM)
    return ui.section(text, accessory=undo, block_id=f"{ROW}:{summary.id}")


def plan_before(summary: PlanSummary) -> ui.Message:
    """Draw the message about a plan that was undone elsewhere; it has no *Undo* any more."""
    text = f"The plan for {ui.plural(summary.total, 'customer')} was undone."
    return ui.Message(text=text, blocks=[plan_row(summary)])


def undone(schema: PlanUndone) -> ui.Block:
    """Draw what undoing a plan did, as a window."""
    return _told(schema.what, [ui.section(_undone(schema))])


def undone_message(schema: PlanUndone) -> ui.Message:
    """Draw what undoing a plan did, as a message."""
    text = _undone(schema)
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text)])


def plan_told(schema: PlanTold) -> ui.Message:
    """Draw the news of a plan for somebody whose customers it concerns."""
    sentences = [
        *_sentence(schema.got, "gave you", "gave you back", is_undone=schema.is_undone),
        *_sentence(schema.gave, "gave colleagues", "took back", is_undone=schema.is_undone),
        *_sentence(schema.longer, "made the cadence longer of", "restored the cadence of", is_undone=schema.is_undone),
    ]
    why = "undoing a plan" if schema.is_undone else "so that nobody is asked for more than they can do"
    text = f"{ui.mention(schema.by)} {'; '.join(sentences) or 'made a plan'}, {why}."
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text)])


def _sentence(some: Concerned, did: str, undid: str, *, is_undone: bool) -> Sequence[str]:
    if not some.total:
        return ()
    return [f"{undid if is_undone else did} {ui.plural(some.total, 'customer')}: {names_of(some.names, some.total)}"]


def _done(schema: PlanMade) -> str:
    what = "another owner now" if schema.what is PlanKind.MOVE else "a longer cadence now"
    return f"{ui.plural(schema.total, 'customer')} {'has' if schema.total == 1 else 'have'} {what}."


def _undone(schema: PlanUndone) -> str:
    what = "owner" if schema.what is PlanKind.MOVE else "cadence"
    back = f"{ui.plural(schema.back, 'customer')} {'has its' if schema.back == 1 else 'have their'} {what} again."
    if not schema.kept:
        return back
    one = schema.kept == 1
    return (
        f"{back if schema.back else 'Nothing was restored.'} {names_of(schema.kept_names, schema.kept)} "
        f"{'stays as it is' if one else 'stay as they are'}: somebody has changed {'it' if one else 'them'} since."
    )


def _undo(schema: PlanMade) -> ui.Block:
    return ui.button("Undo", UNDO, str(schema.plan_id), confirm=UNDO_CONFIRM)


def _told(kind: PlanKind, blocks: list[ui.Block]) -> ui.Block:
    return ui.modal(TITLES[kind], blocks, callback_id="reviews.plan_told", close="Close")

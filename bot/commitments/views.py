"""How commitments look wherever their kinds look alike: names, lists, messages of several, parts of forms."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from bot.checkins.rules import Channel, Result, in_words
from bot.commitments.schemas import CommitmentList, CommitmentSchema, NotifiedCommitments, ParsedCommand
from bot.core.schemas import MorningRow, OfferButton
from bot.customers.views import CARD
from bot.slack import blocks as ui
from bot.slack.blocks import Block, Message, Option

NAME, WHO, WHAT, SAID = 100, 60, 300, 300
OPTIONS = "customers.options"  # the customers feature answers it
LATE = ":small_orange_diamond:"

TALKED = Option("We talked", Result.TALKED.value)
THEY_CONTACTED_US = Option("They contacted us", Result.THEY_CONTACTED_US.value)
CHANNELS = tuple(Option(channel.value.capitalize(), channel.value) for channel in Channel)


def customer_name(one: CommitmentSchema) -> str:
    """Return the customer's name in bold."""
    return ui.bold(ui.cut(one.customer_name, NAME))


def what_of(one: CommitmentSchema) -> str:
    """Return what is owed, at most 300 characters of it."""
    return ui.escape(ui.cut(one.what, WHAT))


def subject(customer: str, what: str) -> str:
    """Return `*Acme*: call about the invoice`."""
    return f"{ui.bold(ui.cut(customer, NAME))}: {ui.escape(ui.cut(what, WHAT))}"


def person(name: str) -> str:
    """Return somebody's name as it stands in a sentence."""
    return ui.escape(ui.cut(name, WHO))


def source_link(one: CommitmentSchema) -> str:
    """Return a link to the message it comes from, if it is an address that Slack makes a link of."""
    fit = one.link.startswith("https://") and not set(one.link) & set("<>| ")
    return f" · <{one.link}|the message>" if fit else ""


def ended(one: CommitmentSchema, how: str, *, mark: str, by: str, said: str) -> str:
    """Return `✓ Acme · call about the invoice · done by Ana · "they pay on Monday"`."""
    who = f" by {person(by)}" if by else ""
    words = f' · "{ui.escape(ui.cut(said, SAID))}"' if said else ""
    return f"{mark} {customer_name(one)} · {what_of(one)} · {how}{who}{words}"


def plain(text: str) -> str:
    """Return a sentence as a notification shows it, without bold and signs."""
    return text.replace("*", "").replace(f"{LATE} ", "")


def card_button(customer_id: UUID) -> Block:
    """Return the button that opens the customer's card."""
    return ui.button("Card", CARD, str(customer_id))


def list_message(
    page: CommitmentList[Any],
    *,
    feature: str,
    counted: str,
    nothing: str,
    offer: Block,
    order: str,
    row: Callable[[Any], tuple[str, dict[str, str]]],
) -> Message:
    """
    Return one page of a list: a title, a row for each commitment, as many as fit, and buttons to the next pages.

    *counted* follows the title's colon, *nothing* does when the list is empty; *offer* is the button beside it, and
    *order* says what stands first. `row(one)` returns the text and the menu of a row.
    """
    title = ui.escape(ui.cut(page.title, NAME))
    text = f"{title}: {counted if page.total else nothing}"
    head = ui.section(text, accessory=offer)
    if not page.total:
        return Message(text=text, blocks=[head])
    back, on = page_actions(feature)
    buttons = [ui.button("Back", back, f"{page.page - 1} {page.whose}")] if page.page else []
    buttons += [ui.button("Next", on, f"{page.page + 1} {page.whose}")] if page.page + 1 < page.pages else []
    where = f"Page {page.page + 1:,} of {page.pages:,}. " if buttons else ""
    top = [head, ui.divider()]
    end = [*([ui.actions(*buttons)] if buttons else []), ui.context(f"{where}{order} first; size plays no part.")]
    room = ui.MESSAGE_CHARACTERS - ui.size([*top, *end]) - len(text)
    rows = [[_list_row(feature, page, one, *row(one))] for one in page.rows]
    shown = ui.fitting(rows, most_blocks=ui.MESSAGE_BLOCKS - len(top) - len(end), most_characters=room)
    return Message(text=text, blocks=[*top, *(one[0] for one in shown), *end])


def page_actions(feature: str) -> tuple[str, str]:
    """Return the action ids of a list's *Back* and *Next*."""
    return f"{feature}.page_back", f"{feature}.page_on"


def menu_of(feature: str, menu: dict[str, str], commitment_id: UUID) -> Block:
    """Return a menu, action id → words, about one commitment."""
    return ui.overflow(f"{feature}.more", [Option(text, f"{action}:{commitment_id}") for action, text in menu.items()])


def _list_row(feature: str, page: CommitmentList[Any], one: CommitmentSchema, text: str, menu: dict[str, str]) -> Block:
    """Return a row whose block id says in which list it stands, so that the list can be drawn again."""
    block_id = f"{feature}.list:{page.page}:{page.whose}:{one.id}"
    return ui.section(text, accessory=menu_of(feature, menu, one.id), block_id=block_id)


def notified_message(
    head: str, page: NotifiedCommitments[Any], row: Callable[[Any], Sequence[Block]], *, command: str
) -> Message:
    """Return a head and the blocks of each commitment, as many as fit, and how many more there are."""
    rows = [list(row(one)) for one in page.rows]
    room = ui.MESSAGE_CHARACTERS - 2 * len(head) - 200
    shown = ui.fitting(rows, most_blocks=ui.MESSAGE_BLOCKS - 2, most_characters=room)
    more = page.total - len(shown)
    foot = [ui.context(f"{more:,} more; `{command} list` shows them all.")] if more > 0 else []
    return Message(text=head, blocks=[ui.section(head), *(block for one in shown for block in one), *foot])


def morning_row(
    one: CommitmentSchema, text: str, first: tuple[str, str] | None = None, *, menu_id: str = "",
    menu: Mapping[str, str] | None = None,
) -> MorningRow:  # fmt: skip
    """
    Return a commitment in a reminder: *text* is markup, *first* the action id and label of its first button.

    Without a menu nothing is left to do about it.
    """
    key, card = str(one.id), OfferButton(label="Open", action_id=CARD, value=str(one.customer_id))
    buttons = (OfferButton(label=first[1], action_id=first[0], value=key), card) if first else (card,)
    return MorningRow(
        id=one.id, customer_id=one.customer_id, customer_name=one.customer_name, markup=text, is_open=menu is not None,
        buttons=buttons, menu_id=menu_id, menu={f"{action}:{key}": words for action, words in (menu or {}).items()},
    )  # fmt: skip


def morning_lead(what: str, several: str, waiting: Sequence[CommitmentSchema], count: int, how: str) -> str:
    """Return `a promise to Golddex is due`, or `promises to Golddex and two more are due`."""
    name = ui.cut(waiting[0].customer_name, WHO)
    if count == 1:
        return f"{what} {name} is {how}"
    return f"{several} {name} and {in_words(count - 1)} more are {how}"


def morning_counted(what: str, count: int, how: str) -> str:
    """Return `two promises are due`."""
    return f"{in_words(count)} {what}{' is' if count == 1 else 's are'} {how}"


def due_words(waiting: Sequence[Any], count: int, *, late: str) -> str:
    """
    Return when *count* things are due, the first of them *waiting*: `due`, `due tomorrow`, or `due by Fri 27 Nov`.

    *late* is said when the days of all are over.
    """
    first, last = min(one.due_on for one in waiting), max(one.due_on for one in waiting)
    today = waiting[0].today
    if len(waiting) < count:
        return "due" if first <= today else "due soon"
    if last <= today:
        return late if last < today else "due"
    day = in_days(last, today=today)
    return f"due by {day.removeprefix('on ')}" if first < last else f"due {day}"


def in_days(day: date, *, today: date) -> str:
    """Return `today`, `tomorrow`, else `on` the day."""
    return {0: "today", 1: "tomorrow"}.get((day - today).days) or f"on {ui.short_date(day, today=today)}"


def news_message(text: str, words: str, customer_id: UUID | None, *buttons: Block) -> Message:
    """Return what became of a commitment, somebody's *words* about it, and *buttons* before the customer's card."""
    blocks = [ui.section(text), *([ui.context(words)] if words else [])]
    if customer_id is not None:
        blocks.append(ui.actions(*buttons, card_button(customer_id)))
    return Message(text=plain(text), blocks=blocks)


def quoted(words: str) -> str:
    """Return somebody's words in quotation marks; "" for none."""
    return f"“{ui.escape(ui.cut(words, SAID))}”" if words else ""


def help_message(command: str, text: str) -> Message:
    """Return what a command can do."""
    return Message(text=f"What {command} can do.", blocks=[ui.section(text)])


def asked(parsed: ParsedCommand) -> list[Block]:
    """Return what couldn't be told from somebody's words, above a form."""
    return [ui.section(ui.escape(" ".join(parsed.problems)))] if parsed.problems else []


def customer_field(parsed: ParsedCommand, block_id: str, *, dispatch: bool = False) -> Block:
    """Return the field for the customer, with the one that was understood; *dispatch* tells us of every choice."""
    chosen = (
        Option(ui.cut(parsed.customer_name, ui.OPTION_TEXT), str(parsed.customer_id)) if parsed.customer_id else None
    )
    choice = ui.external_select(OPTIONS, placeholder="Type a name", initial=chosen)
    return ui.field_of("Customer", choice, block_id=block_id, dispatch=dispatch)


def checkin_fields(results: Sequence[Option], *, result_id: str, channel_id: str) -> list[Block]:
    """Return the fields for a check-in that is recorded along with something else."""
    result = ui.select(result_id, results, placeholder="No check-in")
    channel = ui.select(channel_id, CHANNELS, initial=Channel.CALL.value)
    hint = "Saved with the customer, as /checkin would."
    return [
        ui.field_of("Record a check-in, too", result, block_id=result_id, optional=True, hint=hint),
        ui.field_of("How", channel, block_id=channel_id, optional=True),
    ]


def saved(markup: str) -> Block:
    """Return the window that says what was done."""
    return ui.modal("Saved", [ui.section(markup)], callback_id="told", close="Close")

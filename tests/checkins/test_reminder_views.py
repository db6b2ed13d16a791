"""The one message of the morning: its sentence, what changed, its rows; at its worst, too."""

from typing import Any
from uuid import uuid4

import pytest

from bot.checkins.rules import REMINDER_ROWS, SECTION_ROWS
from bot.checkins.schemas import IdlePerson, ReminderDue, ReminderRow
from bot.checkins.views.reminder import reminder
from bot.core.schemas import Line, MorningRow, MorningSection, OfferButton
from bot.customers.rules.due import Standing
from tests.checkins.test_views import HOSTILE, MONDAY, allowed, customer, words_of, worst

BAKERY = """*Bakery Lindqvist* · 47 days (every 30)
last: "waiting for the invoice fix" · prefers calls before ten
promised: corrected invoice, Wed 2 Dec"""
KEPT = OfferButton(label="Kept", action_id="promises.kept", value="1")


def promised(name: str = "Goldfinch Dental", *, days: int = 1, is_open: bool = True) -> MorningRow:
    """A promise as its feature draws it."""
    text = f"*{name}* · send the price list\ndue today"
    menu = {"promises.withdraw:1": "Withdrawn"}
    return MorningRow(
        id=uuid4(), customer_id=uuid4(), customer_name=name, markup=text, buttons=(KEPT,), menu_id="promises.more",
        menu=menu, is_open=is_open, days=days,
    )  # fmt: skip


def section(*rows: MorningRow, **more: Any) -> MorningSection:
    """The section of promises."""
    words = {"lead": "a promise to Goldfinch Dental is due", "counted": "one promise is due"}
    plain: dict[str, Any] = {"key": "promises", "title": "Promises", "command": "/promise list", **words}
    return MorningSection(**{**plain, "rows": rows, **more})


def message(*rows: ReminderRow, total: int | None = None, sections: tuple[MorningSection, ...] = ()) -> ReminderDue:
    """A reminder of Ana's."""
    count = len(rows) if total is None else total
    return ReminderDue(
        reminder_id=uuid4(), person_id="U0ANA", first_name="Ana", sections=sections, total=count, rows=rows
    )


def test_a_morning_reads_as_promised() -> None:
    """The sentence names the most pressing thing; then each section: what changed, and its rows."""
    lines = (Line(text='last: "waiting for the invoice fix"'), Line(text="promised: corrected invoice, Wed 2 Dec"))
    rows = (
        ReminderRow(customer=customer(lines=lines, preferences=("prefers calls before ten",)), days=5),
        ReminderRow(customer=customer("Golddex", waited=12, last_contact_on=None, due_on=MONDAY), days=1,
                    for_whom="Bob Chen"),
        ReminderRow(customer=customer("Kan-code", waited=31), days=1),
    )  # fmt: skip
    drawn = reminder(message(*rows, total=11, sections=(section(promised()),)))
    assert drawn.text == "A promise to Goldfinch Dental is due, 11 customers wait."
    told = words_of(drawn.blocks)
    assert told[:5] == [
        "A promise to Goldfinch Dental is due, 11 customers wait.",
        "*Promises* · one new",
        "*Goldfinch Dental* · send the price list\ndue today",
        "*Customers* · two new, one still waiting; Bakery Lindqvist for the fifth day",
        BAKERY,
    ]
    assert told[5] == "*Golddex* · never talked, added 12 days ago (every 30) · for Bob Chen, who is away\ndue today"
    assert told[-2:] == ["8 more in your queue", "Furthest past their cadence first; size plays no part."]
    buttons = [[one["action_id"] for one in block["elements"]] for block in drawn.blocks if block["type"] == "actions"]
    assert buttons[:2] == [["promises.kept", "promises.more"], ["checkins.talked", "checkins.log", "checkins.more"]]
    allowed(drawn)


@pytest.mark.parametrize(
    ("rows", "total", "text"),
    [
        ((ReminderRow(customer=customer()),), 1, "Bakery Lindqvist waits to hear from you."),
        ((ReminderRow(customer=customer()),), 2, "Bakery Lindqvist and one more customer wait to hear from you."),
        ((ReminderRow(customer=customer("<Acme> & Co")),), 9,
         "&lt;Acme&gt; &amp; Co and eight more customers wait to hear from you."),
    ],
)  # fmt: skip
def test_customers_alone_are_named(rows: tuple[ReminderRow, ...], total: int, text: str) -> None:
    """The first by name, the others by number."""
    assert reminder(message(*rows, total=total)).text == text


def test_a_message_with_promises_alone_says_nothing_of_customers() -> None:
    """No footer about cadence either."""
    drawn = reminder(message(sections=(section(promised(), more=2),)))
    assert drawn.text == "A promise to Goldfinch Dental is due."
    told = words_of(drawn.blocks)
    assert "2 more; `/promise list` shows them all." in told
    assert not any("cadence" in words for words in told)
    allowed(drawn)


def test_a_row_that_was_dealt_with_says_so_with_undo() -> None:
    """`✓ Bakery Lindqvist · talked · next 22 Dec`, *Add a note* and *Undo*; a colleague's without."""
    rows = (
        ReminderRow(customer=customer(standing=Standing.IN_CADENCE), done="talked · next 22 Dec", can_note=True,
                    customer_action_id=uuid4()),
        ReminderRow(customer=customer("Noted", standing=Standing.IN_CADENCE), done="talked · next 22 Dec",
                    customer_action_id=uuid4(), note="happy <again>"),
        ReminderRow(customer=customer("Golddex", standing=Standing.SNOOZED), done="snoozed until 4 Jan",
                    customer_action_id=uuid4(), done_by="U0MARA"),
        ReminderRow(customer=customer("Casa do Livro"), moved="Ana Lima handed Casa do Livro to Tomás"),
    )  # fmt: skip
    drawn = reminder(message(*rows))
    told = words_of(drawn.blocks)
    assert "✓ Bakery Lindqvist · talked · next 22 Dec" in told
    assert '✓ Noted · talked · next 22 Dec · "happy &lt;again&gt;"' in told
    assert "✓ Golddex · snoozed until 4 Jan · by <@U0MARA>" in told
    assert "Ana Lima handed Casa do Livro to Tomás" in told
    buttons = [[one["action_id"] for one in block["elements"]] for block in drawn.blocks if block["type"] == "actions"]
    assert buttons == [["checkins.note_later", "checkins.undo"], ["checkins.undo"]]
    assert drawn.text == "All caught up for today."
    allowed(drawn)


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("Acme",), "You went through all of this; one customer is still past its cadence."),
        (("Acme", "Bolt"), "You went through all of this; two customers are still past their cadence."),
    ],
)
def test_nobody_is_called_caught_up_who_was_only_tried(names: tuple[str, ...], text: str) -> None:
    """An attempt leaves the customer past its cadence, and the sentence says so."""
    rows = [ReminderRow(customer=customer(name), done="tried", customer_action_id=uuid4()) for name in names]
    assert reminder(message(*rows)).text == text


def test_a_settled_promise_counts_no_more() -> None:
    """Its row stays without buttons; the sentence goes on with what is open."""
    done = promised(is_open=False)
    drawn = reminder(message(ReminderRow(customer=customer()), sections=(section(done, lead="", counted=""),)))
    assert drawn.text == "Bakery Lindqvist waits to hear from you."
    assert "*Promises*" in words_of(drawn.blocks)
    assert sum(block["type"] == "actions" for block in drawn.blocks) == 1


def hostile_rows() -> list[MorningRow]:
    """As many long rows as a section holds."""
    rows = [promised(HOSTILE[n % 6][:200], days=99) for n in range(SECTION_ROWS)]
    return [row.model_copy(update={"markup": "&amp;" * 600}) for row in rows]


@pytest.mark.parametrize("many", [True, False])
def test_the_reminder_at_its_worst_is_taken_by_slack(*, many: bool) -> None:
    """Full sections and ten rows of hostile words; what doesn't fit is counted with the rest."""
    rows = tuple(ReminderRow(customer=worst(n), for_whom=HOSTILE[n % 6][:200], days=99) for n in range(REMINDER_ROWS))
    sections = tuple(section(*hostile_rows(), key=key, more=46_964, lead=HOSTILE[0]) for key in "abcd") if many else ()
    bob = IdlePerson(
        person_id="U0BOB", name=HOSTILE[0][:200], working_days=60, neglected=9, late=9, lines=tuple(HOSTILE[:4])
    )
    drawn = reminder(message(*rows, total=46_964, sections=sections).model_copy(update={"idle": (bob,) * 9}))
    allowed(drawn)
    shown = sum(
        element["action_id"] == "checkins.log"
        for block in drawn.blocks if block["type"] == "actions" for element in block["elements"]
    )  # fmt: skip
    assert f"{46_964 - shown:,} more in your queue" in words_of(drawn.blocks)
    assert shown >= (0 if many else 4)

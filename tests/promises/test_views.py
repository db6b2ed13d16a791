"""Every screen of the feature, at its usual and at its worst, against Slack's rules."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from bot.commitments.rules import PAGE_ROWS, REMINDER_ROWS
from bot.commitments.views import help_message, saved
from bot.promises import schemas, views
from bot.promises.listeners import PromiseRef
from bot.promises.rules import Band, PromiseEvent, PromiseState
from bot.slack.blocks import Message, escape, modal
from rehearsal.strict import check_message, check_view
from tests.checkins.test_views import HOSTILE

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
SUNDAY, TUESDAY = date(2026, 11, 22), date(2026, 11, 24)
ENDED = [state for state in PromiseState if state is not PromiseState.OPEN]


def promise(words: str = "", **more: Any) -> schemas.PromiseSchema:
    """Ana promised Acme the price list by Friday; or everything says *words*, as long as it may be."""
    named = {
        "customer_name": words[:200] or "Acme",
        "assignee_name": words[:200] or "Ana Lima",
        "promised_by_name": words[:200] or "Ana Lima",
        "contact": words[:200],
        "what": words[:500] or "send the new price list",
    }
    fixed = {"id": uuid4(), "customer_id": uuid4(), "assignee_id": "U0ANA", "promised_by": "U0ANA"}
    days = {"promised_on": MONDAY, "due_on": FRIDAY, "first_due_on": FRIDAY, "today": MONDAY}
    return schemas.PromiseSchema(**{**fixed, **named, **days, **more})


def worst(words: str, **more: Any) -> schemas.PromiseSchema:
    """As long and as odd as it can be."""
    link = "https://x.slack.com/" + "a" * 400
    return promise(words, promised_by="U0BOB", moves=1234, link=link, **more)


def ended(words: str, state: PromiseState) -> schemas.PromiseSchema:
    """One that isn't owed any more, with as many words as may be kept."""
    more = {"moved_to": MONDAY, "note": (words * 10)[:1000], "ended_by_name": words[:200]}
    return worst(words, state=state, is_owed=False, **more)


def check(message: Message) -> None:
    """Slack takes it, and nobody is pinged by what came from outside."""
    assert check_message(message.body()) == []
    assert "<!channel>" not in str(message.blocks)
    assert "<!channel>" not in message.text


def buttons(message: Message) -> list[str]:
    """What can be pressed under the last row, the menu's choices too."""
    found = []
    for element in message.blocks[-1]["elements"]:
        found += [one["text"]["text"] for one in element.get("options", [element])]
    return found


def test_a_promise_that_was_written_down_is_said_back() -> None:
    """And can be kept, moved or withdrawn from there."""
    message = views.recorded(promise(), "U0ANA")
    assert message.text == "Noted: you promised Acme: “send the new price list”, by Fri 27 Nov."
    assert buttons(message) == ["Kept", "Card", "Renegotiated to…", "Withdrawn"]
    other = views.recorded(promise(), "U0BOB")
    assert other.text.startswith("Noted: Ana Lima promised Acme")
    assert "Noted, and Ana Lima will be told." in str(other.blocks)
    noted = views.noted(schemas.PromiseNoted(promise=promise(), by_name="Bob Chen"))
    assert noted.text.startswith("Bob Chen noted that you made a promise. Acme: “send")


@pytest.mark.parametrize(
    ("days", "more", "lead", "counted"),
    [
        ((MONDAY,), 0, "a promise to Acme is due", "one promise is due"),
        ((TUESDAY,), 0, "a promise to Acme is due tomorrow", "one promise is due tomorrow"),
        ((FRIDAY,), 0, "a promise to Acme is due on Fri 27 Nov", "one promise is due on Fri 27 Nov"),
        ((SUNDAY,), 0, "a promise to Acme is broken", "one promise is broken"),
        ((SUNDAY, SUNDAY), 0, "promises to Acme and one more are broken", "two promises are broken"),
        ((SUNDAY, MONDAY), 0, "promises to Acme and one more are due", "two promises are due"),
        ((MONDAY, TUESDAY), 0, "promises to Acme and one more are due by tomorrow", "two promises are due by tomorrow"),
        (
            (TUESDAY, FRIDAY),
            0,
            "promises to Acme and one more are due by Fri 27 Nov",
            "two promises are due by Fri 27 Nov",
        ),
        ((TUESDAY, TUESDAY), 0, "promises to Acme and one more are due tomorrow", "two promises are due tomorrow"),
        ((MONDAY,), 6, "promises to Acme and six more are due", "seven promises are due"),
        ((TUESDAY,), 6, "promises to Acme and six more are due soon", "seven promises are due soon"),
    ],
)
def test_the_morning_says_when_promises_are_due(days: tuple[date, ...], more: int, lead: str, counted: str) -> None:
    """Today needs no word, tomorrow and later do; *more* stand outside the message, so their days aren't told."""
    waiting = [promise(due_on=day) for day in days]
    assert views.lead(waiting, len(days) + more) == lead
    assert views.counted(waiting, len(days) + more) == counted


@pytest.mark.parametrize(
    ("dues", "text"),
    [
        ((MONDAY,), "Ana, a promise is due today."),
        ((date(2026, 11, 24),), "Ana, a promise is due tomorrow."),
        ((FRIDAY, FRIDAY), "Ana, 2 promises are due, the first on Fri 27 Nov."),
        ((MONDAY, FRIDAY), "Ana, 2 promises are due, the first today."),
    ],
)
def test_the_reminder_says_how_many_and_when(dues: tuple[date, ...], text: str) -> None:
    """A real sentence, for the notification."""
    promised = tuple(promise(due_on=due) for due in dues)
    message = views.due(schemas.PromisesDue(person_id="U0ANA", first_name="Ana", total=len(promised), rows=promised))
    assert message.text == text
    check(message)


def test_nothing_left_is_said_kindly() -> None:
    """Once every row was acted on."""
    done = (ended("Acme", PromiseState.KEPT),)
    due = schemas.PromisesDue(person_id="U0ANA", first_name="Ana", total=1, rows=done)
    assert views.due(due).text == "Ana, none of these is open any more."
    broken = schemas.PromisesBroken(person_id="U0ANA", first_name="Ana", total=1, rows=done)
    assert views.broken(broken).text == "Ana, all of these are settled."


def test_what_broke_is_told_without_scolding() -> None:
    """What helps now; keeping it is keeping it late."""
    row = promise(state=PromiseState.BROKEN, today=date(2026, 11, 30))
    message = views.broken(schemas.PromisesBroken(person_id="U0ANA", first_name="Ana", total=1, rows=(row,)))
    assert message.text.startswith("Ana, a promise is past its day. A word to the customer helps")
    assert "broken: it was due Fri 27 Nov" in str(message.blocks)
    assert buttons(message)[0] == "Kept late"


def test_what_somebody_left_behind_says_whose_it_was() -> None:
    """Who gave their word stays visible."""
    row = promise(assignee_id="U0BOB", assignee_name="Bob Chen")
    schema = schemas.PromisesInherited(person_id="U0BOB", first_name="Bob", total=1, rows=(row,), left="Ana Lima")
    assert views.inherited(schema).text == "Bob, Ana Lima left, and a promise of theirs is yours to keep now."
    assert "Ana Lima promised it" in str(views.inherited(schema).blocks)
    assert views.inherited(schema.model_copy(update={"left": ""})).text == "Bob, these are yours to keep now."


def test_a_row_tells_to_whom_and_how_often_it_was_moved() -> None:
    """The chain stays visible."""
    one = promise(contact="Jo Ito", moves=2, first_due_on=date(2026, 11, 13), due_on=MONDAY)
    assert views.about(one, "U0ANA").endswith("due today · to Jo Ito · moved 2 times, first promised for Fri 13 Nov")
    assert "moved once" in views.about(one.model_copy(update={"moves": 1}))


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (PromiseState.KEPT, "✓ *Acme* · send the new price list · kept by Ana Lima"),
        (PromiseState.KEPT_LATE, "✓ *Acme* · send the new price list · kept late by Ana Lima"),
        (PromiseState.RENEGOTIATED, "✓ *Acme* · send the new price list · renegotiated for Mon 30 Nov by Ana Lima"),
        (
            PromiseState.BROKEN,
            "✗ *Acme* · send the new price list · broken, a new day is agreed for Mon 30 Nov by Ana Lima",
        ),
        (PromiseState.WITHDRAWN, "✗ *Acme* · send the new price list · withdrawn by Ana Lima"),
    ],
)
def test_what_became_of_it_is_one_line(state: PromiseState, text: str) -> None:
    """Who said so, and the new day where there is one."""
    moved = date(2026, 11, 30) if state in {PromiseState.RENEGOTIATED, PromiseState.BROKEN} else None
    one = promise(state=state, is_owed=False, ended_by_name="Ana Lima", moved_to=moved)
    assert views.ended_text(one) == text


def test_a_link_shows_only_when_it_is_one() -> None:
    """An address that would break out of the markup is left out."""
    assert "<https://x.slack.com/p1|the message>" in views.about(promise(link="https://x.slack.com/p1"))
    for link in ("javascript:alert(1)", "https://x|<!channel>", ""):
        assert "the message" not in views.about(promise(link=link))


@pytest.mark.parametrize("words", HOSTILE)
def test_every_message_fits_at_its_worst(words: str) -> None:
    """Hostile, long and right-to-left words; full reminders of thousands, rows open and ended."""
    for one in (worst(words), worst(words, state=PromiseState.BROKEN), *(ended(words, state) for state in ENDED)):
        check(views.recorded(one, "U0ANA"))
        check(views.recorded(one, "U0BOB"))
        check(views.again(one))
        check(views.noted(schemas.PromiseNoted(promise=one, by_name=words[:200])))
    full = tuple(worst(words) if n % 2 else ended(words, PromiseState.RENEGOTIATED) for n in range(REMINDER_ROWS))
    group: dict[str, Any] = {"person_id": "U0ANA", "first_name": words[:200], "total": 5000, "rows": full}
    check(views.due(schemas.PromisesDue(**group)))
    check(views.broken(schemas.PromisesBroken(**group)))
    check(views.inherited(schemas.PromisesInherited(**group, left=words[:200])))
    check(views.due(schemas.PromisesDue(**{**group, "rows": tuple(worst(words) for _ in range(REMINDER_ROWS))})))
    check(help_message("/promise", views.HELP))


@pytest.mark.parametrize("words", HOSTILE)
def test_lists_fit_with_thousands_owed(words: str) -> None:
    """Full pages, and the counts of the whole."""
    full = schemas.PromiseList(
        whose=f"c-{uuid4()}", title=f"Promises to {words}"[:220], total=5000, late=4999, page=300, pages=625,
        rows=tuple(worst(words, state=PromiseState.BROKEN) for _ in range(PAGE_ROWS)),
    )  # fmt: skip
    shown = views.page(full)
    assert "1 to keep · 4,999 broken" in shown.text
    check(shown)
    empty = views.page(full.model_copy(update={"total": 0, "rows": ()}))
    assert "nothing is owed" in empty.text
    check(empty)


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("event", PromiseEvent)
def test_all_news_fits_and_says_what_happened(event: PromiseEvent, words: str) -> None:
    """Whoever did it, also nobody."""
    gone = event is PromiseEvent.FORGOTTEN
    schema = schemas.PromiseNews(
        event=event, by_name=words[:200], customer_id=None if gone else uuid4(), customer_name=words[:200],
        what=words[:500], due_on=MONDAY, moved_to=FRIDAY, words=(words * 10)[:1000],
    )  # fmt: skip
    check(views.news(schema))
    check(views.news(schema.model_copy(update={"by_name": ""})))


@pytest.mark.parametrize("words", HOSTILE)
def test_every_window_fits_at_its_worst(words: str) -> None:
    """With everything filled in, and with every question open; in the check-in form, too."""
    state = PromiseRef(
        promise_id=uuid4(), kind="due", ids=tuple(uuid4() for _ in range(10)), whose="p-U0ANA", url="u" * 500,
        link="https://x.slack.com/" + "a" * 480,
    ).dump()  # fmt: skip
    people = tuple(schemas.ContactOption(id=uuid4(), name=words[:200]) for _ in range(100))
    draft = schemas.ParsedPromise(
        assignee_id="U0ANA", customer_id=uuid4(), customer_name=words[:200], due_on=MONDAY,
        what=words[:500], contacts=people, problems=(words, words),
    )  # fmt: skip
    empty = schemas.ParsedPromise(assignee_id="U0ANA")
    for one in (draft, empty):
        assert check_view(views.promise_form(one, state=state)) == []
    for draw in (views.renegotiate_form, views.withdraw_form):
        assert check_view(draw(worst(words), state=state)) == []
    assert check_view(saved(escape(words))) == []
    fields = views.extra_fields(None)
    assert all(block["block_id"].startswith("promises.promised.") for block in fields)
    assert check_view(modal("Check-in", fields, callback_id="x", submit="Save")) == []


def tally(name: str, **counts: int) -> schemas.Tally:
    """Some promises of one name."""
    return schemas.Tally(name=name, counts={PromiseState(state): count for state, count in counts.items()})


def rates(*bands: schemas.Tally, team: schemas.Tally, people: tuple[schemas.Tally, ...] = ()) -> Message:
    """The message about them."""
    return views.rates(schemas.KeptRates(since=date(2025, 11, 23), team=team, people=people, bands=bands))


def test_the_widest_difference_between_sizes_stands_in_front() -> None:
    """In points, with the best and the worst of those with ten promises or more; then every count."""
    message = rates(
        tally(Band.SMALL.value, kept=9, broken=1), tally(Band.LARGE.value, kept=15, renegotiated=5),
        tally(Band.MIDDLE.value, broken=3, kept=6),
        team=tally("The team", kept=30, broken=4, renegotiated=5), people=(tally("Ana", kept=12, open=2),),
    )  # fmt: skip
    assert message.text == (
        "77% of promises were kept on their day. The widest difference between sizes is 15 points:"
        " up to 49 people 90%, 250 people and more 75%."
    )
    assert "*Ana* 100% · 12 kept · 2 open" in str(message.blocks)
    assert "*50 to 249 people* too few to tell · 6 kept · 3 broken" in str(message.blocks)
    check(message)


def test_rates_of_little_or_nothing_are_told_as_such() -> None:
    """No rate is made up."""
    small = tally(Band.SMALL.value, kept=1)
    assert "no rate to show" in rates(team=tally("The team", open=3)).text
    few = rates(small, tally(Band.LARGE.value, kept=5, broken=4), team=small)
    assert few.text.endswith("Too few to tell whether a customer's size makes a difference.")
    same = rates(tally(Band.SMALL.value, kept=10), tally(Band.LARGE.value, kept=10), team=small)
    assert same.text.endswith("No difference between the sizes of customers.")
    check(rates(team=tally("The team")))


@pytest.mark.parametrize("words", HOSTILE)
def test_rates_of_thousands_fit(words: str) -> None:
    """As many people as go into a message, and how many more there are."""
    counts = dict.fromkeys((state.value for state in PromiseState), 99_999)
    people = tuple(tally(words[:200], **counts) for _ in range(5000))
    message = rates(*(tally(band.value, **counts) for band in Band), team=tally("The team", **counts), people=people)
    assert "more people" in str(message.blocks)
    check(message)

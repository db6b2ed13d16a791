"""Every screen of the digests feature passes Slack's limits at its worst, and says what it should."""

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.core.schemas import Count, OfferButton
from bot.digests.rules import NAME_IN_LIST, PAGE_CHARACTERS, pack
from bot.digests.schemas import (
    DigestPage,
    DigestSchema,
    DigestStopped,
    Health,
    JobHealth,
    NeglectedDigest,
    NeglectedList,
    NeglectedRow,
    SetupSchema,
)
from bot.digests.views import messages as views
from bot.digests.views import setup as setup_views
from bot.digests.views.messages import neglected_list
from bot.digests.views.setup import health_message, help_message, saved, setup_form, zone_options
from bot.slack.blocks import Message
from rehearsal.strict import check_message, check_options, check_view

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOSTILE = (
    "<!channel> & <@U0ANA|x> *_~`>", "🥐" * 200, "\u202eevil", "&" * 200, "a\nb\nc", '=HYPERLINK("x")', "x" * 200,
)  # fmt: skip


def row(**changes: Any) -> NeglectedRow:
    """A waiting customer."""
    usual = NeglectedRow(
        id=uuid4(), name="Bakery Lindqvist", owner_id="U0ANA", owner_name="Ana Lima", waited=92, cadence=30,
        ever_contacted=True,
    )  # fmt: skip
    return usual.model_copy(update=changes)


def schema(**changes: Any) -> NeglectedDigest:
    """A digest as in the wireframe."""
    usual = NeglectedDigest(
        digest_id=UUID(int=1), slot=NOW, made_at=NOW, zone="Europe/Lisbon",
        next_slot=datetime(2026, 11, 26, 9, 0, tzinfo=UTC), active=412, in_cadence=384, due=17, neglected=11, pool=4,
        change=2, rows=tuple(row(name=f"Customer {n}") for n in range(5)),
        counts=(Count(text="Promises: 2 due today, 1 broken"),
                Count(text="Escalations: 1 past its clock", urgent=True)),
    )  # fmt: skip
    return usual.model_copy(update=changes)


def worst_row(name: str, **changes: Any) -> NeglectedRow:
    """A row with everything at its longest."""
    offers = tuple(OfferButton(label="Assign" * 20, action_id=f"other.{n}", value="v" * 2000) for n in range(3))
    return row(name=name, owner_name=name, words=name * 3, waited=99_999, cadence=365, offers=offers, **changes)


def text_of(message: Message) -> str:
    """All markdown of a message."""
    return "\n".join(block["text"]["text"] for block in message.blocks if "text" in block)


def passes(message: Message) -> None:
    """Slack would take it as a message, as an ephemeral answer and in the place of another."""
    assert check_message(message.body()) == []
    assert check_message(message.answer()) == []
    assert check_message(message.replacement()) == []


def test_the_digest_reads_as_it_should() -> None:
    """Coverage and its change, the rows, the pool, the others' counts, the footer."""
    message = views.digest(schema())
    passes(message)
    assert message.text == "93 % of 412 customers are in cadence (▲2). 11 have waited too long."
    said = text_of(message)
    assert "*Customer 0* · 92 of 30 days · Ana Lima" in said
    assert "6 more in the thread · 4 customers have no owner" in said
    assert "Promises: 2 due today, 1 broken · *Escalations: 1 past its clock*" in said
    assert "Data of Mon 23 Nov 09:00 · next Thu 26 Nov 09:00" in said
    assert "<@" not in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"change": -3}, "93 % of 412 customers are in cadence (▼3). 11 have waited too long."),
        ({"change": 0}, "93 % of 412 customers are in cadence. 11 have waited too long."),
        ({"change": None, "neglected": 1}, "93 % of 412 customers are in cadence. 1 has waited too long."),
        (
            {"neglected": 0, "due": 1, "in_cadence": 411, "change": None, "longest": (31, 30)},
            "99 % of 412 customers are in cadence. Nobody has waited too long; 1 is due. Longest wait: 31 of 30 days.",
        ),
        (
            {"neglected": 0, "due": 0, "in_cadence": 412, "change": None, "longest": (29, 30)},
            "All 412 customers are in cadence. Longest wait: 29 of 30 days.",
        ),
        (
            {"active": 0, "neglected": 0, "in_cadence": 0},
            "There are no customers to look after yet. Bring them in with /customers import.",
        ),
        ({"is_test": True}, "Test: 93 % of 412 customers are in cadence (▲2). 11 have waited too long."),
    ],
)  # fmt: skip
def test_the_first_line_says_how_things_are(changes: dict[str, Any], said: str) -> None:
    """The sentence that a notification shows, in every situation."""
    clear = {"rows": ()} if changes.get("neglected") == 0 else {}
    message = views.digest(schema(**{**clear, **changes}))
    passes(message)
    assert message.text == said


@pytest.mark.parametrize("name", HOSTILE)
def test_the_worst_digest_is_one_that_slack_takes(name: str) -> None:
    """Five hostile customers with every button and eight long counts stay within the limits, unable to ping anybody."""
    message = views.digest(
        schema(
            rows=tuple(worst_row(name) for _ in range(5)), active=46_964, neglected=46_964, in_cadence=0, pool=46_964,
            counts=tuple(Count(text=name * 5, urgent=True) for _ in range(30)),
        )
    )  # fmt: skip
    passes(message)
    assert "<!channel>" not in text_of(message)
    assert "46,959 more in the thread · 46,964 customers have no owner" in text_of(message)


def test_every_take_button_says_which_customer_and_whose_it_was() -> None:
    """What comes back from a press: the customer, the owner as shown, and the list it stands in."""
    pooled = row(owner_id=None, owner_name=None)
    assert views.take_value(pooled) == f"{pooled.id} - - 0"
    assert views.take_value(row(id=UUID(int=7)), "team", 3) == f"{UUID(int=7)} U0ANA team 3"


def test_a_taken_row_has_no_button_any_more() -> None:
    """Once Ana took it, the row says so."""
    message = views.digest(
        schema(rows=(row(done="taken"), row(name="Golddex", done="has been talked to"), row(done="")))
    )
    passes(message)
    taken, talked, waiting = (block for block in message.blocks if str(block.get("block_id", "")).startswith("digests"))
    assert taken["text"]["text"] == "✓ Ana Lima took *Bakery Lindqvist*"
    assert talked["text"]["text"] == "✓ *Golddex* has been talked to"
    assert ("accessory" in taken, "accessory" in waiting) == (False, True)


def test_a_digest_that_nobody_remembers_is_redrawn_from_itself() -> None:
    """Only the taken row changes; the rest stays as Slack gave it back."""
    shown = views.digest(schema())
    first = schema().rows[0].model_copy(update={"id": UUID(shown.blocks[2]["block_id"].split(":")[1])})
    blocks = views.mark_taken(shown.blocks, first.id, "Bob <Chen>", first.name)
    assert blocks[2]["text"]["text"] == "✓ Bob &lt;Chen&gt; took *Customer 0*"
    assert [b for n, b in enumerate(blocks) if n != 2] == [b for n, b in enumerate(shown.blocks) if n != 2]
    assert check_message({"text": shown.text, "blocks": blocks}) == []


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.slow
def test_the_whole_list_of_46964_fits_into_its_thread(name: str) -> None:
    """Hostile names in every line: each page of the thread is one that Slack takes."""
    line = f"{name[:NAME_IN_LIST]} · 99,999 of 365 days, never talked · {name[:NAME_IN_LIST]}".replace("\n", " ")
    found = pack([line] * 46_964, PAGE_CHARACTERS)
    assert sum(len(page) for page in found) == 46_964
    for number in (0, len(found) // 2, len(found) - 1):
        page = DigestPage(page=number + 1, pages=len(found), total=46_964, lines=found[number])
        message = views.page(page)
        passes(message)
        assert text_of(message).count("99,999 of 365 days") == len(found[number])
        assert "<!channel>" not in text_of(message)


def test_a_short_thread_has_no_page_numbers() -> None:
    """One page is just the list."""
    message = views.page(DigestPage(page=1, pages=1, total=6, lines=("Bakery · 92 of 30 days · Ana Lima",)))
    passes(message)
    assert message.text == "All 6 that have waited too long, longest first."


@pytest.mark.parametrize("is_over", [True, False])
def test_managers_learn_why_a_digest_was_not_posted(is_over: bool) -> None:
    """The reason, and whether anything is left to do."""
    reason = "the channel was archived."
    told = DigestStopped(channel_id="C0CARE", channel_name="care", reason=reason, is_over=is_over)
    message = views.stopped(told)
    passes(message)
    assert ("has stopped" in message.text, "try again" in message.text) == (is_over, not is_over)
    passes(views.stopped(told.model_copy(update={"channel_name": "c" * 100, "reason": "<" * 200})))


def listed(**changes: Any) -> NeglectedList:
    """Ana's view of the team's list."""
    usual = NeglectedList(
        whose="team", whose_name="", viewer="U0ANA", total=20, pool=4, page=1, pages=3,
        rows=tuple(row(name=f"Customer {n}", owner_id="U0ANA" if n else "U0BOB") for n in range(8)),
    )  # fmt: skip
    return usual.model_copy(update=changes)


def buttons(message: Message) -> list[str]:
    """The labels of all buttons, in order."""
    labels = []
    for block in message.blocks:
        elements = [block["accessory"]] if "accessory" in block else block.get("elements", [])
        labels += [element["text"]["text"] for element in elements if element["type"] == "button"]
    return labels


def test_a_list_offers_what_makes_sense_there() -> None:
    """*Log* for one's own, *I'll take it* for others', and the way to the other pages and lists."""
    message = neglected_list(listed())
    passes(message)
    assert buttons(message) == ["I'll take it", *["Log"] * 7, "Back", "Next", "Mine", "No owner (4)"]
    mine = neglected_list(listed(whose="U0ANA", page=0, pages=1, pool=0, total=8))
    assert buttons(mine)[-1] == "The team's"
    assert mine.text == "8 of yours have waited too long."


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("whose", ["team", "pool", "U0ANA", "U0BOB"])
def test_the_worst_list_is_one_that_slack_takes(name: str, whose: str) -> None:
    """Eight hostile rows on the last of thousands of pages."""
    rows = tuple(worst_row(name) for _ in range(8))
    worst = {"whose_name": name, "total": 46_964, "page": 5869, "pages": 5871, "said": name}
    passes(neglected_list(listed(rows=rows, whose=whose, **worst)))


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        ("team", "Nobody has waited too long."), ("U0ANA", "None of yours has waited too long."),
        ("U0BOB", "None of Bob Chen's customers has waited too long."), ("pool", "Every customer has an owner."),
    ],
)  # fmt: skip
def test_an_empty_list_says_so(whose: str, said: str) -> None:
    """Nobody waiting is good news, in a sentence."""
    message = neglected_list(listed(whose=whose, whose_name="Bob Chen", rows=(), total=0, pool=0, page=0, pages=1))
    passes(message)
    assert message.text == said


def setup_schema(**changes: Any) -> SetupSchema:
    """A setup with a running digest."""
    found = DigestSchema(
        id=uuid4(), channel_id="C0CARE", channel_name="care", days="03", hour=time(9), zone="Europe/Lisbon",
        silent_when_clear=False, next_slot=NOW,
    )  # fmt: skip
    usual = SetupSchema(
        is_admin=True, managers=("U0MARA",), manager_names=("Mara Okafor",), cadence=30, floor=90, factor=1.5,
        first_calls=8, zone="Europe/London", digest=found,
    )  # fmt: skip
    return usual.model_copy(update=changes)


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"digest": None}, {"is_admin": False}, {"is_admin": False, "manager_names": HOSTILE * 40},
        {"managers": tuple(f"U{n:09}" for n in range(60))}, {"is_admin": False, "manager_names": ()},
    ],
)  # fmt: skip
def test_the_setup_is_a_window_that_slack_opens(changes: dict[str, Any]) -> None:
    """For an admin, a manager, with and without a digest, and at its longest."""
    assert check_view(setup_form(setup_schema(**changes))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"stopped_because": "The channel was archived."}, {"stopped_because": "<" * 200, "channel_name": "&" * 100},
        {"days": ""}, {"hour": time(23, 45)}, {"days": "0123456", "silent_when_clear": True},
    ],
)  # fmt: skip
def test_the_setup_shows_whatever_is_kept(changes: dict[str, Any]) -> None:
    """A stopped digest, one without days, an odd hour: the form opens on all of them."""
    digest = setup_schema().digest
    assert digest is not None
    fact_ = setup_schema(digest=digest.model_copy(update=changes))
    assert check_view(setup_form(fact_)) == []
    assert check_view(saved(fact_.digest, NOW, title="Setup")) == []


def test_the_saved_window_says_what_comes_next() -> None:
    """With a digest, its next time and a test; without, that none is posted."""
    with_one, without = (
        saved(schema.digest, NOW, title="Setup") for schema in (setup_schema(), setup_schema(digest=None))
    )
    assert "The next digest goes to <#C0CARE> on Mon 23 Nov 09:00" in with_one["blocks"][0]["text"]["text"]
    assert with_one["blocks"][1]["elements"][0]["action_id"] == "digests.test"
    assert "No channel is chosen yet" in without["blocks"][0]["text"]["text"]
    assert check_view(without) == check_view(setup_views.test_posted("C0CARE")) == []


def test_the_menu_of_zones_is_one_that_slack_takes() -> None:
    """A hundred zones, or none at all."""
    assert check_options({"options": zone_options(["America/Argentina/Buenos_Aires"] * 100)}) == []
    assert check_options({"options": zone_options([])}) == []


@pytest.mark.parametrize("asked", ["", "dance", *HOSTILE])
def test_help_answers_whatever_was_typed(asked: str) -> None:
    """The commands in a few lines, and what wasn't understood."""
    message = help_message(asked)
    passes(message)
    assert "/customers" in text_of(message)


def test_health_names_each_job_and_each_trouble() -> None:
    """All well, or the number of things that need a look; thousands of troubles still fit."""
    ran = JobHealth(name="post_digests", succeeded_at=NOW)
    well = health_message(Health(zone="Europe/Lisbon", jobs=(ran,), wrong=()))
    passes(well)
    assert well.text == "All is well."
    assert "Digests last went well Mon 23 Nov 09:00" in text_of(well)
    broken = JobHealth(name="new_job", succeeded_at=None, error="<" * 300)
    ill = health_message(Health(zone="UTC", jobs=(ran, broken) * 20, wrong=("&" * 400,) * 5000))
    passes(ill)
    assert ill.text == "5,020 things need a look."

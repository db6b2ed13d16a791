"""Every screen of the digests feature passes Slack's limits at its worst, and says what it should."""

import re
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.core.schemas import Count, OfferButton
from bot.digests.rules import NAME_IN_LIST, PAGE_CHARACTERS, pack
from bot.digests.schemas import (
    CustomerTakenOver,
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
from rehearsal.strict.manifest import Manifest
from tests.home.test_worst import worst_customer
from tests.makers import ROOT

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
        next_slot=datetime(2026, 11, 26, 9, 0, tzinfo=UTC), active=412, in_cadence=383, due=18, neglected=11, pool=4,
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


def small_print(message: Message) -> str:
    """The text of the context blocks of a message."""
    return "\n".join(
        part["text"] for block in message.blocks if block["type"] == "context" for part in block["elements"]
    )


def passes(message: Message) -> None:
    """Slack would take it as a message, as an ephemeral answer and in the place of another."""
    assert check_message(message.body()) == []
    assert check_message(message.answer()) == []
    assert check_message(message.replacement()) == []


def test_the_digest_reads_as_it_should() -> None:
    """Coverage and its change, the rows, the pool, the others' counts, the footer."""
    message = views.digest(schema())
    passes(message)
    assert message.text == (
        "383 of 412 customers are in cadence (92%, ▲2) · 18 due · 11 neglected. 4 have no owner."
    )  # fmt: skip
    said = text_of(message)
    assert "*Customer 0* · 92 days (every 30)\n" in said
    assert "6 more in the thread · furthest past their cadence first; size plays no part" in small_print(message)
    assert buttons(message) == ["Take one", *["I'll take it"] * 5, "Settings"]
    assert "Promises: 2 due today, 1 broken · *Escalations: 1 past its clock*" in said
    assert "As of Mon 23 Nov 09:00 · next Thu 26 Nov 09:00" in said
    assert "<@" not in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"change": -3, "pool": 1},
            "383 of 412 customers are in cadence (92%, ▼3) · 18 due · 11 neglected. 1 has no owner.",
        ),
        ({"change": 0, "pool": 0}, "383 of 412 customers are in cadence (92%) · 18 due · 11 neglected."),
        (
            {
                "active": 503, "in_cadence": 0, "due": 0, "neglected": 0, "never_contacted": 503, "pool": 503,
                "change": None,
            },
            "0 of 503 customers are in cadence (0%) · 503 never contacted. 503 have no owner.",
        ),
        (
            {"in_cadence": 1, "due": 0, "neglected": 0, "snoozed": 2, "snoozed_late": 1, "active": 3, "pool": 0},
            "1 of 3 customers is in cadence (33%, ▲2) · 2 snoozed (1 past its cadence).",
        ),
        (
            {"neglected": 0, "due": 1, "in_cadence": 411, "change": None, "longest": (31, 30), "pool": 0},
            "411 of 412 customers are in cadence (99%) · 1 due.",
        ),
        (
            {"neglected": 0, "due": 0, "in_cadence": 412, "change": 1, "longest": (29, 30), "pool": 0, "counts": ()},
            "All 412 customers are in cadence (▲1). Longest wait: 29 of 30 days.",
        ),
        (
            {"neglected": 0, "due": 0, "in_cadence": 412, "change": None, "longest": (29, 30), "pool": 0},
            "412 of 412 customers are in cadence (100%).",
        ),
        (
            {"active": 0, "neglected": 0, "in_cadence": 0},
            "There are no customers to look after yet. Bring them in with /customers import.",
        ),
        (
            {"is_test": True, "pool": 0},
            "Test: 383 of 412 customers are in cadence (92%, ▲2) · 18 due · 11 neglected.",
        ),
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
    """Five hostile customers with their owners and eight long counts stay within the limits, unable to ping anybody."""
    message = views.digest(
        schema(
            rows=tuple(worst_row(name) for _ in range(5)), active=46_964, neglected=46_964, in_cadence=0, pool=46_964,
            due=0, names_owners=True, counts=tuple(Count(text=name * 5, urgent=True) for _ in range(30)),
        )
    )  # fmt: skip
    passes(message)
    assert "<!channel>" not in text_of(message)
    assert "46,959 more, the first 1,000 in the thread and all with /neglected" in small_print(message)
    assert "46,964 have no owner." in text_of(message)


def test_every_take_button_says_which_customer_and_whose_it_was_and_asks_first() -> None:
    """The customer, the owner as shown, and the list it stands in; the owner is named only where names are shown."""
    pooled, owned = row(owner_id=None, owner_name=None), row(id=UUID(int=7))
    shown = views.digest(schema(rows=(pooled, owned)))
    first, second = (block["accessory"] for block in shown.blocks if "digests.row" in block.get("block_id", ""))
    assert (first["value"], "confirm" in first) == (f"{pooled.id} - - 0", False)
    assert second["value"] == f"{UUID(int=7)} U0ANA - 0"
    assert second["confirm"]["text"]["text"].startswith("A colleague looks after Bakery Lindqvist")
    listed_row = neglected_list(listed(rows=(row(id=UUID(int=7), owner_id="U0BOB", owner_name="Bob Chen"),))).blocks[2]
    assert listed_row["accessory"]["value"] == f"{UUID(int=7)} U0BOB team 1"
    assert listed_row["accessory"]["confirm"]["text"]["text"].startswith("Bob Chen looks after")


def test_who_took_a_customer_reads_what_follows_and_can_undo_it() -> None:
    """The answer says who is told; the answer to an undo says whose the customer is."""
    customer = worst_customer("Bakery *Lindqvist* & Co").model_copy(update={"owner_name": "Bob Chen"})
    done = CustomerTakenOver(customer=customer, former_name="Bob Chen", customer_action_id=uuid4())
    passes(views.taken(done))
    assert views.taken(done).text == "✓ Bakery ∗Lindqvist∗ &amp; Co is yours now; Bob Chen is told."
    assert buttons(views.taken(done)) == ["Undo", "Log"]
    passes(views.given_back(customer, "U0ANA"))
    assert views.given_back(customer, "U0ANA").text == "Undone. Bakery ∗Lindqvist∗ &amp; Co is with Bob Chen again."
    nobodys = customer.model_copy(update={"owner_name": None})
    assert views.given_back(nobodys, "U0ANA").text.endswith("has no owner again.")


def test_a_taken_row_has_no_button_any_more() -> None:
    """Once somebody else has the customer, the row says who gave it to whom; who took it can undo that."""
    message = views.digest(
        schema(
            rows=(
                row(done="taken", undo_id=UUID(int=9)),
                row(done="handed", by="Mara Okafor"),
                row(done="with"),
                row(name="Golddex", done="has been talked to"),
                row(done=""),
            )
        )
    )
    passes(message)
    taken, handed, moved, talked, waiting = (
        block for block in message.blocks if str(block.get("block_id", "")).startswith("digests")
    )
    assert taken["text"]["text"] == "✓ Ana Lima took *Bakery Lindqvist*"
    assert talked["text"]["text"] == "✓ *Golddex* has been talked to"
    assert handed["text"]["text"] == "✓ Mara Okafor handed *Bakery Lindqvist* to Ana Lima"
    assert moved["text"]["text"] == "✓ *Bakery Lindqvist* is with Ana Lima now"
    assert (taken["accessory"]["value"], "accessory" in handed) == (str(UUID(int=9)), False)
    assert waiting["accessory"]["action_id"] == "digests.take"


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.slow
def test_pages_of_46964_lines_are_what_slack_takes(name: str) -> None:
    """Hostile names in every line: each page of the thread is one that Slack takes."""
    line = f"{name[:NAME_IN_LIST]} · never contacted, 99,999 days (every 365) · {name[:NAME_IN_LIST]}".replace(
        "\n", " "
    )
    found = pack([line] * 46_964, PAGE_CHARACTERS)
    assert sum(len(page) for page in found) == 46_964
    for number in (0, len(found) // 2, len(found) - 1):
        page = DigestPage(page=number + 1, pages=len(found), total=99_999, lines=found[number], more=53_035)
        message = views.page(page)
        passes(message)
        assert text_of(message).count("99,999 days (every 365)") == len(found[number])
        assert "<!channel>" not in text_of(message)


def test_a_short_thread_has_no_page_numbers() -> None:
    """One page is just the list."""
    message = views.page(DigestPage(page=1, pages=1, total=6, lines=("Bakery · 92 days (every 30)",)))
    passes(message)
    assert message.text == "6 neglected customers, furthest past their cadence first."


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
    assert mine.text == "8 of yours are neglected."


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("whose", ["team", "pool", "U0ANA", "U0BOB"])
def test_the_worst_list_is_one_that_slack_takes(name: str, whose: str) -> None:
    """Eight hostile rows on the last of thousands of pages."""
    rows = tuple(worst_row(name) for _ in range(8))
    worst = {"whose_name": name, "total": 46_964, "page": 5869, "pages": 5871}
    passes(neglected_list(listed(rows=rows, whose=whose, **worst)))


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        ("team", "No customer is neglected."), ("U0ANA", "None of yours is neglected."),
        ("U0BOB", "None of Bob Chen's is neglected."), ("pool", "Every customer has an owner."),
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
    many = [f"America/Argentina/Zone_{number:03}" for number in range(100)]
    assert check_options({"options": zone_options(many)}) == []
    assert check_options({"options": zone_options([])}) == []


@pytest.mark.parametrize("asked", ["", "dance", *HOSTILE])
def test_help_answers_whatever_was_typed(asked: str) -> None:
    """The commands in a few lines, and what wasn't understood."""
    message = help_message(asked)
    passes(message)
    assert "/customers" in text_of(message)


def test_health_names_each_job_and_each_trouble() -> None:
    """All well, or the number of things that need a look; thousands of troubles still fit."""
    ran = JobHealth(words="posting digests", succeeded_at=NOW)
    well = health_message(Health(zone="Europe/Lisbon", jobs=(ran,), wrong=()))
    passes(well)
    assert well.text == "All is well."
    assert "Posting digests last worked Mon 23 Nov 09:00" in text_of(well)
    broken = JobHealth(words="new job", succeeded_at=None, error="<" * 300)
    ill = health_message(Health(zone="UTC", jobs=(ran, broken) * 20, wrong=("&" * 400,) * 5000))
    passes(ill)
    assert ill.text == "5,020 things need a look."


def test_help_names_every_command() -> None:
    """What the manifest declares, and nothing else."""
    named = set(re.findall(r"\*(/[a-z]+)", text_of(help_message())))
    declared = Manifest.load(ROOT / "manifest.yml").commands
    assert named == set(declared)

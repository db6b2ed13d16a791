"""Further digests and their forms pass Slack's limits at their worst, and say what they should."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.core.schemas import Count, DigestSlot, Line
from bot.digests.rules import OWED_SHOWN
from bot.digests.schemas import AllClear, CommitmentsDigest, DigestSchema, DigestStopped, KindSchema
from bot.digests.views import messages as views
from bot.digests.views.messages import stopped
from bot.digests.views.setup import digest_form, saved, setup_form
from rehearsal.strict import check_view
from tests.digests.test_views import HOSTILE, NOW, passes, setup_schema, text_of

TODAY = date(2026, 11, 23)


def slot(**changes: Any) -> DigestSlot:
    """A Monday's slot in Lisbon."""
    usual = DigestSlot(
        digest_id=UUID(int=1), kind="owed", slot=NOW, since=datetime(2026, 11, 19, 9, tzinfo=UTC), made_at=NOW,
        next_slot=datetime(2026, 11, 26, 9, tzinfo=UTC), zone="Europe/Lisbon",
    )  # fmt: skip
    return usual.model_copy(update=changes)


def schema(**changes: Any) -> CommitmentsDigest:
    """Two follow-ups late and a promise broken."""
    usual = CommitmentsDigest(
        slot=slot(), today=TODAY,
        counts=(Count(text="3 escalations open"), Count(text="2 follow-ups late", urgent=True),
                Count(text="1 promise broken", urgent=True)),
        lines=(Line(text="Acme: price list (Ana Lima)", urgent=True, on=date(2026, 11, 20)),
               Line(text="Golddex: call back (Bob Chen)", urgent=True, on=TODAY),
               Line(text="Condax: offer (Ana Lima)", on=TODAY), Line(text="Kan: visit", on=date(2026, 11, 27))),
        more=4,
    )  # fmt: skip
    return usual.model_copy(update=changes)


def test_what_we_owe_reads_as_it_should() -> None:
    """The sum in a sentence, most pressing first; then each by how late it is; the footer leads to its settings."""
    message = views.commitments(schema())
    passes(message)
    assert message.text == "We owe: 2 follow-ups late, 1 promise broken, 3 escalations open."
    said = text_of(message)
    assert "• *3 days late* · Acme: price list (Ana Lima)\n• *today* · Golddex: call back (Bob Chen)" in said
    assert "• today · Condax: offer (Ana Lima)\n• by Fri 27 Nov · Kan: visit" in said
    assert "and 4 more" in said
    assert "As of Mon 23 Nov 09:00 · next Thu 26 Nov 09:00" in said
    assert message.blocks[-1]["accessory"]["value"] == "owed"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"counts": (), "more": 0}, "We owe: 4 things late or due."),
        ({"counts": (), "lines": (Line(text="x", on=TODAY),), "more": 0}, "We owe: 1 thing late or due."),
        ({"more": 90, "and_more": True}, "and at least 90 more"),
        ({"lines": (Line(text="x"),)}, "• open · x"),
        ({"slot": slot(is_test=True)}, "A test: this is what the channel will get."),
        ({"slot": slot(next_slot=None)}, "As of Mon 23 Nov 09:00 · most late first"),
    ],
)  # fmt: skip
def test_what_we_owe_says_how_it_is(changes: dict[str, Any], words: str) -> None:
    """Nothing late, more than is known, no date, a test, no further slot."""
    message = views.commitments(schema(**changes))
    passes(message)
    shown = text_of(message) + "".join(e["text"] for b in message.blocks for e in b.get("elements", ()))
    assert words in shown
    assert message.text.startswith("Test: We owe") == ("A test" in words)


@pytest.mark.parametrize("words", HOSTILE)
def test_the_worst_is_one_that_slack_takes(words: str) -> None:
    """Hostile words at full length in every place, unable to ping anybody."""
    worst = schema(
        counts=tuple(Count(text=words * 5, urgent=True) for _ in range(40)),
        lines=tuple(Line(text=words * 5, urgent=True, on=date(2020, 1, 1)) for _ in range(OWED_SHOWN)),
        more=99_999, and_more=True, slot=slot(is_test=True),
    )  # fmt: skip
    message = views.commitments(worst)
    passes(message)
    assert "<!channel>" not in text_of(message)
    clear = views.all_clear(AllClear(slot=slot(is_test=True), words=words * 5))
    passes(clear)


def test_all_clear_is_one_line_with_its_foot() -> None:
    """So that silence isn't taken for a fault."""
    message = views.all_clear(AllClear(slot=slot(), words="Nothing that we owe a customer is late or due."))
    passes(message)
    assert message.text == "Nothing that we owe a customer is late or due."
    assert len([block for block in message.blocks if block["type"] == "section"]) == 2


def test_two_digests_of_one_channel_stop_in_one_sentence() -> None:
    """The managers read how many."""
    news = DigestStopped(channel_id="C0CARE", channel_name="care", reason="the channel was archived.", digests=2)
    passes(stopped(news))
    assert stopped(news).text.startswith("The 2 digests to #care have stopped: the channel was archived.")


def kind(**changes: Any) -> KindSchema:
    """What we owe, posted on Mondays."""
    found = DigestSchema(
        id=uuid4(), kind="owed", channel_id="C0CARE", channel_name="care", days="0", hour=time(8, 30),
        zone="Europe/Lisbon", silent_when_clear=True, next_slot=NOW,
    )  # fmt: skip
    usual = KindSchema(key="owed", label="What we owe", about="Late things.", zone="Europe/London", digest=found)
    return usual.model_copy(update=changes)


def accessories(view: dict[str, Any]) -> list[tuple[str, str]]:
    """Each section's words up to the line's end, and the button beside it."""
    return [
        (block["text"]["text"].split("\n")[-1], block["accessory"]["text"]["text"])
        for block in view["blocks"]
        if block["type"] == "section" and "accessory" in block
    ]


def test_the_setup_shows_one_line_a_further_digest() -> None:
    """What it would say, or where it goes, or why it doesn't; and one button each."""
    gone = kind().digest
    assert gone is not None
    stopped_one = kind(key="c", digest=gone.model_copy(update={"stopped_because": "The channel was archived."}))
    view = setup_form(setup_schema(more=(kind(), kind(key="b", label="What customers say", digest=None), stopped_one)))
    assert check_view(view) == []
    assert accessories(view)[1:] == [
        ("Goes to <#C0CARE> on Mon at 08:30", "Change"), ("Late things.", "Set up"),
        ("Not posted: The channel was archived.", "Change"),
    ]  # fmt: skip


@pytest.mark.parametrize("words", ["What we owe", *HOSTILE])
@pytest.mark.parametrize("digest", [None, "running", "stopped"])
def test_every_form_of_a_further_digest_opens(words: str, digest: str | None) -> None:
    """New, running and stopped, with the worst label; saved too; twenty kinds fit into the setup."""
    found = kind().digest
    assert found is not None
    if digest == "stopped":
        found = found.model_copy(update={"stopped_because": words[:200]})
    shown = kind(label=words * 3, about=words * 3, digest=found if digest else None)
    assert check_view(digest_form(shown)) == []
    assert check_view(saved(shown.digest, NOW, title="Digest")) == []
    assert check_view(setup_form(setup_schema(more=(shown,) * 20))) == []

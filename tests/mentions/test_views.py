"""Every screen of the feature, at its usual and at its worst, against Slack's rules."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from bot.core.schemas import OfferButton
from bot.customers.rules.rows import Refusal
from bot.mentions.listeners.acting import MentionRef
from bot.mentions.rules.learning import Figures
from bot.mentions.rules.lists import Column
from bot.mentions.rules.mentions import LIST_ROWS, PAGE_ROWS, MentionState
from bot.mentions.rules.sentiment import Hint, Sentiment
from bot.mentions.rules.sources import Outcome, SourceKind
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas.feeling import FeelingSchema, LearntSchema
from bot.mentions.schemas.items import FeedItem, FetchResult
from bot.mentions.schemas.mentions import (
    AnswerDueSoon,
    AnswerLate,
    ComplaintForOwner,
    ListPlan,
    ListRead,
    MentionList,
    MentionPosted,
    MentionSchema,
    MentionSetup,
    MentionsListed,
    OwnNames,
    SourceList,
    SourceSchema,
    SourceWish,
    WebhookKeys,
)
from bot.mentions.views import cards, forms, sources
from bot.slack.blocks import Message, escape, section
from rehearsal.strict import check_message, check_view
from tests.checkins.test_views import HOSTILE

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LINK = "https://forum.example/" + "a" * 1900


def mention(words: str = "", **more: Any) -> MentionSchema:
    """Ana's customer is complained about; or everything says *words*, as long as it may be."""
    named = {
        "place": words[:100] or "r/smallbusiness",
        "author": words[:100] or "zed",
        "title": words[:300],
        "words": (words * 8)[:4000] or "Golddex support never called me back",
        "customer_name": words[:200] or "Golddex",
        "owner_name": words[:200] or "Ana Lima",
        "alias": words[:200] or "Golddex",
    }
    fixed = {"id": uuid4(), "kind": SourceKind.REDDIT, "found_at": NOW, "now": NOW + timedelta(hours=2)}
    usual = {"customer_id": uuid4(), "tier": Tier.LIKELY, "feeling": Sentiment.COMPLAINT, "last_contact_days": 31}
    return MentionSchema(**{**fixed, **usual, **named, **more})


def taken(words: str) -> MentionSchema:
    """One that somebody with that name answers, with everything that can stand under it."""
    offers = tuple(OfferButton(label="Assign", action_id=f"x.{n}", value="v" * 2000) for n in range(3))
    return mention(
        words, taken_by="U0ANA", taken_by_name=words[:200] or "Ana", answer_due_at=NOW, address=LINK, offers=offers,
        rating=1.5, sightings=5,
    )  # fmt: skip


def source(words: str, **more: Any) -> SourceSchema:
    """A source that fails, with as many words as may be kept."""
    filters = tuple(words[:60] or "x" for _ in range(30))
    return SourceSchema(
        id=uuid4(), kind=SourceKind.FEED, name=words[:200] or "Feed", words=filters, excluded_words=filters,
        excluded_authors=filters, last_error=words[:300], failing_since=NOW, next_try_at=NOW, now=NOW, **more,
    )  # fmt: skip


def check(message: Message) -> None:
    """Slack takes it, and nobody is pinged by what came from outside."""
    assert check_message(message.body()) == []
    assert "<!channel>" not in str(message.blocks)
    assert "<!channel>" not in message.text


def test_a_card_says_how_it_reads_where_about_whom_and_since_when() -> None:
    """As SCREENS.md has it; the notification is a sentence."""
    message = cards.posted(MentionPosted(mention=mention(address="https://forum.example/1")))
    assert message.text == "Reads as a complaint about Golddex: “Golddex support never called me back”"
    top, about, buttons = message.blocks
    assert top["text"]["text"] == (
        "*Reads as a complaint* · Reddit · r/smallbusiness · zed · 2 h ago\n> Golddex support never called me back"
    )
    assert about["text"]["text"] == "About *Golddex* (likely) · owner Ana Lima · last contact 31 days ago"
    named = [element["text"]["text"] for element in buttons["elements"] if "text" in element]
    assert named == ["I'll answer"]
    menu = [(option["text"]["text"], option.get("url")) for option in buttons["elements"][-1]["options"]]
    assert menu == [
        ("Wrong customer", None), ("Not about us", None), ("It's praise", None), ("It's neither", None),
        ("Open", "https://forum.example/1"),
    ]  # fmt: skip
    check(message)


def test_a_link_shows_only_when_it_is_one() -> None:
    """An address that would break out of the markup is left out."""
    assert cards.link("https://x.example/a?b=1&c=2", "open") == "<https://x.example/a?b=1&amp;c=2|open>"
    for address in ("javascript:alert(1)", "https://x|<!channel>", "", "https://" + "x" * 4000):
        assert cards.link(address, "open") == ""


@pytest.mark.parametrize("words", HOSTILE)
def test_every_message_fits_at_its_worst(words: str) -> None:
    """Cards open, taken, asked about and closed; what owners, answerers and managers are told."""
    for one in (mention(words), taken(words), mention(words, tier=Tier.ASK), mention(words, customer_id=None)):
        check(cards.card(one))
        check(cards.complaint(ComplaintForOwner(mention=one, due_on=NOW.date())))
        check(cards.due_soon(AnswerDueSoon(mention=one)))
        check(cards.late(AnswerLate(mention=one)))
        check(cards.late(AnswerLate(mention=one, mine=True)))
    for state in (MentionState.ANSWERED, MentionState.DISMISSED):
        closed = mention(words, state=state, answer_words=(words * 10)[:2000], answer_link=LINK[:500])
        check(cards.card(closed))


@pytest.mark.parametrize("words", HOSTILE)
def test_lists_fit_with_five_thousand_open(words: str) -> None:
    """Full pages, and the counts of the whole."""
    rows = tuple(taken(words) if n % 2 else mention(words, address=LINK[:300]) for n in range(LIST_ROWS))
    check(cards.listed(MentionsListed(total=5000, complaints=4999, rows=rows)))
    shown = cards.page(MentionList(total=5000, taken=12, page=300, pages=625, rows=rows[:PAGE_ROWS]))
    assert shown.text == "5,000 mentions wait for an answer · 12 taken"
    check(shown)
    check(cards.page(MentionList()))
    check(cards.help_page())


@pytest.mark.parametrize("words", HOSTILE)
def test_every_window_fits_at_its_worst(words: str) -> None:
    """With everything filled in."""
    ids = tuple(uuid4() for _ in range(LIST_ROWS))
    state = MentionRef(mention_id=uuid4(), kind="list", ids=ids, total=5000, url="u" * 500, coached=True).dump()
    hints = [Hint(words[:120] or "x", words[:120] or "y")] * 20
    assert check_view(forms.answer_form(mention(words), state=state, words=words * 9, where=words, hints=hints)) == []
    assert check_view(forms.customer_form(mention(words), state=state)) == []
    assert check_view(forms.notice("Saved", section(escape(words)))) == []
    phrases = tuple((words[:120], words[:120]) for _ in range(100))
    names = tuple(words[:200] for _ in range(20))
    ours = OwnNames(names=names, domains=names, handles=names)
    figures = Figures(texts=10_000, right=9_000, complaints=5_000, called=4_000, found=3_000)
    learnt = LearntSchema(learnt_on=date(2026, 11, 28), corrections=10_000, before=figures, after=figures)
    feelings = (
        FeelingSchema(), FeelingSchema(corrections=10_000), FeelingSchema(refused=learnt),
        FeelingSchema(used=learnt, refused=learnt), FeelingSchema(used=learnt, aside=learnt),
    )  # fmt: skip
    for feeling in feelings:
        assert check_view(forms.setup_form(ours, MentionSetup(answer_days=1, phrases=phrases), feeling)) == []


@pytest.mark.parametrize("words", HOSTILE)
def test_sources_fit_at_their_worst(words: str) -> None:
    """The list, the form of every kind, the preview, the keys."""
    rows = tuple(source(words, is_paused=n % 2 == 1) for n in range(PAGE_ROWS))
    check(sources.page(SourceList(total=200, failing=100, page=3, pages=25, rows=rows)))
    check(sources.page(SourceList()))
    many = tuple(words[:60] for _ in range(30))
    for kind in SourceKind:
        wish = SourceWish(kind=kind, word=words[:500], words=many, excluded_words=many, quiet=words[:40])
        if kind in {SourceKind.SLACK, SourceKind.CSV}:
            continue
        assert check_view(sources.source_form(wish, state="m" * 3000)) == []
    found = FeedItem(title=words[:300], words=(words * 9)[:4000], author=words[:100], place=words[:100])
    for outcome in (Outcome.NEWS, Outcome.REFUSED):
        brought = FetchResult(outcome=outcome, items=(found,) * 60, problem=words, title=words[:200])
        assert check_view(sources.preview(brought, brought.items, state="m" * 3000)) == []
    for kind in (SourceKind.FEED, SourceKind.WEBHOOK):
        one = rows[0].model_copy(update={"kind": kind, "word": words[:500], "quiet": "18:00-08:00"})
        assert check_view(sources.edit_form(one)) == []
        assert check_view(sources.changed(one)) == []
    keys = WebhookKeys(source=rows[0], token="t" * 43, secret="s" * 32)
    assert check_view(sources.keys(keys, new=True)) == []
    assert check_view(sources.tested(words, words)) == []
    assert check_view(sources.added(rows[0])) == []
    assert check_view(sources.remove_form(rows[0])) == []


@pytest.mark.parametrize("words", HOSTILE)
def test_windows_of_a_list_fit_at_their_worst(words: str) -> None:
    """Headings, cells and the file's name as somebody's file has them."""
    headers = dict.fromkeys(Column, words or "Text")
    refusals = tuple(Refusal(n, words, f"{words} is no date.", words) for n in range(9000))
    read = ListRead(file_name=words or "x.csv", columns=headers, unmapped=(words,) * 900, refusals=refusals)
    for channel in ("C0ACCOUNTS", ""):
        for recent in (0, 5000):
            plan = ListPlan(
                file_name=read.file_name, new=9000, known=12, repeated=3, recent=recent, refused=9000,
                channel_id=channel,
            )  # fmt: skip
            for view in (forms.preview(plan, read, state="m" * 36), forms.done(plan, read)):
                assert check_view(view) == []
                assert "<!channel>" not in str(view)
    assert check_view(forms.ask_for_file()) == []

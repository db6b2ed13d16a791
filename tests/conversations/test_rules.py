"""Every text has exactly one intent, whatever it holds; names, notes and tasks are told apart."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checkins.rules import Channel, Result
from bot.conversations.rules import (
    LONGEST,
    TALK,
    Intent,
    customers_in,
    first_clause,
    guess_name,
    name_beginnings,
    plain_words,
    promise_of,
    read_sentence,
    task_of,
    trim,
)

HOSTILE = st.sampled_from(
    ["<!channel>", "&lt;b&gt;", "\x00", "\u202e", "\ud800", "talked to ", "remind me ", "promised ", " called me ",
     "," * 50, "<@U0BOT>", "<https://x|y>", "problem at ", "who ", "(" * 20, "\\", "is angry", "🔥", " friday ", "'"]
)  # fmt: skip


@given(st.lists(st.one_of(HOSTILE, st.text(max_size=40)), max_size=12).map("".join))
def test_any_text_has_one_intent(text: str) -> None:
    """Nothing raises, and nothing is invented: all words come from the text."""
    words = plain_words(text, bot_id="U0BOT")
    sentence = read_sentence(words)
    assert sentence.intent in Intent
    assert sentence.text == words
    assert sentence.about in words
    assert sentence.name is None or sentence.name in words
    for part in (trim(sentence.about), guess_name(sentence.about), *name_beginnings(sentence.about)):
        assert " ".join(part.split()) in " ".join(words.split())
    assert "".join(first_clause(words)) == words


def test_a_text_of_a_megabyte_is_read_at_once() -> None:
    """Only its beginning is read."""
    for text in ("talked to Acme, " + "a " * 500_000, "a " * 500_000, "very " * 200_000 + "angry"):
        assert read_sentence(text).intent in Intent
    assert read_sentence("talked to Acme, " + "x" * LONGEST).intent is Intent.CHECKIN


@pytest.mark.parametrize(
    ("text", "result", "channel", "about", "name"),
    [
        ("talked to Acme", Result.TALKED, Channel.CALL, "Acme", None),
        ("We met with Acme", Result.TALKED, Channel.MEETING, "Acme", None),
        ("visited Acme on friday", Result.TALKED, Channel.VISIT, "Acme on friday", None),
        ("emailed Acme the offer", Result.TRIED, Channel.EMAIL, "Acme the offer", None),
        ("emailed Acme, they said yes", Result.TALKED, Channel.EMAIL, "Acme, they said yes", None),
        ("called Acme, nobody there", Result.TRIED, Channel.CALL, "Acme, nobody there", None),
        ("Acme texted me: fine", Result.THEY_CONTACTED_US, Channel.MESSAGE, ": fine", "Acme"),
        ("they called back", Result.THEY_CONTACTED_US, Channel.CALL, "", ""),
        ("Acme declined a call", Result.DECLINED, Channel.CALL, "a call", "Acme"),
        ("got a letter from Acme", Result.THEY_CONTACTED_US, Channel.EMAIL, "Acme", None),
    ],
)
def test_a_check_in_says_what_came_of_it_and_how(
    text: str, result: Result, channel: Channel, about: str, name: str | None
) -> None:
    """An attempt isn't a contact."""
    sentence = read_sentence(text)
    assert sentence.intent is Intent.CHECKIN
    assert (sentence.result, sentence.channel, sentence.about, sentence.name) == (result, channel, about, name)


def test_a_check_in_says_when_it_was() -> None:
    """In the words of the sentence; most say nothing of it."""
    assert read_sentence("yesterday Acme called me").when == "yesterday"
    assert read_sentence("Acme called me").when == ""


@pytest.mark.parametrize(
    "text",
    ["did you call Acme?", "should I call Acme?", "I haven't talked to Acme", "who called me?", "nobody called me", "",
     "we are down to two people", "if Acme called me I would say", "one two three four five six seven called me"],
)  # fmt: skip
def test_what_did_not_happen_is_no_check_in(text: str) -> None:
    """Questions, denials and long beginnings propose nothing."""
    assert read_sentence(text).intent not in {Intent.CHECKIN, Intent.PROBLEM, Intent.PROMISE}


@pytest.mark.parametrize(
    ("words", "name", "task", "promise"),
    [
        ("about Acme", "Acme", TALK, ""),
        ("to call Acme about the invoice", "Acme", "call them about the invoice", "call them about the invoice"),
        ("Acme a price list", "Acme", "a price list", "a price list"),
        ("a price list to Acme", "Acme", "a price list to them", "a price list"),
        ("about Acme's invoice", "Acme", "their invoice", "their invoice"),
        (
            "to send Acme's plan and Acme's prices",
            "Acme",
            "send their plan and their prices",
            "send their plan and their prices",
        ),
        ("to tell Acme about the Acme fair", "Acme", "tell them about the Acme fair", "tell them about the Acme fair"),
        ("to send the list", "", "send the list", "send the list"),
    ],
)
def test_a_task_says_them_for_the_customer(words: str, name: str, task: str, promise: str) -> None:
    """Without a name the words stay as they are."""
    assert (task_of(words, name), promise_of(words, name)) == (task, promise)


def test_a_guessed_name_has_at_most_three_words() -> None:
    """Nobody would recognize a longer beginning of a sentence as the name of a company."""
    assert guess_name("Harbour Bikes Porto yesterday afternoon") == "Harbour Bikes Porto"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<@U0BOT> talked to <https://acme.test|Acme>", "talked to Acme"),
        ("<@U0BOT|bot>: help", "help"),
        ("AT&amp;T  called\nme", "AT&T called me"),
        ("see <https://acme.test>", "see https://acme.test"),
        ("<@U0ANA> called", "<@U0ANA> called"),
    ],
)
def test_a_message_is_read_as_it_was_typed(text: str, plain: str) -> None:
    """Slack's markup of links and mentions of the bot go; other people stay."""
    assert plain_words(text, bot_id="U0BOT") == plain


def test_the_customers_of_a_notification_are_found_at_any_depth() -> None:
    """By `customer_id` or `customer.id`, each once, in order; other ids and other values don't count."""
    one, two = uuid4(), uuid4()
    body = {
        "id": str(uuid4()),
        "rows": [{"customer": {"id": str(one), "name": "x"}}, {"followup": {"customer_id": str(two)}}],
        "more": [{"customer_id": str(one)}, {"customer_id": None}, {"customer": "no id"}],
    }
    assert customers_in(body) == [one, two]
    assert customers_in({"a": 1}) == customers_in(None) == []
    assert UUID(str(one)) in customers_in(body)

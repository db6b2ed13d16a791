"""Who answers and by when, what is put right, who may, and what was taught."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from bot.core.clock import MovableClock
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.customers.queries import get_customer
from bot.mentions.queries.contributions import (
    brief,
    digest_section,
    due_counts,
    export,
    home_section,
    news_section,
    timeline,
)
from bot.mentions.queries.mentions import get_mention, list_corrections
from bot.mentions.rules.mentions import MentionState
from bot.mentions.rules.sentiment import Phrase, Sentiment
from bot.mentions.rules.tiers import Tier
from bot.mentions.usecases.acting import dismiss_mention, set_customer, set_sentiment
from bot.mentions.usecases.aliases import erase, name_ourselves, save_settings
from bot.mentions.usecases.answering import answer_mention, find_hints, take_mention
from bot.people.tables import Person
from tests.makers import ANA, BOB, KIRI, MARA, WORKSPACE, Office
from tests.mentions.helpers import COMPLAINT, bring, brought, item, keep, owed, post, shown, source, stored, trail

GUEST = "U0GUEST"


@pytest.fixture
def golddex(office: Office) -> UUID:
    """A customer of Ana's, talked to three days ago."""
    return office.customer("Golddex Widgets", owner=ANA, waited=3)


def test_who_takes_one_has_a_working_day_and_is_warned_once(office: Office, golddex: UUID, clock: MovableClock) -> None:
    """Ana, Monday at nine in Lisbon: until Tuesday at eleven, warned at nine; the managers hear of it once."""
    mention_id = brought(office)
    schema = office.do(take_mention, mention_id=mention_id, by=ANA)
    assert schema.answer_due_at == datetime(2026, 11, 24, 11, tzinfo=UTC)
    with pytest.raises(AlreadyDone, match="Ana Lima has it already"):
        office.do(take_mention, mention_id=mention_id, by=BOB)
    with pytest.raises(AlreadyDone, match="You have it already"):
        office.do(take_mention, mention_id=mention_id, by=ANA)
    keep(office)
    assert owed(office, "due_soon") == []
    for hours, warned, late in ((24, 1, 0), (1, 1, 0), (2, 1, 2), (24, 1, 2)):
        clock.move(timedelta(hours=hours))
        keep(office)
        assert (len(owed(office, "due_soon", to=ANA)), len(owed(office, "late"))) == (warned, late)
    assert {row.recipient for row in owed(office, "late")} == {ANA, MARA}
    assert "1 mention waits for an answer, 1 past the time for it" in [
        count.text for count in office.look(lambda session: digest_section(session, clock.now()))
    ]


def test_a_saturday_in_auckland_counts_from_monday(office: Office, golddex: UUID, clock: MovableClock) -> None:
    """Kiri takes one on her Saturday afternoon; her Monday is a working day, at the same hour."""
    mention_id = brought(office)
    clock.move_to(datetime(2026, 11, 28, 2, tzinfo=UTC))
    schema = office.do(take_mention, mention_id=mention_id, by=KIRI)
    assert schema.answer_due_at == datetime(2026, 11, 30, 2, tzinfo=UTC)


def test_an_answer_keeps_words_and_link_once(office: Office, golddex: UUID) -> None:
    """Nothing at all is refused, so is a link that is none; the second one is told who was faster."""
    mention_id = brought(office)
    for link, words, field in (("", " ", "words"), ("javascript:alert(1)", "x", "link"), ("see above", "", "link")):
        with pytest.raises(InvalidInput) as refused:
            office.do(answer_mention, mention_id=mention_id, link=link, words=words, by=ANA)
        assert list(refused.value.fields) == [field]
    office.do(answer_mention, mention_id=mention_id, link="https://x.example/1", words="so sorry", by=ANA, view_id="V1")
    for use_case in (answer_mention, dismiss_mention):
        more = {"link": "", "words": "late"} if use_case is answer_mention else {}
        with pytest.raises(AlreadyDone, match=r"answered already \(by Ana Lima\)"):
            office.do(use_case, mention_id=mention_id, by=BOB, **more)
    schema = shown(office, mention_id)
    assert (schema.state, schema.answer_words, schema.answer_link) == (
        MentionState.ANSWERED,
        "so sorry",
        "https://x.example/1",
    )
    assert trail(office, mention_id)[-1] == f"{ANA} mention.answered"


def test_phrases_are_those_that_the_workspace_lists(office: Office) -> None:
    """By default the usual ones; a manager's own afterwards."""
    assert [hint.found for hint in office.ask(find_hints, words="No problem, calm down")] == ["No problem", "calm down"]
    own = [Phrase("per my last email", "as I wrote")]
    office.do(save_settings, answer_days=2, phrases=own, channel_id="", by=MARA)
    assert office.ask(find_hints, words="No problem") == ()
    assert [hint.kinder for hint in office.ask(find_hints, words="Per my last email")] == ["as I wrote"]


def test_a_wrong_customer_teaches_the_source(office: Office, golddex: UUID) -> None:
    """The right one's owner is told, the wrong one is due as before; next time that source asks."""
    silver = office.customer("Silverdex", owner=BOB, waited=3)
    where = source(office)
    [first] = bring(office, where, item(1)).mention_ids
    office.do(set_customer, mention_id=first, customer_id=silver, by=MARA)
    assert office.look(lambda session: get_customer(session, golddex).due_on.isoformat()) == "2026-12-21"
    assert office.look(lambda session: get_customer(session, silver).due_on.isoformat()) == "2026-11-25"
    assert [row.recipient for row in owed(office, "complaint")] == [ANA, BOB]
    [second] = bring(office, where, item(2)).mention_ids
    assert shown(office, second).tier is Tier.ASK
    [elsewhere] = bring(office, source(office, word="https://other.example/feed"), item(3)).mention_ids
    assert shown(office, elsewhere).tier is Tier.LINKED
    with pytest.raises(NotFound):
        office.do(set_customer, mention_id=first, customer_id=uuid4(), by=MARA)


def test_our_own_name_is_about_us_and_not_us_teaches(office: Office) -> None:
    """Without a customer; after *Not about us* the same words are asked about no more as ours, in that source."""
    office.do(name_ourselves, names=["Evenhand Bot Company"], domains=[], handles=["@evenhand"], by=MARA)
    where = source(office)
    [first] = bring(office, where, item(1, words="Evenhand Bot Company is great, thanks")).mention_ids
    assert (shown(office, first).about_us, shown(office, first).customer_name) == (True, "")
    office.do(dismiss_mention, mention_id=first, by=ANA)
    assert stored(office)[0].state is MentionState.DISMISSED
    [second] = bring(office, where, item(2, words="Evenhand Bot Company again")).mention_ids
    assert shown(office, second).tier in {Tier.ASK, None}


def test_a_corrected_feeling_is_kept_and_what_followed_is_taken_back(office: Office, golddex: UUID) -> None:
    """Praise after all; the same again is told so."""
    mention_id = brought(office)
    office.do(set_sentiment, mention_id=mention_id, feeling=Sentiment.PRAISE, by=BOB)
    assert office.look(lambda session: get_customer(session, golddex).due_on.isoformat()) == "2026-12-21"
    with pytest.raises(AlreadyDone, match="as praise already"):
        office.do(set_sentiment, mention_id=mention_id, feeling=Sentiment.PRAISE, by=BOB)
    [kept] = office.ask(list_corrections, mention_id=mention_id)
    assert (kept.before, kept.after, kept.by) == (Sentiment.COMPLAINT, Sentiment.PRAISE, BOB)


def test_only_full_members_act_and_other_workspaces_ids_lead_nowhere(office: Office, golddex: UUID) -> None:
    """Guests are refused at every entry; a forged or foreign id is not found."""
    mention_id = brought(office)
    office.person(GUEST, "Gus Guest", is_guest=True)
    with pytest.raises(NotAllowed):
        office.do(take_mention, mention_id=mention_id, by=GUEST)
    with pytest.raises(NotAllowed):
        office.do(dismiss_mention, mention_id=mention_id, by=GUEST)
    with pytest.raises(NotAllowed):
        office.ask(get_mention, mention_id=mention_id, viewer=GUEST)
    with pytest.raises(NotAllowed):
        office.do(save_settings, answer_days=2, phrases=[], channel_id="", by=ANA)
    with pytest.raises(NotFound):
        office.do(take_mention, mention_id=uuid4(), by=ANA)
    assert shown(office, mention_id).taken_by == ""


def test_what_somebody_took_who_left_is_free_again(office: Office, golddex: UUID) -> None:
    """The next one may take it."""
    mention_id = brought(office)
    office.do(take_mention, mention_id=mention_id, by=KIRI)
    with office.runtime.database.transaction(WORKSPACE) as session:
        session.get_one(Person, (WORKSPACE, KIRI)).is_deactivated = True
    keep(office)
    assert office.do(take_mention, mention_id=mention_id, by=BOB).taken_by == BOB


def test_cards_reminders_home_and_digest_carry_what_was_written(office: Office, golddex: UUID) -> None:
    """The last thirty days; what is mine to answer; the timeline with the answer."""
    where = source(office)
    ids = bring(office, where, *(item(number) for number in range(1, 5))).mention_ids
    now = office.runtime.clock.now()
    lines = office.look(lambda session: brief(session, [golddex], now))[golddex]
    assert lines[0].text.startswith('Feed, 23 Nov, reads as a complaint: "Golddex Widgets support')
    assert (lines[0].urgent, lines[-1].text) == (True, "2 more mentions in 30 days")
    assert office.look(lambda session: brief(session, [golddex], now + timedelta(days=31))) == {}
    office.do(take_mention, mention_id=ids[0], by=BOB)
    mine = office.look(lambda session: home_section(session, BOB, now))
    assert [line.text[:8] for line in mine] == ["answer: "]
    assert office.look(lambda session: home_section(session, ANA, now)) == []
    news = office.look(lambda session: news_section(session, ANA, now))
    assert len(news) == 4
    assert news[0].text.startswith("Golddex Widgets: Feed, 23 Nov")
    assert [button.value for button in news[0].buttons] == [str(golddex)]
    assert office.look(lambda session: due_counts(session, now, BOB)) == []
    long_after = now + timedelta(days=30)
    for whose in (BOB, None):
        late = office.look(lambda session, whose=whose: due_counts(session, long_after, whose))
        assert [count.text for count in late] == ["1 answer to a mention late"]
    assert office.look(lambda session: due_counts(session, long_after, ANA)) == []
    office.do(answer_mention, mention_id=ids[0], link="", words="so sorry", by=BOB)
    assert any('answered: "so sorry"' in line.text for line in office.look(lambda s: timeline(s, golddex, now)))


def test_forgetting_a_customer_or_a_person_keeps_the_mention(office: Office, golddex: UUID) -> None:
    """Without the customer and its name; without who took it."""
    mention_id = brought(office)
    office.do(take_mention, mention_id=mention_id, by=BOB)
    post(office)
    assert len(office.look(lambda session: export(session, "customer", str(golddex)))["mentions"]) == 1
    assert office.do(erase, kind="customer", subject_id=str(golddex)) > 0
    assert office.do(erase, kind="person", subject_id=BOB) > 0
    [row] = stored(office)
    assert (row.customer_id, row.tier, row.alias, row.taken_by, row.words) == (None, None, "", None, COMPLAINT)

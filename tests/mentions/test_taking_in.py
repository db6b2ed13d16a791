"""What is brought is kept once, posted once, and told to those whom it concerns."""

from datetime import date, timedelta

from bot.core.clock import MovableClock
from bot.customers.queries import get_customer
from bot.customers.queries.checking import list_problems
from bot.customers.rules.due import SnoozeReason
from bot.customers.usecases.scheduling import set_last_contact, snooze_customer
from bot.mentions.rules.mentions import MentionState, Posted
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.rules.sources import SourceKind
from bot.mentions.rules.tiers import Tier
from bot.mentions.usecases.ingest import save_mention
from tests.makers import ANA, BOB, MARA, Office
from tests.mentions.helpers import CHANNEL, COMPLAINT, bring, brought, item, owed, post, shown, source, stored


def test_the_same_from_feeds_a_webhook_and_a_person_is_one_mention(office: Office) -> None:
    """Three feeds, a webhook, Bob: one row, five sightings, one card; a second run brings nothing."""
    office.customer("Golddex Widgets", owner=ANA, waited=3)
    feeds = [source(office, word=f"https://news.example/{number}") for number in range(3)]
    hook = source(office, kind=SourceKind.WEBHOOK, word="")
    for number, where in enumerate([*feeds, hook]):
        tracked = f"https://www.forum.example/post/1/?utm_source=feed{number}"
        taken = bring(office, where, item(1, address=tracked, external_id=f"x{number}"))
        assert (taken.new, taken.seen_again) == ((1, 0) if number == 0 else (0, 1))
        post(office)
    mention_id, known = office.do(save_mention, item=item(1), by=BOB)
    assert known
    assert [row.id for row in stored(office)] == [mention_id]
    assert shown(office, mention_id).sightings == 5
    bring(office, feeds[0], item(1))
    post(office)
    assert [row.recipient for row in owed(office, "posted")] == [CHANNEL]
    assert shown(office, mention_id).sightings == 5


def test_an_edit_changes_the_words_and_is_not_posted_again(office: Office) -> None:
    """Only where it first came from; the feeling follows the words."""
    office.customer("Golddex Widgets", owner=ANA)
    first, second = source(office), source(office, word="https://other.example/feed")
    bring(office, first, item(1))
    post(office)
    assert bring(office, second, item(1, words="Golddex Widgets…")).edited == 0
    assert bring(office, first, item(1, words="Golddex Widgets called, all is wonderful, great people")).edited == 1
    [row] = stored(office)
    assert (row.feeling, row.words[:22]) == (Sentiment.PRAISE, "Golddex Widgets called")
    assert post(office) == 0
    assert len(owed(office, "posted")) == 1


def test_two_items_of_one_id_and_other_words_are_two(office: Office) -> None:
    """Also when only one of them is left in the feed, or another one comes; an edit of the only one stays an edit."""
    feed = source(office)
    first, second, third = (item(0, words=words, address="") for words in ("Golddex A", "Golddex B", "Golddex C"))
    assert bring(office, feed, first, second).new == 2
    assert (bring(office, feed, second).new, bring(office, feed, first, second).new) == (0, 0)
    assert bring(office, feed, third, second).new == 1
    assert sorted(row.words for row in stored(office)) == ["Golddex A", "Golddex B", "Golddex C"]
    assert bring(office, feed, item(9, words="Golddex D")).new == 1
    assert bring(office, feed, item(9, words="Golddex E")).edited == 1
    again = bring(office, feed, item(9, words="Golddex E"), item(9, words="Golddex F"))
    assert (again.new, again.seen_again) == (1, 1)


def test_nothing_was_written_tomorrow(office: Office) -> None:
    """A date in 2099 is today's, so that it doesn't stand first for ever."""
    now = office.runtime.clock.now()
    bring(office, source(office), item(1, published_at=now + timedelta(days=30_000)))
    bring(office, source(office), item(2, published_at=now - timedelta(days=1)))
    assert {row.external_id: row.published_at for row in stored(office)} == {"1": now, "2": now - timedelta(days=1)}


def test_a_complaint_tells_the_owner_and_brings_the_next_call_forward(office: Office) -> None:
    """Within two working days, once; it is no contact, and the doctor finds nothing wrong."""
    golddex = office.customer("Golddex Widgets", owner=ANA, waited=3)
    assert office.look(lambda session: get_customer(session, golddex).due_on) == date(2026, 12, 21)
    mention_id = brought(office)
    row = office.look(lambda session: get_customer(session, golddex))
    assert (row.due_on, row.waiting_since, row.last_contact_on) == (
        date(2026, 11, 25), date(2026, 11, 20), date(2026, 11, 20),
    )  # fmt: skip
    [notification] = owed(office, "complaint")
    assert (notification.recipient, notification.body["due_on"]) == (ANA, "2026-11-25")
    assert shown(office, mention_id).tier is Tier.LINKED
    assert office.look(lambda session: list_problems(session, office.runtime.clock.now())) == []
    bring(office, source(office, word="https://x.example/feed"), item(1))
    assert len(owed(office, "complaint")) == 1


def test_a_contact_puts_the_customers_own_cadence_back(office: Office) -> None:
    """And undoing the contact brings it forward again: the date follows from the facts alone."""
    golddex = office.customer("Golddex Widgets", owner=ANA, waited=3)
    brought(office)
    talked = office.do(set_last_contact, customer_id=golddex, on=date(2026, 11, 23))
    assert talked.due_on == date(2026, 12, 23)
    assert office.do(set_last_contact, customer_id=golddex, on=date(2026, 11, 20)).due_on == date(2026, 11, 25)


def test_what_we_put_off_ourselves_is_put_off_no_longer(office: Office) -> None:
    """A customer that asked to be left alone is left alone; its owner hears of it all the same."""
    ours = office.customer("Golddex Widgets", owner=ANA, waited=28)
    theirs = office.customer("Silverdex Widgets", owner=ANA, waited=28)
    for customer, reason in ((ours, SnoozeReason.DEFERRED), (theirs, SnoozeReason.CUSTOMER_ASKED)):
        office.do(snooze_customer, customer_id=customer, until=date(2026, 12, 4), reason=reason, note="", by=ANA)
    where = source(office)
    bring(office, where, item(1), item(2, words=COMPLAINT.replace("Gold", "Silver")))
    assert office.look(lambda session: get_customer(session, ours).snoozed_until) is None
    assert office.look(lambda session: get_customer(session, theirs).snoozed_until) == date(2026, 12, 4)
    assert len(owed(office, "complaint", to=ANA)) == 2


def test_a_source_takes_only_what_it_wants(office: Office) -> None:
    """Its words, none of the excluded, by nobody excluded, in its language; old and unknown things aren't posted."""
    office.customer("Golddex Widgets")
    picky = source(
        office, words=("golddex",), excluded_words=("job",), excluded_authors=("@Spam",), language="en"
    )  # fmt: skip
    plain = source(office, word="https://plain.example/feed")
    taken = bring(
        office, picky, item(1), item(2, words="Golddex hires: a job"), item(3, author="spam"),
        item(4, language="de"), item(5, words="nothing of interest"),
    )  # fmt: skip
    assert (taken.new, taken.left_out) == (1, 4)
    old = office.runtime.clock.now() - timedelta(days=40)
    bring(office, plain, item(6, words="Rain tomorrow"), item(7, published_at=old))
    assert [row.state for row in stored(office)] == [MentionState.OPEN, MentionState.KEPT, MentionState.KEPT]
    assert post(office) == 1


def test_what_a_feed_kept_quietly_opens_when_somebody_saves_it(office: Office) -> None:
    """Bob found the same page worth a word."""
    where = source(office)
    bring(office, where, item(1, words="Rain tomorrow"))
    mention_id, known = office.do(save_mention, item=item(1), by=BOB)
    assert (known, shown(office, mention_id).state) == (True, MentionState.OPEN)


def test_five_cards_a_quarter_of_an_hour_then_one_list(office: Office, clock: MovableClock) -> None:
    """Complaints first; the list once a quarter, and afterwards cards again."""
    office.customer("Golddex Widgets")
    where = source(office)
    praise = [item(number, words=f"Golddex Widgets is great, wonderful, number {number}") for number in range(1, 9)]
    bring(office, where, *praise, item(9))
    assert post(office) == 9
    assert len(owed(office, "posted")) == 5
    [listed] = owed(office, "listed")
    assert (listed.body["total"], listed.body["complaints"]) == (4, 0)
    assert owed(office, "posted")[0].body["mention"]["feeling"] == "complaint"
    bring(office, where, item(10), item(11))
    assert post(office) == 0
    clock.move(timedelta(minutes=16))
    assert post(office) == 2
    assert [row.posted_as for row in stored(office)].count(Posted.LIST) == 4


def test_cards_wait_until_the_quiet_hours_end(office: Office, clock: MovableClock) -> None:
    """By the workspace's clock, in London."""
    office.customer("Golddex Widgets")
    bring(office, source(office, quiet="18:00-10:00"), item(1))
    assert post(office) == 0
    clock.move(timedelta(hours=1))
    assert post(office) == 1


def test_an_ownerless_customers_complaint_reaches_the_channel_alone(office: Office) -> None:
    """There is nobody to tell; the call comes forward in the pool."""
    golddex = office.customer("Golddex Widgets", waited=3)
    brought(office)
    assert owed(office, "complaint") == []
    assert office.look(lambda session: get_customer(session, golddex).due_on) == date(2026, 11, 25)
    assert post(office) == 1
    assert owed(office, to=MARA) == []

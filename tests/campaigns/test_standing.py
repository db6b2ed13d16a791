"""The question that is part of every check-in: who chooses it, what is written down, and what comes of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from scipy import stats
from sqlmodel import select

from bot.campaigns.listeners.standing import read_standing
from bot.campaigns.queries.contributions import export, timeline
from bot.campaigns.queries.standing import (
    find_standing_form,
    get_standing,
    get_standing_file,
    list_standing_lines,
    result_words,
)
from bot.campaigns.rules.questions import QuestionKind
from bot.campaigns.rules.results import nps
from bot.campaigns.schemas import StandingResult
from bot.campaigns.tables import StandingAnswer, StandingQuestion
from bot.campaigns.usecases.standing import answer_standing, set_standing_question
from bot.campaigns.views.standing import ANSWER, standing
from bot.checkins.rules import Channel, Result
from bot.checkins.schemas import CheckinRecorded
from bot.checkins.usecases.recording import record_checkin
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, InvalidInput, NotAllowed, NotFound
from bot.customers.usecases.erasing import erase_subject
from bot.reviews.queries.review import get_review
from bot.reviews.rules import Period
from bot.reviews.views import review
from bot.workspaces.queries import list_audit
from bot.workspaces.usecases import BOT
from tests.campaigns.helpers import customers
from tests.checkins.office import undo
from tests.checkins.test_stories import reads, told, window, words
from tests.makers import ANA, BOB, MARA, WORKSPACE, Office
from tests.world import World, open_world

NPS = "How likely would you recommend us? (nps)"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode."""
    async with open_world(sqlite_url) as made:
        yield made


def ask(office: Office, line: str = NPS, by: str = MARA, **more: Any) -> bool:
    """A manager chooses a question."""
    changed: bool = office.do(set_standing_question, line=line, by=by, **more)
    return changed


def state(question_id: UUID, value: str | None, *, in_words: bool = False) -> dict[str, Any]:
    """The check-in form with this answer: the place of an option, or words."""
    option = {"type": "static_select", "selected_option": {"value": value} if value else None}
    held = {"type": "plain_text_input", "value": value} if in_words else option
    return {"values": {f"{ANSWER}:{question_id}": {ANSWER: held}}}


def talk(office: Office, customer: UUID, value: str | None, *, in_words: bool = False) -> CheckinRecorded:
    """Ana talked to a customer, and wrote down what it answered to what the form asks."""
    form = office.look(lambda session: find_standing_form(session, customer, office.runtime.clock.now()))
    given = read_standing(state(form.question_id, value, in_words=in_words)) if form else {}
    extras = [partial(answer_standing, **given)] if given else []
    done: CheckinRecorded = office.do(
        record_checkin, customer_id=customer, result=Result.TALKED, channel=Channel.CALL, by=ANA, extras=extras
    )
    return done


def so_far(office: Office, viewer: str = ANA) -> StandingResult:
    """The question with what was answered."""
    found: StandingResult = office.ask(get_standing, viewer=viewer)
    return found


def pass_days(office: Office, days: float) -> None:
    """Let days go by."""
    office.runtime.clock.move_to(office.runtime.clock.now() + timedelta(days=days))  # type: ignore[attr-defined]  # it moves


def test_nothing_is_asked_until_a_manager_chooses_a_question(office: Office) -> None:
    """Then every check-in asks it; an empty one ends that; each change is in the trail."""
    [one] = customers(office, 1)
    now = office.runtime.clock.now()
    assert office.look(lambda session: find_standing_form(session, one, now)) is None
    assert so_far(office).question is None
    assert ask(office)
    assert not ask(office)
    form = office.look(lambda session: find_standing_form(session, one, now))
    assert (form.question.text, form.question.kind, form.last) == (
        NPS.removesuffix(" (nps)"),
        QuestionKind.RECOMMEND,
        "",
    )
    pass_days(office, 0.01)
    assert ask(office, "")
    assert office.look(lambda session: find_standing_form(session, one, now)) is None
    trail = office.look(lambda session: list_audit(session, subject_kind="workspace", subject_id=WORKSPACE))
    changes = [(line.before, line.after) for line in trail if line.action == "campaign.question_set"]
    assert sorted(changes, key=str) == sorted(
        [({"question": ""}, {"question": NPS}), ({"question": NPS}, {"question": ""})], key=str
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("Good? (0-10)\nWhy?", "Ask one question, in one line; a campaign asks more."),
        (f"{'x' * 201}?", "is longer than 200 characters; ask it shorter."),
        ("Which? (a/a)", "empty or stands there twice"),
    ],
)
def test_a_question_that_cant_be_asked_is_one_sentence(office: Office, line: str, sentence: str) -> None:
    """Under its field; nothing is asked."""
    with pytest.raises(InvalidInput) as refused:
        ask(office, line)
    assert sentence in refused.value.fields["question"]
    assert so_far(office).question is None


def test_only_managers_choose_what_is_asked_and_take_the_file(office: Office) -> None:
    """Everybody sees what was answered but guests; a form counts once."""
    for attempt in (lambda: ask(office, by=ANA), lambda: office.ask(get_standing_file, viewer=ANA)):
        with pytest.raises(NotAllowed, match="Only managers can choose what is asked at every check-in"):
            attempt()
    ask(office, view_id="V1")
    with pytest.raises(AlreadyDone):
        ask(office, "Another?", view_id="V1")
    assert (so_far(office).may_set, so_far(office, MARA).may_set) == (False, True)
    office.person("U0GUEST", "Guest", is_guest=True)
    with pytest.raises(NotAllowed):
        so_far(office, "U0GUEST")


@pytest.mark.both_databases
def test_each_customer_counts_once_with_its_latest_answer(office: Office) -> None:
    """Of the last 90 days and of those before; SQL written another way counts the same."""
    pool = customers(office, 9)
    ask(office)
    for place, one in enumerate(pool[:4]):
        talk(office, one, str(place))
    pass_days(office, 91)
    for place, one in enumerate(pool):
        talk(office, one, "2")
        pass_days(office, 0.01)
        talk(office, one, "10" if place < 6 else "6")
    told = so_far(office)
    assert told.answered
    assert told.before
    assert (told.answered.answered, told.before.answered) == (9, 4)
    assert told.answered.score == nps([10] * 6 + [6] * 3)
    assert result_words(told.answered).startswith("NPS +33 (n = 9, likely between ")
    shown = words(list(standing(told).blocks))
    assert "*The last 90 days* · 9 answers\nNPS +33 (n = 9, likely between" in shown
    assert "*The 90 days before* · 4 answers\nNPS -100 (n = 4, likely between" in shown
    counted = sa.text(
        "SELECT a.answer, COUNT(*) FROM standing_answers a WHERE a.workspace_id = :here AND NOT EXISTS (SELECT 1 FROM"
        " standing_answers b WHERE b.workspace_id = :here AND b.customer_id = a.customer_id"
        " AND b.given_at > a.given_at) GROUP BY a.answer"
    )
    rows = office.look(lambda session: dict(session.execute(counted, {"here": WORKSPACE}).all()))
    assert rows == {"10": 6, "6": 3}


def test_a_scale_tells_the_share_of_the_content_with_wilsons_interval(office: Office) -> None:
    """As scipy computes it; choices are counted, words are quoted."""
    pool = customers(office, 8)
    ask(office, "How good was this call? (0-10)")
    for place, one in enumerate(pool):
        talk(office, one, "9" if place < 6 else "3")
    told = so_far(office).answered
    theirs = stats.binomtest(6, 8).proportion_ci(method="wilson")
    assert told
    assert told.score
    assert (told.score.low, told.score.high) == pytest.approx((theirs.low, theirs.high))
    pass_days(office, 0.01)
    ask(office, "How do we reach you? (mail/phone)")
    for place, one in enumerate(pool):
        talk(office, one, str(place % 2))
    assert result_words(so_far(office).answered or told) == "mail 4, phone 4"
    pass_days(office, 0.01)
    ask(office, "What would help?")
    talk(office, pool[0], "a shorter form", in_words=True)
    assert result_words(so_far(office).answered or told) == "1 answered in words"
    assert "“a shorter form” · Customer 00" in words(list(standing(so_far(office)).blocks))


def test_another_question_has_answers_of_its_own(office: Office) -> None:
    """Those to the question before stay in the file, and a form that was open meanwhile still counts for its own."""
    one, other = customers(office, 2)
    ask(office)
    form = office.look(lambda session: find_standing_form(session, other, office.runtime.clock.now()))
    talk(office, one, "9")
    pass_days(office, 0.01)
    ask(office, "Did it work? (yes/no)")
    late = read_standing(state(form.question_id, "3"))
    office.do(
        record_checkin, customer_id=other, result=Result.TALKED, channel=Channel.CALL, by=BOB,
        extras=[partial(answer_standing, **late)],
    )  # fmt: skip
    answered = so_far(office).answered
    assert answered
    assert answered.answered == 0
    file = office.ask(get_standing_file, viewer=MARA)
    assert [row[1:5] for row in file.rows] == [
        ("Customer 00", "How likely would you recommend us?", "9", "Ana Lima"),
        ("Customer 01", "How likely would you recommend us?", "3", "Bob Chen"),
    ]  # fmt: skip


def test_the_form_shows_the_last_answer_and_undoing_a_check_in_undoes_its_own(office: Office) -> None:
    """The answer before counts again."""
    [one] = customers(office, 1)
    ask(office)
    talk(office, one, "9")
    pass_days(office, 0.01)
    done = talk(office, one, "2")
    now = office.runtime.clock.now()
    assert office.look(lambda session: find_standing_form(session, one, now)).last == "2"
    undo(office, done)
    assert office.look(lambda session: find_standing_form(session, one, now)).last == "9"
    answered = so_far(office).answered
    assert answered
    assert (answered.answered, answered.counts[9]) == (1, 1)


def test_an_answer_that_is_none_is_told_under_its_field(office: Office) -> None:
    """And a question that isn't there; nothing is recorded."""
    [one] = customers(office, 1)
    ask(office)
    row = office.look(lambda session: session.exec(select(StandingQuestion)).one())
    about = {"customer_id": one, "checkin_id": new_id(), "by": ANA, "block_id": ANSWER}
    with pytest.raises(InvalidInput) as refused:
        office.do(answer_standing, question_id=row.id, answer="11", **about)
    assert list(refused.value.fields) == [ANSWER]
    with pytest.raises(NotFound, match="That question isn't asked here"):
        office.do(answer_standing, question_id=new_id(), answer="1", **about)
    assert read_standing(state(row.id, None)) == {}
    assert read_standing({"values": {f"{ANSWER}:nonsense": {ANSWER: {"type": "plain_text_input", "value": "1"}}}}) == {}
    assert office.look(lambda session: session.exec(select(StandingAnswer)).all()) == []


def test_the_review_tells_what_was_answered_and_before(office: Office) -> None:
    """Of its own period; nothing where nobody answered."""
    pool = customers(office, 8)
    today = office.runtime.clock.now().date()
    assert office.look(lambda session: list_standing_lines(session, since=today, until=today)) == []
    ask(office)
    assert office.ask(get_review, viewer=MARA).asked == ()
    for one in pool[:3]:
        talk(office, one, "0")
    pass_days(office, 7)
    for one in pool:
        talk(office, one, "10")
    [line] = office.ask(get_review, viewer=MARA, period=Period.WEEK).asked
    assert line.startswith("“How likely would you recommend us?”: NPS +100 (n = 8, likely between +")
    assert "; the time before NPS -100 (n = 3, likely between -100 and " in line
    assert "*Asked at every check-in*\n• “How likely would you recommend us?”: NPS +100" in words(
        list(review(office.ask(get_review, viewer=MARA)).blocks)
    )


def test_answers_stand_on_the_card_in_exports_and_go_when_a_customer_is_erased(office: Office) -> None:
    """What a person wrote down and asked is in their export."""
    [one] = customers(office, 1)
    ask(office)
    talk(office, one, "9")
    now = office.runtime.clock.now()
    lines = [line.text for line in office.look(lambda session: timeline(session, one, now))]
    assert lines == ["How likely would you recommend us? “9” (to Ana Lima)"]
    kept = office.look(lambda session: export(session, "customer", str(one)))
    assert kept["standing_answers"][0]["answer"] == "9"
    assert office.look(lambda session: export(session, "person", ANA))["standing_answers"][0]["answer"] == "9"
    assert office.look(lambda session: export(session, "person", MARA))["standing_questions"][0]["question"] == NPS
    office.do(
        erase_subject, kind="customer", subject_id=str(one), confirm="Customer 00", features=office.runtime.features,
        by=BOT,
    )  # fmt: skip
    assert office.look(lambda session: session.exec(select(StandingAnswer)).all()) == []


async def test_a_manager_chooses_a_question_and_a_check_in_asks_it(world: World) -> None:
    """Over the wire: chosen, asked, answered, seen by everybody, taken as a file; the next form has the last answer."""
    world.office.customer("Acme", owner=ANA, waited=40)
    mara, ana = world.as_(MARA), world.as_(ANA)
    [off] = (await ana.command("/evenhand question")).messages
    assert off.text.startswith("No question is part of every check-in.")
    assert "campaigns.question" not in str(off.blocks)
    [off] = (await mara.command("/evenhand question")).messages
    await mara.press(off, "campaigns.question")
    form = await window(mara, "Every check-in")
    await mara.fill(form, campaigns_line="One? (0-10) (a/a)")
    assert "stands there twice" in (await mara.submit(form) or {})["campaigns.line"]
    await mara.fill(form, campaigns_line=NPS)
    assert await mara.submit(form) is None
    await reads(mara, form, "From now on, every check-in asks: How likely would you recommend us?")
    await ana.command("/checkin Acme")
    form = await window(ana, "Check-in")
    assert "How likely would you recommend us?" in str(form.blocks)
    assert "Asked at every check-in" in words(form.blocks)
    await ana.fill(form, campaigns_standing_answer="9")
    assert await ana.submit(form) is None
    await told(ana, "talked")
    [shown] = (await ana.command("/evenhand question")).messages
    assert "NPS +100 (n = 1" in words(shown.blocks)
    [shown] = (await mara.command("/evenhand question")).messages
    await mara.press(shown, "campaigns.question_file")
    sent = await mara.until(lambda me: next((one for one in me.dm() if one.files), None), timeout=10)
    assert sent.files
    await ana.command("/checkin Acme")
    form = await window(ana, "Check-in")
    assert "Last: 9 (Mon 23 Nov)" in str(form.blocks)

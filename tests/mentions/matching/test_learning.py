"""The model of how texts read learns from corrections, in each workspace, and a manager can go back."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from bot.core.clock import MovableClock
from bot.core.errors import AlreadyDone, NotAllowed
from bot.mentions.queries.feeling import find_course, get_feeling, get_reader, list_untaught
from bot.mentions.queries.matching import list_own_names
from bot.mentions.rules.learning import (
    DENSE,
    FEWEST_CORRECTIONS,
    SIZE,
    Dated,
    Example,
    Figures,
    Lesson,
    Model,
    ModelState,
    blank,
    chances,
    count_read,
    cross_validate,
    describe,
    judge,
    train,
)
from bot.mentions.rules.reading import BY_WORDS, SHIPPED, shipped_model
from bot.mentions.rules.sentiment import Found, Sentiment, find_feelings
from bot.mentions.schemas.feeling import Learnt
from bot.mentions.tables import Mention, SentimentModel
from bot.mentions.usecases.acting import set_sentiment
from bot.mentions.usecases.feeling import go_back, learn, learn_again, store_learnt
from bot.workspaces.queries import list_audit
from jobs.learn_feelings import learn_feelings
from tests.checkins.test_stories import reads
from tests.digests.test_stories import words
from tests.makers import ANA, MARA, WORKSPACE, Office
from tests.mentions.helpers import bring, item, stored
from tests.mentions.test_setup_story import opened
from tests.world import World

COMPLAINT, NEUTRAL, PRAISE = Sentiment.COMPLAINT, Sentiment.NEUTRAL, Sentiment.PRAISE


def lesson(text: str, sentiment: Sentiment, weight: float = 1.0) -> Lesson:
    """A text as a lesson."""
    return Lesson(describe(find_feelings(text)), sentiment, weight)


LESSONS = [lesson(f"the glimmer at gate {number}", COMPLAINT) for number in range(8)] + [
    lesson(f"the market in street {number}", NEUTRAL) for number in range(8)
]


def read(text: str, model: Model) -> Sentiment:
    """How a model reads a text."""
    return judge(model.scores(describe(find_feelings(text))))


@given(st.text(max_size=200))
def test_any_text_can_be_described(text: str) -> None:
    """By different places within bounds, in order, and six numbers."""
    example = describe(Found(text))
    assert list(example.places) == sorted(set(example.places))
    assert all(0 <= place < SIZE for place in example.places)
    assert len(example.dense) == DENSE


def test_a_text_is_described_by_its_words_whatever_their_case() -> None:
    """And by what the rules found; the fifth number says that they found nothing."""
    assert describe(Found("Down Again")) == describe(Found("down again"))
    assert describe(Found("down again")).places != describe(Found("again down")).places
    assert describe(Found("x", -0.45, 1, 0.2, 0.1)).dense == (-0.45, 0.5, 0.2, 0.1, 0.0, 1.0)
    assert describe(Found("x", -0.9, 7)).dense == (-0.9, 1.0, 0.0, 0.0, 0.0, 1.0)
    assert describe(Found("x")).dense == (0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
    assert Example((1, 2, 3, 4), ()).scale == 0.5


@pytest.mark.parametrize(
    ("scores", "sentiment"),
    [
        ((0.0, 0.0), NEUTRAL), ((0.49, 0.0), NEUTRAL), ((0.5, 0.0), COMPLAINT), ((0.0, 0.5), PRAISE),
        ((5.0, 5.0), COMPLAINT), ((-9.0, -9.0), NEUTRAL), ((800.0, -800.0), COMPLAINT), ((-800.0, 800.0), PRAISE),
    ],
)  # fmt: skip
def test_a_text_reads_as_neither_unless_something_else_is_probable(
    scores: tuple[float, float], sentiment: Sentiment
) -> None:
    """At .45; the probabilities of three ways to read add up to one, however large the scores are."""
    complaint, praise = chances(scores)
    assert 0 <= complaint <= 1 >= complaint + praise - 1e-9
    assert judge(scores) is sentiment


def test_lessons_teach_what_they_speak_of_and_nothing_else() -> None:
    """Words like theirs; a plain text reads as before."""
    model = train(LESSONS, shipped_model())
    assert read("a glimmer at the gate", shipped_model()) is not COMPLAINT
    assert read("a glimmer at the gate", model) is COMPLAINT
    assert read("I love it", model) is PRAISE
    assert read("Version 4.2 is out today", model) is NEUTRAL


def test_the_same_lessons_in_any_order_give_the_same_weights() -> None:
    """To the byte, so that both databases and every restart read alike; half a weight teaches less."""
    first = train(LESSONS, shipped_model())
    assert train(LESSONS[::-1], shipped_model()).dump() == first.dump()
    half = train([one._replace(weight=0.5) for one in LESSONS], shipped_model())
    glimmer = describe(find_feelings("a glimmer at the gate"))
    assert shipped_model().scores(glimmer)[0] < half.scores(glimmer)[0] < first.scores(glimmer)[0]


def test_mistakes_alone_change_words_only() -> None:
    """The weights of VADER's numbers stay, or everything would be read the other way round."""
    praised = [lesson(f"great glimmer {number}", COMPLAINT) for number in range(10)]
    model = train(praised, shipped_model(), only_words=True)
    assert model.dense == shipped_model().dense
    assert model.dense != train(praised, shipped_model()).dense
    glimmer = describe(find_feelings("great glimmer"))
    assert model.scores(glimmer)[0] > shipped_model().scores(glimmer)[0] + 1
    assert read("great service", model) is PRAISE


def test_without_lessons_the_weights_stay_as_they_are() -> None:
    """Each side with the unit of its own."""
    sides = [memoryview(bytes([127, 3, *[0] * (SIZE - 2)])).cast("b") for _ in range(2)]
    start = Model((0.5, 0.25), (sides[0], sides[1]), ((0.5,) * DENSE, (-1.0,) * DENSE))
    assert train([], start) == start
    assert train([], blank()) == blank()


def test_decay_draws_weights_back_to_zero() -> None:
    """So that what is seldom repeated weighs less."""
    free, drawn = (train(LESSONS[:8], blank(), decay=decay) for decay in (0.0, 0.1))
    for one, other in zip(free.dense, drawn.dense, strict=True):
        assert sum(map(abs, other)) < sum(map(abs, one))
    assert drawn.units[0] < free.units[0]


def test_a_short_word_is_described_by_itself_its_neighbours_and_its_pieces() -> None:
    """Once itself, twice with what stands beside it, and its framed pieces of three to five signs."""
    assert len(describe(Found("ab")).places) == 1 + 2 + 3
    assert len(describe(Found("a")).places) == 1 + 2 + 1


def test_weights_come_back_from_a_file_as_they_were() -> None:
    """A small one; other bytes are refused."""
    assert Model.load(shipped_model().dump()) == shipped_model()
    assert len(shipped_model().dump()) < 100_000
    for content in (b"", b"no weights", shipped_model().dump()[:100]):
        with pytest.raises(ValueError, match="no weights"):
            Model.load(content)


def test_a_blank_model_reads_everything_as_neither() -> None:
    """Nothing is claimed where nothing is known."""
    assert read("I hate it", blank()) is NEUTRAL


def test_figures_count_what_was_read() -> None:
    """Of three complaints two are found; of three called complaints two are some."""
    pairs = [(COMPLAINT, COMPLAINT)] * 2 + [(COMPLAINT, PRAISE), (NEUTRAL, COMPLAINT), (PRAISE, PRAISE)]
    figures = count_read(pairs)
    assert figures == Figures(texts=5, right=3, complaints=3, called=3, found=2)
    assert (figures.accuracy, figures.recall, figures.precision) == (3 / 5, 2 / 3, 2 / 3)
    assert figures.quality == pytest.approx(3 / 5 + 2 / 3)
    assert (Figures().accuracy, Figures().recall, Figures().precision, Figures().quality) == (0, 0, 0, 0)


def test_a_fold_is_read_by_models_that_never_saw_it() -> None:
    """What stands in one fold alone isn't known there; what is new doesn't teach the earlier model."""
    alone = [Dated(one, fold=place // 8, is_new=True) for place, one in enumerate(LESSONS)]
    _, after = cross_validate(alone, shipped_model(), only_words=False)
    assert after.found == 0
    spread = [Dated(one, fold=place % 4, is_new=place % 8 > 3) for place, one in enumerate(LESSONS)]
    before, after = cross_validate(spread, shipped_model(), only_words=False)
    assert (before.texts, after.texts, before.complaints) == (16, 16, 8)
    assert after.found == 8
    untaught, _ = cross_validate([one._replace(is_new=True) for one in spread], shipped_model(), only_words=False)
    assert untaught.found < 8


GLIMMERS = [f"the glimmer at gate {number} turned purple" for number in range(FEWEST_CORRECTIONS + 4)]
CALMS = [f"the market in street {number} is on Tuesday" for number in range(FEWEST_CORRECTIONS)]


def brought(office: Office, texts: Sequence[str], first: int = 0) -> list[UUID]:
    """Mentions with these words."""
    items = [item(first + number, text) for number, text in enumerate(texts)]
    return list(bring(office, None, *items, by=ANA).mention_ids)


def correct(office: Office, mention_ids: Sequence[UUID], feeling: Sentiment = COMPLAINT) -> None:
    """Somebody corrects how they read."""
    for mention_id in mention_ids:
        office.do(set_sentiment, mention_id=mention_id, feeling=feeling, by=ANA)


async def taught(office: Office, clock: MovableClock) -> None:
    """The bot learns that glimmers are complaints, in the night after they were corrected."""
    brought(office, CALMS, 1000)
    correct(office, brought(office, GLIMMERS))
    clock.move(timedelta(days=1))
    assert await learn_feelings(office.runtime) == 1


def models(office: Office) -> list[SentimentModel]:
    """What was learnt, the earliest first."""
    query = select(SentimentModel).order_by(col(SentimentModel.learnt_at), col(SentimentModel.id))
    return list(office.look(lambda session: session.exec(query).all()))


def feeling_of(office: Office, number: int) -> Mention:
    """A mention of a new glimmer."""
    mention_id = brought(office, ["another glimmer at the gate turned purple"], number)[0]
    return next(one for one in stored(office) if one.id == mention_id)


@pytest.mark.both_databases
async def test_corrections_are_learnt_in_the_night_after_them(office: Office, clock: MovableClock) -> None:
    """Once there are twenty; new mentions are read by what was learnt, and the same corrections give the same model."""
    brought(office, CALMS, 1000)
    ids = brought(office, GLIMMERS)
    correct(office, ids[: FEWEST_CORRECTIONS - 1])
    clock.move(timedelta(days=1))
    assert await learn_feelings(office.runtime) == 0
    correct(office, ids[FEWEST_CORRECTIONS - 1 :])
    assert await learn_feelings(office.runtime) == 0
    assert feeling_of(office, 2000).scorer == BY_WORDS
    clock.move(timedelta(days=1))
    course = office.ask(find_course)
    assert (course.corrections, len(course.texts)) == (len(GLIMMERS), len(GLIMMERS) + len(CALMS) + 1)
    assert await learn_feelings(office.runtime) == 1
    [model] = models(office)
    assert model.state is ModelState.USED
    assert model.weights == learn(course).model.dump() == learn(course._replace(texts=course.texts[::-1])).model.dump()
    assert Figures(*model.after).found > Figures(*model.before).found
    assert Figures(*model.after).complaints == len(GLIMMERS)
    found = feeling_of(office, 2001)
    assert (found.feeling, found.scorer) == (COMPLAINT, f"{BY_WORDS}, taught 2026-11-25")
    assert await learn_feelings(office.runtime) == 0
    trail = office.look(lambda session: list_audit(session, subject_kind="feeling", subject_id=str(model.id)))
    assert [entry.action for entry in trail] == ["mentions.feeling_used"]


def untaught(office: Office) -> list[str]:
    """Return the workspaces in which the job looks what is to be learnt."""
    found: list[str] = office.runtime.read_now(list_untaught, workspace=None)
    return found


@pytest.mark.both_databases
async def test_the_job_looks_where_something_new_was_corrected(office: Office, clock: MovableClock) -> None:
    """Not before there is enough, nor again before there is more, nor while what was learnt is set aside."""
    brought(office, CALMS, 1000)
    ids = brought(office, GLIMMERS)
    correct(office, ids[: FEWEST_CORRECTIONS - 1])
    assert untaught(office) == []
    correct(office, ids[FEWEST_CORRECTIONS - 1 :])
    clock.move(timedelta(days=1))
    assert untaught(office) == [WORKSPACE]
    assert await learn_feelings(office.runtime) == 1
    assert untaught(office) == []
    clock.move(timedelta(hours=1))
    correct(office, ids[:1], PRAISE)
    assert untaught(office) == [WORKSPACE]
    office.do(go_back, by=MARA)
    assert untaught(office) == []


async def test_the_last_correction_of_a_mention_counts(office: Office, clock: MovableClock) -> None:
    """Who presses twice teaches once, and a mention that was left as it was read teaches that."""
    ids = brought(office, GLIMMERS)
    correct(office, ids)
    correct(office, ids[:1], PRAISE)
    correct(office, ids[1:2], NEUTRAL)
    clock.move(timedelta(days=1))
    course = office.ask(find_course)
    assert course.corrections == len(GLIMMERS)
    said = {text.words: text.sentiment for text in course.texts}
    assert [said[words] for words in GLIMMERS[:3]] == [PRAISE, NEUTRAL, COMPLAINT]


async def test_a_model_that_is_no_better_is_not_used(office: Office, clock: MovableClock) -> None:
    """It is kept with its figures, and tried again when somebody corrects something."""
    await taught(office, clock)
    noise = [f"the market in street {number} is on Tuesday" for number in range(100, 160)]
    ids = brought(office, noise, 3000)
    for place, mention_id in enumerate(ids):
        correct(office, [mention_id], COMPLAINT if place % 2 else PRAISE)
    clock.move(timedelta(days=1))
    assert await learn_feelings(office.runtime) == 0
    first, second = models(office)
    assert (first.state, second.state, second.weights) == (ModelState.USED, ModelState.WORSE, b"")
    assert Figures(*second.after).quality <= Figures(*second.before).quality
    assert office.look(get_feeling).refused is not None
    assert await learn_feelings(office.runtime) == 0
    assert len(models(office)) == 2


async def test_a_manager_goes_back_and_learns_again(office: Office, clock: MovableClock) -> None:
    """Meanwhile nothing new is learnt, so that what was set aside doesn't come back overnight."""
    await taught(office, clock)
    for use_case in (go_back, learn_again):
        with pytest.raises(NotAllowed, match="Only managers"):
            office.do(use_case, by=ANA)
    with pytest.raises(AlreadyDone, match="learns already"):
        office.do(learn_again, by=MARA)
    schema = office.do(go_back, by=MARA)
    assert (schema.used, schema.aside.corrections) == (None, len(GLIMMERS))
    with pytest.raises(AlreadyDone, match="went back already"):
        office.do(go_back, by=MARA)
    assert office.look(get_reader) == SHIPPED
    correct(office, brought(office, ["one more glimmer"], 5000))
    clock.move(timedelta(days=1))
    assert await learn_feelings(office.runtime) == 0
    assert office.do(learn_again, by=MARA).used.corrections == len(GLIMMERS)
    assert feeling_of(office, 5001).feeling is COMPLAINT
    assert await learn_feelings(office.runtime) in {0, 1}
    assert len(models(office)) == 2


def test_one_can_go_back_to_the_model_before_and_older_weights_go(office: Office, clock: MovableClock) -> None:
    """Three in a row: the second is what one goes back to."""
    better = Learnt(shipped_model(), Figures(10, 5, 5, 5, 2), Figures(10, 9, 5, 5, 5))
    for _ in range(3):
        clock.move(timedelta(days=1))
        told = {"corrections": 30, "texts": 60, "until": clock.now()}
        assert office.do(store_learnt, learnt=better, **told)
    assert [one.state for one in models(office)] == [ModelState.OLD, ModelState.EARLIER, ModelState.USED]
    assert [bool(one.weights) for one in models(office)] == [False, True, True]
    second = office.do(go_back, by=MARA).used
    assert second.learnt_on == models(office)[1].learnt_at.date()
    office.do(learn_again, by=MARA)
    assert [one.state for one in models(office)] == [ModelState.OLD, ModelState.EARLIER, ModelState.USED]


async def test_another_workspace_reads_as_before(office: Office, clock: MovableClock) -> None:
    """Each learns from its own."""
    await taught(office, clock)
    with office.runtime.database.transaction("T0OTHER") as session:
        assert get_reader(session) == SHIPPED
    assert office.look(get_reader) != SHIPPED


async def test_the_settings_say_what_was_learnt_and_one_press_goes_back(world: World) -> None:
    """What has been typed into them stays."""
    mara, office = world.as_(MARA), world.office
    form = await opened(world)
    assert "as the bot came. It learns from 20 corrections (none so far)" in words(form)
    await mara.close(form, everything=True)
    brought(office, CALMS, 1000)
    correct(office, brought(office, GLIMMERS))
    form = await opened(world)
    assert "It learns from 24 corrections in the coming night." in words(form)
    await mara.close(form, everything=True)
    await world.move(days=1)
    form = await opened(world)
    assert "learnt from 24 corrections on 24 Nov. It finds " in words(form)
    assert "of 100 complaints (before 0); of 100 that it reads as complaints, " in words(form)
    await mara.fill(form, mentions_setup_names="Copperdex")
    await mara.press(form, "mentions.feeling_back")
    await reads(mara, form, "What was learnt on 24 Nov is set aside, and nothing new is learnt.")
    await mara.press(form, "mentions.feeling_again")
    await reads(mara, form, "learnt from 24 corrections on 24 Nov.")
    assert await mara.submit(form) is None
    assert office.look(list_own_names).names == ("Copperdex",)

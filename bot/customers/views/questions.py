"""The questions that a list leaves open, as menus in its preview."""

from collections.abc import Mapping, Sequence

from bot.customers.rules.questions import Question
from bot.slack import blocks as ui

ANSWER = "customers.answer"
LONGEST_ANSWER, LONGEST_ID = 150, 255  # what Slack takes; ours are shorter


def draw_questions(questions: Sequence[Question], answers: Mapping[str, str]) -> list[ui.Block]:
    """Draw a menu for each question: what was answered before, else what is proposed, is chosen."""
    if not questions:
        return []
    by_id = {question.id: question for question in questions}
    title = "*One question about this list*" if len(questions) == 1 else "*Some questions about this list*"
    return [ui.divider(), ui.section(title), *(_draw(one, answers) for one in by_id.values())]


def _draw(question: Question, answers: Mapping[str, str]) -> ui.Block:
    labels = {ui.cut(option.answer, LONGEST_ANSWER): option.label for option in question.options}
    options = [ui.Option(label, answer) for answer, label in labels.items()]
    menu = ui.select(ANSWER, options, initial=question.choose(answers))
    return ui.field_of(question.text, menu, block_id=ui.cut(f"{ANSWER}:{question.id}", LONGEST_ID))

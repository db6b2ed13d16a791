"""The questions about a list of customers, asked in a terminal: the same ones as in the window of its preview."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.core.errors import InvalidInput
from bot.customers.rules.questions import NOTHING_CHOSEN, Question
from bot.customers.schemas import Drafts, ImportPlan
from bot.customers.views.printed import column_lines, plan_lines

ALL_ROWS = "all"
YES = frozenset({"y", "yes"})


@dataclass(frozen=True)
class Terminal:
    """How a person is talked to: `say` prints a line, `ask` returns the answer to a question, or what it proposes."""

    say: Callable[[str], None]
    ask: Callable[[str, str], str]


@dataclass(frozen=True)
class ListAnswers:
    """A list as a person wants it read, their answers by question, and the rows that are customers of their own."""

    drafts: Drafts
    by_hand: Mapping[str, str]
    answers: Mapping[str, str]
    apart: Collection[int]
    is_wanted: bool


Read = Callable[[Mapping[str, str], Mapping[str, str]], Drafts]
"""`read(by_hand, answers)` reads the list with columns mapped by hand and answers to its questions."""
Plan = Callable[[Drafts, Collection[int]], ImportPlan]
"""`plan(drafts, apart)` tells what importing it would do."""


def ask_about_list(
    terminal: Terminal,
    *,
    read: Read,
    plan: Plan,
    by_hand: Mapping[str, str],
    apart: str,
    may_import: bool,
    before: Mapping[str, str] = NOTHING_CHOSEN,
) -> ListAnswers:
    """
    Ask which column is what, what the list leaves open, which rows are apart, and whether to import it.

    *by_hand* and *apart* are what was said beforehand; what was answered *before* about another list is proposed. Not
    *may_import*, the last question isn't asked.
    """
    columns = _ask_columns(terminal, read, by_hand)
    drafts, answers = _ask_questions(terminal, read, columns, before)
    rows = _ask_apart(terminal, plan, drafts, answers, parse_rows(apart, drafts))
    is_wanted = may_import and terminal.ask("Import the list? (yes or no)", "no").strip().casefold() in YES
    return ListAnswers(drafts, columns, answers, rows, is_wanted)


def parse_columns(pairs: Sequence[str]) -> dict[str, str]:
    """
    Return the field of each column in *pairs* such as "Company=name".

    Raises:
        InvalidInput: one of them is no pair.
    """
    mapped = {}
    for pair in pairs:
        column, equals, name = pair.rpartition("=")
        if not equals or not column or not name:
            raise InvalidInput(f'"{pair}" can\'t be read; write the column, =, and our field: --map "Company=name".')
        mapped[column.strip()] = name.strip()
    return mapped


def parse_rows(words: str, drafts: Drafts) -> set[int]:
    """
    Return the numbers of rows that *words* list, "all" for every row of a list.

    Raises:
        InvalidInput: they list no rows, or one that the list doesn't have.
    """
    known = {row.row_number for row in drafts.rows}
    if words.strip() == ALL_ROWS:
        return known
    rows = [word.strip() for word in words.split(",") if word.strip()]
    if not all(row.isdecimal() for row in rows):
        raise InvalidInput(f'"{words}" names no rows; write their numbers, --keep-apart 2,3,4, or --keep-apart all.')
    numbers = {int(row) for row in rows}
    if unknown := numbers - known:
        example = "write row numbers without commas inside: --keep-apart 1234,1235."
        raise InvalidInput(f"There is no customer in row {min(unknown)}; {example}")
    return numbers


def _ask_columns(terminal: Terminal, read: Read, by_hand: Mapping[str, str]) -> Mapping[str, str]:
    """Let columns be mapped until nothing is to be changed and one of them holds the names."""
    while True:
        drafts = read(by_hand, {})
        for line in drafts.problems or column_lines(drafts):
            terminal.say(line)
        words = terminal.ask("Read a column otherwise? (Column=field, Column=ignore, or nothing to go on)", "")
        if not words.strip() and not drafts.problems:
            return by_hand
        try:
            wanted = {**by_hand, **parse_columns([words] if words.strip() else [])}
        except InvalidInput as error:
            terminal.say(str(error))
            continue
        by_hand = _without_mistakes(terminal, read, by_hand, wanted)


def _without_mistakes(
    terminal: Terminal, read: Read, before: Mapping[str, str], wanted: Mapping[str, str]
) -> Mapping[str, str]:
    """Return *wanted*, or *before* where it makes problems that weren't there; those are said."""
    new = [problem for problem in read(wanted, {}).problems if problem not in read(before, {}).problems]
    for problem in new:
        terminal.say(problem)
    return before if new else wanted


def _ask_questions(
    terminal: Terminal, read: Read, by_hand: Mapping[str, str], before: Mapping[str, str]
) -> tuple[Drafts, Mapping[str, str]]:
    """Ask everything that the list leaves open; an answer may lead to another question."""
    answers: dict[str, str] = {}
    while True:
        drafts = read(by_hand, answers)
        unanswered = {question.id: question for question in drafts.questions if question.id not in answers}
        if not unanswered:
            return drafts, answers
        answers |= {id_: _ask(terminal, question, before) for id_, question in unanswered.items()}


def _ask(terminal: Terminal, question: Question, before: Mapping[str, str]) -> str:
    """Return the answer to a question, chosen by its number; the one given *before* is proposed."""
    terminal.say(question.text)
    for number, option in enumerate(question.options, start=1):
        terminal.say(f"  {number}  {option.label}")
    by_number = {str(number): option.answer for number, option in enumerate(question.options, start=1)}
    proposed = next(each for each, answer in by_number.items() if answer == question.choose(before))
    while (chosen := terminal.ask("Its number", proposed).strip()) not in by_number:
        terminal.say(f"Write a number from 1 to {len(by_number)}.")
    return by_number[chosen]


def _ask_apart(terminal: Terminal, plan: Plan, drafts: Drafts, answers: Mapping[str, str], apart: set[int]) -> set[int]:
    """Show what importing the list would do, and let rows that were taken as one be kept apart."""
    while True:
        planned = plan(drafts, apart)
        for line in plan_lines(planned, drafts, done=False, answers=answers):
            terminal.say(line)
        if not planned.taken_as_one:
            return apart
        words = terminal.ask("Keep rows apart? (their numbers such as 2,3, all, or nothing to go on)", "")
        if not words.strip():
            return apart
        try:
            apart = apart | parse_rows(words, drafts)
        except InvalidInput as error:
            terminal.say(str(error))

"""What a list leaves open, asked once for a whole column or value rather than once a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.customers.rules.cells import known_status, propose_status, status_word
from bot.customers.rules.dates import DateColumn, read_serial
from bot.customers.rules.due import Status
from bot.customers.rules.headers import LEAVE_OUT, Field, short
from bot.customers.rules.headings import spelling

MOST_STATUSES = 12
"""Unknown statuses that are asked about, the most frequent first; the others leave the field empty."""
LONGEST_STATUS = 60
"""Characters beyond which a cell holds no status."""
LEAVE_EMPTY = "empty"
DAY_FIRST, MONTH_FIRST, FROM_TODAY = "day_first", "month_first", "from_today"
ONE_PER_NAME, ONE_PER_ROW = "one_per_name", "one_per_row"
COLUMN, STATUS, ORDER, AGO, ROWS = "column", "status", "order", "ago", "rows"
"""What questions are about; an id is one of these, a colon and a field or a word."""
_NAMIBIA, _LONGEST_CODE = "na", 3
NOTHING_CHOSEN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Option:
    """An answer to a question: as it is stored, and in words."""

    answer: str
    label: str


_STATUSES = (*(Option(status.value, status.capitalize()) for status in Status), Option(LEAVE_EMPTY, "Leave it empty"))


@dataclass(frozen=True)
class Question:
    """
    What a list leaves open, about the *rows* that say *value* in the column with that heading.

    The *id* is the same whenever the list is read. `read_drafts` takes answers by id, and *proposed* where one is
    missing.
    """

    id: str
    column: str
    value: str
    rows: int
    text: str
    options: tuple[Option, ...]
    proposed: str

    def choose(self, answers: Mapping[str, str]) -> str:
        """Return the answer given, if it is among the options, else the proposed one."""
        given = answers.get(self.id)
        return given if given in {option.answer for option in self.options} else self.proposed


@dataclass(frozen=True)
class Settled:
    """
    How cells that leave something open are read: `statuses` by word (None leaves the field empty), and by field of
    dates, whether they are written day first and whether "3 days ago" counts from today. Where the list
    *has_countries_in_full*, "NA" among them is none. *no_ids* are words, folded, that are no ids in it, and
    *parents* the customers whose names stand before those of others, with a colon.
    """

    statuses: Mapping[str, Status | None] = field(default_factory=dict)
    day_first: Mapping[Field, bool] = field(default_factory=dict)
    from_today: frozenset[Field] = frozenset()
    has_countries_in_full: bool = False
    no_ids: frozenset[str] = frozenset()
    parents: frozenset[str] = frozenset()

    def is_missing_country(self, cell: str) -> bool:
        """Return whether a cell says "NA" where Namibia would be written in full."""
        return self.has_countries_in_full and cell.strip().casefold() == _NAMIBIA


def are_in_full(countries: Sequence[str]) -> bool:
    """Return whether a column writes countries in full rather than as codes."""
    named = [cell for cell in countries if cell.strip().casefold() != _NAMIBIA]
    return bool(named) and all(len(cell.strip()) > _LONGEST_CODE for cell in named)


def ask_column(wanted: Field, candidates: Mapping[int, str], proposed: int) -> Question:
    """Return the question which of several columns (headings by index) is read as a field."""
    options = [Option(str(at), short(heading)) for at, heading in candidates.items()]
    if wanted is not Field.NAME:
        options.append(Option(LEAVE_OUT, "None of them"))
    what = "customer’s name" if wanted is Field.NAME else wanted.header.lower()
    return Question(
        id=f"{COLUMN}:{wanted}", column=candidates[proposed], value="", rows=0, text=f"Which column is the {what}?",
        options=tuple(options), proposed=str(proposed),
    )  # fmt: skip


def ask_rows(heading: str, *, are_people: bool) -> Question:
    """
    Return the question whether rows of one company are people or things of it rather than customers.

    The column with that heading tells them apart; it names them if they *are people*, else it has their ids.
    """
    which = (
        "does each row name another person of it?" if are_people else "is it the id of each row’s person or product?"
    )
    text = f"“{short(heading)}” differs in the rows of one company: {which}"
    options = (Option(ONE_PER_NAME, "Yes: one customer per name"), Option(ONE_PER_ROW, "No: one customer per row"))
    return Question(f"{ROWS}:{spelling(heading)}", heading, "", 0, text, options, ONE_PER_NAME)


def ask_statuses(heading: str, counts: Mapping[str, int]) -> list[Question]:
    """Return a question for each of the most frequent unknown statuses among *counts* (rows by cell)."""
    rows: dict[str, int] = {}
    spelt: dict[str, str] = {}
    for cell, count in counts.items():
        word = status_word(cell)
        if len(word) <= LONGEST_STATUS and known_status(word) is None:
            rows[word] = rows.get(word, 0) + count
            spelt.setdefault(word, " ".join(cell.split()))
    return [
        Question(
            id=f"{STATUS}:{word}", column=heading, value=spelt[word], rows=rows[word],
            text=f"{_rows(rows[word])} “{short(spelt[word])}” under “{short(heading)}”. Which status is that?",
            options=_STATUSES, proposed=propose_status(word) or LEAVE_EMPTY,
        )
        for word in sorted(rows, key=lambda word: (-rows[word], word))[:MOST_STATUSES]
    ]  # fmt: skip


def ask_marks(heading: str, counts: Mapping[str, int]) -> list[Question]:
    """Return a question for each word by which names say that their customers are gone: "Acme (deleted)"."""
    return [
        Question(
            id=f"{STATUS}:{word}", column=heading, value=word, rows=counts[word],
            text=f"{_rows(counts[word], 'name')} “{word}”. Which status is that?",
            options=_STATUSES, proposed=known_status(word) or propose_status(word) or LEAVE_EMPTY,
        )
        for word in sorted(counts, key=lambda word: (-counts[word], word))
    ]  # fmt: skip


def ask_dates(wanted: Field, heading: str, column: DateColumn, *, order: bool | None, proposed: bool) -> list[Question]:
    """
    Return the questions that a column of dates leaves open.

    *order* is true where its dates are known to be written day first, None where nothing says so; *proposed* is then
    the order to propose.
    """
    asked = _ask_order(wanted, heading, column, proposed=proposed) if order is None else []
    return [*asked, *_ask_ago(wanted, heading, column)]


def _ask_order(wanted: Field, heading: str, column: DateColumn, *, proposed: bool) -> list[Question]:
    if not column.two_ways:
        return []
    by_day, by_month = (f"{day.day} {day:%B %Y}" for day in column.readings)
    options = (Option(DAY_FIRST, by_day), Option(MONTH_FIRST, by_month), Option(LEAVE_EMPTY, "Leave them empty"))
    count = "1 date" if column.two_ways == 1 else f"{column.two_ways:,} dates"
    text = f"{count} under “{short(heading)}” can be read two ways. Which day is {column.example}?"
    answer = DAY_FIRST if proposed else MONTH_FIRST
    return [Question(f"{ORDER}:{wanted}", heading, column.example, column.two_ways, text, options, answer)]


def _ask_ago(wanted: Field, heading: str, column: DateColumn) -> list[Question]:
    if not column.ago:
        return []
    options = (Option(FROM_TODAY, "Count back from today"), Option(LEAVE_EMPTY, "Leave them empty"))
    example = short(column.ago_example)
    text = f"{_rows(column.ago)} words such as “{example}” under “{short(heading)}”. When was that?"
    return [Question(f"{AGO}:{wanted}", heading, column.ago_example, column.ago, text, options, FROM_TODAY)]


def tell_serials(heading: str, column: DateColumn) -> str:
    """Return the sentence about the numbers in a column of dates."""
    count = "1 cell holds" if column.serials == 1 else f"{column.serials:,} cells hold"
    example = f"{column.serial_example} is {read_serial(column.serial_example)}"
    return f"{count} a spreadsheet’s number for a date under “{short(heading)}”: {example}."


def settle(questions: Sequence[Question], answers: Mapping[str, str], orders: Mapping[Field, bool]) -> Settled:
    """Return the answers to *questions*, with the *orders* of day and month that columns reveal themselves."""
    statuses: dict[str, Status | None] = {}
    day_first, from_today = dict(orders), set()
    for question in questions:
        about, _, word = question.id.partition(":")
        answer = question.choose(answers)
        if about == STATUS:
            statuses[word] = None if answer == LEAVE_EMPTY else Status(answer)
        elif about == ORDER and answer != LEAVE_EMPTY:
            day_first[Field(word)] = answer == DAY_FIRST
        elif about == AGO and answer == FROM_TODAY:
            from_today.add(Field(word))
    return Settled(statuses, day_first, frozenset(from_today))


def answers_to_keep(answers: Mapping[str, str]) -> dict[str, str]:
    """Return those of the *answers* by question that hold for later lists: what words mean, and whose rows are."""
    return {id_: answer for id_, answer in answers.items() if id_.partition(":")[0] in {STATUS, ROWS}}


def _rows(count: int, one: str = "row") -> str:
    return f"1 {one} says" if count == 1 else f"{count:,} {one}s say"

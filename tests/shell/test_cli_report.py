"""`evenhand report`: the figures of a period with what they mean, as CSV and JSON; what is asked wrongly."""

import csv
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from bot.core.database import Database
from bot.customers.tables import Customer
from bot.reviews.rules.definitions import DEFINITIONS
from tests.makers import WORKSPACE, add_customer
from tests.shell.test_cli import Shell, _leave_logging_alone, shell

__all__ = ["_leave_logging_alone", "shell"]

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
PERIOD = ("--from", str(FIRST), "--to", str(LAST))


def fill(shell: Shell, count: int = 50) -> None:
    """Customers of growing value; the smallest fifth waits since New Year, the others were talked to in March."""
    database = Database(shell.url)
    with database.transaction(WORKSPACE) as session:
        for number in range(count):
            talked = None if number < count / 5 else LAST - timedelta(days=number % 7 + 1)
            add_customer(
                session, f"Customer {number}", added_on=FIRST - timedelta(days=9), last_contact_on=talked,
                annual_value=Decimal(1000 + number), currency="EUR", tags=["=1+1"] if number % 2 else [],
            )  # fmt: skip
    database.close()


def test_a_report_tells_the_figures_and_what_they_mean(shell: Shell) -> None:
    """The same figures in both formats; the header explains each column; no cell runs in a spreadsheet."""
    fill(shell)
    assert shell.run_ok("report", *PERIOD).strip() == "The report from 2026-01-01 to 2026-03-31 is in report.csv."
    shell.run_ok("report", *PERIOD, "--format", "json", "-o", "figures.json")
    lines = (shell.folder / "report.csv").read_text(encoding="utf-8-sig").splitlines()
    header, table = [line for line in lines if line.startswith("#")], [line for line in lines if line[0] != "#"]
    assert header[0] == "# From 2026-01-01 to 2026-03-31"
    assert header[1].startswith(f"# gap: {98 / _mean_wait(shell):.4f}, between ")
    assert header[-len(DEFINITIONS) :] == [f"# {name}: {words}" for name, words in DEFINITIONS.items()]
    rows = list(csv.DictReader(table))
    told = json.loads((shell.folder / "figures.json").read_text(encoding="utf-8"))
    assert set(told["definitions"]) == {*DEFINITIONS, "gap", "key"}
    assert (told["from"], told["to"]) == (str(FIRST), str(LAST))
    assert [row["group"].removeprefix("'") for row in rows] == [row["group"] for row in told["figures"]]
    assert {row["by"] for row in rows} == {"size", "owner", "tag", "country", "age"}
    smallest = rows[0]
    assert (smallest["group"], smallest["customers"], smallest["half_waited"]) == ("Smallest fifth", "10", "98")
    assert (smallest["never_talked_to"], rows[4]["never_talked_to"]) == ("10", "0")
    assert told["gap"]["ratio"] == pytest.approx(98 / _mean_wait(shell))
    assert "'=1+1" in {row["group"] for row in rows}


def _mean_wait(shell: Shell) -> float:
    """The average longest wait of the ten largest, from New Year's week to the last contact that the list names."""
    database = Database(shell.url)
    with database.reading(WORKSPACE) as session:
        known = sorted(session.exec(select(Customer)).all(), key=lambda one: one.annual_value or 0)[-10:]
        waits = [max((one.last_contact_on - one.added_on).days, (LAST - one.last_contact_on).days) for one in known]
    database.close()
    return sum(waits) / len(waits)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "soon", "--to", "2026-03-31"), "soon isn't a day; write --from 2026-01-31."),
        (("--from", "2026-03-31", "--to", "2026-01-01"), "2026-01-01 is before 2026-03-31; give the first day with"),
        (("--from", "2026-03-31", "--to", "2999-01-01"), "2999-01-01 hasn't come yet; end the report with "),
        ((*PERIOD, "--format", "pdf"), "pdf isn't a format; choose --format csv or --format json."),
        ((*PERIOD, "-o", "nowhere/report.csv"), "nowhere/report.csv can't be written: no such file or directory."),
    ],
)
def test_what_cant_be_reported_is_one_sentence(shell: Shell, words: tuple[str, ...], said: str) -> None:
    """It says what to write instead, and no file is left."""
    assert said in shell.run_failing("report", *words)
    assert list(shell.folder.glob("report*")) == []

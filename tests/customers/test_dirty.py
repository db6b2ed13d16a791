"""The same list as people's programs and hands leave it: its customers come in whatever stands around them."""

import gzip

import pytest

from bot.customers.gateways.tables import UnreadableFile
from tests.customers.lists import read

LIST = 'Company,Owner,Notes,Headcount\nAcme,Ana,"likes\ncalls, early",12\nZoë & Söhne,,,\n"Bolt ""B"" Ltd",Bob,,7\n'
NAMES = ["Acme", "Zoë & Söhne", 'Bolt "B" Ltd']
HEADINGS, ROWS = LIST.split("\n", 1)

DIRT = {
    "a byte order mark": "\ufeff" + LIST,
    "UTF-16, little end first": LIST.encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + LIST.encode("utf-16-be"),
    "Windows-1252": LIST.encode("cp1252"),
    "packed": gzip.compress(LIST.encode()),
    "semicolons": LIST.replace(",", ";"),
    "tabs": LIST.replace(",", "\t"),
    "Windows' ends of lines": LIST.replace("\n", "\r\n"),
    "an old Mac's ends of lines": LIST.replace("\n", "\r"),
    "no end of the last line": LIST.rstrip("\n"),
    "titles in merged cells above, headings in row 4": f"Our customers,,,\nas of 3 Nov,,,\n,,,\n{LIST}",
    "a title without separators": f"Our customers\n\n{LIST}",
    "Excel's line about the separator": f"sep=,\n{LIST}",
    "empty lines above": f"\n,,,\n\n{LIST}",
    "sums below": f"{LIST}Total,,,19\n",
    "a count below": f"{LIST},,,\nTotal: 3 customers,,,\n",
    "thousands of empty rows": LIST + ",,,\n" * 5000,
    "empty rows between": LIST.replace("\n", "\n,,,\n \n", 1),
    "empty columns beside": "\n".join(
        f"{line},," if line and not line.startswith('Acme,Ana,"') else line for line in LIST.split("\n")
    ),
    "headings repeated": f"{LIST}{HEADINGS}\n",
    "spaces around headings": LIST.replace(HEADINGS, " Company , Owner ,Notes , Headcount "),
    "spaces that don't break": LIST.replace("Acme", "\u00a0Acme\u00a0"),
    "other columns before": "\n".join(
        (f"#,{line}" if line.startswith("Company") else f"1,{line}") if line and not line.startswith("calls") else line
        for line in LIST.split("\n")
    ),
}


@pytest.mark.parametrize("dirt", DIRT)
def test_a_list_comes_in_whatever_stands_around_it(dirt: str) -> None:
    """No row is lost or refused, and nothing is asked."""
    drafts = read(DIRT[dirt], name="list.csv.gz" if dirt == "packed" else "list.csv")
    assert [row.name for row in drafts.rows] == NAMES
    assert [row.headcount for row in drafts.rows] == [12, None, 7]
    assert (drafts.problems, drafts.refusals, drafts.questions) == ((), (), ())


@pytest.mark.parametrize("kind", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_to_be_saved_sheet_by_sheet(kind: bytes) -> None:
    """Only one of its sheets is a list of customers, so a person says which."""
    with pytest.raises(UnreadableFile, match="open the right sheet and save it as CSV"):
        read(kind + b"\x00" * 20, name="customers.xlsx")

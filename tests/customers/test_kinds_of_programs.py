"""Lists as sales, support, billing and planning programs export them, and as account managers keep them by hand."""

import pytest

from tests.customers.lists import read, take_in
from tests.makers import Office


@pytest.mark.parametrize("word", ["NA", "n/a", "-", "unknown", "0", "000"])
def test_a_word_for_no_id_is_no_id_of_several_customers(office: Office, word: str) -> None:
    """Rows that say "NA" or the like for their id come in as customers of their own, without one."""
    drafts = read(f"Customer ID,Company\nC1,Vestlake\n{word},Nord\n{word},Teal\n{word},Sul\n")
    assert [row.external_id for row in drafts.rows] == ["C1", None, None, None]
    plan = take_in(office, drafts).plan
    assert (plan.added, plan.refusals) == (("Vestlake", "Nord", "Teal", "Sul"), ())


def test_words_for_no_id_are_named_unless_everybody_leaves_them_blank() -> None:
    """Ids of "NA" are told; "n/a", which is nothing in any column, is not."""
    assert [note.reason for note in read("Id,Company\nNA,Vest\nna,Nord\nC3,Teal\n").remarks] == [
        "2 rows say “na” under “Id”: that is no id, and was left blank."
    ]
    assert read("Id,Company\nn/a,Vest\nn/a,Nord\nC3,Teal\n").remarks == ()


def test_an_id_that_looks_like_a_word_for_none_is_kept_where_it_is_one() -> None:
    """A share's symbol may be "NA", and a number 0, in a row of its own."""
    assert [row.external_id for row in read("Symbol,Company\nNA,Nano\nVST,Vest\n0,Nord\n").rows] == ["NA", "VST", "0"]


@pytest.mark.parametrize("heading", ["Exhibitor ID", "exhibitor_id", "EXHIBITOR ID ", "ExhibitorId"])
def test_a_column_left_out_by_hand_is_no_id_however_it_is_spelt(heading: str) -> None:
    """What a person leaves out stays out, in any case, spelling and with blanks."""
    text = "Exhibitor ID,Company\n7,Vest\n8,Nord\n"
    assert [row.external_id for row in read(text).rows] == ["7", "8"]
    left_out = read(text, {heading: "ignore"})
    assert ([row.external_id for row in left_out.rows], left_out.unmapped) == ([None, None], ("Exhibitor ID",))


@pytest.mark.parametrize("heading", ["lead_id", "Lead ID", " LEAD ID"])
def test_a_column_of_row_ids_mapped_by_hand_is_not_asked_about_however_it_is_spelt(heading: str) -> None:
    """The question whose ids they are has its answer."""
    text = "lead_id,empresa,nome,email\n1,Vest,Ana,\n2,Vest,Bia,\n3,Nord,Edu,\n4,Nord,Eva,\n5,Teal,Gil,\n6,Teal,Ida,\n"
    assert [question.column for question in read(text).questions] == ["lead_id"]
    assert read(text, {heading: "external_id"}).questions == ()


@pytest.mark.parametrize("heading", ["Column 2", "column 2", "COLUMN_2 "])
def test_a_column_without_a_heading_left_out_by_hand_is_not_known_by_its_values(heading: str) -> None:
    """A column of websites isn't read where a person left it out."""
    drafts = read("Vest,vest.be\nNord,nord.dk\nTeal,teal.io\n", {heading: "ignore"})
    assert [row.domain for row in drafts.rows] == [None] * 3


def test_a_column_with_one_value_that_is_no_status_is_told_in_the_singular() -> None:
    """A state's column is told to be no status, whether it has one value or several."""
    head = "Empresa,Estado\nVest,Jalisco\nNord,"
    (one,), (several,) = read(f"{head}Jalisco\n").remarks, read(f"{head}Sonora\n").remarks
    assert one.reason == "“Estado” was not read as the status: its only value is none."
    assert several.reason == "“Estado” was not read as the status: none of its 2 values is one."

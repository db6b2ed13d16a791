"""Refused rows: grouped by their reason, and sent back as a file that can be mended and imported."""

import csv
import io
from collections.abc import AsyncIterator

import pytest

from bot.customers.rules.refusals import group_refusals
from bot.customers.rules.rows import Refusal
from tests.customers.screens import shown, told, window
from tests.customers.test_import_story import everybody, looked_at
from tests.makers import MARA
from tests.world import World, open_world

NO_NAME = "The row has no name: write what the customer is called."


def refused(row: int, column: str = "Company name", reason: str = NO_NAME, value: str = "") -> Refusal:
    """A refusal."""
    return Refusal(row, column, reason, value)


def test_rows_of_one_reason_are_one_group_and_the_largest_comes_first() -> None:
    """Whatever the cells say that their reasons repeat."""
    rows = [refused(2, "Cadence", "“soon” is no number of days; write 14.", "soon")]
    rows += [refused(number) for number in (3, 4, 4, 9)]
    rows += [refused(5, "Cadence", "“often” is no number of days; write 14.", "often")]
    first, second = group_refusals(rows)
    assert (first.rows, first.is_uniform, first.short) == ((3, 4, 9), True, "no company name")
    assert (first.where, second.where) == ("3 rows (3, 4, 9), Company name", "2 rows (2, 5), Cadence")
    assert second.first.row_number == 2
    assert (second.rows, second.is_uniform, second.short) == ((2, 5), False, "is no number of days")


@pytest.mark.parametrize(
    ("refusal", "words", "where"),
    [
        (refused(1, "", "This row has 9 cells: put quotation marks around them.", ""), "this row has 9 cells", "row 1"),
        (refused(1200, "ID", "", ""), "no ID", "row 1,200, ID"),
        (refused(1, "Name", "Row 2 says so. Keep one.", "Acme"), "row 2 says so", "row 1, Name"),
    ],
)  # fmt: skip
def test_a_reason_is_short_in_the_headline(refusal: Refusal, words: str, where: str) -> None:
    """The column that is empty, or the reason up to its advice; of a row alone, its number is told."""
    [group] = group_refusals([refusal])
    assert (group.short, group.where) == (words, where)


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot against the rehearsal, without customers."""
    async with open_world(sqlite_url) as opened:
        yield opened


ROWS = "Company,Domain,Cadence\nAcme,acme-labs.com,\n" + "".join(f",site{n}.com,\n" for n in range(24))


async def test_refused_rows_are_grouped_and_come_back_as_a_file(world: World) -> None:
    """With their own columns and the reason; mended, the same file is imported."""
    preview = await looked_at(world, MARA, ROWS.encode(), "my accounts.csv")
    text = shown(preview)
    assert "1 would be added · 0 changed · 24 rows refused (no company)" in text
    assert "• 24 rows (3, 4, 5, 6, 7 …), Company: The row has no name: write what the customer is called." in text
    await world.as_(MARA).press(preview, "customers.refused")
    await window(world, MARA, "Import customers", "The refused rows are in our direct messages")
    message = await world.as_(MARA).until(lambda me: next((m for m in me.dm() if m.files), None), timeout=10)
    assert "24 rows of my accounts.csv can't be imported" in message.text
    file = message.files[0]
    assert file["name"] == "refused-my accounts.csv"
    rows = list(csv.reader(io.StringIO((world.rehearsal.workspace.files[file["id"]].data or b"").decode("utf-8-sig"))))
    assert rows[0] == ["Company", "Domain", "Cadence", "Why it was refused"]
    assert rows[1] == ["", "site0.com", "", "Company: The row has no name: write what the customer is called."]
    assert len(rows) == 25
    mended = "\n".join(",".join([f"Shop {number}", *row[1:3]]) for number, row in enumerate(rows[1:]))
    await world.as_(MARA).close(await window(world, MARA, "Import customers"))
    preview = await looked_at(world, MARA, f"{','.join(rows[0][:3])}\n{mended}\n".encode())
    assert "24 would be added · 0 changed · 0 rows refused" in shown(preview)


async def test_the_file_of_refused_rows_runs_nothing_and_holds_rows_of_any_width(world: World) -> None:
    """Formulas are guarded, a row of too many cells keeps them, one that can't be read has its reason alone."""
    data = b'Company,Owner\nAcme,Ana Lima\n,=HYPERLINK(x)\nBolt,Bob Chen,,more\n"Cora,x\n'
    preview = await looked_at(world, MARA, data)
    await world.as_(MARA).press(preview, "customers.refused")
    message = await world.as_(MARA).until(lambda me: next((m for m in me.dm() if m.files), None), timeout=10)
    raw = world.rehearsal.workspace.files[message.files[0]["id"]].data or b""
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0] == ["Company", "Owner", "", "", "Why it was refused"]
    assert rows[1][:2] == ["", "'=HYPERLINK(x)"]
    assert rows[2][:4] == ["Bolt", "Bob Chen", "", "more"]
    assert rows[3][:4] == [""] * 4
    assert "quotation mark" in rows[3][4]


async def test_the_refused_rows_of_a_list_that_is_gone_are_asked_for_again(world: World) -> None:
    """Such as a day later, or one that somebody else sent."""
    preview = await looked_at(world, MARA, ROWS.encode())
    preview.payload["private_metadata"] = '{"upload": "00000000-0000-0000-0000-000000000001"}'
    await world.as_(MARA).press(preview, "customers.refused")
    await window(world, MARA, "That didn't work", "Send it again")
    assert everybody(world) == []


async def test_an_import_that_was_undone_elsewhere_has_no_undo_in_its_message(world: World) -> None:
    """The message is drawn again from the database; one that wasn't sent yet is never sent."""
    preview = await looked_at(world, MARA, b"Name\nAcme\n")
    await world.as_(MARA).submit(preview)
    await window(world, MARA, "Import customers", "is in.")
    await world.run_jobs()
    message = await told(world, MARA, "1 added")
    await world.as_(MARA).close(await window(world, MARA, "Import customers"))
    await world.as_(MARA).command("/customers import")
    form = await window(world, MARA, "Import customers", "Earlier lists")
    await world.as_(MARA).press(form, "customers.undo")
    redrawn = await told(world, MARA, "undone by Mara Okafor")
    assert redrawn.ts == message.ts
    assert "'customers.undo'" not in shown(redrawn)

"""Refused rows: grouped by their reason, and sent back as a file that can be mended and imported."""

import csv
import io
from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

from bot.customers.rules.refusals import group_refusals
from bot.customers.rules.rows import Refusal
from bot.customers.tables import RefusedRows
from bot.people.queries import get_person
from bot.people.rules import Role
from tests.customers.screens import shown, told, window
from tests.customers.test_import_story import TITLE, everybody, looked_at
from tests.makers import ANA, BOB, KIRI, MARA
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


async def imported(world: World, who: str, data: bytes) -> None:
    """Somebody imports a list, and closes the window."""
    await world.as_(who).submit(await looked_at(world, who, data))
    await world.as_(who).close(await window(world, who, TITLE, "is in."))
    await world.run_jobs()


def files_of(world: World, who: str) -> list[list[list[str]]]:
    """The rows of each file that the bot sent to somebody."""
    ids = [message.files[0]["id"] for message in world.as_(who).dm() if message.files]
    texts = ((world.rehearsal.workspace.files[key].data or b"").decode("utf-8-sig") for key in ids)
    return [list(csv.reader(io.StringIO(text))) for text in texts]


async def test_refused_rows_are_sent_after_the_import_as_well(world: World) -> None:
    """From the window that says that the list is in, from the message, and from the list of earlier ones."""
    data = b"Company,Owner\nAcme,Ana Lima\n,=HYPERLINK(x)\n"
    await world.as_(ANA).submit(await looked_at(world, ANA, data))
    await world.as_(ANA).press(await window(world, ANA, TITLE, "is in."), "customers.refused_rows")
    await window(world, ANA, TITLE, "The refused rows are in our direct messages")
    for _ in range(2):
        await world.as_(ANA).close(world.as_(ANA).modal())
    await world.run_jobs()
    await world.as_(ANA).press(await told(world, ANA, "1 added, 0 changed, 1 row refused"), "customers.refused_rows")
    await world.as_(ANA).close(await window(world, ANA, TITLE, "The refused rows are in our direct messages"))
    await world.as_(MARA).command("/customers import")
    form = await window(world, MARA, TITLE, "Earlier lists")
    await world.as_(MARA).press(form, "customers.refused_rows")
    await window(world, MARA, TITLE, "The refused rows are in our direct messages")
    reason = "Company: The row has no name: write what the customer is called."
    rows = [["Company", "Owner", "Why it was refused"], ["", "'=HYPERLINK(x)", reason]]
    assert files_of(world, ANA) == [rows, rows]
    assert files_of(world, MARA) == [rows]


async def test_others_cannot_see_refused_rows(world: World) -> None:
    """They have no button; who isn't a manager any more is refused in a window that was open, and nothing is sent."""
    await imported(world, ANA, b"Company,Owner\nAcme,Ana Lima\n,x\n")
    await world.as_(BOB).command("/customers import")
    form = await window(world, BOB, TITLE, "Earlier lists")
    assert "1 row refused" in shown(form)
    assert "'customers.refused_rows'" not in shown(form)
    set_role(world, KIRI, Role.MANAGER)
    await world.as_(MARA).command("/customers import")
    form = await window(world, MARA, TITLE, "Earlier lists")
    set_role(world, MARA, Role.MEMBER)
    await world.as_(MARA).press(form, "customers.refused_rows")
    words = "Only managers and who imported a list can see its refused rows; ask Kiri Walker."
    await window(world, MARA, "That didn't work", words)
    assert files_of(world, MARA) == []


def set_role(world: World, person_id: str, role: Role) -> None:
    """Make somebody a manager, or a member."""
    with world.runtime.database.transaction("T0EVENHAND") as session:
        get_person(session, person_id).role = role


@pytest.mark.slow
async def test_refused_rows_are_kept_for_a_month(world: World) -> None:
    """Then they are deleted, the earlier list offers them no more, and the message's button says what to do."""
    await imported(world, MARA, b"Company\nAcme\n-\n")
    await world.move(days=29)
    assert count_kept(world) == 1
    await world.move(days=2)
    assert count_kept(world) == 0
    await world.as_(MARA).press(await told(world, MARA, "1 row refused"), "customers.refused_rows")
    notice = await window(world, MARA, "That didn't work", "aren't kept any more; import the list again")
    await world.as_(MARA).close(notice)
    await world.as_(MARA).command("/customers import")
    assert "'customers.refused_rows'" not in shown(await window(world, MARA, TITLE, "Earlier lists"))


def count_kept(world: World) -> int:
    """Of how many imports refused rows are kept."""
    return len(world.office.look(lambda session: session.exec(select(RefusedRows)).all()))


async def test_a_list_without_refused_rows_offers_none(world: World) -> None:
    """Neither in its window nor in its message, and nothing is kept."""
    await world.as_(MARA).submit(await looked_at(world, MARA, b"Company\nAcme\n"))
    assert "'customers.refused_rows'" not in shown(await window(world, MARA, TITLE, "is in."))
    await world.run_jobs()
    assert "'customers.refused_rows'" not in shown(await told(world, MARA, "1 added"))
    assert count_kept(world) == 0


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

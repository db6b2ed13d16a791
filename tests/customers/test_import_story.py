"""Stories over the wire: lists that are brought, looked at, mapped, taken in and undone; and what is no list."""

import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlmodel import select

from bot.customers.tables import Customer, Import, Upload
from bot.slack.callers import PATIENCE_SECONDS
from bot.slack.files import LARGEST_UPLOAD
from rehearsal.state.views import View
from tests.customers.screens import answer, customer, shown, told, window
from tests.makers import ANA, BOB, KIRI, MARA
from tests.world import World, open_world

TITLE = "Import customers"
TWO = b"Company,Owner\nAcme,Ana Lima\nBolt,Bob Chen\n"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """The bot in Socket Mode against the rehearsal, with nobody to look after yet."""
    async with open_world(sqlite_url) as opened:
        yield opened


async def sent(world: World, who: str, data: bytes, name: str = "accounts.csv", **more: Any) -> None:
    """Somebody sends a file in the import window."""
    await world.as_(who).command("/customers import")
    form = await window(world, who, TITLE, "A list from HubSpot")
    await world.as_(who).fill(form, customers_file=(name, data), **more)
    await world.as_(who).submit(form)


async def looked_at(world: World, who: str, data: bytes, name: str = "accounts.csv", **more: Any) -> View:
    """The preview of a file that somebody sent."""
    await sent(world, who, data, name, **more)
    return await window(world, who, TITLE, "would be")


async def taken_in(world: World, who: str, data: bytes, name: str = "accounts.csv", **more: Any) -> View:
    """The window that says that a list is in."""
    preview = await looked_at(world, who, data, name, **more)
    await world.as_(who).submit(preview)
    return await window(world, who, TITLE, "is in.")


def everybody(world: World) -> list[str]:
    """The names of all customers."""
    return sorted(world.office.look(lambda session: session.exec(select(Customer.name)).all()))


async def test_the_window_lists_what_came_before_and_takes_it_back(world: World) -> None:
    """Whose, when, how many; *Undo* beside each, which then says by whom it was undone."""
    await taken_in(world, MARA, TWO)
    await world.as_(MARA).close(await window(world, MARA, TITLE))
    await world.as_(MARA).command("/customers import")
    form = await window(world, MARA, TITLE, "Earlier lists")
    assert "*accounts.csv* · Mon 23 Nov, Mara Okafor" in shown(form)
    assert "2 added · 0 changed · 0 rows refused" in shown(form)
    await world.as_(MARA).press(form, "customers.undo")
    form = await window(world, MARA, TITLE, "undone by Mara Okafor")
    assert "2 customers removed" in shown(form)
    assert "'customers.undo'" not in shown(form)
    assert everybody(world) == []
    await world.as_(MARA).fill(form, customers_file=("again.csv", TWO))
    await world.as_(MARA).submit(form)
    await window(world, MARA, TITLE, "2 would be added")


async def test_others_see_earlier_lists_without_the_way_back(world: World) -> None:
    """Only managers, and whoever brought it; a press upon a window that is older than the undo is told so."""
    await taken_in(world, ANA, b"Name\nAcme\n")
    await world.as_(ANA).close(await window(world, ANA, TITLE))
    forms = {}
    for who in (ANA, BOB, MARA):
        await world.as_(who).command("/customers import")
        forms[who] = await window(world, who, TITLE, "Earlier lists")
    assert ["'customers.undo'" in shown(forms[who]) for who in (ANA, BOB, MARA)] == [True, False, True]
    await world.as_(MARA).press(forms[MARA], "customers.undo")
    await window(world, MARA, TITLE, "undone by Mara Okafor")
    await world.as_(ANA).press(forms[ANA], "customers.undo")
    await window(world, ANA, "That didn't work", "undone already")


async def test_the_same_list_twice_leaves_nothing_to_import(world: World) -> None:
    """The second preview says that all is left alone, and has no button to import."""
    await taken_in(world, MARA, TWO)
    preview = await looked_at(world, MARA, TWO)
    assert "0 would be added · 0 changed · 2 left alone" in shown(preview)
    assert preview.payload.get("submit") is None
    assert len(world.office.look(lambda session: session.exec(select(Import)).all())) == 1


async def test_what_a_status_means_is_answered_once(world: World) -> None:
    """The next list with that word proposes what was chosen, so that the same list changes nothing."""
    rows = b"Company,Status\nAcme,operating\nBolt,active\n"
    preview = await looked_at(world, MARA, rows)
    assert "1 row says “operating” under “Status”. Which status is that?" in shown(preview)
    await world.as_(MARA).fill(preview, customers_answer="lost")
    await world.as_(MARA).submit(preview)
    await window(world, MARA, TITLE, "is in.")
    preview = await looked_at(world, KIRI, rows)
    assert "0 would be added · 0 changed · 2 left alone" in shown(preview)


async def test_one_preview_confirmed_on_two_screens_is_taken_in_once(world: World) -> None:
    """The list is gone with the first word; the second window says so."""
    first = await looked_at(world, MARA, TWO)
    memory = first.payload["private_metadata"]
    await world.as_(MARA).submit(first)
    await window(world, MARA, TITLE, "is in.")
    assert world.office.look(lambda session: session.exec(select(Upload)).all()) == []
    second = await looked_at(world, MARA, b"Name\nCora\n")
    second.payload["private_metadata"] = memory
    await world.as_(MARA).submit(second)
    await window(world, MARA, "That didn't work", "it was imported, or a day has passed")
    assert everybody(world) == ["Acme", "Bolt"]


async def test_somebody_elses_list_cannot_be_confirmed(world: World) -> None:
    """Whatever a window is made to remember."""
    theirs = await looked_at(world, MARA, TWO)
    mine = await looked_at(world, BOB, b"Name\nCora\n")
    mine.payload["private_metadata"] = theirs.payload["private_metadata"]
    await world.as_(BOB).submit(mine)
    await window(world, BOB, "That didn't work", "isn't here any more")
    assert everybody(world) == []


@pytest.mark.parametrize("memory", ["", "{}", "[]", "no json", '{"upload": "x"}'])
async def test_a_window_that_remembers_nonsense_is_answered(world: World, memory: str) -> None:
    """In a sentence that says what to do."""
    preview = await looked_at(world, MARA, TWO)
    preview.payload["private_metadata"] = memory
    await world.as_(MARA).submit(preview)
    await window(world, MARA, "That didn't work", "send it again with /customers import")


async def test_a_preview_tells_what_is_refused_changed_and_worth_a_look(world: World) -> None:
    """Rows with their reasons, fields before and after, owners nobody knows; and confirms to just that."""
    world.office.customer("Golddex", owner=ANA, country="PT", waited=3)
    rows = b"Name,Country,Owner,Cadence\nGolddex,Germany,Ana Lima,\nGoldex,,Nobody,soon\n,DE,,\n-,,,\n"
    preview = await looked_at(world, MARA, rows)
    text = shown(preview)
    assert "1 would be added · 1 changed · 2 rows refused" in text
    for words in ("2 rows (4, 5), Name: The row has no name", "Row 3, Cadence: “soon”", "Golddex: country “PT” → “DE”",
                  "Nobody here is called “Nobody”", "Goldex looks like Golddex"):  # fmt: skip
        assert words in text
    await world.as_(MARA).submit(preview)
    await window(world, MARA, TITLE, "1 added · 1 changed · 2 rows refused")
    assert (everybody(world), customer(world, "golddex").country) == (["Golddex", "Goldex"], "DE")


async def test_empty_cells_erase_only_when_that_is_ticked(world: World) -> None:
    """And the preview says what goes."""
    world.office.customer("Acme", owner=ANA, country="PT", waited=3)
    preview = await looked_at(world, MARA, b"Name,Country\nAcme,\n")
    assert "1 left alone" in shown(preview)
    preview = await looked_at(world, MARA, b"Name,Country\nAcme,\n", customers_erase=["erase"])
    assert "Acme: country “PT” → “”" in shown(preview)
    await world.as_(MARA).submit(preview)
    await window(world, MARA, TITLE, "1 changed")
    assert customer(world, "acme").country is None


async def test_two_columns_of_one_heading_are_told_apart_by_hand(world: World) -> None:
    """The first is left out: the second is read, and the preview says which."""
    preview = await looked_at(world, MARA, b"Company,Owner,Owner\nAcme,Ana Lima,Bob Chen\n")
    assert "Which column is the owner?" in shown(preview)
    await world.as_(MARA).press(preview, "customers.columns")
    columns = await window(world, MARA, TITLE, "Which column is what")
    await world.as_(MARA).choose(columns, "customers.column", "Owner", block_id="customers.column:2")
    await world.as_(MARA).choose(columns, "customers.column", "Leave out", block_id="customers.column:1")
    assert await world.as_(MARA).submit(columns) is None
    preview = await window(world, MARA, TITLE, "1 would be added")
    assert "Owner (2) → owner" in shown(preview)
    await world.as_(MARA).submit(preview)
    await window(world, MARA, TITLE, "is in.")
    assert customer(world, "acme").owner_id == BOB


async def test_columns_chosen_wrongly_are_asked_for_again(world: World) -> None:
    """Two of them for one field, or none for the name: the window stays and says why, and keeps what was chosen."""
    await sent(world, MARA, b"Wert,Wo\n1,2\n")
    columns = await window(world, MARA, TITLE, "No column holds")
    for index in (0, 1):
        await world.as_(MARA).choose(columns, "customers.column", "Name", block_id=f"customers.column:{index}")
    await world.as_(MARA).submit(columns)
    columns = await window(world, MARA, TITLE, "could all be the name")
    await world.as_(MARA).choose(columns, "customers.column", "Leave out", block_id="customers.column:1")
    await world.as_(MARA).submit(columns)
    preview = await window(world, MARA, TITLE, "1 would be added")
    await world.as_(MARA).press(preview, "customers.columns")
    columns = await window(world, MARA, TITLE, "Which column is what")
    chosen = [block["element"]["initial_option"]["text"]["text"] for block in columns.blocks if "element" in block]
    assert chosen == ["Name", "Leave out"]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("list.csv", b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", "save it as CSV"),
        ("list.csv", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "an old Excel file"),
        ("list.csv", b"%PDF-1.7", "is a PDF"),
        ("list.txt", bytes(range(256)) * 4, "neither in UTF-8 nor in Windows-1252"),
        ("list.txt", b"ab\0\0" * 99, "no text file"),
        ("list.csv", b"", "is empty"),
        ("list.csv", b"\xef\xbb\xbf\r\n\r\n", "is empty"),
        ("list.gz", gzip.compress(TWO, mtime=0)[:-9], "can't be unpacked"),
    ],
)
async def test_what_is_no_list_is_answered_in_a_sentence(world: World, name: str, data: bytes, words: str) -> None:
    """What it is, and what to do instead; nothing is kept that can't be read."""
    await sent(world, MARA, data, name)
    await window(world, MARA, "That didn't work", words)
    assert everybody(world) == []


async def test_slack_offers_no_excel_file_for_choosing(world: World) -> None:
    """The field takes lists and packed lists only; nothing chosen is said under it."""
    await world.as_(MARA).command("/customers import")
    form = await window(world, MARA, TITLE)
    with pytest.raises(Exception, match="takes files of type csv, tsv, txt, gz"):
        await world.as_(MARA).fill(form, customers_file=("list.xlsx", b"PK\x03\x04"))
    assert set(await world.as_(MARA).submit(form) or {}) == {"customers.file"}


async def test_a_file_that_is_too_large_is_refused_before_it_is_fetched(world: World) -> None:
    """Twenty megabytes are the most; packed, the same list comes in."""
    large = b"Name,Filler\nAcme," + b"x" * LARGEST_UPLOAD + b"\n"
    await sent(world, MARA, large)
    await window(world, MARA, "That didn't work", "larger than 20 MB")
    fetched = [exchange for exchange in world.rehearsal.workspace.traffic if "files-pri" in exchange.name]
    assert fetched == []
    await looked_at(world, MARA, gzip.compress(TWO, mtime=0), "accounts.csv.gz")


async def test_a_list_with_headings_alone_brings_nobody(world: World) -> None:
    """The preview says nought, and has no button to import."""
    preview = await looked_at(world, MARA, b"Name,Owner\n")
    assert "0 would be added" in shown(preview)
    assert preview.payload.get("submit") is None


async def test_a_guest_can_neither_send_nor_confirm_a_list(world: World) -> None:
    """Not by the command, and not in a window that was open before they became one."""
    await world.as_(BOB).command("/customers import")
    form = await window(world, BOB, TITLE)
    preview = await looked_at(world, ANA, TWO)
    for who in (ANA, BOB):
        await world.rehearsal.control.change_person(who, is_restricted=True)
    await world.run_jobs()
    await world.as_(BOB).fill(form, customers_file=("list.csv", TWO))
    await world.as_(BOB).submit(form)
    await window(world, BOB, "That didn't work", "Only full members")
    await world.as_(ANA).submit(preview)
    await window(world, ANA, "That didn't work", "Only full members")
    assert everybody(world) == []


async def test_an_export_imported_again_changes_nothing(world: World) -> None:
    """Through Slack both ways, with names that spreadsheets would run."""
    world.office.customer("=SUM(A1)", owner=ANA, waited=3, country="PT", tags=["a", "b"])
    world.office.customer("Bolt", cadence_days=7, domain="bolt-labs.com")
    await world.as_(MARA).command("/customers export")
    message = await world.as_(MARA).until(lambda me: next((m for m in me.dm() if m.files), None), timeout=10)
    data = world.rehearsal.workspace.files[message.files[0]["id"]].data or b""
    assert b"'=SUM(A1)" in data
    preview = await looked_at(world, MARA, data, "customers.csv")
    assert "0 would be added · 0 changed · 2 left alone · 0 rows refused" in shown(preview)


async def test_an_undo_says_what_it_leaves_and_why(world: World) -> None:
    """What was used since stays, named; pressing again is told so."""
    await taken_in(world, MARA, b"Name\nAcme\nBolt\n")
    await world.run_jobs()
    pool = await answer(world, ANA, "/customers pool", "Acme")
    await world.as_(ANA).press(pool, "customers.take", index=0)
    await told(world, ANA, "is yours now")
    message = await told(world, MARA, "2 added")
    await world.as_(MARA).press(message, "customers.undo")
    undone = await told(world, MARA, "1 customer removed")
    assert "something has happened with it since" in shown(undone)
    assert len(everybody(world)) == 1


async def test_a_list_that_slack_does_not_hand_out_is_asked_for_again(world: World) -> None:
    """The file is gone from Slack before the bot looks for it."""
    world.rehearsal.control.faults.next("files.info", status=500)
    await sent(world, MARA, TWO)
    await window(world, MARA, "That didn't work", "send it again")


async def test_a_list_that_takes_long_is_waited_for_in_the_window(world: World) -> None:
    """A word that it is being looked at stands there meanwhile, and gives way to the preview."""
    world.rehearsal.control.faults.slow("files.info", PATIENCE_SECONDS + 0.5)
    await sent(world, MARA, TWO)
    assert "One moment" in shown(await window(world, MARA, TITLE))
    await window(world, MARA, TITLE, "2 would be added")


async def test_the_first_step_on_home_opens_the_import_window(world: World) -> None:
    """A manager brings the first list from there; afterwards the step is ticked off."""

    async def home(words: str) -> View:
        return await world.as_(MARA).until(
            lambda me: me.home() if me.home() is not None and words in shown(me.home()) else None,
            timeout=10,  # type: ignore[arg-type]
        )

    await world.as_(MARA).open_home()
    await world.as_(MARA).press(await home("Import a list"), "customers.import")
    form = await window(world, MARA, TITLE, "A list from HubSpot")
    await world.as_(MARA).fill(form, customers_file=("accounts.csv", TWO))
    await world.as_(MARA).submit(form)
    await world.as_(MARA).submit(await window(world, MARA, TITLE, "2 would be added"))
    await window(world, MARA, TITLE, "is in.")
    assert "'customers.import'" not in shown(await home("✓ Bring in your customers"))


async def test_closing_the_window_while_a_list_is_looked_at_harms_nothing(world: World) -> None:
    """The answer has nowhere to go and is let go; the next list is looked at like the first."""
    world.rehearsal.control.faults.slow("files.info", PATIENCE_SECONDS + 0.5)
    await sent(world, MARA, TWO)
    await world.as_(MARA).close(await window(world, MARA, TITLE, "One moment"))

    def answered(actor: object) -> bool:
        return any(exchange.name == "views.update" for exchange in world.rehearsal.workspace.traffic)

    await world.as_(MARA).until(lambda me: answered(me) or None, timeout=10)
    await looked_at(world, MARA, TWO)
    assert not [message for message in world.as_(MARA).dm() if "Reference" in message.text]


async def test_a_preview_shows_the_first_rows_and_asks_who_gets_what_has_no_owner(world: World) -> None:
    """The owners there are stand in the menu; the new ones are shared out with the import, told once, and undone."""
    world.office.customer("Here", owner=BOB, waited=3)
    rows = b"Company,Domain,Owner,Founded\nAcme,acme-labs.com,Ana Lima,1999\nBolt,,,\nCora,,,\nDuo,,,\n"
    preview = await looked_at(world, MARA, rows)
    text = shown(preview)
    for words in ("Company \u2192 name, Domain \u2192 domain", "Not read: Founded", "*Acme* · acme-labs.com · Ana Lima",
                  "*Bolt* · no owner", "and 1 more", "3 have no owner"):  # fmt: skip
        assert words in text
    assert f"'initial_users': ['{BOB}']" in text
    await world.as_(MARA).fill(preview, customers_among=[])
    assert "at least one" in (await world.as_(MARA).submit(preview) or {})["customers.among"]
    await world.as_(MARA).fill(preview, customers_among=[BOB, KIRI])
    await world.as_(MARA).submit(preview)
    result = await window(world, MARA, TITLE, "is in.")
    assert "Bob Chen: 2" in shown(result)
    assert "Kiri Walker: 1" in shown(result)
    assert [customer(world, name).owner_id for name in ("acme", "bolt", "cora", "duo")] == [ANA, BOB, KIRI, BOB]
    await world.move(hours=6)
    await told(world, BOB, "gave you 2 customers to look after: *Bolt* and *Duo*.")
    message = await told(world, MARA, "4 added, 0 changed, 0 rows refused.")
    assert "no owner" not in message.text
    await world.as_(MARA).press(message, "customers.undo")
    await told(world, MARA, "4 customers removed")
    assert everybody(world) == ["Here"]
    await world.run_jobs()
    await told(
        world, BOB, "undid the import of accounts.csv. *Bolt* and *Duo*, which it gave you, aren't yours any more."
    )


async def test_what_was_left_without_an_owner_is_shared_out_from_the_message(world: World) -> None:
    """Where nobody owns anything yet, nobody is proposed and leaving is chosen."""
    preview = await looked_at(world, MARA, b"Name\nAcme\nBolt\n")
    await world.as_(MARA).submit(preview)
    await window(world, MARA, TITLE, "is in.")
    await world.run_jobs()
    message = await told(world, MARA, "2 have no owner")
    await world.as_(MARA).close(await window(world, MARA, TITLE))
    await world.as_(MARA).press(message, "customers.share_out")
    await window(world, MARA, "Share out", "2 customers have no owner: *")


async def test_members_import_fifty_customers_and_share_out_none(world: World) -> None:
    """A longer list is shown, with whom to ask, and can't be imported, not even by a window that was changed."""
    long = "Name\n" + "".join(f"Shop {number}\n" for number in range(51))
    preview = await looked_at(world, ANA, long.encode())
    assert "Only managers can import more than 50 customers at once, and this list holds 51; ask Mara" in shown(preview)
    assert preview.payload.get("submit") is None
    memory = preview.payload["private_metadata"]
    preview = await looked_at(world, ANA, b"Name\nAcme\nBolt\n")
    assert "2 have no owner. Anybody can take one" in shown(preview)
    assert "'customers.among'" not in shown(preview)
    assert memory != preview.payload["private_metadata"]
    await world.as_(ANA).submit(preview)
    await window(world, ANA, TITLE, "is in.")
    await world.run_jobs()
    message = await told(world, ANA, "2 have no owner")
    assert "'customers.share_out'" not in shown(message)


async def test_rows_that_were_taken_as_one_are_kept_apart_by_a_press(world: World) -> None:
    """The preview is drawn again with those rows as customers of their own; another press takes them as one again."""
    rows = b"Company,Website\nLoop,loop.com\nLOOP Inc.,loop.com\nThe Loop,loop.com\nRing,ring.io\nRing Ltd,ring.io\n"
    preview = await looked_at(world, MARA, rows)
    assert "2 would be added · 0 changed · 3 taken as one with another row · 0 rows refused" in shown(preview)
    words = "3 rows were taken as one: Loop, LOOP Inc., The Loop (rows 2, 3, 4: they have one domain)"
    assert words in shown(preview)
    await world.as_(MARA).press(preview, "customers.keep_apart", value="2")
    preview = await window(world, MARA, TITLE, "4 would be added")
    assert words not in shown(preview)
    assert "3 rows kept apart." in shown(preview)
    await world.as_(MARA).press(preview, "customers.keep_apart", value="none")
    preview = await window(world, MARA, TITLE, "2 would be added")
    await world.as_(MARA).press(preview, "customers.keep_apart", value="all")
    preview = await window(world, MARA, TITLE, "5 would be added")
    await world.as_(MARA).submit(preview)
    await window(world, MARA, TITLE, "is in.")
    assert everybody(world) == ["LOOP Inc.", "Loop", "Ring", "Ring Ltd", "The Loop"]

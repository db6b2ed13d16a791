"""Sales from lists: which columns and rows are read, whom they are about, and that nothing is written down twice."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from bot.campaigns.gateways import read_sales
from bot.campaigns.queries.results import get_result, list_files
from bot.campaigns.queries.selling import plan_sales
from bot.campaigns.rules import Arm
from bot.campaigns.rules.sales import Column, SaleDraft, map_columns, mark_sales
from bot.campaigns.schemas import CampaignSchema, SalesPlan, SalesRead
from bot.campaigns.tables import CampaignSale
from bot.campaigns.usecases.selling import record_sales
from bot.campaigns.views.sales import plan_lines, refused_lines
from bot.core.clock import new_id
from bot.core.errors import AlreadyDone, BotError, InvalidInput, NotAllowed, NotFound
from bot.customers.gateways import write_csv
from bot.customers.gateways.tables import UnreadableFile
from bot.customers.queries import get_customer
from bot.customers.rules.names import name_key
from bot.customers.tables import Alias
from bot.workspaces.queries import list_audit
from bot.workspaces.usecases import BOT
from tests.campaigns.helpers import customers, drawn, members
from tests.makers import ANA, MARA, WORKSPACE, Office
from tests.shell.test_cli import Shell

TODAY = date(2026, 11, 23)


def read(text: str) -> SalesRead:
    """What a list holds."""
    return read_sales(text.encode(), name="sold.csv", today=TODAY)


def name_of(office: Office, customer_id: UUID) -> str:
    """What a customer is called."""
    return str(office.look(lambda session: get_customer(session, customer_id).name))


def taken(office: Office, campaign: CampaignSchema, text: str, by: str = MARA, **more: Any) -> SalesPlan:
    """What writing down a list did."""
    plan: SalesPlan = office.do(record_sales, campaign_id=campaign.id, read=read(text), by=by, **more)
    return plan


def kept(office: Office) -> list[tuple[Decimal, str]]:
    """The amounts that are written down."""
    rows = office.look(lambda session: session.exec(select(CampaignSale)).all())
    return sorted((row.amount, row.currency) for row in rows)


# --- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "found"),
    [
        ("Customer,Amount,Currency", {Column.CUSTOMER, Column.AMOUNT, Column.CURRENCY}),
        ("Account Name,Close Date,Deal value", {Column.CUSTOMER, Column.SOLD_ON, Column.AMOUNT}),
        ("Kunde;Rechnungsnummer;Betrag;Währung", {*Column} - {Column.ID, Column.DOMAIN, Column.SOLD_ON}),
        ("Customer id,Customer,Size,Group,Amount", {Column.ID, Column.CUSTOMER, Column.AMOUNT}),
        ("Website,Total", {Column.DOMAIN, Column.AMOUNT}),
    ],
)
def test_columns_are_found_by_their_headings(headings: str, found: set[Column]) -> None:
    """As programs and people call them, ours included."""
    assert set(map_columns(headings.replace(";", ",").split(",")).columns) == found


@pytest.mark.parametrize(
    ("headings", "sentence"),
    [
        ("Colour,Amount", "No column says who bought among “Colour”, “Amount”: call one of them Customer, Domain or"),
        ("Customer,Colour", "No column holds amounts among “Customer”, “Colour”: call one of them Amount, and send"),
    ],
)
def test_a_list_without_customers_or_amounts_says_what_is_missing(office: Office, headings: str, sentence: str) -> None:
    """Nothing is written down."""
    customers(office, 12)
    campaign = drawn(office)
    with pytest.raises(InvalidInput, match=sentence):
        taken(office, campaign, f"{headings}\nred,1\n")
    assert kept(office) == []


@pytest.mark.parametrize(
    ("cells", "sale"),
    [
        ('Acme,"1.100,04 €",,', (Decimal("1100.04"), "EUR", None)),
        ("Acme,12k,usd,", (Decimal(12000), "USD", None)),
        ('Acme,"1,100.04",EUR,2026-11-30', (Decimal("1100.04"), "EUR", date(2026, 11, 30))),
        ("Acme,7,€,30/11/2026", (Decimal(7), "EUR", date(2026, 11, 30))),
    ],
)
def test_a_row_is_read_as_people_write_it(cells: str, sale: tuple[Any, ...]) -> None:
    """Amounts in any notation, the currency beside or in another cell, a day."""
    [one] = read(f"Customer,Amount,Currency,Day\n{cells}\n").sales
    assert (one.amount, one.currency, one.sold_on) == sale


@pytest.mark.parametrize("days", [("05/11/2026",), ("05/11/2026", "25/11/2026", "11/25/2026"), ("11/05/2026", "")])
def test_dates_that_can_be_read_two_ways_stop_the_list(office: Office, days: tuple[str, ...]) -> None:
    """Also where other dates contradict each other; a sentence names the column and both days, nothing is written."""
    customers(office, 12)
    campaign = drawn(office)
    text = "Customer,Amount,Closed on\n" + "".join(f"Acme,7 EUR,{day}\n" for day in days)
    with pytest.raises(InvalidInput, match="Dates under “Closed on” can be read two ways, since "):
        taken(office, campaign, text)
    problem = read(text).problem
    assert "5 November 2026" in problem
    assert "11 May 2026" in problem
    assert kept(office) == []


def test_one_date_tells_how_the_others_of_its_column_are_written() -> None:
    """The list is read in that order."""
    text = "Customer,Amount,Day\nAcme,7 EUR,05/11/2026\nBakery,7 EUR,{}\n"
    by_day, by_month = (read(text.format(day)).sales[0].sold_on for day in ("25/11/2026", "11/25/2026"))
    assert (by_day, by_month) == (date(2026, 11, 5), date(2026, 5, 11))


@pytest.mark.parametrize("cell", ["", "-", "0", "0.00 EUR", "n/a"])
def test_a_row_without_an_amount_says_that_nothing_was_sold(cell: str) -> None:
    """It is counted, and no mistake."""
    found = read(f"Customer,Amount\nAcme,{cell}\n")
    assert (found.sales, found.without_amount, found.refusals) == ((), 1, ())


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("Acme,5,,", "“5” has no currency: add a column Currency, with codes such as EUR."),
        ("Acme,5 USD,EUR,", "“5 USD” is in another currency than the row says, EUR."),
        ("Acme,5,euros,", "“euros” is no currency; write its code of three letters, such as EUR."),
        ("Acme,lots,EUR,", "“lots” is no amount of money; write it like 12500.50."),
        ("Acme,-5,EUR,", "“-5” is below zero; write an amount of zero or more."),
        ("Acme,1000000000000,EUR,", "“1000000000000” is more than one sale brings in; write it like 12500.50."),
        ("Acme,5,EUR,soon", "“soon” "),
        (",5,EUR,", "The row says of no customer: write its name, domain or id."),
        ("Acme,5,EUR,2026-11-30,x", "This row has 5 cells"),
    ],
)
def test_a_row_that_cant_be_read_is_refused_with_a_sentence(cells: str, reason: str) -> None:
    """It names the cell and says how to write it; the others are read."""
    found = read(f"Customer,Amount,Currency,Day\nGood,1,EUR,\n{cells}\n")
    assert len(found.sales) == 1
    [refusal] = found.refusals
    assert refusal.reason.startswith(reason) or reason in refusal.reason
    assert refusal.row_number == 3


def test_a_file_that_is_none_or_too_long_is_one_sentence() -> None:
    """It says what to do."""
    with pytest.raises(UnreadableFile, match="is empty"):
        read("")
    with pytest.raises(UnreadableFile, match="holds more than 10,000 rows: split it into smaller files"):
        read("Customer,Amount\n" + "Acme,1 EUR\n" * 10_001)


DRAFTS = st.builds(
    SaleDraft, row_number=st.just(2), external_id=st.just(""), name=st.sampled_from("ab"), domain=st.none(),
    amount=st.sampled_from([Decimal(1), Decimal(2)]), currency=st.sampled_from(["EUR", "USD"]),
    sold_on=st.none() | st.just(TODAY), reference=st.sampled_from(["", "R1"]),
)  # fmt: skip


@given(st.lists(DRAFTS, max_size=12), st.lists(DRAFTS, max_size=12), st.randoms())
def test_marks_tell_sales_apart_and_know_them_again(one: list[SaleDraft], more: list[SaleDraft], chance: Any) -> None:
    """All are different; the same sales in another order, or with more after them, have the same marks."""
    customer = new_id()
    marks = mark_sales((customer, each) for each in one)
    assert len(set(marks)) == len(one)
    shuffled = chance.sample(one, len(one))
    assert set(mark_sales((customer, each) for each in shuffled)) == set(marks)
    assert set(mark_sales((customer, each) for each in [*one, *more])) >= set(marks)


# --- writing down ------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_a_list_is_written_down_once(office: Office) -> None:
    """For both groups; the same list again, or a longer one, adds only what is new; others' rows count nowhere."""
    customers(office, 30)
    campaign = drawn(office)
    called, control = members(office, campaign)[0], members(office, campaign, Arm.CONTROL)[0]
    names = [name_of(office, one.customer_id) for one in (called, control)]
    ours = {one.customer_id for arm in Arm for one in members(office, campaign, arm)}
    other = office.customer("Somebody else")
    assert other not in ours
    sold = ((names[0], "100.50"), (names[0], "100.50"), (names[1], "20"), ("Somebody else", "5"))
    text = "Customer,Amount,Currency\n" + "".join(f"{name},{amount},EUR\n" for name, amount in sold)
    look = office.ask(plan_sales, campaign_id=campaign.id, read=read(text), viewer=MARA)
    assert kept(office) == []
    plan = taken(office, campaign, text)
    assert look == plan
    assert (plan.new, plan.known, plan.customers, plan.apart, plan.refusals) == (3, 0, 2, 1, ())
    assert plan.sums == (("EUR", Decimal("221.00")),)
    again = taken(office, campaign, f"{text}{names[1]},7,USD\n")
    assert (again.new, again.known) == (1, 3)
    assert kept(office) == [
        (Decimal(7), "USD"), (Decimal(20), "EUR"), (Decimal("100.5"), "EUR"), (Decimal("100.5"), "EUR")
    ]  # fmt: skip
    told = office.ask(get_result, campaign_id=campaign.id, viewer=MARA)
    assert [(one.currency, one.called, one.control) for one in told.sales] == [
        ("EUR", Decimal(201), Decimal(20)), ("USD", Decimal(0), Decimal(7)),
    ]  # fmt: skip
    trail = office.look(lambda session: list_audit(session, subject_kind="campaign", subject_id=str(campaign.id)))
    listed = [line.after for line in trail if line.action == "campaign.sales_listed"]
    assert sorted(one["new"] for one in listed) == [1, 3]


def test_customers_are_found_as_imports_find_them(office: Office) -> None:
    """By id, ours or their system's; by name in any case, with a legal form or another name; by domain."""
    pool = customers(office, 12, external_id=None)
    campaign = drawn(office, size=6)
    with office.runtime.database.transaction(WORKSPACE) as session:
        for place, one in enumerate(pool):
            row = get_customer(session, one)
            row.external_id, row.domain = f"HV-{place}", f"customer{place}.com"
        session.add(Alias(customer_id=pool[3], name="The Third", name_key=name_key("The Third")))
    text = (
        "Customer id,Customer,Website,Amount,Reference\n"
        f"{pool[0]},,,1 EUR,A\nHV-1,,,2 EUR,B\n,CUSTOMER 02 Ltd.,,3 EUR,C\n,the third,,4 EUR,D\n"
        ",,https://www.customer4.com/shop,5 EUR,E\nERP-77,Customer 05,,6 EUR,F\n"
    )
    plan = taken(office, campaign, text)
    assert (plan.new, plan.refusals) == (6, ())
    rows = office.look(lambda session: {row.customer_id: row for row in session.exec(select(CampaignSale))})
    assert [rows[one].amount for one in pool[:6]] == [1, 2, 3, 4, 5, 6]
    assert rows[pool[5]].reference == "F"


def test_rows_about_nobody_about_several_and_of_other_days_are_refused(office: Office) -> None:
    """Rows of one kind stand in one sentence."""
    customers(office, 12)
    office.customer("Twin", domain="north.com")
    office.customer("Twin", domain="south.com")
    campaign = drawn(office, size=7)
    name = "Customer 05"
    text = (
        "Customer,Domain,Amount,Currency,Day\nNobody,,1,EUR,\nNo one,,1,EUR,\nTwin,,1,EUR,\n"
        f"Twin,north.com,1,EUR,\n{name},,1,EUR,2026-11-20\n{name},,1,EUR,2026-12-19\n{name},,1,EUR,2026-11-23\n"
    )
    plan = taken(office, campaign, text)
    assert (plan.new, len(plan.refusals)) == (2, 5)
    nobody, other_day, twin = refused_lines(plan)
    assert nobody.startswith("2 rows (2, 3), Customer, for example: “Nobody” isn't among the customers: write it as")
    assert other_day.startswith("2 rows (6, 7), Day, for example: “2026-11-20” is outside the campaign, from")
    assert twin == "Row 4, Customer: 2 customers fit “Twin”: say which one is meant with its id or domain."


def test_the_draw_with_amounts_beside_it_is_a_list_of_sales(office: Office) -> None:
    """The file that the bot hands out, with two more columns; what wasn't sold stays empty."""
    customers(office, 24)
    campaign = drawn(office)
    files = {one.name: one for one in office.ask(list_files, campaign_id=campaign.id, viewer=MARA)}
    headers = [*files["draw"].headers, "Amount", "Currency"]
    rows = [[*row, *(("12,5", "EUR") if place < 4 else ("", ""))] for place, row in enumerate(files["draw"].rows)]
    found = read_sales(write_csv(headers, rows), name="draw.csv", today=TODAY)
    plan = office.do(record_sales, campaign_id=campaign.id, read=found, by=MARA)
    assert (plan.new, plan.apart, plan.without_amount, plan.refusals) == (4, 0, 6, ())
    again = {one.name: one for one in office.ask(list_files, campaign_id=campaign.id, viewer=MARA)}["sales"]
    assert [(row[3:8]) for row in again.rows] == [(Decimal("12.50"), "EUR", None, "", "Mara Okafor")] * 4
    assert {row[2] for row in again.rows} <= {"called", "control"}


def test_the_lines_say_what_a_list_does(office: Office) -> None:
    """One sentence for each kind of row."""
    customers(office, 12)
    campaign = drawn(office)
    name = name_of(office, members(office, campaign)[0].customer_id)
    office.customer("Somebody else")
    text = f"Customer,Amount\n{name},1200 EUR\n{name},5 USD\nSomebody else,1 EUR\n{name},\n"
    plan = office.ask(plan_sales, campaign_id=campaign.id, read=read(text), viewer=MARA)
    assert plan_lines(plan, done=False) == [
        "2 sales to 1 customer, 1,200 EUR and 5 USD, would be written down for Portal.",
        "1 row is left out: who bought there wasn't drawn.", "1 row says that nothing was sold.",
    ]  # fmt: skip
    taken(office, campaign, text)
    again = taken(office, campaign, text)
    assert plan_lines(again, done=True)[:2] == [
        "Nothing new for Portal stands in this list.", "2 sales are written down already.",
    ]  # fmt: skip


def test_only_managers_and_the_command_line_write_lists_down(office: Office) -> None:
    """A form counts once; a campaign that isn't there is told."""
    customers(office, 12)
    campaign = drawn(office)
    text = f"Customer,Amount\n{name_of(office, members(office, campaign)[0].customer_id)},5 EUR\n"
    with pytest.raises(NotAllowed, match="Only managers can write down what was sold"):
        taken(office, campaign, text, by=ANA)
    with pytest.raises(NotAllowed, match="Only managers can write down what was sold"):
        office.ask(plan_sales, campaign_id=campaign.id, read=read(text), viewer=ANA)
    with pytest.raises(NotFound, match="isn't here any more"):
        office.do(record_sales, campaign_id=new_id(), read=read(text), by=MARA)
    taken(office, campaign, text, by=BOT)
    taken(office, campaign, text, view_id="V1")
    with pytest.raises(AlreadyDone):
        taken(office, campaign, text, view_id="V1")
    assert kept(office) == [(Decimal(5), "EUR")]


def test_the_command_line_writes_a_list_down_once(office: Office, tmp_path: Path, database_url: str) -> None:
    """Looked at first, then for real, then again; a campaign that is unknown and a file that isn't there are told."""
    customers(office, 12)
    campaign = drawn(office)
    name = name_of(office, members(office, campaign)[0].customer_id)
    shell = Shell(tmp_path, database_url)
    (tmp_path / "sold.csv").write_text(
        f"Customer,Amount,Colour\n{name},5 EUR,red\nNobody,1 EUR,red\n", encoding="utf-8"
    )
    looked = shell.run_ok("sales", "sold.csv", "--campaign", "port", "--dry-run")
    assert "1 sale to 1 customer, 5 EUR, would be written down for Portal.\n" in looked
    assert "Read: Customer → customer, Amount → amount. Not read: Colour.\n" in looked
    assert "  Row 3, Customer: “Nobody” isn't among the customers" in looked
    assert "5 EUR, was written down for Portal." in shell.run_ok("sales", "sold.csv")
    assert "1 sale is written down already." in shell.run_ok("sales", "sold.csv")
    assert kept(office) == [(Decimal(5), "EUR")]
    assert "No campaign is called “Fair”" in shell.run_failing("sales", "sold.csv", "--campaign", "Fair")
    assert "can't be read" in shell.run_failing("sales", "none.csv")
    with pytest.raises(BotError):
        shell.run_ok("sales", "sold.csv", "--campaign", "Fair")

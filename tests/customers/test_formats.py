"""The twelve exports of usual programs, as docs/import-formats.md tells them; and every row of every real list."""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from bot.customers.gateways import open_list, read_drafts
from bot.customers.gateways.reports import write_report
from bot.customers.rules.refusals import group_refusals
from bot.customers.schemas import Drafts, ImportPlan
from bot.customers.usecases.lists import plan_import
from tests.customers.lists import REAL, TODAY
from tests.makers import MARA, ROOT, Office

FORMATS = REAL.parent / "formats"
PROGRAMS = {
    "cs_sheet.csv": "a customer-success sheet", "de_erp_cp1252.csv": "a German ERP, in Windows-1252",
    "google_contacts.csv": "Google Contacts", "google_contacts_old.csv": "Google Contacts, before 2024",
    "hubspot_companies.csv": "HubSpot, companies", "linkedin_connections.csv": "LinkedIn, connections",
    "pipedrive_list_view.csv": "Pipedrive, list view", "pipedrive_orgs.csv": "Pipedrive, organizations",
    "quickbooks_customers.csv": "QuickBooks, customer contact list", "salesforce_report.csv": "Salesforce, report",
    "xero_contacts.csv": "Xero, contacts", "zoho_accounts.csv": "Zoho, accounts",
}  # fmt: skip
PAGE = ROOT / "docs" / "import-formats.md"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not FORMATS.exists(), reason="the formats aren't at ../shared/data/formats"),
]


def look(office: Office, path: Path) -> tuple[Drafts, ImportPlan]:
    """A list, read, and what importing it would do."""
    drafts = read_drafts(path.read_bytes(), name=path.name, today=TODAY)
    assert drafts.problems == ()
    return drafts, office.do(plan_import, drafts=drafts, by=MARA)


def as_row(path: Path, drafts: Drafts, plan: ImportPlan) -> str:
    """The row of the table about one format."""
    count = len({row.row_number for row in drafts.rows} | {refusal.row_number for refusal in drafts.refusals})
    asked = "; ".join(question.text for question in drafts.questions) or "nothing"
    remarks = " ".join(f"{group.where}: {group.first.reason}" for group in group_refusals(plan.remarks)) or "none"
    cells = (PROGRAMS[path.name], str(count), str(len(plan.added)), str(plan.refused), asked, remarks)
    return f"| {' | '.join(cells)} |"


def test_the_page_tells_what_becomes_of_each_format(office: Office) -> None:
    """Rows, customers, questions and remarks of the twelve are those that the page gives."""
    paths = [FORMATS / name for name in PROGRAMS]
    assert sorted(FORMATS.glob("*.csv")) == sorted(paths)
    told = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert told[1:] == [as_row(path, *look(office, path)) for path in paths]


@pytest.mark.parametrize("folder", [REAL, FORMATS], ids=["real lists", "formats"])
def test_every_row_of_every_list_is_accounted_for(office: Office, folder: Path) -> None:
    """No list is stopped whole; the report names each row once: as a customer, joined to one, refused, or left out."""
    for path in sorted(folder.glob("*.csv*")):
        drafts, plan = look(office, path)
        content = write_report(path.read_bytes(), name=path.name, by_hand={}, drafts=drafts, plan=plan, done=False)
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
        table = open_list(path.read_bytes(), name=path.name, by_hand={})
        assert [int(row[-3]) for row in rows] == [row.number for row in table.rows()], path.name
        became = Counter(row[-2].partition(" with row")[0] for row in rows)
        assert became["left out"] == len(rows) - len(drafts.rows) - len({each.row_number for each in drafts.refusals})
        del became["left out"]
        assert became == +Counter({
            "would be added": len(plan.added), "would be changed": plan.changed, "left alone": plan.left_alone,
            "taken as one": plan.joined, "refused": plan.refused,
        }), path.name  # fmt: skip

"""The bill of materials names what a running bot needs, and an audit says what it couldn't look up."""

import json
import re
from pathlib import Path

import pytest

from benchmarks.materials import LOCK, summarize, write_bill

WEAK = {
    "name": "weak",
    "version": "1.0",
    "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}, {"id": "CVE-2", "fix_versions": []}],
}
FINE = {"name": "fine", "version": "2.0", "vulns": []}
UNKNOWN = {"name": "unknown", "skip_reason": "not found"}


@pytest.mark.slow
def test_the_bill_names_every_package_of_the_lock(tmp_path: Path) -> None:
    """With its version, in CycloneDX; no address of where packages come from."""
    file = tmp_path / "bill.json"
    write_bill(file)
    bill = json.loads(file.read_text(encoding="utf-8"))
    locked = re.findall(r"^([a-z0-9-]+)==([^ ;]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    assert bill["bomFormat"] == "CycloneDX"
    assert {(one["name"], one["version"]) for one in bill["components"]} == set(locked)
    assert "https://" not in json.dumps(bill["components"])


def test_an_audit_names_weaknesses_and_what_mends_them() -> None:
    """One that nothing mends yet counts, too."""
    assert summarize({"dependencies": [WEAK, FINE]}) == (
        ["weak 1.0: CVE-1, mended in 1.1", "weak 1.0: CVE-2, mended in nothing yet"], 1,
    )  # fmt: skip


def test_an_audit_says_what_it_couldnt_look_up() -> None:
    """That isn't the same as that nothing is known."""
    [line], code = summarize({"dependencies": [FINE, UNKNOWN]})
    assert (line[:60], code) == ("Known weaknesses can't be looked up from here for 1 of 2 pac", 0)
    assert summarize({"dependencies": [FINE]})[0] == [
        "No weakness is known in the 1 packages of deploy/requirements.lock."
    ]

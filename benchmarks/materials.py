"""
What the bot is made of: `python -m benchmarks.materials audit` looks known weaknesses up, `… bill FILE` writes a bill
of materials in CycloneDX.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent / "deploy" / "requirements.lock"
TOOLS = Path(sys.executable).parent


def summarize(report: Mapping[str, Any]) -> tuple[list[str], int]:
    """
    Return what pip-audit's *report* says, a line each, and the exit code.

    The code is 1 when a weakness is known. A package that couldn't be looked up is no weakness, and is said.
    """
    packages = report["dependencies"]
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    lines = [
        f"{one['name']} {one['version']}: {weak['id']}, mended in {', '.join(weak['fix_versions']) or 'nothing yet'}"
        for one in packages
        for weak in one.get("vulns", ())
    ]
    if unknown:
        told = "Known weaknesses can't be looked up from here for"
        lines.append(
            f"{told} {len(unknown)} of {len(packages)} packages; run make audit where their data can be reached."
        )
    elif not lines:
        lines = [f"No weakness is known in the {len(packages)} packages of deploy/requirements.lock."]
    return lines, int(any(one.get("vulns") for one in packages))


def audit() -> int:
    """Print the known weaknesses of what a running bot needs; return the exit code."""
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    done = subprocess.run(
        [TOOLS / "pip-audit", "--requirement", LOCK, *options], capture_output=True, text=True, check=False
    )
    if not done.stdout.startswith("{"):
        sys.stdout.write(
            "Known weaknesses can't be looked up from here; run make audit where their data can be reached.\n"
        )
        return 0
    lines, code = summarize(json.loads(done.stdout))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return code


def write_bill(file: Path) -> None:
    """Write the packages that a running bot needs, with their versions, to *file*."""
    subprocess.run(
        [TOOLS / "cyclonedx-py", "requirements", LOCK, "--output-reproducible", "--of", "JSON", "-o", file], check=True,
        capture_output=True,
    )  # fmt: skip
    bill = json.loads(file.read_text(encoding="utf-8"))
    for component in bill["components"]:  # the lines of the lock, and where its files could come from
        component.pop("description", None)
        component.pop("externalReferences", None)
    file.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["audit"]:
            sys.exit(audit())
        case ["bill", name]:
            write_bill(Path(name))
        case _:
            sys.exit(__doc__)

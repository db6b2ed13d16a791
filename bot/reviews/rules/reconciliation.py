"""Whether every customer is accounted for: sentences about those that aren't."""

from collections.abc import Mapping

STANDINGS = ("in_cadence", "due", "neglected", "snoozed")
INACTIVE = ("paused", "lost", "excluded")
COUNTED = ("customers", *STANDINGS, *INACTIVE, "misplaced", "unexplained")
"""What the statement counts: all customers, those of each kind, and those that are wrong."""


def list_discrepancies(counts: Mapping[str, int], tally: Mapping[str, int]) -> list[str]:
    """
    Return a sentence for each way in which customers aren't accounted for; none when all are.

    *counts* are by `COUNTED`, with those that are their own ancestors as *circled*; *tally* is what Home and the digest
    count, by the names that it knows of these.
    """
    found = []
    if count := counts["misplaced"]:
        found.append(
            f"{_customers(count)} in none, or in more than one, of in cadence, due, neglected and snoozed; open "
            "/evenhand setup and save it, which computes every due date again."
        )
    if count := counts["unexplained"]:
        found.append(
            f"{_customers(count)} paused, lost or excluded without a reason and a name behind it; /evenhand proof "
            "names them: open the card, Edit, and say why."
        )
    if count := counts["circled"]:
        found.append(
            f"{_customers(count)} above and below each other in a circle of parents; /evenhand proof names them: open "
            "a card, Edit, and choose another parent or none."
        )
    if differing := [name for name, number in tally.items() if number != counts[name]]:
        compared = ", ".join(f"{name.replace('_', ' ')} {tally[name]:,} for {counts[name]:,}" for name in differing)
        found.append(
            f"Home and the digest count other numbers than there are ({compared}); evenhand doctor --recount counts "
            "anew."
        )
    return found


def _customers(count: int) -> str:
    return f"{count:,} customer{' is' if count == 1 else 's are'}"

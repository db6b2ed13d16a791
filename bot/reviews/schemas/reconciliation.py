"""What leaves the reconciliation: how many customers are what, and those that aren't accounted for."""

from datetime import date

from bot.core.schemas import Notification, Schema


class Reconciliation(Schema):
    """
    How many customers are what on a day; each is in exactly one of the seven numbers after *customers*.

    *discrepancies* are sentences about those for whom that isn't so, *misplaced* and *unexplained* ones, of whom
    *examples* are names.
    """

    on: date
    customers: int
    in_cadence: int
    due: int
    neglected: int
    snoozed: int
    paused: int
    lost: int
    excluded: int
    misplaced: int
    unexplained: int
    circled: int = 0
    discrepancies: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def inactive(self) -> int:
        """How many are paused, lost or excluded."""
        return self.paused + self.lost + self.excluded


class NotAccountedFor(Notification):
    """Tells a manager, once a day, that customers aren't accounted for."""

    kind = "reviews.not_accounted_for"
    reconciliation: Reconciliation

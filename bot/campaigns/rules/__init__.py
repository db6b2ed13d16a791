"""What a campaign is for, how large it may be, and how it stands."""

from datetime import date
from enum import StrEnum

NAME, WHAT, WORDS, REASON = 80, 500, 1000, 300
"""Characters of a campaign's name, of what a follow-up asks for, of an answer, of the reason of a replacement."""
FEWEST_CALLS, MOST_CALLS = 5, 500
LONGEST_DAYS = 180
SEED = 40
SALES_LIMIT = 10**12


class Purpose(StrEnum):
    """What the calls are for."""

    LISTEN = "listen"
    TELL = "tell"
    MEND = "mend"
    OFFER = "offer"

    @property
    def words(self) -> str:
        """The purpose as the form and the follow-ups name it."""
        return {
            Purpose.LISTEN: "listen",
            Purpose.TELL: "tell news",
            Purpose.MEND: "mend what went wrong",
            Purpose.OFFER: "offer something",
        }[self]


class CampaignState(StrEnum):
    """Whether calls are still made."""

    RUNNING = "running"
    ENDED = "ended"


class Arm(StrEnum):
    """Whether a drawn customer is called, or stays on its normal rhythm to compare with."""

    CALLED = "called"
    CONTROL = "control"


def size_problem(size: int | None) -> str | None:
    """Return why so many calls can't be asked for, or None."""
    if size is not None and FEWEST_CALLS <= size <= MOST_CALLS:
        return None
    return f"Choose a number from {FEWEST_CALLS} to {MOST_CALLS}."


def end_problem(until: date | None, *, today: date) -> str | None:
    """Return why a campaign that is drawn *today* can't end on that day, or None."""
    if until is None or until <= today:
        return "Choose a day ahead, so that there is time for the calls."
    if (until - today).days > LONGEST_DAYS:
        return f"That is more than {LONGEST_DAYS} days away; choose an earlier day."
    return None


def too_few(eligible: int, size: int) -> str | None:
    """Return that there are too few customers for so many calls and as many in the control group, or None."""
    if eligible >= 2 * size:
        return None
    there_are = "There is 1 such customer" if eligible == 1 else f"There are {eligible:,} such customers"
    fits = f"ask for {eligible // 2} or fewer" if eligible >= 2 * FEWEST_CALLS else "choose more customers"
    return f"{there_are}; {size} calls need {2 * size:,}, since as many are left alone to compare with. Please {fits}."

"""Why a customer was lost, and on which day it can have been."""

from datetime import date
from enum import StrEnum


class LossReason(StrEnum):
    """Why a customer left us, or we them."""

    PRICE = "price"
    PRODUCT = "product"
    SERVICE = "service"
    COMPETITOR = "competitor"
    CLOSED = "closed"
    MOVED = "moved"
    LET_GO = "let_go"
    NOT_KNOWN = "not_known"

    @property
    def words(self) -> str:
        """Return the reason as it is shown."""
        return {"competitor": "a competitor's shiny offer", "let_go": "let go by us"}.get(self, self.replace("_", " "))


def loss_day_problem(on: date, *, today: date, won_back_on: date | None) -> str | None:
    """Return why a customer can't have been lost *on* that day, or None; *won_back_on* ended the loss before it."""
    if on > today:
        return "That day is still to come; choose today or an earlier one."
    if won_back_on is not None and on < won_back_on:
        back = f"{won_back_on.day} {won_back_on:%b %Y}"
        return f"It was won back on {back}; choose that day or a later one."
    return None

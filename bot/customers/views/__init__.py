"""What the customers feature puts on screen, and the ids that others put on theirs."""

from datetime import date

from bot.customers.rules.due import Standing, Status
from bot.customers.schemas import CustomerSchema, Named
from bot.slack import blocks as ui

CARD = "customers.card"
TAKE = "customers.take"
HAND_OVER = "customers.hand_over"
EDIT = "customers.edit"
STATUS = "customers.status"
ADD = "customers.add"
OPTIONS = "customers.options"
NEXT_PAGE = "customers.next"
PAGE_BACK = "customers.back"

NAME_SHOWN = 80
WORDS_SHOWN = 150


def customer_select(initial: Named | None = None, placeholder: str = "Type a few letters") -> ui.Block:
    """A menu that finds customers as somebody types; its values are their ids."""
    chosen = ui.Option(initial.name, str(initial.id)) if initial else None
    return ui.external_select(OPTIONS, placeholder=placeholder, initial=chosen)


def name_of(schema: CustomerSchema) -> str:
    """A customer's name, bold and short enough for a line."""
    return ui.bold(ui.cut(schema.name, NAME_SHOWN))


def standing_words(schema: CustomerSchema) -> str:
    """Where a customer stands, numbers first: "47 of 30 days", "paused: on leave"."""
    if schema.status is not Status.ACTIVE:
        why = f": {ui.escape(ui.cut(schema.status_reason, WORDS_SHOWN))}" if schema.status_reason else ""
        return f"{schema.status.value}{why}"
    if schema.last_contact_on is None:
        waited = f"never talked, customer for {ui.days(schema.days_waiting)}"
    else:
        waited = f"{schema.days_waiting:,} of {ui.days(schema.effective_cadence_days)}"
    return f"{waited}{_more(schema)}"


def due_words(due: date, today: date) -> str:
    """When the next check-in is due."""
    if due == today:
        return "due today"
    return f"due {ui.short_date(due, today=today)}" if due > today else f"due since {ui.short_date(due, today=today)}"


def _more(schema: CustomerSchema) -> str:
    match schema.standing:
        case Standing.NEGLECTED:
            return " · neglected"
        case Standing.DUE:
            return " · due"
        case Standing.SNOOZED if schema.snoozed_until:
            return f" · snoozed until {ui.short_date(schema.snoozed_until, today=schema.today)}"
        case _:
            return ""

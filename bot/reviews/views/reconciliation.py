"""How the reconciliation looks: a line under the proof, and the alarm to managers."""

from bot.reviews.schemas.reconciliation import NotAccountedFor, Reconciliation
from bot.slack import blocks as ui

NAME_SHOWN, LINE_SHOWN = 60, 600


def accounts(schema: Reconciliation) -> str:
    """Return the numbers that all customers come to, and whether everyone is accounted for."""
    parts = (
        (schema.in_cadence, "in cadence"), (schema.due, "due"), (schema.neglected, "neglected"),
        (schema.snoozed, "snoozed"), (schema.inactive, "paused, lost or excluded"),
    )  # fmt: skip
    numbers = ", ".join(f"{count:,} {words}" for count, words in parts if count)
    if schema.discrepancies:
        return "\n".join([f"{ui.plural(schema.customers, 'customer')}: {numbers or 'none'}.", *_wrong(schema)])
    return f"{ui.plural(schema.customers, 'customer')}: {numbers}: every one accounted for."


def not_accounted_for(notification: NotAccountedFor) -> ui.Message:
    """Draw the alarm that customers aren't accounted for."""
    schema = notification.reconciliation
    wrong = schema.misplaced + schema.unexplained + schema.circled
    who = f"{ui.plural(wrong, 'customer')} of {schema.customers:,}" if wrong else "The counts of customers"
    text = " ".join([who, "isn't" if wrong == 1 else "aren't", "accounted for."])
    return ui.Message(text=text, blocks=[ui.section("\n".join([f"*{text}*", accounts(schema)]))])


def _wrong(schema: Reconciliation) -> list[str]:
    lines = [ui.escape(ui.cut(sentence, LINE_SHOWN)) for sentence in schema.discrepancies[:4]]
    names = ", ".join(ui.bold(ui.cut(name, NAME_SHOWN)) for name in schema.examples[:5])
    return [*lines, *([f"Such as {names}."] if names else [])]

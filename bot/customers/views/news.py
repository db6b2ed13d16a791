"""News that is owed to people: customers given, customers taken, a list that came in."""

from bot.customers.schemas import CustomersHandedOver, CustomerTaken, ListImported
from bot.customers.views import NAME_SHOWN, WORDS_SHOWN
from bot.customers.views.imports import UNDO, UNDO_CONFIRM
from bot.slack.blocks import (
    Message,
    actions,
    bold,
    button,
    cut,
    escape,
    mention,
    plural,
    quote,
    section,
)


def handed_over(schema: CustomersHandedOver) -> Message:
    """Somebody was given customers."""
    giver = "The command line" if schema.by == "bot" else mention(schema.by)
    names = ", ".join(bold(cut(name, NAME_SHOWN)) for name in schema.names)
    more = schema.total - len(schema.names)
    rest = f" and {more:,} more" if more > 0 else ""
    what = names + rest if schema.total == 1 else f"{plural(schema.total, 'customer')} to look after: {names}{rest}"
    text = f"{giver} gave you {what}."
    note = [section(quote(schema.note))] if schema.note else []
    return Message(text=text.replace("*", ""), blocks=[section(text), *note])


def taken(schema: CustomerTaken) -> Message:
    """A customer went to somebody else, or to the pool."""
    name = bold(cut(schema.name, NAME_SHOWN))
    if schema.to is None:
        text = f"{mention(schema.by)} put {name} into the pool; it is no longer yours."
    elif schema.to == schema.by:
        text = f"{mention(schema.by)} took {name} over from you."
    else:
        text = f"{mention(schema.by)} gave {name}, which was yours, to {mention(schema.to)}."
    return Message(text=text.replace("*", ""), blocks=[section(text)])


def imported(schema: ListImported) -> Message:
    """A list came in: the numbers, the first refusals, and the way back."""
    text = (
        f"{escape(cut(schema.file_name, NAME_SHOWN))}: {schema.added:,} added, {schema.changed:,} changed, "
        f"{schema.left_alone:,} left alone, {plural(schema.refused, 'row')} refused."
    )
    blocks = [section(text)]
    if schema.first_refusals:
        blocks.append(section("\n".join(f"• {escape(cut(words, WORDS_SHOWN))}" for words in schema.first_refusals)))
    blocks.append(actions(button("Undo", UNDO, str(schema.import_id), confirm=UNDO_CONFIRM)))
    return Message(text=text, blocks=blocks)

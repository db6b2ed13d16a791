"""News that is owed to people: customers given, customers taken, a list that came in."""

from bot.customers.facts import CustomersHandedOver, CustomerTaken, ListImported
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


def handed_over(fact: CustomersHandedOver) -> Message:
    """Somebody was given customers."""
    giver = "The command line" if fact.by == "bot" else mention(fact.by)
    names = ", ".join(bold(cut(name, NAME_SHOWN)) for name in fact.names)
    more = fact.total - len(fact.names)
    rest = f" and {more:,} more" if more > 0 else ""
    what = names + rest if fact.total == 1 else f"{plural(fact.total, 'customer')} to look after: {names}{rest}"
    text = f"{giver} gave you {what}."
    note = [section(quote(fact.note))] if fact.note else []
    return Message(text=text.replace("*", ""), blocks=[section(text), *note])


def taken(fact: CustomerTaken) -> Message:
    """A customer went to somebody else, or to the pool."""
    name = bold(cut(fact.name, NAME_SHOWN))
    if fact.to is None:
        text = f"{mention(fact.by)} put {name} into the pool; it is no longer yours."
    elif fact.to == fact.by:
        text = f"{mention(fact.by)} took {name} over from you."
    else:
        text = f"{mention(fact.by)} gave {name}, which was yours, to {mention(fact.to)}."
    return Message(text=text.replace("*", ""), blocks=[section(text)])


def imported(fact: ListImported) -> Message:
    """A list came in: the numbers, the first refusals, and the way back."""
    text = (
        f"{escape(cut(fact.file_name, NAME_SHOWN))}: {fact.added:,} added, {fact.changed:,} changed, "
        f"{fact.left_alone:,} left alone, {plural(fact.refused, 'row')} refused."
    )
    blocks = [section(text)]
    if fact.first_refusals:
        blocks.append(section("\n".join(f"• {escape(cut(words, WORDS_SHOWN))}" for words in fact.first_refusals)))
    blocks.append(actions(button("Undo", UNDO, str(fact.import_id), confirm=UNDO_CONFIRM)))
    return Message(text=text, blocks=blocks)

"""News that is owed to people: customers given, customers taken, a list that came in."""

from bot.customers.schemas import CustomersHandedOver, CustomerTaken, ListImported
from bot.customers.views import NAME_SHOWN, WORDS_SHOWN
from bot.customers.views.imports import UNDO, UNDO_CONFIRM
from bot.slack import blocks as ui


def handed_over(schema: CustomersHandedOver) -> ui.Message:
    """Somebody was given customers."""
    giver = "The command line" if schema.by == "bot" else ui.mention(schema.by)
    names = ", ".join(ui.bold(ui.cut(name, NAME_SHOWN)) for name in schema.names)
    more = schema.total - len(schema.names)
    rest = f" and {more:,} more" if more > 0 else ""
    what = names + rest if schema.total == 1 else f"{ui.plural(schema.total, 'customer')} to look after: {names}{rest}"
    text = f"{giver} gave you {what}."
    note = [ui.section(ui.quote(schema.note))] if schema.note else []
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text), *note])


def taken(schema: CustomerTaken) -> ui.Message:
    """A customer went to somebody else, or to the pool."""
    name = ui.bold(ui.cut(schema.name, NAME_SHOWN))
    if schema.to is None:
        text = f"{ui.mention(schema.by)} put {name} into the pool; it is no longer yours."
    elif schema.to == schema.by:
        text = f"{ui.mention(schema.by)} took {name} over from you."
    else:
        text = f"{ui.mention(schema.by)} gave {name}, which was yours, to {ui.mention(schema.to)}."
    return ui.Message(text=text.replace("*", ""), blocks=[ui.section(text)])


def imported(schema: ListImported) -> ui.Message:
    """A list came in: the numbers, the first refusals, and the way back."""
    text = (
        f"{ui.escape(ui.cut(schema.file_name, NAME_SHOWN))}: {schema.added:,} added, {schema.changed:,} changed, "
        f"{schema.left_alone:,} left alone, {ui.plural(schema.refused, 'row')} refused."
    )
    blocks = [ui.section(text)]
    if schema.first_refusals:
        blocks.append(
            ui.section("\n".join(f"• {ui.escape(ui.cut(words, WORDS_SHOWN))}" for words in schema.first_refusals))
        )
    blocks.append(ui.actions(ui.button("Undo", UNDO, str(schema.import_id), confirm=UNDO_CONFIRM)))
    return ui.Message(text=text, blocks=blocks)

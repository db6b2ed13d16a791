"""Several mentions: those that came close upon each other, and a page of the open ones."""

from bot.mentions.schemas.mentions import MentionList, MentionSchema, MentionsListed
from bot.mentions.views.cards import ANSWERED, MORE, TAKE, about_line, closed_text, link, menu, top_line
from bot.slack.blocks import (
    MESSAGE_BLOCKS,
    MESSAGE_CHARACTERS,
    Block,
    Message,
    Option,
    actions,
    button,
    context,
    divider,
    fitting,
    overflow,
    plural,
    quote,
    section,
    size,
)

PAGE_BACK, PAGE_ON, ADD = "mentions.page_back", "mentions.page_on", "mentions.add_source"
SAID = 160
HELP = """*/mentions*  what waits for an answer, the longest wait first
*/mentions add https://…*  keep something you found, with or without words after the link
*/mentions import*  managers: bring a list of reviews or posts, a CSV file, and see first what it would do
*/mentions sources*  managers: where mentions come from, and how these places are
*/mentions setup*  managers: what we are called, how long an answer may take, phrases to avoid
*Save as mention*  on a message (⋯): keep what somebody wrote here, with its link
Each mention comes once, as a card: *I'll answer* says that you will, *Answered* keeps what you wrote."""


def listed(schema: MentionsListed) -> Message:
    """Mentions that came too close upon each other for a card each."""
    complaints = f", {schema.complaints:,} of which {'reads' if schema.complaints == 1 else 'read'} as complaints"
    head = f"{plural(schema.total, 'more mention')}{complaints if schema.complaints else ''}."
    rows = [[row(one, f"list:{schema.total}:{schema.complaints}")] for one in schema.rows]
    room = MESSAGE_CHARACTERS - 2 * len(head) - 200
    shown = fitting(rows, most_blocks=MESSAGE_BLOCKS - 2, most_characters=room)
    rest = schema.total - len(shown)
    foot = [context(f"{rest:,} more; `/mentions` shows them all.")] if rest > 0 else []
    return Message(text=head, blocks=[section(head), *(block for one in shown for block in one), *foot])


def page(schema: MentionList, *, said: str = "") -> Message:
    """One page of the open mentions."""
    told = [section(said)] if said else []
    if not schema.total:
        text = "No mention waits for an answer."
        return Message(text=text, blocks=[*told, section(text), context("`/mentions help` says what can be done.")])
    taken = f" · {schema.taken:,} in somebody's hands" if schema.taken else ""
    text = f"{plural(schema.total, 'mention')} {'waits' if schema.total == 1 else 'wait'} for an answer{taken}"
    top = [*told, section(text), divider()]
    turns = _turns(schema)
    where = f"Page {schema.page + 1:,} of {schema.pages:,}. " if turns else ""
    end = [*([actions(*turns)] if turns else []), context(f"{where}The longest wait first; size plays no part.")]
    rows = [[row(one, f"page:{schema.page}")] for one in schema.rows]
    room = MESSAGE_CHARACTERS - size([*top, *end]) - len(text)
    shown = fitting(rows, most_blocks=MESSAGE_BLOCKS - len(top) - len(end), most_characters=room)
    return Message(text=text, blocks=[*top, *(block for one in shown for block in one), *end])


def row(one: MentionSchema, place: str) -> Block:
    """One mention in a few lines, with a menu."""
    block_id = f"mentions.{place}:{one.id}"
    if not one.is_open:
        return section(closed_text(one), block_id=block_id)
    said = " ".join(f"{one.title} {one.words}".split())
    address = link(one.address, "open") if len(one.address) <= 300 else ""  # noqa: PLR2004 - many rows share a message
    text = f"{top_line(one)}{f' · {address}' if address else ''}\n{quote(said, SAID)}\n{about_line(one)}"
    first = Option("Answered", f"{ANSWERED}:{one.id}") if one.taken_by else Option("I'll answer", f"{TAKE}:{one.id}")
    return section(text, accessory=overflow(MORE, [first, *menu(one)]), block_id=block_id)


def help_page() -> Message:
    """What /mentions can do."""
    return Message(text="What /mentions can do.", blocks=[section(HELP)])


def _turns(schema: MentionList) -> list[Block]:
    back = [button("Back", PAGE_BACK, str(schema.page - 1))] if schema.page else []
    on = [button("Next", PAGE_ON, str(schema.page + 1))] if schema.page + 1 < schema.pages else []
    return back + on

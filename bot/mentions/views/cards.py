"""Draws mentions: cards, lists, pages and the digest."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.mentions.rules.mentions import SOURCES_NAMED, MentionState
from bot.mentions.rules.sentiment import Sentiment
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas import mentions as schemas
from bot.slack import blocks as ui
from bot.slack.charts import chart
from bot.slack.footers import digest_footer, notification_text, trial_note

TAKE, ANSWERED, MORE, OPEN = "mentions.take", "mentions.answered", "mentions.more", "mentions.open"
YES, NO = "mentions.yes", "mentions.no"
NOT_US, WRONG = "mentions.not_us", "mentions.wrong"
COMPLAINT, PRAISE, NEITHER = "mentions.complaint", "mentions.praise", "mentions.neither"
NAME, PLACE, WHO, SAID, SHORT = 100, 60, 60, 500, 160
URL = 3000
MOST_NAME, TOLD = 80, 220  # in the digest
PAGE_BACK, PAGE_ON = "mentions.page_back", "mentions.page_on"
HELP = """*/mentions*  what waits for an answer, the oldest first
*/mentions add https://…*  keep something you found, with or without words after the link
*/mentions import*  managers: import reviews or posts from a CSV file; you see first what it would do
*/mentions sources*  managers: where mentions come from, and whether each source works
*/mentions setup*  managers: what we are called, how long an answer may take, phrases to avoid
*Save as mention*  on a message (⋯): keep what somebody wrote here, with its link
Each mention is posted once, as a card: *I'll answer* says that you will, *Answered* keeps what you wrote."""

READS = {
    Sentiment.COMPLAINT: "Reads as a complaint",
    Sentiment.PRAISE: "Reads as praise",
    Sentiment.NEUTRAL: "A mention",
}
_HOW = {
    Sentiment.COMPLAINT: "reads as a complaint",
    Sentiment.PRAISE: "reads as praise",
    Sentiment.NEUTRAL: "reads as neither praise nor a complaint",
}
CORRECTIONS = {
    COMPLAINT: (Sentiment.COMPLAINT, "It's a complaint"),
    PRAISE: (Sentiment.PRAISE, "It's praise"),
    NEITHER: (Sentiment.NEUTRAL, "It's neither"),
}


def posted(schema: schemas.MentionPosted) -> ui.Message:
    """Draw the card in its channel."""
    return card(schema.mention)


def complaint(schema: schemas.ComplaintForOwner) -> ui.Message:
    """Draw a complaint for the customer's owner."""
    one = schema.mention
    head = f"Somebody wrote about your customer {ui.bold(ui.cut(one.customer_name, NAME))}, and it {_HOW[one.feeling]}."
    if schema.due_on:
        head += f" Your next check-in with them moved up to {ui.short_date(schema.due_on)}."
    return card(one, head=head, intro=_plain(head))


def channel_stopped(schema: schemas.ChannelStopped) -> ui.Message:
    """Draw the notice that mentions aren't posted to their channel any more."""
    names = ", ".join(ui.escape(ui.cut(name, NAME)) for name in schema.sources[:SOURCES_NAMED])
    advice = "it refuses them. They wait in /mentions; choose another channel in /mentions sources."
    text = f"Mentions from {names} aren't posted to {ui.channel_link(schema.channel_id)} any more: {advice}"
    return ui.Message(text=f"Mentions from {names} aren't posted any more: {advice}", blocks=[ui.section(text)])


def due_soon(schema: schemas.AnswerDueSoon) -> ui.Message:
    """Draw the warning for whoever said they would answer."""
    return card(schema.mention, head=f"You said you'd answer this {_by_when(schema.mention)}.")


def late(schema: schemas.AnswerLate) -> ui.Message:
    """Draw the notification that a mention has no answer in time."""
    one = schema.mention
    who = "You said you'd" if schema.mine else f"{ui.escape(ui.cut(one.taken_by_name, WHO))} was going to"
    return card(one, head=f"{who} answer this {_by_when(one)}; it is still open.")


def card(one: schemas.MentionSchema, *, head: str = "", intro: str = "") -> ui.Message:
    """Draw a mention with its buttons; a closed one in a line, with how it ended. *intro* begins the notification."""
    if not one.is_open:
        told = closed_text(one)
        return ui.Message(text=_plain(told), blocks=[ui.section(told, block_id=f"mentions.card:{one.id}")])
    blocks = [
        *([ui.section(head)] if head else []),
        ui.section(f"{top_line(one)}\n{_quoted(one, SAID)}", block_id=f"mentions.card:{one.id}"),
        ui.section(about_line(one)),
        ui.actions(*_buttons(one), block_id=f"mentions.do:{one.id}"),
    ]
    said = ui.escape(ui.cut(" ".join(one.said.split()), SHORT))
    whom = f" about {_customer(one)}" if one.customer_name and not one.is_asked else ""
    intro = intro or f"{_plain(head)} {READS[one.feeling]}{whom}:".strip()
    return ui.Message(text=f"{intro} “{said}”", blocks=blocks)


def closed_text(one: schemas.MentionSchema) -> str:
    """Return `✓ Golddex · "support never called…" · answered by Ana: "so sorry, we have called"`."""
    mark = "✓" if one.state is MentionState.ANSWERED else "✗"
    who = f" by {ui.escape(ui.cut(one.closed_by_name, WHO))}" if one.closed_by_name else ""
    answer = f": “{ui.escape(ui.cut(' '.join(one.answer_words.split()), SHORT))}”" if one.answer_words else ""
    where = f" · {link(one.answer_link, 'the answer')}" if one.answer_link else ""
    whom = f"{ui.bold(ui.cut(one.customer_name, NAME))} · " if one.customer_name else ""
    said = ui.escape(ui.cut(" ".join(one.said.split()), SHORT))
    return f"{mark} {whom}“{said}” · {one.state.words}{who}{answer}{where}"


def top_line(one: schemas.MentionSchema) -> str:
    """Return `*Reads as a complaint* · Reddit · r/smallbusiness · ana · 2 h ago`."""
    place = ui.escape(ui.cut(one.place, PLACE)) if one.place and one.place != one.kind.label else ""
    author = ui.escape(ui.cut(one.author, WHO))
    stars = f"{one.rating:g} of 5 stars" if one.rating is not None else ""
    seen = f"seen in {one.sightings} places" if one.sightings > 1 else ""
    parts = (f"*{READS[one.feeling]}*", one.kind.label, place, author, stars, _when(one), seen)
    return " · ".join(part for part in parts if part)


def about_line(one: schemas.MentionSchema) -> str:
    """Return `About *Golddex* (likely) · owner Ana Lima · last contact 31 days ago`, and who answers."""
    if one.is_asked:
        return (
            f"Is this about {ui.bold(ui.cut(one.customer_name, NAME))}? It says “{ui.escape(ui.cut(one.alias, NAME))}”."
        )
    parts = []
    if one.customer_name:
        likely = " (likely)" if one.tier is Tier.LIKELY else ""
        parts.append(f"About {ui.bold(ui.cut(one.customer_name, NAME))}{likely}")
        parts.append(f"owner {ui.escape(ui.cut(one.owner_name, WHO))}" if one.owner_name else "no owner")
        ago = one.last_contact_days
        said = "last contact today" if not ago else f"last contact {ui.days(ago)} ago"
        parts.append("never contacted" if ago is None else said)
    else:
        parts.append("About us" if one.about_us else "No customer recognised")
    if one.taken_by_name:
        mark = ":small_orange_diamond: " if one.is_late else ""
        parts.append(f"{mark}{ui.escape(ui.cut(one.taken_by_name, WHO))} answers {_by_when(one)}")
    return " · ".join(parts)


def menu(one: schemas.MentionSchema) -> list[ui.Option]:
    """Return the options of a mention's ⋯ menu."""
    whom = "Wrong customer" if one.customer_name else "It's about a customer"
    feelings = [(action, words) for action, (feeling, words) in CORRECTIONS.items() if feeling is not one.feeling]
    chosen = [(WRONG, whom), (NOT_US, "Not about us"), *feelings]
    options = [ui.Option(words, f"{action}:{one.id}") for action, words in chosen]
    if one.address and len(one.address) <= URL:
        options.append(ui.Option("Open", f"{OPEN}:{one.id}", url=one.address))
    return options


def link(address: str, words: str) -> str:
    """Return a Slack link, or "" if Slack can't link to *address*."""
    fit = address.startswith(("https://", "http://")) and not set(address) & set("<>| \n") and len(address) <= URL
    return f"<{address.replace('&', '&amp;')}|{words}>" if fit else ""


def _buttons(one: schemas.MentionSchema) -> list[ui.Block]:
    key = str(one.id)
    if one.is_asked:
        first = [ui.button("Yes", YES, key, style="primary"), ui.button("Not this one", NO, key)]
    elif one.taken_by:
        first = [ui.button("Answered", ANSWERED, key, style="primary")]
    else:
        first = [ui.button("I'll answer", TAKE, key, style="primary")]
    offered = [ui.button(offer.label, offer.action_id, offer.value) for offer in one.offers]
    return [*first, *offered, ui.overflow(MORE, menu(one))]


def _quoted(one: schemas.MentionSchema, limit: int) -> str:
    return ui.quote(one.said, limit) or "> (without words)"


def _when(one: schemas.MentionSchema) -> str:
    """Return `2 h ago`, or the day if it is longer."""
    at = one.published_at or one.found_at
    age = one.now - at
    if age < timedelta(0) or age >= timedelta(days=1):
        return ui.short_date(at.date(), today=one.now.date())
    hours, minutes = age // timedelta(hours=1), age // timedelta(minutes=1)
    return f"{hours} h ago" if hours else f"{minutes} min ago" if minutes else "just now"


def _by_when(one: schemas.MentionSchema) -> str:
    """Return `by Tue 24 Nov 14:00`, on the clock of whoever answers."""
    return f"by {moment(one.answer_due_at, one.zone)}" if one.answer_due_at else "soon"


def moment(at: datetime, zone: str) -> str:
    """Return `Tue 24 Nov 14:00` on that zone's clock."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{ui.short_date(local.date())} {local:%H:%M}"


def _customer(one: schemas.MentionSchema) -> str:
    return ui.escape(ui.cut(one.customer_name, NAME))


def _plain(text: str) -> str:
    return text.replace("*", "")


def listed(schema: schemas.MentionsListed) -> ui.Message:
    """Draw the list of mentions that were too many for a card each."""
    complaints = f", {schema.complaints:,} of which {'reads' if schema.complaints == 1 else 'read'} as complaints"
    head = f"{ui.plural(schema.total, 'more mention')}{complaints if schema.complaints else ''}."
    rows = [[row(one, f"list:{schema.total}:{schema.complaints}")] for one in schema.rows]
    room = ui.MESSAGE_CHARACTERS - 2 * len(head) - 200
    shown = ui.fitting(rows, most_blocks=ui.MESSAGE_BLOCKS - 2, most_characters=room)
    rest = schema.total - len(shown)
    foot = [ui.context(f"{rest:,} more; `/mentions` shows them all.")] if rest > 0 else []
    return ui.Message(text=head, blocks=[ui.section(head), *(block for one in shown for block in one), *foot])


def page(schema: schemas.MentionList) -> ui.Message:
    """Draw a page of the open mentions."""
    if not schema.total:
        text = "No mention waits for an answer."
        return ui.Message(text=text, blocks=[ui.section(text), ui.context("`/mentions help` says what can be done.")])
    taken = f" · {schema.taken:,} taken" if schema.taken else ""
    text = f"{ui.plural(schema.total, 'mention')} {'waits' if schema.total == 1 else 'wait'} for an answer{taken}"
    rows = [row(one, f"page:{schema.page}") for one in schema.rows]
    end = turn_buttons(schema, PAGE_BACK, PAGE_ON)
    return page_of(text, rows, schema, end, foot="The oldest first; size plays no part.")


def page_of(
    text: str, rows: Sequence[ui.Block], schema: schemas.Page, end: Sequence[ui.Block], *, foot: str
) -> ui.Message:
    """Draw a page: as many *rows* as fit below *text*, then the blocks *end* and the *foot*."""
    where = f"Page {schema.page + 1:,} of {schema.pages:,}. " if schema.pages > 1 else ""
    top, end = [ui.section(text), ui.divider()], [*end, ui.context(f"{where}{foot}")]
    room = ui.MESSAGE_CHARACTERS - ui.size([*top, *end]) - len(text)
    most = ui.MESSAGE_BLOCKS - len(top) - len(end)
    shown = ui.fitting([[one] for one in rows], most_blocks=most, most_characters=room)
    return ui.Message(text=text, blocks=[*top, *(block for one in shown for block in one), *end])


def turn_buttons(schema: schemas.Page, back: str, on: str) -> list[ui.Block]:
    """Draw the buttons that turn a page, none if there is only one page."""
    before = [ui.button("Back", back, str(schema.page - 1))] if schema.page else []
    after = [ui.button("Next", on, str(schema.page + 1))] if schema.page + 1 < schema.pages else []
    return [ui.actions(*before, *after)] if before or after else []


def row(one: schemas.MentionSchema, place: str) -> ui.Block:
    """Draw a mention in a few lines, with a menu."""
    block_id = f"mentions.{place}:{one.id}"
    if not one.is_open:
        return ui.section(closed_text(one), block_id=block_id)
    said = " ".join(one.said.split())
    address = link(one.address, "open") if len(one.address) <= 300 else ""  # noqa: PLR2004 - many rows share a message
    text = f"{top_line(one)}{f' · {address}' if address else ''}\n{ui.quote(said, SHORT)}\n{about_line(one)}"
    first = ("Answered", f"{ANSWERED}:{one.id}") if one.taken_by else ("I'll answer", f"{TAKE}:{one.id}")
    options = [ui.Option(*first), *(option for option in menu(one) if not option.url)]
    return ui.section(text, accessory=ui.overflow(MORE, options), block_id=block_id)


def help_page() -> ui.Message:
    """Draw what /mentions can do."""
    return ui.Message(text="What /mentions can do.", blocks=[ui.section(HELP)])


def digest(schema: schemas.MentionsDigest) -> ui.Message:
    """Draw the digest: `14 mentions (▲3): 4 read as complaints (▲1), 6 as praise. 5 were answered, 1 of them late.`"""
    head, by_day = _head(schema), _by_day_in_words(schema)
    blocks = [ui.section(head), *trial_note(is_test=schema.slot.is_test)]
    if schema.days:
        blocks += [_chart(schema), ui.context(by_day)]
    blocks += [*_waiting(schema), *_most(schema), *_praise(schema), *digest_footer(schema.slot)]
    return ui.Message(text=notification_text(f"{head} {by_day}".rstrip(), is_test=schema.slot.is_test), blocks=blocks)


def _head(schema: schemas.MentionsDigest) -> str:
    said = f"{ui.plural(schema.total, 'mention')}{_change(schema.total - schema.before)}"
    if schema.total:
        complaints = (
            f"{schema.complaints:,} {'reads as a complaint' if schema.complaints == 1 else 'read as complaints'}"
        )
        said += f": {complaints}{_change(schema.complaints - schema.complaints_before)}, {schema.praise:,} as praise"
    if not schema.answered:
        return f"{said}."
    were, late = "was" if schema.answered == 1 else "were", schema.answered - schema.in_time
    return f"{said}. {schema.answered:,} {were} answered{f', {late:,} of them late' if late else ''}."


def _chart(schema: schemas.MentionsDigest) -> ui.Block:
    days = schema.days
    return chart(
        f"What was written in {len(days)} days",
        [day.label for day in days],
        {
            "praise": [day.praise for day in days],
            "complaints": [day.complaints for day in days],
            "neither": [day.others for day in days],
        },
    )


def _by_day_in_words(schema: schemas.MentionsDigest) -> str:
    """Return the chart's figures in words; "" when there are no days to show."""
    if not schema.days:
        return ""
    busiest = max(schema.days, key=lambda day: day.praise + day.complaints + day.others)
    said = f"Mentions of the last {len(schema.days)} days: {_sum(schema, 'complaints')} read as complaints, "
    said += f"{_sum(schema, 'praise')} as praise, {_sum(schema, 'others')} as neither."
    return f"{said} Most on {ui.escape(busiest.label)}."


def _sum(schema: schemas.MentionsDigest, name: str) -> int:
    return sum(getattr(day, name) for day in schema.days)


def _waiting(schema: schemas.MentionsDigest) -> list[ui.Block]:
    if not schema.open_now:
        return [ui.section("Nothing waits for an answer.")]
    rows = "\n".join(f"• {_line(line.text, urgent=line.urgent)}" for line in schema.waiting)
    more = schema.open_now - len(schema.waiting)
    rest = f"\n{more:,} more; `/mentions` shows them all." if more > 0 else ""
    waits = "mention waits" if schema.open_now == 1 else "mentions wait"
    return [ui.section(f"*{schema.open_now:,} {waits} for an answer*, the oldest first\n{rows}{rest}")]


def _line(text: str, *, urgent: bool) -> str:
    said = ui.cut(text, TOLD)
    return f"{ui.escape(said)} · *past the time for it*" if urgent else ui.escape(said)


def _most(schema: schemas.MentionsDigest) -> list[ui.Block]:
    if not schema.top:
        return []
    top = (f"{ui.bold(ui.cut(name, MOST_NAME))} ({number:,})" for name, number in schema.top)
    return [ui.section("Most about " + ", ".join(top))]


def _praise(schema: schemas.MentionsDigest) -> list[ui.Block]:
    if not schema.praise_words:
        return []
    about = f" about {ui.bold(ui.cut(schema.praise_about, MOST_NAME))}" if schema.praise_about else ""
    return [ui.section(f"Worth passing on{about}\n{ui.quote(schema.praise_words)}")]


def _change(by: int) -> str:
    return "" if not by else f" (▲{by:,})" if by > 0 else f" (▼{-by:,})"

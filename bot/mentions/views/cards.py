"""One mention as a card: what was written, about whom, who answers; and what can be done about it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.customers.views import CARD
from bot.mentions.rules.feeling import Feeling
from bot.mentions.rules.mentions import State
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas.mentions import AnswerDueSoon, AnswerLate, ComplaintForOwner, MentionPosted, MentionSchema
from bot.slack.blocks import (
    Block,
    Message,
    Option,
    actions,
    bold,
    button,
    cut,
    days,
    escape,
    overflow,
    quote,
    section,
    short_date,
)

TAKE, ANSWERED, MORE, OPEN = "mentions.take", "mentions.answered", "mentions.more", "mentions.open"
YES, NO = "mentions.yes", "mentions.no"
NOT_US, WRONG = "mentions.not_us", "mentions.wrong"
COMPLAINT, PRAISE, NEITHER = "mentions.complaint", "mentions.praise", "mentions.neither"
NAME, PLACE, WHO, SAID, SHORT = 100, 60, 60, 500, 160
URL = 3000

READS = {
    Feeling.COMPLAINT: "Reads as a complaint",
    Feeling.PRAISE: "Reads as praise",
    Feeling.NEUTRAL: "A mention",
}
CORRECTIONS = {
    COMPLAINT: (Feeling.COMPLAINT, "It's a complaint"),
    PRAISE: (Feeling.PRAISE, "It's praise"),
    NEITHER: (Feeling.NEUTRAL, "It's neither"),
}


def posted(schema: MentionPosted) -> Message:
    """The card in its channel."""
    return card(schema.mention)


def complaint(schema: ComplaintForOwner) -> Message:
    """To who looks after the customer: what reads as a complaint, and that they should call soon."""
    one = schema.mention
    soon = f" Their next check-in is due {short_date(schema.due_on)} now." if schema.due_on else ""
    head = f"{_customer(one)}, whom you look after: something reads as a complaint.{soon}"
    return card(one, head=head)


def due_soon(schema: AnswerDueSoon) -> Message:
    """To who wanted to answer: two hours are left."""
    return card(schema.mention, head=f"You wanted to answer this {_by_when(schema.mention)}.")


def late(schema: AnswerLate) -> Message:
    """To who wanted to answer, and to managers: the time is over."""
    one = schema.mention
    who = "You wanted" if schema.mine else f"{escape(cut(one.taken_by_name, WHO))} wanted"
    return card(one, head=f"{who} to answer this {_by_when(one)}; it has no answer yet.")


def card(one: MentionSchema, *, head: str = "") -> Message:
    """What was written, with what can be done about it; once it is closed, how it ended."""
    if not one.is_open:
        told = closed_text(one)
        return Message(text=_plain(told), blocks=[section(told, block_id=f"mentions.card:{one.id}")])
    blocks = [
        *([section(head)] if head else []),
        section(f"{top_line(one)}\n{_quoted(one, SAID)}", block_id=f"mentions.card:{one.id}"),
        section(about_line(one)),
        actions(*_buttons(one), block_id=f"mentions.do:{one.id}"),
    ]
    said = escape(cut(" ".join(f"{one.title} {one.words}".split()), SHORT))
    whom = f" about {_customer(one)}" if one.customer_name and not one.is_asked else ""
    return Message(text=f"{_plain(head)} {READS[one.feeling]}{whom}: “{said}”".strip(), blocks=blocks)


def closed_text(one: MentionSchema) -> str:
    """`✓ Golddex · "support never called…" · answered by Ana: "so sorry, we have called"`."""
    mark = "✓" if one.state is State.ANSWERED else "✗"
    who = f" by {escape(cut(one.closed_by_name, WHO))}" if one.closed_by_name else ""
    answer = f": “{escape(cut(' '.join(one.answer_words.split()), SHORT))}”" if one.answer_words else ""
    where = f" · {link(one.answer_link, 'the answer')}" if one.answer_link else ""
    whom = f"{bold(cut(one.customer_name, NAME))} · " if one.customer_name else ""
    said = escape(cut(" ".join(f"{one.title} {one.words}".split()), SHORT))
    return f"{mark} {whom}“{said}” · {one.state.words}{who}{answer}{where}"


def top_line(one: MentionSchema) -> str:
    """`*Reads as a complaint* · Reddit · r/smallbusiness · ana · 2 h ago`."""
    place = escape(cut(one.place, PLACE)) if one.place and one.place != one.kind.label else ""
    author = escape(cut(one.author, WHO))
    stars = f"{one.rating:g} of 5 stars" if one.rating is not None else ""
    seen = f"seen in {one.sightings} places" if one.sightings > 1 else ""
    parts = (f"*{READS[one.feeling]}*", one.kind.label, place, author, stars, _when(one), seen)
    return " · ".join(part for part in parts if part)


def about_line(one: MentionSchema) -> str:
    """`About *Golddex* (likely) · owner Ana Lima · last contact 31 days ago`, and who answers."""
    if one.is_asked:
        return f"Is this about {bold(cut(one.customer_name, NAME))}? It says “{escape(cut(one.alias, NAME))}”."
    parts = []
    if one.customer_name:
        likely = " (likely)" if one.tier is Tier.LIKELY else ""
        parts.append(f"About {bold(cut(one.customer_name, NAME))}{likely}")
        parts.append(f"owner {escape(cut(one.owner_name, WHO))}" if one.owner_name else "nobody looks after it yet")
        ago = one.last_contact_days
        parts.append("never talked" if ago is None else f"last contact {days(ago)} ago" if ago else "talked today")
    else:
        parts.append("About us" if one.about_us else "About nobody we know by name")
    if one.taken_by_name:
        mark = ":small_orange_diamond: " if one.is_late else ""
        parts.append(f"{mark}{escape(cut(one.taken_by_name, WHO))} answers {_by_when(one)}")
    return " · ".join(parts)


def menu(one: MentionSchema) -> list[Option]:
    """What the ⋯ of a mention offers: who or what it is not, and how it reads instead."""
    whom = "Wrong customer" if one.customer_name else "It's about a customer"
    feelings = [(action, words) for action, (feeling, words) in CORRECTIONS.items() if feeling is not one.feeling]
    chosen = [(NOT_US, "Not about us"), (WRONG, whom), *feelings]
    return [Option(words, f"{action}:{one.id}") for action, words in chosen]


def link(address: str, words: str) -> str:
    """A link, if it is an address that Slack makes one of; else nothing."""
    fit = address.startswith(("https://", "http://")) and not set(address) & set("<>| \n") and len(address) <= URL
    return f"<{address.replace('&', '&amp;')}|{words}>" if fit else ""


def _buttons(one: MentionSchema) -> list[Block]:
    key = str(one.id)
    if one.is_asked:
        first = [button("Yes", YES, key, style="primary"), button("Not this one", NO, key)]
    elif one.taken_by:
        first = [button("Answered", ANSWERED, key, style="primary")]
    else:
        first = [button("I'll answer", TAKE, key, style="primary")]
    offered = [button(offer.label, offer.action_id, offer.value) for offer in one.offers]
    known = [button("Card", CARD, str(one.customer_id))] if one.customer_id else []
    where = [button("Open", OPEN, key, url=one.address)] if one.address and len(one.address) <= URL else []
    return [*first, *offered, *known, *where, overflow(MORE, menu(one))]


def _quoted(one: MentionSchema, limit: int) -> str:
    title = " ".join(one.title.split())
    said = one.words if not title or title in one.words else f"{title}\n{one.words}"
    return quote(said, limit) or "> (without words)"


def _when(one: MentionSchema) -> str:
    """`2 h ago`, or the day when it is longer."""
    at = one.published_at or one.found_at
    age = one.now - at
    if age < timedelta(0) or age >= timedelta(days=1):
        return short_date(at.date(), today=one.now.date())
    hours, minutes = age // timedelta(hours=1), age // timedelta(minutes=1)
    return f"{hours} h ago" if hours else f"{minutes} min ago" if minutes else "just now"


def _by_when(one: MentionSchema) -> str:
    """`by Tue 24 Nov 14:00`, on the clock of who answers."""
    return f"by {moment(one.answer_due_at, one.zone)}" if one.answer_due_at else "soon"


def moment(at: datetime, zone: str) -> str:
    """`Tue 24 Nov 14:00` on that zone's clock."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{short_date(local.date())} {local:%H:%M}"


def _customer(one: MentionSchema) -> str:
    return escape(cut(one.customer_name, NAME))


def _plain(text: str) -> str:
    return text.replace("*", "")

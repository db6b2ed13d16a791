"""Draws sources: the list, the forms, the preview, and a webhook's keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.mentions.rules.sources import LONGEST_WORD, MAPPED_FIELDS, SourceKind, is_fetched, is_pushed
from bot.mentions.schemas.items import FeedItem, FetchResult
from bot.mentions.schemas.mentions import SourceList, SourceSchema, SourceWish, WebhookKeys
from bot.mentions.views.cards import page_of, turn_buttons
from bot.mentions.views.forms import lines_field, notice
from bot.slack import blocks as ui

ADD, PAGE_BACK, PAGE_ON, MORE = (
    "mentions.add_source", "mentions.sources_back", "mentions.sources_on", "mentions.source_more",
)  # fmt: skip
PAUSE, RESUME, TEST, REMOVE, SECRET = "pause", "resume", "test", "remove", "secret"
EDIT, EDIT_TITLE = "edit", "Edit source"
EDITED, CHANGE = "mentions.preview_edit", "mentions.change_source"
PREVIEW, SAVE, REMOVED = "mentions.preview_source", "mentions.save_source", "mentions.removed_source"
SAVE_ANYWAY = "mentions.save_anyway"
KIND = "mentions.kind"
FIELDS = (
    "kind", "word", "channel", "words", "excluded_words", "excluded_authors", "language", "quiet", "signed", "mapping",
)  # fmt: skip
BLOCK_OF = {name: f"mentions.source_{name}" for name in FIELDS} | {"kind": KIND}
SHOWN = 5
NAME, ERROR = 120, 200
PATHS = "words = post.text\naddress = post.url\nauthor = post.user.name"
CHOICES = tuple(ui.Option(kind.label, kind.value) for kind in SourceKind if is_fetched(kind) or is_pushed(kind))


def page(schema: SourceList) -> ui.Message:
    """Draw a page of the sources, each with its health and a menu."""
    add = ui.actions(ui.button("Add a source", ADD, style="primary"))
    if not schema.total:
        text = "No source brings mentions yet."
        return ui.Message(text=text, blocks=[ui.section(text), add])
    ill = f" · {schema.failing:,} {'fails' if schema.failing == 1 else 'fail'}" if schema.failing else ""
    rows = [_row(one, schema.page) for one in schema.rows]
    end = [*turn_buttons(schema, PAGE_BACK, PAGE_ON), add]
    foot = "Each is read four times an hour, less often while it fails, and never switched off without a word."
    return page_of(f"{ui.plural(schema.total, 'source')} of mentions{ill}", rows, schema, end, foot=foot)


def source_form(wish: SourceWish, *, state: str = "", problem: str = "") -> ui.Block:
    """Draw the form for a new source, whose fields depend on the kind; under the address, why its preview failed."""
    kind = wish.kind
    blocks = [
        ui.field_of("What kind of source", ui.select(KIND, CHOICES, initial=kind.value), block_id=KIND, dispatch=True),
        *_kind_fields(kind, wish),
        *_failed(problem),
        *_taking_fields(wish),
    ]
    submit = "Preview" if is_fetched(kind) else "Save"
    return ui.modal("New source", blocks, callback_id=PREVIEW, submit=submit, state=state)


def edit_form(schema: SourceSchema, wish: SourceWish | None = None, *, problem: str = "") -> ui.Block:
    """Draw the form for a change, filled in with *wish*; kind and address stay."""
    where = f"\n{ui.escape(ui.cut(schema.word or schema.address, ERROR))}" if schema.word or schema.address else ""
    stays = ui.context(
        "Its kind and address can't be changed. What it brought stays; what comes from now on goes by this."
    )
    own = [] if is_fetched(schema.kind) else _kind_fields(schema.kind, schema)
    head = ui.section(f"{ui.bold(ui.cut(schema.name, NAME))}{where}")
    blocks = [head, *_failed(problem), stays, *own, *_taking_fields(wish or schema)]
    submit = "Preview" if is_fetched(schema.kind) else "Save"
    return ui.modal(EDIT_TITLE, blocks, callback_id=EDITED, submit=submit, state=str(schema.id))


def added(schema: SourceSchema) -> ui.Block:
    """Tell that a source was added."""
    return notice(
        "Saved", ui.section(f"{ui.bold(ui.cut(schema.name, NAME))} is saved. Its first items come within a minute.")
    )


def changed(schema: SourceSchema) -> ui.Block:
    """Tell that a source was changed."""
    when = " It is read again within a minute." if is_fetched(schema.kind) and not schema.is_paused else ""
    return notice("Saved", ui.section(f"{ui.bold(ui.cut(schema.name, NAME))} is changed.{when}"))


def preview(
    fetched: FetchResult, kept: Sequence[FeedItem], *, state: str, title: str = "New source", callback_id: str = SAVE
) -> ui.Block:
    """Draw what a source brings today, before it is saved."""
    left = len(fetched.items) - len(kept)
    head = f"Today it brings {ui.plural(len(kept), 'item')}" + (
        f"; your words leave out {left:,} more." if left else "."
    )
    named = f"*{ui.escape(ui.cut(fetched.title, NAME))}*\n" if fetched.title else ""
    items = [ui.section(_item(one)) for one in kept[:SHOWN]]
    more = [ui.context(f"{len(kept) - SHOWN:,} more.")] if len(kept) > SHOWN else []
    note = ui.context("What is older than two weeks is kept for the customer's card, and not posted.")
    blocks = [ui.section(f"{named}{head}"), *items, *more, note]
    return ui.modal(title, blocks, callback_id=callback_id, submit="Save", state=state)


def keys(schema: WebhookKeys, *, new: bool) -> ui.Block:
    """Draw a webhook's address and secret; the secret isn't shown again."""
    head = (
        f"{ui.bold(ui.cut(schema.source.name, NAME))} is saved."
        if new
        else "This is the new secret; the one before it works, too."
    )
    lines = [
        ui.section(head),
        ui.section(f"Address, below the one at which this bot is reached:\n`/hooks/{schema.token}`"),
        ui.section(f"Secret, shown this once:\n`{schema.secret}`"),
        ui.context(
            "Who signs sends `X-Evenhand-Timestamp` (seconds) and `X-Evenhand-Signature`: HMAC-SHA256 of the timestamp,"
            " a dot and the body, in hexadecimal digits."
        ),
    ]
    return notice("Webhook", *lines)


def tested(name: str, words: str) -> ui.Block:
    """Tell what fetching a source did."""
    return notice("Test", ui.section(f"{ui.bold(ui.cut(name, NAME))}\n{ui.escape(words)}"))


def remove_form(schema: SourceSchema) -> ui.Block:
    """Draw the question before a source is removed."""
    words = f"{ui.bold(ui.cut(schema.name, NAME))} won't be read any more; what it brought stays."
    return ui.modal(
        "Remove a source", [ui.section(words)], callback_id=REMOVED, submit="Remove", close="Keep it",
        state=str(schema.id),
    )  # fmt: skip


def health_words(one: SourceSchema) -> str:
    """Return `last read 09:15 · next try 09:30`, or why the source fails."""
    if one.is_paused:
        return "paused"
    parts = []
    if one.failing_since:
        error = ui.escape(ui.cut(one.last_error, ERROR)) or "no answer"
        parts.append(f":small_orange_diamond: failing since {_moment(one.failing_since, one.now)}: {error}")
    last = f"last read {_moment(one.last_success_at, one.now)}" if one.last_success_at else "not read yet"
    parts.append(last)
    if one.next_try_at:
        parts.append(f"next try {_moment(one.next_try_at, one.now)}")
    return " · ".join(parts)


def _row(one: SourceSchema, at_page: int) -> ui.Block:
    channel = ui.channel_link(one.channel_id) if one.channel_id else "no channel"
    filters = " · ".join(
        f"{label} {ui.escape(ui.cut(', '.join(words), 80))}"
        for label, words in (("only", one.words), ("never", one.excluded_words), ("not by", one.excluded_authors))
        if words
    )
    week = f"{ui.plural(one.week, 'mention')} this week"
    more = f"\n{filters}" if filters else ""
    text = f"{ui.bold(ui.cut(one.name, NAME))} · {channel} · {week}\n{health_words(one)}{more}"
    return ui.section(text, accessory=ui.overflow(MORE, _menu(one)), block_id=f"mentions.source:{at_page}:{one.id}")


def _menu(one: SourceSchema) -> list[ui.Option]:
    rest = (RESUME, "Resume") if one.is_paused else (PAUSE, "Pause")
    own = (SECRET, "New secret") if is_pushed(one.kind) else (TEST, "Test now")
    return [ui.Option(words, f"{action}:{one.id}") for action, words in (own, (EDIT, "Edit"), rest, (REMOVE, "Remove"))]


def _taking_fields(one: SourceWish | SourceSchema) -> list[ui.Block]:
    """Draw the fields for what a source takes, and where and when it is posted."""
    return [
        ui.field_of(
            "Channel", ui.channel_select(BLOCK_OF["channel"], initial=one.channel_id or None),
            block_id=BLOCK_OF["channel"], hint="Where its mentions are posted. It can't be one shared with outsiders.",
        ),
        lines_field(
            BLOCK_OF["words"], "Only with these words", one.words, "One a line. Empty: everything it brings.", most=600,
        ),
        lines_field(BLOCK_OF["excluded_words"], "Never with these words", one.excluded_words, "", most=600),
        lines_field(BLOCK_OF["excluded_authors"], "Never by these authors", one.excluded_authors, "", most=600),
        _line_field("language", "Language", one.language, "en", "Two letters. Empty: any."),
        _line_field("quiet", "Quiet hours", one.quiet, "18:00-08:00", "Cards wait until these are over."),
    ]  # fmt: skip


def _kind_fields(kind: SourceKind, wish: SourceWish | SourceSchema) -> list[ui.Block]:
    """Draw the fields of a kind: its word or address; of our own webhook the mapping and signature."""
    if is_fetched(kind):
        word = ui.text_input(BLOCK_OF["word"], initial=wish.word, max_length=LONGEST_WORD)
        asks = f"Give {kind.asks_for}."
        return [ui.field_of("Word or address", word, block_id=BLOCK_OF["word"], hint=asks)]
    if kind is not SourceKind.WEBHOOK:
        return []
    paths = "\n".join(f"{name} = {path}" for name, path in wish.mapping.items())
    mapping = ui.text_input(BLOCK_OF["mapping"], initial=paths, multiline=True, max_length=1000, placeholder=PATHS)
    signs = ui.checkboxes(
        BLOCK_OF["signed"],
        [ui.Option("Take only what is signed", "signed")],
        initial=["signed"] if wish.is_signed else [],
    )
    hint = f"{', '.join(MAPPED_FIELDS)}; what is left out is looked for under its usual names."
    return [
        ui.field_of(
            "Where the parts stand in the JSON", mapping, block_id=BLOCK_OF["mapping"], optional=True, hint=hint
        ),
        ui.field_of("Signature", signs, block_id=BLOCK_OF["signed"], optional=True),
    ]


def _failed(problem: str) -> list[ui.Block]:
    """Draw why a preview failed, and the way to save the source all the same."""
    if not problem:
        return []
    way_out = "Mend it and preview again, or save it as it is: it is tried again, less and less often."
    words = f":warning: {ui.escape(problem)}\n{way_out}"
    return [ui.section(words, accessory=ui.button("Save anyway", SAVE_ANYWAY), block_id="mentions.failed")]


def _line_field(name: str, label: str, initial: str, placeholder: str, hint: str) -> ui.Block:
    box = ui.text_input(BLOCK_OF[name], initial=initial, max_length=40, placeholder=placeholder)
    return ui.field_of(label, box, block_id=BLOCK_OF[name], optional=True, hint=hint)


def _item(one: FeedItem) -> str:
    title = f"*{ui.escape(ui.cut(one.title, NAME)).replace('*', '∗')}*\n" if one.said != one.words else ""
    who = " · ".join(ui.escape(ui.cut(part, 60)) for part in (one.author, one.place) if part)
    return f"{title}{ui.quote(one.words, 200) or '> (without words)'}" + (f"\n{who}" if who else "")


def _moment(at: datetime, now: datetime) -> str:
    """Return the time of day, or the day if it is further away."""
    near = abs(now - at) < timedelta(hours=20)
    if near:  # Slack shows the time of the reader's zone
        return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"
    return ui.short_date(at.date(), today=now.date())

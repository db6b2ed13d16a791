"""The customer card: who, since when, what was last said, what now."""

import json
from collections.abc import Sequence

from bot.core.schemas import Subject, Topic
from bot.customers.rules.cells import ContactDetails
from bot.customers.rules.due import Status
from bot.customers.schemas import Card, CustomerSchema, ErasureSubject, SubjectErased
from bot.customers.views import (
    EDIT,
    HAND_OVER,
    NAME_SHOWN,
    NO_OWNER,
    STATUS,
    TAKE,
    WORDS_SHOWN,
    due_words,
    families,
    name_of,
    standing_words,
)
from bot.slack import blocks as ui

TITLE = "Customer"
MENU, MORE, ERASE_VIEW, ERASE_NAME, ERASED = (
    "customers.card_menu", "customers.card_more", "customers.erase_view", "customers.erase_name", "customers.erased",
)  # fmt: skip
EXPORT, ERASE = "export", "erase"
CALLBACK = "customers.card_view"
LINES_SHOWN = 6
HISTORY_SHOWN = 10
CONTACTS_SHOWN = 5
PREFERENCES_SHOWN = 5
MOST_BUTTONS = 10


def message(card: Card) -> ui.Message:
    """Draw the card as an answer that only one person sees."""
    schema = card.customer
    owner = f"owner {ui.cut(schema.owner_name, NAME_SHOWN)}" if schema.owner_name else NO_OWNER
    problem = "an open problem, " if Topic.PROBLEM in card.topics else ""
    text = f"{ui.cut(schema.name, NAME_SHOWN)}: {problem}{_when(card)}, {owner}."
    rows = ui.fitting([[block] for block in blocks(card)], most_blocks=ui.MESSAGE_BLOCKS)
    return ui.Message(text=ui.escape(text), blocks=[block for row in rows for block in row])


def as_modal(card: Card) -> ui.Block:
    """Draw the card as a modal, which remembers the customer."""
    return ui.modal(TITLE, blocks(card), callback_id=CALLBACK, close="Close", state=str(card.customer.id))


def subject_menu(kind: str, subject_id: str) -> ui.Block:
    """Draw the menu with which an admin exports or erases a customer or person; values are `what:kind:id`."""
    choices = ((EXPORT, "Export everything"), (ERASE, "Erase…"))
    return ui.overflow(MORE, [ui.Option(words, f"{what}:{kind}:{subject_id}") for what, words in choices])


def person(subject: ErasureSubject) -> ui.Message:
    """Draw a person with the admin's menu, as the answer to `/evenhand person`."""
    text = f"{ui.bold(ui.cut(subject.name, NAME_SHOWN))} · everything that is kept about this person"
    return ui.Message(text=text, blocks=[ui.section(text, accessory=subject_menu(subject.kind, subject.id))])


def exported(name: str) -> ui.Message:
    """Draw the answer to an export: the file goes to the admin's direct messages."""
    about = ui.escape(ui.cut(name, NAME_SHOWN))
    text = f"Everything about {about} is on its way to our direct messages, as a JSON file."
    return ui.Message(text=text, blocks=[ui.section(text)])


def erase_form(subject: ErasureSubject) -> ui.Block:
    """Draw the modal that asks for the name again before anything is erased."""
    what = "its contacts, check-ins, follow-ups, promises and escalations"
    if subject.kind != "customer":
        what = "the address and hours, and the name wherever it stands; what they did stays, without it"
    name = ui.bold(ui.cut(subject.name, NAME_SHOWN))
    made = [
        ui.section(f"This erases {name}: {what}. Nobody can undo it."),
        ui.field_of("Write the name to erase it", ui.text_input(ERASE_NAME, max_length=400), block_id=ERASE_NAME),
    ]
    state = json.dumps({"kind": subject.kind, "id": subject.id})
    return ui.modal("Erase", made, callback_id=ERASE_VIEW, submit="Erase", state=state)


def erased(schema: SubjectErased) -> ui.Block:
    """Draw what was erased, by feature."""
    lines = [f"• {ui.escape(name)}: {ui.plural(count, 'row')}" for name, count in schema.rows.items()]
    return ui.modal("Erased", [ui.section("\n".join(["Erased, for good:", *lines]))], callback_id=ERASED, close="Close")


def blocks(card: Card) -> list[ui.Block]:
    """Draw the card: an open problem on top, who and since when, the buttons, what is known, and what happened."""
    problems, details = _lines(card, Topic.PROBLEM), card.details
    headline = f":warning: {name_of(card.customer)} has an open problem"
    made = [ui.section("\n".join([headline, *problems]))] if problems else []
    made += [ui.section(_head(card)), *_buttons(card)]
    for title, lines in (
        ("What we owe", _lines(card, Topic.OWED)),
        ("What they say", _lines(card, Topic.SAID)),
        ("How they like it", [*_bullets(details.preferences, PREFERENCES_SHOWN), *_contacts(details.contacts)]),
    ):
        made += _part(title, lines)
    made += [ui.divider(), families.on_card(card.family, card.customer.id)] if card.family else []
    made += families.suggestion(card.suggestion) if card.suggestion else []
    made += _part("So far", _history(card))
    menu = subject_menu("customer", str(card.customer.id)) if card.may_erase else None
    return [*made, ui.divider(), ui.section(_foot(card), accessory=menu)]


def _part(title: str, lines: Sequence[str]) -> list[ui.Block]:
    return [ui.divider(), ui.section(f"*{title}*\n" + "\n".join(lines))] if lines else []


def _lines(card: Card, topic: Topic) -> list[str]:
    return _bullets([line.text for line in card.topics.get(topic, ())], LINES_SHOWN)


def _head(card: Card) -> str:
    schema = card.customer
    owner = ui.escape(ui.cut(schema.owner_name or "", NAME_SHOWN))
    approved = " (a manager approved that)" if card.cadence_approved_by else ""
    cadence = f"every {ui.days(schema.effective_cadence_days)}{approved}"
    lines = [
        f"{name_of(schema)} · {standing_words(schema)}",
        f"{f'Owner {owner}' if owner else 'No owner'} · {cadence} · {_when(card)}",
    ]
    if schema.last_contact_on:
        lines.append(f"Last contact {ui.short_date(schema.last_contact_on, today=schema.today)}")
    if schema.snoozed_until and schema.snooze_note:
        lines.append(f"Snoozed: {ui.escape(ui.cut(schema.snooze_note, WORDS_SHOWN))}")
    return "\n".join([*lines, *_lines(card, Topic.KNOWN)])


def _when(card: Card) -> str:
    schema = card.customer
    if schema.status is Status.ACTIVE:
        return due_words(schema.due_on, schema.today) + _why_then(card.days_early)
    until = f" until {ui.short_date(card.status_until, today=schema.today)}" if card.status_until else ""
    since = f" since {ui.short_date(card.lost_on, today=schema.today)}" if card.lost_on else ""
    return f"{schema.status.value}{until}{since}"


def _why_then(days_early: int) -> str:
    """Return why a customer is not due on the date of its cadence, where days were levelled."""
    if not days_early:
        return ""
    if days_early > 0:
        return f", {ui.days(days_early)} early to even out busy days"
    return f", {ui.days(-days_early)} later to even out the days after the return"


def _buttons(card: Card) -> list[ui.Block]:
    """Draw what others offer, the first of it green, *I'll take it*, and a menu of the rest."""
    schema = card.customer
    key = str(schema.id)
    subject = Subject(kind="customer", id=key, customer_id=schema.id, words=ui.cut(schema.name, NAME_SHOWN))
    offers = [offer for offer in card.offers if not offer.in_menu]
    about = subject.model_dump_json()
    buttons = [
        ui.button(offer.label, offer.action_id, about, style="" if number else "primary")
        for number, offer in enumerate(offers[:MOST_BUTTONS])
    ]
    if not card.mine:
        buttons.append(ui.button("I'll take it", TAKE, key, confirm=_take_confirm(schema)))
    menu = {offer.action_id: offer.label for offer in card.offers if offer.in_menu}
    menu |= {HAND_OVER: "Hand over", EDIT: "Edit", STATUS: "Status"}
    options = [ui.Option(label, f"{action_id}:customer:{key}") for action_id, label in menu.items()]
    return [ui.actions(*buttons, ui.overflow(MENU, options), block_id=f"customers.own:{key}")]


def _take_confirm(schema: CustomerSchema) -> ui.Confirm | None:
    """Return the question before a customer is taken from its owner."""
    if schema.owner_name is None:
        return None
    question = f"{ui.cut(schema.owner_name, NAME_SHOWN)} is the owner, and is told that it is yours now."
    return ui.Confirm("Take this customer?", question, "I'll take it")


def _bullets(lines: Sequence[str], most: int) -> list[str]:
    shown = [f"• {ui.escape(ui.cut(line, WORDS_SHOWN))}" for line in lines[:most]]
    return [*shown, f"and {len(lines) - most} more"] if len(lines) > most else shown


def _history(card: Card) -> list[str]:
    """Return what happened, the latest first, each with its day."""
    today = card.customer.today
    return [
        (f"{ui.short_date(line.on, today=today)} · " if line.on else "") + ui.escape(ui.cut(line.text, WORDS_SHOWN))
        for line in card.timeline[:HISTORY_SHOWN]
    ]


def _contacts(contacts: Sequence[ContactDetails]) -> list[str]:
    """Return the contacts, those not to be contacted first."""
    ordered = sorted(contacts, key=lambda contact: not contact.do_not_contact)
    shown = [_contact(contact) for contact in ordered[:CONTACTS_SHOWN]]
    more = len(ordered) - CONTACTS_SHOWN
    return [*shown, f"and {more} more; *Edit* shows them all"] if more > 0 else shown


def _contact(contact: ContactDetails) -> str:
    parts = [ui.escape(ui.cut(part, NAME_SHOWN)) for part in (contact.role, contact.email, contact.phone) if part]
    stop = " · :no_entry: do not contact" if contact.do_not_contact else ""
    return f"• {ui.escape(ui.cut(contact.name, NAME_SHOWN))}{''.join(f' · {part}' for part in parts)}{stop}"


def _foot(card: Card) -> str:
    details, schema = card.details, card.customer
    value = f"{details.annual_value:,.2f} {details.currency or ''} a year" if details.annual_value is not None else ""
    parts = [
        details.domain, details.country, details.zone,
        f"also called {', '.join(ui.cut(alias, 40) for alias in details.aliases[:3])}" if details.aliases else None,
        f"tags {', '.join(details.tags[:5])}" if details.tags else None,
        f"{details.headcount:,} people" if details.headcount is not None else None,
        value.replace("  ", " "),
        f"{card.source or 'id'} {card.external_id}" if card.external_id else None,
        f"customer since {ui.short_date(card.added_on, today=schema.today)}",
    ]  # fmt: skip
    return " · ".join(ui.escape(ui.cut(part, WORDS_SHOWN)) for part in parts if part)

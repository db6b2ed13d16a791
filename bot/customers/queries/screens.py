"""What the screens of this feature show: lists, a customer's card with its timeline, imported lists."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.core.briefs import Brief, among, in_workspace
from bot.core.errors import AlreadyDone, NotAllowed, NotFound
from bot.core.feature import Feature, collect_timeline, collect_topics
from bot.core.outbox import find_sent
from bot.core.schemas import Line, Subject
from bot.customers.queries import (
    get_customer,
    list_aliases,
    list_all,
    list_contacts,
    list_found,
    list_owner_ids,
    list_pool,
    list_schemas,
)
from bot.customers.queries.coverage import count_customers, count_pool
from bot.customers.queries.due import CUSTOMERS, overdue_first
from bot.customers.queries.families import get_family
from bot.customers.queries.losses import find_open_loss
from bot.customers.queries.searching import (
    ASKED_LENGTH,
    find_customer,
    ids_holding,
    list_exact,
    list_nearest,
    list_partly,
)
from bot.customers.queries.sharing import list_shares
from bot.customers.queries.suggesting import suggest_parent
from bot.customers.rules.batches import UNFINISHED, ImportState, is_running
from bot.customers.rules.cells import ContactDetails
from bot.customers.rules.due import Status
from bot.customers.rules.names import clean_text, name_key
from bot.customers.schemas import (
    Card,
    CustomerDetails,
    ImportMessage,
    ImportSummary,
    ListPage,
    LookUp,
    Named,
    OfferedButton,
    UploadSchema,
)
from bot.customers.schemas.importing import RefusedFile
from bot.customers.schemas.sharing import ShareForm
from bot.customers.tables import Contact, Customer, Import, RefusedRows, Upload
from bot.people.queries import get_calendar, get_today, list_names
from bot.people.rules import Role
from bot.people.usecases import may_manage, require_here, require_manager, whom_to_ask
from bot.workspaces.queries import get_workspace
from bot.workspaces.usecases import BOT

PAGE_ROWS = 8
TIMELINE_LINES = 10
OPTIONS = 20
MOST_LISTED = 500
"""Names that hold what somebody typed, whose customers are listed."""
MOST_CONSIDERED = 300
"""Customers whose names hold what somebody typed, among whom the menu looks for the most overdue."""
IMPORTS_SHOWN = 5
EXAMPLES = 3
MOST_PROPOSED = 10
"""People that a form proposes to share customers out among."""
COMMAND_LINE, FORGOTTEN = "the command line", "somebody who left"
CARD_NAMES = ("cadence_approved_by", "status_until", "status_by", "added_on", "source", "external_id", "days_early")


def look_up(session: Session, *, words: str, viewer: str, features: Sequence[Feature], now: datetime) -> LookUp:
    """
    Return what *words* lead to: without words, all customers; else a card, a list, or the nearest names.

    Raises:
        NotAllowed: the viewer is a guest or somebody the workspace doesn't know.
    """
    require_here(session, by=viewer)
    asked = clean_text(words, ASKED_LENGTH)
    exact = (list_exact(session, asked) or list_partly(session, asked)) if asked else []
    page = None if len(exact) == 1 else list_page(session, words=asked, page=1, viewer=viewer, now=now)
    if page is None or (asked and page.total == 1):
        only = page.rows[0].id if page else exact[0].id
        card = get_card(session, customer_id=only, viewer=viewer, features=features, now=now)
        return LookUp(words=asked, card=card)
    if asked and not page.total:
        return LookUp(words=asked, nearest=_nearest(session, asked))
    return LookUp(words=asked, page=page)


def list_page(
    session: Session, *, words: str = "", page: int = 1, viewer: str, now: datetime, pool: bool = False
) -> ListPage:
    """
    Return one page of customers, active ones first, furthest past their cadence first.

    *words* narrow it to names, aliases and domains that hold them, of which the first `MOST_LISTED` found are listed,
    *pool* to customers without an owner; with the pool, managers see the last sharings.
    """
    actor = require_here(session, by=viewer)
    today, manages = get_today(session, person_id=viewer, now=now), may_manage(actor)
    if words:
        found, total, shown, and_more = _matching_page(session, words, page, today)
    else:
        found, total, shown = _page(session, page, today, pool=pool)
        and_more = False
    return ListPage(
        rows=tuple(list_schemas(session, found, today=today)), words=clean_text(words, ASKED_LENGTH), page=shown,
        pages=_pages(total), total=total, and_more=and_more, pool=pool, may_share=manages,
        shares=list_shares(session, viewer=viewer, now=now) if pool and manages else (),
    )  # fmt: skip


def _page(session: Session, page: int, today: date, *, pool: bool) -> tuple[Sequence[Customer], int, int]:
    """Return the customers on a page of the pool or of all, how many those are, and the number of the page."""
    total, counts = (count_pool(session), None) if pool else count_customers(session)
    shown = min(max(page, 1), _pages(total))
    read = list_pool if pool else partial(list_all, counts=counts)
    return read(session, today=today, limit=PAGE_ROWS, offset=(shown - 1) * PAGE_ROWS), total, shown


def _matching_page(session: Session, words: str, page: int, today: date) -> tuple[Sequence[Customer], int, int, bool]:
    """Return what `_page` does, of the customers that *words* find, and whether they may find more."""
    held, shown = ids_holding(session, words, MOST_LISTED).cte("held"), max(page, 1)
    holding, names = CUSTOMERS.c.id.in_(sa.select(held.c.customer_id)), sa.select(sa.func.count()).select_from(held)

    def read(number: int) -> tuple[Sequence[Customer], int, int]:
        place = {"limit": PAGE_ROWS, "offset": (number - 1) * PAGE_ROWS}
        return list_found(session, holding, names.scalar_subquery(), today, **place)

    found, total, held_names = read(shown)
    if not found and shown > 1:
        shown = _pages(read(1)[1])
        found, total, held_names = read(shown)
    return found, total, shown, held_names == MOST_LISTED


def _pages(customers: int) -> int:
    return max(-(-customers // PAGE_ROWS), 1)


def get_share_form(session: Session, *, viewer: str, now: datetime) -> ShareForm:
    """
    Return what the form that shares the pool out shows.

    Raises:
        NotAllowed: the viewer is no manager.
        AlreadyDone: every customer has an owner.
    """
    require_manager(session, by=viewer, wish="share customers out")
    page = list_page(session, pool=True, viewer=viewer, now=now)
    if not page.total:
        raise AlreadyDone("Every customer has an owner already; nothing is left to share out.")
    names = tuple(row.name for row in page.rows[:EXAMPLES])
    return ShareForm(total=page.total, examples=names, among=list_owner_ids(session, most=MOST_PROPOSED))


def list_options(session: Session, *, words: str, viewer: str, now: datetime) -> tuple[Named, ...]:
    """List customers for a menu while somebody types: those called so first, then the nearest names."""
    require_here(session, by=viewer)
    today = get_today(session, person_id=viewer, now=now)
    query = select(Customer.id, Customer.name)
    if words.strip():
        query = query.where(col(Customer.id).in_(ids_holding(session, words, MOST_CONSIDERED)))
    key = name_key(words)
    beginning = sa.case((col(Customer.name_key).startswith(key, autoescape=True), 0), else_=1) if key else sa.literal(0)
    query = query.where(col(Customer.status) != Status.EXCLUDED).order_by(beginning, *overdue_first(today))
    found = session.exec(query.limit(OPTIONS)).all()
    if not found and words.strip():
        return _nearest(session, words)
    return tuple(Named(id=customer_id, name=name) for customer_id, name in found)


def get_card(session: Session, *, customer_id: UUID, viewer: str, features: Sequence[Feature], now: datetime) -> Card:
    """Return everything one screen tells about a customer, with what the other features know."""
    actor = require_here(session, by=viewer)
    customer = get_customer(session, customer_id)
    today = get_today(session, person_id=viewer, now=now)
    topics = collect_topics(features, session, customer.id, now)
    lines = sorted(chain.from_iterable(topics.values()), key=lambda line: not line.urgent)
    subject = Subject(kind="customer", id=str(customer.id), customer_id=customer.id)
    parent = get_customer(session, customer.parent_id) if customer.parent_id else None
    loss = find_open_loss(session, customer.id) if customer.status is Status.LOST else None
    return Card(
        customer=list_schemas(session, [customer], today=today)[0].model_copy(update={"lines": tuple(lines)}),
        topics={topic: tuple(about) for topic, about in topics.items()},
        details=get_details(session, customer),
        parent=Named(id=parent.id, name=parent.name) if parent else None,
        family=get_family(session, customer, today=today),
        suggestion=suggest_parent(session, customer),
        lost_on=loss.lost_on if loss else None,
        **{name: getattr(customer, name) for name in CARD_NAMES},
        offers=tuple(
            OfferedButton(label=offer.label, action_id=offer.action_id, in_menu=offer.open is not None)
            for feature in features
            for offer in feature.offers
            if offer.wants(subject)
        ),
        timeline=tuple(collect_timeline(features, session, customer.id, now, TIMELINE_LINES)),
        mine=customer.owner_id == viewer,
        may_erase=actor.role is Role.ADMIN,
    )


def find_card(session: Session, *, words: str, viewer: str, features: Sequence[Feature], now: datetime) -> Card:
    """
    Return the card of the one customer called *words*.

    Raises:
        NotFound, Ambiguous: with the customers that may have been meant.
    """
    require_here(session, by=viewer)
    customer = find_customer(session, clean_text(words, ASKED_LENGTH))
    return get_card(session, customer_id=customer.id, viewer=viewer, features=features, now=now)


def get_cadence(session: Session, *, viewer: str, now: datetime) -> int:  # noqa: ARG001 - every query takes the time
    """Return the days between contacts of customers without a cadence of their own."""
    require_here(session, by=viewer)
    return get_workspace(session).default_cadence_days


def get_details(session: Session, customer: Customer) -> CustomerDetails:
    """Return what a person may change about a customer, as it stands."""
    own = CustomerDetails.model_fields.keys() - {"aliases", "contacts"}
    contacts = list_contacts(session, customer.id)
    return CustomerDetails(
        **{name: getattr(customer, name) for name in own},
        aliases=tuple(alias.name for alias in list_aliases(session, customer.id)),
        contacts=tuple(ContactDetails.model_validate(contact, from_attributes=True) for contact in contacts),
    )


def get_upload(session: Session, *, upload_id: UUID, by: str, now: datetime) -> UploadSchema:
    """
    Return the list that *by* has uploaded and not confirmed.

    Raises:
        NotFound: it was taken in or thrown away, or it is somebody else's.
    """
    waiting = select(Upload).where(Upload.id == upload_id, Upload.by == by, col(Upload.import_id).is_(None))
    upload = session.exec(waiting).first()
    if upload is None:
        raise NotFound("That list isn't here any more: it was imported, or a day has passed. Send it again.")
    return upload_schema(upload, get_today(session, person_id=by, now=now))


def upload_schema(upload: Upload, today: date) -> UploadSchema:
    """Return a list that was sent, to be read as of *today*."""
    stored = {name: getattr(upload, name) for name in UploadSchema.model_fields.keys() - {"today"}}
    return UploadSchema(**stored, today=today)


def get_answers(session: Session, *, now: datetime) -> dict[str, str]:  # noqa: ARG001 - every query takes the time
    """Return what people answered about earlier lists, by question; each import adds to those before it."""
    kept = select(Import.answers).where(Import.state == ImportState.IMPORTED).order_by(col(Import.at).desc())
    return dict(session.exec(kept.limit(1)).first() or {})


def _not_to_contact(customers: Any) -> sa.Select[Any]:
    contacts = cast("sa.Table", Contact.__table__)  # type: ignore[attr-defined]  # SQLModel's types hide it
    theirs = among(contacts.c.customer_id, customers)
    return sa.select(contacts.c.customer_id, contacts.c.name).where(
        in_workspace(contacts), theirs, contacts.c.do_not_contact.is_(True)
    )


def _tell_brief(rows: Sequence[Any], _now: datetime) -> dict[UUID, list[Line]]:
    lines: dict[UUID, list[Line]] = {}
    for customer_id, name in sorted(rows, key=lambda row: str(row.name)):
        lines.setdefault(customer_id, []).append(Line(text=f"don't contact {name}"))
    return lines


brief_of_contacts = Brief(_not_to_contact, _tell_brief)
"""Whom not to contact at these customers."""


def _nearest(session: Session, words: str) -> tuple[Named, ...]:
    return tuple(Named(id=customer_id, name=name) for customer_id, name in list_nearest(session, words))


def list_imports(session: Session, *, viewer: str, now: datetime) -> tuple[ImportSummary, ...]:
    """
    List the last five imports, the latest first; managers and who imported may undo one.

    Raises:
        NotAllowed: the viewer is a guest or somebody the workspace doesn't know.
    """
    made = session.exec(
        select(Import).order_by(col(Import.at).desc(), col(Import.id).desc()).limit(IMPORTS_SHOWN)
    ).all()
    return _summaries(session, made, viewer=viewer, now=now)


def imported_key(import_id: UUID) -> str:
    """Return the outbox key of the message that says that a list was taken in."""
    return f"imported:{import_id}"


def get_import_message(session: Session, *, import_id: UUID, viewer: str, now: datetime) -> ImportMessage | None:
    """Return the message in Slack about an import, or None where there is none."""
    sent = find_sent(session, imported_key(import_id))
    made = session.exec(select(Import).where(Import.id == import_id)).first()
    if made is None or sent is None:
        return None
    (summary,) = _summaries(session, [made], viewer=viewer, now=now)
    return ImportMessage(channel=sent.channel, ts=sent.ts, summary=summary)


def get_refused_rows(session: Session, *, import_id: UUID, viewer: str, now: datetime) -> RefusedFile:  # noqa: ARG001 - every query takes the time
    """
    Return the file of the rows that an import refused.

    Raises:
        NotFound: a month has passed, or there were none.
        NotAllowed: the viewer neither imported the list nor is a manager.
    """
    actor = require_here(session, by=viewer)
    made = session.exec(select(Import).where(Import.id == import_id)).first()
    if made is not None and made.by != viewer and not may_manage(actor):
        raise NotAllowed(f"Only managers and who imported a list can see its refused rows; ask {whom_to_ask(session)}.")
    stored = session.exec(select(RefusedRows).where(RefusedRows.import_id == import_id)).first()
    if made is None or stored is None:
        raise NotFound("These refused rows aren't kept any more; import the list again to see what it can't take.")
    return RefusedFile(file_name=made.file_name, rows=made.refused, content=stored.content)


def _summaries(session: Session, made: Sequence[Import], *, viewer: str, now: datetime) -> tuple[ImportSummary, ...]:
    actor, calendar = require_here(session, by=viewer), get_calendar(session, viewer)
    names = {BOT: COMMAND_LINE, **list_names(session, [who for one in made for who in (one.by, one.undone_by)])}
    kept = select(RefusedRows.import_id).where(col(RefusedRows.import_id).in_([one.id for one in made]))
    refused, theirs = set(session.exec(kept).all()), {one.id for one in made if may_manage(actor) or one.by == viewer}
    return tuple(
        ImportSummary(
            **{name: getattr(one, name) for name in ("id", "file_name", "added", "changed", "refused")},
            by=names.get(one.by, FORGOTTEN),
            on=calendar.today(one.at),
            today=calendar.today(now),
            undone_by=names.get(one.undone_by or "", FORGOTTEN) if one.undone_at else None,
            may_undo=one.undone_at is None and one.id in theirs,
            has_refused=one.id in refused & theirs,
            is_running=is_running(one.alive_at, now=now),
            is_undoing=one.state is ImportState.UNDOING,
            is_interrupted=one.state in UNFINISHED and not is_running(one.alive_at, now=now),
        )
        for one in made
    )

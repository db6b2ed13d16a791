"""Use cases of digests: save the setup, post and test and stop a digest, take a customer from a row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.checkins.usecases import hand_over_from_list, undo_action
from bot.core import outbox
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.core.feature import Feature
from bot.core.schemas import DigestSlot, Notification
from bot.customers.queries import get_customer
from bot.customers.schemas import CustomerSchema
from bot.customers.usecases import notify_new_owner
from bot.customers.usecases.rescheduling import reschedule_workspace
from bot.digests.queries import compose_neglected, find_digest, find_kind, get_slot, list_neglected_lines
from bot.digests.queries.setup import TESTED, get_kind, get_setup
from bot.digests.rules import NO_SUCH_KIND, PAGE_CHARACTERS, PAGE_PAUSE, SWITCHED_OFF, DigestKind, pack, schedule_of
from bot.digests.schemas import (
    AllClear,
    CustomerTakenOver,
    DigestInput,
    DigestPage,
    DigestPosted,
    DigestStopped,
    KindSchema,
    NeglectedDigest,
    SetupInput,
    SetupSchema,
)
from bot.digests.tables import Digest, DigestPost
from bot.people.queries import find_person_row, list_managers, list_names
from bot.people.rules import Calendar, Mute, known_zone
from bot.people.usecases import manager_problems, name_managers, require_manager
from bot.workspaces.schemas import ChannelSchema
from bot.workspaces.usecases import BOT, change_settings, record, setting_problems

CHANNEL_GONE = {
    "channel_not_found": "I can't see the channel any more.",
    "is_archived": "the channel was archived.",
    "not_in_channel": "I was removed from the channel.",
    "restricted_action": "posting in the channel is restricted.",
    "restricted_action_read_only_channel": "the channel is read-only.",
    "restricted_action_thread_only_channel": "the channel takes replies only.",
    "restricted_action_non_threadable_channel": "the channel takes no replies.",
    "team_access_not_granted": "the channel belongs to a workspace that hasn't let me in.",
    "is_shared": "the channel is shared with outsiders now.",
}


def check_setup(
    session: Session, *, settings: SetupInput, channel: ChannelSchema | None, by: str, now: datetime  # noqa: ARG001
) -> None:  # fmt: skip
    """
    Validate the setup that *by* wants to save, without changing anything.

    Raises:
        NotAllowed: *by* is not a manager.
        InvalidInput: `fields` has a sentence for each of `managers`, `cadence`, `floor`, `factor`, `first_calls`,
            `channel`, `zone`, `days` that is invalid.
    """
    require_manager(session, by=by, wish="change the setup")
    problems = setting_problems(**settings.numbers)
    if settings.managers is not None:
        problems |= manager_problems(session, person_ids=settings.managers, by=by)
    _check_digest(session, problems, kind=DigestKind.NEGLECTED, settings=settings, channel=channel, by=by)


def save_setup(
    session: Session, *, settings: SetupInput, channel: ChannelSchema | None, by: str, now: datetime
) -> SetupSchema:
    """
    Save the setup; saving the same twice changes nothing, but computes every due date again.

    Raises:
        NotAllowed, InvalidInput: as `check_setup`.
    """
    check_setup(session, settings=settings, channel=channel, by=by, now=now)
    change_settings(session, by=by, now=now, levels_load=settings.levels_load, **settings.numbers)
    reschedule_workspace(session, now=now)
    if settings.managers is not None:
        name_managers(session, person_ids=settings.managers, by=by, now=now)
    if channel is not None:
        _save_digest(session, kind=DigestKind.NEGLECTED, settings=settings, channel=channel, by=by, now=now)
    return get_setup(session, viewer=by, now=now)


def check_digest(
    session: Session, *, kind: str, settings: DigestInput, channel: ChannelSchema | None, by: str,
    features: Sequence[Feature], now: datetime,
) -> None:  # fmt: skip
    """
    Validate the settings of a digest beside the neglected one, without changing anything.

    Raises:
        NotAllowed: *by* is not a manager.
        NotFound: no feature declares that kind.
        InvalidInput: `fields` has a sentence for each of `channel`, `zone`, `days` that is invalid.
    """
    get_kind(session, kind=kind, viewer=by, features=features, now=now)
    problems = {} if channel else {"channel": "Choose the channel that gets it."}
    _check_digest(session, problems, kind=kind, settings=settings, channel=channel, by=by)


def save_digest(
    session: Session, *, kind: str, settings: DigestInput, channel: ChannelSchema, by: str,
    features: Sequence[Feature], now: datetime,
) -> KindSchema:  # fmt: skip
    """
    Save the settings of a digest beside the neglected one; saving the same twice changes nothing.

    Raises:
        NotAllowed, NotFound, InvalidInput: as `check_digest`.
    """
    check_digest(session, kind=kind, settings=settings, channel=channel, by=by, features=features, now=now)
    _save_digest(session, kind=kind, settings=settings, channel=channel, by=by, now=now)
    return get_kind(session, kind=kind, viewer=by, features=features, now=now)


def _check_digest(
    session: Session, problems: dict[str, str], *, kind: str, settings: DigestInput, channel: ChannelSchema | None,
    by: str,
) -> None:  # fmt: skip
    """Raise InvalidInput when there are *problems*, by field, or *settings* or *channel* are invalid for a digest."""
    if channel is not None and channel.problem:
        problems["channel"] = channel.problem
    if known_zone(settings.zone, "") != settings.zone:
        problems["zone"] = "Choose a time zone from the list, such as Europe/Lisbon."
    if not set(settings.days) <= set("0123456"):
        problems["days"] = "Choose days of the week."
    if channel is not None and settings.is_first:
        problems |= _conflict(session, kind=kind, columns=_columns(settings, channel), by=by)
    if problems:
        raise InvalidInput(fields=problems)


def _conflict(session: Session, *, kind: str, columns: dict[str, Any], by: str) -> dict[str, str]:
    """
    Return a problem when somebody else set the digest up differently while *by* had a form that showed none.

    When two people save at once, PostgreSQL commits one and runs the other again, which then reads the first one's row.
    """
    digest = find_digest(session, kind)
    if digest is None or digest.made_by == by or columns.items() <= digest.model_dump().items():
        return {}
    who = list_names(session, [digest.made_by]).get(digest.made_by, "Somebody")
    where = f"#{digest.channel_name or digest.channel_id}"
    return {"channel": f"{who} has just set this digest up, for {where}; open this again to see it and to change it."}


def _save_digest(
    session: Session, *, kind: str, settings: DigestInput, channel: ChannelSchema, by: str, now: datetime
) -> None:
    columns = _columns(settings, channel)
    next_slot = schedule_of(columns["days"], settings.hour, settings.zone).next_after(now)
    digest = find_digest(session, kind)
    before = _audited(digest) if digest else None
    if digest is None:
        digest = Digest(kind=str(kind), channel_id=channel.id, zone=settings.zone, made_by=by, next_slot=now)
        session.add(digest)
    digest.sqlmodel_update(columns | {"channel_name": channel.name[:100]})
    digest.next_slot = next_slot or digest.next_slot
    digest.stopped_because = None if next_slot else SWITCHED_OFF
    if before != (after := _audited(digest)):
        record(session, "digest.arranged", by=by, kind="digest", subject=digest.id, before=before, after=after, now=now)
    session.flush()


def _columns(settings: DigestInput, channel: ChannelSchema) -> dict[str, Any]:
    """Return the columns of a digest that its form sets, by name."""
    days = "".join(sorted(set(settings.days)))
    return settings.model_dump(include={"hour", "zone", "silent_when_clear", "names_owners"}) | {
        "channel_id": channel.id,
        "days": days,
    }


def _audited(digest: Digest) -> dict[str, str | bool | None]:
    """Return what the audit trail stores of a digest before and after a change."""
    values = digest.model_dump(include={"kind", "days", "zone", "silent_when_clear", "names_owners", "stopped_because"})
    return values | {"channel": digest.channel_id, "hour": digest.hour.isoformat("minutes")}


def post_digest(
    session: Session, *, digest_id: UUID, features: Sequence[Feature], now: datetime
) -> DigestPosted | None:
    """
    Handle the slot of a digest that has come: enqueue its message and thread, store its counts, set the next slot.

    Of several missed slots only the latest is posted. Returns None when there is nothing to handle: another process
    handled the slot, or the digest was stopped.
    """
    digest = session.exec(select(Digest).where(Digest.id == digest_id).with_for_update()).first()
    if digest is None or digest.stopped_because or digest.next_slot > now:
        return None
    if digest.kind != DigestKind.NEGLECTED and find_kind(digest.kind, features) is None:
        digest.stopped_because = NO_SUCH_KIND
        return None
    slot = get_slot(session, digest=digest, now=now)
    schema, is_clear = _compose(session, features, slot, now)
    is_posted = not (is_clear and digest.silent_when_clear)
    pages = _enqueue_digest(session, digest, schema, slot, now=now) if is_posted else 0
    post = DigestPost(digest_id=digest.id, slot=slot.slot, posted_at=now, said_something=is_posted)
    if isinstance(schema, NeglectedDigest):
        post.in_cadence, post.active, post.neglected = schema.in_cadence, schema.active, schema.neglected
    session.add(post)
    digest.next_slot = slot.next_slot or slot.slot
    digest.stopped_because = None if slot.next_slot else SWITCHED_OFF
    session.flush()
    return DigestPosted(slot=slot.slot, said_something=is_posted, pages=pages)


def post_test(
    session: Session, *, by: str, features: Sequence[Feature], now: datetime, kind: str = DigestKind.NEGLECTED
) -> str:
    """
    Enqueue what the digest of that *kind* reports now, marked as a test; return the channel's id.

    Raises:
        NotAllowed: *by* is not a manager.
        NotFound: no channel was chosen yet, the digest was stopped, or no feature declares its kind any more.
        AlreadyDone: a test was enqueued within this minute.
    """
    require_manager(session, by=by, wish="post a test")
    digest = find_digest(session, kind)
    if digest is None:
        raise NotFound("No channel is chosen yet; choose one in /evenhand setup and save, then post a test.")
    if digest.stopped_because:
        raise NotFound("The digest has stopped; choose its channel and days in /evenhand setup and save, then test it.")
    slot = get_slot(session, digest=digest, now=now, is_test=True)
    schema, _ = _compose(session, features, slot, now)
    key = f"digest_test:{digest.id}:{now:%Y%m%d%H%M}"
    if not outbox.enqueue(session, schema, to=digest.channel_id, key=key, now=now):
        raise AlreadyDone("A test is on its way already; look into the channel.")
    record(session, TESTED, by=by, kind="digest", subject=digest.id, now=now)
    return digest.channel_id


def stop_digest(session: Session, *, channel: str, reason: str, now: datetime) -> int:
    """
    Notify the managers once that the digests of *channel* could not be posted; *reason* is Slack's error code.

    When the channel is gone or closed to the bot, its digests stop until somebody saves the setup; after any other
    error the next slot is tried. Returns the number of digests.
    """
    query = select(Digest).where(Digest.channel_id == channel, col(Digest.stopped_because).is_(None))
    stopped = session.exec(query.order_by(col(Digest.id)).with_for_update()).all()
    why, is_over = CHANNEL_GONE.get(reason, f"Slack refused it ({reason[:80]})."), reason in CHANNEL_GONE
    for digest in stopped if is_over else ():
        digest.stopped_because = why[0].upper() + why[1:]
        after = {"reason": reason[:80]}
        record(session, "digest.stopped", by=BOT, kind="digest", subject=digest.id, after=after, now=now)
    if stopped:
        schema = DigestStopped(
            channel_id=channel, channel_name=stopped[0].channel_name, reason=why, is_over=is_over, digests=len(stopped)
        )
        _notify_managers(session, stopped[0], schema, now=now)
    return len(stopped)


def take_customer(
    session: Session, *, customer_id: UUID, seen_owner: str | None, by: str, now: datetime
) -> CustomerTakenOver:
    """
    Make *by* the owner of a customer that was shown as owned by *seen_owner*, or by nobody for None; tell who had it.

    Raises:
        NotFound: there is no such customer.
        NotAllowed: *by* is a guest.
        AlreadyDone: *by* owns it already, or somebody else took it meanwhile.
    """
    customer = get_customer(session, customer_id)
    if customer.owner_id not in {seen_owner, by, None}:
        taker = list_names(session, [customer.owner_id]).get(customer.owner_id or "", "Somebody")
        raise AlreadyDone(f"{taker} took {customer.name} meanwhile; nothing is left to do.")
    former = list_names(session, [customer.owner_id]).get(customer.owner_id or "", "")
    done = hand_over_from_list(session, customer_id=customer_id, to=by, by=by, now=now)
    return CustomerTakenOver(
        customer=done.customer, former_name=former, customer_action_id=done.customer_action_id
    )  # fmt: skip


def give_back(session: Session, *, customer_action_id: UUID, by: str, now: datetime) -> CustomerSchema:
    """
    Undo that a customer was taken or handed over, and tell who has it again.

    Raises:
        NotAllowed, AlreadyDone, NotFound: as in undoing anywhere.
    """
    customer = undo_action(session, customer_action_id=customer_action_id, by=by, now=now).customer
    if customer.owner_id and customer.owner_id != by:
        row = get_customer(session, customer.id)
        notify_new_owner(session, [row], to=customer.owner_id, by=by, note="Taking it was undone.", now=now)
    names = list_names(session, [customer.owner_id])
    return customer.model_copy(update={"owner_name": names.get(customer.owner_id or "")})


def forget_person(session: Session, kind: str, subject_id: str, now: datetime) -> int:  # noqa: ARG001 - a feature's shape
    """Replace a person by the bot as the maker of digests; return the number of digests."""
    query = select(Digest).where(Digest.made_by == subject_id)
    made = session.exec(query).all() if kind == "person" else ()
    for digest in made:
        digest.made_by = BOT
    return len(made)


def _compose(
    session: Session, features: Sequence[Feature], slot: DigestSlot, now: datetime
) -> tuple[Notification, bool]:
    """
    Return what the digest of *slot* reports, and whether that is only that all is well.

    Raises:
        NotFound: no feature declares its kind.
    """
    if slot.kind == DigestKind.NEGLECTED:
        digest = compose_neglected(session, slot, now, features=features)
        return digest, not digest.neglected
    offer = find_kind(slot.kind, features)
    if offer is None:
        raise NotFound(NO_SUCH_KIND)
    schema = offer.compose(session, slot, now)
    return (schema, False) if schema else (AllClear(slot=slot, words=offer.clear), True)


def _enqueue_digest(session: Session, digest: Digest, schema: Notification, slot: DigestSlot, *, now: datetime) -> int:
    """Enqueue the message and, when it leaves customers out, the list in its thread; return the pages' number."""
    key = f"digest:{digest.id}:{_stamp(slot.slot)}"
    outbox.enqueue(session, schema, to=digest.channel_id, key=key, now=now, expires_at=slot.next_slot)
    if not isinstance(schema, NeglectedDigest) or not schema.more:
        return 0
    today = Calendar(zone=schema.zone).today(now)
    lines = list_neglected_lines(session, today=today, names_owners=schema.names_owners)
    pages = pack(lines, PAGE_CHARACTERS)
    for number, page in enumerate(pages, 1):
        more = schema.neglected - len(lines) if number == len(pages) else 0
        part = DigestPage(page=number, pages=len(pages), total=schema.neglected, lines=page, more=more)
        not_before = now + PAGE_PAUSE * (number - 1)  # so that a long thread never keeps others waiting
        outbox.enqueue(
            session, part, to=digest.channel_id, key=f"{key}:{number}", now=now, not_before=not_before, reply_to=key
        )
    return len(pages)


def _notify_managers(session: Session, digest: Digest, schema: DigestStopped, *, now: datetime) -> None:
    """Notify whoever set the digest up, and the managers who haven't muted news; all of them when everybody has."""
    managers = list_managers(session)
    listening = [manager for manager in managers if Mute.NEWS not in manager.mutes] or managers
    maker = find_person_row(session, digest.made_by)
    makers = [maker.id] if maker and not maker.is_deactivated else []
    for person_id in dict.fromkeys([*makers, *(manager.id for manager in listening)]):
        key = f"digest_stopped:{digest.id}:{_stamp(digest.next_slot)}:{schema.is_over}:{person_id}"
        outbox.enqueue(session, schema, to=person_id, key=key, now=now)


def _stamp(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%MZ}"

"""What changes digests: the setup, further kinds, a slot's message, a channel that is gone, a row's customer taken."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from bot.core import outbox
from bot.core.errors import AlreadyDone, InvalidInput, NotFound
from bot.core.feature import Feature
from bot.core.schemas import DigestSlot, Notification
from bot.customers.queries import get_customer
from bot.customers.schemas import CustomerSchema
from bot.customers.usecases import hand_over
from bot.customers.usecases.scheduling import reschedule_workspace
from bot.digests.queries import compose_digest, find_digest, get_slot, list_neglected_lines
from bot.digests.queries.kinds import find_kind
from bot.digests.queries.setup import TESTED, get_kind, get_setup
from bot.digests.rules import (
    NO_SUCH_KIND,
    PAGE_CHARACTERS,
    PAGE_PAUSE,
    SWITCHED_OFF,
    DigestKind,
    pack,
    schedule_of,
)
from bot.digests.schemas import (
    AllClear,
    ChannelSchema,
    DigestPage,
    DigestPosted,
    DigestStopped,
    DigestWish,
    KindSchema,
    NeglectedDigest,
    SetupSchema,
    SetupWish,
)
from bot.digests.tables import Digest, DigestPost
from bot.people.queries import list_managers, list_names
from bot.people.rules import Calendar, Mute, known_zone
from bot.people.usecases import manager_problems, name_managers, require_manager
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


def check_setup(session: Session, *, wish: SetupWish, channel: ChannelSchema | None, by: str, now: datetime) -> None:  # noqa: ARG001 - the shape of every query
    """
    Find out, before anything is changed, whether *by* may have what they wish for.

    Raises:
        NotAllowed: they are no manager.
        InvalidInput: with a sentence per field: `managers`, `cadence`, `floor`, `factor`, `first_calls`, `channel`,
            `zone`, `days`.
    """
    require_manager(session, by=by, wish="change the setup")
    problems = setting_problems(
        cadence=wish.cadence, floor=wish.floor, factor=wish.factor, first_calls=wish.first_calls
    )
    if wish.managers is not None:
        problems |= manager_problems(session, person_ids=wish.managers, by=by)
    problems |= _digest_problems(wish, channel)
    problems |= _set_up_meanwhile(session, kind=DigestKind.NEGLECTED, wish=wish, channel=channel, by=by)
    if problems:
        raise InvalidInput(fields=problems)


def save_setup(
    session: Session, *, wish: SetupWish, channel: ChannelSchema | None, by: str, now: datetime
) -> SetupSchema:
    """
    Make the setup what *by* wishes, all of it or nothing; saving the same twice changes nothing.

    Raises:
        NotAllowed, InvalidInput: as `check_setup`.
    """
    check_setup(session, wish=wish, channel=channel, by=by, now=now)
    changed = change_settings(
        session, cadence=wish.cadence, floor=wish.floor, factor=wish.factor, first_calls=wish.first_calls,
        by=by, now=now,
    )  # fmt: skip
    if changed & {"default_cadence_days", "neglect_factor"}:
        reschedule_workspace(session, now=now)
    if wish.managers is not None:
        name_managers(session, person_ids=wish.managers, by=by, now=now)
    if channel is not None:
        _arrange_digest(session, kind=DigestKind.NEGLECTED, wish=wish, channel=channel, by=by, now=now)
    session.flush()
    return get_setup(session, viewer=by, now=now)


def check_arrangement(
    session: Session, *, kind: str, wish: DigestWish, channel: ChannelSchema | None, by: str,
    features: Sequence[Feature], now: datetime,
) -> None:  # fmt: skip
    """
    Find out, before anything is changed, whether *by* may have a digest of that further *kind* so.

    Raises:
        NotAllowed: they are no manager.
        NotFound: no feature makes that kind.
        InvalidInput: with a sentence per field: `channel`, `zone`, `days`.
    """
    get_kind(session, kind=kind, viewer=by, features=features, now=now)
    problems = {} if channel else {"channel": "Choose the channel that gets it."}
    problems |= _digest_problems(wish, channel)
    problems |= _set_up_meanwhile(session, kind=kind, wish=wish, channel=channel, by=by)
    if problems:
        raise InvalidInput(fields=problems)


def arrange_digest(
    session: Session, *, kind: str, wish: DigestWish, channel: ChannelSchema, by: str, features: Sequence[Feature],
    now: datetime,
) -> KindSchema:  # fmt: skip
    """
    Have a digest of a further *kind* posted as *by* wishes; saving the same twice changes nothing.

    Raises:
        NotAllowed, NotFound, InvalidInput: as `check_arrangement`.
    """
    check_arrangement(session, kind=kind, wish=wish, channel=channel, by=by, features=features, now=now)
    _arrange_digest(session, kind=kind, wish=wish, channel=channel, by=by, now=now)
    session.flush()
    return get_kind(session, kind=kind, viewer=by, features=features, now=now)


def _digest_problems(wish: DigestWish, channel: ChannelSchema | None) -> dict[str, str]:
    problems = {}
    if channel is not None and channel.problem:
        problems["channel"] = channel.problem
    if known_zone(wish.zone, "") != wish.zone:
        problems["zone"] = "Choose a time zone from the list, such as Europe/Lisbon."
    if not set(wish.days) <= set("0123456"):
        problems["days"] = "Choose days of the week."
    return problems


def _set_up_meanwhile(
    session: Session, *, kind: str, wish: DigestWish, channel: ChannelSchema | None, by: str
) -> dict[str, str]:
    """
    A sentence when a digest was set up by somebody else, and otherwise than wished, while *by* saw a form without one.

    Of two at once PostgreSQL lets one commit and runs the other again, which then reads this.
    """
    digest = find_digest(session, kind) if channel and wish.is_first else None
    if digest is None or digest.made_by == by:
        return {}
    wished = {
        "channel": channel.id if channel else "",
        "days": _in_order(wish.days),
        "hour": wish.hour.isoformat("minutes"),
        "zone": wish.zone,
        "silent_when_clear": wish.silent_when_clear,
    }
    if wished.items() <= _as_kept(digest).items():
        return {}
    who = list_names(session, [digest.made_by]).get(digest.made_by, "Somebody")
    where = f"#{digest.channel_name or digest.channel_id}"
    return {"channel": f"{who} has just set this digest up, for {where}; open this again to see it and to change it."}


def _arrange_digest(
    session: Session, *, kind: str, wish: DigestWish, channel: ChannelSchema, by: str, now: datetime
) -> Digest:
    digest = find_digest(session, kind)
    before = _as_kept(digest) if digest else None
    days = _in_order(wish.days)
    following = schedule_of(days, wish.hour, wish.zone).next_after(now)
    if digest is None:
        digest = Digest(kind=str(kind), channel_id=channel.id, zone=wish.zone, made_by=by, next_slot=now)
        session.add(digest)
    digest.channel_id, digest.channel_name = channel.id, channel.name[:100]
    digest.days, digest.hour, digest.zone = days, wish.hour, wish.zone
    digest.silent_when_clear = wish.silent_when_clear
    digest.next_slot = following or digest.next_slot
    digest.stopped_because = None if following else SWITCHED_OFF
    if before != _as_kept(digest):
        record(
            session, "digest.arranged", by=by, kind="digest", subject=digest.id, before=before,
            after=_as_kept(digest), now=now,
        )  # fmt: skip
    return digest


def _in_order(days: str) -> str:
    return "".join(sorted(set(days)))


def _as_kept(digest: Digest) -> dict[str, str | bool | None]:
    return {
        "kind": digest.kind,
        "channel": digest.channel_id,
        "days": digest.days,
        "hour": digest.hour.isoformat("minutes"),
        "zone": digest.zone,
        "silent_when_clear": digest.silent_when_clear,
        "stopped_because": digest.stopped_because,
    }


def post_digest(
    session: Session, *, digest_id: UUID, features: Sequence[Feature], now: datetime
) -> DigestPosted | None:
    """
    Handle the slot of a digest that has come: owe its message and thread, note its numbers, set the next slot.

    Slots that were missed are caught up with once, by the latest of them. None when there is nothing to handle:
    somebody was faster, or the digest was stopped.
    """
    digest = _locked(session, digest_id)
    if digest is None or digest.stopped_because or digest.next_slot > now:
        return None
    if digest.kind != DigestKind.NEGLECTED and find_kind(digest.kind, features) is None:
        digest.stopped_because = NO_SUCH_KIND
        return None
    slot = get_slot(session, digest=digest, now=now)
    said, is_clear = _compose(session, digest, features, slot, now)
    speaks = not (is_clear and digest.silent_when_clear)
    pages = _enqueue_digest(session, digest, said, slot, now=now) if speaks else 0
    post = DigestPost(digest_id=digest.id, slot=slot.slot, posted_at=now, said_something=speaks)
    if isinstance(said, NeglectedDigest):
        post.in_cadence, post.active, post.neglected = said.in_cadence, said.active, said.neglected
    session.add(post)
    digest.next_slot = slot.next_slot or slot.slot
    digest.stopped_because = None if slot.next_slot else SWITCHED_OFF
    session.flush()
    return DigestPosted(slot=slot.slot, said_something=speaks, pages=pages)


def post_test(
    session: Session, *, by: str, features: Sequence[Feature], now: datetime, kind: str = DigestKind.NEGLECTED
) -> str:
    """
    Owe the channel of the digest of that *kind* what it would get now, marked as a test; returns the channel's id.

    Raises:
        NotAllowed: *by* is no manager.
        NotFound: no channel was chosen yet, the digest was stopped, or no feature makes it any more.
        AlreadyDone: a test went out within this minute.
    """
    require_manager(session, by=by, wish="post a test")
    digest = find_digest(session, kind)
    if digest is None:
        raise NotFound("No channel is chosen yet; choose one in /evenhand setup and save, then post a test.")
    if digest.stopped_because:
        raise NotFound("The digest has stopped; choose its channel and days in /evenhand setup and save, then test it.")
    slot = get_slot(session, digest=digest, now=now, is_test=True)
    said, _ = _compose(session, digest, features, slot, now)
    key = f"digest_test:{digest.id}:{now:%Y%m%d%H%M}"
    if not outbox.enqueue(session, said, to=digest.channel_id, key=key, now=now):
        raise AlreadyDone("A test is on its way already; look into the channel.")
    record(session, TESTED, by=by, kind="digest", subject=digest.id, now=now)
    return digest.channel_id


def stop_digest(session: Session, *, channel: str, reason: str, now: datetime) -> int:
    """
    Say that a digest couldn't be posted to *channel*, for Slack's *reason*, and tell the managers once.

    When the channel is gone or closed to us, the digest stops until somebody saves the setup again; after any other
    refusal the next slot is tried. Returns how many digests this was about.
    """
    query = select(Digest).where(Digest.channel_id == channel, col(Digest.stopped_because).is_(None))
    stopped = session.exec(query.order_by(col(Digest.id)).with_for_update()).all()
    why, is_over = CHANNEL_GONE.get(reason, f"Slack refused it ({reason[:80]})."), reason in CHANNEL_GONE
    for digest in stopped if is_over else ():
        digest.stopped_because = why[0].upper() + why[1:]
        record(
            session, "digest.stopped", by=BOT, kind="digest", subject=digest.id, after={"reason": reason[:80]},
            now=now,
        )  # fmt: skip
    if stopped:
        schema = DigestStopped(
            channel_id=channel, channel_name=stopped[0].channel_name, reason=why, is_over=is_over, digests=len(stopped)
        )
        _tell_managers(session, stopped[0], schema, now=now)
    return len(stopped)


def take_customer(
    session: Session, *, customer_id: UUID, seen_owner: str | None, by: str, now: datetime
) -> CustomerSchema:
    """
    Take a customer that was shown as *seen_owner*'s (None: nobody's).

    Raises:
        NotFound: no such customer here.
        NotAllowed: *by* is a guest.
        AlreadyDone: it is theirs already, or somebody else took it meanwhile.
    """
    customer = get_customer(session, customer_id)
    if customer.owner_id not in {seen_owner, by, None}:
        taker = list_names(session, [customer.owner_id]).get(customer.owner_id or "", "Somebody")
        raise AlreadyDone(f"{taker} took {customer.name} meanwhile; nothing is left to do.")
    return hand_over(session, customer_id=customer_id, to=by, by=by, now=now)


def forget_person(session: Session, kind: str, subject_id: str, now: datetime) -> int:  # noqa: ARG001 - a feature's shape
    """Drop a person's name from the digests that they set up; the digests stay."""
    query = select(Digest).where(Digest.made_by == subject_id)
    made = session.exec(query).all() if kind == "person" else ()
    for digest in made:
        digest.made_by = BOT
    return len(made)


def _locked(session: Session, digest_id: UUID) -> Digest | None:
    query = select(Digest).where(Digest.id == digest_id)
    return session.exec(query.with_for_update()).first()


def _compose(
    session: Session, digest: Digest, features: Sequence[Feature], slot: DigestSlot, now: datetime
) -> tuple[Notification, bool]:
    """
    What *digest* says at *slot*, and whether that is only that all is well.

    Raises:
        NotFound: no feature makes its kind.
    """
    if digest.kind == DigestKind.NEGLECTED:
        schema = compose_digest(
            session, digest=digest, slot=slot.slot, features=features, now=now, is_test=slot.is_test
        )  # fmt: skip
        return schema, not schema.neglected
    offer = find_kind(digest.kind, features)
    if offer is None:
        raise NotFound(NO_SUCH_KIND)
    said = offer.compose(session, slot, now)
    return (said, False) if said else (AllClear(slot=slot, words=offer.clear), True)


def _enqueue_digest(session: Session, digest: Digest, schema: Notification, slot: DigestSlot, *, now: datetime) -> int:
    """Owe the message and, when it can't hold everybody, the whole list in its thread; how many pages that took."""
    key = f"digest:{digest.id}:{_stamp(slot.slot)}"
    outbox.enqueue(session, schema, to=digest.channel_id, key=key, now=now, expires_at=slot.next_slot)
    if not isinstance(schema, NeglectedDigest) or not schema.more:
        return 0
    lines = list_neglected_lines(session, today=Calendar(zone=schema.zone).today(now))
    pages = pack(lines, PAGE_CHARACTERS)
    for number, page in enumerate(pages, 1):
        outbox.enqueue(
            session,
            DigestPage(page=number, pages=len(pages), total=len(lines), lines=page),
            to=digest.channel_id,
            key=f"{key}:{number}",
            now=now,
            not_before=now + PAGE_PAUSE * (number - 1),  # so that a long thread never keeps others waiting
            reply_to=key,
        )
    return len(pages)


def _tell_managers(session: Session, digest: Digest, schema: DigestStopped, *, now: datetime) -> None:
    """All managers who take news; all of them when nobody does."""
    managers = list_managers(session)
    listening = [manager for manager in managers if Mute.NEWS not in manager.mutes] or managers
    for manager in listening:
        key = f"digest_stopped:{digest.id}:{_stamp(digest.next_slot)}:{schema.is_over}:{manager.id}"
        outbox.enqueue(session, schema, to=manager.id, key=key, now=now)


def _stamp(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%MZ}"

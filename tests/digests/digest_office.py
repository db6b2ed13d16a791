"""Short ways to set a digest up and to see what is owed."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from sqlmodel import Session, col, select

from bot.core.feature import DigestKindOffer, Feature
from bot.core.outbox import DeliveryState, OutboxMessage
from bot.core.schemas import DigestSlot, Notification
from bot.digests.queries import find_digest
from bot.digests.schemas import DigestInput, DigestPage, DigestPosted, DigestStopped, NeglectedDigest, SetupInput
from bot.digests.tables import Digest, DigestPost
from bot.digests.usecases import post_digest, save_digest, save_setup
from bot.people.rules import Role
from bot.people.tables import Person
from bot.slack.blocks import Message, context, escape, section
from bot.slack.charts import chart
from bot.slack.footers import digest_footer
from bot.workspaces.schemas import ChannelSchema
from tests.makers import MARA, WORKSPACE, Office

CARE = ChannelSchema(id="C0CARE", name="care", is_member=True)
SETUP = SetupInput(
    cadence=30, floor=90, factor=1.5, first_calls=8, channel_id="C0CARE", days="03", hour=time(9), zone="Europe/Lisbon"
)


def setup_input(**changes: Any) -> SetupInput:
    """The usual wish, with changes."""
    return SETUP.model_copy(update=changes)


def set_up(office: Office, *, by: str = MARA, channel: ChannelSchema | None = CARE, **changes: Any) -> Any:
    """Save the setup as Mara."""
    return office.do(save_setup, settings=setup_input(**changes), channel=channel, by=by)


def the_digest(office: Office) -> Digest:
    """The digest as it is kept."""
    digest = office.look(find_digest)
    assert digest is not None
    return digest


def move_to_slot(office: Office) -> None:
    """Let the time come for the next digest."""
    office.runtime.clock.move_to(the_digest(office).next_slot)  # type: ignore[attr-defined]


def post(office: Office, **inputs: Any) -> DigestPosted | None:
    """Handle the digest's slot."""
    posted: DigestPosted | None = office.do(
        post_digest, digest_id=the_digest(office).id, features=inputs.pop("features", ()), **inputs
    )
    return posted


def owed(office: Office, kind: type[Any]) -> list[Any]:
    """The facts of that kind that are owed, in order."""
    query = (
        select(OutboxMessage)
        .where(OutboxMessage.kind == kind.kind)
        .order_by(col(OutboxMessage.enqueued_at), col(OutboxMessage.id))
    )
    return [kind.model_validate(row.body) for row in office.look(lambda session: session.exec(query).all())]


def owed_rows(office: Office) -> list[OutboxMessage]:
    """Everything owed, in order."""
    query = select(OutboxMessage).order_by(col(OutboxMessage.enqueued_at), col(OutboxMessage.id))
    return list(office.look(lambda session: session.exec(query).all()))


def digests(office: Office) -> list[NeglectedDigest]:
    """The digests that are owed."""
    return owed(office, NeglectedDigest)


def pages(office: Office) -> list[DigestPage]:
    """The thread's pages that are owed."""
    return owed(office, DigestPage)


def stops(office: Office) -> list[DigestStopped]:
    """The news of a stopped digest that are owed."""
    return owed(office, DigestStopped)


def posts(office: Office) -> list[DigestPost]:
    """The slots that were handled."""
    query = select(DigestPost).order_by(col(DigestPost.slot))
    return list(office.look(lambda session: session.exec(query).all()))


def pretend_sent(office: Office, *, channel: str, ts: str) -> None:
    """Let the last digest stand at *ts* in *channel*."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        query = (
            select(OutboxMessage)
            .where(OutboxMessage.kind == NeglectedDigest.kind)
            .order_by(col(OutboxMessage.id).desc())
        )
        row = session.exec(query).first()
        assert row is not None
        row.state, row.channel, row.ts = DeliveryState.SENT, channel, ts


def make(office: Office, person_id: str, **changes: Any) -> None:
    """Change a person: a role, a guest, somebody who left."""
    with office.runtime.database.transaction(WORKSPACE) as session:
        person = session.get(Person, (WORKSPACE, person_id))
        assert person is not None
        for name, value in changes.items():
            setattr(person, name, value)


def make_admin(office: Office, person_id: str) -> None:
    """Make somebody a Slack admin."""
    make(office, person_id, role=Role.ADMIN)


class Tally(Notification):
    """The digest of the feature that the tests declare."""

    kind = "tests.tally"
    slot: DigestSlot
    words: str


TALLY_CHART = chart("Counted", ("16 Nov", "23 Nov"), {"counted": (7, 9)})


def tally_feature(*words: str | None) -> Feature:
    """A feature of its own with a kind of digest that says *words*, one after the other, and then nothing."""
    left = list(words)

    def compose(_session: Session, slot: DigestSlot, _now: datetime) -> Tally | None:
        said = left.pop(0) if left else None
        return Tally(slot=slot, words=said) if said else None

    def draw(schema: Tally) -> Message:
        blocks = [section(escape(schema.words)), TALLY_CHART, context("Seven, then nine."), *digest_footer(schema.slot)]
        return Message(text=schema.words, blocks=blocks)

    offer = DigestKindOffer("tally", "What was counted", "One sentence.", "Nothing was counted.", compose)
    return Feature(name="tally", views={Tally: draw}, digest_kinds=(offer,))


def arrange(office: Office, kind: str, *, features: Sequence[Feature] = (), by: str = MARA, **changes: Any) -> Digest:
    """Set a further digest up for #care, Mondays and Thursdays at nine in Lisbon; the digest as it is kept."""
    made = {"days": "03", "hour": time(9), "zone": "Europe/Lisbon", "channel_id": CARE.id, **changes}
    channel = made.pop("channel", CARE)
    office.do(save_digest, kind=kind, settings=DigestInput(**made), channel=channel, by=by, features=features)
    return kept(office, kind)


def kept(office: Office, kind: str) -> Digest:
    """The digest of that kind."""
    found = office.look(lambda session: find_digest(session, kind))
    assert found is not None
    return found


def post_next(office: Office, kind: str, *, features: Sequence[Feature] = ()) -> DigestPosted | None:
    """Let the time come for the digest of that kind, and handle its slot."""
    digest = kept(office, kind)
    office.runtime.clock.move_to(digest.next_slot)  # type: ignore[attr-defined]
    posted: DigestPosted | None = office.do(post_digest, digest_id=digest.id, features=features)
    return posted

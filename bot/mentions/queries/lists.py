"""What taking in a list of mentions would do."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from bot.core.database import workspace_of
from bot.core.errors import InvalidInput
from bot.mentions.queries.mentions import find_settings
from bot.mentions.rules.addresses import fingerprint
from bot.mentions.rules.mentions import is_recent
from bot.mentions.rules.sources import SourceKind
from bot.mentions.schemas.found import FoundItem
from bot.mentions.schemas.lists import ListPlan, ListRead
from bot.mentions.tables.mentions import Mention
from bot.people.usecases import require_manager
from bot.workspaces.usecases import BOT

WISH = "bring a list of mentions"
AT_ONCE = 500  # fingerprints in one statement


def require_may_bring(session: Session, *, viewer: str, now: datetime) -> None:  # noqa: ARG001 - every query takes the time
    """
    Refuse who may bring no lists.

    Raises:
        NotAllowed: the viewer is no manager ("bot" stands for the command line).
    """
    if viewer != BOT:
        require_manager(session, by=viewer, wish=WISH)


def plan_list(session: Session, *, read: ListRead, viewer: str, now: datetime) -> ListPlan:
    """
    Say what taking in a list would do, and change nothing.

    Raises:
        NotAllowed: as `require_may_bring`.
        InvalidInput: no column holds what was written.
    """
    require_may_bring(session, viewer=viewer, now=now)
    if read.problem:
        raise InvalidInput(read.problem)
    keyed: dict[str, FoundItem] = {}
    for item in read.items:
        keyed.setdefault(fingerprint(item, SourceKind.CSV), item)
    known = _find_known(session, keyed)
    fresh = [item for key, item in keyed.items() if key not in known]
    settings = find_settings(session)
    return ListPlan(
        file_name=read.file_name,
        new=len(fresh),
        known=len(known),
        repeated=len(read.items) - len(keyed),
        recent=sum(is_recent(item.published_at, now) for item in fresh),
        refused=len({refusal.row_number for refusal in read.refusals}),
        channel_id=(settings.channel_id or "") if settings else "",
    )


def _find_known(session: Session, keyed: Mapping[str, FoundItem]) -> set[str]:
    """Which of these fingerprints are kept already."""
    keys, known = list(keyed), set[str]()
    for start in range(0, len(keys), AT_ONCE):
        query = sa.select(col(Mention.fingerprint)).where(
            col(Mention.workspace_id) == workspace_of(session),
            col(Mention.fingerprint).in_(keys[start : start + AT_ONCE]),
        )
        known |= set(session.execute(query).scalars())
    return known

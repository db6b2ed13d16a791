"""response_url: five answers within half an hour of the workspace's time."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rehearsal.state.messages import Message
from rehearsal.wire.asking import Refused

MOST_USES = 5
LIFE = timedelta(minutes=30)


@dataclass(eq=False)
class Hook:
    """One response_url: whose, for which channel, from which message, and what was answered through it."""

    id: str
    person: str
    channel: str
    born: datetime
    origin: Message | None = None
    uses: int = 0
    answers: list[Message] = field(default_factory=list)


class Hooks:
    """All the response_urls handed out."""

    def __init__(self) -> None:
        self._known: dict[str, Hook] = {}

    def new(self, person: str, channel: str, now: datetime, origin: Message | None = None) -> Hook:
        """A response_url for what *person* did in *channel* on *origin*."""
        hook = Hook(secrets.token_urlsafe(18), person, channel, now, origin)
        self._known[hook.id] = hook
        return hook

    def use(self, hook_id: str, now: datetime) -> Hook:
        """The response_url, one use poorer; refused when unknown, used up, or expired."""
        hook = self._known.get(hook_id)
        if hook is None:
            raise Refused("no_such_url")
        if now - hook.born > LIFE:
            raise Refused("expired_url")
        if hook.uses >= MOST_USES:
            raise Refused("used_url")
        hook.uses += 1
        return hook

"""response_url: five uses within half an hour of the workspace's time."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rehearsal.state.messages import Message
from rehearsal.wire.calls import ApiError

MAX_USES = 5
LIFETIME = timedelta(minutes=30)


@dataclass(eq=False)
class ResponseUrl:
    """A response_url: its person, channel and original message, and the replies sent through it."""

    id: str
    person: str
    channel: str
    created_at: datetime
    origin: Message | None = None
    uses: int = 0
    answers: list[Message] = field(default_factory=list)


class ResponseUrls:
    """All response_urls of the workspace."""

    def __init__(self) -> None:
        self._known: dict[str, ResponseUrl] = {}

    def new(self, person: str, channel: str, now: datetime, origin: Message | None = None) -> ResponseUrl:
        """Create a response_url for an interaction of *person* in *channel*, on the message *origin* if given."""
        response_url = ResponseUrl(secrets.token_urlsafe(18), person, channel, now, origin)
        self._known[response_url.id] = response_url
        return response_url

    def use(self, hook_id: str, now: datetime) -> ResponseUrl:
        """Return the response_url and count one use; raise ApiError if it is unknown, used up, or expired."""
        response_url = self._known.get(hook_id)
        if response_url is None:
            raise ApiError("no_such_url")
        if now - response_url.created_at > LIFETIME:
            raise ApiError("expired_url")
        if response_url.uses >= MAX_USES:
            raise ApiError("used_url")
        response_url.uses += 1
        return response_url

"""The app's tokens: which hold, which were revoked, and their rotation, as Slack does it."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from rehearsal.wire.calls import ApiError

Kind = Literal["bot", "app"]
LIFE = timedelta(hours=12)
MOST_AT_ONCE = 2


@dataclass(frozen=True)
class Pair:
    """A bot token that expires, and the refresh token that brings the next one."""

    token: str
    refresh_token: str


@dataclass
class Tokens:
    """The tokens of the app *app_id*. Once Slack rotates the bot's, there is no way back to one that never expires."""

    app_id: str
    bot: str = field(init=False)
    app: str = field(init=False)
    client_id: str = field(default_factory=lambda: f"{secrets.randbelow(10**10)}.{secrets.randbelow(10**10)}")
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    rotates: bool = False
    _revoked: set[str] = field(default_factory=set)
    _ends: dict[str, datetime] = field(default_factory=dict)
    _refresh_token: str = ""

    def __post_init__(self) -> None:
        self.bot = f"xoxb-{secrets.token_hex(12)}"
        self.app = self._new_app_token()

    def check(self, token: str, now: datetime) -> Kind:
        """Return what a token is for; raises ApiError as Slack does where it is none, or doesn't hold any more."""
        if token in self._revoked:
            raise ApiError("token_revoked")
        if token in self._ends and self._ends[token] <= now:
            raise ApiError("token_expired")
        if token == self.app:
            return "app"
        if token == self.bot or token in self._ends:
            return "bot"
        raise ApiError("invalid_auth")

    def replace_bot(self) -> str:
        """Revoke the bot's token and make another one that doesn't expire, as an admin does by installing anew."""
        self._revoked.add(self.bot)
        self.bot = f"xoxb-{secrets.token_hex(12)}"
        return self.bot

    def replace_app(self) -> str:
        """Revoke the app-level token and make another one."""
        self._revoked.add(self.app)
        self.app = self._new_app_token()
        return self.app

    def rotate(self, now: datetime) -> Pair:
        """Make a bot token that expires; the oldest of more than two at a time is revoked."""
        self.rotates = True
        self.bot, self._refresh_token = f"xoxe.xoxb-1-{secrets.token_hex(20)}", f"xoxe-1-{secrets.token_hex(20)}"
        self._ends[self.bot] = now + LIFE
        for old in sorted(self._ends, key=lambda token: self._ends[token])[:-MOST_AT_ONCE]:
            self._revoked.add(old)
            del self._ends[old]
        return Pair(self.bot, self._refresh_token)

    def refresh(self, *, client_id: str, client_secret: str, refresh_token: str, now: datetime) -> Pair:
        """Exchange a refresh token, which is used up by that; raises ApiError as Slack does."""
        if client_id != self.client_id:
            raise ApiError("invalid_client_id")
        if client_secret != self.client_secret:
            raise ApiError("bad_client_secret")
        if not self.rotates or refresh_token != self._refresh_token:
            raise ApiError("invalid_refresh_token")
        return self.rotate(now)

    def _new_app_token(self) -> str:
        return f"xapp-1-{self.app_id}-{secrets.token_hex(12)}"

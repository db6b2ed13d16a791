"""The state shared by all parts of a running rehearsal."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Any

from rehearsal.state.messages import Message
from rehearsal.state.people import Person
from rehearsal.state.traffic import Problem
from rehearsal.state.views import View
from rehearsal.state.workspace import Workspace
from rehearsal.strict import Violation, check_message
from rehearsal.strict.manifest import Manifest
from rehearsal.wire.calls import ApiError
from rehearsal.wire.delivery import Delivery
from rehearsal.wire.echo import handed_back
from rehearsal.wire.events import Events
from rehearsal.wire.faults import Faults
from rehearsal.wire.rate_limits import RateLimiter
from rehearsal.wire.response_urls import ResponseUrls
from rehearsal.wire.sockets import Sockets
from rehearsal.wire.tokens import Tokens
from rehearsal.wire.triggers import Triggers

Json = dict[str, Any]
CHART = "data_visualization"
LateCall = tuple[datetime, Callable[[], Awaitable[Any]]]
"""When a call is accepted, and what accepts it."""


class Wire:
    """Workspace, tokens, rate limits, faults, deliveries, and the list of problems."""

    def __init__(self, workspace: Workspace, manifest: Manifest, *, strict: bool) -> None:
        self.workspace = workspace
        self.manifest = manifest
        self.strict = strict
        self.url = ""
        self.tokens = Tokens(workspace.app_id)
        self.signing_secret = secrets.token_hex(16)
        self.verification_token = secrets.token_hex(12)
        self.scopes = set(manifest.scopes)
        self.installed = True
        self.draws_charts = True
        self.refused_words = ""
        self.faults = Faults()
        self.rate_limiter = RateLimiter(workspace.clock.stopwatch)
        self.triggers = Triggers(workspace.clock.stopwatch)
        self.response_urls = ResponseUrls()
        self.sockets = Sockets(workspace.app_id, workspace.changed.notify, workspace.clock.stopwatch)
        self.delivery = Delivery(self.sockets, self.signing_secret)
        self.events = Events(self)
        self._late: list[LateCall] = []
        self.problems: list[Problem] = []
        self.closing = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._timers: set[asyncio.Task[Any]] = set()

    @property
    def bot_token(self) -> str:
        """The newest bot token."""
        return self.tokens.bot

    @property
    def app_token(self) -> str:
        """The newest app-level token."""
        return self.tokens.app

    # --- problems -------------------------------------------------------------------------------------------------

    def problem(self, method: str, code: str, sentence: str, path: str = "") -> None:
        """Record something that Slack would have refused."""
        self.problems.append(Problem(method, path, code, sentence))

    def check(self, method: str, violations: Iterable[Violation]) -> None:
        """Record *violations*, and raise ApiError as Slack does if the rehearsal is strict."""
        found = list(violations)
        for violation in found:
            self.problem(method, violation.code, violation.sentence, violation.path)
        if found and self.strict:
            lines = [f"{violation.sentence} [json-pointer:{json_pointer(violation.path)}]" for violation in found]
            messages = [f"[ERROR] {line}" for line in lines]
            raise ApiError(found[0].code, errors=lines, response_metadata={"messages": messages})

    def check_message(self, method: str, message: Json) -> None:
        """
        Check a message, and refuse charts if the workspace doesn't support them.

        An app can't know whether a workspace supports charts, so that refusal is not recorded as a problem.
        """
        self.check(method, check_message(message))
        blocks = message.get("blocks") if not self.draws_charts else None
        for number, block in enumerate(blocks if isinstance(blocks, list) else ()):
            if isinstance(block, dict) and block.get("type") == CHART:
                line = f"unsupported type: {CHART} [json-pointer:/blocks/{number}/type]"
                raise ApiError("invalid_blocks", errors=[line], response_metadata={"messages": [f"[ERROR] {line}"]})

    # --- shapes ---------------------------------------------------------------------------------------------------

    def bot_identity(self) -> Json:
        """Return the fields that identify the app in its messages."""
        ws = self.workspace
        profile = {
            "id": ws.bot_id,
            "deleted": False,
            "name": ws.app_name,
            "updated": ws.bot.updated,
            "app_id": ws.app_id,
            "user_id": ws.bot.id,
            "team_id": ws.team_id,
        }
        return {"app_id": ws.app_id, "team": ws.team_id, "bot_profile": profile}

    def message_json(self, message: Message, *, with_metadata: bool = False) -> Json:
        """Return the message object, with the summary of its thread if it has one."""
        body = message.to_json(self.bot_identity(), with_metadata=with_metadata)
        if body.get("blocks"):
            body["blocks"] = handed_back(body["blocks"])
        replies = [] if message.is_reply else self.workspace.replies(message)
        if replies:
            users = list(dict.fromkeys(reply.user for reply in replies))
            body |= {
                "thread_ts": message.ts,
                "reply_count": len(replies),
                "reply_users": users,
                "reply_users_count": len(users),
                "latest_reply": replies[-1].ts,
            }
        return body

    def view_json(self, view: View) -> Json:
        """Return the view object."""
        ws = self.workspace
        body = view.to_json(ws.team_id, ws.app_id, ws.bot_id)
        return body | {"blocks": handed_back(body["blocks"])}

    def user_json(self, person: Person) -> Json:
        """Return the user object, with the e-mail address if the scopes allow it."""
        ws = self.workspace
        return person.to_json(ws.team_id, ws.clock.now(), with_email="users:read.email" in self.scopes)

    # --- calls that are accepted late -----------------------------------------------------------------------------

    def accept_later(self, after: timedelta, accept: Callable[[], Awaitable[Any]]) -> None:
        """Accept a call once the clock was moved by *after*."""
        self._late.append((self.workspace.clock.now() + after, accept))

    async def accept_due(self, now: datetime) -> None:
        """Accept the calls that are due."""
        due = [accept for at, accept in self._late if at <= now]
        self._late = [late for late in self._late if late[0] > now]
        for accept in due:
            await accept()

    # --- work in the background -----------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, Any], *, background: bool = False) -> None:
        """Run *work* as a task; `drain` doesn't wait for *background* tasks."""
        task = asyncio.get_running_loop().create_task(work)
        tasks = self._timers if background else self._tasks
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def drain(self) -> None:
        """Wait until all deliveries are done."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def pause(self, seconds: float) -> None:
        """Wait for *seconds* of real time, or until the rehearsal closes."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)

    async def close(self) -> None:
        """Cancel all deliveries and close the connections."""
        self.closing.set()
        tasks = (*self._tasks, *self._timers)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.delivery.close()


def json_pointer(path: str) -> str:
    """Return the JSON pointer of a path such as `blocks[3].text`."""
    return "/" + re.sub(r"\[(\d+)\]", r"/\1", path).replace(".", "/")

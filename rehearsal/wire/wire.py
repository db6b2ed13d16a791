"""All that one running rehearsal shares: workspace, tokens, limits, faults, deliveries, and the list of problems."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Coroutine, Iterable
from typing import Any

from rehearsal.state.messages import Message
from rehearsal.state.people import Person
from rehearsal.state.traffic import Problem
from rehearsal.state.views import View
from rehearsal.state.workspace import Workspace
from rehearsal.strict import Violation, check_message
from rehearsal.strict.manifest import Manifest
from rehearsal.wire.asking import Refused
from rehearsal.wire.delivery import Delivery
from rehearsal.wire.events import Events
from rehearsal.wire.faults import Faults
from rehearsal.wire.hooks import Hooks
from rehearsal.wire.rates import Rates
from rehearsal.wire.sockets import Sockets
from rehearsal.wire.triggers import Triggers

Json = dict[str, Any]
CHART = "data_visualization"


class Wire:
    """The switchboard that every part of the rehearsal holds on to."""

    def __init__(self, workspace: Workspace, manifest: Manifest, *, strict: bool) -> None:
        self.workspace = workspace
        self.manifest = manifest
        self.strict = strict
        self.url = ""
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{workspace.app_id}-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.verification_token = secrets.token_hex(12)
        self.scopes = set(manifest.scopes)
        self.installed = True
        self.draws_charts = True
        self.faults = Faults()
        self.rates = Rates(workspace.clock.stopwatch)
        self.triggers = Triggers(workspace.clock.stopwatch)
        self.hooks = Hooks()
        self.sockets = Sockets(workspace.app_id, workspace.changed.raise_)
        self.delivery = Delivery(self.sockets, self.signing_secret)
        self.events = Events(self)
        self.problems: list[Problem] = []
        self.closing = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._alarms: set[asyncio.Task[Any]] = set()

    # --- problems -------------------------------------------------------------------------------------------------

    def problem(self, method: str, code: str, sentence: str, path: str = "") -> None:
        """Note something that Slack would not have let pass."""
        self.problems.append(Problem(method, path, code, sentence))

    def check(self, method: str, violations: Iterable[Violation]) -> None:
        """Note *violations*, and refuse as Slack does when the rehearsal is strict."""
        found = list(violations)
        for violation in found:
            self.problem(method, violation.code, violation.sentence, violation.path)
        if found and self.strict:
            lines = [f"{violation.sentence} [json-pointer:{_pointer(violation.path)}]" for violation in found]
            messages = [f"[ERROR] {line}" for line in lines]
            raise Refused(found[0].code, errors=lines, response_metadata={"messages": messages})

    def check_message(self, method: str, message: Json) -> None:
        """
        Check a message as `check` does, and refuse charts where the workspace doesn't draw them.

        The app can't know whether a workspace has charts, so that refusal is not a problem to note.
        """
        self.check(method, check_message(message))
        blocks = message.get("blocks") if not self.draws_charts else None
        for number, block in enumerate(blocks if isinstance(blocks, list) else ()):
            if isinstance(block, dict) and block.get("type") == CHART:
                line = f"unsupported type: {CHART} [json-pointer:/blocks/{number}/type]"
                raise Refused("invalid_blocks", errors=[line], response_metadata={"messages": [f"[ERROR] {line}"]})

    # --- shapes ---------------------------------------------------------------------------------------------------

    def identity(self) -> Json:
        """What a message of the app carries about it."""
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

    def message_shape(self, message: Message, *, with_metadata: bool = False) -> Json:
        """The message as Slack hands it out, with what a parent knows of its thread."""
        body = message.shape(self.identity(), with_metadata=with_metadata)
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

    def view_shape(self, view: View) -> Json:
        """The view as Slack hands it out."""
        ws = self.workspace
        return view.shape(ws.team_id, ws.app_id, ws.bot_id)

    def user_shape(self, person: Person) -> Json:
        """The user object, with the e-mail when the scopes allow it."""
        ws = self.workspace
        return person.shape(ws.team_id, ws.clock.now(), with_email="users:read.email" in self.scopes)

    # --- work in the background -----------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, Any], *, lasting: bool = False) -> None:
        """Run *work* beside everything else; nobody waits for *lasting* work to settle."""
        task = asyncio.get_running_loop().create_task(work)
        tasks = self._alarms if lasting else self._tasks
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def settled(self) -> None:
        """Wait until no delivery is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def pause(self, seconds: float) -> None:
        """Let *seconds* really pass, unless the rehearsal ends before."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)

    async def close(self) -> None:
        """Stop every delivery and let go of the connections."""
        self.closing.set()
        tasks = (*self._tasks, *self._alarms)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.delivery.close()


def _pointer(path: str) -> str:
    return "/" + re.sub(r"\[(\d+)\]", r"/\1", path).replace(".", "/")

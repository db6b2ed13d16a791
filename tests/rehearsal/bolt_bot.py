"""A small bot on slack-bolt, to test the rehearsal with."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from demo.sites import open_site
from rehearsal.server import Rehearsal
from rehearsal.strict.manifest import Manifest

MANIFEST = Manifest.parse("""
display_information: {name: Tiny}
features:
  app_home: {home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false}
  bot_user: {display_name: Tiny}
  shortcuts:
    - {name: Note it, type: global, callback_id: note.global, description: Note something}
    - {name: Keep it, type: message, callback_id: note.message, description: Keep a message}
  slash_commands:
    - {command: /echo, description: Says it again, usage_hint: words, should_escape: true}
    - {command: /raw, description: Says it again, usage_hint: words}
    - {command: /form, description: Opens a form}
    - {command: /six, description: Answers six times}
    - {command: /silent, description: Never answers}
    - {command: /unheard, description: Nobody listens}
oauth_config:
  scopes:
    bot: [app_mentions:read, channels:history, channels:join, channels:read, chat:write, commands, files:read,
          files:write, groups:history, groups:read, im:history, im:read, im:write, team:read, users:read,
          users:read.email]
settings:
  event_subscriptions:
    bot_events: [app_home_opened, team_join, user_change, message.im, message.channels, app_mention,
                 member_joined_channel, member_left_channel, channel_archive, tokens_revoked, app_uninstalled]
  interactivity: {is_enabled: true}
  socket_mode_enabled: true
""")

Json = dict[str, Any]


def plain(text: str) -> Json:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str, value: str = "v") -> Json:
    """Return a button."""
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": value}


def option(value: str) -> Json:
    """Return an option whose text is its value, capitalised."""
    return {"text": plain(value.title()), "value": value}


def field(block_id: str, element: Json, **more: Any) -> Json:
    """Return an input block."""
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element} | more


FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Form"),
    "submit": plain("Save"),
    "notify_on_close": True,
    "private_metadata": "kept",
    "blocks": [
        field("name", {"type": "plain_text_input", "action_id": "form.name", "max_length": 20}),
        field(
            "kind",
            {"type": "static_select", "action_id": "form.kind", "options": [option("call"), option("visit")]},
            dispatch_action=True,
        ),
        field("who", {"type": "external_select", "action_id": "form.who", "min_query_length": 2}, optional=True),
        field("day", {"type": "datepicker", "action_id": "form.day", "initial_date": "2026-11-23"}, optional=True),
        field("mail", {"type": "email_text_input", "action_id": "form.mail"}, optional=True),
        field("list", {"type": "file_input", "action_id": "form.list", "filetypes": ["csv"]}, optional=True),
        field("pals", {"type": "multi_users_select", "action_id": "form.pals"}, optional=True),
        {"type": "actions", "block_id": "more", "elements": [button("form.push", "More")]},
    ],
}


class Tiny:
    """The bot; it records every request."""

    def __init__(self, rehearsal: Rehearsal, *, retries: bool = False) -> None:
        self.client = AsyncWebClient(token=rehearsal.bot_token, base_url=rehearsal.api_url)
        if not retries:
            self.client.retry_handlers = []
        self.app = AsyncApp(client=self.client, signing_secret=rehearsal.signing_secret)
        self.got: list[tuple[str, Json]] = []
        self.headers: list[Json] = []
        self.form = FORM
        self.errors: dict[str, str] = {}
        self._listen()

    def of(self, kind: str) -> list[Json]:
        """Return the bodies of one kind."""
        return [body for name, body in self.got if name == kind]

    def _listen(self) -> None:
        app = self.app

        @app.middleware
        async def keep(req: Any, next: Any) -> None:  # noqa: A002 - Bolt passes it by this name
            kind = req.body.get("event", {}).get("type") or req.body.get("type") or req.body.get("command")
            self.got.append((kind, req.body))
            self.headers.append(dict(req.headers))
            await next()

        self._listen_to_commands(app)
        self._listen_to_windows(app)

        @app.action("hello.press")
        async def pressed(ack: Any, respond: Any, body: Json) -> None:
            await ack()
            await respond(text=f"pressed {body['actions'][0]['value']}", replace_original=True)

        @app.action("home.press")
        async def pressed_at_home(ack: Any) -> None:
            await ack()

        @app.shortcut("note.global")
        async def shortcut(ack: Any, body: Json, client: AsyncWebClient) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=self.form)

        @app.shortcut("note.message")
        async def kept(ack: Any, respond: Any, body: Json) -> None:
            await ack()
            await respond(f"kept {body['message']['text']}")

        for event in ("team_join", "user_change", "member_joined_channel", "member_left_channel", "channel_archive"):
            app.event(event)(self._note)
        for event in ("message", "app_mention", "tokens_revoked", "app_uninstalled"):
            app.event(event)(self._note)

    async def _note(self, body: Json) -> None:
        assert body["event"]

    def _listen_to_commands(self, app: AsyncApp) -> None:
        @app.command("/echo")
        async def echo(ack: Any, command: Json) -> None:
            await ack(f"you said {command['text']}")

        @app.command("/raw")
        async def raw(ack: Any, respond: Any, command: Json) -> None:
            await ack()
            await respond(f"you said {command['text']}", response_type="in_channel")

        @app.command("/six")
        async def six(ack: Any, respond: Any) -> None:
            await ack()
            for number in range(6):
                answer = await respond(f"answer {number}")
                self.got.append(("respond", {"status": answer.status_code, "body": answer.body}))

        @app.command("/form")
        async def form(ack: Any, body: Json, client: AsyncWebClient) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=self.form)

        @app.command("/silent")
        async def silent(ack: Any) -> None:
            assert ack is not None

    def _listen_to_windows(self, app: AsyncApp) -> None:
        @app.action("form.kind")
        async def chosen(ack: Any, body: Json, client: AsyncWebClient) -> None:
            await ack()
            hint = {
                "type": "section",
                "block_id": "hint",
                "text": plain(f"a {body['actions'][0]['selected_option']['value']}"),
            }
            view = self.form | {"blocks": [*self.form["blocks"], hint]}
            await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)

        @app.action("form.push")
        async def pushed(ack: Any, body: Json, client: AsyncWebClient) -> None:
            await ack()
            with contextlib.suppress(SlackApiError):  # the fourth on top of each other is refused
                await client.views_push(trigger_id=body["trigger_id"], view=self.form | {"title": plain("On top")})

        @app.options("form.who")
        async def search(ack: Any, payload: Json) -> None:
            known = ["acme", "acmena", "golddex"]
            await ack(options=[option(name) for name in known if payload["value"].lower() in name])

        @app.view("form")
        async def submitted(ack: Any) -> None:
            if self.errors:
                await ack(response_action="errors", errors=self.errors)
            else:
                await ack()

        @app.view_closed("form")
        async def closed(ack: Any) -> None:
            await ack()

        @app.event("app_home_opened")
        async def home(event: Json, client: AsyncWebClient) -> None:
            blocks = [
                {"type": "section", "text": plain("Welcome")},
                {"type": "actions", "elements": [button("home.press", "Hi")]},
            ]
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})


@contextlib.asynccontextmanager
async def by_socket(rehearsal: Rehearsal, *, sockets: int = 1, retries: bool = False) -> AsyncIterator[Tiny]:
    """Run the bot in Socket Mode, with this number of connections."""
    bot = Tiny(rehearsal, retries=retries)
    handlers = [AsyncSocketModeHandler(bot.app, rehearsal.app_token) for _ in range(sockets)]
    for handler in handlers:
        await handler.connect_async()  # type: ignore[no-untyped-call]
    await rehearsal.wait_connected(sockets)
    try:
        yield bot
    finally:
        for handler in handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]


@contextlib.asynccontextmanager
async def by_http(rehearsal: Rehearsal) -> AsyncIterator[Tiny]:
    """Run the bot behind a request URL."""
    bot = Tiny(rehearsal)
    async with open_site(bot.app.server(port=0, path="/slack/events").web_app) as url:
        rehearsal.request_url = f"{url}/slack/events"
        yield bot

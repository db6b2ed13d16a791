"""Builds the client and the Bolt app, with the listeners of every feature and an answer for everything else."""

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import SettingsError
from bot.core.feature import Feature
from bot.core.measures import NO_TRACES
from bot.core.runtime import Runtime
from bot.slack.acknowledging import Acknowledgement, until_acknowledged, use_acknowledgement
from bot.slack.again import register_again
from bot.slack.clients import NOT_SLACKS, SlackClient, asked_to_wait, build_client, build_respond, error_code
from bot.slack.commands import CommandNames

REFUSALS = frozenset(
    {
        "access_denied", "account_inactive", "forbidden_team", "invalid_auth", "invalid_token", "missing_scope",
        "no_permission", "not_allowed_token_type", "not_authed", "org_login_required", "token_expired", "token_revoked",
    }
)  # fmt: skip
ANYTHING = re.compile("")
OUTDATED = "This button is from an older message and no longer works. Type /checkin or /customers instead."

log = structlog.get_logger(__name__)


class TooManyCalls(SettingsError):
    """Slack allows no further call for so many seconds; try again then."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"Slack asks to wait for {seconds:.0f} s, after too many calls; try again then.")


async def ask_slack(client: AsyncWebClient, method: str, *, setting: str, place: str, token: str | None = None) -> Any:
    """
    Call *method* when the bot starts, with *token* or the client's own, and return Slack's answer.

    Raises:
        SettingsError: Slack refuses the token, which is called *setting* and found at *place*, or can't be reached.
        TooManyCalls: Slack wants the bot to wait.
    """
    try:
        return await client.api_call(method, params={"token": token} if token else None)
    except SlackApiError as error:
        code, seconds = error_code(error), asked_to_wait(error)
        if seconds is not None:
            raise TooManyCalls(seconds) from error
        if code in REFUSALS:
            raise SettingsError(f"Slack refuses {setting} ({code}); copy it again from {place}.") from error
        raise SettingsError(f"Slack can't answer now ({code}); look at slack-status.com and try again.") from error
    except AttributeError as error:  # slack-sdk's own, on a page of plain text in the place of Slack's answer
        raise SettingsError(f"Slack can't answer now ({NOT_SLACKS}); check SLACK_API_URL.") from error
    except (aiohttp.ClientError, OSError) as error:
        raise SettingsError("Slack can't be reached; check the network and SLACK_API_URL.") from error


async def auth_test(client: AsyncWebClient, *, setting: str = "SLACK_BOT_TOKEN") -> Any:
    """Return who the bot is, as `auth.test` says; raises as `ask_slack`."""
    return await ask_slack(client, "auth.test", setting=setting, place="OAuth & Permissions")


async def open_connection(client: AsyncWebClient, app_token: str, *, setting: str = "SLACK_APP_TOKEN") -> str:
    """Return an address that opens one socket; raises as `ask_slack`."""
    place = "Basic Information → App-Level Tokens"
    answer = await ask_slack(client, "apps.connections.open", setting=setting, place=place, token=app_token)
    return str(answer["url"])


def build_app(*, client: SlackClient, runtime: Runtime, features: Sequence[Feature]) -> AsyncApp:
    """
    Return the Bolt app with the listeners of all features, and an answer for requests that none of them takes.

    Commands have the names that *client* has for them.
    """
    app = AsyncApp(
        name="evenhand",  # else Bolt reads the sources of all that is on the stack, a megabyte, to name itself
        logger=_bolt_logger(),
        client=build_client(token=None, api_url=client.base_url),  # each request gets its token from *authorize*
        authorize=_authorizer(client),
        signing_secret="verified before Bolt",  # noqa: S106 - no secret; bot/web.py checks the raw bytes
        raise_error_for_unhandled_request=False,
        request_verification_enabled=False,  # bot/web.py verifies the raw bytes before Bolt parses them
        process_before_response=True,  # else Bolt only looks every 10 ms whether a listener has acknowledged
    )
    app.use(use_acknowledgement)
    for feature in sorted(features, key=lambda feature: not feature.registers_first):
        if feature.register:
            feature.register(app, runtime)
    register_again(app)
    _answer_the_rest(app)
    app.error(_log_what_escaped)
    if client.names.prefix:
        _rename_commands(app, client.names)
    if client.names.prefix or client.traces is not NO_TRACES:
        _use_clients(app, client)
    return app


def _rename_commands(app: AsyncApp, names: CommandNames) -> None:
    """Let commands come in under the names that the listeners know, and go out under those of the workspace."""
    dispatch = app.async_dispatch

    async def renamed(request: AsyncBoltRequest) -> BoltResponse:
        if "command" in request.body:
            request.body["command"] = names.known(str(request.body["command"]))
        response = await dispatch(request)
        response.body = names.rename_answer(response.body)
        return response

    app.async_dispatch = renamed  # type: ignore[assignment, method-assign]  # HTTP and Socket Mode both call it


def _use_clients(app: AsyncApp, like: SlackClient) -> None:
    """Let listeners call Slack and answer with clients like that one, in the place of Bolt's."""

    async def use(context: AsyncBoltContext, next_: Callable[[], Awaitable[Any]]) -> Any:
        client = build_client(token=context.client.token, api_url=like.base_url, names=like.names)
        client.traces = like.traces
        context["client"] = client
        context["respond"] = build_respond(context.response_url, like.names)
        return await next_()

    app.use(use)


def _authorizer(client: AsyncWebClient) -> Callable[..., Awaitable[AuthorizeResult]]:
    """
    Return the function that gives every request the token and the identity of the one bot.

    Without it, Bolt looks for installations in files as soon as the environment has a SLACK_CLIENT_ID and a
    SLACK_CLIENT_SECRET.
    """
    who: dict[str, str] = {}

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        if not who:
            answer = await client.auth_test()
            who.update(bot_id=answer["bot_id"], bot_user_id=answer["user_id"])
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token, **who)

    return authorize


def _bolt_logger() -> logging.Logger:
    """Return Bolt's logger without its warning that SLACK_BOT_TOKEN, which it reads by itself, isn't used."""
    logger = logging.getLogger("slack_bolt.evenhand")
    if not logger.filters:
        unused = warning_client_prioritized_and_token_skipped()
        logger.addFilter(lambda record: record.getMessage() != unused)
    return logger


def _answer_the_rest(app: AsyncApp) -> None:
    """Register answers for other requests: old messages hold old buttons, and Slack repeats what isn't acknowledged."""
    app.action(ANYTHING)(_outdated)
    app.view(ANYTHING)(_acked)
    app.view_closed(ANYTHING)(_acked)
    app.options(ANYTHING)(_no_options)
    app.shortcut(ANYTHING)(_acked)
    app.event(ANYTHING)(_acked)


async def _outdated(ack: Acknowledgement, respond: AsyncRespond, body: dict[str, Any]) -> None:
    async def tell() -> None:
        await ack()
        if body.get("response_url"):
            await respond(text=OUTDATED, response_type="ephemeral", replace_original=False)

    await until_acknowledged(ack, tell())


async def _acked(ack: AsyncAck) -> None:
    await ack()


async def _no_options(ack: AsyncAck) -> None:
    await ack(options=[])


async def _log_what_escaped(error: Exception, body: dict[str, Any], ack: AsyncAck) -> BoltResponse | None:
    """Log an error that no listener handled, and acknowledge the request unless it was."""
    log.error("listener.failed", kind=body.get("type") or body.get("command"), exc_info=error)
    return None if ack.response is not None else BoltResponse(status=200, body="")

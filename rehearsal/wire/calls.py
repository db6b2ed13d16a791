"""Web API calls and the errors that Slack returns."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

Json = dict[str, Any]
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_JSON_ARGUMENTS = ("blocks", "attachments", "metadata", "view", "files", "users", "channels")
_MAX_PAGE = 1000


class ApiError(Exception):
    """Slack answers `ok: false` with this error code."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


class RateLimited(Exception):
    """Slack answers HTTP 429 with this number of seconds to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"retry after {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class ApiCall:
    """A Web API call: the method's name, the arguments and the token."""

    method: str
    args: Json
    token: str

    def text(self, name: str) -> str:
        """Return an argument as text; empty if it is missing."""
        value = self.args.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Return a boolean argument."""
        return str(self.args.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """Return an argument as a number from 1 to 1000, or *default* if it is missing."""
        raw = self.text(name)
        if raw in ("", "0"):
            return default
        if not raw.isascii() or not raw.isdigit():
            raise ApiError("invalid_limit")
        return min(int(raw), _MAX_PAGE)


async def parse_call(request: Request) -> ApiCall:
    """Parse a call: form or JSON body, query, and the token in the header or the arguments."""
    args = dict(request.query_params) | await _body(request)
    header = request.headers.get("authorization", "")
    token = header.removeprefix("Bearer ").strip() or str(args.get("token", ""))
    args.pop("token", None)
    return ApiCall(request.path_params["method"], {name: _parsed(name, value) for name, value in args.items()}, token)


async def _body(request: Request) -> Json:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in _FORMS:
        form = await request.form()
        return {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
    raw = await request.body()
    if kind != "application/json" or not raw:
        return {}
    try:
        parsed = json.loads(raw)
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(parsed, dict):
        raise ApiError("json_not_object")
    return parsed


def _parsed(name: str, value: Any) -> Any:
    if name not in _JSON_ARGUMENTS or not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value

"""blocks.validate: Slack's check of a message or a view, answered by the rehearsal's own rules."""

import json
from typing import Any

from rehearsal.strict import Violation, check_message, check_view
from rehearsal.wire.calls import ApiCall, ApiError
from rehearsal.wire.wire import Wire, json_pointer

Json = dict[str, Any]


async def validate(wire: Wire, call: ApiCall) -> Json:
    """blocks.validate: check `blocks`, a `message` or a `view`; a refusal is no problem, since the bot asks."""
    given = [name for name in ("blocks", "message", "view") if call.args.get(name)]
    if len(given) != 1:
        raise ApiError("invalid_arguments")
    [kind] = given
    value = _parsed(call.args[kind], kind)
    if kind == "view":
        found = check_view(value)
    else:
        found = check_message({"text": "-", "blocks": value} if kind == "blocks" else value)
    if wire.refused_words and wire.refused_words in json.dumps(value):
        found = [Violation("blocks[0]", "refused", "The rehearsal was told to refuse this."), *found]
    if found:
        raise ApiError(f"invalid_{kind}", errors=[_error(violation) for violation in found])
    return {}


def _parsed(value: Any, kind: str) -> Any:
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(parsed, list if kind == "blocks" else dict):
        raise ApiError(f"invalid_{kind}")
    return parsed


def _error(violation: Violation) -> Json:
    pointer = json_pointer(violation.path)
    return {"pointer": pointer, "code": violation.code, "message": violation.sentence, "constraint": None}

"""Slack's own strictness: what it would refuse of a message, a modal, a Home tab, or an answer to a payload."""

from rehearsal.strict.findings import Violation
from rehearsal.strict.surfaces import check_message, check_options, check_view, check_view_response, input_blocks

__all__ = [
    "Violation",
    "check_message",
    "check_options",
    "check_view",
    "check_view_response",
    "input_blocks",
]

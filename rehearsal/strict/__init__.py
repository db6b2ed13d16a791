"""Checks what Slack would refuse in a message, a modal, a Home tab, or a response to a payload."""

from rehearsal.strict.surfaces import check_message, check_options, check_view, check_view_response, input_blocks
from rehearsal.strict.violations import Violation

__all__ = [
    "Violation",
    "check_message",
    "check_options",
    "check_view",
    "check_view_response",
    "input_blocks",
]

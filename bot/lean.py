"""
Keeps five megabytes out of the running bot: structlog looks for rich as it is imported, and takes all of it along.

Our log lines are drawn without it (see bot/logs.py). Import this before anything that imports structlog; whoever needs
rich itself, such as the progress bar, can still import it afterwards.
"""

import ctypes
import sys
from contextlib import suppress

M_ARENA_MAX = -8  # malloc.h of the GNU C library

if "structlog" not in sys.modules and "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]  # Python's own way to say: not to be found
    import structlog  # noqa: F401 - that is the purpose

    del sys.modules["rich"]


def share_heap() -> None:
    """Let all threads share a heap, where the C library is GNU's: one each keeps megabytes that nobody uses."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)

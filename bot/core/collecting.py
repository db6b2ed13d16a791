"""Holds Python's search for garbage back while very many rows are at hand, all of them wanted."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.Lock()
_holders = 0
_was_on = False


@contextmanager
def without_collecting() -> Iterator[None]:
    """
    Inside, nobody looks for garbage; also to be put above a function.

    A list of tens of thousands of rows makes that search run again and again over all of them, a third of an import's
    time, and find nothing: rows hold no cycles. It is the whole process that waits, so this is for seconds, not
    minutes; threads that want it at once share it, and the last one lets the search go on.
    """
    global _holders, _was_on  # noqa: PLW0603 - the search is the process's, so is the count of those who hold it back
    with _turn:
        if not _holders:
            _was_on = gc.isenabled()
            gc.disable()
        _holders += 1
    try:
        yield
    finally:
        with _turn:
            _holders -= 1
            if not _holders and _was_on:
                gc.enable()

"""Keeps garbage collection away from very many objects that are all needed."""

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
    Suspend garbage collection inside the block, or, as a decorator, inside the function.

    Collection takes a third of the time of an import of tens of thousands of rows and finds nothing, since rows hold no
    cycles. It is suspended for the whole process, so use this for seconds. Several threads may use it at once;
    collection resumes when the last of them is done.
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


@contextmanager
def sparing_present() -> Iterator[None]:
    """
    Keep garbage collection, inside the block, away from the objects that there are when it begins; new ones are seen.

    A collection that goes through the rows of a list of 300,000 customers stops the process for more than a second.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()

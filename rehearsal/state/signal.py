"""Tells everyone who waits that something on screen changed."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Signal:
    """Wakes all waiters and calls all watchers each time it is raised."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._watchers: list[Callable[[], None]] = []
        self.count = 0

    def raise_(self) -> None:
        """Wake whoever waits now and call every watcher."""
        self.count += 1
        event, self._event = self._event, asyncio.Event()
        event.set()
        for watcher in tuple(self._watchers):
            watcher()

    def wait(self) -> Coroutine[Any, Any, Any]:
        """Awaited, it returns at the next change after this call (not after the awaiting began)."""
        return self._event.wait()

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call *watcher* at every change; call what comes back to stop."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

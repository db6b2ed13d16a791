"""Notifies waiting tasks and callbacks that the workspace has changed."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class ChangeSignal:
    """Wakes all waiting tasks and calls all callbacks on each change."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._watchers: list[Callable[[], None]] = []
        self.count = 0

    def notify(self) -> None:
        """Wake all waiting tasks and call every callback."""
        self.count += 1
        event, self._event = self._event, asyncio.Event()
        event.set()
        for watcher in tuple(self._watchers):
            watcher()

    def wait(self) -> Coroutine[Any, Any, Any]:
        """Return an awaitable for the next change after this call (not after the start of the await)."""
        return self._event.wait()

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call *watcher* on every change; return a function that stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

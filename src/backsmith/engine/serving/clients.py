"""Clients that go away before they are answered: their requests are cancelled, so that statements stop for nobody.

Requests come and go here in a fraction of a microsecond; only those that are still in work when the clock has ticked
twice are worth a task that waits for the client to leave.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Hashable
from typing import Protocol

TICK = 0.5
"""Seconds between two looks at the requests in work."""


class Client(Hashable, Protocol):
    """The other end of a request: RSGI's protocol object."""

    def client_disconnect(self) -> Awaitable[None]:
        """Wait until the client goes away."""
        ...


class Clients:
    """The clients of the requests in work, of one event loop. `enter`, work, `leave` in a `finally`."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: dict[Client, asyncio.Task[object]] = {}
        self._seen: set[Client] = set()
        """Those that were there at the last tick."""
        self._watches: dict[Client, asyncio.Task[None]] = {}
        self._gone: set[Client] = set()
        self._ticking = False

    def enter(self, client: Client) -> None:
        """The current task works for the client from now on."""
        loop = self._loop
        if loop is None:  # to ask for the loop takes as long as all the rest here
            loop = self._loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            return
        self._tasks[client] = task
        if not self._ticking:
            self._ticking = True
            loop.call_later(TICK, self._tick)

    def leave(self, client: Client) -> bool:
        """The work has ended. Whether that is because the client is gone."""
        self._tasks.pop(client, None)
        watch = self._watches.pop(client, None)
        if watch is None:
            return False
        watch.cancel()
        if client not in self._gone:
            return False
        self._gone.remove(client)
        return True

    def _tick(self) -> None:
        for client in self._seen & self._tasks.keys() - self._watches.keys():
            self._watches[client] = asyncio.ensure_future(self._watch(client, self._tasks[client]))
        self._seen = set(self._tasks)
        self._ticking = bool(self._tasks)
        if self._ticking:
            asyncio.get_running_loop().call_later(TICK, self._tick)

    async def _watch(self, client: Client, task: asyncio.Task[object]) -> None:
        await client.client_disconnect()
        self._gone.add(client)
        task.cancel()

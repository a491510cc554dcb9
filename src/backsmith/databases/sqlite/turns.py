"""Who waits to write, who writes together: turns go into the queue, and from there into a group.

Who waits for longer than the wait timeout is refused, by one look over the queue some times a second: a timer for each
would cost more than the work.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic, perf_counter

from backsmith.databases.database import busy
from backsmith.errors import BacksmithError

MOST_WORKS = 256
LONGEST = 0.01
"""A group takes no more works than so many, and none after so many seconds: the first of them waits for the last."""


class Turn:
    """One work's place."""

    __slots__ = ("alone", "came", "changed", "kept", "turn")

    def __init__(self, loop: asyncio.AbstractEventLoop, *, alone: bool) -> None:
        self.alone = alone
        """Whether its group is to hold no other."""
        self.came = monotonic()
        self.turn: asyncio.Future[None] = loop.create_future()
        """Done when it is its turn."""
        self.kept: asyncio.Future[None] = loop.create_future()
        """Done when its group is."""
        self.changed = False
        """Whether it ended well and may have changed something."""

    def tell(self, refusal: BacksmithError | None) -> None:
        """Its group has ended: say so, if somebody still awaits it."""
        if self.kept.done():
            return
        if refusal is None:
            self.kept.set_result(None)
        else:
            self.kept.set_exception(refusal)
            self.kept.exception()  # who has been told otherwise doesn't ask


class Group:
    """The works of one transaction."""

    __slots__ = ("closed", "lost", "members", "since")

    def __init__(self) -> None:
        self.members: list[Turn] = []
        self.since = perf_counter()
        self.lost = False
        """Whether SQLite has ended the transaction before its commit."""
        self.closed = False
        """Whether its end has begun."""

    @property
    def age(self) -> float:
        """Seconds since it began."""
        return perf_counter() - self.since

    @property
    def changed(self) -> bool:
        """Whether there is anything to keep."""
        return any(turn.changed for turn in self.members)

    def has_room_for(self, turn: Turn) -> bool:
        """Whether the turn may be its next."""
        if self.lost or not self.members:
            return not self.lost
        if turn.alone or self.members[0].alone:
            return False
        return len(self.members) < MOST_WORKS and self.age < LONGEST

    def may_grow(self) -> bool:
        """Whether to wait a moment for others, when nobody does."""
        return not self.lost and bool(self.members) and not self.members[0].alone


class Queue:
    """The turns that wait."""

    def __init__(self, wait_timeout: float) -> None:
        self._wait_timeout = wait_timeout
        self._turns: deque[Turn] = deque()
        self._watching = False

    def add(self, turn: Turn) -> None:
        """The last from now on."""
        self._turns.append(turn)

    def add_first(self, turn: Turn) -> None:
        """The next from now on."""
        self._turns.appendleft(turn)

    def first(self) -> Turn | None:
        """Who comes next, if somebody still waits."""
        while self._turns and self._turns[0].turn.done():
            self._turns.popleft()
        return self._turns[0] if self._turns else None

    def refuse_all(self, refusal: Callable[[], BacksmithError], cause: BaseException | None = None) -> None:
        """Send all away."""
        while (turn := self.first()) is not None:
            error = refusal()
            error.__cause__ = cause
            turn.turn.set_exception(error)

    def watch(self) -> None:
        """See that nobody waits for too long."""
        if not self._watching:
            self._watching = True
            asyncio.get_running_loop().call_later(min(1.0, self._wait_timeout / 4), self._look)

    def _look(self) -> None:
        latest = monotonic() - self._wait_timeout
        for turn in self._turns:
            if turn.came < latest and not turn.turn.done():
                turn.turn.set_exception(busy())
        self._watching = False
        if self.first() is not None:
            self.watch()

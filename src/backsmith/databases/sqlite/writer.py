"""The one connection that writes, and how many works share its transactions: works go in, they come out kept or not.

A commit waits for the disk, which takes as long as hundreds of works. So works that come meanwhile wait together, and
the next transaction holds them all, a *group*: each works in its turn, in its own task on the event loop, within a
savepoint, so that one that fails takes no other with it. The commit is on the writer's thread. Results and errors alike
are handed out after it, since what a work saw of those before it in the group wasn't certain until then.

Where another process writes to the file, the group waits for its turn without holding up the event loop. Where the
group is lost (a full disk may end the transaction as a whole), its works run again if they may, else they are refused;
the next group begins anew.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import apsw

from backsmith.databases.database import not_known, unavailable, undone
from backsmith.databases.running import Works
from backsmith.databases.sqlite.checkpoints import Checkpoints
from backsmith.databases.sqlite.failures import of_transaction
from backsmith.databases.sqlite.neighbours import Neighbours
from backsmith.databases.sqlite.transaction import SqliteTransaction
from backsmith.databases.sqlite.turns import Group, Queue, Turn
from backsmith.databases.sqlite.writer_thread import WriterThread
from backsmith.databases.transaction import Again
from backsmith.errors import BacksmithError

T = TypeVar("T")


class Writer:
    """Hands out turns; there is a group from the first turn until its commit has ended."""

    def __init__(
        self,
        connection: apsw.Connection,
        *,
        wait_timeout: float,
        transaction_timeout: float,
        statement_timeout: float,
        read_budget: float,
        max_reply: int,
    ) -> None:
        """`read_budget` is the seconds that a read may take on the event loop."""
        self._connection = connection
        self._thread = WriterThread(connection, statement_timeout=statement_timeout, read_budget=read_budget)
        self._checkpoints = Checkpoints(connection)
        self._neighbours = Neighbours(self._thread.execute)
        self._queue = Queue(wait_timeout)
        self._works = Works(transaction_timeout)
        self._group: Group | None = None
        self._turn: Turn | None = None
        """Whose turn it is in the group."""
        self._waiting: asyncio.Task[None] | None = None
        """Waits for another process or a checkpoint; no group begins meanwhile."""
        self._closed = False
        self._idle: asyncio.Future[None] | None = None
        """Awaited by `close`."""
        self.commits = 0
        """Transactions committed so far."""
        self.execute = self._thread.execute
        self.read_now = self._thread.read_now
        self.max_reply = max_reply

    async def transact(
        self, work: Callable[[SqliteTransaction], Awaitable[T]], *, alone: bool = False, own: bool = False
    ) -> T:
        """What `work` returns, once it is kept. Raises what it raises, and Again where its group was lost.

        Arguments:
            alone: Let no other work share its transaction.
            own: It is Backsmith's own (tables, seeds): alone, and for as long as it takes.
        """
        if self._closed:
            raise unavailable()
        self._works.check()
        turn = Turn(asyncio.get_running_loop(), alone=alone or own)
        await self._take(turn)
        transaction = SqliteTransaction(self)
        result, error = None, None
        try:
            with self._works.run(limited=not own):
                result = await work(transaction)
                if transaction.closings:
                    await transaction.close()
            turn.changed = transaction.settle()
        except BaseException as raised:
            error = raised
            if self._turn is not turn:  # it went while it waited for a group of its own
                raise
            if not turn.alone:  # else the whole transaction is undone
                transaction.undo()
        finally:
            transaction.end()
        self._end_turn(turn, lost=transaction.lost)
        if error is not None and (transaction.lost or not isinstance(error, Exception)):
            raise error  # there is nothing to wait for
        await turn.kept
        if error is not None:
            raise error
        return result  # type: ignore[return-value]  # it is a T where there was no error

    # Turns ------------------------------------------------------------------------------------------------------------

    async def _take(self, turn: Turn) -> None:
        """Wait for the turn. Raises RequestError OVERLOADED, or that the database can't be written."""
        self._queue.add(turn)
        if self._group is None:
            self._begin()
        elif self._turn is None and not self._group.closed:
            self._go_on(self._group)
        if turn.turn.done():
            turn.turn.result()  # raises why it can't be
            return
        self._queue.watch()
        try:
            await turn.turn
        except asyncio.CancelledError:
            if self._turn is turn:  # it came in the same moment
                self._end_turn(turn, lost=False)
            raise

    async def move_alone(self) -> None:
        """Let the work whose turn it is go on in a group of its own, before it has done anything."""
        turn, group = self._turn, self._group
        assert turn is not None and group is not None
        turn.alone = True
        if len(group.members) == 1:
            return
        group.members.pop()
        fresh = Turn(asyncio.get_running_loop(), alone=True)
        turn.turn, turn.came = fresh.turn, fresh.came
        self._turn = None
        self._queue.add_first(turn)
        self._go_on(group)
        self._queue.watch()
        await turn.turn

    def _go_on(self, group: Group) -> None:
        """Give the next turn, or close the group."""
        turn = self._queue.first()
        if turn is not None and group.has_room_for(turn):
            group.members.append(turn)
            self._turn = turn
            turn.turn.set_result(None)
        elif turn is None and group.may_grow():
            # Who is about to come in this turn of the event loop comes in time.
            asyncio.get_running_loop().call_soon(self._close_group, group)
        else:
            self._close_group(group)

    def _end_turn(self, turn: Turn, *, lost: bool) -> None:
        """The work has ended: the next, please."""
        group = self._group
        assert group is not None and self._turn is turn
        self._turn = None
        group.lost = lost
        self._go_on(group)

    # Groups -----------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Begin a group, unless nobody waits, or another process writes: then as soon as it has ended."""
        if self._waiting is not None:
            return
        if self._queue.first() is None:
            if self._idle is not None and not self._idle.done():
                self._idle.set_result(None)
            return
        try:
            begun = self._neighbours.begin()
        except apsw.Error as error:
            self._queue.refuse_all(lambda error=error: of_transaction(error), error)
            self._begin()
            return
        if begun:
            self._group = Group()
            self._go_on(self._group)
        else:
            self._waiting = asyncio.ensure_future(self._begin_later())

    async def _begin_later(self) -> None:
        try:
            if await self._neighbours.begin_later(lambda: self._queue.first() is not None):
                self._group = Group()
        except apsw.Error as error:
            self._queue.refuse_all(lambda error=error: of_transaction(error), error)
        finally:
            self._waiting = None
        if self._group is None:
            self._begin()
        else:
            self._go_on(self._group)

    def _close_group(self, group: Group) -> None:
        """Commit, unless there is nothing to keep, or another work has come in the meantime."""
        if group is not self._group or group.closed or self._turn is not None:
            return
        group.closed = True
        if group.changed and not group.lost:
            committing = self._thread.run(self._commit)
            committing.add_done_callback(lambda done: self._committed(group, done.exception()))
            return
        try:
            if self._connection.in_transaction:
                self.execute("ROLLBACK")
        finally:
            self._end_group(group, (lambda: Again(undone())) if group.lost else None)

    def _commit(self) -> None:
        try:
            self.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self.execute("ROLLBACK")
            raise

    def _committed(self, group: Group, error: BaseException | None) -> None:
        if error is None:
            self.commits += 1
            self._end_group(group, None)
        elif not isinstance(error, apsw.FullError):
            self._end_group(group, not_known)
        elif len(group.members) > 1:
            self._end_group(group, lambda: Again(of_transaction(error)))  # perhaps only one of them is too large
        else:
            self._end_group(group, lambda: of_transaction(error))

    def _end_group(self, group: Group, refusal: Callable[[], BacksmithError] | None) -> None:
        """Tell its works, and begin the next group."""
        for turn in group.members:
            turn.tell(None if refusal is None else refusal())
        self._group = None
        if self._checkpoints.is_due:
            self._waiting = asyncio.ensure_future(self._checkpoint())
        elif self._queue.first() is not None and self._neighbours.are_kept_out(group.age):
            self._waiting = asyncio.ensure_future(self._begin_later())
        else:
            self._begin()

    async def _checkpoint(self) -> None:
        try:
            await self._thread.run(self._checkpoints.run)
        finally:
            self._waiting = None
        self._begin()

    # What transactions need -------------------------------------------------------------------------------------------

    def is_lost(self) -> bool:
        """After a statement that failed: whether SQLite has given up the whole group with it."""
        return not self._connection.in_transaction

    def open_references(self) -> bool:
        """Whether rows refer to others that aren't there, which SQLite would say at the commit."""
        return self._connection.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS, False)[0] != 0

    async def run_heavy(self, work: Callable[[apsw.Cursor], T], *, reads: bool, own: bool = False) -> T:
        """What `work` returns, on the thread. A write is ended early only where it is alone."""
        assert self._turn is not None
        return await self._thread.run_heavy(work, stoppable=not own and (reads or self._turn.alone))

    async def close(self) -> None:
        """Refuse those who wait, end what runs, and let the commit end."""
        self._closed = True
        self._queue.refuse_all(unavailable)
        self._works.stop(unavailable())
        if self._group is not None or self._waiting is not None:
            self._idle = asyncio.get_running_loop().create_future()
            await self._idle
        self._thread.close()
        self._connection.close()

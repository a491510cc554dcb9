"""A session: what all `Data` of one request share. Who asks, the instant, and the transaction that they are in.

A transaction that application code opens is held open by a task of its own, in which `Database.transact` runs; the code
in `async with` goes on in its own task meanwhile. Which transaction a statement belongs to goes by the task that awaits
it (a context variable), so that two tasks of one request may each have their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from backsmith.blueprint.asker import Asker
from backsmith.databases.database import Database
from backsmith.databases.transaction import Transaction
from backsmith.engine.access import Authorizer
from backsmith.engine.bodies import Bodies
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.code.objects import Objects
from backsmith.engine.code.refusals import Refusals
from backsmith.engine.code.statements import Statements
from backsmith.engine.sealed.opening import Opening
from backsmith.engine.writing.writer import Writer
from backsmith.errors import BacksmithError, UsageError

T = TypeVar("T")


class Services(NamedTuple):
    """What sessions work with; the same for all of an application."""

    database: Database
    catalogue: Catalogue
    authorizer: Authorizer
    objects: Objects
    statements: Statements
    bodies: Bodies
    writer: Writer
    refusals: Refusals
    opening: Opening


class Level:
    """A transaction as its statements find it, or a savepoint in one."""

    __slots__ = ("_turn", "inner", "open", "outer", "session", "transaction")

    def __init__(self, session: Session, transaction: Transaction, outer: Level | None = None) -> None:
        self.session = session
        self.transaction = transaction
        self.outer = outer
        self.inner: Level | None = None
        """The savepoint that is open in it."""
        self.open = True
        self._turn: asyncio.Lock = asyncio.Lock() if outer is None else outer._turn

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[Transaction]:
        """The transaction, for one operation at a time. Raises UsageError where it isn't this level's turn at all."""
        async with self._turn:
            if not self.open:
                raise UsageError("The transaction has ended: `data` was kept for longer than the function ran.")
            if self.inner is not None:
                raise UsageError(
                    "A transaction within this one is open: what is done beside it, in another task, has to wait."
                )
            yield self.transaction


_current: ContextVar[Level | None] = ContextVar("backsmith_level", default=None)


class Session:
    """What all `Data` of one request share."""

    def __init__(
        self,
        services: Services,
        asker: Asker,
        *,
        request_id: str = "",
        now: datetime | None = None,
        action: str | None = None,
        transaction: Transaction | None = None,
        reads: Callable[[], BacksmithError] | None = None,
    ) -> None:
        """`transaction` is the one that everything belongs to; without it each write is one of its own. `reads` makes
        the refusal of writes, where none may be."""
        self.services = services
        self.asker = asker
        self.request_id = request_id
        self.now = datetime.now(UTC) if now is None else now
        self.action = action
        self._reads = reads
        self._base = None if transaction is None else Level(self, transaction)

    def level(self) -> Level | None:
        """The transaction that the running task is in."""
        level = _current.get()
        while level is not None and level.session is not self:
            level = level.outer
        return self._base if level is None else level

    def end(self) -> None:
        """Its transaction ends: whoever still holds on to it is told so."""
        if self._base is not None:
            self._base.open = False

    async def within(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Write within the transaction that is open, or else within one of its own."""
        self._refuse_writing()
        level = self.level()
        with self.services.refusals.said():
            if level is None:
                return await self.services.database.transact(work)
            async with level.turn() as transaction:
                return await work(transaction)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[None]:
        """What is done inside is kept together; inside of another transaction it is a savepoint."""
        self._refuse_writing()
        outer = self.level()
        if outer is None:
            async with self._opened() as transaction, self._entered(Level(self, transaction)):
                yield
            return
        level = Level(self, outer.transaction, outer)
        async with outer.turn() as transaction:  # nobody's statement is under way
            savepoint = transaction.savepoint()
            await savepoint.__aenter__()
            outer.inner = level
        try:
            async with self._entered(level):
                yield
        except BaseException as error:
            outer.inner = None
            if not await savepoint.__aexit__(type(error), error, error.__traceback__):
                raise
        else:
            outer.inner = None
            await savepoint.__aexit__(None, None, None)

    def _refuse_writing(self) -> None:
        if self._reads is not None:
            raise self._reads()

    @asynccontextmanager
    async def _entered(self, level: Level) -> AsyncGenerator[None]:
        before = _current.get()
        _current.set(level)
        try:
            yield
        finally:
            level.open = False
            _current.set(before)

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[Transaction]:
        """A transaction that is kept when the block ends well."""
        loop = asyncio.get_running_loop()
        begun: asyncio.Future[Transaction] = loop.create_future()
        ended: asyncio.Future[None] = loop.create_future()

        async def hold(transaction: Transaction) -> None:
            begun.set_result(transaction)
            await ended

        task = asyncio.ensure_future(self.services.database.transact(hold))
        await asyncio.wait((task, begun), return_when=asyncio.FIRST_COMPLETED)
        if not begun.done():
            await task  # raises why it couldn't begin
        try:
            yield begun.result()
        except BaseException as error:
            if not ended.done():
                ended.set_exception(_LeftError())
            await _left(task)
            raise error
        if not ended.done():
            ended.set_result(None)
        with self.services.refusals.said():
            await asyncio.shield(task)


class _LeftError(Exception):
    """The block around a transaction raised: nothing of it is to be kept."""


async def _left(task: asyncio.Future[None]) -> None:
    """Wait until the transaction is undone; why it is, is raised elsewhere."""
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            task.cancel()
    except Exception:
        pass  # the block's own error is what counts

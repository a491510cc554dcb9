"""A batch: who asks is decided once, then each operation is done as if it came alone, all in one transaction.

In: the request, its body read. Out: the replies of all operations in one, or the refusal of the first that was refused,
upon which nothing is kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from time import perf_counter

from backsmith import errors
from backsmith.blueprint.asker import Asker
from backsmith.databases.database import reply_too_large
from backsmith.databases.transaction import Transaction
from backsmith.engine.access import AskerKind, Authorizer
from backsmith.engine.batch.operations import Operation, read_operations
from backsmith.engine.batch.replies import named, reply_batch, result_of
from backsmith.engine.code.actions import ActionCall
from backsmith.engine.code.queries import QueryCall
from backsmith.engine.exchange import Called, Exchange, Identify
from backsmith.engine.grammar.prefer import NO_PREFERENCES, Preferences, read_preferences
from backsmith.engine.writes import Prepared, Writes
from backsmith.engine.writing.idempotency import UndoneError, identity_of
from backsmith.engine.writing.replies import reply_write
from backsmith.engine.writing.work import Work
from backsmith.errors import RequestError
from backsmith.http.reply import Reply
from backsmith.http.request import Request

ReadWithin = Callable[[Transaction, Exchange, AskerKind], Awaitable[Reply]]
"""Answers a request that reads, within a transaction."""
Find = Callable[[Request], Called | None]
"""The function of the application that a request calls. Raises RequestError."""
Charge = Callable[[Asker, Request, int], Awaitable[None]]
"""Counts so many requests more of an asker. Raises RequestError TOO_MANY."""


class Batches:
    """Answers batches."""

    def __init__(
        self,
        writes: Writes,
        read: ReadWithin,
        find: Find,
        authorizer: Authorizer,
        *,
        prefix: str,
        most: int,
        longest_path: int,
        largest_reply: int,
        charge: Charge | None = None,
    ) -> None:
        """`most` operations a batch, and bytes of all their replies together."""
        self._writes = writes
        self._read = read
        self._find = find
        self._authorizer = authorizer
        self._prefix = prefix
        self._most = most
        self._longest_path = longest_path
        self._largest_reply = largest_reply
        self._charge = charge

    async def admit(self, exchange: Exchange, identify: Identify) -> None:
        """Authorize a request whose body is still to come. Raises RequestError for one that is refused."""
        request = exchange.request
        exchange.route = f"{self._prefix}/batch"
        _refuse_others(request)
        exchange.was_read = perf_counter()
        exchange.asker = await identify(request)
        exchange.who = perf_counter()

    async def answer(self, exchange: Exchange) -> Reply:
        """The reply to a batch that has been admitted and has its body. Raises RequestError."""
        request = exchange.request
        _refuse_others(request)
        kind = self._authorizer.kind(exchange.asker)
        operations = read_operations(
            request.body, request.header("content-type"), most=self._most, longest_path=self._longest_path
        )
        exchange.parts = max(1, len(operations))
        if self._charge is not None and exchange.parts > 1:  # the first was counted when it was asked who asks
            await self._charge(exchange.asker, request, exchange.parts - 1)
        prefer = request.list_header("prefer")
        preferences = NO_PREFERENCES if prefer is None else read_preferences(prefer)
        called: dict[int, ActionCall | QueryCall | None] = {}
        prepared: dict[int, Prepared] = {}
        for operation in operations:
            with named(operation):
                number = operation.number
                called[number] = self._called(operation.request(self._prefix, None))
                # What refers to nothing is read now, so that the transaction lasts no longer than it must.
                if not (operation.references or operation.method == "GET" or called[number]):
                    prepared[number] = self._prepared(operation, {}, kind)
        identity = identity_of(request, exchange.asker)
        exchange.planned = perf_counter()

        async def done(transaction: Transaction) -> Reply:
            work = Work(transaction, exchange.asker, kind, datetime.now(UTC), exchange.request_id)
            return await self._all(work, exchange, operations, called, prepared, preferences)

        retry = all(call.action.retry for call in called.values() if isinstance(call, ActionCall))
        reply = await self._writes.idempotency.run(identity, done, retry=retry)
        exchange.run_at = perf_counter()
        return reply

    def _called(self, request: Request) -> ActionCall | QueryCall | None:
        """The function that an operation calls. Raises RequestError for one that can't be part of a transaction."""
        called = self._find(request)
        if called is None:
            return None
        call = called.call
        if isinstance(call, ActionCall | QueryCall):
            return call
        message = "A route of the application's own can't be part of a batch"
        raise RequestError(errors.BAD_BATCH, message, hint="Rows, actions and queries can.")

    def _prepared(self, operation: Operation, results: Mapping[str, bytes], kind: AskerKind) -> Prepared:
        """The plan of an operation that writes, its body read."""
        prepared = self._writes.read(operation.request(self._prefix, results), kind)
        if prepared.asked.prefer.tx is not None:
            message = "An operation can't have a preference for tx of its own: the batch is one transaction"
            raise RequestError(errors.BAD_BATCH, message, hint="Send Prefer: tx=rollback with the batch.")
        return prepared

    async def _all(
        self,
        work: Work,
        exchange: Exchange,
        operations: Sequence[Operation],
        called: Mapping[int, ActionCall | QueryCall | None],
        prepared: Mapping[int, Prepared],
        preferences: Preferences,
    ) -> Reply:
        """The reply to all operations, done one after another."""
        results: dict[str, bytes] = {}
        written: list[bytes] = []
        size = exchange.written = 0
        for operation in operations:
            with named(operation):
                if called[operation.number] is not None or operation.method == "GET":
                    reply = await self._answered(work, exchange, operation, results)
                else:
                    one = prepared.get(operation.number) or self._prepared(operation, results, work.kind)
                    exchange.deprecated += one.deprecated
                    done = await self._writes.perform(work, one)
                    exchange.written += len(done.keys)
                    reply = reply_write(operation.request(self._prefix, results), one.asked, one.plan, done)
                written.append(result_of(operation, reply))
                size += len(written[-1])
                if size > self._largest_reply:
                    raise reply_too_large(self._largest_reply)
            if operation.id is not None and isinstance(reply.body, bytes) and reply.body:
                results[operation.id] = reply.body
        reply = reply_batch(written, preferences)
        if preferences.tx == "rollback":
            raise UndoneError(reply)
        return reply

    async def _answered(
        self, work: Work, exchange: Exchange, operation: Operation, results: Mapping[str, bytes]
    ) -> Reply:
        """The reply to an operation that reads, or calls a function."""
        inner = Exchange(operation.request(self._prefix, results), exchange.request_id)
        inner.asker = exchange.asker
        called = self._find(inner.request)
        if called is None:
            reply = await self._read(work.transaction, inner, work.kind)
            exchange.deprecated += inner.deprecated
            return reply
        call = called.call
        if not isinstance(call, ActionCall | QueryCall) or operation.method not in call.methods.split(", "):
            raise RequestError(errors.METHOD_NOT_ALLOWED, f"{operation.method} isn't allowed here")
        call.refuse_others(work.kind)
        return await call.within(work.transaction, inner, called.parameters)


def _refuse_others(request: Request) -> None:
    """Raise RequestError for what isn't a POST to /batch itself."""
    if len(request.path) > 1:
        raise RequestError(errors.NOTHING_HERE, f"There is nothing at {request.target}")
    if request.method != "POST":
        allow = (("allow", "POST, OPTIONS"),)
        raise RequestError(errors.METHOD_NOT_ALLOWED, f"{request.method} isn't allowed here", headers=allow)

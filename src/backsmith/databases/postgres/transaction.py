"""A transaction on PostgreSQL as works use it: a connection of the writing pool.

What needs no answer (BEGIN, setting and forgetting a savepoint) is put off and sent together, in one round trip, before
the next thing that does; what was only to be forgotten isn't sent with the COMMIT. A single statement said to be the
last is sent without a transaction around it: it is one by itself, in one round trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from backsmith.databases.database import not_known, reply_too_large, size_of
from backsmith.databases.guarded import GuardedTransaction
from backsmith.databases.postgres.connection import NO_CONNECTION, Connection
from backsmith.databases.postgres.failures import is_lost, is_outdated, may_run_again, not_writable_here, of_transaction
from backsmith.errors import BacksmithError, UsageError

LONGEST_STORY = 50
"""Statements after which a transaction isn't begun anew where a table has changed."""
AFTER_THE_LAST = "A statement was said to be this transaction's last, and another one came."


class PostgresTransaction(GuardedTransaction):
    """One transaction. `commit` or `leave` ends it; then `is_sound` says whether the connection can be used again."""

    def __init__(self, connection: Connection, *, statement_timeout: float, max_reply: int) -> None:
        super().__init__()
        self._connection = connection
        self._statement_timeout = statement_timeout
        self._max_reply = max_reply
        self._unsent = ["BEGIN"]
        """What is to be sent before the next statement."""
        self._story: list[tuple[Any, str, Sequence[Any], Any]] = []
        """What was done: by which method, of what, and what came out."""
        self._begun = False
        self._kept = False
        """Whether a last statement has been sent by itself, so that the server has kept it, or is about to."""
        self.again = False
        """Whether it failed for a reason that another try may not meet."""
        self.is_sound = True
        """Whether the connection is in good order."""

    async def fetch(
        self, sql: str, params: Sequence[Any] = (), *, last: bool = False, heavy: bool = False
    ) -> Sequence[Any]:
        rows: list[Any] = await self._run(self._connection.fetch, sql, params, last=last)
        if rows and sum(map(size_of, rows)) > self._max_reply:
            raise self._refuse(reply_too_large(self._max_reply))
        return rows

    async def fetch_each(self, sql: str, many: Sequence[Sequence[Any]], *, last: bool = False) -> list[Sequence[Any]]:
        if not many:
            return []
        if not sql.startswith("SELECT") and "RETURNING" not in sql.upper():
            await self._run(self._connection.executemany, sql, (many,), last=last)  # in few round trips
            return [()] * len(many)
        return [await self.fetch(sql, params) for params in many]

    async def fetch_named(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.fetch(sql, params)]

    async def _run(self, method: Any, sql: str, params: Sequence[Any], *, last: bool) -> Any:
        if self._kept:
            raise UsageError(AFTER_THE_LAST)
        self._begin()
        try:
            if last and not self._begun and len(self._unsent) == 1 and not self.closings:
                self._kept = True
                result = await method(sql, *params)
            else:
                if self._unsent:
                    await self._send()
                result = await self._run_sent(method, sql, params)
        except Exception as error:
            raise self._failed(error) from error
        except BaseException:
            self.is_sound = False  # it still runs
            self.lost = True
            raise
        self._done()
        if self._kept and not result and "RETURNING" in sql:
            self._kept = False  # nothing was written: others may follow, to find out why
        return result

    async def _run_sent(self, method: Any, sql: str, params: Sequence[Any]) -> Any:
        """Run a statement; anew from the beginning where a table has changed since the connection prepared it."""
        try:
            result = await method(sql, *params)
        except Exception as error:
            if not is_outdated(error) or len(self._story) > LONGEST_STORY or not await self._relive():
                raise
            result = await method(sql, *params)
        if len(self._story) <= LONGEST_STORY:
            self._story.append((method, sql, params, result))
        return result

    async def _relive(self) -> bool:
        """Do all that was done once more, in place of it; whether it came out the same.

        The server refuses a statement whose table was changed, and with it the transaction; the work knows nothing of
        that and may not be run again.
        """
        await self._connection.execute("ROLLBACK")
        for method, sql, params, before in self._story:
            if await method(sql, *params) != before:
                return False
        return True

    async def _send(self) -> None:
        """Send what was put off."""
        text, self._unsent = "; ".join(self._unsent), []
        self._begun = True
        self._story.append((self._connection.execute, text, (), await self._connection.execute(text)))

    def _failed(self, error: Exception) -> BacksmithError:
        """After a statement that failed: what to raise."""
        lost = is_lost(error, self._connection)
        if lost or isinstance(error, TimeoutError):
            self.is_sound, self.lost = False, True
        self.again = not (lost and self._kept) and (lost or may_run_again(error))
        if not_writable_here(error):
            self.is_sound = False  # another server may have taken over from this one
        if lost and self._kept:
            return self._refuse(not_known())
        if self._kept:
            self._kept = self._begun = False  # refused, so nothing was kept
        return self._refuse(of_transaction(error, lost=lost, statement_timeout=self._statement_timeout))

    # Ends -------------------------------------------------------------------------------------------------------------

    async def commit(self) -> None:
        """Keep it. Raises what must not be kept, or isn't known to be."""
        if self.refusal is not None:
            raise self.refusal
        self._check()
        if not self._begun:
            return  # nothing was done, or all of it is kept
        try:
            status = await self._connection.execute("COMMIT")
        except Exception as error:
            lost = is_lost(error, self._connection)
            self.is_sound = not lost
            self.again = may_run_again(error)
            self._begun = self._connection.is_closed() is False and self._connection.is_in_transaction()
            if lost:
                raise self._refuse(not_known()) from error
            raise self._refuse(of_transaction(error, lost=False, statement_timeout=self._statement_timeout)) from error
        except BaseException:
            self.is_sound = False
            raise
        self._begun = False
        assert status == "COMMIT", status

    async def leave(self) -> None:
        """Keep nothing of it."""
        if self._begun and self.is_sound:
            self.is_sound = False
            with suppress(*NO_CONNECTION):
                await self._connection.execute("ROLLBACK")
                self.is_sound = True

    # Savepoints -------------------------------------------------------------------------------------------------------

    async def _set_savepoint(self, name: str) -> None:
        self._unsent.append(f"SAVEPOINT {name}")

    async def _undo_to(self, name: str) -> None:
        if f"SAVEPOINT {name}" in self._unsent:
            self._forget(name)
            return
        await self._at_once(f"ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")
        self.again = False

    async def _release(self, name: str) -> None:
        if f"SAVEPOINT {name}" in self._unsent:
            self._forget(name)
        else:
            self._unsent.append(f"RELEASE SAVEPOINT {name}")

    def _forget(self, name: str) -> None:
        """Nothing was done since the savepoint, so it needn't be set at all."""
        del self._unsent[self._unsent.index(f"SAVEPOINT {name}") :]

    async def _at_once(self, sql: str) -> None:
        self._unsent = []
        try:
            self._story.append((self._connection.execute, sql, (), await self._connection.execute(sql)))
        except Exception as error:
            raise self._failed(error) from error
        except BaseException:
            self.is_sound, self.lost = False, True
            raise

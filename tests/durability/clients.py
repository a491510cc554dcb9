"""Clients of the bank that write without end: each one request after the other, of all kinds.

A client goes on after a refusal and after its connection was lost, and through the deaths of servers. A request that
has an idempotency key it repeats until there is a reply.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any, NamedTuple

from tests.durability.book import Book
from tests.durability.client import Answer, Connection, Lost
from tests.durability.serving import Served

WRITERS = 64
ADDED = [f"added {number}" for number in range(3)]
MATCHED = [f"matched {number}" for number in range(3)]


class Attempt(NamedTuple):
    """A request that makes something, known by kind and number in the book."""

    kind: str
    number: int
    target: str
    body: Any
    good: int
    """The status that acknowledges it."""
    headers: dict[str, str]


async def open_accounts(served: Served) -> None:
    """What is there before all clients."""
    connection = await Connection.open(served.port)
    writers = [{"number": number} for number in range(WRITERS)]
    counters = [{"name": name} for name in ADDED + MATCHED]
    for target, rows in (("/api/writers", writers), ("/api/counters", counters)):
        answer = await connection.send("POST", target, rows)
        assert answer.status == 201, answer
    connection.close()


async def wait_for(book: Book, more: int, *, longest: float = 60, refused: bool = False) -> bool:
    """Wait until so many more changes have been acknowledged, or refused with a 503; whether they were in time."""

    def done() -> int:
        return book.statuses[503] if refused else book.acknowledged

    enough, end = done() + more, time.monotonic() + longest
    while done() < enough:
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.005)
    return True


class Client:
    """One of them."""

    def __init__(self, book: Book, number: int) -> None:
        self._book = book
        self._number = number
        self._pending: Attempt | None = None
        """With an idempotency key, and not replied to."""
        self._refused = False
        """With a 503: it is to wait a little."""
        self._notes: list[int] = []
        """Those that are there for sure."""
        self._kinds = {
            self.make_a_note: 25,
            self.delete_a_note: 5,
            self.look: 5,
            self.order: 15,
            self.change_the_value: 15,
            self.batch: 15,
            self.break_a_batch: 5,
            self.add: 10,
            self.match: 5,
        }

    async def run(self, served: Served) -> None:
        """Write until the server is dead."""
        while served.process.poll() is None:
            try:
                connection = await Connection.open(served.port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            try:
                while True:
                    await self._next(connection)
            except Lost:
                # What a worker that was killed left with PostgreSQL ends first, so that changes keep their order.
                await asyncio.sleep(0.1)
            finally:
                connection.close()

    async def _next(self, connection: Connection) -> None:
        if self._pending is not None:
            await self._do(connection, self._pending)
        else:
            (kind,) = random.choices(list(self._kinds), self._kinds.values())
            await kind(connection)
        if self._refused:
            self._refused = False
            await asyncio.sleep(0.05)

    # Requests ---------------------------------------------------------------------------------------------------------

    async def make_a_note(self, connection: Connection) -> None:
        number = next(self._book.numbers)
        prefer = random.choice(["return=minimal", "return=representation"])
        body = {"number": number, "text": "x" * random.randrange(200)}
        if await self._do(connection, self._new("made", number, "/api/notes", body, 201, prefer=prefer)):
            self._notes.append(number)

    async def delete_a_note(self, connection: Connection) -> None:
        if not self._notes:
            return
        deleted = self._book.there["deleted"]
        number = self._notes.pop()
        deleted[number] = None
        deleted[number] = self._is_kept(await connection.send("DELETE", f"/api/notes?number=eq.{number}"), 204)

    async def look(self, connection: Connection) -> None:
        """Whatever worker made it, and whichever answers now."""
        if not self._notes:
            return
        number = random.choice(self._notes)
        answer = await connection.send("GET", f"/api/notes?select=number&number=eq.{number}")
        if answer.status != 503 and (answer.status != 200 or answer.json != [{"number": number}]):
            self._book.complain(f"note {number} was acknowledged, and a look at it gives {answer}")

    async def order(self, connection: Connection) -> None:
        number, size = next(self._book.numbers), random.randrange(1, 12)
        lines = [{"position": position} for position in range(size)]
        body = {"number": number, "size": size, "lines": lines}
        await self._do(connection, self._new("orders", number, "/api/orders", body, 201))

    async def change_the_value(self, connection: Connection) -> None:
        values = self._book.values[self._number]
        value = max(values) + 1
        values.add(value)
        answer = await connection.send("PATCH", f"/api/writers/{self._number}", {"value": value})
        kept = self._is_kept(answer, 204)
        if kept:
            self._book.values[self._number] = {value}
        elif kept is False:
            values.discard(value)

    async def batch(self, connection: Connection) -> None:
        number = next(self._book.numbers)
        last = {"method": "PATCH", "path": f"/writers/{self._number}", "body": {"moved": number}}
        await self._do(connection, self._new("batches", number, "/api/batch", self._batch(number, last), 200))

    async def break_a_batch(self, connection: Connection) -> None:
        """Its last operation makes a part that is there already."""
        number = next(self._book.numbers)
        again = {"method": "POST", "path": "/parts", "body": self._part(number, "a")}
        self._book.there["batches"][number] = False
        answer = await connection.send("POST", "/api/batch", self._batch(number, again))
        if answer.status not in (409, 503):
            self._book.complain(f"a batch that breaks a constraint was replied to with {answer}")

    async def add(self, connection: Connection) -> None:
        number, counter = next(self._book.numbers), random.choice(ADDED)
        target = f"/api/counters/{counter.replace(' ', '%20')}/add"
        await self._do(connection, self._new("steps", number, target, {"number": number}, 200))

    async def match(self, connection: Connection) -> None:
        """Adds one to a counter, if nobody else has since it was read."""
        number, counter = next(self._book.numbers), random.choice(MATCHED)
        target = f"/api/counters/{counter.replace(' ', '%20')}"
        while True:
            answer = await connection.send("GET", target)
            if answer.status != 200:
                self._is_kept(answer, 200)
                return
            value = answer.json["n"] + 1
            self._book.sent[counter] = max(value, self._book.sent[counter])
            answer = await connection.send("PATCH", target, {"n": value}, if_match=answer.headers["etag"])
            if answer.status == 412:
                continue
            if self._is_kept(answer, 204):
                self._book.take(counter, value, number)
            return

    # Once and again ---------------------------------------------------------------------------------------------------

    def _new(self, kind: str, number: int, target: str, body: Any, good: int, **headers: str) -> Attempt:
        if random.random() < 0.3:
            headers["idempotency_key"] = f"{kind} number {number} of the bank"
        return Attempt(kind, number, target, body, good, headers)

    async def _do(self, connection: Connection, attempt: Attempt) -> bool:
        """Do it; whether it is acknowledged."""
        there = self._book.there[attempt.kind]
        known = there.get(attempt.number)
        is_new = attempt.number not in there
        there[attempt.number] = known or None
        keyed = "idempotency_key" in attempt.headers
        self._pending = attempt if keyed else None
        answer = await connection.send("POST", attempt.target, attempt.body, **attempt.headers)
        if answer.status == 409 and keyed and answer.json["type"].endswith("idempotency-in-flight"):
            await asyncio.sleep(0.02)
            return False
        kept = self._is_kept(answer, attempt.good)
        there[attempt.number] = known or kept
        if kept is None or (kept is False and keyed):
            return False
        self._pending = None
        if not kept:
            return False
        replayed = answer.headers.get("idempotency-replayed") == "true"
        if (known and not replayed) or (replayed and (known is False or is_new)):
            self._book.complain(f"{attempt} was {known}, and the reply to its repetition is {answer}")
        if attempt.kind == "steps":
            self._book.take(attempt.target.split("/")[3].replace("%20", " "), answer.json, attempt.number)
        if keyed and random.random() < 0.2:
            self._compare(answer, await connection.send("POST", attempt.target, attempt.body, **attempt.headers))
        return True

    def _compare(self, first: Answer, second: Answer) -> None:
        if second.status == 503:
            return
        if (first.status, first.body) != (second.status, second.body) or "idempotency-replayed" not in second.headers:
            self._book.complain(f"{first} was repeated as {second}")

    def _is_kept(self, answer: Answer, good: int) -> bool | None:
        """Whether the reply says that the change is kept; None where it says that it isn't known."""
        self._book.statuses[answer.status] += 1
        if answer.status == good:
            self._book.acknowledged += 1
            return True
        if answer.status != 503:
            self._book.complain(f"unexpected: {answer}")
            return False
        self._refused = True
        message = answer.json["message"]
        self._book.refusals[message] += 1
        self._book.refused[message] = answer
        if "retry-after" not in answer.headers:
            self._book.complain(f"without Retry-After: {answer}")
        return None if "it isn't known" in message else False

    # Bodies -----------------------------------------------------------------------------------------------------------

    def _part(self, number: int, part: str) -> dict[str, Any]:
        return {"writer_number": self._number, "number": number, "part": part}

    def _batch(self, number: int, last: dict[str, Any]) -> dict[str, Any]:
        second = {**self._part(number, "b"), "follows_id": {"$result": "first.id"}}
        return {
            "operations": [
                {"id": "first", "method": "POST", "path": "/parts", "body": self._part(number, "a")},
                {"method": "POST", "path": "/parts", "body": second},
                last,
            ]
        }

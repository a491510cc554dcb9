"""A program that does numbered things once each, by idempotency keys: sends all of them, as a client would that was
never answered, until it is killed or all are done.

    python keyed.py URL COUNT WRITERS

A line on standard output for each that was replied to. Thing N inserts the row (N).
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Iterator

import uvloop

from backsmith import errors
from backsmith.blueprint.asker import Asker
from backsmith.databases import open_database
from backsmith.databases.transaction import Transaction
from backsmith.engine.writing.idempotency import Idempotency, identity_of
from backsmith.errors import RequestError
from backsmith.http.reply import Reply
from backsmith.http.request import Request

ASKER = Asker(1, frozenset(), "token")


async def main(url: str, count: int, writers: int) -> None:
    """Do all of them."""
    database = open_database(url, pool_size=8)
    await database.open()
    once = Idempotency(database)
    numbers = list(range(count))
    random.shuffle(numbers)
    print("ready", flush=True)
    waiting = iter(numbers)
    await asyncio.gather(*(send(once, waiting) for _ in range(writers)))
    await database.close()


async def send(once: Idempotency, numbers: Iterator[int]) -> None:
    """One client."""
    for number in numbers:
        request = Request("POST", ("things",), "/api/things", "", {"idempotency-key": f"thing {number}"}, b"{}")

        async def work(transaction: Transaction, number: int = number) -> Reply:
            await transaction.fetch(f"INSERT INTO thing VALUES ({number})")
            return Reply(201, [], b"%d" % number)

        while True:
            try:
                reply = await once.run(identity_of(request, ASKER), work, retry=True)
            except RequestError as error:
                if error.kind is not errors.IDEMPOTENCY_IN_FLIGHT:
                    raise
                await asyncio.sleep(0.01)
                continue
            assert reply.body == b"%d" % number
            os.write(1, b"%d\n" % number)
            break


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

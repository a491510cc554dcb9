"""A program that writes without end: many at once, each change of two rows, a line on standard output for each kept.

    python writers.py URL RUN WRITERS

Change N of the run inserts the rows (N, 'a') and (N, 'b'), one in ten adds one to the counter, and one in seven fails
on purpose and leaves nothing. A change that the database refuses with a 503 is tried again, unless the message says
that it isn't known whether it was kept. Anything else that goes wrong is said on standard error, and ends the program.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys

import uvloop

from backsmith import errors
from backsmith.databases import open_database
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError

TABLES = """
CREATE TABLE change (number bigint, part text, filler text, PRIMARY KEY (number, part));
CREATE TABLE counter (n bigint);
INSERT INTO counter VALUES (0)
"""
NUMBERS = 1_000_000
"""Of each run."""


class Broken(Exception):
    """What a work raises on purpose."""


async def main(url: str, run: int, writers: int) -> None:
    """Write until killed."""
    database = open_database(url, pool_size=8)
    await database.open()
    numbers = iter(range(run * NUMBERS, (run + 1) * NUMBERS))
    print("ready", flush=True)
    await asyncio.gather(*(write(database, numbers) for _ in range(writers)))


async def write(database, numbers) -> None:
    """One writer."""
    for number in numbers:
        change, breaks = work(number), number % 7 == 0
        while True:
            try:
                await database.transact(change, retry=True)
            except Broken:
                break
            except RequestError as error:
                if error.kind not in (errors.DATABASE_UNAVAILABLE, errors.OVERLOADED):
                    raise
                if "known" in error.message:
                    break
                await asyncio.sleep(0.05)
            else:
                assert not breaks
                os.write(1, b"%d\n" % number)  # at once, and whole
                break


def work(number: int):
    """The change of that number."""

    async def change(transaction: Transaction) -> None:
        filler = "x" * random.randrange(200)
        await transaction.fetch(f"INSERT INTO change VALUES ({number}, 'a', '{filler}')")
        if number % 5 == 0:
            await asyncio.sleep(0)
        await transaction.fetch(f"INSERT INTO change VALUES ({number}, 'b', '{filler}')", heavy=number % 50 == 1)
        if number % 7 == 0:
            raise Broken
        if number % 10 == 3:
            await transaction.fetch("UPDATE counter SET n = n + 1")

    return change


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

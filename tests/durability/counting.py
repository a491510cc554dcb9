"""A program that counts: adds one to the counter so many times, many at once.

python counting.py URL TIMES WRITERS
"""

from __future__ import annotations

import asyncio
import sys

import uvloop

from backsmith.databases import open_database
from backsmith.databases.transaction import Transaction


async def count(transaction: Transaction) -> None:
    """Read, then write what was read plus one: what is lost if two do it at the same time."""
    (row,) = await transaction.fetch("SELECT n FROM counter WHERE id = 1")
    await asyncio.sleep(0)
    await transaction.fetch(f"UPDATE counter SET n = {row[0] + 1} WHERE id = 1")


async def main(url: str, times: int, writers: int) -> None:
    """Count, and end."""
    database = open_database(url, isolation="serializable")
    await database.open()

    async def one() -> None:
        for _ in range(times // writers):
            await database.transact(count, retry=True)

    await asyncio.gather(*(one() for _ in range(writers)))
    await database.close()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

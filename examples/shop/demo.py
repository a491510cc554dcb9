"""`make demo`: create and fill the shop's database, say what to try, and serve it.

`python -m examples.shop.demo [--port 8000] [--fresh]` from the project's folder. The database is the shop's own,
shop.db beside shop.py; one that is there is kept as it is, and made anew with --fresh.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import time
from typing import Any

from backsmith.accounts.development import sign
from backsmith.app import compile_application
from backsmith.blueprint import load
from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.types import Integer, Type
from backsmith.cli.main import run
from backsmith.cli.server import check_free
from backsmith.databases import Database, open_database
from backsmith.databases.url import sqlite_path
from backsmith.errors import UsageError
from backsmith.evolution.create import create_missing
from backsmith.settings import read_settings
from examples.shop.rows import rows

MODEL = Path(__file__).with_name("shop.py")
CUSTOMER = 1
"""The account that asks for its orders below."""
A_DAY = 24 * 3600


async def fill(database: Database, blueprint: Blueprint, seed: int = 1) -> int:
    """Create the tables in the open, empty database and insert the rows of that seed. Gives the number of rows."""
    await create_missing(database, blueprint)
    made = rows(seed)
    entities = {entity.name: entity for entity in blueprint.entities}
    for name, some in made.entities.items():
        entity = entities[name]
        fields = [field for field in entity.fields if field.computed is None]
        columns = [(field.column, field.type) for field in fields]
        await _insert(database, entity.table, columns, [[row[field.name] for field in fields] for row in some])
    shelves = next(relation.through for relation in entities["Product"].relations if relation.name == "categories")
    assert shelves is not None, "products and categories are many to many"
    columns = [(shelves.columns[0], Integer()), (shelves.target_columns[0], Integer())]
    await _insert(database, shelves.table, columns, made.shelved)
    return sum(map(len, made.entities.values())) + len(made.shelved)


async def _insert(
    database: Database, table: str, columns: Sequence[tuple[str, Type]], values: Iterable[Sequence[Any]]
) -> None:
    dialect = database.dialect
    names = ", ".join(dialect.quote(column) for column, _ in columns)
    places = ", ".join(dialect.placeholder(number, type) for number, (_, type) in enumerate(columns, 1))
    encoders = [dialect.encoder(type) for _, type in columns]
    await database.execute_many(
        f"INSERT INTO {dialect.quote(table)} ({names}) VALUES ({places})",
        [
            [None if value is None else encode(value) for encode, value in zip(encoders, row, strict=True)]
            for row in values
        ],
    )


async def _prepare(url: str, blueprint: Blueprint) -> int:
    database = open_database(url)
    await database.open()
    try:
        return await fill(database, blueprint)
    finally:
        await database.close()


async def _next_order(url: str) -> int:
    database = open_database(url)
    await database.open()
    try:
        return ((await database.fetch("SELECT max(id) FROM orders", ()))[0][0] or 0) + 1
    finally:
        await database.close()


def requests(address: str, token: str, port: int, order: int) -> str:
    """Three requests that read and two that write, as command lines, and where people sign up.

    Arguments:
        order: The key that the next order gets.
    """
    own = "select=placed_at,status,total,lines(quantity,product(name))&order=placed_at.desc.nullslast&limit=2"
    return f"""\
Three requests to try:

# What costs less than 20, the dearest first, with the shelves it is on
curl -g '{address}/products?select=name,price,categories(name)&price=lt.20&order=price.desc&limit=3'

# The shelves, the shelves inside them, and how many products are on those
curl -g '{address}/categories?select=name,children(name,products(count()))&parent_id=is.null'

# As the customer with account {CUSTOMER}: your last two orders, and what was in them (without the token: none)
curl -g '{address}/orders?{own}' \\
  -H 'Authorization: Bearer {token}'

And two that write:

# An order with two lines, which get their prices from the products: all of it or nothing
curl -g '{address}/orders?select=id,status,total,lines(quantity,price)' -H 'Prefer: return=representation' \\
  -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\
  -d '{{"customer": {CUSTOMER}, "lines": [{{"product": 1, "quantity": 2}}, {{"product": 2}}]}}'

# Place it: an action of the shop's own, which takes what was ordered from the stock
curl -X POST '{address}/orders/{order}/place' -H 'Authorization: Bearer {token}'

People sign up and in, in a browser, at http://localhost:{port}/auth/sign-up
(the mail with the code is a file in .backsmith/mail, beside the model)
"""


def main() -> int:
    """Prepare and serve; gives the exit code."""
    parser = argparse.ArgumentParser(description="Serve the example shop.")
    parser.add_argument("--port", default="8000", help="port to listen on")
    parser.add_argument("--fresh", action="store_true", help="make the database anew")
    arguments = parser.parse_args()
    model = str(MODEL.relative_to(Path.cwd())) if MODEL.is_relative_to(Path.cwd()) else str(MODEL)
    settings = read_settings(model, flags={"port": arguments.port})
    file = sqlite_path(settings.database)
    if arguments.fresh:
        for path in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
            path.unlink(missing_ok=True)
    if not file.exists():
        blueprint = compile_application(load(model))
        count = asyncio.run(_prepare(settings.database, blueprint))
        print(f"Filled {file} with {count} rows.\n", file=sys.stderr)
    try:
        check_free(settings.host, settings.port)
    except UsageError as error:
        print(f"{error} With make: make demo PORT={settings.port + 1}", file=sys.stderr)
        return 2
    order = asyncio.run(_next_order(settings.database))
    address = f"http://{settings.host}:{settings.port}{settings.prefix}"
    print(requests(address, sign(settings, CUSTOMER, now=time(), lifetime=A_DAY), settings.port, order), flush=True)
    return run(["serve", model, "--port", arguments.port])


if __name__ == "__main__":
    sys.exit(main())

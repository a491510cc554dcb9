"""A database with a few rows, and what they say of changes."""

from __future__ import annotations

from backsmith.databases import Database
from backsmith.databases.altering import Alteration
from backsmith.databases.changes import Change, TableName
from backsmith.databases.schema import Column
from backsmith.evolution.data_checks import findings
from backsmith.evolution.plan import Finding

CUSTOMERS = TableName("customers")
NAMES = {
    ("customers", "id"): "Customer.id",
    ("customers", "name"): "Customer.name",
    ("customers", "phone"): "Customer.phone",
    ("customers", "code"): "Customer.code",
    ("customers", "state"): "Customer.state",
    ("customers", "shop_id"): "Customer.shop_id",
    ("customers", "level"): "Customer.level",
    ("shops", "id"): "Shop.id",
    ("shops", "name"): "Shop.name",
}
TABLES = (
    "CREATE TABLE shops (id integer PRIMARY KEY, name text NOT NULL);"
    "CREATE TABLE customers"
    " (id integer PRIMARY KEY, name text NOT NULL, phone text, code text, state text, shop_id integer)"
)


async def asked(database: Database, rows: str, *changes: Change) -> list[Finding]:
    """The findings of these changes on the tables above, with these rows in them."""
    await database.execute(f"{TABLES}; {rows}")
    actual = await database.inspect()
    facts = await database.facts()
    return await findings(database, Alteration(actual=actual, desired=actual, changes=changes, facts=facts), NAMES)


def text(name: str) -> Column:
    """A column of text."""
    return Column(name=name, type="text")


def insert(*rows: str) -> str:
    """Customers."""
    return f"INSERT INTO customers (id, name, phone, code, state, shop_id) VALUES {', '.join(rows)}"

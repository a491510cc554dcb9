"""The plan asks by the types of fields, which on SQLite say more than those of columns."""

from __future__ import annotations

from pathlib import Path

from backsmith.databases import Database
from backsmith.evolution.create import create_missing
from backsmith.evolution.plan import Finding, verdict
from backsmith.evolution.planning import plan
from tests.evolution.versions import Versions

OLD = """
class Pump(Entity, private=True):
    price: Decimal
"""
NEW = """
class Pump(Entity, private=True):
    price: Annotated[Decimal, Digits(9, 1)]
"""


async def test_fewer_places_of_a_decimal(database: Database, tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    old = versions.next(OLD)
    await create_missing(database, old)
    price = old.entities[0].fields[-1]
    rows = (
        (number, database.dialect.ddl.constant(text, price.type, None)) for number, text in ((1, "1.5"), (2, "1.2345"))
    )
    values = ", ".join(f"({number}, {sql})" for number, sql in rows)
    await database.execute(f"INSERT INTO pumps (id, price) VALUES {values}")
    found = (await plan(database, versions.next(NEW))).plan
    assert found.findings == (
        Finding(
            kind="loss",
            about="Pump.price",
            text="1 value loses something on the way to the narrower Decimal, and can't be taken back as it was.",
            count=1,
            samples=({"id": 2, "price": 1.2345},),
            ways=(
                'Save them first: SELECT "id", "price" FROM "pumps" WHERE "price" IS NOT NULL;',
                "Leave the type as it was: price: Decimal",
                "Let it happen: --approve convert:pumps.price",
            ),
        ),
    )
    assert verdict(found) == "approval"

"""The rows of the library, and how they get into a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases import Database


def at(day: int, hour: int = 12, micro: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, 0, 0, micro, tzinfo=UTC)


ROWS: dict[str, list[dict[str, Any]]] = {
    "Account": [
        {"id": 1, "email": "ada@example.org", "name": "Ada"},
        {"id": 2, "email": "bo@example.org", "name": "Bo"},
        {"id": 3, "email": None, "name": None},
    ],
    "Author": [
        {"id": 1, "name": "Ada", "born": date(1980, 5, 1), "email": "ada@x.org", "diary": "dear", "account_id": 1},
        {"id": 2, "name": "Bo", "born": None, "email": "bo@x.org", "diary": None, "account_id": 2},
        {"id": 3, "name": "Émile", "born": date(1840, 4, 2), "email": None, "diary": "secret", "account_id": None},
    ],
    "Book": [
        {"id": 1, "title": "Zero", "price": Decimal("9.90"), "pages": 120, "rating": 4.5, "added": at(1),
         "tags": ["a", "b"], "notes": {"k": 1, "deep": {"x": ["p", "q"]}}, "published": date(2020, 1, 1),
         "author_id": 1, "editor_id": 2},
        {"id": 2, "title": "ärger", "genre": "poem", "price": Decimal("0.05"), "pages": 30, "rating": None,
         "added": at(2, 8, 500), "tags": [], "notes": None, "author_id": 1, "editor_id": None, "sequel_of_id": 1},
        {"id": 3, "title": 'quo"te, (b)', "genre": "essay", "price": Decimal("100.00"), "pages": 999, "rating": 3.0,
         "added": at(3), "tags": ["b"], "notes": {"k": "10", "n": None}, "author_id": 2, "editor_id": 1,
         "cover": b"\x00\xff"},
        {"id": 4, "title": "Draft of Ada", "price": Decimal("1.00"), "pages": 5, "rating": None, "added": at(4),
         "tags": ["c"], "notes": [1, 2], "author_id": 1, "editor_id": None, "draft": True, "sequel_of_id": 1},
        {"id": 5, "title": "Draft of Bo", "price": Decimal("2.00"), "pages": 6, "rating": 5.0, "added": at(5),
         "tags": [], "notes": "text", "author_id": 2, "editor_id": None, "draft": True},
        {"id": 6, "title": "zero", "price": Decimal("9.90"), "pages": 120, "rating": 1e-7, "added": at(1),
         "tags": ["a"], "notes": {"k": 2}, "author_id": 3, "editor_id": 1},
    ],
    "Review": [
        {"id": 1, "book_id": 1, "stars": 5, "text": "good", "reviewer_id": 2},
        {"id": 2, "book_id": 1, "stars": 3, "text": None, "reviewer_id": 3},
        {"id": 3, "book_id": 3, "stars": 4, "text": "long\nwinded", "reviewer_id": 1},
        {"id": 4, "book_id": 4, "stars": 1, "text": "early", "reviewer_id": 2},
    ],
    "Shelf": [{"id": 1, "name": "left"}, {"id": 2, "name": "right"}, {"id": 3, "name": "empty"}],
    "Invoice": [
        {"id": 1, "total": Decimal("12.50"), "account_id": 1},
        {"id": 2, "total": Decimal("7.00"), "account_id": 2},
    ],
    "Vault": [{"id": 1, "code": "1234", "book_id": 1}],
}  # fmt: skip
SHELVED = [(1, 1), (2, 1), (4, 1), (3, 2), (1, 2)]
"""Books on shelves: (book, shelf)."""


async def fill(database: Database, blueprint: Blueprint, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Put rows, by the names of entities and fields, into their tables."""
    dialect = database.dialect
    for name, some in rows.items():
        entity = next(entity for entity in blueprint.entities if entity.name == name)
        fields = [field for field in entity.fields if field.computed is None]
        columns = ", ".join(dialect.quote(field.column) for field in fields)
        places = ", ".join(dialect.placeholder(number, field.type) for number, field in enumerate(fields, 1))
        encoded: list[tuple[Any, ...]] = []
        for row in some:
            values: list[Any] = []
            for field in fields:
                constant = field.default.value if field.default and field.default.kind == "constant" else None
                value = row.get(field.name, constant)
                values.append(None if value is None else dialect.encoder(field.type)(value))
            encoded.append(tuple(values))
        await database.execute_many(f"INSERT INTO {dialect.quote(entity.table)} ({columns}) VALUES ({places})", encoded)


async def shelve(database: Database, blueprint: Blueprint) -> None:
    """Put the books onto the shelves."""
    book = next(entity for entity in blueprint.entities if entity.name == "Book")
    through = next(relation.through for relation in book.relations if relation.name == "shelves")
    assert through is not None
    quote = database.dialect.quote
    columns = ", ".join(map(quote, (*through.columns, *through.target_columns)))
    for shelved in SHELVED:
        await database.execute(f"INSERT INTO {quote(through.table)} ({columns}) VALUES ({shelved[0]}, {shelved[1]})")

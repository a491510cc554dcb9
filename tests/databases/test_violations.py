"""What a database says of a row that it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from backsmith import errors
from backsmith.databases import Database
from backsmith.databases.transaction import Transaction, ViolationError
from backsmith.errors import RequestError

TABLES = """
CREATE TABLE shelf (id bigint PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE book (
    id bigint PRIMARY KEY,
    shelf_id bigint REFERENCES shelf ON DELETE RESTRICT,
    title text NOT NULL,
    pages bigint CONSTRAINT has_pages CHECK (pages > 0),
    label text GENERATED ALWAYS AS (title || '!') STORED,
    "from, to" bigint,
    UNIQUE (title, "from, to")
);
CREATE UNIQUE INDEX book_folded ON book (lower(title), pages);
CREATE UNIQUE INDEX book_pages ON book (pages) WHERE pages > 1000;
CREATE TABLE page (
    number bigint, book_id bigint REFERENCES book DEFERRABLE INITIALLY DEFERRED, PRIMARY KEY (number, book_id)
);
INSERT INTO shelf VALUES (1, 'fiction');
INSERT INTO book (id, shelf_id, title, pages, "from, to") VALUES (1, 1, 'Emma', 474, 5), (2, 1, 'Ulysses', 2000, 6);
INSERT INTO page VALUES (1, 1)
"""


@pytest.fixture
def library(database: Database, run: Any) -> Database:
    run(database.execute(TABLES))
    return database


async def violation(database: Database, sql: str, params: Any = (), **how: Any) -> ViolationError:
    with pytest.raises(ViolationError) as caught:
        await database.transact(lambda transaction: transaction.fetch(sql, params, **how), retry=True)
    assert sql not in str(caught.value)
    return caught.value


@pytest.mark.every_postgres
@pytest.mark.parametrize(
    ("sql", "broken", "sqlite", "postgres"),
    [
        (
            "INSERT INTO shelf VALUES (1, 'poems')",
            "unique",
            ("shelf", ("id",), None),
            ("shelf", ("id",), "shelf_pkey"),
        ),
        (
            "INSERT INTO shelf VALUES (2, 'fiction')",
            "unique",
            ("shelf", ("name",), None),
            ("shelf", ("name",), "shelf_name_key"),
        ),
        (
            "INSERT INTO book (id, title, \"from, to\") VALUES (3, 'Emma', 5)",
            "unique",
            ("book", ("title", "from, to"), None),
            ("book", ("title", "from, to"), "book_title_from, to_key"),
        ),
        (
            "INSERT INTO page VALUES (1, 1)",
            "unique",
            ("page", ("number", "book_id"), None),
            ("page", ("number", "book_id"), "page_pkey"),
        ),
        (
            "INSERT INTO book (id, title, pages) VALUES (3, 'EMMA', 474)",
            "unique",
            (None, (), "book_folded"),
            ("book", (), "book_folded"),
        ),
        (
            "INSERT INTO book (id, title, pages) VALUES (3, 'Middlemarch', 2000)",
            "unique",
            ("book", ("pages",), None),
            ("book", ("pages",), "book_pages"),
        ),
        (
            "UPDATE book SET shelf_id = 9 WHERE id = 1",
            "foreign_key",
            (None, (), None),
            ("book", (), "book_shelf_id_fkey"),
        ),
        ("DELETE FROM shelf", "foreign_key", (None, (), None), ("book", (), "book_shelf_id_fkey")),
        ("INSERT INTO page VALUES (1, 9)", "foreign_key", (None, (), None), ("page", (), "page_book_id_fkey")),
        ("UPDATE book SET pages = 0", "check", (None, (), "has_pages"), ("book", (), "has_pages")),
        ("UPDATE book SET title = NULL", "not_null", ("book", ("title",), None), ("book", ("title",), None)),
        ("UPDATE book SET label = 'x'", "generated", (None, ("label",), None), (None, ("label",), None)),
        (
            "INSERT INTO book (id, title, label) VALUES (3, 'x', 'x')",
            "generated",
            (None, ("label",), None),
            (None, ("label",), None),
        ),
    ],
)
async def test_a_violation_is_told_with_its_names(
    library: Database, sql: str, broken: str, sqlite: Any, postgres: Any
) -> None:
    for how in ({}, {"heavy": True}, {"last": True}):
        found = await violation(library, sql, **how)
        expected = sqlite if library.dialect.name == "sqlite" else postgres
        assert (found.broken, (found.table, found.columns, found.constraint)) == (broken, expected)


async def test_a_reference_that_is_put_off_is_looked_at_in_the_end(library: Database) -> None:
    async def in_any_order(transaction: Transaction) -> None:
        await transaction.fetch("INSERT INTO page VALUES (1, 3)")
        await transaction.fetch("INSERT INTO book (id, title) VALUES (3, 'Middlemarch')")

    await library.transact(in_any_order)
    assert [tuple(row) for row in await library.fetch("SELECT book_id FROM page ORDER BY 1", ())] == [(1,), (3,)]
    with pytest.raises(ViolationError) as caught:
        await library.transact(lambda transaction: transaction.fetch("INSERT INTO page VALUES (1, 99)"))
    assert caught.value.broken == "foreign_key"


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("INSERT INTO shelf VALUES ('one', 'poems')", errors.BAD_VALUE),
        ("INSERT INTO nowhere VALUES (1)", errors.INTERNAL),
        ("SELEC", errors.INTERNAL),
    ],
)
async def test_other_refusals_have_their_kind_and_hold_no_sql(library: Database, sql: str, kind: errors.Kind) -> None:
    if library.dialect.name == "sqlite":
        await library.execute("DROP TABLE page; DROP TABLE book; DROP TABLE shelf")
        await library.execute("CREATE TABLE shelf (id integer NOT NULL, name text) STRICT")
    with pytest.raises(RequestError) as caught:
        await library.transact(lambda transaction: transaction.fetch(sql))
    assert caught.value.kind == kind
    assert "nowhere" not in f"{caught.value.message} {caught.value.details} {caught.value.hint}"


@pytest.mark.parametrize("how", [{}, {"heavy": True}])
async def test_a_number_too_large_for_the_database_is_out_of_range(library: Database, how: Any) -> None:
    sql = "UPDATE book SET pages = " + ("?1" if library.dialect.name == "sqlite" else "$1")
    with pytest.raises(RequestError) as caught:
        await library.transact(lambda transaction: transaction.fetch(sql, (2**63,), **how))
    assert caught.value.kind == errors.OUT_OF_RANGE


TRIGGERS = {
    "sqlite": """
        CREATE TRIGGER no_dust BEFORE DELETE ON book BEGIN SELECT RAISE(ABORT, 'Books are never thrown away'); END
    """,
    "postgres": """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'Books are never thrown away' USING HINT = 'Sell it'; END $$;
        CREATE TRIGGER no_dust BEFORE DELETE ON book FOR EACH ROW EXECUTE FUNCTION refuse()
    """,
}


async def test_a_trigger_that_refuses_says_why(library: Database) -> None:
    await library.execute(TRIGGERS[library.dialect.name])
    with pytest.raises(RequestError) as caught:
        await library.transact(lambda transaction: transaction.fetch("DELETE FROM book"))
    assert (caught.value.kind, caught.value.message, caught.value.hint) == (
        errors.REFUSED_BY_DATABASE,
        "Books are never thrown away",
        "Sell it" if library.dialect.name == "postgres" else None,
    )

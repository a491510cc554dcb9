"""Each kind of change alone: the statements as they run, by version, and what is there afterwards."""

from __future__ import annotations

import pytest

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.types import Text
from backsmith.databases.altering import Alteration
from backsmith.databases.changes import (
    AlterColumnType,
    CreateSync,
    Fill,
    FillTable,
    Key,
    RenameColumn,
    RenameTable,
    Sync,
    TableName,
    Transform,
)
from backsmith.databases.schema import Column
from backsmith.databases.sqlite.facts import facts
from backsmith.databases.sqlite.inspect import inspect
from backsmith.databases.steps import Batches, Statements, TransformRows
from tests.evolution.sqlite.changed import DIALECT, change, opened, rows, schema_of, statements, steps_of, table

OLDER = 3_052_000
SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT,
    CONSTRAINT short CHECK (length(name) < 99)) STRICT;
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    total TEXT NOT NULL DEFAULT '0') STRICT;
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
"""
ROWS = """
INSERT INTO customers VALUES (1, 'Ada', '12'), (2, 'Bob', NULL);
INSERT INTO orders VALUES (1, 1, '5'), (4, 2, '8');
"""
BOB = [(1, "Ada", "12"), (2, "Bob", None)]


def shop(*pairs: tuple[str, str]) -> str:
    """The schema with texts of it replaced."""
    found = SHOP
    for old, new in pairs:
        assert old in found
        found = found.replace(old, new)
    return found


def test_add_a_nullable_column() -> None:
    connection = opened(SHOP + ROWS)
    assert change(connection, shop(("phone TEXT", "phone TEXT, town TEXT"))) == [
        'ALTER TABLE "customers" ADD COLUMN "town" TEXT'
    ]


def test_add_a_column_with_a_constant_default_and_its_check() -> None:
    connection = opened(SHOP + ROWS)
    wanted = shop(("phone TEXT,", "phone TEXT, vip INTEGER NOT NULL DEFAULT 0, CHECK (vip IN (0, 1)),"))
    for version in (OLDER, None):
        assert statements(steps_of(connection, wanted, version=version)) == [
            'ALTER TABLE "customers" ADD COLUMN "vip" INTEGER NOT NULL DEFAULT 0'
            ' CONSTRAINT "customers_check" CHECK (vip IN (0, 1))'
        ]
    change(connection, wanted)
    assert rows(connection, "SELECT vip FROM customers") == [(0,), (0,)]


def test_add_a_column_that_refers_to_another_table() -> None:
    connection = opened(SHOP + ROWS)
    wanted = shop(("phone TEXT", "phone TEXT, best_id INTEGER REFERENCES orders (id) ON DELETE SET NULL"))
    assert change(connection, wanted + "CREATE INDEX x ON customers (best_id);") == [
        'ALTER TABLE "customers" ADD COLUMN "best_id" INTEGER CONSTRAINT "customers_best_id_fkey"'
        ' REFERENCES "orders" ("id") ON DELETE SET NULL',
        'CREATE INDEX "x" ON "customers" ("best_id")',
    ]


TOWN = Fill(TableName("customers"), (("town", "upper(name)"),), '"town" IS NULL', "the name")
WITH_TOWN = shop(("phone TEXT", "phone TEXT, town TEXT NOT NULL"))


def test_add_a_column_that_is_never_null() -> None:
    connection = opened(SHOP + ROWS)
    assert change(connection, WITH_TOWN, [TOWN]) == [
        'ALTER TABLE "customers" ADD COLUMN "town" TEXT',
        'UPDATE "customers" SET "town" = upper(name) WHERE ("town" IS NULL)',
        'ALTER TABLE "customers" ALTER COLUMN "town" SET NOT NULL',
    ]
    assert rows(connection, "SELECT town FROM customers") == [("ADA",), ("BOB",)]


def test_add_a_column_that_is_never_null_before_sqlite_knew_how() -> None:
    connection = opened(SHOP + ROWS)
    assert change(connection, WITH_TOWN, [TOWN], version=OLDER) == [
        'CREATE TABLE "backsmith_new_customers" (id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT,\n'
        '    "town" TEXT NOT NULL,\n    CONSTRAINT short CHECK (length(name) < 99)) STRICT',
        'INSERT INTO "backsmith_new_customers" ("id", "name", "phone", "town")'
        ' SELECT "id", "name", "phone", (upper(name)) FROM "customers"',
        'DROP TABLE "customers"',
        'ALTER TABLE "backsmith_new_customers" RENAME TO "customers"',
    ]
    assert rows(connection, "SELECT count(*) FROM orders") == [(2,)]


def test_values_for_some_rows_only() -> None:
    wanted = shop(("phone TEXT", "phone TEXT, town TEXT DEFAULT (1 + 1)"))
    fill = Fill(TableName("customers"), (("town", "upper(name)"),), '"town" IS NULL AND phone IS NULL', "some")
    connection = opened(SHOP + ROWS)
    change(connection, wanted, [fill])
    assert rows(connection, "SELECT town FROM customers") == [(None,), ("BOB",)]


def test_add_a_column_that_is_never_null_to_a_large_table() -> None:
    connection = opened(SHOP + ROWS)
    steps = steps_of(connection, WITH_TOWN, [TOWN], large=["customers"])
    assert [step.title for step in steps] == [
        "Open customers to what comes",
        "Fill (town) of customers with the name",
        "Hold customers to what is wanted of it now: add column customers.town (text, not null);"
        " fill (town) of customers with the name",
    ]
    assert isinstance(steps[1], Batches)
    assert (steps[1].statement, steps[1].alias, steps[1].key, steps[1].key_types) == (
        'UPDATE "customers" SET "town" = upper(name) WHERE ("town" IS NULL)',
        '"customers"',
        ("id",),
        ("integer",),
    )
    change(connection, WITH_TOWN, [TOWN], large=["customers"])
    assert rows(connection, "SELECT town FROM customers") == [("ADA",), ("BOB",)]


def test_drop_a_column() -> None:
    connection = opened(SHOP + ROWS)
    wanted = shop((", phone TEXT", ""))
    (step,) = steps_of(connection, wanted)
    assert step.approval == "drop:customers.phone"
    assert change(connection, wanted) == ['ALTER TABLE "customers" DROP COLUMN "phone"']


def test_null_and_checks_in_place() -> None:
    connection = opened(SHOP + ROWS)
    wanted = shop(("name TEXT NOT NULL", "name TEXT"), (",\n    CONSTRAINT short CHECK (length(name) < 99)", ""))
    assert change(connection, wanted) == [
        'ALTER TABLE "customers" ALTER COLUMN "name" DROP NOT NULL',
        'ALTER TABLE "customers" DROP CONSTRAINT "short"',
    ]
    assert change(connection, SHOP) == [
        'ALTER TABLE "customers" ALTER COLUMN "name" SET NOT NULL',
        'ALTER TABLE "customers" ADD CONSTRAINT "short" CHECK (length(name) < 99)',
    ]
    assert rows(connection, "SELECT * FROM customers") == BOB


def test_null_and_checks_by_a_rebuild() -> None:
    connection = opened(SHOP + ROWS)
    wanted = shop(("name TEXT NOT NULL", "name TEXT"), (",\n    CONSTRAINT short CHECK (length(name) < 99)", ""))
    assert change(connection, wanted, version=OLDER)[0] == (
        'CREATE TABLE "backsmith_new_customers" (id INTEGER PRIMARY KEY, name TEXT, phone TEXT) STRICT'
    )
    assert change(connection, SHOP, version=OLDER)[0] == (
        'CREATE TABLE "backsmith_new_customers" (id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT,\n'
        '    CONSTRAINT "short" CHECK (length(name) < 99)) STRICT'
    )
    assert rows(connection, "SELECT * FROM customers") == BOB


def test_a_default() -> None:
    connection = opened(SHOP + ROWS)
    (step,) = steps_of(connection, shop(("'0'", "'1'")))
    assert isinstance(step, Statements)
    assert step.foreign_keys is False
    assert (step.title, step.approval) == ("Rebuild orders: change the default of orders.total from '0' to '1'", None)
    assert [(lock.table, lock.mode, lock.blocks) for lock in step.locks] == [("the file", "write", "writes")]
    change(connection, shop(("'0'", "'1'")))
    connection.execute("INSERT INTO orders (customer_id) VALUES (1)")
    assert rows(connection, "SELECT * FROM orders") == [(1, 1, "5"), (4, 2, "8"), (5, 1, "1")]


def test_uniques_and_indexes_in_place() -> None:
    connection = opened(SHOP + ROWS)
    wanted = shop(("phone TEXT", "phone TEXT UNIQUE"), ("ON orders (customer_id)", "ON orders (total, customer_id)"))
    assert change(connection, wanted) == [
        'CREATE UNIQUE INDEX "customers_phone_key" ON "customers" ("phone")',
        'DROP INDEX "orders_customer_id_idx"',
        'CREATE INDEX "orders_customer_id_idx" ON "orders" ("total", "customer_id")',
    ]
    assert change(connection, SHOP)[0] == 'DROP INDEX "customers_phone_key"'


def test_a_unique_constraint_goes_by_a_rebuild() -> None:
    unique = shop(("phone TEXT", "phone TEXT UNIQUE"))
    connection = opened(unique + ROWS)
    assert change(connection, SHOP)[0] == (
        'CREATE TABLE "backsmith_new_customers" (id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT,'
        "\n    CONSTRAINT short CHECK (length(name) < 99)) STRICT"
    )


def test_foreign_keys() -> None:
    connection = opened(SHOP + ROWS)
    wanted = shop((" REFERENCES customers (id) ON DELETE CASCADE", ""))
    change(connection, wanted)
    assert change(connection, SHOP)[0] == (
        'CREATE TABLE "backsmith_new_orders" (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL,\n'
        "    total TEXT NOT NULL DEFAULT '0',\n"
        '    CONSTRAINT "orders_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id")'
        " ON DELETE CASCADE) STRICT"
    )
    connection.execute("DELETE FROM customers WHERE id = 1")
    assert rows(connection, "SELECT id FROM orders") == [(4,)]


def test_renames() -> None:
    connection = opened(SHOP + ROWS + "CREATE VIEW v AS SELECT o.total, c.name FROM orders o, customers c;")
    people = TableName("people")
    extra = [RenameTable(TableName("customers"), people), RenameColumn(people, "name", "full_name")]
    wanted = shop(("customers", "people"), ("name TEXT", "full_name TEXT"))
    wanted = wanted.replace("length(name)", "length(full_name)")
    connection.execute("DROP VIEW v")
    steps = steps_of(connection, wanted, extra)
    assert [(step.title, step.approval) for step in steps] == [
        ("Rename table customers to people", "rename:customers"),
        ("Rename column people.name to full_name", "rename:people.name"),
    ]
    connection.execute("CREATE VIEW v AS SELECT o.total, c.name FROM orders o, customers c")
    assert statements(steps) == [
        'ALTER TABLE "customers" RENAME TO "people"',
        'ALTER TABLE "people" RENAME COLUMN "name" TO "full_name"',
    ]
    for sql in statements(steps):
        connection.execute(sql)
    assert rows(connection, "SELECT * FROM v WHERE total = '5' ORDER BY full_name") == [("5", "Ada"), ("5", "Bob")]


def test_names_that_are_exchanged() -> None:
    old = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER) STRICT;"
    connection = opened(old + "INSERT INTO t VALUES (1, 'x', 2)")
    t = TableName("t")
    alteration = Alteration(
        actual=inspect(connection),
        desired=schema_of(old.replace("a TEXT, b INTEGER", "b TEXT, a INTEGER")),
        changes=(RenameColumn(t, "a", "b"), RenameColumn(t, "b", "a")),
        facts=facts(connection),
    )
    assert statements(DIALECT.altering.steps(alteration)) == [
        'ALTER TABLE "t" RENAME COLUMN "a" TO "backsmith_renamed_b"',
        'ALTER TABLE "t" RENAME COLUMN "b" TO "backsmith_renamed_a"',
        'ALTER TABLE "t" RENAME COLUMN "backsmith_renamed_b" TO "b"',
        'ALTER TABLE "t" RENAME COLUMN "backsmith_renamed_a" TO "a"',
    ]


def test_tables_that_point_at_one_another_go_together() -> None:
    pair = "CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES b (id)) STRICT;"
    pair += "CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a (id)) STRICT;"
    connection = opened(SHOP + pair + "INSERT INTO a VALUES (1, NULL); INSERT INTO b VALUES (1, 1);")
    connection.execute("UPDATE a SET b_id = 1")
    assert [(step.title, step.approval) for step in steps_of(connection, SHOP)] == [
        ("Drop table a, with the steps below", "drop:a"),
        ("Drop table a; Drop table b", "drop:b"),
    ]
    assert change(connection, SHOP) == ['DROP TABLE "a"', 'DROP TABLE "b"']


def test_what_sqlite_has_counted_is_counted_anew() -> None:
    connection = opened(SHOP + ROWS + "ANALYZE;")
    assert change(connection, shop(("'0'", "'1'")))[-2:] == ["PRAGMA analysis_limit = 2000", 'ANALYZE "orders"']
    assert rows(connection, "SELECT tbl, stat FROM sqlite_stat1 WHERE tbl = 'orders'") == [("orders", "2 1")]


def test_tables_come_and_go() -> None:
    connection = opened(SHOP + ROWS)
    new = "CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT UNIQUE) STRICT;"
    assert change(connection, SHOP + new) == [
        'CREATE TABLE "towns" (\n    "id" INTEGER PRIMARY KEY AUTOINCREMENT,\n    "name" TEXT,\n'
        '    CONSTRAINT "towns_name_key" UNIQUE ("name")\n) STRICT'
    ]
    (step,) = steps_of(connection, SHOP)
    assert (step.title, step.approval) == ("Drop table towns", "drop:towns")
    assert change(connection, SHOP) == ['DROP TABLE "towns"']


def test_several_approvals_of_one_step_are_asked_one_by_one() -> None:
    connection = opened(SHOP + ROWS)
    wanted = shop(
        (", phone TEXT", ""), ("name TEXT", "name BLOB"), (",\n    CONSTRAINT short CHECK (length(name) < 99)", "")
    )
    steps = steps_of(connection, wanted, using={"name": "CAST(name AS BLOB)"})
    assert [(step.title, step.approval) for step in steps] == [
        ("Change the type of customers.name from text to blob, with the steps below", "convert:customers.name"),
        (
            "Rebuild customers: change the type of customers.name from text to blob;"
            " drop the check of customers: length(name) < 99; drop column customers.phone",
            "drop:customers.phone",
        ),
    ]


UUIDS = SHOP.replace("id INTEGER PRIMARY KEY", "id TEXT NOT NULL PRIMARY KEY").replace(
    "customer_id INTEGER", "customer_id TEXT"
)


@pytest.mark.parametrize("large", [[], ["orders"]])
def test_keys_that_get_new_values_and_what_follows_them(large: list[str]) -> None:
    connection = opened(SHOP + ROWS)
    customers, orders = table("customers"), table("orders")

    def to_text(name: TableName, column: str, using: str | None = None, follows: Key | None = None) -> AlterColumnType:
        old, new = (Column(name=column, type=type) for type in ("integer", "text"))
        return AlterColumnType(name, old, new, using, follows)

    extra = [
        to_text(customers, "id", "'new ' || hex(randomblob(4))"),
        to_text(orders, "id", "'order ' || id"),
        to_text(orders, "customer_id", follows=Key(customers, "id")),
    ]
    change(connection, UUIDS, extra, large=large)
    listed = "SELECT o.id, total, name, c.id LIKE 'new %' FROM orders o JOIN customers c ON c.id = o.customer_id"
    assert rows(connection, listed) == [("order 1", "5", "Ada", 1), ("order 4", "8", "Bob", 1)]


def test_rows_of_another_table_come_before_what_they_come_from_goes() -> None:
    connection = opened(SHOP + ROWS)
    wanted = (
        shop((", phone TEXT", "")) + "CREATE TABLE phones (number TEXT NOT NULL PRIMARY KEY, whose INTEGER) STRICT;"
    )
    columns = (("number", "phone"), ("whose", "id"))
    fill = FillTable(table("phones"), table("customers"), columns, "phone IS NOT NULL", "the phones")
    assert change(connection, wanted, [fill])[1:] == [
        'INSERT INTO "phones" ("number", "whose") SELECT phone, id FROM "customers" WHERE (phone IS NOT NULL)'
        ' ON CONFLICT ("number") DO NOTHING',
        'ALTER TABLE "customers" DROP COLUMN "phone"',
    ]
    assert rows(connection, "SELECT * FROM phones") == [("12", 1)]


def test_a_value_of_another_table_comes_before_it_goes_there() -> None:
    connection = opened(SHOP + ROWS)
    wanted = shop(
        (", phone TEXT", ""), ("total TEXT NOT NULL DEFAULT '0'", "total TEXT NOT NULL DEFAULT '0', phone TEXT")
    )
    moved = '(SELECT c.phone FROM customers AS c WHERE c.id = "orders"."customer_id")'
    fill = Fill(table("orders"), (("phone", moved),), '"phone" IS NULL', "the customer's")
    assert change(connection, wanted, [fill]) == [
        'ALTER TABLE "orders" ADD COLUMN "phone" TEXT',
        f'UPDATE "orders" SET "phone" = {moved} WHERE ("phone" IS NULL)',
        'ALTER TABLE "customers" DROP COLUMN "phone"',
    ]
    assert rows(connection, "SELECT phone FROM orders") == [("12",), (None,)]


def test_a_function_of_the_application() -> None:
    connection = opened(SHOP + ROWS)
    field = Field(id="1", name="town", column="town", type=Text())
    wanted = shop(("phone TEXT", "phone TEXT, town TEXT NOT NULL"))
    steps = steps_of(connection, wanted, [Transform(table("customers"), "shop:towns", (), (field,), "towns")])
    assert [type(step) for step in steps] == [Statements, TransformRows, Statements]
    assert [statements([step]) for step in steps] == [
        ['ALTER TABLE "customers" ADD COLUMN "town" TEXT'],
        ["Fill (town) of customers by shop:towns"],
        ['ALTER TABLE "customers" ALTER COLUMN "town" SET NOT NULL'],
    ]
    assert isinstance(steps[1], TransformRows)
    assert [(each.column, type(each.type).__name__) for each in steps[1].key] == [("id", "Integer")]


SYNC = Sync("backsmith_sync_customers_name", up=(("title", "upper(name)"),), down=(("name", "lower(title)"),))


def test_two_shapes_are_held_together() -> None:
    connection = opened(SHOP + ROWS)
    wanted = shop(("name TEXT NOT NULL", "name TEXT, title TEXT"))
    for version in (None, OLDER):
        connection = opened(SHOP + ROWS)
        fill = Fill(table("customers"), SYNC.up, '"title" IS NULL', "the old values")
        change(connection, wanted, [CreateSync(table("customers"), SYNC), fill], version=version)
        inserted = rows(connection, "INSERT INTO customers (name) VALUES ('Cy') RETURNING name, title")
        assert inserted == [("Cy", None)]  # RETURNING is before the trigger
        connection.execute("INSERT INTO customers (title) VALUES ('DI')")
        connection.execute("INSERT INTO customers (name, title) VALUES ('old', 'NEW')")
        connection.execute("UPDATE customers SET name = 'aDA' WHERE id = 1")
        connection.execute("UPDATE customers SET title = 'bOB' WHERE id = 2")
        assert rows(connection, "SELECT name, title FROM customers ORDER BY id") == [
            ("aDA", "ADA"),
            ("bob", "bOB"),
            ("Cy", "CY"),
            ("di", "DI"),
            ("new", "NEW"),
        ]
        connection.execute("UPDATE customers SET name = 'x', title = 'Y' WHERE id = 1")
        connection.execute("UPDATE customers SET name = NULL WHERE id = 2")
        assert rows(connection, "SELECT name, title FROM customers WHERE id < 3") == [("y", "Y"), (None, None)]


def test_nothing_that_the_model_does_not_know_is_lost() -> None:
    strange = """
    CREATE TABLE "Odd one" ( -- by hand
        id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key
        a VARCHAR(10) COLLATE NOCASE UNIQUE ON CONFLICT REPLACE,
        b REFERENCES other(x) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
        c AS (a || '!') STORED, d DEFAULT (1 + 1), goes,
        CONSTRAINT small CHECK ("Odd one".d < 100) -- the end
    );
    """
    other = "CREATE TABLE other (x INTEGER PRIMARY KEY);"
    connection = opened(other + strange + "INSERT INTO \"Odd one\" (id, a) VALUES (7, 'q'), (9, 'r');")
    connection.execute('DELETE FROM "Odd one" WHERE id = 9')
    change(connection, other + strange.replace("(1 + 1)", "5").replace(", goes", ""))
    assert rows(connection, "SELECT sql FROM sqlite_schema WHERE name = 'Odd one'") == [
        (
            'CREATE TABLE "Odd one" ( -- by hand\n'
            "        id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key\n"
            "        a VARCHAR(10) COLLATE NOCASE UNIQUE ON CONFLICT REPLACE,\n"
            "        b REFERENCES other(x) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,\n"
            "        c AS (a || '!') STORED, d DEFAULT 5,\n"
            '        CONSTRAINT small CHECK ("Odd one".d < 100) -- the end\n'
            "    )",
        )
    ]
    connection.execute("INSERT INTO \"Odd one\" (a) VALUES ('Q')")
    assert rows(connection, 'SELECT * FROM "Odd one"') == [(10, "Q", None, "Q!", 5)]

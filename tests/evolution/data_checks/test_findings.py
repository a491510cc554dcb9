"""What the plan says of rows that a change can't go well with, to the letter."""

from __future__ import annotations

import pytest

from backsmith.databases import Database
from backsmith.databases.changes import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    AddUnique,
    AlterColumnType,
    AlterEnum,
    Change,
    ChangePrimaryKey,
    DropColumn,
    DropTable,
    Fill,
    RenameColumn,
    RenameTable,
    SetNullable,
    TableName,
)
from backsmith.databases.schema import CheckConstraint, Column, EnumType, ForeignKey, Table, UniqueConstraint
from backsmith.evolution.plan import Finding
from tests.conftest import Run
from tests.evolution.data_checks.asking import CUSTOMERS, asked, insert, text

pytestmark = pytest.mark.every_postgres

TO_SHOPS = ForeignKey(columns=("shop_id",), target_table="shops", target_columns=("id",))
PAID = CheckConstraint(sql="state IN ('new', 'paid')", columns=("state",))
SHORT = CheckConstraint(sql="length(name) <= 4", columns=("name",))
CODE = AlterColumnType(CUSTOMERS, text("code"), Column(name="code", type="integer"))


async def test_not_null_over_nulls(database: Database) -> None:
    found = await asked(
        database,
        insert("(1, 'Ada', NULL, NULL, NULL, NULL)", "(2, 'Bob', '1', NULL, NULL, NULL)"),
        SetNullable(CUSTOMERS, "phone", nullable=False),
    )
    assert found == [
        Finding(
            kind="impossible",
            about="Customer.phone",
            text="1 row has no value, and each needs one.",
            count=1,
            samples=({"id": 1, "phone": None},),
            ways=(
                "Keep it optional: phone: str | None",
                'Give the rows a value first: UPDATE "customers" SET "phone" = … WHERE "phone" IS NULL;',
                'Look at them: SELECT "id", "phone" FROM "customers" WHERE "phone" IS NULL;',
            ),
        )
    ]


async def test_a_new_required_field_over_rows(database: Database) -> None:
    found = await asked(
        database,
        insert("(1, 'Ada', NULL, NULL, NULL, NULL)", "(2, 'Bob', '1', NULL, NULL, NULL)"),
        AddColumn(CUSTOMERS, Column(name="level", type="text", nullable=False)),
    )
    assert found == [
        Finding(
            kind="impossible",
            about="Customer.level",
            text="2 rows that are there would have no value for this new field, and each needs one.",
            count=2,
            samples=({"id": 1}, {"id": 2}),
            ways=(
                "Make it optional: level: str | None",
                'Give all of them one value: level: str = ""',
                "Work the values out of other fields: a @migration that writes Customer.level",
            ),
        )
    ]


async def test_unique_over_duplicates(database: Database) -> None:
    found = await asked(
        database,
        insert(
            "(1, 'Ada', '7', NULL, NULL, NULL)", "(2, 'Bob', '7', NULL, NULL, NULL)", "(3, 'Cy', '8', NULL, NULL, NULL)"
        ),
        AddUnique(CUSTOMERS, UniqueConstraint(columns=("phone",))),
    )
    assert found == [
        Finding(
            kind="impossible",
            about="Customer.phone",
            text="1 value stands in more than one row, and each may stand in one only.",
            count=1,
            samples=({"phone": "7", "rows": 2, "keys": [1, 2]},),
            ways=(
                "Leave it as it is: phone without Unique",
                'Look at them: SELECT "phone", count(*) FROM "customers" GROUP BY "phone" HAVING count(*) > 1;',
                'Keep the first row of each, such as here: DELETE FROM "customers" WHERE "id" IN (2);',
            ),
        )
    ]


async def test_a_foreign_key_over_orphans(database: Database) -> None:
    found = await asked(
        database,
        "INSERT INTO shops VALUES (1, 'north'); "
        + insert("(1, 'Ada', NULL, NULL, NULL, 1)", "(2, 'Bob', NULL, NULL, NULL, 9)"),
        AddForeignKey(CUSTOMERS, TO_SHOPS),
    )
    assert found == [
        Finding(
            kind="impossible",
            about="Customer.shop_id",
            text="1 row points at a Shop that isn't there.",
            count=1,
            samples=({"id": 2, "shop_id": 9},),
            ways=(
                'Let them point at none: UPDATE "customers" SET "shop_id" = NULL WHERE "id" IN (2);',
                'Let them point at another: UPDATE "customers" SET "shop_id" = … WHERE "id" IN (2);',
                'Delete them: DELETE FROM "customers" WHERE "id" IN (2);',
            ),
        )
    ]


async def test_a_check_that_rows_break(database: Database) -> None:
    found = await asked(
        database,
        insert("(1, 'Ada', NULL, NULL, 'new', NULL)", "(2, 'Bob', NULL, NULL, 'gone', NULL)"),
        AddCheck(CUSTOMERS, PAID),
    )
    assert found == [
        Finding(
            kind="impossible",
            about="Customer.state",
            text="1 row breaks the new rule state IN ('new', 'paid').",
            count=1,
            samples=({"id": 2, "state": "gone"},),
            ways=(
                "Make the rule of Customer.state wide enough for them, or leave it out",
                """Look at them: SELECT "id", "state" FROM "customers" WHERE NOT (state IN ('new', 'paid'));""",
                'Mend them: UPDATE "customers" SET "state" = … WHERE "id" IN (2);',
            ),
        )
    ]


async def test_a_type_that_rows_cant_follow_into(database: Database) -> None:
    found = await asked(
        database,
        insert(
            "(1, 'Ada', NULL, 'seven', NULL, NULL)",
            "(2, 'Bob', NULL, '007', NULL, NULL)",
            "(3, 'Cy', NULL, '7', NULL, NULL)",
        ),
        CODE,
    )
    assert [(each.kind, each.about, each.count, each.samples) for each in found] == [
        ("impossible", "Customer.code", 1, ({"id": 1, "code": "seven"},)),
        ("loss", "Customer.code", 1, ({"id": 2, "code": "007"},)),
    ]
    assert found[0].text.startswith("1 row has text that isn't a whole number from -")
    assert found[0].ways == (
        'Mend it: UPDATE "customers" SET "code" = … WHERE "id" IN (1);',
        "Leave the type as it was: code: str",
        "Say what becomes of each: a new field beside code, and a @migration that reads code and writes it",
    )
    assert found[1].text == "1 value loses something on the way from str to int, and can't be taken back as it was."
    assert found[1].ways == (
        'Save them first: SELECT "id", "code" FROM "customers" WHERE "code" IS NOT NULL;',
        "Leave the type as it was: code: str",
        "Let it happen: --approve convert:customers.code",
    )


async def test_text_that_is_longer_than_it_may_be(database: Database) -> None:
    found = await asked(
        database,
        insert("(1, 'Ada', NULL, NULL, NULL, NULL)", "(2, 'Robert', NULL, NULL, NULL, NULL)"),
        AddCheck(CUSTOMERS, SHORT),
    )
    assert [(each.kind, each.about, each.text, each.samples) for each in found] == [
        ("impossible", "Customer.name", "1 row breaks the new rule length(name) <= 4.", ({"id": 2, "name": "Robert"},))
    ]


async def test_text_that_a_shorter_column_has_no_room_for(database: Database) -> None:
    if database.dialect.name == "sqlite":  # lengths are checks there
        return
    shorter = AlterColumnType(CUSTOMERS, text("name"), Column(name="name", type="character varying(4)"))
    found = await asked(
        database, insert("(1, 'Ada', NULL, NULL, NULL, NULL)", "(2, 'Robert', NULL, NULL, NULL, NULL)"), shorter
    )
    assert found == [
        Finding(
            kind="impossible",
            about="Customer.name",
            text="1 row has text that is longer than 4 characters.",
            count=1,
            samples=({"id": 2, "name": "Robert"},),
            ways=(
                'Mend it: UPDATE "customers" SET "name" = … WHERE "id" IN (2);',
                "Allow more than 4 characters: name: Annotated[str, MaxLen(…)]",
                "Say what becomes of each: a new field beside name, and a @migration that reads name and writes it",
            ),
        )
    ]


async def test_a_value_of_an_enum_type_that_rows_have(database: Database) -> None:
    if database.dialect.name == "sqlite":  # which has no enum types
        return
    await database.execute("CREATE TYPE state AS ENUM ('new', 'paid', 'gone')")
    found = await asked(
        database,
        "ALTER TABLE customers ALTER state TYPE state USING state::state; "
        + insert("(1, 'Ada', NULL, NULL, 'new', NULL)", "(2, 'Bob', NULL, NULL, 'gone', NULL)"),
        AlterEnum(
            EnumType(name="state", values=("new", "paid", "gone")), EnumType(name="state", values=("new", "paid"))
        ),
    )
    assert found == [
        Finding(
            kind="impossible",
            about="Customer.state",
            text="1 row has a value that is to go: gone.",
            count=1,
            samples=({"id": 2, "state": "gone"},),
            ways=(
                "Keep the value: state: Literal['new', 'paid', 'gone']",
                """Give the rows another first: UPDATE "customers" SET "state" = 'new' WHERE "state" IN ('gone');""",
                """Look at them: SELECT "id", "state" FROM "customers" WHERE "state" IN ('gone');""",
            ),
        )
    ]


async def test_values_and_rows_that_go(database: Database) -> None:
    found = await asked(
        database,
        "INSERT INTO shops VALUES (1, 'north'); "
        + insert("(1, 'Ada', '7', NULL, NULL, NULL)", "(2, 'Bob', NULL, NULL, NULL, NULL)"),
        DropColumn(CUSTOMERS, text("phone")),
        DropTable(Table(name="shops", columns=())),
    )
    assert found == [
        Finding(
            kind="loss",
            about="Customer.phone",
            text="1 value is lost.",
            count=1,
            samples=({"id": 1, "phone": "7"},),
            ways=(
                'Is it another field now? Say so there: Annotated[…, RenamedFrom("phone")]',
                'Save them first: SELECT "id", "phone" FROM "customers" WHERE "phone" IS NOT NULL;',
                "Give them up: --approve drop:customers.phone",
            ),
        ),
        Finding(
            kind="loss",
            about="Shop",
            text="1 row is lost.",
            count=1,
            samples=({"id": 1},),
            ways=(
                'Is it another entity now? Say so there: class …(Entity, renamed_from="Shop")',
                'Save them first: SELECT * FROM "shops";',
                "Give them up: --approve drop:shops",
            ),
        ),
    ]


async def test_renames_and_values_that_the_plan_fills_are_counted_in(database: Database) -> None:
    people = TableName("people")
    changes = (
        RenameTable(CUSTOMERS, people),
        RenameColumn(people, "phone", "number"),
        AddColumn(people, Column(name="level", type="text", nullable=False)),
        Fill(people, (("level", "coalesce(number, 'none')"),), "level IS NULL", "migration"),
        SetNullable(people, "number", nullable=False),
        AddUnique(people, UniqueConstraint(columns=("level",))),
    )
    rows = insert("(1, 'Ada', NULL, NULL, NULL, NULL)", "(2, 'Bob', 'none', NULL, NULL, NULL)")
    found = await asked(database, rows, *changes)
    assert [(each.about, each.text, each.samples) for each in found] == [
        ("people.number", "1 row has no value, and each needs one.", ({"id": 1, "number": None},)),
        (
            "people.level",
            "1 value stands in more than one row, and each may stand in one only.",
            ({"level": "none", "rows": 2, "keys": [1, 2]},),
        ),
    ]
    assert found[0].ways[2] == 'Look at them: SELECT "id", "phone" FROM "customers" WHERE "phone" IS NULL;'


async def test_many_rows_are_counted_up_to_a_bound(database: Database) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10002)"
    found = await asked(
        database,
        f"INSERT INTO customers (id, name) {many} SELECT i, 'Ada' FROM n",
        SetNullable(CUSTOMERS, "phone", nullable=False),
        AddUnique(CUSTOMERS, UniqueConstraint(columns=("name",))),
    )
    assert [(each.count, each.text, len(each.samples)) for each in found] == [
        (10000, "at least 10000 rows have no value, and each needs one.", 5),
        (1, "1 value stands in more than one row, and each may stand in one only.", 1),
    ]
    assert found[1].samples == ({"name": "Ada", "rows": 10002, "keys": [1, 2, 3, 4, 5]},)


CLEAN: list[Change] = [
    SetNullable(CUSTOMERS, "phone", nullable=False),
    AddColumn(CUSTOMERS, Column(name="level", type="text", nullable=False, default="'low'")),
    AddUnique(CUSTOMERS, UniqueConstraint(columns=("phone",))),
    ChangePrimaryKey(CUSTOMERS, ("id",), ("name",)),
    AddForeignKey(CUSTOMERS, TO_SHOPS),
    AddCheck(CUSTOMERS, PAID),
    AddCheck(CUSTOMERS, SHORT),
    CODE,
]


def test_nothing_is_said_of_rows_that_are_fit(database: Database, run: Run) -> None:
    rows = "INSERT INTO shops VALUES (1, 'north'); " + insert(
        "(1, 'Ada', '7', '1', 'new', 1)", "(2, 'Bob', '8', NULL, 'paid', NULL)"
    )
    assert run(asked(database, rows, *CLEAN)) == []

"""Values as SQL, whole strings; placeholders and what they stand for; fields; how texts are changed on each database."""
# ruff: noqa: E501 - SQL is compared as a whole

from __future__ import annotations

import sys
import unicodedata
from typing import Any

import pytest

from backsmith.blueprint.types import Date, DateTime, Duration, Float, Integer, Numeric, Text, Type
from backsmith.databases import Database
from backsmith.databases.parameters import Constant, RequestTime, Slot, UserKey, UserRoles
from tests.expressions.compiling import ENTITIES, postgres, sqlite, tree, value_tree

CASES: list[tuple[str, Type, str, str]] = [
    (
        'self.note',
        Text(),
        't."note"',
        't."note"',
    ),
    (
        'self.note if self.note is not None else self.customer.name',
        Text(),
        'CASE WHEN t."note" IS NOT NULL THEN t."note" ELSE (SELECT customer_1."name" FROM "customers" AS customer_1 WHERE customer_1."id" = t."customer_id") END',
        'CASE WHEN t."note" IS NOT NULL THEN t."note" ELSE (SELECT customer_1."name" FROM "customers" AS customer_1 WHERE customer_1."id" = t."customer_id") END',
    ),
    (
        'self.total',
        Numeric(18, 2),
        'coalesce((SELECT sum((line_1."price" * line_1."quantity")) FROM "lines" AS line_1 WHERE line_1."order_id" = t."id"), 0)',
        'coalesce((SELECT sum((line_1."price" * line_1."quantity")) FROM "lines" AS line_1 WHERE line_1."order_id" = t."id"), \'0\'::numeric)',
    ),
    (
        'self.total * 2 if self.is_paid else 1',
        Numeric(18, 2),
        'CASE WHEN t."is_paid" THEN (coalesce((SELECT sum((line_1."price" * line_1."quantity")) FROM "lines" AS line_1 WHERE line_1."order_id" = t."id"), 0) * 2) ELSE 100 END',
        'CASE WHEN t."is_paid" THEN (coalesce((SELECT sum((line_1."price" * line_1."quantity")) FROM "lines" AS line_1 WHERE line_1."order_id" = t."id"), \'0\'::numeric) * 2) ELSE \'1\'::numeric END',
    ),
    (
        'len(self.tags)',
        Integer(),
        'json_array_length(t."tags")',
        'cardinality(t."tags")',
    ),
    (
        'self.placed_at + timedelta(days=1) if self.placed_at is not None else None',
        DateTime(),
        'CASE WHEN t."placed_at" IS NOT NULL THEN backsmith_move_datetime(t."placed_at", 86400000000) ELSE NULL END',
        'CASE WHEN t."placed_at" IS NOT NULL THEN (t."placed_at" + \'P1D\'::interval) ELSE NULL END',
    ),
    (
        'now() - timedelta(hours=1)',
        DateTime(),
        '?1',
        '$1::timestamptz',
    ),
    (
        'max((line.order.due for line in self.lines), default=None)',
        Date(),
        '(SELECT max(order_2."due") FROM "lines" AS line_1 JOIN "orders" AS order_2 ON order_2."id" = line_1."order_id" WHERE line_1."order_id" = t."id")',
        '(SELECT max(order_2."due") FROM "lines" AS line_1 JOIN "orders" AS order_2 ON order_2."id" = line_1."order_id" WHERE line_1."order_id" = t."id")',
    ),
    (
        'min((line.order.due for line in self.lines), default=self.due)',
        Date(),
        'coalesce((SELECT min(order_2."due") FROM "lines" AS line_1 JOIN "orders" AS order_2 ON order_2."id" = line_1."order_id" WHERE line_1."order_id" = t."id"), t."due")',
        'coalesce((SELECT min(order_2."due") FROM "lines" AS line_1 JOIN "orders" AS order_2 ON order_2."id" = line_1."order_id" WHERE line_1."order_id" = t."id"), t."due")',
    ),
    (
        'sum((line.order.patience for line in self.lines), timedelta(0))',
        Duration(),
        'coalesce((SELECT sum(order_2."patience") FROM "lines" AS line_1 JOIN "orders" AS order_2 ON order_2."id" = line_1."order_id" WHERE line_1."order_id" = t."id"), 0)',
        'coalesce((SELECT sum(order_2."patience") FROM "lines" AS line_1 JOIN "orders" AS order_2 ON order_2."id" = line_1."order_id" WHERE line_1."order_id" = t."id"), \'PT0S\'::interval)',
    ),
    (
        'sum(line.packed for line in self.lines)',
        Integer(),
        'coalesce((SELECT sum(line_1."packed") FROM "lines" AS line_1 WHERE line_1."order_id" = t."id"), 0)',
        'coalesce((SELECT sum(line_1."packed")::bigint FROM "lines" AS line_1 WHERE line_1."order_id" = t."id"), 0)',
    ),
    (
        'sum(line.packed * 2 for line in self.lines)',
        Integer(),
        'coalesce((SELECT sum((line_1."packed" * 2)) FROM "lines" AS line_1 WHERE line_1."order_id" = t."id"), 0)',
        'coalesce((SELECT sum((line_1."packed"::bigint * 2))::bigint FROM "lines" AS line_1 WHERE line_1."order_id" = t."id"), 0)',
    ),
    (
        'sum((line.price for line in self.lines), Decimal("1.005"))',
        Numeric(18, 3),
        '((coalesce((SELECT sum(line_1."price") FROM "lines" AS line_1 WHERE line_1."order_id" = t."id"), 0) * 10) + 1005)',
        '(coalesce((SELECT sum(line_1."price") FROM "lines" AS line_1 WHERE line_1."order_id" = t."id"), \'0\'::numeric) + \'1.005\'::numeric)',
    ),
    (
        '1 if self.is_paid else 0.5',
        Float(),
        'CASE WHEN t."is_paid" THEN 1.0 ELSE 0.5 END',
        'CASE WHEN t."is_paid" THEN \'1\'::double precision ELSE \'0.5\'::double precision END',
    ),
    (
        'user.nick + "!"',
        Text(),
        '((SELECT user_1."nick" FROM "users" AS user_1 WHERE user_1."id" = ?1) || \'!\')',
        '((SELECT user_1."nick" FROM "users" AS user_1 WHERE user_1."id" = $1::bigint) || \'!\'::text)',
    ),
    (
        'f"{self.status}"',
        Text(),
        't."status"',
        't."status"',
    ),
    (
        'max(self.due, date(2026, 1, 1))',
        Date(),
        'max(t."due", \'2026-01-01\')',
        'greatest(t."due", \'2026-01-01\'::date)',
    ),
    (
        'min("a", self.status, self.customer.name)',
        Text(),
        'min(\'a\', t."status", (SELECT customer_1."name" FROM "customers" AS customer_1 WHERE customer_1."id" = t."customer_id"))',
        'least(\'a\'::text COLLATE "C", t."status" COLLATE "C", (SELECT customer_1."name" FROM "customers" AS customer_1 WHERE customer_1."id" = t."customer_id") COLLATE "C")',
    ),
    (
        'abs(self.weight - 3) * -1',
        Float(),
        '(abs((t."weight" - 3.0)) * (-1.0))',
        '(abs((t."weight" - \'3\'::double precision)) * \'-1\'::double precision)',
    ),
    (
        '-9223372036854775807',
        Integer(),
        '(-9223372036854775807)',
        "'-9223372036854775807'::bigint",
    ),
    (
        '4294967296',
        Integer(),
        '4294967296',
        "'4294967296'::bigint",
    ),
    (
        "'it''s' + 'it\\'s \\\\'",
        Text(),
        "('its' || 'it''s \\')",
        "('its'::text || E'it''s \\\\'::text)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "type", "on_sqlite", "on_postgres"), CASES, ids=[case[0] for case in CASES])
def test_value(expression: str, type: Type, on_sqlite: str, on_postgres: str) -> None:
    value = value_tree(expression, type)
    assert sqlite().value(value, "t") == on_sqlite
    assert postgres().value(value, "t") == on_postgres


def test_a_condition_as_a_value_is_true_or_false() -> None:
    condition = tree("self.note == 'x'")
    assert sqlite().value(condition, "t") == """((t."note" = 'x') IS TRUE)"""
    assert postgres().value(condition, "t") == """((t."note" = 'x'::text) IS TRUE)"""


def test_a_negated_condition() -> None:
    condition = tree("self.note == 'x' and self.is_paid")
    assert sqlite().condition(condition, "t", negated=True) == """(t."note" IS NOT 'x' OR NOT t."is_paid")"""


def test_parameters_are_bound_once() -> None:
    condition = tree("self.agent == user and self.customer.account == user and user.nick in user.roles")
    speller = postgres()
    speller.condition(condition, "t")
    assert speller.parameters == [UserKey(Integer()), UserRoles()]
    assert speller.bind(Slot(0, Text()), Text()) == "$3::text"
    assert speller.bind(UserKey(Integer()), Integer()) == "$1::bigint"
    assert speller.bind(Constant([1], None), None) == "$4::text"


def test_times_of_the_request() -> None:
    condition = tree("timedelta(hours=1) + now() > now() and now() - timedelta(days=1) < now()")
    speller = sqlite()
    assert speller.condition(condition, "t") == "(?1 > ?2 AND ?3 < ?2)"
    assert speller.parameters == [RequestTime(3_600_000_000), RequestTime(), RequestTime(-86_400_000_000)]


def test_aliases_are_new_and_plain() -> None:
    speller = sqlite()
    assert [speller.alias(), speller.alias("order"), speller.alias('x"; Ü')] == ["t_1", "order_2", "x_3"]


def test_fields() -> None:
    order = ENTITIES["Order"]
    stored, computed = (next(each for each in order.fields if each.name == name) for name in ("status", "total"))
    assert sqlite().field(order, stored, "o") == 'o."status"'
    assert postgres().field(order, computed, "o") == (
        'coalesce((SELECT sum((line_1."price" * line_1."quantity")) FROM "lines" AS line_1 WHERE line_1."order_id" = o."id"), \'0\'::numeric)'
    )
    assert sqlite().table(order) == '"orders"'


def test_a_statement_that_finds_rows_by_key_asks_each_of_them() -> None:
    condition = tree("self.customer.account == user")
    speller = sqlite()
    speller.keyed = True
    assert speller.condition(condition, "t") == (
        'EXISTS (SELECT 1 FROM "customers" AS customer_1 WHERE customer_1."id" = t."customer_id" AND customer_1."account_id" = ?1)'
    )


def characters() -> list[str]:
    """All characters that Python changes the case of or strips, and what stands beside them."""
    found = [chr(code) for code in range(1, sys.maxunicode + 1) if unicodedata.category(chr(code)) not in ("Cs", "Cn")]
    return [each for each in found if each.lower() != each or each.upper() != each or each.isspace()]


SIGMAS = ["Σ", "ΑΣ", "ΑΣ.", "ΑΣΑ", "Α\u0345Σ", "ΑΣ\u0301", "ΑΣ\u0301Α", "Σ Σ", "'Σ", "Α'Σ", "ὈΔΥΣΣΕΎΣ ὈΔΥΣΣΕΎΣ"]


@pytest.mark.every_postgres
async def test_texts_change_as_in_python(database: Database) -> None:
    some = [*characters(), *SIGMAS, "\u200b", "\x1b", "a b", "  \ufeff"]
    texts = [*some, *(f" {text}\u3000" for text in some), *(f"a{text}b" for text in some)]
    dialect = database.dialect
    await database.execute("CREATE TABLE texts (id integer PRIMARY KEY, name text NOT NULL)")
    place = f"({dialect.placeholder(1, Integer())}, {dialect.placeholder(2, Text())})"
    await database.execute_many(f"INSERT INTO texts VALUES {place}", list(enumerate(texts)))
    name = tree("self.name", "Customer", returns=Text())
    for method in ("lower", "upper", "strip"):
        changed: Any = tree(f"self.name.{method}()", "Customer", returns=Text())
        speller = dialect.speller(ENTITIES)
        rows = await database.fetch(
            f"SELECT {speller.value(name, 't')}, {speller.value(changed, 't')} FROM texts AS t", []
        )
        assert len(rows) == len(texts)
        assert [(row[0], row[1]) for row in rows if getattr(row[0], method)() != row[1]] == []


@pytest.mark.every_postgres
async def test_texts_are_ordered_by_code_point(database: Database) -> None:
    texts = ["", "A", "Z", "a", "b", "é", "Ω", "ﬁ", "😀", "ab", "a b", "a-b"]
    await database.execute("CREATE TABLE texts (id integer PRIMARY KEY, name text NOT NULL)")
    dialect = database.dialect
    place = f"({dialect.placeholder(1, Integer())}, {dialect.placeholder(2, Text())})"
    await database.execute_many(f"INSERT INTO texts VALUES {place}", list(enumerate(texts)))
    condition = tree('self.name < "a"', "Customer")
    where = dialect.speller(ENTITIES).condition(condition, "t")
    rows = await database.fetch(f"SELECT name FROM texts AS t WHERE {where}", [])
    assert sorted(row[0] for row in rows) == ["", "A", "Z"]

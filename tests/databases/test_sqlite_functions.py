"""SQLite's added functions do as PostgreSQL does: the same question to both, or literal answers."""

from __future__ import annotations

import json
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backsmith import errors
from backsmith.databases import Database
from backsmith.databases.sqlite.functions import register
from backsmith.errors import RequestError
from tests.databases.samples import TEXT

HYPOTHESIS = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, 1.0, "", "a", "b", "é", "bb"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "é", "bb"]), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(["a", "b", "é", "x"]) | st.integers(-3, 3)


@pytest.fixture(scope="module")
def sqlite() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    register(connection)
    return connection


def answer(connection: apsw.Connection, sql: str, *params: Any) -> Any:
    return connection.execute(sql, params).fetchall()[0][0]


def postgres_of(databases: dict[str, Database]) -> Database:
    return databases["postgres18"]


@HYPOTHESIS
@given(pairs=st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=50))
def test_json_is_ordered_as_jsonb(
    sqlite: apsw.Connection, shared_databases: dict[str, Database], run: Any, pairs: list[tuple[Any, Any]]
) -> None:
    lefts, rights = ([json.dumps(value) for value in values] for values in zip(*pairs, strict=True))
    order = "(a::jsonb > b::jsonb)::int - (a::jsonb < b::jsonb)::int"
    sql = f"SELECT {order} FROM unnest($1::text[], $2::text[]) AS u(a, b)"
    expected = [row[0] for row in run(postgres_of(shared_databases).fetch(sql, (lefts, rights)))]
    found = [answer(sqlite, "SELECT backsmith_json_compare(?, ?)", *pair) for pair in zip(lefts, rights, strict=True)]
    assert found == expected


@HYPOTHESIS
@given(pairs=st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=50))
def test_json_contains_what_jsonb_contains(
    sqlite: apsw.Connection, shared_databases: dict[str, Database], run: Any, pairs: list[tuple[Any, Any]]
) -> None:
    pairs = [*pairs, *((left, left) for left, _ in pairs), *(([left], right) for left, right in pairs)]
    lefts, rights = ([json.dumps(value) for value in values] for values in zip(*pairs, strict=True))
    sql = "SELECT a::jsonb @> b::jsonb FROM unnest($1::text[], $2::text[]) AS u(a, b)"
    expected = [row[0] for row in run(postgres_of(shared_databases).fetch(sql, (lefts, rights)))]
    found = [answer(sqlite, "SELECT backsmith_json_contains(?, ?)", *pair) for pair in zip(lefts, rights, strict=True)]
    assert [bool(value) for value in found] == expected


@HYPOTHESIS
@given(value=VALUES, key=KEYS)
def test_a_step_into_json_is_that_of_postgres(
    sqlite: apsw.Connection, shared_databases: dict[str, Database], run: Any, value: Any, key: str | int
) -> None:
    text = json.dumps(value, ensure_ascii=False)
    placeholder = "$2::int" if isinstance(key, int) else "$2::text"
    sql = f"SELECT ($1::json -> {placeholder})::text, $1::json ->> {placeholder}"
    (expected,) = run(postgres_of(shared_databases).fetch(sql, (text, key)))
    (found,) = sqlite.execute("SELECT backsmith_json_get(?1, ?2), backsmith_json_text(?1, ?2)", (text, key)).fetchall()
    assert found == tuple(expected)


@pytest.mark.parametrize(
    ("text", "key", "as_json", "as_text"),
    [
        ('{"n": 1.10, "n": 12345678901234567890.50}', "n", "12345678901234567890.50", "12345678901234567890.50"),
        ('{"s":"\\u00e9\\n"}', "s", '"\\u00e9\\n"', "é\n"),
        ('{"o":{"a":[1,2.0]}}', "o", '{"a":[1,2.0]}', '{"a":[1,2.0]}'),
        ('{"z":null}', "z", "null", None),
        ("[true]", -1, "true", "true"),
        ("[true]", 1, None, None),
        ('"scalar"', 0, None, None),
        (None, "a", None, None),
    ],
)
def test_steps_into_json_keep_values_to_the_letter(
    sqlite: apsw.Connection, text: str | None, key: str | int, as_json: str | None, as_text: str | None
) -> None:
    assert answer(sqlite, "SELECT backsmith_json_get(?, ?)", text, key) == as_json
    assert answer(sqlite, "SELECT backsmith_json_text(?, ?)", text, key) == as_text


@HYPOTHESIS
@given(values=st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=30))
def test_floats_are_summed_exactly_and_rounded_once(
    sqlite: apsw.Connection, shared_databases: dict[str, Database], run: Any, values: list[float]
) -> None:
    sql = "SELECT sum(x::text::numeric)::float8, sum(x::text::numeric)::float8 / count(x) FROM unnest($1::float8[]) x"
    (expected,) = run(postgres_of(shared_databases).fetch(sql, (values,)))
    sql = "SELECT backsmith_float_sum(value), backsmith_float_avg(value) FROM json_each(?)"
    (found,) = sqlite.execute(sql, (json.dumps(values),)).fetchall()
    assert found == tuple(expected)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("backsmith_average(5, 2, 0)", 3),
        ("backsmith_average(-5, 2, 0)", -3),
        ("backsmith_average(10, 3, 6)", 3333333),
        ("backsmith_average(-20, 3, 6)", -6666667),
        ("backsmith_average(NULL, 0, 6)", None),
        ("backsmith_number(' -12 ', 0)", -12),
        ("backsmith_number('1.5', 0)", None),
        ("backsmith_number('1.005', 2)", 101),
        ("backsmith_number('-.005', 2)", -1),
        ("backsmith_number('1e3', 2)", None),
        ("backsmith_number('1.50', 'float')", 1.5),
        ("backsmith_number('', 'float')", None),
        ("backsmith_number(NULL, 2)", None),
        ("backsmith_decimal(-5, 2, 1)", "-0.05"),
        ("backsmith_decimal(1000, 2, 0)", "10"),
        ("backsmith_decimal(NULL, 2, 0)", None),
        ("backsmith_integer(9223372036854775807)", 9223372036854775807),
        ("backsmith_duration(-3600000000)", "PT-1H"),
        ("backsmith_regexp('^b.*t$', 'backsmit')", 1),
        ("backsmith_regexp('x', 'backsmith')", 0),
        ("backsmith_regexp('x', NULL)", None),
        ("backsmith_float_sum(NULL)", None),
    ],
)
def test_functions_answer(sqlite: apsw.Connection, sql: str, expected: Any) -> None:
    assert answer(sqlite, f"SELECT {sql}") == expected


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("backsmith_integer(9223372036854775807 + 1)", errors.OUT_OF_RANGE),
        ("backsmith_decimal(9223372036854775807 * 10, 2, 1)", errors.OUT_OF_RANGE),
        ("backsmith_average(9223372036854775807, 1, 6)", errors.OUT_OF_RANGE),
        ("backsmith_number('999999999999999999', 4)", errors.OUT_OF_RANGE),
        ("backsmith_regexp('(', 'a')", errors.BAD_VALUE),
        ("backsmith_json_get('{', 'a')", errors.BAD_VALUE),
        ("backsmith_json_text('{\"a\":\"\\u0000\"}', 'a')", errors.BAD_VALUE),
        ("backsmith_json_contains('[', '1')", errors.BAD_VALUE),
    ],
)
def test_functions_refuse(sqlite: apsw.Connection, sql: str, kind: errors.Kind) -> None:
    with pytest.raises(RequestError) as caught:
        answer(sqlite, f"SELECT {sql}")
    assert caught.value.kind == kind


def test_a_regular_expression_that_backtracks_takes_linear_time(sqlite: apsw.Connection) -> None:
    assert answer(sqlite, "SELECT backsmith_regexp('^(a+)+$', ?)", "a" * 100_000 + "b") == 0


def test_json_sorts_by_its_collation(sqlite: apsw.Connection) -> None:
    values = ['{"a":1}', "[]", "[1,2]", "[1]", "true", "false", "10", "9.5", '"b"', '"a"', "null"]
    rows = sqlite.execute(
        "SELECT value FROM json_each(?) ORDER BY value COLLATE backsmith_json", (json.dumps(values),)
    ).fetchall()
    assert [row[0] for row in rows] == [
        "[]", "null", '"a"', '"b"', "9.5", "10", "false", "true", "[1]", "[1,2]", '{"a":1}'
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        (["word", "fox"], True),
        (["word", "fo"], False),
        (["prefix", "fo"], True),
        (["phrase", ["quick", "brown"]], True),
        (["phrase", ["brown", "quick"]], False),
        (["and", [["word", "éclair"], ["not", ["word", "dog"]]]], True),
        (["or", [["word", "dog"], ["word", "5"]]], True),
    ],
)
def test_full_text_search_compares_whole_words(sqlite: apsw.Connection, query: Any, matches: bool) -> None:
    text = "The quick, brown FOX_ate 5 Éclairs; one éclair was left."
    assert answer(sqlite, "SELECT backsmith_match(?, ?)", text, json.dumps(query)) == matches


@given(text=TEXT)
def test_functions_work_in_checks_of_an_untrusting_connection(text: str) -> None:
    connection = apsw.Connection(":memory:")
    connection.pragma("trusted_schema", False)
    register(connection)
    connection.execute("CREATE TABLE t (x TEXT CHECK (backsmith_regexp('^', x)))")
    connection.execute("INSERT INTO t VALUES (?)", (text,))

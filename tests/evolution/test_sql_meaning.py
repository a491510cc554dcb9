"""Two ways to write one condition or default mean the same; two conditions that differ don't."""

from __future__ import annotations

import pytest

from backsmith.databases.sql_forms import Call, Name, Value
from backsmith.databases.sql_meaning import meaning
from backsmith.databases.sql_tokens import tokens
from backsmith.errors import DatabaseError


@pytest.mark.parametrize(
    ("written", "given_back"),
    [
        (
            "status in ('a', 'b')",
            "((status)::text = ANY ((ARRAY['b'::character varying, 'a'::character varying])::text[]))",
        ),
        ("status not in ('a', 'b')", "(status <> ALL (ARRAY['a'::text, 'b'::text]))"),
        ("not (status in ('a', 'b'))", "status not in ('b', 'a')"),
        ("price >= 0.00", "(price >= (0)::numeric)"),
        ("n between 1 and 3", "((n >= 1) AND (n <= 3))"),
        ("0 < x", "x > '0'::integer"),
        ("x > -1", "(x > '-1'::integer)"),
        ("a = 1 and (b = 2 and c = 3)", "((c = 3) AND (a = 1)) AND (2 = b)"),
        ("char_length(name) <= 50", "(length((name)::text) <= 50)"),
        ("length(name) > 0", "1 <= char_length(name)"),
        ("CURRENT_TIMESTAMP", "now()"),
        ("'x'", "'x'::character varying(20)"),
        ("'{}'", "'{}'::text[]"),
        ("a like 'x%'", "((a)::text ~~ 'x%'::text)"),
        ("t.a is not null", "a IS NOT NULL"),
        ("case when a then 1 else 2 end", "CASE WHEN a THEN 1 ELSE 2 END"),
        ("1e5", "100000.0"),
        ("a != b", "b <> a"),
        ("cast(a as varchar(3))", "(a)::character varying(3)"),
        ("date '2026-01-01' < day", "(day > '2026-01-01'::date)"),
        ("x at time zone 'UTC' < now()", "((x AT TIME ZONE 'UTC'::text) < now())"),
        ("a is distinct from b", "(a IS DISTINCT FROM b)"),
        ("\"Sel ect\" = 'a'", "(\"Sel ect\" = 'a'::mood)"),
        ("Price > 1", "price > 1 -- as PostgreSQL folds it"),
    ],
)
def test_what_postgres_gives_back_means_what_was_written(written: str, given_back: str) -> None:
    assert meaning(written, brackets=False) == meaning(given_back, brackets=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[Name] = `x`", 'x == "NAME"'),
        ("a || b || 'c' = d", "((a || b) || 'c') = d"),
        ("flag in (0, 1)", "flag IN (FALSE, TRUE)"),
        ("a ->> '$.x' > 1 /* comment */", "(a ->> '$.x') > 1"),
        ("a notnull", "a is not null"),
    ],
)
def test_what_sqlite_keeps_means_the_same_in_any_quotes(one: str, other: str) -> None:
    assert meaning(one, brackets=True) == meaning(other, brackets=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a > 1", "a >= 1"),
        ("a > 1", "b > 1"),
        ("a in ('x')", "a in ('x', 'y')"),
        ("a and b or c", "a and (b or c)"),
        ('"A" > 1', '"a" > 1'),
        ("a::date = b", "a = b"),
        ("a - b > 0", "b - a > 0"),
        ("lower(a) = 'x'", "upper(a) = 'x'"),
        ("a ~ 'x'", "a ~* 'x'"),
        ("exists (select 1)", "exists (select 2)"),
    ],
)
def test_what_differs_means_something_else(one: str, other: str) -> None:
    assert meaning(one, brackets=False) != meaning(other, brackets=False)


def test_a_meaning_is_a_small_tree() -> None:
    assert meaning("a > 1 AND b IN ('y', 'x')", brackets=False) == Call(
        "and",
        (
            Call(">", (Name("a"), Value("number", "1"))),
            Call("in", (Name("b"), Call("list", (Value("text", "x"), Value("text", "y"))))),
        ),
    )


def test_what_cannot_be_read_is_its_tokens() -> None:
    unreadable = meaning("extract(year from a)>1", brackets=False)
    assert unreadable == meaning("extract( year from a ) > 1", brackets=False)
    assert unreadable != meaning("extract(year from b) > 1", brackets=False)
    assert meaning("a = 1 +", brackets=False) != meaning("a = 1 -", brackets=False)


def test_tokens_know_every_quote_and_comment() -> None:
    sql = "SELECT \"a\"\"b\", [c d], `e`, 'it''s', x'AB' -- end\n/* no */ + 1.5e3"
    assert [(token.kind, token.value) for token in tokens(sql, brackets=True)] == [
        ("name", "SELECT"), ("quoted", 'a"b'), ("symbol", ","), ("quoted", "c d"), ("symbol", ","), ("quoted", "e"),
        ("symbol", ","), ("text", "it's"), ("symbol", ","), ("blob", "ab"), ("symbol", "+"), ("number", "1.5e3"),
    ]  # fmt: skip
    sql = "E'a\\n\\'b' $tag$it's$tag$ ARRAY['x'] /* a /* nested */ one */ a=-1"
    assert [token.value for token in tokens(sql, brackets=False)] == [
        "a\n'b", "it's", "ARRAY", "[", "x", "]", "a", "=", "-", "1",
    ]  # fmt: skip


def test_a_quote_that_is_not_closed_is_a_database_error() -> None:
    with pytest.raises(DatabaseError, match="a quote isn't closed"):
        tokens("'abc", brackets=True)

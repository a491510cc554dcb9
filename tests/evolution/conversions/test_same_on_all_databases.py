"""Every value of every type becomes the same, is refused or lost alike, on SQLite and on PostgreSQL 18 and 15."""

# ruff: noqa: E501  # literal rows read best on their own lines

from __future__ import annotations

from typing import Any

import pytest

from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases import Database
from tests.conftest import Run
from tests.evolution.conversions.converting import back_again, constants_of, converted

_UUID = "0197a5c2-6f00-7abc-8def-0123456789ab"
_TEXTS = [
    None, "", " ", "a", "abc", "7", "007", " 7 ", "+7", "-7", "--7", "7 7", "7.", ".5", ".", "-.5", "1.005", "1.0049", "1_000",
    "1,5", "0x10", "٣", "７", "²", "1e3", "1e400", "1e-400", "1e-320", "1.7976931348623157e308", "1.7976931348623159e308",
    "-0", "-0.0", "NaN", "nan", "Infinity", "inf", "0.1", "123456789.123456789", "32767", "32768", "-32769", "2147483648",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "99999999999999999999999999999999", "9" * 1001,
    "true", "TRUE", "t", "yes", "Yes", "oN", "off", "n", "0", "1", "2", "tr", "2026-01-23", "0000-01-01", "0001-01-01",
    "9999-12-31", "10000-01-01", "2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "2026-13-01", "2026-04-31",
    "2026-1-3", "20260123", "2026-01-23\n", "2026-01-23 10:00", "2026-01-23T10:00:00Z", "2026-01-23T10:00:00.123456+02:00",
    "2026-01-23T10:00:00.1234567Z", "2026-01-23T24:00:00Z", "2026-01-23T10:00:60Z", "2026-01-23T10:00:00-15:59",
    "2026-01-23T10:00:00+0530", "2026-01-23T10:00:00+05", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
    "2026-01-23T10:00:00+00:00", "2026-01-23T10:00:00.500000+00:00", "2026-01-23T10:00:00-24:00", "infinity", "now", "today",
    "epoch", "13:45", "13:45:00", "13:45:00.5", "13:45:00.1234567", "24:00:00", "1:00", "13:45:00+02", "P1D", "P1DT2H", "PT",
    "P", "PT0S", "P1M", "P1Y", "P1W", "PT1.5S", "PT-0.5S", "P1DT-2H", "PT36H", "P-1D", "p1d", "P10000000D", "1 day", _UUID,
    _UUID.upper(), _UUID.replace("-", ""), f"{{{_UUID}}}", _UUID[:-1], r"\x", r"\x00ff", r"\x0", r"\xzz", r"\X00", "new",
    "paid", "New", "null", "{}", "[]", "[1,2]", '["a","b"]', '["1",null]', "[true]", "[1.5]", "[1e2]", '{"a": [1, {"b": "x"}]}',
    '{"a":1,}', "[1,]", "[01]", "{a:1}", "{'a':1}", '"a"', '"a\\u0000"', '"\\ud800"', '"\\u00e9"', '"\\x"', "01", "1 2",
    "true false", '"a" "b"', '""', "[[]]", "[" * 32 + "]" * 32, "[" * 33 + "]" * 33, "nul", "-", "tab\there", '"tab\there"',
    "日本語", "é" * 5, "🙂🙂🙂", '[{"a":1}]', "[" , "]", "{", '{"":{}}', '["2026-01-23"]', f'["{_UUID}"]', "\u00a07", "\u20037",
]  # fmt: skip
SAMPLES: list[tuple[Type, list[Any]]] = [
    (Text(), _TEXTS),
    (Integer(), [None, 0, 1, -1, 2, 32767, 32768, -32769, 2**31, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 999999999]),
    (Integer(16), [None, 0, 1, 32767, -32768]),
    (Float(), [None, 0, 1, 0.1, -0.5, 0.5, 1.5, 2.5, 1e15, 1e20, 9.3e18, 1e300, 5e-324, 1e-7, 123.456789, 32767.5, 0.12345]),
    (Boolean(), [None, True, False]),
    (Numeric(), [None, "0", "1", "12.3456", "-12.345", "0.5", "1.5", "2.5", "99999999999999.9999", "0.0001", "100"]),
    (Numeric(9, 2, padded=True), [None, "0.00", "19.90", "-1.50", "9999999.99", "0.01"]),
    (Date(), [None, "2026-01-23", "0001-01-01", "9999-12-31", "2024-02-29"]),
    (DateTime(), [None, "2026-01-23T00:00:00+00:00", "2026-01-23T10:11:12.5+00:00", "0001-01-01T00:00:00+00:00",
                  "9999-12-31T23:59:59.999999+00:00"]),
    (Time(), [None, "00:00:00", "13:45:00", "23:59:59.999999", "01:02:03.5"]),
    (Duration(), [None, "PT0S", "P1DT2H", "PT-0.5S", "P-1DT-1S", "PT1M", "P99999999D", "PT0.000001S"]),
    (Uuid(), [None, _UUID, "00000000-0000-0000-0000-000000000000"]),
    (Bytes(), [None, r"\x", r"\x00ff", "\\x" + _UUID.replace("-", ""), r"\x37"]),
    (Enum(("new", "paid", "7", "true")), [None, "new", "paid", "7", "true"]),
    (Json(), [None, 1, 7.5, "7", "new", True, "", [], [1, 2], ["a", None], {"a": [1]}, [[1]], [1, "a"], "2026-01-23", "P1D",
              "13:45", _UUID, "é\n\"", "2026-01-23T10:00:00Z", 40000, 1e300, "\\x00"]),
    (List(Text()), [None, [], ["a"], ["7", "8"], ["a,b", 'c"d', "e\\f", "g{h}"], ["2026-01-23"], ["new", "paid"], ["true"]]),
    (List(Integer()), [None, [], [1, 2], [0, 1], [40000]]),
    (List(Numeric(9, 2)), [None, [], ["1.5", "2"], ["7"]]),
    (List(Date()), [None, [], ["2026-01-23"]]),
    (List(Duration()), [None, [], ["P1DT2H", "PT0S"]]),
    (List(Boolean()), [None, [], [True, False]]),
    (List(Float()), [None, [], [1.5, 2, 1e20]]),
]  # fmt: skip
TARGETS: list[Type] = [
    *(type for type, _ in SAMPLES),
    Text(max_length=3),
    Text(max_length=40, min_length=2),
    Integer(32),
    Numeric(18, 0),
    Numeric(6, 3),
    Enum(("paid", "new", "abc")),
    List(Time()),
    List(DateTime()),
    List(Uuid()),
    List(Enum(("new", "paid"))),
]


@pytest.mark.every_postgres
@pytest.mark.parametrize(("was", "values"), SAMPLES, ids=[repr(type) for type, _ in SAMPLES])
def test_values_become_the_same(shared_databases: dict[str, Database], run: Run, was: Type, values: list[Any]) -> None:
    found = {
        kind: run(converted(database, was, constants_of(database, was, values), TARGETS))
        for kind, database in shared_databases.items()
    }
    wanted = found.pop("sqlite")
    for kind, outcomes in found.items():
        for becomes, one, other in zip(TARGETS, wanted, outcomes, strict=True):
            differing = [
                (value, on_sqlite, there)
                for value, on_sqlite, there in zip(values, one or values, other or values, strict=True)
                if on_sqlite != there
            ]
            assert (one is None, differing) == (other is None, []), f"{was} to {becomes} on {kind}"


@pytest.mark.parametrize(("was", "values"), SAMPLES, ids=[repr(type) for type, _ in SAMPLES])
def test_what_is_neither_refused_nor_lost_comes_back(
    shared_database: Database, run: Run, was: Type, values: list[Any]
) -> None:
    async def ways() -> None:
        (same,) = await converted(shared_database, was, constants := constants_of(shared_database, was, values), [was])
        assert same is not None
        for becomes, there in zip(TARGETS, await converted(shared_database, was, constants, TARGETS), strict=True):
            if there is None:
                continue
            kept = [number for number, each in enumerate(there) if each.value is not None and not each.loses]
            back = await back_again(shared_database, was, [constants[number] for number in kept], becomes)
            assert back == [same[number].value for number in kept], (was, becomes)

    run(ways())

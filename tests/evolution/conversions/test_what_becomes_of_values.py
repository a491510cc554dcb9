"""What values of one type become in another: which is kept, which loses something, which is refused."""

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
from tests.evolution.conversions.converting import column_of, constants_of, converted

REFUSED = "refused"
LOSES = "loses"
UUID = "0197a5c2-6f00-7abc-8def-0123456789ab"

CASES: list[tuple[Type, Type, dict[Any, Any]]] = [
    (Text(), Integer(), {"7": "7", " 7 ": ("7", LOSES), "007": ("7", LOSES), "seven": REFUSED, "": REFUSED, "٣": REFUSED,
                         "1.0": REFUSED, "9223372036854775807": "9223372036854775807", "9223372036854775808": REFUSED}),
    (Text(), Integer(16), {"32767": "32767", "32768": REFUSED}),
    (Text(), Float(), {"1.5": "1.5", "1.50": ("1.5", LOSES), "1e3": ("1000", LOSES), "1e400": REFUSED, "NaN": REFUSED}),
    (Text(), Numeric(5, 2), {"1.5": "1.5", "1.005": ("1.01", LOSES), "999.99": "999.99", "999.995": REFUSED, "x": REFUSED}),
    (Text(), Boolean(), {"true": "true", "Yes": ("true", LOSES), "0": ("false", LOSES), "2": REFUSED}),
    (Text(), Date(), {"2024-02-29": '"2024-02-29"', "2023-02-29": REFUSED, "23.1.2026": REFUSED, "infinity": REFUSED}),
    (Text(), DateTime(), {"2026-01-23T10:00:00+00:00": '"2026-01-23T10:00:00+00:00"',
                          "2026-01-23 10:00+02:00": ('"2026-01-23T08:00:00+00:00"', LOSES), "now": REFUSED,
                          "0001-01-01T00:00:00+01:00": REFUSED}),
    (Text(), Time(), {"13:45:00": '"13:45:00"', "13:45": ('"13:45:00"', LOSES), "24:00:00": REFUSED}),
    (Text(), Duration(), {"P1DT2H": '"P1DT2H"', "PT26H": ('"P1DT2H"', LOSES), "P1M": REFUSED, "2 hours": REFUSED}),
    (Text(), Uuid(), {UUID: f'"{UUID}"', UUID.upper(): (f'"{UUID}"', LOSES), UUID[:-1]: REFUSED}),
    (Text(), Enum(("new", "paid")), {"new": '"new"', "New": REFUSED, " new": REFUSED}),
    (Text(), Json(), {'{"a": 1}': '{"a": 1}', "[1,]": REFUSED, "a": REFUSED, "[" * 33 + "]" * 33: REFUSED}),
    (Text(), List(Integer()), {"[1,2]": "[1,2]", "[1, 2]": ("[1,2]", LOSES), '["1"]': REFUSED, "1": REFUSED}),
    (Text(), Bytes(), {r"\x00ff": r'"\\x00ff"', r"\x00FF": (r'"\\x00ff"', LOSES), "hello": REFUSED}),
    (Text(), Text(max_length=3), {"abc": '"abc"', "日本語": '"日本語"', "abcd": REFUSED}),
    (Text(max_length=3), Text(max_length=9), {"abc": '"abc"'}),
    (Integer(), Integer(16), {-32768: "-32768", 32768: REFUSED}),
    (Integer(), Float(), {2**53: "9.007199254740992e+15", 2**53 + 1: ("9.007199254740992e+15", LOSES)}),
    (Integer(), Boolean(), {0: "false", 1: "true", 2: REFUSED}),
    (Integer(), Text(), {7: '"7"'}),
    (Float(), Integer(), {2: "2", 2.5: ("3", LOSES), -0.5: ("-1", LOSES), 1e20: REFUSED}),
    (Float(), Numeric(9, 2), {0.1: "0.1", 0.125: ("0.13", LOSES), 1e20: REFUSED}),
    (Float(), Text(), {1e20: '"1e+20"', 0.1: '"0.1"'}),
    (Numeric(9, 4), Numeric(9, 2), {"1.25": "1.25", "1.2345": ("1.23", LOSES), "1.235": ("1.24", LOSES)}),
    (Numeric(9, 2), Numeric(9, 4), {"12345.67": "12345.67", "1234567.89": REFUSED}),
    (Numeric(9, 2, padded=True), Text(), {"19.90": '"19.90"'}),
    (Boolean(), Text(), {True: '"true"'}),
    (Boolean(), Integer(), {True: "1"}),
    (Date(), DateTime(), {"2026-01-23": '"2026-01-23T00:00:00+00:00"'}),
    (DateTime(), Date(), {"2026-01-23T00:00:00+00:00": '"2026-01-23"', "2026-01-23T10:00:00+00:00": ('"2026-01-23"', LOSES)}),
    (DateTime(), Time(), {"2026-01-23T10:00:00+00:00": ('"10:00:00"', LOSES)}),
    (Duration(), Text(), {"P1DT2H": '"P1DT2H"'}),
    (Uuid(), Bytes(), {UUID: f'"\\\\x{UUID.replace("-", "")}"'}),
    (Bytes(), Uuid(), {"\\x" + UUID.replace("-", ""): f'"{UUID}"', r"\x00": REFUSED}),
    (Enum(("new", "paid")), Enum(("new", "old")), {"new": '"new"', "paid": REFUSED}),
    (Json(), Integer(), {7: "7", "7": REFUSED, 7.5: REFUSED}),
    (Json(), Text(), {"a": r'"\"a\""'}),
    (Date(), Json(), {"2026-01-23": '"2026-01-23"'}),
]  # fmt: skip


@pytest.mark.parametrize(("was", "becomes", "wanted"), CASES, ids=[f"{was} {becomes}" for was, becomes, _ in CASES])
def test_what_becomes_of_values(
    shared_database: Database, run: Run, was: Type, becomes: Type, wanted: dict[Any, Any]
) -> None:
    (found,) = run(converted(shared_database, was, constants_of(shared_database, was, list(wanted)), [becomes]))
    assert found is not None
    said = [REFUSED if each.value is None else (each.value, LOSES) if each.loses else each.value for each in found]
    assert dict(zip(wanted, said, strict=True)) == wanted


def test_what_no_value_could_become(database: Database) -> None:
    pairs: list[tuple[Type, Type]] = [
        (Integer(), Uuid()), (Uuid(), Integer()), (Integer(), Date()), (Boolean(), DateTime()), (Time(), DateTime()),
        (Date(), Duration()), (Bytes(), Integer()), (Integer(), List(Integer())), (List(Integer()), List(Uuid())),
    ]  # fmt: skip
    for was, becomes in pairs:
        old, new = column_of(database, "value", was), column_of(database, "value", becomes)
        assert database.dialect.altering.conversion(old, new, was, becomes) is None, (was, becomes)


def test_refusals_are_said_in_words(database: Database) -> None:
    old = column_of(database, "value", Text())
    said: dict[Type, str] = {
        Integer(16): "text that isn't a whole number from -32768 to 32767",
        Text(max_length=40): "text that is longer than 40 characters",
        Enum(("new", "paid")): "text that is none of new, paid",
        Date(): "text that isn't a date of the years 1 to 9999",
    }
    for becomes, words in said.items():
        found = database.dialect.altering.conversion(old, column_of(database, "value", becomes), Text(), becomes)
        assert found is not None
        assert found.says == words

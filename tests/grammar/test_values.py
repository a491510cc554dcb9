"""`converter(type, operator)`: texts of values in, Python values out; mistakes with PostgreSQL's messages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
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
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.values import converter
from backsmith.errors import (
    BAD_QUERY,
    BAD_TIME,
    BAD_VALUE,
    OUT_OF_RANGE,
    TIME_OUT_OF_RANGE,
    TOO_COMPLEX,
    WRONG_TYPE,
    Kind,
    RequestError,
)

STATUS = Enum(("draft", "placed"), "status")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        (Text(), "  a b ", "  a b "),
        (Integer(), "12", 12),
        (Integer(), " -12\t", -12),
        (Integer(), "+12", 12),
        (Integer(16), "-32768", -32768),
        (Integer(64), "9223372036854775807", 2**63 - 1),
        (Integer(), "0" * 9000 + "7", 7),
        (Float(), "1.5", 1.5),
        (Float(), ".5", 0.5),
        (Float(), "5.", 5.0),
        (Float(), "-1E3", -1000.0),
        (Float(), "5e-324", 5e-324),
        (Float(), "0e-999", 0.0),
        (Boolean(), "true", True),
        (Boolean(), "T", True),
        (Boolean(), "ye", True),
        (Boolean(), " on ", True),
        (Boolean(), "1", True),
        (Boolean(), "FALSE", False),
        (Boolean(), "of", False),
        (Boolean(), "0", False),
        (Date(), "2026-01-23", date(2026, 1, 23)),
        (Date(), "2024-02-29", date(2024, 2, 29)),
        (DateTime(), "2026-01-23T13:45:00Z", utc(2026, 1, 23, 13, 45)),
        (DateTime(), "2026-01-23t13:45:00z", utc(2026, 1, 23, 13, 45)),
        (DateTime(), "2026-01-23 13:45", utc(2026, 1, 23, 13, 45)),
        (DateTime(), "2026-01-23", utc(2026, 1, 23)),
        (DateTime(), "2026-01-23T13:45:00.123456", utc(2026, 1, 23, 13, 45, 0, 123456)),
        (DateTime(), "2026-01-23T13:45:00+02", utc(2026, 1, 23, 11, 45)),
        (DateTime(), "2026-01-23T13:45:00-0530", utc(2026, 1, 23, 19, 15)),
        (DateTime(), "2026-01-23T13:45:00+05:30", utc(2026, 1, 23, 8, 15)),
        (DateTime(), "2026-01-23 13:45:00 +05:30", utc(2026, 1, 23, 8, 15)),
        (DateTime(), "2026-01-23T13:45:00 05:30", utc(2026, 1, 23, 8, 15)),
        (DateTime(), "2026-01-23T13:45:00.1234565Z", utc(2026, 1, 23, 13, 45, 0, 123456)),
        (DateTime(), "2026-01-23T23:59:59.9999999Z", utc(2026, 1, 24)),
        (DateTime(), "2016-12-31T23:59:60Z", utc(2017, 1, 1)),
        (Time(), "13:45", time(13, 45)),
        (Time(), "13:45:00.5", time(13, 45, 0, 500000)),
        (Duration(), "P1DT2H30M", timedelta(days=1, hours=2, minutes=30)),
        (Duration(), "PT0.5S", timedelta(milliseconds=500)),
        (Duration(), "P2W", timedelta(days=14)),
        (Duration(), "P-1DT-2H", timedelta(days=-1, hours=-2)),
        (Duration(), "-P1DT2H", timedelta(days=-1, hours=-2)),
        (Duration(), "1 day 02:30:00", timedelta(days=1, hours=2, minutes=30)),
        (Duration(), "02:30", timedelta(hours=2, minutes=30)),
        (Duration(), "-02:30:00.5", -timedelta(hours=2, minutes=30, milliseconds=500)),
        (Duration(), "-3 days", timedelta(days=-3)),
        (Duration(), "1.5 hours", timedelta(minutes=90)),
        (Duration(), "90 minutes ago", timedelta(minutes=-90)),
        (Duration(), "2d 3h", timedelta(days=2, hours=3)),
        (Uuid(), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        (Uuid(), "{A0EEBC999C0B4EF8BB6D6BB9BD380A11}", UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        (Uuid(), "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        (Bytes(), r"\x68656c6C6F", b"hello"),
        (Bytes(), r"\x", b""),
        (STATUS, "draft", "draft"),
        (List(Text()), '{a,"b c",d\\,e, f g ,"say \\"x\\"",""}', ["a", "b c", "d,e", "f g", 'say "x"', ""]),
        (List(Text()), '{"null"}', ["null"]),
        (List(Integer()), " { 1 , 2 } ", [1, 2]),
        (List(Integer()), "{}", []),
        (List(Date()), "{2026-01-23}", [date(2026, 1, 23)]),
    ],
)
def test_a_value_of_each_type(type: Type, text: str, value: Any) -> None:
    assert converter(type, "eq")(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("19.90", "19.90"), ("-0.5", "-0.5"), (".5", "0.5"), ("5.", "5"), ("1e3", "1E+3"), ("0e999999999", "0")],
)
def test_decimals_are_exact(text: str, value: str) -> None:
    assert str(converter(Numeric(), "eq")(text)) == value


@pytest.mark.parametrize("text", ['{"a":[1,2.50,1e2]}', '"a"', "20", "null", " [ 1 ] ", '"\\\\u0000"'])
def test_json_is_kept_to_the_letter(text: str) -> None:
    assert bytes(converter(Json(), "cs")(text)) == text.strip().encode()
    assert isinstance(converter(Json(), "eq")(text), msgspec.Raw)


@pytest.mark.parametrize(
    ("type", "operator", "text", "value"),
    [
        (Integer(), "in", "(1,2,3)", [1, 2, 3]),
        (Integer(), "in", "( 1, 2 ) ", [1, 2]),
        (Integer(), "in", '("1","2")', [1, 2]),
        (Integer(), "in", "()", []),
        (Integer(), "in", "(    )", []),
        (Text(), "in", '("")', [""]),
        (Text(), "in", "(,)", ["", ""]),
        (Text(), "in", '(a, b,"c,d","e\\"f\\\\")', ["a", " b", "c,d", 'e"f\\']),
        (Text(), "in", '("Double O Seven(007)")', ["Double O Seven(007)"]),
        (Text(), "in", '(")', ['"']),
        (Text(), "in", '(Double"Quote"McGraw")', ['Double"Quote"McGraw"']),
        (Text(), "in", r"(/\Slash/\Beast/\)", ["/\\Slash/\\Beast/\\"]),
        (Text(), "in", r'("D\a\vid")', ["David"]),
        (STATUS, "in", "(draft,placed)", ["draft", "placed"]),
        (Integer(), "any", "{1,2}", [1, 2]),
        (Text(), "all", "{O*,*n}", ["O*", "*n"]),
        (List(Text()), "cs", "{a,b}", ["a", "b"]),
        (List(Text()), "ov", "{a}", ["a"]),
        (Text(), "like", "*x_%\\%", "*x_%\\%"),
        (Text(), "match", "^a{2,3}$", "^a{2,3}$"),
        (DateTime(), "isdistinct", "2026-01-23", utc(2026, 1, 23)),
    ],
)
def test_values_of_operators(type: Type, operator: str, text: str, value: Any) -> None:
    assert converter(type, operator)(text) == value


NUMERIC = "value overflows numeric format"


@pytest.mark.parametrize(
    ("type", "text", "kind", "message"),
    [
        (Text(), "a\0", BAD_VALUE, "A text can't hold the character NUL"),
        (Integer(), "x", BAD_VALUE, 'invalid input syntax for type bigint: "x"'),
        (Integer(32), "1.0", BAD_VALUE, 'invalid input syntax for type integer: "1.0"'),
        (Integer(), "", BAD_VALUE, 'invalid input syntax for type bigint: ""'),
        (Integer(), "1_000", BAD_VALUE, 'invalid input syntax for type bigint: "1_000"'),
        (Integer(), "٣", BAD_VALUE, 'invalid input syntax for type bigint: "٣"'),
        (Integer(16), "32768", OUT_OF_RANGE, 'value "32768" is out of range for type smallint'),
        (Integer(32), "-2147483649", OUT_OF_RANGE, 'value "-2147483649" is out of range for type integer'),
        (Integer(), "9" * 9000, OUT_OF_RANGE, f'value "{"9" * 200}…" is out of range for type bigint'),
        (Float(), "x", BAD_VALUE, 'invalid input syntax for type double precision: "x"'),
        (Float(), ".", BAD_VALUE, 'invalid input syntax for type double precision: "."'),
        (Float(), "NaN", BAD_VALUE, 'invalid input syntax for type double precision: "NaN"'),
        (Float(), "-Infinity", BAD_VALUE, 'invalid input syntax for type double precision: "-Infinity"'),
        (Float(), "1e999", OUT_OF_RANGE, '"1e999" is out of range for type double precision'),
        (Float(), "1e-999", OUT_OF_RANGE, '"1e-999" is out of range for type double precision'),
        (Boolean(), "o", BAD_VALUE, 'invalid input syntax for type boolean: "o"'),
        (Boolean(), "2", BAD_VALUE, 'invalid input syntax for type boolean: "2"'),
        (Numeric(), "ten", BAD_VALUE, 'invalid input syntax for type numeric: "ten"'),
        (Numeric(), "NaN", BAD_VALUE, 'invalid input syntax for type numeric: "NaN"'),
        (Numeric(), "1e999999999", OUT_OF_RANGE, NUMERIC),
        (Numeric(), "1e-999999999", OUT_OF_RANGE, NUMERIC),
        (Numeric(), "9" * 1001, OUT_OF_RANGE, NUMERIC),
        (Date(), "today", BAD_TIME, 'invalid input syntax for type date: "today"'),
        (Date(), "23.01.2026", BAD_TIME, 'invalid input syntax for type date: "23.01.2026"'),
        (Date(), "2026-01-23T00:00:00Z", BAD_TIME, 'invalid input syntax for type date: "2026-01-23T00:00:00Z"'),
        (Date(), "2026-02-30", TIME_OUT_OF_RANGE, 'date/time field value out of range: "2026-02-30"'),
        (Date(), "0000-01-01", TIME_OUT_OF_RANGE, 'date/time field value out of range: "0000-01-01"'),
        (DateTime(), "now", BAD_TIME, 'invalid input syntax for type timestamp with time zone: "now"'),
        (DateTime(), "infinity", BAD_TIME, 'invalid input syntax for type timestamp with time zone: "infinity"'),
        (DateTime(), "2026-01-23T24:00", TIME_OUT_OF_RANGE, 'date/time field value out of range: "2026-01-23T24:00"'),
        (
            DateTime(),
            "2026-01-23T00:00+16:00",
            TIME_OUT_OF_RANGE,
            'date/time field value out of range: "2026-01-23T00:00+16:00"',
        ),
        (
            DateTime(),
            "0001-01-01T00:00+14:00",
            TIME_OUT_OF_RANGE,
            'date/time field value out of range: "0001-01-01T00:00+14:00"',
        ),
        (
            DateTime(),
            "9999-12-31T23:59:59.9999999",
            TIME_OUT_OF_RANGE,
            'date/time field value out of range: "9999-12-31T23:59:59.9999999"',
        ),
        (Time(), "noon", BAD_TIME, 'invalid input syntax for type time: "noon"'),
        (Time(), "25:00", TIME_OUT_OF_RANGE, 'date/time field value out of range: "25:00"'),
        (Time(), "23:59:59.9999999", TIME_OUT_OF_RANGE, 'date/time field value out of range: "23:59:59.9999999"'),
        (Duration(), "soon", BAD_TIME, 'invalid input syntax for type interval: "soon"'),
        (Duration(), "P1Y", BAD_TIME, 'invalid input syntax for type interval: "P1Y"'),
        (Duration(), "2 months", BAD_TIME, 'invalid input syntax for type interval: "2 months"'),
        (Duration(), "P1DT", BAD_TIME, 'invalid input syntax for type interval: "P1DT"'),
        (Duration(), "", BAD_TIME, 'invalid input syntax for type interval: ""'),
        (Duration(), "12", BAD_TIME, 'invalid input syntax for type interval: "12"'),
        (Duration(), "P999999999D", TIME_OUT_OF_RANGE, 'interval field value out of range: "P999999999D"'),
        (Uuid(), "x", BAD_VALUE, 'invalid input syntax for type uuid: "x"'),
        (
            Uuid(),
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            BAD_VALUE,
            'invalid input syntax for type uuid: "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"',
        ),
        (Bytes(), "hello", BAD_VALUE, 'invalid input syntax for type bytea: "hello"'),
        (Bytes(), "\\x68\u2003", BAD_VALUE, 'invalid input syntax for type bytea: "\\x68\u2003"'),
        (Bytes(), r"\x123", BAD_VALUE, r'invalid input syntax for type bytea: "\x123"'),
        (Json(), "foo", BAD_VALUE, 'invalid input syntax for type json: "foo"'),
        (Json(), "NaN", BAD_VALUE, 'invalid input syntax for type json: "NaN"'),
        (Json(), "[" * 9000, BAD_VALUE, f'invalid input syntax for type json: "{"[" * 200}…"'),
        (Json(), '"\\u0000"', BAD_VALUE, "A text can't hold the character NUL"),
        (STATUS, "gone", BAD_VALUE, 'invalid input value for enum status: "gone"'),
        (Enum(("a",)), "b", BAD_VALUE, 'invalid input value for enum: "b"'),
        (List(Text()), "a", BAD_VALUE, 'malformed array literal: "a"'),
        (List(Text()), "{a", BAD_VALUE, 'malformed array literal: "{a"'),
        (List(Text()), "{a}b", BAD_VALUE, 'malformed array literal: "{a}b"'),
        (List(Text()), "{a,}", BAD_VALUE, 'malformed array literal: "{a,}"'),
        (List(Text()), '{a"b}', BAD_VALUE, 'malformed array literal: "{a"b}"'),
        (List(Text()), "{{a}}", BAD_VALUE, 'malformed array literal: "{{a}}"'),
        (List(Text()), "{a,NULL}", BAD_VALUE, "A list in a filter can't hold null"),
        (List(Integer()), "{1,x}", BAD_VALUE, 'invalid input syntax for type bigint: "x"'),
    ],
)
def test_what_is_no_value_of_the_type_is_refused(type: Type, text: str, kind: Kind, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        converter(type, "eq")(text)
    assert (caught.value.kind, caught.value.message) == (kind, message)


def test_an_unknown_value_of_an_enum_is_answered_with_the_known_ones() -> None:
    with pytest.raises(RequestError) as caught:
        converter(STATUS, "eq")("gone")
    assert caught.value.hint == "Its values are draft, placed."


@pytest.mark.parametrize(
    ("text", "column", "details"),
    [
        ("1,2", 4, 'unexpected end of input expecting "("'),
        ("(1,2", 8, 'unexpected end of input expecting ")"'),
        ("(1)2", 8, 'unexpected end of input expecting ")"'),
        ("", 4, 'unexpected end of input expecting "("'),
    ],
)
def test_a_list_of_in_that_is_none_is_refused(text: str, column: int, details: str) -> None:
    with pytest.raises(RequestError) as caught:
        converter(Integer(), "in")(text)
    error = caught.value
    assert error.kind == BAD_QUERY
    assert error.message == f'"failed to parse filter (in.{text})" (line 1, column {column})'
    assert error.details == details


@pytest.mark.parametrize(
    ("type", "operator", "message"),
    [
        (Text(), "cs", "operator does not exist: text @> unknown"),
        (Integer(), "ov", "operator does not exist: bigint && unknown"),
        (Json(), "ov", "operator does not exist: json && unknown"),
        (List(Text()), "sl", "operator does not exist: text[] << unknown"),
        (Date(), "adj", "operator does not exist: date -|- unknown"),
    ],
)
def test_an_operator_that_means_nothing_for_the_type_is_refused(type: Type, operator: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        converter(type, operator)
    assert (caught.value.kind, caught.value.message) == (WRONG_TYPE, message)


@pytest.mark.parametrize(("operator", "text"), [("in", "(1,2,3)"), ("any", "{1,2,3}")])
def test_long_lists_are_refused(operator: str, text: str) -> None:
    with pytest.raises(RequestError) as caught:
        converter(Integer(), operator, Limits(list_items=2))(text)
    assert (caught.value.kind, caught.value.message) == (TOO_COMPLEX, "A list has too many values")


def test_long_patterns_are_refused() -> None:
    with pytest.raises(RequestError) as caught:
        converter(Text(), "like")("*a" * 501)
    assert (caught.value.kind, caught.value.message) == (TOO_COMPLEX, "A pattern is too long")

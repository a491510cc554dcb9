"""Values of each type: what is taken, as exactly what, and what is refused with which words."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.bodies.reading import given, mistake, value

REF = UUID("018f4e7c-1a2b-7c3d-8e4f-5a6b7c8d9e0f")
TAKEN: list[tuple[str, str, Any]] = [
    ("text", '"Tee"', "Tee"),
    ("text", '""', ""),
    ("text", '" blanks "', " blanks "),
    ("text", '"\\u00e9\\ud83d\\ude00\\n"', "é😀\n"),
    ("text", "null", None),
    ("number", "12", 12),
    ("number", "-9223372036854775808", -(2**63)),
    ("number", "9223372036854775807", 2**63 - 1),
    ("number", '"9007199254740993"', 9007199254740993),
    ("small", "2147483647", 2**31 - 1),
    ("tiny", "-32768", -(2**15)),
    ("size", "1.5", 1.5),
    ("size", "3", 3.0),
    ("size", "1e3", 1000.0),
    ("size", '"2.5"', 2.5),
    ("size", "0.1", 0.1),
    ("size", "9007199254740993", 9007199254740992.0),
    ("flag", "true", True),
    ("price", "19.90", Decimal("19.90")),
    ("price", "19.9000", Decimal("19.9000")),
    ("price", '"19.90"', Decimal("19.90")),
    ("price", "1e3", Decimal("1E+3")),
    ("cost", "99999999999999.9999", Decimal("99999999999999.9999")),
    ("cost", "0.1", Decimal("0.1")),
    ("day", '"2026-01-23"', date(2026, 1, 23)),
    ("at", '"2026-01-23T13:45:00Z"', datetime(2026, 1, 23, 13, 45, tzinfo=UTC)),
    ("at", '"2026-01-23T13:45:00.123Z"', datetime(2026, 1, 23, 13, 45, 0, 123000, tzinfo=UTC)),
    ("at", '"2026-01-23T13:45:00.123456Z"', datetime(2026, 1, 23, 13, 45, 0, 123456, tzinfo=UTC)),
    ("at", '"2026-01-23T13:45:00+00:00"', datetime(2026, 1, 23, 13, 45, tzinfo=UTC)),
    ("at", '"2026-01-23T13:45:00+02:00"', datetime(2026, 1, 23, 11, 45, tzinfo=UTC)),
    ("at", '"2026-01-23"', datetime(2026, 1, 23, tzinfo=UTC)),
    ("clock", '"13:45:00.5"', time(13, 45, 0, 500000)),
    ("span", '"P1DT2H"', timedelta(days=1, hours=2)),
    ("ref", '"018f4e7c-1a2b-7c3d-8e4f-5a6b7c8d9e0f"', REF),
    ("ref", '"{018F4E7C1A2B7C3D8E4F5A6B7C8D9E0F}"', REF),
    ("data", '"\\\\x00ff"', b"\x00\xff"),
    ("kind", '"a"', "a"),
    ("numbers", "[1,2]", [1, 2]),
    ("numbers", "[]", []),
    ("numbers", '"{1,2}"', [1, 2]),
    ("prices", '[1.50,"2"]', [Decimal("1.50"), Decimal(2)]),
    ("days", '["2026-01-23"]', [date(2026, 1, 23)]),
    ("sku", '"T-12"', "T-12"),
    ("page", '"https://example.org/a?b=c#d"', "https://example.org/a?b=c#d"),
    ("page", '"http://[::1]:8000"', "http://[::1]:8000"),
    ("slug", '"green-tea_2"', "green-tea_2"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text", "expected"), TAKEN, ids=lambda each: str(each)[:40])
def test_taken(field: str, text: str, expected: Any) -> None:
    found = value(field, text)
    assert (found, type(found)) == (expected, type(expected))
    assert repr(found) == repr(expected)


REFUSED = [
    ("text", "12", ' 22P02: invalid input syntax for type text: "12" (Write it in quotes: "12".)'),
    ("text", "true", ' 22P02: invalid input syntax for type text: "true"'),
    ("text", '{"a":1}', ' 22P02: invalid input syntax for type text: "{"a":1}"'),
    ("text", '"a\\u0000b"', " 22P02: A text can't hold the character NUL"),
    ("number", "1.0", ' 22P02: invalid input syntax for type bigint: "1.0"'),
    ("number", "1e3", ' 22P02: invalid input syntax for type bigint: "1e3"'),
    ("number", "true", ' 22P02: invalid input syntax for type bigint: "true"'),
    ("number", '"1.5"', ' 22P02: invalid input syntax for type bigint: "1.5"'),
    ("number", '""', ' 22P02: invalid input syntax for type bigint: ""'),
    ("number", "9223372036854775808", ' 22003: value "9223372036854775808" is out of range for type bigint'),
    ("number", "1e999999999", ' 22P02: invalid input syntax for type bigint: "1e999999999"'),
    ("number", "9" * 30, f' 22003: value "{"9" * 30}" is out of range for type bigint'),
    ("small", "2147483648", ' 22003: value "2147483648" is out of range for type integer'),
    ("tiny", "32768", ' 22003: value "32768" is out of range for type smallint'),
    ("size", "1e999999999", ' 22003: "1e999999999" is out of range for type double precision'),
    ("size", "1e-400", ' 22003: "1e-400" is out of range for type double precision'),
    ("size", "true", ' 22P02: invalid input syntax for type double precision: "true"'),
    ("size", '"NaN"', ' 22P02: invalid input syntax for type double precision: "NaN" (Numbers are finite here.)'),
    ("rate", "0", " 23514: rate must be more than 0.0"),
    ("rate", "1", " 23514: rate must be less than 1.0"),
    ("flag", '"true"', ' 22P02: invalid input syntax for type boolean: ""true"" (Write true or false, without quotes.)'),
    ("flag", "1", ' 22P02: invalid input syntax for type boolean: "1" (Write true or false, without quotes.)'),
    ("price", "19.905", " 22003: price has 3 digits after the point; it takes at most 2"),
    ("price", "100000000", " 22003: price has 9 digits before the point; it takes at most 8"),
    ("price", "1e999999999", " 22003: value overflows numeric format"),
    ("price", "1e-999999999", " 22003: value overflows numeric format"),
    ("price", "-0.05", " 23514: price must be at least 0"),
    ("price", "19.92", " 23514: price must be a multiple of 0.05"),
    ("price", "true", ' 22P02: invalid input syntax for type numeric: "true"'),
    ("price", '"NaN"', ' 22P02: invalid input syntax for type numeric: "NaN" (Numbers are finite here.)'),
    ("cost", "0.00001", " 22003: cost has 5 digits after the point; it takes at most 4"),
    ("day", '"23.1.2026"', ' 22007: invalid input syntax for type date: "23.1.2026" (Write a date like 2026-01-23.)'),
    ("day", '"2026-02-30"', ' 22008: date/time field value out of range: "2026-02-30"'),
    ("day", "20260123", ' 22P02: invalid input syntax for type date: "20260123" (Write it in quotes: "20260123".)'),
    ("day", '"2031-01-01"', " 23514: day must be at most 2030-12-31"),
    ("at", '"tomorrow"', ' 22007: invalid input syntax for type timestamp with time zone: "tomorrow" (Write an instant like 2026-01-23T13:45:00Z.)'),
    ("at", '"2026-13-23T13:45:00Z"', ' 22008: date/time field value out of range: "2026-13-23T13:45:00Z"'),
    ("clock", '"25:00"', ' 22008: date/time field value out of range: "25:00"'),
    ("span", "5", ' 22P02: invalid input syntax for type interval: "5" (Write it in quotes: "5".)'),
    ("span", '"P1M"', ' 22007: invalid input syntax for type interval: "P1M" (Write a duration like P1DT2H30M or 1 day 02:30:00, in weeks, days and smaller.)'),
    ("ref", '"018f4e7c-1a2b-7c3d-8e4f-5a6b7c8d9e0g"', ' 22P02: invalid input syntax for type uuid: "018f4e7c-1a2b-7c3d-8e4f-5a6b7c8d9e0g"'),
    ("data", '"aGVsbG8="', ' 22P02: invalid input syntax for type bytea: "aGVsbG8=" (Write bytes in hexadecimal, like \\x68656c6c6f.)'),
    ("kind", '"c"', ' 22P02: invalid input value for enum: "c" (Its values are a, b.)'),
    ("numbers", "[1,null]", "/1 22004: A list can't hold null"),
    ("numbers", "3", ' 22P02: invalid input syntax for type bigint[]: "3" (Write a list: [1, 2].)'),
    ("numbers", "[[1]]", '/0 22P02: invalid input syntax for type bigint: "[1]"'),
    ("prices", "[1.505]", "/0 22003: prices has 3 digits after the point; it takes at most 2"),
    ("sku", '"X"', " 23514: sku doesn't match the pattern ^T-[0-9]+$"),
    ("sku", '"T-1\\n"', " 23514: sku doesn't match the pattern ^T-[0-9]+$"),
    ("page", '"javascript:alert(1)"', " 23514: page isn't the address of a web page (Write one like https://example.org/page.)"),
    ("page", '"https://"', " 23514: page isn't the address of a web page (Write one like https://example.org/page.)"),
    ("page", '"https://a b"', " 23514: page isn't the address of a web page (Write one like https://example.org/page.)"),
    ("page", '"https://a:99999"', " 23514: page isn't the address of a web page (Write one like https://example.org/page.)"),
    ("slug", '"Green Tea"', " 23514: slug isn't a slug (Write one like green-tea-2.)"),
    ("picture", '{"name":"x"}', " 22023: picture is a file, which isn't given by its name (Upload it.)"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text", "expected"), REFUSED, ids=lambda each: str(each)[:40])
def test_refused(field: str, text: str, expected: str) -> None:
    assert mistake(field, text) == expected


def test_a_list_says_what_is_wrong_with_each_item() -> None:
    found = given("Thing", {"words": ["abc"]}).values
    assert found == {"words": ["abc"]}


@pytest.mark.parametrize(
    "text",
    [
        "1.0", "1e999999999", "123456789012345678901234567890", '{"b":1,"a":{"b":1.50}}', '[1,"\\u00e9é",true,null]',
        '"text"', "false", '{"a":1,"a":2}', "[" * 100 + "]" * 100,
    ],
)  # fmt: skip
def test_json_is_kept_to_the_letter(text: str) -> None:
    assert value("extra", text) == msgspec.Raw(text.encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":"\\u0000"}', " 22P02: A text can't hold the character NUL"),
        ("[" * 101 + "]" * 101, " 54000: JSON is nested deeper than 100"),
    ],
)
def test_json_that_no_database_keeps(text: str, expected: str) -> None:
    assert mistake("extra", text) == expected


def test_brackets_inside_texts_are_no_depth() -> None:
    text = json.dumps("[" * 500)
    assert value("extra", text) == msgspec.Raw(text.encode())


def test_a_backslash_before_u0000_is_no_nul() -> None:
    assert value("extra", '"\\\\u0000"') == msgspec.Raw(b'"\\\\u0000"')


@pytest.mark.parametrize(
    "email",
    ["ada@example.org", "a.b+c@sub.example.org", "ada@localhost", "jürgen@example.org", "a" * 242 + "@example.org"],
)
def test_email_addresses(email: str) -> None:
    assert given("Customer", {"name": "Ada", "email": email}).values["email"] == email


@pytest.mark.parametrize(
    "email",
    ["ada", "ada@", "@example.org", "a b@example.org", "ada@-x.org", "ada@example.org\n", "a" * 243 + "@example.org"],
)
def test_no_email_addresses(email: str) -> None:
    with pytest.raises(Exception, match="isn't an e-mail address"):
        given("Customer", {"name": "Ada", "email": email})


def test_lengths_count_code_points() -> None:
    assert given("Customer", {"name": "😀" * 10}).values["name"] == "😀" * 10

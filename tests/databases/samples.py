"""Values of every type, and the columns that keep them: what the tests of both dialects share."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from hypothesis import strategies as st

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
    Scalar,
    Text,
    Time,
    Type,
    Uuid,
)

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
MONEY = Numeric(10, 2, padded=True)
WHOLE = Numeric(18, 0)


class Sample(NamedTuple):
    """A column: the field's type, the SQL type of each database, and values to try."""

    type: Type
    sqlite: str
    postgres: str
    values: st.SearchStrategy[Any]


def _decimals(type: Numeric) -> st.SearchStrategy[Decimal]:
    limit = 10 ** (type.digits or 18) - 1
    return st.integers(-limit, limit).map(lambda scaled: Decimal(scaled).scaleb(-type.places))


_instants = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]),
    min_value=datetime(1, 1, 3),
    max_value=datetime(9999, 12, 29),
)
_durations = st.timedeltas(timedelta(days=-100_000), timedelta(days=100_000))
_floats = st.floats(allow_nan=False, allow_infinity=False) | st.integers(2**53, 2**80).map(float)
_values: dict[str, tuple[Scalar, str, str, st.SearchStrategy[Any]]] = {
    "text": (Text(), "TEXT", "text", TEXT),
    "small": (Integer(16), "INTEGER", "smallint", st.integers(-(2**15), 2**15 - 1)),
    "integer": (Integer(), "INTEGER", "bigint", st.integers(-(2**63), 2**63 - 1)),
    "float": (Float(), "REAL", "double precision", _floats),
    "boolean": (Boolean(), "INTEGER", "boolean", st.booleans()),
    "money": (MONEY, "INTEGER", "numeric(10,2)", _decimals(MONEY)),
    "decimal": (Numeric(), "INTEGER", "numeric(18,4)", _decimals(Numeric())),
    "whole": (WHOLE, "INTEGER", "numeric(18,0)", _decimals(WHOLE)),
    "date": (Date(), "TEXT", "date", st.dates()),
    "datetime": (DateTime(), "TEXT", "timestamptz", _instants),
    "time": (Time(), "TEXT", "time", st.times()),
    "duration": (Duration(), "INTEGER", "interval", _durations),
    "uuid": (Uuid(), "TEXT", "uuid", st.uuids()),
    "enum": (Enum(("a", 'b"c', "é")), "TEXT", "text", st.sampled_from(["a", 'b"c', "é"])),
}
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
SAMPLES: dict[str, Sample] = {
    **{name: Sample(*value) for name, value in _values.items()},
    "bytes": Sample(Bytes(), "BLOB", "bytea", st.binary(max_size=20)),
    "json": Sample(Json(), "TEXT", "json", _json),
    **{
        f"list_of_{name}": Sample(List(type), "TEXT", f"{postgres}[]", st.lists(values | st.none(), max_size=3))
        for name, (type, _, postgres, values) in _values.items()
    },
}

LITERALS: dict[str, list[tuple[Any, str]]] = {
    "text": [
        ("", '""'),
        ('"quoted" \\ / and more', r'"\"quoted\" \\ / and more"'),
        ("\x01\b\t\n\x0b\f\r\x1f\x7f", '"\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\x7f"'),
        ("é\u2028\ufffe\uffff😀", '"é\u2028\ufffe\uffff😀"'),
    ],
    "integer": [(0, "0"), (-(2**63), "-9223372036854775808"), (2**63 - 1, "9223372036854775807")],
    "float": [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (1.5, "1.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-4, "0.0001"),
        (1e-5, "1e-05"),
        (123456789012345.0, "123456789012345"),
        (999999999999999.9, "999999999999999.9"),
        (1e15, "1e+15"),
        (-1234567890123456.5, "-1.2345678901234565e+15"),
        (1e20, "1e+20"),
        (18014398509481992.0, "1.8014398509481992e+16"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
    "boolean": [(True, "true"), (False, "false")],
    "money": [
        (Decimal("19.9"), "19.90"),
        (Decimal("-0.05"), "-0.05"),
        (Decimal(0), "0.00"),
        (Decimal("-99999999.99"), "-99999999.99"),
    ],
    "decimal": [
        (Decimal("19.9000"), "19.9"),
        (Decimal("-0.0005"), "-0.0005"),
        (Decimal(100), "100"),
        (Decimal("-0"), "0"),
        (Decimal("99999999999999.9999"), "99999999999999.9999"),
    ],
    "whole": [(Decimal(100), "100"), (Decimal("-999999999999999999"), "-999999999999999999")],
    "date": [(date(2026, 1, 23), '"2026-01-23"'), (date(1, 1, 1), '"0001-01-01"')],
    "datetime": [
        (datetime(2026, 1, 23, tzinfo=UTC), '"2026-01-23T00:00:00+00:00"'),
        (datetime(2026, 1, 23, 1, 2, 3, 450_000, UTC), '"2026-01-23T01:02:03.45+00:00"'),
        (datetime(2026, 1, 23, 1, tzinfo=timezone(timedelta(hours=2))), '"2026-01-22T23:00:00+00:00"'),
        (datetime(988, 1, 23, 0, 0, 0, 1, UTC), '"0988-01-23T00:00:00.000001+00:00"'),
    ],
    "time": [(time(13, 45), '"13:45:00"'), (time(0, 0, 0, 100), '"00:00:00.0001"')],
    "duration": [
        (timedelta(), '"PT0S"'),
        (timedelta(days=1, hours=2), '"P1DT2H"'),
        (timedelta(hours=-1), '"PT-1H"'),
        (timedelta(days=-1, hours=-1, milliseconds=-500), '"P-1DT-1H-0.5S"'),
        (timedelta(minutes=61, seconds=1, microseconds=1), '"PT1H1M1.000001S"'),
    ],
    "uuid": [(UUID("0198C0DE-0000-7000-8000-00000000000F"), '"0198c0de-0000-7000-8000-00000000000f"')],
    "enum": [('b"c', r'"b\"c"')],
    "bytes": [(b"hello", r'"\\x68656c6c6f"'), (b"", r'"\\x"')],
    "json": [
        ({"b": [1, None, "é\n"], "a": {}}, '{"b":[1,null,"é\\n"],"a":{}}'),
        (msgspec.Raw(b'{"n": 1.10, "n": 1e400, "s": "\\u00e9"}'), '{"n":1.10,"n":1e400,"s":"\\u00e9"}'),
        ("text", '"text"'),
        (None, "null"),
    ],
    "list_of_text": [(["a", 'b"', None, "é\n"], '["a","b\\"",null,"é\\n"]'), ([], "[]")],
    "list_of_float": [([1.0, 0.5, 1e20], "[1,0.5,1e+20]")],
    "list_of_money": [([Decimal("1.5"), Decimal("-0.05"), None], "[1.50,-0.05,null]")],
    "list_of_decimal": [([Decimal("1.50"), Decimal(2)], "[1.5,2]"), ([], "[]")],
    "list_of_duration": [([timedelta(hours=-1), timedelta(days=2)], '["PT-1H","P2D"]'), ([], "[]")],
    "list_of_boolean": [([True, False, None], "[true,false,null]")],
}

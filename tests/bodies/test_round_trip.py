"""No value changes on its way in and out: JSON -> body -> database -> JSON, the same text, on both databases.

BACKSMITH_EXAMPLES=20000 runs so many examples.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backsmith.databases import Database, open_database
from backsmith.databases.values import MICROSECOND, datetime_text, duration_text, float_text, time_text
from backsmith.errors import RequestError
from backsmith.evolution.desired import tables_of
from tests.bodies.reading import BLUEPRINT, CATALOGUE, body
from tests.bodies.reading import given as read

EXAMPLES = int(os.environ.get("BACKSMITH_EXAMPLES", "150"))
THING = CATALOGUE.resources["Thing"]

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
DURATIONS = st.integers(-(2**62), 2**62).filter(lambda each: abs(each) < timedelta.max // MICROSECOND)


def decimals(digits: int, places: int) -> st.SearchStrategy[Decimal]:
    most = 10**digits - 1
    return st.integers(-most, most).map(lambda scaled: Decimal(scaled).scaleb(-places))


def padded(value: Decimal, places: int) -> str:
    return f"{value:.{places}f}"


def plain(value: Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def quoted(text: str) -> str:
    return f'"{text}"'


JSON_VALUES = st.recursive(
    st.booleans() | st.integers() | TEXTS | st.sampled_from([1.0, 0.1, 1e300, -0.0]),
    lambda inner: st.lists(inner | st.none(), max_size=4) | st.dictionaries(TEXTS, inner | st.none(), max_size=4),
    max_leaves=12,
)
FORMS: dict[str, st.SearchStrategy[str]] = {
    "text": TEXTS.map(json.dumps),
    "number": st.integers(-(2**63), 2**63 - 1).map(str),
    "small": st.integers(-(2**31), 2**31 - 1).map(str),
    "tiny": st.integers(-(2**15), 2**15 - 1).map(str),
    "size": st.floats(allow_nan=False, allow_infinity=False).map(float_text),
    "flag": st.sampled_from(["true", "false"]),
    "price": st.integers(0, (10**10 - 1) // 5).map(lambda each: padded(Decimal(each * 5).scaleb(-2), 2)),
    "cost": decimals(18, 4).map(plain),
    "day": st.dates(max_value=date(2030, 12, 31)).map(lambda each: quoted(each.isoformat())),
    "at": st.datetimes(timezones=st.just(UTC)).map(lambda each: quoted(datetime_text(each))),
    "clock": st.times().map(lambda each: quoted(time_text(each))),
    "span": DURATIONS.map(lambda each: quoted(duration_text(each))),
    "ref": st.uuids().map(lambda each: quoted(str(each))),
    "data": st.binary(max_size=20).map(lambda each: quoted(f"\\\\x{each.hex()}")),
    "extra": JSON_VALUES.map(lambda each: json.dumps(each, separators=(",", ":"), ensure_ascii=False)),
    "kind": st.sampled_from(['"a"', '"b"']),
    "words": st.lists(TEXTS.map(lambda each: each[:3]), max_size=4).map(json.dumps),
    "numbers": st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4).map(lambda each: f"[{','.join(map(str, each))}]"),
    "prices": st.lists(decimals(6, 2), max_size=4).map(lambda each: f"[{','.join(padded(item, 2) for item in each)}]"),
    "days": st.lists(st.dates(), max_size=4).map(lambda each: f"[{','.join(quoted(str(item)) for item in each)}]"),
}  # fmt: skip
BY_VALUE = frozenset({"text", "words"})
"""Texts have several spellings in JSON: what they stand for is compared."""


@pytest.fixture(scope="module")
def filled(database_kinds: list[str], new_url: Callable[[str], str], run: Any) -> Iterator[dict[str, Database]]:
    databases = {kind: open_database(new_url(kind)) for kind in database_kinds}
    for database in databases.values():
        run(database.open())
        for statement in database.dialect.ddl.statements(tables_of(BLUEPRINT, database.dialect)):
            run(database.execute(statement))
    yield databases
    for database in databases.values():
        run(database.close())


async def kept(database: Database, values: dict[str, Any]) -> dict[str, str]:
    """The JSON of the values after the database kept them."""
    dialect, entity = database.dialect, THING.entity
    fields = [THING.stored[name] for name in values]
    table = dialect.quote(entity.table)
    names = ", ".join(dialect.quote(field.column) for field in fields)
    places = ", ".join(dialect.placeholder(number, field.type) for number, field in enumerate(fields, 1))
    bound = [None if values[f.name] is None else dialect.encoder(f.type)(values[f.name]) for f in fields]
    await database.execute(f"DELETE FROM {table}")
    await database.execute_many(f"INSERT INTO {table} ({names}) VALUES ({places})", [bound])
    shown = [
        dialect.json(dialect.load(f"t.{dialect.quote(f.column)}", f), f.type, nullable=True, column=True)
        for f in fields
    ]
    (row,) = await database.fetch(f"SELECT {', '.join(shown)} FROM {table} AS t", [])
    return dict(zip(values, map(str, row), strict=True))


def test_every_type_is_drawn() -> None:
    checked_elsewhere = {"sku", "page", "slug", "picture", "rate", "made", "id"}
    assert set(FORMS) == set(THING.stored) - checked_elsewhere


@pytest.mark.every_postgres
def test_what_goes_in_comes_out(filled: dict[str, Database], run: Any) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize="BACKSMITH_EXAMPLES" not in os.environ,
    )
    @given(
        st.fixed_dictionaries(
            {
                name: form if name == "words" else form | st.sampled_from(["null"])
                for name, form in FORMS.items()
            }
        )
    )  # fmt: skip
    def check(members: dict[str, str]) -> None:
        content = "{" + ",".join(f'"{name}":{text}' for name, text in members.items()) + "}"
        now = {"made": datetime(2026, 1, 23, tzinfo=UTC)}
        values = {**read("Thing", content.encode()).values, **now}
        found = {kind: run(kept(database, values)) for kind, database in filled.items()}
        first, *others = found.values()
        assert all(other == first for other in others)
        for name, text in members.items():
            if name in BY_VALUE:
                assert json.loads(first[name]) == json.loads(text)
            else:
                assert first[name] == text, name

    check()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize="BACKSMITH_EXAMPLES" not in os.environ)
@given(st.dictionaries(st.sampled_from([*THING.stored, "nonsense"]), ANYTHING, max_size=6))
def test_any_json_is_read_or_refused(members: dict[str, Any]) -> None:
    try:
        read("Thing", members, "update")
    except RequestError as error:
        kind = error.kind.slug
    else:
        kind = "invalid"
    assert kind == "invalid"


@settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize="BACKSMITH_EXAMPLES" not in os.environ)
@given(st.binary(max_size=60), st.sampled_from(["application/json", "text/csv", "application/x-www-form-urlencoded"]))
def test_any_bytes_are_read_or_refused(content: bytes, content_type: str) -> None:
    try:
        body("Thing", content, "create", content_type=content_type)
    except RequestError as error:
        kind = error.kind.slug
    else:
        kind = "invalid"
    assert kind in ("invalid", "bad-body")

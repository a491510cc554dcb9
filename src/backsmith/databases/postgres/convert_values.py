"""Values of one type as values of another in PostgreSQL's SQL; what it says is what `sqlite.convert_functions` says."""

from __future__ import annotations

from collections.abc import Callable

from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Sealed,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases import value_patterns as patterns
from backsmith.databases.postgres.convert_texts import (
    FIRST_DAY,
    FIRST_INSTANT,
    LAST_DAY,
    LAST_INSTANT,
    Sql,
    both,
    guarded,
    literal,
    number_of,
    read_text,
    write_text,
)
from backsmith.databases.postgres.parameter_types import parameter_type

WriteJson = Callable[[str, Type], str]
"""SQL of the JSON text of a value: `Dialect.json`."""


def convert(value: str, was: Type, becomes: Type, write_json: WriteJson) -> Sql | None:
    """The value in the other type; None where no value could be had."""
    match was, becomes:
        case (Sealed(), _) | (_, Sealed()):
            return None
        case (Json(), Json()) | (Bytes(), Bytes()):
            return Sql(value, "true")
        case List(item), List(other):
            return _each(value, item, other, write_json)
        case Text(), Json():
            return read_text(value, becomes)
        case List(), Json():
            return Sql(f"({write_json(value, was)})::json", "true")
        case _, Json():
            text = write_text(value, was)
            return Sql(f"CASE WHEN {text.valid} THEN ({write_json(value, was)})::json END", text.valid)
        case Json(), List(item):
            return _list_of(value, item)
        case Json(), Text():
            return read_text(f"({value})::text", becomes)
        case Json(), _:
            return _scalar_of(value, becomes)
        case List(), Text():
            return read_text(write_json(value, was), becomes)
        case Text(), List(item):
            json = read_text(value, Json())
            found = _list_of(json.value, item)
            return guarded(both(json.valid, found.valid), found.value)
        case Text(), _:
            return read_text(value, becomes)
        case List(), _:
            return None
        case _, Text() | Enum():
            text = write_text(value, was)
            found = read_text(text.value, becomes)
            return Sql(found.value, both(text.valid, found.valid))
        case _:
            return _between(value, was, becomes)


def _between(value: str, was: Type, becomes: Type) -> Sql | None:
    """Types that are neither texts nor made of others."""
    match was, becomes:
        case Boolean(), Integer():
            return Sql(f"({value})::integer", "true")
        case Integer(), Boolean():
            return guarded(f"{value} IN (0, 1)", f"({value} = 1)")
        case (Integer() | Float() | Numeric(), Integer() | Float() | Numeric()):
            return _number(value, was, becomes)
        case Date(), DateTime():
            return guarded(f"{value} BETWEEN {FIRST_DAY} AND {LAST_DAY}", f"(({value})::timestamp AT TIME ZONE 'UTC')")
        case DateTime(), Date() | Time():
            valid = f"{value} BETWEEN {FIRST_INSTANT} AND {LAST_INSTANT}"
            return guarded(valid, f"({value} AT TIME ZONE 'UTC')::{parameter_type(becomes)}")
        case Uuid(), Bytes():
            return Sql(f"decode(replace(({value})::text, '-', ''), 'hex')", "true")
        case Bytes(), Uuid():
            return guarded(f"length({value}) = 16", f"encode({value}, 'hex')::uuid")
        case _ if type(was) is type(becomes):
            return Sql(value, "true")
        case _:
            return None


def _number(value: str, was: Type, becomes: Type) -> Sql:
    match was:
        case Float():  # by its text: a cast to numeric rounds to 15 digits
            number, finite = f"({value})::text::numeric", f"abs({value}) < 'infinity'"
        case Numeric():
            number, finite = value, f"{value} NOT IN ('NaN', 'infinity', '-infinity')"
        case _:
            number, finite = f"({value})::numeric", "true"
    found = number_of(number, becomes)
    return found if finite == "true" else guarded(both(finite, found.valid), found.value)


def _scalar_of(value: str, becomes: Type) -> Sql:
    """What a JSON text, number or boolean is as a value of the type."""
    kind = f"json_typeof({value})"
    text = f"({value} #>> '{{}}')"
    match becomes:
        case Integer() | Numeric() | Float():
            found, fits = read_text(f"({value})::text", becomes), f"{kind} = 'number'"
        case Boolean():
            found, fits = Sql(f"({text} = 'true')", "true"), f"{kind} = 'boolean'"
        case _:
            readable = f"({value})::text !~ {literal(patterns.JSON_UNREADABLE)}"
            found, fits = read_text(text, becomes), f"{kind} = 'string' AND {readable}"
    return guarded(both(fits, found.valid), found.value)


def _list_of(value: str, item: Type) -> Sql:
    """A JSON array as a list, if all of its items have a value of the list's type."""
    found = _scalar_of("item", item)
    rows = f"json_array_elements({value}) WITH ORDINALITY AS items(item, place)"
    is_null = "json_typeof(item) = 'null'"
    none_else = f"NOT EXISTS (SELECT 1 FROM {rows} WHERE NOT ({is_null} OR {found.valid}))"
    valid = both(f"json_typeof({value}) = 'array'", none_else)
    array = f"ARRAY(SELECT CASE WHEN {is_null} THEN NULL ELSE {found.value} END FROM {rows} ORDER BY place)"
    return guarded(valid, f"{array}::{parameter_type(item)}[]")


def _each(value: str, item: Type, other: Type, write_json: WriteJson) -> Sql | None:
    found = convert("item", item, other, write_json)
    if found is None:
        return None
    rows = f"unnest({value}) WITH ORDINALITY AS items(item, place)"
    valid = f"NOT EXISTS (SELECT 1 FROM {rows} WHERE item IS NOT NULL AND NOT ({found.valid}))"
    if found.valid == "true":
        valid = "true"
    array = f"ARRAY(SELECT {found.value} FROM {rows} ORDER BY place)::{parameter_type(other)}[]"
    return guarded(f"{value} IS NOT NULL AND {valid}", array)._replace(valid=valid)


def same(one: str, other: str, type: Type) -> str:
    """Whether two values are one; of JSON to the letter."""
    if isinstance(type, Json):
        one, other = f"({one})::text", f"({other})::text"
    return f"{one} IS NOT DISTINCT FROM {other}"

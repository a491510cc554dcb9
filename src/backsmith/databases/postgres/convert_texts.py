"""Values as their canonical texts in PostgreSQL's SQL, and texts as values, which is where no cast may fail."""

from __future__ import annotations

from typing import NamedTuple

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
    Numeric,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases import value_patterns as patterns
from backsmith.databases.postgres.parameter_types import parameter_type

FIRST_DAY, LAST_DAY = "'0001-01-01'::date", "'9999-12-31'::date"
FIRST_INSTANT = "'0001-01-01 00:00:00+00'::timestamptz"
LAST_INSTANT = "'9999-12-31 23:59:59.999999+00'::timestamptz"
_LONGEST_DURATION = "'106751991 days'::interval"
_SPACE = r"E' \t\n\r\x0b\x0c'"


class Sql(NamedTuple):
    """SQL of a value in the internal form of its type; null where there is none."""

    value: str
    valid: str
    """SQL of a condition, true or false for what isn't null: whether it has a value."""


def literal(text: str) -> str:
    """A text as a constant."""
    return "'" + text.replace("'", "''") + "'"


def guarded(valid: str, value: str) -> Sql:
    """A value that may be worked out only where the condition holds: PostgreSQL keeps no order but that of CASE."""
    return Sql(f"CASE WHEN {valid} THEN {value} END", valid)


def matches(text: str, pattern: str) -> str:
    """Whether a text is all of the pattern."""
    return f"{text} ~ {literal(f'^(?:{pattern})$')}"


def both(first: str, second: str) -> str:
    """A condition whose second part is asked only where the first holds."""
    return f"CASE WHEN {first} THEN {second} ELSE false END"


def write_text(value: str, was: Type) -> Sql:
    """The canonical text of a value: as the API writes it, without quotes."""
    match was:
        case Boolean():
            return Sql(f"CASE {value} WHEN true THEN 'true' WHEN false THEN 'false' END", "true")
        case Date():
            return guarded(f"{value} BETWEEN {FIRST_DAY} AND {LAST_DAY}", f"(to_json({value}) #>> '{{}}')")
        case DateTime():
            text = f"(to_json({value} AT TIME ZONE 'UTC') #>> '{{}}') || '+00:00'"
            return guarded(f"{value} BETWEEN {FIRST_INSTANT} AND {LAST_INSTANT}", f"({text})")
        case Float():
            return Sql(f"(({value}) + 0)::text", "true")
        case Numeric(places=places, padded=padded):
            return Sql(f"round({value}, {places})::text" if padded else f"trim_scale({value})::text", "true")
        case Duration():
            valid = f"{value} BETWEEN -{_LONGEST_DURATION} AND {_LONGEST_DURATION}"
            return guarded(valid, f"justify_hours({value})::text")
        case Bytes():
            return Sql(rf"('\x' || encode({value}, 'hex'))", "true")
        case Text() | Enum():
            return Sql(value, "true")
        case _:
            return Sql(f"({value})::text", "true")


def read_text(value: str, becomes: Type) -> Sql:
    """The value that a text says."""
    value = f'({value}) COLLATE "C"'
    text = f"btrim({value}, {_SPACE})"
    cast = f"({text})::{parameter_type(becomes)}"
    match becomes:
        case Text(max_length=longest, min_length=shortest):
            least = [] if shortest is None else [f"length({value}) >= {shortest}"]
            most = [] if longest is None else [f"length({value}) <= {longest}"]
            return guarded(" AND ".join([*least, *most]), f"({value})") if least or most else Sql(f"({value})", "true")
        case Enum(values):
            return guarded(f"{value} IN ({', '.join(map(literal, values))})", f"({value})")
        case Integer() | Numeric() | Float():
            return _number(text, becomes)
        case Boolean():
            word = f"lower({text})"
            true, false = (", ".join(map(literal, words)) for words in (patterns.TRUE, patterns.FALSE))
            return guarded(f"{word} IN ({true}, {false})", f"({word} IN ({true}))")
        case DateTime():
            has_zone = matches(text, f".*:.*{patterns.ZONE}")
            zoned = f"({text} || CASE WHEN {has_zone} THEN '' ELSE ' +00' END)::timestamptz"
            within = f"{zoned} BETWEEN {FIRST_INSTANT} AND {LAST_INSTANT}"
            return guarded(both(matches(text, patterns.DATETIME), within), zoned)
        case Bytes():
            return guarded(matches(text, patterns.BYTES), f"decode(substr({text}, 3), 'hex')")
        case Json():
            return guarded(_is_json(value), f"({value})::json")
        case Date():
            return guarded(matches(text, patterns.DATE), cast)
        case Time():
            return guarded(matches(text, patterns.TIME), cast)
        case Duration():
            return guarded(matches(text, patterns.DURATION), cast)
        case Uuid():
            return guarded(matches(text, patterns.UUID), cast)
        case _:
            return Sql("NULL", "false")


def number_of(number: str, becomes: Type) -> Sql:
    """A finite numeric as a value of a type of numbers, rounded half away from zero."""
    match becomes:
        case Integer(bits):
            low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
            return guarded(f"round({number}) BETWEEN {low} AND {high}", f"round({number})::bigint")
        case Float():
            least, most = (f"{bound}::numeric" for bound in (patterns.SMALLEST_FLOAT, patterns.LARGEST_FLOAT))
            valid = f"({number} = 0 OR abs({number}) BETWEEN {least} AND {most})"
            return guarded(valid, f"(({number})::double precision + 0)")
        case Numeric(digits=int(digits), places=places):
            limit = f"(10::numeric ^ {digits - places})"
            return guarded(f"abs(round({number}, {places})) < {limit}", f"round({number}, {places})")
        case Numeric():
            return Sql(number, "true")
        case _:
            return Sql("NULL", "false")


def _number(text: str, becomes: Integer | Numeric | Float) -> Sql:
    match becomes:
        case Integer():
            pattern = patterns.INTEGER
        case Numeric():
            pattern = patterns.DECIMAL
        case Float():
            pattern = patterns.FLOAT
    found = number_of(f"({text})::numeric", becomes)
    is_number = f"length({text}) <= {patterns.LONGEST} AND {matches(text, pattern)}"
    return guarded(both(is_number, found.valid), found.value)


def _is_json(text: str) -> str:
    """PostgreSQL 15 has no other way to tell JSON without an error for what is none."""

    def replaced(sql: str, pattern: str, by: str) -> str:
        return f"regexp_replace({sql}, {literal(pattern)}, '{by}', 'g')"

    left = replaced(text, patterns.JSON_TEXT, '""')
    left = replaced(replaced(left, patterns.JSON_SCALAR, "0"), patterns.JSON_SPACE, "")
    for _ in range(patterns.JSON_DEPTH):
        left = replaced(left, patterns.JSON_NESTED, "0")
    return f"""{left} IN ('0', '""')"""

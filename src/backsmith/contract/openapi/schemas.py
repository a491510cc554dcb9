"""Types and members -> JSON Schema (2020-12).

What a request gives is held to all that is known of it: lengths, patterns, bounds. Of what a reply shows, only what is
always so is said: rows of a database that was adopted may be older than the rules for new ones.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from math import ceil, floor
from typing import Any, assert_never

from backsmith.blueprint.blueprint import Bounds
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
    Sealed,
    Text,
    Time,
    Uuid,
)
from backsmith.contract.contract import Bytestream, Either, Many, Mapped, Member, Ref, ShapeType
from backsmith.contract.examples import constant_of
from backsmith.contract.openapi import patterns
from backsmith.contract.openapi.members import Way, told_of_member

Schema = dict[str, Any]
FILE = "File"
"""The name of the schema of what is known of a file."""
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


class Schemas:
    """Makes schemas. Those of shapes are referred to by name."""

    def __init__(self, refer: Callable[[str], Schema], max_list: int | None = None) -> None:
        """`refer` gives the reference to a shape's schema, or to that of files; `max_list` is how many items a list of
        a body has at most."""
        self._refer = refer
        self._most = {} if max_list is None else {"maxItems": max_list}

    def member(self, member: Member, way: Way) -> Schema:
        """The schema of a member, with what people want to know of it."""
        schema = self.of(member.type, way, member.bounds, nullable=member.nullable)
        if member.choices and way == "given" and not member.nullable:
            schema = {**schema, "enum": list(member.choices)}
        told = told_of_member(member, way)
        if told:
            schema = {**schema, "description": told}
        if way == "given" and (default := constant_of(member)) is not None:
            schema = {**schema, "default": default}
        if member.deprecated is not None:
            schema = {**schema, "deprecated": True}
            if member.sunset is not None:
                schema["x-sunset"] = member.sunset
        return schema

    def of(self, type: ShapeType, way: Way, bounds: Bounds | None = None, *, nullable: bool = False) -> Schema:
        """The schema of a type."""
        schema = self._plain(type, way)
        if bounds is not None and way == "given":
            schema = {**schema, **_bounded(bounds, type)}
        return or_null(schema) if nullable else schema

    def _plain(self, type: ShapeType, way: Way) -> Schema:
        given = way == "given"
        match type:
            case Text():
                return _text(type) if given else _shown_text(type)
            case Integer(bits):
                end = 2 ** (bits - 1)
                return {"type": "integer", "format": f"int{max(bits, 32)}", "minimum": -end, "maximum": end - 1}
            case Float():
                return {"type": "number", "format": "double"}
            case Numeric():
                return _decimal(type) if given else {"type": "number", "format": "decimal"}
            case Boolean():
                return {"type": "boolean"}
            case Date():
                return {"type": "string", "format": "date"}
            case DateTime():
                return {"type": "string", "format": "date-time"}
            case Time():
                return {"type": "string", "format": "time-local", **_pattern(patterns.TIME, given)}
            case Duration():
                return {"type": "string", "format": "duration", **_pattern(patterns.DURATION, given)}
            case Uuid():
                return {"type": "string", "format": "uuid"}
            case Bytes():
                return {"type": "string", "pattern": patterns.whole(patterns.BYTES)}
            case Json(format="file"):
                return {"type": "null"} if given else self._refer(FILE)
            case Json():
                return {}
            case Enum(values):
                return {"type": "string", "enum": list(values)}
            case List(item):
                most = self._most if given else {}
                return {"type": "array", "items": self._plain(item, way), **most}
            case Sealed(of):
                return self._plain(of, way)
            case Ref(shape):
                return self._refer(shape)
            case Many(item, nullable):
                return {"type": "array", "items": self.of(item, way, nullable=nullable)}
            case Mapped(value):
                return {"type": "object", "additionalProperties": self.of(value, way)}
            case Either(of):
                return {"anyOf": [self.of(each, way) for each in of]}
            case Bytestream():
                return {"type": "string", "format": "binary"}
            case _:
                assert_never(type)


def or_null(schema: Schema) -> Schema:
    """The schema of the same, or null."""
    match schema:
        case {"type": "null"}:
            return schema
        case {"type": str(type), **others}:
            values = {"enum": [*others["enum"], None]} if "enum" in others else {}
            return {"type": [type, "null"], **others, **values}
        case {"anyOf": _}:
            return {"anyOf": [*schema["anyOf"], {"type": "null"}]}
        case {"$ref": _}:
            return {"anyOf": [schema, {"type": "null"}]}
        case _:
            return schema


def _text(type: Text) -> Schema:
    schema: Schema = {"type": "string"}
    match type.format:
        case "email":
            schema |= {"format": "email", "pattern": patterns.whole(patterns.EMAIL), "maxLength": 254}
        case "url":
            schema |= {"format": "uri", "pattern": patterns.whole(patterns.URL)}
        case "slug":
            schema |= {"pattern": patterns.whole(patterns.SLUG)}
        case None:
            if type.pattern is not None:
                schema["pattern"] = type.pattern
    if type.min_length:
        schema["minLength"] = type.min_length
    if type.max_length is not None:
        schema["maxLength"] = min(type.max_length, schema.get("maxLength", type.max_length))
    return schema


def _shown_text(type: Text) -> Schema:
    format = {"email": "email", "url": "uri"}.get(type.format or "")
    return {"type": "string"} if format is None else {"type": "string", "format": format}


def _decimal(type: Numeric) -> Schema:
    schema: Schema = {"type": "number", "format": "decimal"}
    if type.digits is None:
        return schema
    unit = Decimal((0, (1,), -type.places))
    largest = Decimal(10) ** (type.digits - type.places) - unit
    return {**schema, "multipleOf": _number(unit), "minimum": _number(-largest), "maximum": _number(largest)}


def _pattern(pattern: str, given: bool) -> Schema:
    return {"pattern": patterns.whole(pattern)} if given else {}


def _bounded(bounds: Bounds, type: ShapeType) -> Schema:
    """The keywords of bounds. Those of times are told in words, for JSON Schema has none."""
    if not isinstance(type, Integer | Float | Numeric):
        return {}
    found: Schema = {}
    for name, keyword in _BOUNDS.items():
        text = getattr(bounds, name)
        if text is not None and isinstance(type, Integer):  # whole numbers have a next one
            found["minimum" if name in ("ge", "gt") else "maximum"] = _nearest(text, name)
        elif text is not None:
            found[keyword] = _number(Decimal(text))
    if bounds.multiple_of is not None and Decimal(bounds.multiple_of):
        found["multipleOf"] = _number(Decimal(bounds.multiple_of))
    return found


def _nearest(text: str, name: str) -> int:
    """The whole number nearest to a bound that is within it."""
    match name:
        case "ge":
            return ceil(Decimal(text))
        case "gt":
            return floor(Decimal(text)) + 1
        case "le":
            return floor(Decimal(text))
        case _:
            return ceil(Decimal(text)) - 1


def _number(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value

"""What a schema lets through: one flat noun, and what two of them let through together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from backsmith.contract.diff.documents import Node


class End(NamedTuple):
    """An end of a range."""

    value: Decimal
    open: bool


@dataclass(frozen=True)
class Choice:
    """Alternatives."""

    kind: str
    of: tuple[Node, ...]


@dataclass(frozen=True)
class Flat:
    """What a schema lets through. None: it doesn't say."""

    types: frozenset[str] | None = None
    nullable: bool | None = None
    values: Mapping[str, Any] | None = None
    """By their canonical JSON."""
    open_values: bool = False
    """More values may come at any time (`x-extensible-enum`)."""
    format: str | None = None
    minimum: End | None = None
    maximum: End | None = None
    multiple_of: Decimal | None = None
    min_length: int | None = None
    max_length: int | None = None
    patterns: frozenset[str] = frozenset()
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool = False
    min_properties: int | None = None
    max_properties: int | None = None
    items: Node | None = None
    properties: Mapping[str, Node] = field(default_factory=dict[str, Node])
    required: frozenset[str] = frozenset()
    additional: Node | bool | None = None
    choices: tuple[Choice, ...] = ()
    discriminator: Node | None = None
    conditions: tuple[Node, ...] = ()
    """Schemas with `if`."""
    others: Mapping[str, Node] = field(default_factory=dict[str, Node])
    """Keywords that only narrow, by their names: `not`, `contains`, `dependentRequired`."""
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False
    sunset: str | None = None
    default: str | None = None
    """Canonical JSON."""
    nothing: bool = False
    """It lets nothing through."""


def merged(one: Flat, other: Flat) -> Flat:
    """What both let through."""
    return Flat(
        types=_types(one.types, other.types),
        nullable=one.nullable and other.nullable if None not in (one.nullable, other.nullable)
        else other.nullable if one.nullable is None else one.nullable,
        values=_either(one.values, other.values, _in_both),
        open_values=one.open_values or other.open_values,
        format=one.format or other.format,
        minimum=nearer(one.minimum, other.minimum, 1),
        maximum=nearer(one.maximum, other.maximum, -1),
        multiple_of=_either(one.multiple_of, other.multiple_of, max),
        min_length=_either(one.min_length, other.min_length, max),
        max_length=_either(one.max_length, other.max_length, min),
        patterns=one.patterns | other.patterns,
        min_items=_either(one.min_items, other.min_items, max),
        max_items=_either(one.max_items, other.max_items, min),
        unique_items=one.unique_items or other.unique_items,
        min_properties=_either(one.min_properties, other.min_properties, max),
        max_properties=_either(one.max_properties, other.max_properties, min),
        items=_either(one.items, other.items, _both),
        properties={name: _either(one.properties.get(name), other.properties.get(name), _both)
                    for name in (*one.properties, *(each for each in other.properties if each not in one.properties))},
        required=one.required | other.required,
        additional=_closer(one.additional, other.additional),
        choices=one.choices + other.choices,
        discriminator=one.discriminator or other.discriminator,
        conditions=one.conditions + other.conditions,
        others={**other.others, **one.others},
        read_only=one.read_only or other.read_only,
        write_only=one.write_only or other.write_only,
        deprecated=one.deprecated or other.deprecated,
        sunset=one.sunset or other.sunset,
        default=one.default if one.default is not None else other.default,
        nothing=one.nothing or other.nothing,
    )  # fmt: skip


def _either(one: Any, other: Any, both: Any) -> Any:
    return other if one is None else one if other is None else both(one, other)


def _in_both(one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in one.items() if key in other}


def _both(one: Node, other: Node) -> Node:
    return one if one.value == other.value else Node({"allOf": [one.value, other.value]}, one.pointer)


def _types(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    found = one & other
    if ("integer" in one and "number" in other) or ("integer" in other and "number" in one):
        found |= {"integer"}
    return found


def _closer(one: Node | bool | None, other: Node | bool | None) -> Node | bool | None:
    if one is False or other is False:
        return False
    if isinstance(one, Node) and isinstance(other, Node):
        return _both(one, other)
    return one if isinstance(one, Node) else other if isinstance(other, Node) else one if one is not None else other


def nearer(one: End | None, other: End | None, sign: int) -> End | None:
    """The one of two ends that leaves less; `sign` is 1 for a minimum, -1 for a maximum."""
    ends = [end for end in (one, other) if end is not None]
    return max(ends, key=lambda end: (sign * end.value, end.open), default=None)

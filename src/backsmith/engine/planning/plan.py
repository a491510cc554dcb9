"""What a request asks for, with every name resolved and every right decided: frozen data, no behaviour.

Made by `resolve` from a grammar.Query, a Catalogue and an asker's Access; spelled by `spelling.statement`. A `slot` is
the number of a value of the request: values never stand in a plan, so one plan serves every request of its shape.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from backsmith.blueprint.blueprint import Entity, Field, Relation
from backsmith.blueprint.expressions import Node
from backsmith.blueprint.types import Type


class Step(Struct, frozen=True):
    """One step of a path into a JSON value: to a key or to a place in an array, as JSON (`->`) or as text (`->>`)."""

    key: str | int
    as_text: bool


class Value(Struct, frozen=True):
    """What is read of a row: a field, a path into it, a cast, an aggregate over it."""

    field: Field | None
    """None: the row itself, in count()."""
    type: Type
    """The type of the whole value, after path, cast and aggregate."""
    nullable: bool
    path: tuple[Step, ...] = ()
    cast: Type | None = None
    aggregate: Literal["count", "sum", "avg", "min", "max"] | None = None
    aggregate_cast: Type | None = None
    guard: Node | None = None
    """The value is null on rows where this does not hold: a rule that allows the row but not the field."""


class Key(Struct, frozen=True):
    """A member's name in the reply; one that the request chose reaches the database as a parameter only."""

    text: str
    chosen: bool = False


class Output(Struct, frozen=True):
    """A member of the reply's object."""

    key: Key
    value: Value


class Embed(Struct, frozen=True):
    """Related rows inside a row. `spread` puts their members into the row itself; `silent` shows nothing."""

    key: Key
    relation: Relation
    read: Read
    guard: Node | None = None
    """The link is not there on rows where this does not hold."""
    spread: bool = False
    silent: bool = False


class Operand(Struct, frozen=True):
    """Where a test's right side comes from: value `slot` of the request, or a word of the grammar (`null`, `true`)."""

    slot: int | None
    word: str | None = None


class Test(Struct, frozen=True):
    """A filter. SQL's three values: a test of a null is neither true nor false, so `negated` does not make it true."""

    value: Value
    operator: str
    operand: Operand
    negated: bool = False
    quantifier: Literal["any", "all"] | None = None
    language: str | None = None
    """Of a full-text search, PostgreSQL only."""


class Exists(Struct, frozen=True):
    """Whether the embed has a row."""

    embed: Embed
    negated: bool = False


class Junction(Struct, frozen=True):
    """Conditions joined by `and` or `or`."""

    operator: Literal["and", "or"]
    items: tuple[Condition, ...]
    negated: bool = False


class Predicate(Struct, frozen=True):
    """A condition written in Python (a rule, or a query of the application's own)."""

    node: Node


Condition = Test | Exists | Junction | Predicate


class Order(Struct, frozen=True):
    """A term of the order. `through` leads to the to-one row whose value orders."""

    value: Value
    descending: bool = False
    nulls_first: bool = False
    through: tuple[Embed, ...] = ()


class Read(Struct, frozen=True):
    """Rows of an entity: which, in what order, how many, and what is shown of each."""

    entity: Entity
    access: Node
    """The rule to read a row, for this kind of asker."""
    outputs: tuple[Output | Embed, ...]
    where: tuple[Condition, ...] = ()
    order: tuple[Order, ...] = ()
    limit: Operand | None = None
    offset: Operand | None = None
    most: int | None = None
    """Rows at the most, whatever the request says."""
    skip: int = 0
    """Rows left out at the beginning, where no request says it."""
    grouped: bool = False
    key_slots: tuple[int, ...] = ()
    """The slots of an item path's key."""
    after: tuple[int | None, ...] | None = None
    """Keyset paging: for each order term the slot of the last row's value, None where that value was null."""
    cursor: bool = False
    """Show each row's order values, from which the next page's cursor is made."""

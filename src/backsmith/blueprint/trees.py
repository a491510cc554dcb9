"""Looking into expression trees: the type of a node, whether it may be null, its parts, a changed copy of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import msgspec

from backsmith.blueprint.expressions import (
    AFTER,
    Aggregate,
    And,
    Arithmetic,
    Call,
    Compare,
    CurrentUser,
    FieldOf,
    Follow,
    HasRole,
    If,
    In,
    InList,
    IsNull,
    Literal,
    Node,
    Not,
    Now,
    Or,
    Row,
    This,
    Variable,
)
from backsmith.blueprint.types import Boolean, DateTime, Type


def type_of(node: Node) -> Type | None:
    """The type of the node's value; None for rows and for the literal None."""
    match node:
        case Literal(bool(), _):
            return Boolean()
        case Literal(_, type) | FieldOf(type=type) | Arithmetic(type=type) | Call(type=type) | If(type=type):
            return type
        case Aggregate(type=type):
            return type
        case Now():
            return DateTime()
        case Compare() | IsNull() | In() | InList() | HasRole() | And() | Or() | Not():
            return Boolean()
        case This() | Variable() | Follow() | CurrentUser():
            return None


def may_be_null(node: Node) -> bool:
    """Whether the node's value may be null. Of rows it is not known here: the relation of a `Follow` says it."""
    match node:
        case Literal(value, _):
            return value is None
        case FieldOf(nullable=nullable) | If(nullable=nullable) | Aggregate(nullable=nullable):
            return nullable
        case _:
            return False


def is_row(node: Node) -> bool:
    """Whether the node is a row, not a value."""
    return isinstance(node, This | Variable | Follow | CurrentUser)


def parts(node: Node) -> Iterator[Node]:
    """The nodes directly below, in the order in which Python evaluates them."""
    match node:
        case Aggregate():
            yield node.of
            for part in (node.where, node.value, node.default):
                if part is not None:
                    yield part
        case _:
            for name in node.__struct_fields__:
                value = getattr(node, name)
                if isinstance(value, Node):
                    yield value
                elif isinstance(value, tuple):
                    yield from (item for item in cast("tuple[Any, ...]", value) if isinstance(item, Node))


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for part in parts(node):
        yield from walk(part)


def changed(node: Node, change: Callable[[Node], Node]) -> Node:
    """A copy of the node with `change` applied to each node directly below; the node itself where nothing changed."""
    new: dict[str, Any] = {}
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, Node):
            replaced: Any = change(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            items = cast("tuple[Node, ...]", value)
            replaced = tuple(change(item) for item in items)
            if all(before is after for before, after in zip(items, replaced, strict=True)):
                continue
        else:
            continue
        if replaced is not value:
            new[name] = replaced
    return msgspec.structs.replace(node, **new) if new else node


def root(row: Row) -> Row:
    """The row that a path of to-one relations begins at."""
    while isinstance(row, Follow):
        row = row.of
    return row


def compared(node: Node) -> set[Variable]:
    """The row after an update, where the tree compares it with the row before; nothing elsewhere."""
    return {part for part in walk(node) if isinstance(part, Variable) and part.name == AFTER}


def shape(node: Node) -> Node:
    """The node with the variables that it binds named by their places, so that equal expressions give equal trees."""
    names: dict[str, str] = {}

    def rename(part: Node) -> Node:
        if isinstance(part, Aggregate):
            names[part.variable.name] = f"#{len(names)}"
        elif isinstance(part, Variable):
            return Variable(names.get(part.name, part.name), part.entity)
        return changed(part, rename)

    return rename(node)

"""Conditions for `Data.find`, written as comparisons on a class: `Order.status == "placed"`.

`Order.status` on the class is a `Path`; comparing one gives a frozen `Condition` that the engine resolves against the
blueprint. To a type checker `Order.status` has the type of the field and a comparison is a bool; `field(Order.status)`
is the same path with its own type, for what only paths can do: `field(Order.status).in_(["draft", "placed"])`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, cast

T = TypeVar("T")
Operator = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "startswith", "endswith"]


class Condition:
    """Something a row meets or doesn't. `&`, `|` and `~` combine conditions."""

    __slots__ = ()

    def __and__(self, other: Condition) -> Condition:
        return AllOf((self, other))

    def __or__(self, other: Condition) -> Condition:
        return AnyOf((self, other))

    def __invert__(self) -> Condition:
        return NoneOf((self,))

    def __bool__(self) -> bool:
        raise TypeError("A condition for the database has no truth here: write &, | and ~ for and, or and not.")


class Path(Generic[T]):
    """A field or relation of an entity, reached by name: `Line.order.customer.name`.

    Its own attributes begin with "_", so that every name of a field is free. `parts` gives them.
    """

    __slots__ = ("_entity", "_names")

    def __init__(self, entity: type, names: tuple[str, ...]) -> None:
        self._entity = entity
        self._names = names

    def __getattr__(self, name: str) -> Path[Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return Path(self._entity, (*self._names, name))

    def __eq__(self, other: object) -> Condition:  # type: ignore[override] - a comparison makes a condition
        return Comparison(self, "eq", other)

    def __ne__(self, other: object) -> Condition:  # type: ignore[override] - a comparison makes a condition
        return Comparison(self, "ne", other)

    def __lt__(self, other: object) -> Condition:
        return Comparison(self, "lt", other)

    def __le__(self, other: object) -> Condition:
        return Comparison(self, "le", other)

    def __gt__(self, other: object) -> Condition:
        return Comparison(self, "gt", other)

    def __ge__(self, other: object) -> Condition:
        return Comparison(self, "ge", other)

    def __and__(self, other: Condition) -> Condition:
        return Comparison(self, "eq", True) & other

    def __or__(self, other: Condition) -> Condition:
        return Comparison(self, "eq", True) | other

    def __invert__(self) -> Condition:
        return ~Comparison(self, "eq", True)

    def in_(self, values: Iterable[T]) -> Condition:
        """The value is one of `values`."""
        return Comparison(self, "in", tuple(values))

    def contains_(self, text: str) -> Condition:
        """The text has `text` in it."""
        return Comparison(self, "contains", text)

    def startswith_(self, text: str) -> Condition:
        """The text begins with `text`."""
        return Comparison(self, "startswith", text)

    def endswith_(self, text: str) -> Condition:
        """The text ends with `text`."""
        return Comparison(self, "endswith", text)

    def __hash__(self) -> int:
        return hash((self._entity, self._names))

    def __repr__(self) -> str:
        return ".".join((self._entity.__name__, *self._names))


def parts(path: Path[Any]) -> tuple[type, tuple[str, ...]]:
    """The entity's class that a path begins at, and the names it goes by."""
    return path._entity, path._names  # pyright: ignore[reportPrivateUsage] - see Path: public names belong to fields


@dataclass(frozen=True, slots=True, eq=False)
class Comparison(Condition):
    """The value at the path compared with a constant; None equals None."""

    path: Path[Any]
    operator: Operator
    value: Any

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Comparison)
            and parts(self.path) == parts(other.path)
            and (self.operator, self.value) == (other.operator, other.value)
        )

    def __hash__(self) -> int:
        return hash((parts(self.path), self.operator, self.value))


@dataclass(frozen=True, slots=True, eq=False)
class Some(Condition):
    """At least one of the rows that a relation leads to meets the conditions, which begin at its entity."""

    path: Path[Any]
    where: tuple[Condition | bool, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Some) and parts(self.path) == parts(other.path) and self.where == other.where

    def __hash__(self) -> int:
        return hash((parts(self.path), self.where))


@dataclass(frozen=True, slots=True)
class AllOf(Condition):
    """All of the conditions hold."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """At least one of the conditions holds."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf(Condition):
    """None of the conditions holds."""

    items: tuple[Condition, ...]


def field(value: T) -> Path[T]:
    """The path that `value`, an attribute of an entity's class, is."""
    if not isinstance(value, Path):
        raise TypeError("field() takes an attribute of an entity's class, such as field(Order.status).")
    return cast("Path[T]", value)


def some(relation: Sequence[object] | None, *where: Condition | bool) -> Condition:
    """At least one of the rows of a to-many relation meets all conditions: `some(Order.lines, Line.quantity > 3)`."""
    if not isinstance(relation, Path):
        raise TypeError("some() takes a relation of an entity's class, such as some(Order.lines, Line.quantity > 3).")
    return Some(cast("Path[Any]", relation), where)

"""What the spelling of expressions consists of, by name.

The parts that each database spells its own way, as abstract methods and defaults; and those by which `missing_rows`,
`relation_speller`, `value_speller` and `condition_speller` need one another.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from itertools import chain

from backsmith.blueprint.expressions import (
    And,
    Arithmetic,
    Literal,
    Node,
    Not,
    Or,
)
from backsmith.blueprint.trees import type_of
from backsmith.blueprint.types import List, Type
from backsmith.databases.rows import RowSpeller
from backsmith.databases.scopes import Link, Scope, equal

Item = tuple[Node, bool]
"""A condition, and whether it is negated."""


class Spelling(RowSpeller):
    """The words of one database, without the grammar."""

    # What the other parts of a speller need of each other ------------------------------------------------------

    @abstractmethod
    def _condition(self, node: Node, scope: Scope, negated: bool) -> str:
        """A condition (or its negation) about the rows of the scope: true, or not true."""

    @abstractmethod
    def _junction(self, items: list[Item], conjunctive: bool, scope: Scope, *, bare: bool = False) -> str:
        """Conditions joined by AND or OR, in parentheses unless `bare`."""

    @abstractmethod
    def _value(self, node: Node, scope: Scope) -> str:
        """A value in the internal form of its type."""

    @abstractmethod
    def _typed(self, node: Node, type: Type | None, scope: Scope) -> str:
        """A value in the internal form of a type that its own can be taken to."""

    # What databases spell differently ---------------------------------------------------------------------------

    @abstractmethod
    def _literal(self, node: Literal, type: Type) -> str:
        """A constant (not None) in the internal form of the type."""

    @abstractmethod
    def _converted(self, sql: str, source: Type, target: Type) -> str:
        """A number in the internal form of another type that holds it without loss."""

    @abstractmethod
    def _ordered(self, sql: str, type: Type) -> str:
        """The left side of <, <=, > or >=."""

    @abstractmethod
    def _text_equal(self, sql: str) -> str:
        """The left side of an = or <> of texts, neither of them constant."""

    @abstractmethod
    def _distinct(self, a: str, b: str) -> str:
        """`a != b`, null being a value like any other."""

    @abstractmethod
    def _not_distinct(self, a: str, b: str) -> str:
        """`a == b`, null being a value like any other."""

    @abstractmethod
    def _has_role(self, role: str, roles: str) -> str:
        """Whether a text is in the list bound at `roles`."""

    @abstractmethod
    def _in_list(self, item: str, listed: str) -> str:
        """Whether a value is in a list."""

    @abstractmethod
    def _list_length(self, listed: str) -> str:
        """How many items a list has."""

    @abstractmethod
    def _divide(self, a: str, b: str) -> str:
        """The quotient as a float."""

    @abstractmethod
    def _absolute(self, sql: str, type: Type) -> str:
        """The number, or the length of time, without its sign."""

    @abstractmethod
    def _extreme(self, function: str, values: list[str], type: Type) -> str:
        """`minimum` or `maximum` of several values."""

    @abstractmethod
    def _ends(self, function: str, text: str, node: Node, part: str) -> str:
        """Whether a text `startswith` or `endswith` a part; `node` is what `part` was spelled from."""

    @abstractmethod
    def _text_call(self, function: str, text: str, part: str = "") -> str:
        """`lower`, `upper`, `strip`, `length` of a text, or whether it `contains` a part."""

    @abstractmethod
    def _time_arithmetic(self, node: Arithmetic, left: Type, right: Type, a: str, b: str) -> str:
        """+, - and * of dates, datetimes and lengths of time."""

    # What some spell differently --------------------------------------------------------------------------------

    def _compared(self, node: Node, type: Type, scope: Scope) -> str:
        """A side of a comparison."""
        return self._typed(node, type, scope)

    def _operand(self, node: Node, type: Type, scope: Scope) -> str:
        """A number to calculate with."""
        return self._typed(node, type, scope)

    def _divisor(self, node: Node, sql: str) -> str:
        """A divisor that the database may come to even where Python wouldn't."""
        return sql if isinstance(node, Literal) else f"nullif({sql}, 0)"

    def _equal(self, negated: bool, a: str, b: str, a_nullable: bool, b_nullable: bool) -> str:
        """`a == b`, null being equal to null. Plain `=` wherever it says the same, for the sake of indexes."""
        if not negated and not (a_nullable and b_nullable):
            return f"{a} = {b}"
        if not (a_nullable or b_nullable):
            return f"{a} <> {b}"
        return self._distinct(a, b) if negated else self._not_distinct(a, b)

    def _list_item(self, item: Node, listed: Node, scope: Scope) -> str:
        type = type_of(listed)
        assert isinstance(type, List)
        return self._typed(item, type.item, scope)

    def _exists(self, source: str, link: Link, condition: str, *, few: bool) -> str:
        """That there is a row with that link and condition. `few` says that the condition holds for few rows, and for
        the same ones whatever the link."""
        where = " AND ".join(part for part in (equal(link), condition) if part)
        return f"EXISTS (SELECT 1 FROM {source} WHERE {where})"


def items_of(node: Node, negated: bool, conjunctive: bool) -> Iterator[Item]:
    """The conditions that AND (or OR) joins, with `not` taken down to them."""
    match node:
        case Not(of):
            yield from items_of(of, not negated, conjunctive)
        case And(items) if conjunctive is not negated:
            yield from chain.from_iterable(items_of(item, negated, conjunctive) for item in items)
        case Or(items) if conjunctive is negated:
            yield from chain.from_iterable(items_of(item, negated, conjunctive) for item in items)
        case _:
            yield node, negated

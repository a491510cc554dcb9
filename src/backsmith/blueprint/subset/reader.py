"""`Reader` takes one function's syntax to a tree: it holds what is known of the function and dispatches by syntax.

The other modules of this package each read a family of expressions; what they refuse they report to the reader with
what to write instead, and go on, so that one run finds all mistakes.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from types import FunctionType
from typing import Any, TypeVar, cast

import msgspec

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import AFTER, Aggregate, CurrentUser, FieldOf, Follow, If, Literal, Node, Row
from backsmith.blueprint.source import Positioned, Source
from backsmith.blueprint.subset import arithmetic, calls, comparisons, conditions, kinds, names, paths, refusals
from backsmith.blueprint.subset.constants import ConstantError, literal_of
from backsmith.blueprint.subset.places import Context, Failed, Many, Place
from backsmith.blueprint.trees import is_row, type_of
from backsmith.blueprint.types import Boolean, Type
from backsmith.errors import Problem

T = TypeVar("T")


class Reader:
    """Reads the expressions of one function. `problems` collects its mistakes."""

    def __init__(self, function: FunctionType, source: Source, context: Context) -> None:
        self.function = function
        self.source = source
        self.context = context
        self.problems: list[Problem] = []
        self.gives_condition = True
        """Whether the function's value is a condition, for hints that fit."""
        self.user_may_be_none = False
        self._variables: set[str] = {AFTER}
        self._closure = _closure(function)
        self._globals = function.__globals__

    # Mistakes ---------------------------------------------------------------------------------------------------

    def report(self, node: Positioned, code: str, message: str, hint: str | None = None) -> None:
        """Note a mistake and go on."""
        problem = self.source.problem(node, code, message, hint)
        if problem not in self.problems:
            self.problems.append(problem)

    def fail(self, node: Positioned, code: str, message: str, hint: str | None = None) -> Failed:
        """Note a mistake in an expression that has no meaning because of it; raise what this returns."""
        self.report(node, code, message, hint)
        return Failed()

    def refuse(self, node: Positioned, what: str, instead: str | None = None) -> Failed:
        """Note something beyond the subset; raise what this returns."""
        return self.fail(node, "unsupported-expression", f"{what} can't be compiled into SQL.", instead)

    def each(self, *reads: Callable[[], T]) -> list[T]:
        """The results of all reads; when one fails the others are still tried, so that their mistakes are found."""
        results: list[T] = []
        failed = False
        for read in reads:
            try:
                results.append(read())
            except Failed:
                failed = True
        if failed:
            raise Failed
        return results

    def text(self, node: ast.expr) -> str:
        """The node's source on one line, for messages."""
        return " ".join(self.source.text(node).split())

    def similar(self, name: str, known: Iterable[str]) -> str | None:
        """`Did you mean 'total'?`"""
        close = get_close_matches(name, list(known), n=1, cutoff=0.6)
        return f"Did you mean '{close[0]}'?" if close else None

    # Expressions ------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr, place: Place) -> Node:
        """Any value or row; it may be None."""
        found = self.anything(node, place)
        if isinstance(found, Many):
            raise self.fail(
                node,
                "wrong-type",
                f"'{self.text(node)}' is a list of rows, not a value.",
                f"Write `len({self.text(node)})`, or any(), all(), sum(), min() or max() over it.",
            )
        return found

    def anything(self, node: ast.expr, place: Place) -> Node | Many:
        """Any value, row or list of rows."""
        constant = names.constant(self, node, place)
        if constant is not names.NOT_CONSTANT:
            return self.literal(node, constant)
        match node:
            case ast.Name():
                return names.name(self, node, place)
            case ast.Attribute():
                return paths.attribute(self, node, place)
            case ast.Call():
                return calls.call(self, node, place)
            case ast.BoolOp():
                return conditions.junction(self, node, place)
            case ast.Compare():
                return comparisons.comparison(self, node, place)
            case ast.UnaryOp(op=ast.Not()):
                return conditions.negation(self, node, place)
            case ast.UnaryOp():
                return arithmetic.unary(self, node, place)
            case ast.BinOp():
                return arithmetic.binary(self, node, place)
            case ast.IfExp():
                return conditions.choice(self, node, place)
            case ast.JoinedStr():
                return arithmetic.joined(self, node, place)
            case _:
                what, instead = refusals.expression(node)
                raise self.refuse(node, what, instead)

    def literal(self, node: ast.expr, constant: object) -> Literal:
        """The literal of a constant that stands at `node`."""
        try:
            return literal_of(constant)
        except ConstantError as error:
            raise self.fail(node, "bad-constant", f"'{self.text(node)}' can't be used here: {error}.") from None

    def present(self, node: ast.expr, place: Place) -> Node:
        """A value or row that isn't None here."""
        return self.checked(node, self.value(node, place), place)

    def checked(self, node: ast.expr, value: Node, place: Place) -> Node:
        """`value`, read from `node`, where it mustn't be None."""
        if not self.may_be_none(value, place):
            if isinstance(value, FieldOf | If | Aggregate) and value.nullable:
                return msgspec.structs.replace(value, nullable=False)
            return value
        text = self.text(node)
        if isinstance(value, Literal):
            raise self.fail(node, "may-be-none", "None can't be used here.", "None can be compared with `is` alone.")
        match value:
            case FieldOf(of, field):
                what = f"{of.entity}.{field}"
            case Follow(of, relation):
                what = f"{of.entity}.{relation}"
            case _:
                what = f"'{text}'"
        raise self.fail(node, "may-be-none", f"{what} may be None here.", paths.guard(self, value, text))

    def may_be_none(self, value: Node, place: Place) -> bool:
        """Whether the value or row may be None where it stands."""
        match value:
            case Literal(constant, _):
                return constant is None
            case FieldOf(nullable=nullable) | If(nullable=nullable) | Aggregate(nullable=nullable):
                return nullable and not place.facts.is_present(value)
            case Follow(of, relation):
                return paths.is_optional(self.relation(of, relation)) and not place.facts.is_present(value)
            case CurrentUser():
                return self.user_may_be_none and not place.facts.is_present(value)
            case _:
                return False

    def condition(self, node: ast.expr, place: Place) -> Node:
        """Something that is true or false."""
        return self.as_condition(node, self.value(node, place), place)

    def as_condition(self, node: ast.expr, value: Node, place: Place) -> Node:
        """`value`, read from `node`, where a condition is needed."""
        type = type_of(value)
        if type == Boolean():
            return self.checked(node, value, place)
        text = self.text(node)
        if type is None or self.may_be_none(value, place):
            instead = f"Write `{text} is not None`."
        else:
            instead = kinds.instead_of_truth(type, text)
        what = "a row" if is_row(value) else kinds.name(type) if type else "None"
        raise self.fail(node, "not-a-condition", f"'{text}' is {what}, not a condition.", instead)

    def typed(self, node: ast.expr, place: Place) -> tuple[Node, Type]:
        """A value that isn't None here, with its type; rows are refused."""
        value = self.present(node, place)
        type = type_of(value)
        if type is None:
            text = self.text(node)
            raise self.fail(
                node, "wrong-type", f"'{text}' is a row, not a value.", f"Write which field is meant: `{text}.…`."
            )
        return value, type

    def entity(self, row: Node) -> Entity:
        """The entity that a row is of."""
        return self.context.entities[cast(Row, row).entity]

    def relation(self, row: Row, name: str) -> Relation:
        """The relation of that name from a row."""
        return next(relation for relation in self.entity(row).relations if relation.name == name)

    def fresh(self, name: str) -> str:
        """A name for a generator's variable that no other of this tree has."""
        unique, number = name, 1
        while unique in self._variables:
            number += 1
            unique = f"{name}{number}"
        self._variables.add(unique)
        return unique

    def global_value(self, name: str) -> Any:
        """What a name outside the function means; raises KeyError when nothing has it."""
        for values in (self._closure, self._globals):
            if name in values:
                return values[name]
        return vars(builtins)[name]

    def global_names(self) -> Iterable[str]:
        """All names outside the function, builtins apart."""
        return (*self._closure, *self._globals)


def _closure(function: FunctionType) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # the name gets its value only later
            continue
    return found

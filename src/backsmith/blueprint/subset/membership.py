"""`x in …`: constants and tuples, roles, lists, texts, rows of a relation."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from backsmith.blueprint.expressions import (
    FALSE,
    Aggregate,
    Call,
    Compare,
    CurrentUser,
    HasRole,
    In,
    InList,
    Node,
    Or,
    Row,
    Variable,
)
from backsmith.blueprint.subset import comparisons, kinds, names, paths
from backsmith.blueprint.subset.places import Many, Place
from backsmith.blueprint.trees import is_row, type_of
from backsmith.blueprint.types import Boolean, List

if TYPE_CHECKING:
    from backsmith.blueprint.subset.reader import Reader


def member(reader: Reader, left: ast.expr, right: ast.expr, place: Place) -> Node:
    """`left in right`."""
    options = names.collection(reader, right, place)
    if options is not None:
        literals = [(right, reader.literal(right, option)) for option in options]
        return _one_of(reader, left, literals, place)
    if isinstance(right, ast.Tuple | ast.List | ast.Set):
        elements = right.elts
        values = reader.each(*(lambda element=element: reader.value(element, place) for element in elements))
        return _one_of(reader, left, list(zip(elements, values, strict=True)), place)
    if isinstance(right, ast.Attribute) and right.attr == "roles":
        owner = reader.present(right.value, place)
        if isinstance(owner, CurrentUser):
            return HasRole(_text(reader, left, place))
    searched = paths.as_many(reader, reader.anything(right, place))
    if isinstance(searched, Many):
        return _related(reader, left, right, searched, place)
    searched = reader.checked(right, searched, place)
    match type_of(searched):
        case List(item):
            value, type = reader.typed(left, place)
            comparisons.check_common(reader, left, type, item)
            if kinds.places(type) > kinds.places(item):
                message = f"A number of the list has at most {kinds.places(item)} places after the point."
                raise reader.fail(left, "wrong-type", message)
            return InList(value, searched)
        case type if type is not None and kinds.kind(type) == "text":
            return Call("contains", (searched, _text(reader, left, place)), Boolean())
        case type:
            what = "a row" if type is None else kinds.name(type)
            instead = "Write `x in (a, b)`, `part in self.title`, `x in self.tags` or `row in self.relation`."
            raise reader.fail(right, "wrong-type", f"'{reader.text(right)}' is {what}: nothing is in it.", instead)


def _one_of(reader: Reader, left: ast.expr, options: Sequence[comparisons.Side], place: Place) -> Node:
    item = comparisons.known(reader, reader.value(left, place), place)
    for side in options:
        if not comparisons.is_none(side[1]):
            comparisons.check_equal(reader, (left, item), side)
    values = tuple(comparisons.known(reader, value, place) for _, value in options)
    if is_row(item):
        tests = tuple(comparisons.equal(item, value) for value in values)
        return tests[0] if len(tests) == 1 else Or(tests) if tests else FALSE
    return In(item, values)


def _related(reader: Reader, left: ast.expr, right: ast.expr, many: Many, place: Place) -> Node:
    """A row is one of those of a relation."""
    row = reader.present(left, place)
    target = many.relation.entity
    if not is_row(row) or cast(Row, row).entity != target:
        message = f"'{reader.text(left)}' is no {target}: '{reader.text(right)}' holds rows of {target}."
        raise reader.fail(
            left, "wrong-type", message, f"Write `any(… for x in {reader.text(right)})` to search by a field."
        )
    variable = Variable(reader.fresh(many.relation.name), target)
    equal = Compare("eq", variable, row)
    return Aggregate("any", many.of, many.relation.name, variable, None, equal, None, Boolean())


def _text(reader: Reader, node: ast.expr, place: Place) -> Node:
    value, type = reader.typed(node, place)
    if kinds.kind(type) != "text":
        raise reader.fail(node, "wrong-type", f"'{reader.text(node)}' is {kinds.name(type)}; a text is needed here.")
    return value

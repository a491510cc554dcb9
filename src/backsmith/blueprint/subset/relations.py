"""Over relations: any(), all(), sum(), min(), max() and len() of rows, `… for line in self.lines if …`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from backsmith.blueprint import expressions
from backsmith.blueprint.expressions import Aggregate, Arithmetic, Node, Variable
from backsmith.blueprint.subset import comparisons, kinds, paths
from backsmith.blueprint.subset.conditions import both
from backsmith.blueprint.subset.constants import value_of
from backsmith.blueprint.subset.places import Failed, Many, Place
from backsmith.blueprint.trees import type_of
from backsmith.blueprint.types import Boolean, Duration, Integer, Type

if TYPE_CHECKING:
    from backsmith.blueprint.subset.reader import Reader

Comprehension = ast.GeneratorExp | ast.ListComp


@dataclass(frozen=True)
class Loop:
    """One `for variable in rows if where`."""

    rows: Many
    variable: Variable
    where: Node | None

    def aggregate(
        self,
        function: Literal["count", "any", "all", "sum", "min", "max"],
        value: Node | None,
        type: Type,
        default: Node | None = None,
        nullable: bool = False,
    ) -> Aggregate:
        """The function over the loop's rows."""
        many = self.rows
        return Aggregate(
            function, many.of, many.relation.name, self.variable, self.where, value, default, type, nullable
        )


def quantified(reader: Reader, node: ast.Call, function: Literal["any", "all"], place: Place) -> Node:
    """any() or all() of a condition."""
    comprehension = _comprehension(reader, node, f"{function}(line.quantity > 1 for line in self.lines)")
    loops, place = _loops(reader, comprehension, place)
    value = reader.condition(comprehension.elt, place)
    for loop in reversed(loops):
        value = loop.aggregate(function, value, Boolean())
    return value


def summed(reader: Reader, node: ast.Call, place: Place) -> Node:
    """sum() of numbers or lengths of time, with what it begins at."""
    if not 1 <= len(node.args) <= 2 or any(word.arg != "start" for word in node.keywords):
        raise reader.fail(node, "wrong-type", "sum() takes a generator, and perhaps what it begins at.")
    first = [*node.args[1:], *(word.value for word in node.keywords)]
    start = reader.typed(first[0], place) if first else None
    comprehension = _comprehension(reader, node, "sum(line.quantity for line in self.lines)")
    loops, inner = _loops(reader, comprehension, place)
    value, type = reader.typed(comprehension.elt, inner)
    if type == Boolean():
        text = reader.text(comprehension.elt)
        raise reader.fail(
            comprehension.elt, "wrong-type", "Conditions can't be summed.", f"Write `sum(1 for … if {text})`."
        )
    if kinds.kind(type) not in kinds.NUMBERS | {"duration"}:
        raise reader.fail(comprehension.elt, "wrong-type", f"{kinds.sentence(type)} can't be summed.")
    if isinstance(type, Duration) and start is None:
        hint = "Write `sum(…, timedelta(0))`: Python begins at the number 0."
        raise reader.fail(node, "wrong-type", "A sum of timedeltas needs what it begins at.", hint)
    type = kinds.whole(type)
    if isinstance(value, expressions.Literal) and value.value == 1 and type == Integer():
        total = _nested("count", loops, None, Integer())
    else:
        total = _nested("sum", loops, value, type)
    return total if start is None else _begun(reader, first[0], start, total, type)


def _begun(reader: Reader, node: ast.expr, start: tuple[Node, Type], total: Node, type: Type) -> Node:
    """The sum with its start; a start of zero says the type alone."""
    value, start_type = start
    comparisons.check_common(reader, node, type, start_type)
    result = kinds.common(type, start_type)
    zero = isinstance(value, expressions.Literal) and not value_of(value)
    if zero and kinds.kind(start_type) == kinds.kind(type):
        return total
    return Arithmetic("add", total, value, kinds.whole(result or type))


def _nested(function: Literal["count", "sum"], loops: list[Loop], value: Node | None, type: Type) -> Node:
    """The function over the innermost loop, summed over the others."""
    total: Node = loops[-1].aggregate(function, value, type)
    for loop in reversed(loops[:-1]):
        total = loop.aggregate("sum", total, type)
    return total


def extreme(reader: Reader, node: ast.Call, function: Literal["min", "max"], place: Place) -> Node:
    """min() or max() over rows, with what it is where there are none."""
    example = f"{function}((line.price for line in self.lines), default=None)"
    comprehension = _comprehension(reader, node, example)
    words = {word.arg: word.value for word in node.keywords}
    if set(words) - {"default"}:
        raise reader.fail(node, "wrong-type", f"{function}() takes default= alone.", f"Write `{example}`.")
    loops, inner = _loops(reader, comprehension, place)
    value, type = reader.typed(comprehension.elt, inner)
    if kinds.kind(type) not in kinds.ORDERED:
        message = f"{kinds.sentence(type)} comes neither before nor after another."
        raise reader.fail(comprehension.elt, "wrong-type", message)
    if len(loops) > 1:
        raise reader.fail(node, "unsupported-expression", f"{function}() goes over one relation alone.")
    if "default" not in words:
        text = reader.text(node.args[0])
        text = text if text.startswith("(") else f"({text})"
        message = f"{function}() of no rows has no value."
        raise reader.fail(node, "wrong-type", message, f"Write `{function}({text}, default=None)`, or another default.")
    default = reader.value(words["default"], place)
    default_type = type_of(default)
    if default_type is not None:
        comparisons.check_common(reader, words["default"], type, default_type)
        type = kinds.common(type, default_type) or type
    nullable = reader.may_be_none(default, place)
    return loops[0].aggregate(function, value, type, comparisons.known(reader, default, place), nullable)


def counted(reader: Reader, node: ast.Call, comprehension: Comprehension, place: Place) -> Node:
    """len() of a list of rows that are chosen by a condition."""
    if isinstance(comprehension, ast.GeneratorExp):
        raise reader.fail(node, "wrong-type", "A generator has no length.", "Write `len([…])`, or `sum(1 for … if …)`.")
    loops, inner = _loops(reader, comprehension, place)
    reader.value(comprehension.elt, inner)
    return _nested("count", loops, None, Integer())


def count(reader: Reader, many: Many) -> Node:
    """len() of a relation."""
    variable = Variable(reader.fresh(many.relation.name), many.relation.entity)
    return Loop(many, variable, None).aggregate("count", None, Integer())


def _comprehension(reader: Reader, node: ast.Call, example: str) -> Comprehension:
    if not node.args or not isinstance(node.args[0], ast.GeneratorExp | ast.ListComp):
        raise reader.fail(
            node, "wrong-type", f"{reader.text(node.func)}() goes over the rows of a relation.", f"Write `{example}`."
        )
    return node.args[0]


def _loops(reader: Reader, comprehension: Comprehension, place: Place) -> tuple[list[Loop], Place]:
    """The loops, outermost first, and the place of the value."""
    loops: list[Loop] = []
    for clause in comprehension.generators:
        if clause.is_async or not isinstance(clause.target, ast.Name):
            raise reader.refuse(clause.target, "More than one name", "Write one name: `for line in self.lines`.")
        many = paths.as_many(reader, reader.anything(clause.iter, place))
        if not isinstance(many, Many):
            text = reader.text(clause.iter)
            message = f"'{text}' is no relation to many rows."
            raise reader.fail(clause.iter, "wrong-type", message, "Write `x in …` to search a list or a text.")
        variable = Variable(reader.fresh(clause.target.id), many.relation.entity)
        place = place.naming(clause.target.id, variable)
        wheres: list[Node] = []
        failed = False
        for test in clause.ifs:
            try:
                where = reader.condition(test, place)
            except Failed:
                failed, place = True, place.doubtful()
            else:
                wheres.append(where)
                place = place.knowing(where, True)
        if failed:
            reader.each(lambda place=place: reader.value(comprehension.elt, place))
            raise Failed
        loops.append(Loop(many, variable, both(*wheres) if len(wheres) > 1 else wheres[0] if wheres else None))
    return loops, place

"""Expressions over the rows of a relation: any() and all() as EXISTS, len(), sum(), min() and max() as subqueries."""

from __future__ import annotations

from typing import cast

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import (
    Aggregate,
    Literal,
    Node,
    Row,
    Variable,
)
from backsmith.blueprint.subset.constants import zero
from backsmith.blueprint.trees import is_row, root, walk
from backsmith.databases.missing_rows import MissingRows
from backsmith.databases.rows import relation_named
from backsmith.databases.scopes import Frame, Link, Place, Scope, equal
from backsmith.databases.spelling import Item, items_of


class RelationSpeller(MissingRows):
    """Spells what goes over rows."""

    def _quantified(self, node: Aggregate, scope: Scope, negated: bool) -> str:
        every = node.function == "all"
        items: list[Item] = [] if node.where is None else [(node.where, False)]
        items.append((cast(Node, node.value), every))
        frame, source, link, inner = self._rows(node, scope)
        condition = self._where(items, inner.valued() if every is not negated else inner)
        few = not every and not negated and self._is_few(items, True, node.variable)
        exists = self._exists(f"{source}{frame}", link, condition, few=few)
        return f"NOT {exists}" if every is not negated else exists

    def _aggregate(self, node: Aggregate, scope: Scope) -> str:
        frame, source, link, inner = self._rows(node, scope.valued())
        value = None if node.value is None else self._typed(node.value, node.type, inner)
        condition = self._where([] if node.where is None else [(node.where, False)], inner)
        where = " AND ".join(part for part in (equal(link), condition) if part)
        rows = f"FROM {source}{frame} WHERE {where}"
        if value is None:
            return f"(SELECT count(*) {rows})"
        if is_foreign(cast(Node, node.value), node.variable):
            # An aggregate of nothing but outer columns would belong to the outer query.
            row = self.alias("v")
            rows, value = f"FROM (SELECT {value} AS value {rows}) AS {row}", f"{row}.value"
        found = f"(SELECT {self.dialect.operators().aggregate(node.function, value, node.type)} {rows})"
        if node.function == "sum":
            return f"coalesce({found}, {self._literal(zero(node.type), node.type)})"
        if node.default is None or (isinstance(node.default, Literal) and node.default.value is None):
            return found
        return f"coalesce({found}, {self._typed(node.default, node.type, scope)})"

    def _rows(self, node: Aggregate, scope: Scope) -> tuple[Frame, str, Link, Scope]:
        """The rows of a relation: their frame and FROM, what links them to theirs, and the scope with the variable."""
        owner, target = self.entities[node.of.entity], self.entities[node.variable.entity]
        relation = relation_named(owner, node.relation)
        here = tuple(self._column(node.of, name, scope) for name in relation.fields)
        frame = Frame(open=True)
        if relation.through is not None:
            return self._rows_through(node, relation, target, here, scope, frame)
        alias = self.alias(node.variable.name)
        link = self._columns(target, relation.target_fields, alias, here)
        place = Place(frame, alias)
        return frame, f"{self.table(target)} AS {alias}", link, scope.having(node.variable, place)

    def _rows_through(
        self, node: Aggregate, relation: Relation, target: Entity, here: tuple[str, ...], scope: Scope, frame: Frame
    ) -> tuple[Frame, str, Link, Scope]:
        """The same through a join table, which holds the target's key: its own table is joined when more is needed."""
        through, quote = relation.through, self.dialect.quote
        assert through is not None
        joined = self.alias(through.table)
        columns = tuple(f"{joined}.{quote(column)}" for column in through.target_columns)

        def join() -> str:
            alias = self.alias(node.variable.name)
            on = equal(self._columns(target, relation.target_fields, alias, columns))
            frame.joins.append(f" JOIN {self.table(target)} AS {alias} ON {on}")
            return alias

        link = [(f"{joined}.{quote(column)}", value) for column, value in zip(through.columns, here, strict=True)]
        place = Place(frame, None, join, dict(zip(relation.target_fields, columns, strict=True)))
        source = f"{self._named(through.schema, through.table)} AS {joined}"
        return frame, source, link, scope.having(node.variable, place)

    def _where(self, items: list[Item], scope: Scope) -> str:
        """The conditions, or nothing where they always hold."""
        flat = [item for node, negated in items for item in items_of(node, negated, True)]
        flat = [item for item in flat if not (isinstance(item[0], Literal) and item[0].value is not item[1])]
        return self._junction(flat, True, scope, bare=True) if flat else ""


def is_foreign(value: Node, variable: Variable) -> bool:
    """Whether a value speaks of rows, but not of the variable's."""
    rows = {root(cast(Row, part)) for part in walk(value) if is_row(part)}
    return bool(rows) and variable not in rows

"""Conditions: and, or, not, comparisons, membership. `not` is taken down to the comparisons, each of which has its
opposite; null counts as not true throughout.
"""

from __future__ import annotations

from typing import cast

import msgspec

from backsmith.blueprint.expressions import (
    Aggregate,
    And,
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
    Or,
    Row,
)
from backsmith.blueprint.subset import kinds
from backsmith.blueprint.subset.facts import MIRRORED, OPPOSITE, implied
from backsmith.blueprint.trees import is_row, may_be_null, root, type_of
from backsmith.blueprint.types import Boolean, List, Text
from backsmith.databases.parameters import UserRoles
from backsmith.databases.rows import field_named
from backsmith.databases.scopes import Scope
from backsmith.databases.spelling import Item, items_of
from backsmith.databases.value_speller import ValueSpeller

SYMBOLS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


class ConditionSpeller(ValueSpeller):
    """Spells conditions."""

    def _condition(self, node: Node, scope: Scope, negated: bool) -> str:
        match node:
            case Not(of):
                return self._condition(of, scope, not negated)
            case And():
                return self._junction(list(items_of(node, negated, not negated)), not negated, scope)
            case Or():
                return self._junction(list(items_of(node, negated, negated)), negated, scope)
            case If(test, then, otherwise):
                when = self._condition(test, scope.valued(), False)
                a = self._condition(then, scope.knowing(implied(test, True)), negated)
                b = self._condition(otherwise, scope.knowing(implied(test, False)), negated)
                return f"CASE WHEN {when} THEN {a} ELSE {b} END"
            case _:
                missing = self._missing_in(node, scope)
                if missing is not None:
                    return self._exists_at(missing, [(node, negated)], True, scope)
                return self._leaf(node, scope, negated)

    def _junction(self, items: list[Item], conjunctive: bool, scope: Scope, *, bare: bool = False) -> str:
        """Conditions joined by AND or OR; those that need the same missing row are asked of it together."""
        if not items:
            return "TRUE" if conjunctive else "FALSE"
        # AND is false where one of the others is, and OR true, so each may take them to be otherwise.
        for node, negated in items:
            scope = scope.knowing(implied(node, conjunctive is not negated))
        groups: list[tuple[Row | None, list[Item]]] = []
        for item in items:
            missing = self._shared_missing(item[0], scope)
            group = next((group for row, group in groups if row == missing), None) if missing is not None else None
            if group is None:
                groups.append((missing, [item]))
            else:
                group.append(item)
        if not conjunctive and len(groups) > 1:
            groups = [(missing, [item]) for missing, group in groups for item in group]
        spelled = [
            self._condition(group[0][0], scope, group[0][1])
            if missing is None or len(group) == 1
            else self._exists_at(missing, group, conjunctive, scope)
            for missing, group in groups
        ]
        text = (" AND " if conjunctive else " OR ").join(spelled)
        return text if len(spelled) == 1 or bare else f"({text})"

    def _leaf(self, node: Node, scope: Scope, negated: bool) -> str:
        match node:
            case Literal(bool() as value, _):
                return "TRUE" if value is not negated else "FALSE"
            case Compare():
                return self._compare(node, scope, negated)
            case IsNull(of):
                return self._is_null(of, scope, negated)
            case In():
                return self._in(node, scope, negated)
            case HasRole(role):
                listed = self._has_role(self._value(role, scope), self.bind(UserRoles(), List(Text())))
                return f"NOT {listed}" if negated else listed
            case Aggregate(function="any" | "all"):
                return self._quantified(node, scope, negated)
            case FieldOf(of, name) if (computed := self._computed(of, name)) is not None:
                if isinstance(root(of), CurrentUser) and self._missing(of, name, scope) is not None:
                    return f"{'NOT ' if negated else ''}{self._field(of, name, scope)}"
                return self._condition(computed, Scope(self._joined(of, scope), either_way=scope.either_way), negated)
            case InList(item, listed):
                found = self._in_list(self._list_item(item, listed, scope), self._value(listed, scope))
                return f"({found}) IS NOT TRUE" if negated else found
            case _:
                return f"NOT {self._value(node, scope)}" if negated else self._value(node, scope)

    def _compare(self, node: Compare, scope: Scope, negated: bool) -> str:
        operator = OPPOSITE[node.operator] if negated else node.operator
        left, right = node.left, node.right
        if is_row(left):
            return self._same_row(cast(Row, left), cast(Row, right), scope, operator == "ne")
        if (some := some_rows(operator, left, right)) is not None:
            return self._leaf(some[0], scope, some[1])
        a_type, b_type = type_of(left), type_of(right)
        assert a_type is not None and b_type is not None
        type = kinds.common(a_type, b_type)
        assert type is not None
        a, b = self._compared(left, type, scope), self._compared(right, type, scope)
        if operator not in ("eq", "ne"):
            return f"{self._ordered(a, type)} {SYMBOLS[operator]} {b}"
        if isinstance(type, Text) and not any(isinstance(side, Literal) for side in (left, right)):
            a = self._text_equal(a)
        return self._equal(operator == "ne", a, b, may_be_null(left), may_be_null(right))

    def _same_row(self, a: Row, b: Row, scope: Scope, negated: bool) -> str:
        """Whether two rows are the same one: by their keys."""
        keys = (self._key(a, b, scope.facts), self._key(b, a, scope.facts))
        pairs = [Compare("eq", left, right) for left, right in zip(*keys, strict=True)]
        items = [self._compare(pair, scope, negated) for pair in pairs]
        return items[0] if len(items) == 1 else f"({(' OR ' if negated else ' AND ').join(items)})"

    def _is_null(self, of: Node, scope: Scope, negated: bool) -> str:
        if not is_row(of):
            return f"{self._value(of, scope)} IS {'NOT ' if negated else ''}NULL"
        if not isinstance(of, Follow):
            return "TRUE" if negated else "FALSE"
        relation = self._relation(of)
        if relation.kind == "to_one":
            columns = [self._column(of.of, name, scope) for name in relation.fields]
            tests = [f"{column} IS {'NOT ' if negated else ''}NULL" for column in columns]
            return tests[0] if len(tests) == 1 else f"({(' AND ' if negated else ' OR ').join(tests)})"
        alias = self.alias(of.relation)
        source, link = f"{self.table(self.entities[of.entity])} AS {alias}", self._link(of, alias, scope)
        return f"{'' if negated else 'NOT '}{self._exists(source, link, '', few=False)}"

    def _in(self, node: In, scope: Scope, negated: bool) -> str:
        """`x in (a, b)`: one IN for the constants, a comparison for each other value."""
        constants = [option for option in node.options if isinstance(option, Literal) and option.value is not None]
        others = [option for option in node.options if option not in constants]
        tests: list[str] = []
        if constants:
            item_type = type_of(node.item)
            types = [type_of(option) for option in constants]
            type = item_type
            for other in types:
                assert type is not None and other is not None
                type = kinds.common(type, other)
            assert type is not None
            listed = ", ".join(self._typed(option, type, scope) for option in constants)
            item = self._compared(node.item, type, scope)
            test = f"{item} {'NOT IN' if negated else 'IN'} ({listed})"
            if negated and may_be_null(node.item):
                test = f"({item} IS NULL OR {test})"
            tests.append(test)
        for option in others:
            if isinstance(option, Literal):
                tests.append(self._is_null(node.item, scope, negated))
            else:
                tests.append(self._compare(Compare("eq", node.item, option), scope, negated))
        if not tests:
            return "TRUE" if negated else "FALSE"
        return tests[0] if len(tests) == 1 else f"({(' AND ' if negated else ' OR ').join(tests)})"

    def _computed(self, row: Row, name: str) -> Node | None:
        return field_named(self.entities[row.entity], name).computed


def some_rows(operator: str, left: Node, right: Node) -> Item | None:
    """`len(rows) > 0` and its like, as whether there are any."""
    if isinstance(left, Literal):
        left, right, operator = right, left, MIRRORED[operator]
    if not (isinstance(left, Aggregate) and left.function == "count" and isinstance(right, Literal)):
        return None
    some = msgspec.structs.replace(left, function="any", value=Literal(True, None), type=Boolean())
    if (operator, right.value) in (("gt", 0), ("ne", 0), ("ge", 1)):
        return some, False
    return (some, True) if (operator, right.value) in (("eq", 0), ("le", 0), ("lt", 1)) else None

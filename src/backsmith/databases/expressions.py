"""Expression trees as SQL: `Speller` holds what both databases share, their subclasses what they spell differently.

Python's meaning is the law (docs/architecture.md, "Expressions"). A condition comes out true or not true, null counting
as not true, so `not` is taken down to the comparisons, where each operator has its opposite. What Python would not have
evaluated may come out as anything, errors apart: a divisor that may be zero is guarded.

Trees come simplified for the kind of asker (`blueprint.simplify`): a `CurrentUser` that is left is not null.

Conditions on rows that a path leads to become `EXISTS (SELECT 1 FROM orders … WHERE …)`, those on the same path one of
them; values on a path become a lookup. Within a subquery of our own the tables of a path are joined instead.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from itertools import chain
from typing import cast

import msgspec

from backsmith.blueprint.blueprint import Entity, Field, Relation
from backsmith.blueprint.expressions import (
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
from backsmith.blueprint.subset import kinds
from backsmith.blueprint.subset.constants import MICROSECOND, duration_of, zero
from backsmith.blueprint.subset.facts import MIRRORED, NOTHING, OPPOSITE, Facts, implied
from backsmith.blueprint.trees import is_row, may_be_null, parts, root, type_of, walk
from backsmith.blueprint.types import Boolean, DateTime, Duration, List, Text, Type
from backsmith.databases.parameters import RequestTime, UserRoles
from backsmith.databases.rows import Frame, Link, Place, RowSpeller, Scope, equal, field_named, relation_named
from backsmith.databases.selectivity import is_about, is_own

SYMBOLS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
Item = tuple[Node, bool]
"""A condition, and whether it is negated."""


class Speller(RowSpeller):
    """Spells the expressions of one statement."""

    keyed = False
    """Whether the statement finds its rows by their keys, so that conditions are asked of very few."""

    def condition(self, node: Node, row: str, *, negated: bool = False) -> str:
        """SQL of a condition on the row with the alias `row`: true, or not true (which may be null)."""
        return self._condition(node, _scope(row), negated)

    def value(self, node: Node, row: str) -> str:
        """SQL of a value, in the internal form of its type; conditions give true or false, never null."""
        return self._value(node, _scope(row))

    def computed(self, field: Field, place: Place) -> str:
        """A computed field of the row at `place`: its tree, in the internal form of the field's type."""
        assert field.computed is not None
        return self._typed(field.computed, field.type, Scope(place))

    # Conditions -------------------------------------------------------------------------------------------------

    def _condition(self, node: Node, scope: Scope, negated: bool) -> str:
        match node:
            case Not(of):
                return self._condition(of, scope, not negated)
            case And():
                return self._junction(list(_items(node, negated, not negated)), not negated, scope)
            case Or():
                return self._junction(list(_items(node, negated, negated)), negated, scope)
            case If(test, then, otherwise):
                when = self._condition(test, scope, False)
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

    def _exists_at(self, missing: Row, items: list[Item], conjunctive: bool, scope: Scope) -> str:
        """Conditions on a row that is not at hand: it exists, and they hold with it."""
        assert isinstance(missing, Follow)
        frame = Frame(open=True)
        alias = self.alias(missing.relation)
        link = self._link(missing, alias, scope)
        inner = scope.having(missing, Place(frame, alias))
        if len(items) == 1:
            condition = self._condition(items[0][0], inner, items[0][1])
        else:
            condition = self._junction(items, conjunctive, inner, bare=conjunctive)
        source = f"{self.table(self.entities[missing.entity])} AS {alias}{frame}"
        few = self._is_few(items, conjunctive, missing)
        return self._exists(source, link, condition, few=few)

    def _is_few(self, items: list[Item], conjunctive: bool, row: Row) -> bool:
        """Whether the rows for which the conditions hold are the user's own, whatever the row they are asked from."""
        alone = all(is_about(node, row) for node, _ in items)
        return alone and (any if conjunctive else all)(is_own(node, negated) for node, negated in items)

    def _exists(self, source: str, link: Link, condition: str, *, few: bool) -> str:
        """That there is a row with that link and condition. `few` says that the condition holds for few rows, and for
        the same ones whatever the link."""
        where = " AND ".join(part for part in (equal(link), condition) if part)
        return f"EXISTS (SELECT 1 FROM {source} WHERE {where})"

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
                return self._condition(computed, Scope(self._joined(of, scope)), negated)
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
        if (some := _some(operator, left, right)) is not None:
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

    def _compared(self, node: Node, type: Type, scope: Scope) -> str:
        """A side of a comparison."""
        return self._typed(node, type, scope)

    def _equal(self, negated: bool, a: str, b: str, a_nullable: bool, b_nullable: bool) -> str:
        """`a == b`, null being equal to null. Plain `=` wherever it says the same, for the sake of indexes."""
        if not negated and not (a_nullable and b_nullable):
            return f"{a} = {b}"
        if not (a_nullable or b_nullable):
            return f"{a} <> {b}"
        return self._distinct(a, b) if negated else self._not_distinct(a, b)

    def _same_row(self, a: Row, b: Row, scope: Scope, negated: bool) -> str:
        """Whether two rows are the same one: by their keys."""
        keys = (self._key(a, b, scope.facts), self._key(b, a, scope.facts))
        pairs = [Compare("eq", left, right) for left, right in zip(*keys, strict=True)]
        items = [self._compare(pair, scope, negated) for pair in pairs]
        return items[0] if len(items) == 1 else f"({(' OR ' if negated else ' AND ').join(items)})"

    def _key(self, row: Row, other: Row, facts: Facts = NOTHING) -> Iterator[FieldOf]:
        """The fields that tell the row from others of its entity."""
        entity = self.entities[row.entity]
        names = entity.key
        for each in (row, other):
            if not names and isinstance(each, Follow):  # a view without a key: what leads to it tells its rows apart
                names = self._relation(each).target_fields
        nullable = self._optional(row) and not facts.is_present(row)
        for name in names:
            yield FieldOf(row, name, field_named(entity, name).type, nullable)

    def _optional(self, row: Row) -> bool:
        return isinstance(row, Follow) and (self._relation(row).nullable or self._relation(row).kind != "to_one")

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

    def _list_item(self, item: Node, listed: Node, scope: Scope) -> str:
        type = type_of(listed)
        assert isinstance(type, List)
        return self._typed(item, type.item, scope)

    # Missing rows -----------------------------------------------------------------------------------------------

    def _missing_in(self, node: Node, scope: Scope) -> Row | None:
        """The first row that must be brought in before the condition can be spelled; every evaluation needs it."""
        for row, name in self._needed(node):
            if not isinstance(root(row), CurrentUser) and (missing := self._missing(row, name, scope)) is not None:
                return missing
        return None

    def _needed(self, node: Node) -> Iterator[tuple[Row, str]]:
        """The fields that are read whenever the node is evaluated."""
        match node:
            case FieldOf(of, name):
                yield of, name
            case Compare(_, left, right) if is_row(left):
                a, b = cast(Row, left), cast(Row, right)
                for key in chain(self._key(a, b), self._key(b, a)):
                    yield from self._needed_key(key)
            case IsNull(Follow() as row):
                yield from ((row.of, name) for name in self._relation(row).fields)
            case Aggregate(of=of, relation=name, default=default):
                relation = relation_named(self.entities[of.entity], name)
                yield from ((of, field) for field in relation.fields)
                if default is not None:
                    yield from self._needed(default)
            case If(condition=first) | And((first, *_)) | Or((first, *_)):
                yield from self._needed(first)
            case _ if not is_row(node):
                for part in parts(node):
                    yield from self._needed(part)
            case _:
                return

    def _needed_key(self, key: FieldOf) -> Iterator[tuple[Row, str]]:
        """The same for the key of a row that is compared: there may be no such row, which is no reason to stop."""
        row = key.of
        if isinstance(row, Follow) and key.nullable and self._near(row, key.field) is None:
            yield from ((row.of, name) for name in self._relation(row).fields)
        else:
            yield row, key.field

    def _shared_missing(self, node: Node, scope: Scope) -> Row | None:
        """The missing row that all parts of a condition need, if there is one."""
        match node:
            case Not(of):
                return self._shared_missing(of, scope)
            case And(items) | Or(items) if items:
                rows = {self._shared_missing(item, scope) for item in items}
                return rows.pop() if len(rows) == 1 else None
            case If():
                return None
            case _:
                return self._missing_in(node, scope)

    def _computed(self, row: Row, name: str) -> Node | None:
        return field_named(self.entities[row.entity], name).computed

    # Values -----------------------------------------------------------------------------------------------------

    def _value(self, node: Node, scope: Scope) -> str:
        match node:
            case Literal(value, type):
                return "NULL" if value is None else self._literal(node, type or Boolean())
            case Now():
                return self.bind(RequestTime(), DateTime())
            case FieldOf(of, name):
                return self._field(of, name, scope)
            case Arithmetic():
                return self._arithmetic(node, scope)
            case Call():
                return self._call(node, scope)
            case If(test, then, otherwise, type):
                when = self._condition(test, scope, False)
                a, b = (self._typed(branch, type, scope) for branch in (then, otherwise))
                return f"CASE WHEN {when} THEN {a} ELSE {b} END"
            case Aggregate(function="count" | "sum" | "min" | "max"):
                return self._aggregate(node, scope)
            case This() | Variable() | Follow() | CurrentUser():
                raise ValueError(f"a row has no value: {node}")
            case _:
                return f"(({self._condition(node, scope, False)}) IS TRUE)"

    def _typed(self, node: Node, type: Type | None, scope: Scope) -> str:
        """A value in the internal form of a type that its own can be taken to."""
        own = type_of(node)
        if own is None or type is None or own == type:
            return self._value(node, scope)
        if isinstance(node, Literal):
            return self._literal(node, type)
        return self._converted(self._value(node, scope), own, type)

    def _arithmetic(self, node: Arithmetic, scope: Scope) -> str:
        moved = _moved_now(node)
        if moved is not None:
            return self.bind(moved, DateTime())
        left, right = type_of(node.left), type_of(node.right)
        assert left is not None and right is not None
        if "duration" in (kinds.kind(left), kinds.kind(right), kinds.kind(node.type)):
            a, b = self._value(node.left, scope), self._value(node.right, scope)
            return self._time_arithmetic(node, left, right, a, b)
        if node.operator == "multiply" and kinds.kind(node.type) == "decimal":
            a, b = self._value(node.left, scope), self._value(node.right, scope)
        else:
            type = kinds.whole(cast(Type, kinds.common(left, right)))
            a, b = self._operand(node.left, type, scope), self._operand(node.right, type, scope)
        match node.operator:
            case "add" | "subtract" | "multiply":
                sign = {"add": "+", "subtract": "-", "multiply": "*"}[node.operator]
                return f"({a} {sign} {b})"
            case "divide":
                return self._divide(a, self._divisor(node.right, b))
            case "floor_divide" | "modulo":
                return self._floored(node.operator, (node.left, a), (node.right, b))

    def _operand(self, node: Node, type: Type, scope: Scope) -> str:
        """A number to calculate with."""
        return self._typed(node, type, scope)

    def _divisor(self, node: Node, sql: str) -> str:
        """A divisor that the database may come to even where Python wouldn't."""
        return sql if isinstance(node, Literal) else f"nullif({sql}, 0)"

    def _floored(self, operator: str, left: tuple[Node, str], right: tuple[Node, str]) -> str:
        """// and % of whole numbers. SQL rounds to zero; where the signs differ Python goes one further down."""
        (a_node, a), (b_node, b) = left, right
        source = ""
        if not (_is_plain(a_node) and _is_plain(b_node)):
            row = self.alias("n")
            source = f" FROM (SELECT {a} AS a, {b} AS b) AS {row}"
            a, b = f"{row}.a", f"{row}.b"
        divisor = self._divisor(b_node, b)
        if operator == "modulo":
            text = f"(({a} % {divisor}) + {b}) % {divisor}"
        else:
            down = f"CASE WHEN {a} % {divisor} <> 0 AND ({a} < 0) <> ({b} < 0) THEN 1 ELSE 0 END"
            text = f"{a} / {divisor} - {down}"
        return f"(SELECT {text}{source})" if source else f"({text})"

    def _call(self, node: Call, scope: Scope) -> str:
        match node.function:
            case "minimum" | "maximum":
                values = [self._typed(argument, node.type, scope) for argument in node.arguments]
                return values[0] if len(values) == 1 else self._extreme(node.function, values, node.type)
            case "concat":
                return f"({' || '.join(self._value(argument, scope) for argument in node.arguments)})"
            case "negate":
                return f"(-{self._operand(node.arguments[0], node.type, scope)})"
            case "absolute":
                return self._absolute(self._operand(node.arguments[0], node.type, scope), node.type)
            case "startswith" | "endswith":
                text, part = node.arguments
                return self._ends(node.function, self._value(text, scope), part, self._value(part, scope))
            case "length" if isinstance(type_of(node.arguments[0]), List):
                return self._list_length(self._value(node.arguments[0], scope))
            case _:
                return self._text_call(node.function, *(self._value(argument, scope) for argument in node.arguments))

    # Relations --------------------------------------------------------------------------------------------------

    def _quantified(self, node: Aggregate, scope: Scope, negated: bool) -> str:
        every = node.function == "all"
        items: list[Item] = [] if node.where is None else [(node.where, False)]
        items.append((cast(Node, node.value), every))
        frame, source, link, inner = self._rows(node, scope)
        condition = self._where(items, inner)
        few = not every and not negated and self._is_few(items, True, node.variable)
        exists = self._exists(f"{source}{frame}", link, condition, few=few)
        return f"NOT {exists}" if every is not negated else exists

    def _aggregate(self, node: Aggregate, scope: Scope) -> str:
        frame, source, link, inner = self._rows(node, scope)
        value = None if node.value is None else self._typed(node.value, node.type, inner)
        condition = self._where([] if node.where is None else [(node.where, False)], inner)
        where = " AND ".join(part for part in (equal(link), condition) if part)
        rows = f"FROM {source}{frame} WHERE {where}"
        if value is None:
            return f"(SELECT count(*) {rows})"
        if _is_foreign(cast(Node, node.value), node.variable):
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
        flat = [item for node, negated in items for item in _items(node, negated, True)]
        flat = [item for item in flat if not (isinstance(item[0], Literal) and item[0].value is not item[1])]
        return self._junction(flat, True, scope, bare=True) if flat else ""

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


def _scope(row: str) -> Scope:
    return Scope(Place(Frame(open=False), row))


def _items(node: Node, negated: bool, conjunctive: bool) -> Iterator[Item]:
    """The conditions that AND (or OR) joins, with `not` taken down to them."""
    match node:
        case Not(of):
            yield from _items(of, not negated, conjunctive)
        case And(items) if conjunctive is not negated:
            yield from chain.from_iterable(_items(item, negated, conjunctive) for item in items)
        case Or(items) if conjunctive is negated:
            yield from chain.from_iterable(_items(item, negated, conjunctive) for item in items)
        case _:
            yield node, negated


def _some(operator: str, left: Node, right: Node) -> Item | None:
    """`len(rows) > 0` and its like, as whether there are any."""
    if isinstance(left, Literal):
        left, right, operator = right, left, MIRRORED[operator]
    if not (isinstance(left, Aggregate) and left.function == "count" and isinstance(right, Literal)):
        return None
    some = msgspec.structs.replace(left, function="any", value=Literal(True, None), type=Boolean())
    if (operator, right.value) in (("gt", 0), ("ne", 0), ("ge", 1)):
        return some, False
    return (some, True) if (operator, right.value) in (("eq", 0), ("le", 0), ("lt", 1)) else None


def _moved_now(node: Arithmetic) -> RequestTime | None:
    """`now() - timedelta(days=7)` as a parameter of its own."""
    match node:
        case Arithmetic("add" | "subtract", Now(), Literal(str() as text, Duration())):
            moved = duration_of(text) // MICROSECOND
            return RequestTime(moved if node.operator == "add" else -moved)
        case Arithmetic("add", Literal(str() as text, Duration()), Now()):
            return RequestTime(duration_of(text) // MICROSECOND)
        case _:
            return None


def _is_plain(node: Node) -> bool:
    """Whether a value costs nothing to spell twice."""
    return isinstance(node, Literal | FieldOf) and not (isinstance(node, FieldOf) and isinstance(node.of, Follow))


def _is_foreign(value: Node, variable: Variable) -> bool:
    """Whether a value speaks of rows, but not of the variable's."""
    rows = {root(cast(Row, part)) for part in walk(value) if is_row(part)}
    return bool(rows) and variable not in rows

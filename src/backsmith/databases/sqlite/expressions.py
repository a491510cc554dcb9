"""SQLite's spelling of expressions. Functions named backsmith_… are those of `functions` and `text_functions`."""

from __future__ import annotations

from backsmith.blueprint.expressions import Arithmetic, Literal, Node
from backsmith.blueprint.subset import kinds
from backsmith.blueprint.subset.constants import value_of
from backsmith.blueprint.types import Float, Numeric, Type
from backsmith.databases.expressions import Speller
from backsmith.databases.scopes import Link, Scope


class SqliteSpeller(Speller):
    """Decimals are integers times 10**places, datetimes text, lengths of time microseconds, lists JSON."""

    def _literal(self, node: Literal, type: Type) -> str:
        if isinstance(node.value, bool):
            return "TRUE" if node.value else "FALSE"
        value = self.dialect.encoder(type)(value_of(node))
        if isinstance(value, str):
            return quoted(value)
        if isinstance(type, Float):
            value = float(value)
        return f"({value!r})" if value < 0 else repr(value)

    def _converted(self, sql: str, source: Type, target: Type) -> str:
        if isinstance(target, Numeric):
            more = target.places - kinds.places(source)
            return f"({sql} * {10**more})" if more > 0 else sql
        if isinstance(target, Float) and kinds.kind(source) == "integer":
            return f"CAST({sql} AS REAL)"
        return sql

    def _compared(self, node: Node, type: Type, scope: Scope) -> str:
        sql = super()._compared(node, type, scope)
        return _whole(node, sql) if kinds.kind(type) in ("integer", "decimal") else sql

    def _exists(self, source: str, link: Link, condition: str, *, few: bool) -> str:
        # Of 100,000 rows EXISTS asks each; a set of the user's own is made once, and an index serves the rest.
        if not few or self.keyed or not condition:
            return super()._exists(source, link, condition, few=few)
        columns, values = zip(*link, strict=True)
        left = values[0] if len(values) == 1 else f"({', '.join(values)})"
        return f"{left} IN (SELECT {', '.join(columns)} FROM {source} WHERE {condition})"

    def _ordered(self, sql: str, type: Type) -> str:
        return sql

    def _text_equal(self, sql: str) -> str:
        return sql

    def _distinct(self, a: str, b: str) -> str:
        return f"{a} IS NOT {b}"

    def _not_distinct(self, a: str, b: str) -> str:
        return f"{a} IS {b}"

    def _has_role(self, role: str, roles: str) -> str:
        return f"{role} IN (SELECT value FROM json_each({roles}))"

    def _in_list(self, item: str, listed: str) -> str:
        return f"{item} IN (SELECT value FROM json_each({listed}))"

    def _list_length(self, listed: str) -> str:
        return f"json_array_length({listed})"

    def _divisor(self, node: Node, sql: str) -> str:
        return sql  # by zero SQLite gives null

    def _divide(self, a: str, b: str) -> str:
        return f"(CAST({a} AS REAL) / {b})"

    def _floored(self, operator: str, left: tuple[Node, str], right: tuple[Node, str]) -> str:
        (a_node, a), (b_node, b) = left, right
        return super()._floored(operator, (a_node, _whole(a_node, a)), (b_node, _whole(b_node, b)))

    def _absolute(self, sql: str, type: Type) -> str:
        return f"abs({sql})"

    def _extreme(self, function: str, values: list[str], type: Type) -> str:
        return f"{'min' if function == 'minimum' else 'max'}({', '.join(values)})"

    def _ends(self, function: str, text: str, node: Node, part: str) -> str:
        length = len(node.value) if isinstance(node, Literal) and isinstance(node.value, str) else None
        if function == "startswith":
            return f"(instr({text}, {part}) = 1)" if length is None else f"(substr({text}, 1, {length}) = {part})"
        if length is None:
            return f"(substr({text}, -length({part})) = {part} OR {part} = '')"
        return f"(substr({text}, -{length}) = {part})" if length else f"({text} IS NOT NULL)"

    def _text_call(self, function: str, text: str, part: str = "") -> str:
        match function:
            case "lower" | "upper" | "strip":
                return f"backsmith_{function}({text})"
            case "length":
                return f"length({text})"
            case _:
                return f"(instr({text}, {part}) > 0)"

    def _time_arithmetic(self, node: Arithmetic, left: Type, right: Type, a: str, b: str) -> str:
        sign = {"add": "+", "subtract": "-", "multiply": "*"}[node.operator]
        match kinds.kind(left), kinds.kind(right):
            case "datetime", "datetime":
                return f"(backsmith_microseconds({a}) - backsmith_microseconds({b}))"
            case "date", "date":
                return f"(backsmith_days({a}, {b}) * 86400000000)"
            case ("datetime" | "date") as kind, _:
                moved = f"backsmith_move_{kind}"
                return f"{moved}({a}, {b})" if sign == "+" else f"{moved}_back({a}, {b})"
            case _, ("datetime" | "date") as kind:
                return f"backsmith_move_{kind}({b}, {a})"
            case _:
                return f"({a} {sign} {b})"


def _whole(node: Node, sql: str) -> str:
    """A calculated number, refused beyond 64 bits, where SQLite goes on with floats."""
    grows = isinstance(node, Arithmetic) and node.operator in ("add", "subtract", "multiply")
    return f"backsmith_integer({sql})" if grows else sql


def quoted(text: str) -> str:
    """A text as a literal."""
    return "'" + text.replace("'", "''") + "'"

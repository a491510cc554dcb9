"""PostgreSQL's spelling of expressions."""

from __future__ import annotations

from backsmith.blueprint.expressions import Arithmetic, Literal, Node
from backsmith.blueprint.subset import kinds
from backsmith.blueprint.subset.constants import duration_of
from backsmith.blueprint.trees import type_of
from backsmith.blueprint.types import Duration, Enum, Integer, Numeric, Text, Type
from backsmith.databases.expressions import Speller
from backsmith.databases.postgres.parameter_types import parameter_type
from backsmith.databases.scopes import Scope
from backsmith.databases.values import plain_text

SMALL = 2**31 - 1
WHITE_SPACE = "".join(f"\\u{ord(character):04x}" for character in map(chr, range(0x3001)) if character.isspace())
"""What Python's str.strip() takes away, as an escaped text."""


class PostgresSpeller(Speller):
    """Texts are compared by code point, whatever the collation of their columns."""

    share = " FOR SHARE OF "

    def _literal(self, node: Literal, type: Type) -> str:
        value = node.value
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(type, Integer) and isinstance(value, int) and -SMALL <= value <= SMALL:
            return f"({value})" if value < 0 else str(value)
        return f"{quoted(plain_text(str(value)))}::{parameter_type(type)}"

    def _converted(self, sql: str, source: Type, target: Type) -> str:
        if kinds.kind(source) == kinds.kind(target):
            return sql
        return f"{sql}::{parameter_type(target)}"

    def _compared(self, node: Node, type: Type, scope: Scope) -> str:
        return self._value(node, scope)  # numbers of all types compare

    def _operand(self, node: Node, type: Type, scope: Scope) -> str:
        own = type_of(node)
        sql = self._value(node, scope)
        if isinstance(own, Integer) and own.bits < 64:
            return f"{sql}::bigint"
        return sql if isinstance(type, Numeric | Integer) else self._typed(node, type, scope)

    def _ordered(self, sql: str, type: Type) -> str:
        return f'{sql} COLLATE "C"' if isinstance(type, Text | Enum) else sql

    def _text_equal(self, sql: str) -> str:
        return f'{sql} COLLATE "C"'

    def _distinct(self, a: str, b: str) -> str:
        return f"{a} IS DISTINCT FROM {b}"

    def _not_distinct(self, a: str, b: str) -> str:
        return f"{a} IS NOT DISTINCT FROM {b}"

    def _has_role(self, role: str, roles: str) -> str:
        return f'({role} COLLATE "C" = ANY({roles}))'

    def _in_list(self, item: str, listed: str) -> str:
        return f"{item} = ANY({listed})"

    def _list_item(self, item: Node, listed: Node, scope: Scope) -> str:
        sql = super()._list_item(item, listed, scope)
        type = type_of(item)
        return f'{sql} COLLATE "C"' if isinstance(type, Text | Enum) else sql

    def _list_length(self, listed: str) -> str:
        return f"cardinality({listed})"

    def _divide(self, a: str, b: str) -> str:
        return f"({a}::double precision / {b})"

    def _absolute(self, sql: str, type: Type) -> str:
        return f"greatest({sql}, -{sql})" if isinstance(type, Duration) else f"abs({sql})"

    def _extreme(self, function: str, values: list[str], type: Type) -> str:
        if isinstance(type, Text | Enum):
            values = [f'{value} COLLATE "C"' for value in values]
        return f"{'least' if function == 'minimum' else 'greatest'}({', '.join(values)})"

    def _ends(self, function: str, text: str, node: Node, part: str) -> str:
        if function == "startswith":
            return f'starts_with({text} COLLATE "C", {part})'
        length = len(node.value) if isinstance(node, Literal) and isinstance(node.value, str) else f"length({part})"
        return f'(right({text}, {length}) COLLATE "C" = {part})'

    def _text_call(self, function: str, text: str, part: str = "") -> str:
        match function:
            case "lower":
                # The 0 keeps PostgreSQL 18 from taking a sigma for the end of a word that has nothing before it but
                # apostrophes and the like: lower('Σ) with its own collation gives 'ς, everything else 'σ.
                return f"(substr(lower(('0' || {text}) COLLATE {self._cases}), 2) COLLATE \"C\")"
            case "upper":
                return f'(upper({text} COLLATE {self._cases}) COLLATE "C")'
            case "strip":
                return f"btrim({text}, E'{WHITE_SPACE}')"
            case "length":
                return f"length({text})"
            case _:
                return f'(strpos({text} COLLATE "C", {part}) > 0)'

    @property
    def _cases(self) -> str:
        return self.dialect.quote(self.dialect.case_collation)

    def _time_arithmetic(self, node: Arithmetic, left: Type, right: Type, a: str, b: str) -> str:
        sign = {"add": "+", "subtract": "-", "multiply": "*"}[node.operator]
        match kinds.kind(left), kinds.kind(right):
            case "date", "date":
                return f"(({a} - {b}) * '1 day'::interval)"
            case "date", _:
                return f"({a} {sign} {_days(node.right, b)})"
            case _, "date":
                return f"({b} + {_days(node.left, a)})"
            case _:
                return f"({a} {sign} {b})"


def _days(node: Node, interval: str) -> str:
    """The whole days of a length of time, rounded down, as Python adds a timedelta to a date."""
    if isinstance(node, Literal):
        days = duration_of(str(node.value)).days
        return f"({days})" if days < 0 else str(days)
    return f"floor(extract(epoch FROM {interval}) / 86400)::integer"


def quoted(text: str) -> str:
    """A text as a literal, whatever the server's setting for backslashes."""
    if "\\" in text:
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    return "'" + text.replace("'", "''") + "'"

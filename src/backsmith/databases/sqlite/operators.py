"""What a request may ask of a value, spelled for SQLite. Functions named backsmith_… are those of `functions`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from backsmith import errors
from backsmith.blueprint.types import Boolean, Date, Float, Integer, Json, Numeric, Text, Type
from backsmith.databases.fulltext import parse_search
from backsmith.databases.operators import AVERAGE_PLACES, COMPARISONS, Operators
from backsmith.databases.patterns import check_regular_expression, like_to_glob
from backsmith.errors import RequestError

PLAIN_KEY = re.compile(r"[A-Za-z0-9_ -]*")


class SqliteOperators(Operators):
    """SQLite's spelling."""

    def compare(self, operator: str, left: str, right: str, type: Type) -> str:
        if isinstance(type, Json):
            return f"backsmith_json_compare({left}, {right}) {COMPARISONS[operator]} 0"
        return f"{left} {COMPARISONS[operator]} {right}"

    def distinct(self, left: str, right: str, type: Type) -> str:
        if isinstance(type, Json):
            return f"coalesce(backsmith_json_compare({left}, {right}) <> 0, ({left} IS NULL) <> ({right} IS NULL))"
        return f"{left} IS NOT {right}"

    def quantified(self, quantifier: str, items: str, test: Callable[[str], str], type: Type | None) -> str:
        if quantifier == "any":
            return f"EXISTS (SELECT 1 FROM json_each({items}) AS item WHERE {test('item.value')})"
        return f"(SELECT coalesce(min({test('item.value')}), 1) FROM json_each({items}) AS item)"

    def one_of(self, left: str, items: str, type: Type) -> str:
        return f"{left} IN (SELECT value FROM json_each({items}))"

    def pattern(self, operator: str, left: str, pattern: str) -> str:
        match operator:
            case "like":
                return f"{left} GLOB {pattern}"
            case "ilike":
                return f"backsmith_lower({left}) GLOB {pattern}"
            case _:
                return f"backsmith_regexp({pattern}, {left})"

    def pattern_encoder(self, operator: str) -> Callable[[str], Any]:
        match operator:
            case "like":
                return like_to_glob
            case "ilike":
                return lambda text: like_to_glob(text.lower())
            case "match":
                return check_regular_expression
            case _:
                return lambda text: "(?i)" + check_regular_expression(text)

    def search(self, operator: str, left: str, query: str, language: str | None) -> str:
        return f"backsmith_match({left}, {query})"

    def search_encoder(self, operator: str, language: str | None) -> Callable[[str], Any]:
        if language is not None and language != "simple":
            raise RequestError(
                errors.UNSUPPORTED,
                f"Full-text search in '{language}' needs PostgreSQL; this is SQLite",
                hint=f"Write {operator} without a language: it compares whole words, ignoring case.",
            )
        return lambda text: msgspec.json.encode(parse_search(operator, text)).decode()

    def contains(self, operator: str, left: str, right: str, type: Type) -> str:
        if isinstance(type, Json):
            return (
                f"backsmith_json_contains({left}, {right})"
                if operator == "cs"
                else (f"backsmith_json_contains({right}, {left})")
            )
        match operator:
            case "cs":
                inner, outer = right, left
            case "cd":
                inner, outer = left, right
            case _:
                common = (
                    f"(SELECT a.value FROM json_each({left}) AS a JOIN json_each({right}) AS b ON a.value = b.value)"
                )
                return f"CASE WHEN {left} IS NOT NULL THEN EXISTS {common} END"
        missing = (
            f"SELECT 1 FROM json_each({inner}) AS a WHERE a.value IS NULL"
            f" OR a.value NOT IN (SELECT value FROM json_each({outer}) WHERE value IS NOT NULL)"
        )
        return f"CASE WHEN {left} IS NOT NULL THEN NOT EXISTS ({missing}) END"

    def range(self, operator: str, left: str, right: str) -> str:
        raise RequestError(
            errors.UNSUPPORTED,
            f"The range operator '{operator}' needs PostgreSQL; this is SQLite",
            hint="Compare the two ends with gte. and lt. instead.",
        )

    def list_encoder(self, item: Type | None) -> Callable[[Sequence[Any]], Any]:
        encode = self.dialect.encoder(item)

        def encode_list(values: Sequence[Any]) -> str:
            return msgspec.json.encode([None if value is None else encode(value) for value in values]).decode()

        return encode_list

    def list_type(self, item: Type | None) -> Type | None:
        return None

    def ordered(self, sql: str, type: Type) -> str:
        return f"{sql} COLLATE backsmith_json" if isinstance(type, Json) else sql

    def step(self, sql: str, key: str, *, as_text: bool, is_index: bool) -> str:
        return f"backsmith_json_text({sql}, {key})" if as_text else f"backsmith_json_get({sql}, {key})"

    def to_number(self, sql: str, source: Type, target: Type) -> str:
        match source, target:
            case (Text(), _):
                scaled = isinstance(target, Numeric)
                kind = "'float'" if isinstance(target, Float) else f"{target.places if scaled else 0}"
                return f"backsmith_number({sql}, {kind})"
            case (Boolean() | Integer(), Integer()):
                return sql
            case (Numeric(_, places, _), Integer()):
                return self._rescale(sql, places, 0)
            case (Float(), Integer()):
                return f"CAST(round({sql}) AS INTEGER)"
            case (Integer(), Float()):
                return f"CAST({sql} AS REAL)"
            case (Numeric(_, places, _), Float()):
                return f"({sql} / {10**places}.0)"
            case (Integer(), Numeric(_, places, _)):
                return self._rescale(sql, 0, places)
            case (Numeric(_, had, _), Numeric(_, places, _)):
                return self._rescale(sql, had, places)
            case (Float(), Numeric(_, places, _)):
                return f"CAST(round({sql} * {10**places}) AS INTEGER)"
            case _:
                raise AssertionError((source, target))

    @staticmethod
    def _rescale(sql: str, had: int, places: int) -> str:
        if places >= had:
            return f"({sql} * {10 ** (places - had)})" if places > had else sql
        unit = 10 ** (had - places)
        return f"(({sql} + CASE WHEN {sql} < 0 THEN {-(unit // 2)} ELSE {unit // 2} END) / {unit})"

    def to_time(self, sql: str, source: Type, target: Type) -> str:
        if isinstance(source, Date):
            return f"({sql} || 'T00:00:00+00:00')"
        return f"substr({sql}, 1, 10)"

    def aggregate(self, function: str, sql: str, type: Type) -> str:
        match function, type:
            case ("count" | "min" | "max", _):
                return f"{function}({sql})"
            case ("sum", Float()):
                return f"backsmith_float_sum({sql})"
            case ("avg", Float()):
                return f"backsmith_float_avg({sql})"
            case ("sum", _):
                return f"sum({sql})"
            case _:
                return f"backsmith_average(sum({sql}), count({sql}), {AVERAGE_PLACES})"

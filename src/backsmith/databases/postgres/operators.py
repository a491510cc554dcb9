"""What a request may ask of a value, spelled for PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from backsmith import errors
from backsmith.blueprint.types import Boolean, Date, Float, Integer, Json, List, Numeric, Text, Type
from backsmith.databases.fulltext import as_tsquery, parse_search
from backsmith.databases.operators import AVERAGE_PLACES, COMPARISONS, Operators
from backsmith.databases.patterns import check_for_postgres, like_pattern
from backsmith.databases.postgres.parameter_types import parameter_type
from backsmith.errors import RequestError

RANGE_OPERATORS = {"sl": "<<", "sr": ">>", "nxr": "&<", "nxl": "&>", "adj": "-|-"}
LANGUAGE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
WORDS = "'[^[:alnum:]]+'"


class PostgresOperators(Operators):
    """PostgreSQL's spelling."""

    def compare(self, operator: str, left: str, right: str, type: Type) -> str:
        if isinstance(type, Json):
            return f"({left})::jsonb {COMPARISONS[operator]} ({right})::jsonb"
        if operator in ("gt", "gte", "lt", "lte"):
            left = self.ordered(left, type)
        return f"{left} {COMPARISONS[operator]} {right}"

    def distinct(self, left: str, right: str, type: Type) -> str:
        if isinstance(type, Json):
            return f"({left})::jsonb IS DISTINCT FROM ({right})::jsonb"
        return f"{left} IS DISTINCT FROM {right}"

    def quantified(self, quantifier: str, items: str, test: Callable[[str], str], type: Type | None) -> str:
        each = f"unnest({items}) AS item(value)"
        if quantifier == "any":
            return f"EXISTS (SELECT 1 FROM {each} WHERE {test('item.value')})"
        return f"(SELECT coalesce(bool_and({test('item.value')}), true) FROM {each})"

    def one_of(self, left: str, items: str, type: Type) -> str:
        return f"{left} = ANY({items})"

    def pattern(self, operator: str, left: str, pattern: str) -> str:
        match operator:
            case "like":
                return f"{left} LIKE {pattern}"
            case "ilike":
                return f"lower({left} COLLATE {self._case}) LIKE lower({pattern} COLLATE {self._case})"
            case "match":
                return f'{left} COLLATE "C" ~ {pattern}'
            case _:
                return f"{left} COLLATE {self._case} ~* {pattern}"

    @property
    def _case(self) -> str:
        return self.dialect.quote(self.dialect.case_collation)

    def pattern_encoder(self, operator: str) -> Callable[[str], Any]:
        return like_pattern if operator in ("like", "ilike") else check_for_postgres

    def search(self, operator: str, left: str, query: str, language: str | None) -> str:
        if language is None:
            words = f"to_tsvector('simple', regexp_replace(lower({left} COLLATE {self._case}), {WORDS}, ' ', 'g'))"
            return f"{words} @@ {query}::tsquery"
        made = f"to_tsquery({language}::regconfig, {query})"
        return f"to_tsvector({language}::regconfig, {left}) @@ {made}"

    def search_encoder(self, operator: str, language: str | None) -> Callable[[str], Any]:
        if language is not None and not LANGUAGE.fullmatch(language):
            # The server takes numbers, quotes and dots, too, and stumbles over the rest.
            raise RequestError(errors.UNSUPPORTED, f"There is no full-text search in '{language}'")
        return lambda text: as_tsquery(parse_search(operator, text))

    def contains(self, operator: str, left: str, right: str, type: Type) -> str:
        symbol = {"cs": "@>", "cd": "<@", "ov": "&&"}[operator]
        if isinstance(type, Json):
            return f"({left})::jsonb {symbol} ({right})::jsonb"
        return f"{left} {symbol} {right}"

    def range(self, operator: str, left: str, right: str) -> str:
        return f"{left} {RANGE_OPERATORS[operator]} {right}"

    def list_encoder(self, item: Type | None) -> Callable[[Sequence[Any]], Any]:
        encode = self.dialect.encoder(item)
        return lambda values: [None if value is None else encode(value) for value in values]

    def list_type(self, item: Type | None) -> Type | None:
        match item:
            case None | Json():
                return List(Text())
            case List():
                return List(Text())
            case _:
                return List(item)  # type: ignore[arg-type]  # what is left is a scalar

    def ordered(self, sql: str, type: Type) -> str:
        if isinstance(type, Text):
            return f'{sql} COLLATE "C"'
        return f"({sql})::jsonb" if isinstance(type, Json) else sql

    def step(self, sql: str, key: str, *, as_text: bool, is_index: bool) -> str:
        return f"({sql} {'->>' if as_text else '->'} {f'({key})::int' if is_index else key})"

    def to_json(self, sql: str, type: Type) -> str:
        return f"({super().to_json(sql, type)})::json"

    def to_number(self, sql: str, source: Type, target: Type) -> str:
        name = parameter_type(target)
        match source:
            case Text():
                pattern = (
                    r"'^\s*[-+]?\d{1,18}\s*$'"
                    if isinstance(target, Integer)
                    else (r"'^\s*[-+]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})\s*$'")
                )
                number = f"CASE WHEN {sql} ~ {pattern} THEN ({sql})::{name} END"
            case Boolean():
                number = f"({sql})::int::{name}"
            case Float() if isinstance(target, Integer):
                number = f"round(({sql})::numeric)::{name}"
            case _:
                number = f"({sql})::{name}"
        return f"round({number}, {target.places})" if isinstance(target, Numeric) else number

    def to_time(self, sql: str, source: Type, target: Type) -> str:
        if isinstance(source, Date):
            return f"({sql})::timestamp AT TIME ZONE 'UTC'"
        return f"(({sql}) AT TIME ZONE 'UTC')::date"

    def aggregate(self, function: str, sql: str, type: Type) -> str:
        match function, type:
            case ("count", _):
                return f"count({sql})"
            case ("min" | "max", _):
                return f"{function}({self.ordered(sql, type)})"
            case ("sum", Float()):
                return f"sum(({sql})::text::numeric)::double precision"
            case ("avg", Float()):
                return f"(sum(({sql})::text::numeric)::double precision / count({sql}))"
            case ("sum", Integer()):
                return f"sum({sql})::bigint"
            case ("sum", _):
                return f"sum({sql})"
            case _:
                places = AVERAGE_PLACES + (type.places if isinstance(type, Numeric) else 0)
                exact = f"sum({sql}) * 1.{'0' * 40} / nullif(count({sql}), 0)"
                return f"round({exact}, {places})"

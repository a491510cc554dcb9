"""A Query and its values written back as a query string: the opposite of `shape_of` and `parse`.

For links to other pages and for tests. What is written reads back as the same Query with the same values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import assert_never

from backsmith.engine.grammar.names import IDENTIFIER
from backsmith.engine.grammar.percent import encoded
from backsmith.engine.grammar.query import (
    Condition,
    EmbedPath,
    FieldRef,
    Filter,
    Is,
    Logic,
    OrderTerm,
    Query,
    SelectAll,
    SelectEmbed,
    SelectField,
    SelectItem,
)

_PLAIN = re.compile(IDENTIFIER)
_RESERVED = frozenset({"select", "columns", "on_conflict", "order", "limit", "offset", "after", "and", "or", "not"})
"""Names that would mean something else without quotes; so would `count()`, `!inner` and `!left`."""
_FUNCTIONS = frozenset({"count", "inner", "left"})


def print_query(query: Query, values: Sequence[str]) -> str:
    """The query string, percent-encoded, without the question mark."""
    return "&".join(f"{encoded(key)}={encoded(text)}" for key, text in _parameters(query, values))


def _parameters(query: Query, values: Sequence[str]) -> Iterable[tuple[str, str]]:
    if query.select != (SelectAll(),):
        yield "select", _items(query.select)
    for argument in query.arguments:
        yield argument.name, values[argument.value]
    for where in query.where:
        match where.condition:
            case Logic() as tree:
                key = f"{_path(where.path)}{'not.' if tree.negated else ''}{tree.operator}"
                yield key, f"({','.join(_leaf(item, values) for item in tree.items)})"
            case Filter() | Is() as test:
                value = values[test.value] if isinstance(test, Filter) else test.truth
                yield f"{_path(where.path)}{_field(test.field)}", f"{_operation(test)}{value}"
            case _:
                assert_never(where.condition)
    for order in query.order:
        yield f"{_path(order.path)}order", ",".join(map(_term, order.terms))
    for window in query.windows:
        if window.limit is not None:
            yield f"{_path(window.path)}limit", values[window.limit]
        if window.offset is not None:
            yield f"{_path(window.path)}offset", values[window.offset]
    if query.after is not None:
        yield "after", values[query.after]
    if query.columns is not None:
        yield "columns", ",".join(map(_name, query.columns))
    if query.on_conflict is not None:
        yield "on_conflict", ",".join(map(_name, query.on_conflict))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _name(name: str) -> str:
    plain = _PLAIN.fullmatch(name) is not None and name.isascii() and " " not in name
    return name if plain and name not in _RESERVED and name not in _FUNCTIONS else _quoted(name)


def _field(field: FieldRef) -> str:
    steps = (
        f"{'->>' if step.as_text else '->'}{step.key if isinstance(step.key, int) else _key(step.key)}"
        for step in field.path
    )
    return _name(field.name) + "".join(steps)


def _key(key: str) -> str:
    # A key of digits alone would read as an index.
    return _quoted(key) if key.isdecimal() else _name(key)


def _path(path: EmbedPath) -> str:
    return "".join(f"{_name(name)}." for name in path)


def _items(items: Sequence[SelectItem]) -> str:
    return ",".join(map(_item, items))


def _item(item: SelectItem) -> str:
    match item:
        case SelectAll():
            return "*"
        case SelectField():
            function = "" if item.aggregate is None else f"{item.aggregate}()"
            if item.field is not None:
                function = _field(item.field) + _cast(item.cast) + (function and f".{function}")
            return _alias(item.alias) + function + _cast(item.aggregate_cast)
        case SelectEmbed():
            start = "..." if item.spread else _alias(item.alias)
            hint = "" if item.hint is None else f"!{_name(item.hint)}"
            join = "" if item.join is None else f"!{item.join}"
            return f"{start}{_name(item.relation)}{hint}{join}({_items(item.items)})"
        case _:
            assert_never(item)


def _alias(alias: str | None) -> str:
    return "" if alias is None else f"{_name(alias)}:"


def _cast(cast: str | None) -> str:
    return "" if cast is None else f"::{cast}"


def _operation(test: Filter | Is) -> str:
    negation = "not." if test.negated else ""
    if isinstance(test, Is):
        return f"{negation}is."
    modifier = test.quantifier or test.language
    return f"{negation}{test.operator}{'' if modifier is None else f'({modifier})'}."


def _leaf(condition: Condition, values: Sequence[str]) -> str:
    match condition:
        case Logic():
            items = ",".join(_leaf(item, values) for item in condition.items)
            return f"{'not.' if condition.negated else ''}{condition.operator}({items})"
        case Is():
            return f"{_field(condition.field)}.{_operation(condition)}{condition.truth}"
        case Filter():
            value = values[condition.value]
            shown = value if condition.operator == "in" else _quoted(value)
            return f"{_field(condition.field)}.{_operation(condition)}{shown}"
        case _:
            assert_never(condition)


def _term(term: OrderTerm) -> str:
    field = _field(term.field)
    where = field if term.relation is None else f"{_name(term.relation)}({field})"
    return where + (".desc" if term.descending else "") + ("" if term.nulls is None else f".nulls{term.nulls}")

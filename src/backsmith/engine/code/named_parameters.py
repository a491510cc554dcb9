"""`:name` in SQL of the application's own -> the driver's numbered parameters."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from backsmith.blueprint.types import Type
from backsmith.databases.dialect import Dialect
from backsmith.databases.sql_tokens import tokens
from backsmith.errors import UsageError


def positional(query: str, types: Mapping[str, Type | None], dialect: Dialect) -> tuple[str, list[str]]:
    """The query with placeholders for `:name`, and the names in the order of their numbers.

    Names inside quotes and comments, and `::` casts, are left alone. Raises UsageError for a name without a parameter
    or a parameter without a name.
    """
    found = tokens(query, brackets=dialect.brackets)
    numbers: dict[str, int] = {}
    text, end = "", 0
    for colon, name in pairwise(found):
        adjacent = colon.is_symbol(":") and name.kind == "name" and colon.end == name.start
        if not adjacent or query[colon.start - 1 : colon.start] == ":":
            continue
        if name.value not in types:
            raise UsageError(f"The query has :{name.value}, but no parameter {name.value} was given.")
        number = numbers.setdefault(name.value, len(numbers) + 1)
        text += query[end : colon.start] + dialect.placeholder(number, types[name.value])
        end = name.end
    unused = sorted(set(types) - set(numbers))
    if unused:
        raise UsageError(f"The query has no :{unused[0]}, but a parameter {unused[0]} was given.")
    return text + query[end:], list(numbers)

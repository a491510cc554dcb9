"""A query string split into its shape and its values: the hot path of every request.

The shape is the query string with MARK in place of each value: of filters (those inside `and` and `or` too), of
`limit`, `offset` and `after`, and of a function's arguments. All the rest stays: keys, operators, the truths of `is`,
select, order. What has no `=` means nothing and is left out. Since a query string never holds MARK itself, requests
share a shape only where they differ in values, so whatever is made of a shape (a Query, a plan, SQL) serves them all.
"""

from __future__ import annotations

import re

from backsmith.engine.grammar.limits import LIMITS, Limits
from backsmith.engine.grammar.logic import without_values
from backsmith.engine.grammar.names import MARK
from backsmith.engine.grammar.operators import OPERATION, SIMPLE, TRUTH
from backsmith.engine.grammar.percent import decoded
from backsmith.errors import BAD_QUERY, URL_TOO_LONG, RequestError

WHOLE = frozenset({"select", "columns", "on_conflict"})
"""Keys whose value is part of the shape."""
LAST_WORDS = frozenset({"order", "limit", "offset", "and", "or"})
"""Keys, or last words of keys after an embed's path, that aren't filters."""

_OPERATION = re.compile(OPERATION)


def shape_of(query: str, limits: Limits = LIMITS) -> tuple[str, tuple[str, ...]]:
    """The shape of a raw query string (still percent-encoded) and the values, decoded, in order.

    Raises RequestError URL_TOO_LONG, BAD_QUERY (not UTF-8, or an `and`/`or` that can't be read), BAD_VALUE (NUL),
    TOO_COMPLEX.
    """
    if not query:
        return "", ()
    if len(query) > limits.query_length:
        raise RequestError(
            URL_TOO_LONG, "The query string is too long", details=f"The limit is {limits.query_length:,}."
        )
    if not query.isascii() or MARK in query:
        _check(query)
    values: list[str] = []
    shape: list[str] = []
    for part in query.split("&"):
        key, equals, text = part.partition("=")
        operator, dot, value = text.partition(".")
        if dot and operator in SIMPLE:
            # Not yet a filter: `order=eq.desc` is an order by a field of that name.
            name = decoded(key) if "%" in key or "+" in key else key
            if name not in WHOLE and name.rpartition(".")[2] not in LAST_WORDS:
                values.append(decoded(value) if "%" in value or "+" in value else value)
                shape.append(f"{key}={operator}.{MARK}")
                continue
        if equals:
            shape.append(_other(part, key, text, values, limits))
    return "&".join(shape), tuple(values)


def _other(part: str, key: str, text: str, values: list[str], limits: Limits) -> str:
    """The shape of a parameter that isn't a plain filter; its values are appended to `values`."""
    name = decoded(key)
    last = name.rpartition(".")[2]
    if name in WHOLE or last == "order":
        return part
    if last in ("limit", "offset"):
        values.append(decoded(text))
        return f"{key}={MARK}"
    text = decoded(text)
    if last in ("and", "or"):
        # Encoded again as far as it has to be, so that the shape reads like any query string.
        tree = without_values(last, text, values, limits)
        return f"{key}={tree.replace('%', '%25').replace('+', '%2B').replace('&', '%26')}"
    match = _OPERATION.match(text)
    if match is not None:
        operation = match[0]
        rest = text[match.end() :]
        if not operation.endswith("is."):
            values.append(rest)
            return f"{key}={operation}{MARK}"
        if TRUTH.fullmatch(rest):
            return f"{key}={operation}{rest.lower()}"
    values.append(text)
    return f"{key}={MARK}"


def _check(query: str) -> None:
    """Refuse what no query string holds: NUL, or halves of surrogate pairs (bytes that weren't UTF-8)."""
    try:
        query.encode()
    except UnicodeEncodeError:
        raise RequestError(BAD_QUERY, "The address isn't UTF-8") from None
    if MARK in query:
        raise RequestError(BAD_QUERY, "The address holds the character NUL")

r"""Lists inside a value: `(1,"a,b")` of `in`, and `{1,"a b"}`, PostgreSQL's array literal.

In both, double quotes hold what a list's own marks would end, with `\"` and `\\` inside. `in` keeps blanks, an array
literal trims them around what isn't quoted.
"""

from __future__ import annotations

import re
from typing import NoReturn

from backsmith.engine.grammar.limits import LIMITS, Limits, too_complex
from backsmith.engine.grammar.names import QUOTED, unquoted
from backsmith.engine.grammar.numbers import BLANKS
from backsmith.errors import BAD_QUERY, BAD_VALUE, RequestError

_ELEMENT = rf"(?>{QUOTED}(?=[,)])|[^,)\0]*+)"
IN_LIST = rf"[ \t]*\([ \t]*{_ELEMENT}(?:,{_ELEMENT})*+\)[ \t]*"
_IN_LIST = re.compile(IN_LIST, re.DOTALL)
_ELEMENTS = re.compile(rf"({_ELEMENT})[,)]", re.DOTALL)
_PLAIN_ARRAY = re.compile(r'\{[^{}"\\]*\}')
_PLAIN = r'(?P<plain>(?:[^,{}"\\\0]|\\[^\0])++)'
_ITEM = re.compile(rf"[{BLANKS}]*+(?:(?P<quoted>{QUOTED})[{BLANKS}]*+|{_PLAIN})(?P<end>[,}}])", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def in_list(text: str, limits: Limits = LIMITS) -> list[str]:
    """The texts of `(a,"b,c",d)`; none of `()`. Raises RequestError BAD_QUERY or TOO_COMPLEX."""
    if not _IN_LIST.fullmatch(text):
        column = len(text) + 1 if text.lstrip(" \t").startswith("(") else 1
        raise RequestError(
            BAD_QUERY,
            f'"failed to parse filter (in.{text[:200]})" (line 1, column {column + 3})',
            details=f'unexpected end of input expecting "{")" if column > 1 else "("}"',
            hint='Write a list as in.(1,2,3), texts with reserved characters as in.("a,b","c").',
            position=column + 3,
        )
    start = text.index("(") + 1
    while text[start] in " \t":
        start += 1
    items = [unquoted(item) if _is_quoted(item) else item for item in _ELEMENTS.findall(text, start)]
    if items == [""] and text[start] == ")":
        return []
    return _within(items, limits)


def array_literal(text: str, limits: Limits = LIMITS) -> list[str]:
    """The texts of `{a,"b c"}`. Raises RequestError BAD_VALUE for another form, a nested list or a null."""
    stripped = text.strip(BLANKS)
    if _PLAIN_ARRAY.fullmatch(stripped):
        inner = stripped[1:-1]
        items = [item.strip(BLANKS) for item in inner.split(",")] if inner.strip(BLANKS) else []
        if not all(items):
            _malformed(text, 'Unexpected "," character: an empty text is written "".')
        nulls = any(item.lower() == "null" for item in items)
    else:
        items, nulls = _quoted_items(stripped, text)
    if nulls:
        raise RequestError(
            BAD_VALUE,
            "A list in a filter can't hold null",
            hint='Ask for null with is.null; the text is written "null", in quotes.',
        )
    return _within(items, limits)


def _quoted_items(stripped: str, text: str) -> tuple[list[str], bool]:
    if not stripped.startswith("{"):
        _malformed(text, 'Array value must start with "{".')
    items: list[str] = []
    nulls = False
    position = 1
    while True:
        match = _ITEM.match(stripped, position)
        if match is None:
            _malformed(text, "Unexpected array element.")
        if match["quoted"] is not None:
            items.append(unquoted(match["quoted"]))
        else:
            plain = match["plain"].strip(BLANKS)
            if not plain:
                _malformed(text, 'Unexpected "," character: an empty text is written "".')
            nulls = nulls or plain.lower() == "null"
            items.append(_ESCAPE.sub(r"\1", plain))
        position = match.end()
        if match["end"] == "}":
            break
    if position != len(stripped):
        _malformed(text, "Junk after closing right brace.")
    return items, nulls


def _is_quoted(item: str) -> bool:
    return len(item) > 1 and item[0] == '"' and item[-1] == '"' and _QUOTED.fullmatch(item) is not None


_QUOTED = re.compile(QUOTED, re.DOTALL)


def _malformed(text: str, details: str) -> NoReturn:
    raise RequestError(
        BAD_VALUE,
        f'malformed array literal: "{text[:200]}"',
        details=details,
        hint='Write a list as {a,b}, texts with reserved characters as {"a,b","c"}.',
    )


def _within(items: list[str], limits: Limits) -> list[str]:
    if len(items) > limits.list_items:
        too_complex("A list has too many values", "list_items", limits.list_items)
    return items

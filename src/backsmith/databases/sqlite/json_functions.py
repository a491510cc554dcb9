"""SQLite functions on JSON texts that do as PostgreSQL does: paths to the letter, the order and `@>` of jsonb, lists.

Sources: PostgreSQL's manual, sections 8.14 (JSON types) and 9.16 (JSON functions).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

import msgspec

from backsmith.databases.values import bad_value, decimal_text, duration_text

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_array = msgspec.json.Decoder(list[msgspec.Raw])
_string = msgspec.json.Decoder(str)

# Types in the order of jsonb.
NULL, STRING, NUMBER, BOOLEAN, ARRAY, OBJECT = range(6)
RANKS = {type(None): NULL, str: STRING, int: NUMBER, Decimal: NUMBER, bool: BOOLEAN, list: ARRAY, dict: OBJECT}


@lru_cache(maxsize=256)
def _parse(text: str) -> Any:
    """A JSON value with exact numbers; of an object's equal keys the last counts."""
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        raise bad_value("A value isn't JSON") from None
    except RecursionError:
        raise bad_value("A JSON value is nested too deeply") from None


# Paths ----------------------------------------------------------------------------------------------------------------


def get(text: str | None, key: str | int | None) -> str | None:
    """The value under a key of an object or at a place of an array (from 0, negative from its end), to the letter."""
    if text is None or key is None:
        return None
    start = text.lstrip()[:1]
    try:
        if start == "{" and isinstance(key, str):
            raw = _object.decode(text).get(key)
            return None if raw is None else bytes(raw).decode()
        if start == "[" and isinstance(key, int):
            items = _array.decode(text)
            return bytes(items[key]).decode() if -len(items) <= key < len(items) else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise bad_value("A value isn't JSON") from None
    except RecursionError:
        raise bad_value("A JSON value is nested too deeply") from None
    return None


def get_text(text: str | None, key: str | int | None) -> str | None:
    """As `get`, but a string comes without its quotes and escapes, and null as SQL's null."""
    found = get(text, key)
    if found is None or found == "null":
        return None
    if not found.startswith('"'):
        return found
    try:
        value = _string.decode(found)
    except msgspec.DecodeError:
        raise bad_value("A JSON string can't be read as text") from None
    if "\0" in value:
        raise bad_value("Text can't hold the character NUL")
    return value


# Order ----------------------------------------------------------------------------------------------------------------


def compare_texts(left: str, right: str) -> int:
    """-1, 0 or 1: the order of jsonb, texts by code point.

    null < texts < numbers < false < true < arrays < objects; longer arrays and objects are greater whatever they hold.
    An empty array is less than any value that is neither array nor object, at the top alone.
    """
    a, b = _parse(left), _parse(right)
    for one, other, sign in ((a, b, -1), (b, a, 1)):
        if one == [] and not isinstance(other, list | dict):
            return sign
    return _compare(a, b)


def compare(left: str | None, right: str | None) -> int | None:
    """`compare_texts`, null if either is."""
    return None if left is None or right is None else compare_texts(left, right)


def _compare(a: Any, b: Any) -> int:
    rank, other = RANKS[type(a)], RANKS[type(b)]
    if rank != other:
        return -1 if rank < other else 1
    if rank in (STRING, NUMBER, BOOLEAN):
        return (a > b) - (a < b)
    if rank == NULL:
        return 0
    if len(a) != len(b):
        return -1 if len(a) < len(b) else 1
    if rank == ARRAY:
        return next((found for x, y in zip(a, b, strict=True) if (found := _compare(x, y))), 0)
    for key, key_of_b in zip(_keys(a), _keys(b), strict=True):
        found = _compare(key, key_of_b) or _compare(a[key], b[key_of_b])
        if found:
            return found
    return 0


def _keys(value: dict[str, Any]) -> list[str]:
    """The keys in the order jsonb keeps them: short ones first, then by their bytes."""
    return sorted(value, key=lambda key: (len(encoded := key.encode(errors="surrogatepass")), encoded))


# Containment ----------------------------------------------------------------------------------------------------------


def contains(left: str | None, right: str | None) -> bool | None:
    """jsonb's `left @> right`: all of `right` is found in `left`, the order and number of array items aside.

    At the top an array also contains a bare scalar that is one of its items.
    """
    if left is None or right is None:
        return None
    a, b = _parse(left), _parse(right)
    if not isinstance(b, list | dict):
        items = cast("list[Any]", a) if isinstance(a, list) else [a]
        return any(_equal(item, b) for item in items)
    return _contains(a, b)


def _contains(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(b, dict):
        return all(key in a and _holds(a[key], b[key]) for key in cast("dict[str, Any]", b))
    return all(any(_holds(mine, item) for mine in a) for item in b)


def _holds(a: Any, b: Any) -> bool:
    return _contains(a, b) if isinstance(b, list | dict) else _equal(a, b)


def _equal(a: Any, b: Any) -> bool:
    """Equality of scalars; 1 and true are not equal, 1 and 1.0 are."""
    return RANKS[type(a)] == RANKS[type(b)] and a == b


# Lists ----------------------------------------------------------------------------------------------------------------


def decimal_list(text: str | None, places: int, padded: int) -> str | None:
    """The JSON of a list of scaled integers."""
    if text is None:
        return None
    items = (None if item is None else decimal_text(item, places, padded=bool(padded)) for item in json.loads(text))
    return f"[{','.join('null' if item is None else item for item in items)}]"


def duration_list(text: str | None) -> str | None:
    """The JSON of a list of microseconds."""
    if text is None:
        return None
    items = ("null" if item is None else f'"{duration_text(item)}"' for item in json.loads(text))
    return f"[{','.join(items)}]"


FUNCTIONS: tuple[tuple[str, Callable[..., Any], int], ...] = (
    ("backsmith_json_get", get, 2),
    ("backsmith_json_text", get_text, 2),
    ("backsmith_json_compare", compare, 2),
    ("backsmith_json_contains", contains, 2),
    ("backsmith_decimal_list", decimal_list, 3),
    ("backsmith_duration_list", duration_list, 1),
)

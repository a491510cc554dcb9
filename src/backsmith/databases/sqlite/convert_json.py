"""Values as their canonical JSON, and JSON as values, for `backsmith_convert`: the internal forms of SQLite."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from backsmith.blueprint.types import Boolean, Duration, Float, Integer, Json, List, Numeric, Type
from backsmith.databases import value_patterns as patterns
from backsmith.databases.sqlite.convert_texts import read_text, write_text
from backsmith.databases.sqlite.json_functions import decimal_list, duration_list
from backsmith.databases.values import float_text

_UNREADABLE = re.compile(patterns.JSON_UNREADABLE)


def write_json(value: Any, was: Type) -> str:
    """The canonical JSON of a value."""
    match was:
        case Json():
            return value
        case List(Numeric(places=places, padded=padded)):
            return cast(str, decimal_list(value, places, padded))
        case List(Duration()):
            return cast(str, duration_list(value))
        case List():
            return value
        case Float():
            return float_text(value)
        case Integer() | Numeric() | Boolean():
            return write_text(value, was)
        case _:
            return json.dumps(write_text(value, was), ensure_ascii=False)


def scalar_of(value: str, becomes: Type) -> Any:
    """What a JSON text, number or boolean is as a value of the type; None where it is none."""
    text = value.strip(patterns.SPACE)
    match becomes:
        case Integer() | Numeric() | Float():
            return None if text.startswith('"') else read_text(text, becomes)
        case Boolean():
            return {"true": 1, "false": 0}.get(text)
        case _:
            if not text.startswith('"') or _UNREADABLE.search(text):
                return None
            return read_text(json.loads(text), becomes)

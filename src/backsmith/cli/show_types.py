"""Types, bounds and conditions as English words: what `show_english` and `show_functions` share."""

from __future__ import annotations

from typing import assert_never

from backsmith.blueprint import types
from backsmith.blueprint.blueprint import Bounds
from backsmith.blueprint.english import english
from backsmith.blueprint.expressions import Literal, Node
from backsmith.blueprint.types import Type


def type_in_english(type: Type) -> str:
    """A type in a few words."""
    match type:
        case types.Text():
            return _text(type)
        case types.Integer():
            return "whole number" if type.bits == 64 else f"whole number of {type.bits} bits"
        case types.Float():
            return "floating-point number"
        case types.Boolean():
            return "yes or no"
        case types.Numeric():
            return "decimal" if type.digits is None else f"decimal with {type.places} places"
        case types.Date():
            return "date"
        case types.DateTime():
            return "instant"
        case types.Time():
            return "time of day"
        case types.Duration():
            return "length of time"
        case types.Uuid():
            return "UUID"
        case types.Bytes():
            return "bytes"
        case types.Json(format="file"):
            return _file(type)
        case types.Json():
            return "JSON"
        case types.Enum():
            return f"one of {listed(type.values, 'or')}"
        case types.List():
            return f"list of {type_in_english(type.item)}"
        case types.Sealed():
            return f"{type_in_english(type.of)}, encrypted"
        case _:
            assert_never(type)


def _text(type: types.Text) -> str:
    words = {None: "text", "email": "e-mail address", "url": "URL", "slug": "slug"}[type.format]
    if type.min_length and type.max_length:
        words += f" of {type.min_length} to {type.max_length} characters"
    elif type.max_length:
        words += f" of at most {type.max_length} characters"
    elif type.min_length:
        words += f" of at least {type.min_length} characters"
    return words + (f" that fits {type.pattern}" if type.pattern else "")


def _file(type: types.Json) -> str:
    words = f"file of {listed(type.accept, 'or')}" if type.accept else "file"
    return words + (f" of at most {type.max_size:,} bytes" if type.max_size else "")


def bounds_in_english(bounds: Bounds) -> str:
    """Bounds of a value in a few words."""
    words = {
        "more than": bounds.gt,
        "at least": bounds.ge,
        "less than": bounds.lt,
        "at most": bounds.le,
        "a multiple of": bounds.multiple_of,
    }
    return " and ".join(f"{word} {bound}" for word, bound in words.items() if bound is not None)


def said(condition: Node) -> str:
    """A condition of a rule."""
    always = isinstance(condition, Literal) and condition.value is True
    return "always" if always else f"if {english(condition)}"


def listed(names: tuple[str, ...], word: str = "and") -> str:
    """`a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else "nothing"


def first_line(text: str) -> str:
    """What a docstring begins with."""
    return text.strip().partition("\n")[0]

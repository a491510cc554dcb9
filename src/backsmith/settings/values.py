"""One value of a setting: from what was written to its Python type, or a `Misfit` that says what it should be."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any, Literal, cast, get_args, get_origin

import msgspec

from backsmith.settings.fields import About

_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})


class Misfit(Exception):  # noqa: N818  it is caught at once and never leaves the package
    """A value that doesn't fit; the text is the end of a sentence that begins with `port is`."""


def from_text(about: About, text: str) -> Any:
    """The value that a text holds, as in an environment variable: lists with commas, tables in JSON."""
    if about.type is str:
        return from_value(about, text)
    if get_origin(about.type) is tuple:
        return from_value(about, [part.strip() for part in text.split(",") if part.strip()])
    if get_origin(about.type) is dict:
        try:
            return from_value(about, msgspec.json.decode(text))
        except msgspec.DecodeError as error:
            raise Misfit(expectation(about)) from error
    if about.type is bool:
        word = text.strip().lower()
        if word not in _TRUE | _FALSE:
            raise Misfit(expectation(about))
        return word in _TRUE
    return from_value(about, _number(text.strip()) if about.type in (int, float) else text)


def from_value(about: About, value: Any) -> Any:
    """The value as its type: a list of TOML becomes a tuple, a whole number a float where a float is meant."""
    if about.type is float and isinstance(value, float) and not abs(value) < float("inf"):
        raise Misfit(expectation(about))
    if isinstance(value, bool) and about.type is not bool:
        raise Misfit(expectation(about))  # True is an int to Python, but nobody means 1 by it
    try:
        return msgspec.convert(value, Annotated[about.type, about.bounds])
    except msgspec.ValidationError as error:
        raise Misfit(expectation(about, value)) from error


def expectation(about: About, value: Any = None) -> str:
    """What the setting's value is, in words: `a whole number from 1 to 65535.`"""
    unit = f" of {about.unit}" if about.unit else ""
    low, above, high = about.bounds.ge, about.bounds.gt, about.bounds.le
    if about.type is bool:
        return "true or false."
    if about.type in (int, float):
        kind = "a whole number" if about.type is int else "a number"
        if high is not None:
            least = f"from {low} to" if low is not None else f"above {above}, at most"
            return f"{kind}{unit} {least} {high}."
        return f"{kind}{unit}, " + (f"more than {above}." if above is not None else f"at least {low}.")
    form: str | None = (about.bounds.extra or {}).get("form")
    if form is not None:
        return form
    if about.type is str:
        return "a text" + (", not an empty one." if about.bounds.min_length else ".")
    if get_origin(about.type) is Literal:
        return _choice("one of", get_args(about.type), value)
    if get_origin(about.type) is tuple:
        item = get_args(about.type)[0]
        if get_origin(item) is not Literal:
            return "a list of texts."
        texts = cast("list[Any]", value) if isinstance(value, list) else []
        wrong = [text for text in texts if text not in get_args(item)]
        return _choice("a list of", get_args(item), wrong[0] if wrong else None)
    return (
        'a table of keys, each with its sha256, account and roles: reporting = { sha256 = "…", account = 1, '
        'roles = ["staff"] }. `backsmith key NAME` writes one.'
    )


def _choice(lead: str, choices: tuple[str, ...], value: Any) -> str:
    if value == "none":
        return f"{lead} {', '.join(choices)}. A token without a signature proves nothing, so there is no `none`."
    near = get_close_matches(value, choices, 1) if isinstance(value, str) else []
    return f"{lead} {', '.join(choices)}." + (f" Did you mean {near[0]}?" if near else "")


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text

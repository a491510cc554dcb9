"""Whether a reply shows what a scenario says. In: what is expected and what came. Out: what differs, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

PATTERNS: Mapping[str, str] = {
    "<any>": "",
    "<text>": r".+",
    "<time>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00",
    "<day>": r"\d{4}-\d\d-\d\d",
    "<uuid>": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}
"""What stands for values that nobody knows beforehand. `<number>` is one too, and `/…/` a pattern of one's own."""
_MARKER = re.compile("<[a-z]+>")


def mistakes(expected: Any) -> Iterator[tuple[str, str]]:
    """What can't be expected, with what to write instead: patterns that aren't, and markers that there aren't."""
    match expected:
        case str() if len(expected) > 2 and expected[0] == expected[-1] == "/":
            try:
                re.compile(expected[1:-1])
            except re.error as error:
                yield f"{expected} is no pattern: {error.msg}.", "Write \\ before what stands for itself: /\\(new\\)/."
        case str() if _MARKER.fullmatch(expected) and not _is_pattern(expected):
            yield f"There is no {expected}.", f"There are {', '.join([*PATTERNS, '<number>'])}, and /patterns/."
        case dict():
            for value in cast("dict[str, Any]", expected).values():
                yield from mistakes(value)
        case list():
            for value in cast("list[Any]", expected):
                yield from mistakes(value)
        case _:
            pass


def differences(expected: Any, got: Any, *, exactly: bool, place: str = "") -> Iterator[str]:
    """What differs. Where not `exactly`, objects may have more members than are expected; lists never have more."""
    if isinstance(expected, str) and _is_pattern(expected):
        if not _matches(expected, got):
            yield f"{place or 'the body'} is {_shown(got)}, which isn't {expected}"
    elif isinstance(expected, dict):
        yield from _objects(cast("dict[str, Any]", expected), got, exactly=exactly, place=place)
    elif isinstance(expected, list):
        items = cast("list[Any]", expected)
        if not isinstance(got, list) or len(cast("list[Any]", got)) != len(items):
            count = f", with {len(cast('list[Any]', got))} in it" if isinstance(got, list) else ""
            yield f"{place or 'the body'} is {_shown(got)}{count}; a list of {len(items)} was expected"
            return
        for number, (one, other) in enumerate(zip(items, cast("list[Any]", got), strict=True)):
            yield from differences(one, other, exactly=exactly, place=f"{place}[{number}]")
    elif not _same(expected, got):
        yield f"{place or 'the body'} is {_shown(got)}; {_shown(expected)} was expected"


def _objects(expected: dict[str, Any], got: Any, *, exactly: bool, place: str) -> Iterator[str]:
    if not isinstance(got, dict):
        yield f"{place or 'the body'} is {_shown(got)}; an object was expected"
        return
    members = cast("dict[str, Any]", got)
    for name, value in expected.items():
        inner = f"{place}.{name}" if place else name
        if name not in members:
            yield f"{inner} isn't there"
        else:
            yield from differences(value, members[name], exactly=exactly, place=inner)
    if exactly:
        yield from (f"{place}.{name}".lstrip(".") + " wasn't expected" for name in members if name not in expected)


def _is_pattern(text: str) -> bool:
    return text in PATTERNS or text == "<number>" or (len(text) > 2 and text[0] == text[-1] == "/")


def _matches(pattern: str, got: Any) -> bool:
    if pattern == "<any>":
        return True
    if pattern == "<number>":
        return isinstance(got, int | Decimal) and not isinstance(got, bool)
    own = PATTERNS.get(pattern)
    if own is not None:
        return isinstance(got, str) and re.fullmatch(own, got) is not None
    return isinstance(got, str) and re.search(pattern[1:-1], got) is not None


def _same(expected: Any, got: Any) -> bool:
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    return expected == got and (isinstance(expected, str) == isinstance(got, str))


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else f"{text[:200]}…"

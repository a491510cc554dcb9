"""The Accept header: text in, the representation of the reply out.

JSON arrays, single objects, both without their nulls, and CSV; several choices by their q values, `*/*` is JSON.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from backsmith.errors import NOT_ACCEPTABLE, RequestError


class Representation(Struct, frozen=True):
    """The form of a reply: an array of rows, one row as an object, or CSV; `strip_nulls` leaves null members out."""

    form: Literal["array", "object", "csv"]
    content_type: str
    strip_nulls: bool = False


ARRAY = Representation("array", "application/json; charset=utf-8")
STRIPPED_ARRAY = Representation("array", "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8", True)
OBJECT = Representation("object", "application/vnd.pgrst.object+json; charset=utf-8")
STRIPPED_OBJECT = Representation("object", "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8", True)
CSV = Representation("csv", "text/csv; charset=utf-8")

_AVAILABLE = (
    ("application/json", ARRAY),
    ("application/vnd.pgrst.array+json", ARRAY),
    ("application/vnd.pgrst.array", ARRAY),
    ("application/vnd.pgrst.object+json", OBJECT),
    ("application/vnd.pgrst.object", OBJECT),
    ("text/csv", CSV),
)
_STRIPPED = {ARRAY: STRIPPED_ARRAY, OBJECT: STRIPPED_OBJECT}
_ELEMENT = re.compile(r'((?:[^,"]|"(?:[^"\\]|\\.)*+"?)++)')
_PARAMETER = re.compile(r';\s*([^\s;="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^\s;"]*))')
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_LENGTH_MAX = 2_000


class _Choice(Struct, frozen=True):
    media_type: str
    parameters: dict[str, str]
    quality: float
    text: str


@lru_cache(maxsize=256)
def negotiate(accept: str | None) -> Representation:
    """The representation that suits an Accept header best; None or an empty one accepts everything.

    Raises RequestError NOT_ACCEPTABLE where none does. text/event-stream is known, but not yet available.
    """
    choices = [_choice(element) for element in _ELEMENT.findall((accept or "")[:_LENGTH_MAX]) if element.strip()]
    if not choices:
        return ARRAY
    refused = {choice.media_type for choice in choices if choice.quality == 0}
    wanted = [choice for choice in choices if choice.quality > 0]
    # sorted is stable: among equals a type named in full goes before a wildcard, then the order of the header counts.
    for choice in sorted(wanted, key=lambda choice: (-choice.quality, choice.media_type.count("*"))):
        found = _available(choice, refused)
        if found is not None:
            return found
    named = ", ".join(choice.text for choice in wanted or choices)
    raise RequestError(
        NOT_ACCEPTABLE,
        f"None of these media types are available: {named}",
        hint=f"Available are {', '.join(name for name, _ in _AVAILABLE)}.",
    )


def _available(choice: _Choice, refused: set[str]) -> Representation | None:
    for name, representation in _AVAILABLE:
        if name in refused or (name != choice.media_type and not _covers(choice.media_type, name)):
            continue
        if choice.parameters.get("nulls") == "stripped":
            return _STRIPPED.get(representation, representation) if ".pgrst." in name else representation
        return representation
    return None


def _covers(wildcard: str, name: str) -> bool:
    return wildcard in ("*/*", "*") or (wildcard.endswith("/*") and name.startswith(wildcard[:-1]))


def _choice(element: str) -> _Choice:
    text = element.strip()
    media_type, separator, rest = text.partition(";")
    parameters = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(f"{separator}{rest}")}
    quality = parameters.pop("q", "1")
    return _Choice(
        media_type.strip().lower(),
        parameters,
        float(quality) if _QUALITY.fullmatch(quality) else 1.0,
        text.partition(";q=")[0].strip(),
    )

"""References to results of earlier operations: text with references in, text with values in their place out.

In a body `{"$result": "order.id"}` stands for a value, which keeps its JSON to the letter. In a path `${order.id}` is
a segment, or the whole value after a filter's operator (`?order_id=eq.${order.id}`) and nowhere else: what it stands
for is data, and data must not become a part of a condition.

`order` is an operation's id, what follows leads into the body of its reply: names of members and numbers of items,
from 0. Where a name is asked of a list that has one row, that row's is meant; so it is the same whether an operation
replies with a row or with a list of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

import msgspec
from msgspec import Struct

from backsmith import errors
from backsmith.errors import RequestError

# In JSON that is valid, a brace that a member's name follows is no part of a text: the quotation mark would end it.
_IN_BODY = re.compile(rb'\{\s*"\$result"\s*:\s*"([^"\\]*)"\s*\}')
_IN_PATH = re.compile(r"\$\{([^{}]*)\}")
_SEGMENT = re.compile(r"(?:(?<=/)|(?<=,))\$\{[^{}]*\}(?=[/,]|$)")
_VALUE = re.compile(r"(?<=\.)\$\{[^{}]*\}(?=&|$)")
_REFERENCE = re.compile(r"[A-Za-z_][\w-]*(?:\.[^.]+)+", re.ASCII)

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])


class Reference(Struct, frozen=True):
    """What is referred to."""

    text: str
    """As written: `order.lines.0.id`."""

    @property
    def operation(self) -> str:
        """The id of the operation."""
        return self.text.partition(".")[0]

    @property
    def steps(self) -> list[str]:
        """The way into its reply."""
        return self.text.split(".")[1:]


Results = Mapping[str, bytes]
"""The JSON of the replies of the operations that have been done, by their ids."""


def in_body(body: bytes) -> list[Reference]:
    """The references in a body, which is valid JSON. Raises RequestError BAD_BATCH for one that can't be read."""
    if b'"$result"' not in body:
        return []
    return [_reference(match[1].decode()) for match in _IN_BODY.finditer(body)]


def in_path(path: str) -> list[Reference]:
    """The references in a path and its query. Raises RequestError BAD_BATCH for one that can't be read or be there."""
    if "${" not in path:
        return []
    below, _, query = path.partition("?")
    sound = len(_SEGMENT.findall(below)) + len(_VALUE.findall(query))
    found = [_reference(match[1]) for match in _IN_PATH.finditer(path)]
    if sound != len(found) or path.count("${") != sound:
        raise RequestError(
            errors.BAD_BATCH,
            "A reference in a path is a whole segment, or a whole value after a filter's operator",
            hint="Write /orders/${order.id} or /lines?order_id=eq.${order.id}.",
        )
    return found


def _reference(text: str) -> Reference:
    if not _REFERENCE.fullmatch(text):
        raise RequestError(
            errors.BAD_BATCH,
            f"'{text}' refers to nothing",
            hint="Write the id of an earlier operation and a field of what it replies: order.id",
        )
    return Reference(text)


def fill_body(body: bytes, results: Results) -> bytes:
    """The body with values in place of references. Raises RequestError BAD_RESULT."""
    return _IN_BODY.sub(lambda match: _found(Reference(match[1].decode()), results), body)


def fill_path(path: str, results: Results) -> str:
    """The path with values in place of references. Raises RequestError BAD_RESULT."""
    return _IN_PATH.sub(lambda match: _segment(Reference(match[1]), results), path)


def _segment(reference: Reference, results: Results) -> str:
    value = _found(reference, results)
    match value[:1]:
        case b"{" | b"[" | b"n":
            what = "nothing" if value == b"null" else "several values"
            raise _bad(reference, f"is {what}, which no path can hold")
        case b'"':
            text: str = msgspec.json.decode(value)
        case _:
            text = value.decode()
    return quote(text, safe="")


def _found(reference: Reference, results: Results) -> bytes:
    """The JSON that is referred to, to the letter."""
    value = results.get(reference.operation)
    if value is None:
        raise _bad(reference, "is of an operation that replied with nothing")
    for step in reference.steps:
        value = _step(value, step, reference)
    return value


def _step(value: bytes, step: str, reference: Reference) -> bytes:
    decoded = _decoded(value)
    if isinstance(decoded, list) and not step.isdecimal() and len(decoded) == 1:
        decoded = _decoded(bytes(decoded[0]))
    if isinstance(decoded, dict) and step in decoded:
        return bytes(decoded[step])
    if isinstance(decoded, list) and step.isdecimal() and int(step) < len(decoded):
        return bytes(decoded[int(step)])
    if isinstance(decoded, list) and not step.isdecimal():
        raise _bad(reference, f"asks a list of {len(decoded)} for '{step}'")
    raise _bad(reference, f"finds no '{step}'")


def _decoded(value: bytes) -> dict[str, msgspec.Raw] | list[msgspec.Raw] | None:
    decode: Callable[[bytes], dict[str, msgspec.Raw] | list[msgspec.Raw]] | None = {
        b"{": _members.decode,
        b"[": _items.decode,
    }.get(value[:1])
    return None if decode is None else decode(value)


def _bad(reference: Reference, why: str) -> RequestError:
    hint = "Have the operation reply with it: Prefer: return=representation, and its name in the select."
    return RequestError(errors.BAD_RESULT, f"The reference to {reference.text} {why}", hint=hint)

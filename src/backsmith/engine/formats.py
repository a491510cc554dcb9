"""Rows as the bytes of a reply: JSON array or object, with or without nulls, or CSV.

Rows arrive as JSON texts that the database made; numbers and texts pass through to the letter.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import msgspec

from backsmith import errors
from backsmith.errors import RequestError

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])
_text = msgspec.json.Decoder(str)
_encode = msgspec.json.Encoder().encode

NULL = b"null"


def array(rows: Sequence[str]) -> bytes:
    """A JSON array of the rows."""
    return f"[{','.join(rows)}]".encode()


def without_nulls(json: bytes) -> bytes:
    """The JSON without the members of objects that are null, at any depth; nulls of arrays stay."""
    match json[:1]:
        case b"{":
            members = _members.decode(json).items()
            kept = [_encode(name) + b":" + without_nulls(bytes(raw)) for name, raw in members if bytes(raw) != NULL]
            return b"{" + b",".join(kept) + b"}"
        case b"[":
            return b"[" + b",".join(without_nulls(bytes(raw)) for raw in _items.decode(json)) + b"]"
        case _:
            return json


def comma_separated(rows: Sequence[str], header: Sequence[str]) -> bytes:
    """The rows as CSV (RFC 4180, LF line ends as PostgREST writes them): texts bare, null empty, objects as JSON."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(bytes(raw)) for raw in _members.decode(row.encode()).values()])
    return out.getvalue().rstrip("\n").encode() if rows else out.getvalue().encode()


def _cell(raw: bytes) -> str:
    if raw == NULL:
        return ""
    return _text.decode(raw) if raw.startswith(b'"') else raw.decode()


def not_single(rows: int) -> RequestError:
    """The refusal to give one object where there are none or several."""
    return RequestError(
        errors.NOT_SINGLE,
        "Cannot coerce the result to a single JSON object",
        details=f"The result contains {rows} rows",
    )

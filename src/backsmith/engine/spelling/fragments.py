"""JSON text put together by the database: fixed text and expressions, joined by concat().

Fixed text that holds a name the request chose (an alias) is bound as a parameter and never stands in the SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

MOST_ARGUMENTS = 90
"""PostgreSQL takes at most 100 arguments in a call."""


class Piece(msgspec.Struct, frozen=True):
    """A piece of JSON text: `fixed` text, text `chosen` by the request, or an `sql` expression that gives text."""

    kind: Literal["fixed", "chosen", "sql"]
    text: str


def fixed(text: str) -> Piece:
    """Text of our own."""
    return Piece("fixed", text)


def sql(text: str) -> Piece:
    """An expression whose value is JSON text, never null."""
    return Piece("sql", text)


def member(key: str, *, chosen: bool) -> Piece:
    """The beginning of a member of an object: its name and the colon."""
    return Piece("chosen" if chosen else "fixed", msgspec.json.encode(key).decode() + ":")


def separated(parts: Iterable[Iterable[Piece]]) -> list[Piece]:
    """The parts with commas between them."""
    pieces: list[Piece] = []
    for part in parts:
        if pieces:
            pieces.append(fixed(","))
        pieces.extend(part)
    return pieces


def concat(pieces: Iterable[Piece], literal: Callable[[str], str], bind: Callable[[str], str]) -> str:
    """One SQL expression of the pieces' text. `literal` spells a text, `bind` gives a placeholder for one."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and piece.kind != "sql" and merged[-1].kind != "sql":
            last = merged.pop()
            kind = "chosen" if "chosen" in (last.kind, piece.kind) else "fixed"
            merged.append(Piece(kind, last.text + piece.text))
        else:
            merged.append(piece)
    spelled = [
        piece.text if piece.kind == "sql" else literal(piece.text) if piece.kind == "fixed" else bind(piece.text)
        for piece in merged
    ]
    while len(spelled) > MOST_ARGUMENTS:
        spelled = [
            f"concat({', '.join(spelled[start : start + MOST_ARGUMENTS])})"
            for start in range(0, len(spelled), MOST_ARGUMENTS)
        ]
    return f"concat({', '.join(spelled)})"

"""Pieces of Python source: constants, documentation and calls -> text that a formatter leaves as it is.

Whatever a database holds in its names and comments comes out as a constant, a docstring or a comment, never as code.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import NamedTuple

WIDTH = 88
"""The formatters' usual width. What is longer gets a line for each part, with a trailing comma, which holds at any
other width too."""
INDENT = "    "


class Brackets(NamedTuple):
    """`before`, the items with commas between, `after`: `Annotated[` … `]`."""

    before: str
    items: tuple[Piece, ...]
    after: str
    lone_comma: bool = False
    """Whether a single item needs a comma behind it, as in a tuple."""


Piece = str | Brackets


def call(name: str, *items: Piece) -> Brackets:
    """`name(…)`."""
    return Brackets(f"{name}(", items, ")")


def subscript(name: str, *items: Piece) -> Brackets:
    """`name[…]`."""
    return Brackets(f"{name}[", items, "]")


def list_of(items: Iterable[Piece], before: str = "") -> Brackets:
    """`[…]`, behind `before`, such as `unique=`."""
    return Brackets(f"{before}[", tuple(items), "]")


def tuple_of(items: Iterable[Piece], before: str = "") -> Brackets:
    """`(…)`, behind `before`, such as `key=`."""
    return Brackets(f"{before}(", tuple(items), ")", lone_comma=True)


def flat(piece: Piece) -> str:
    """The piece in one line."""
    if isinstance(piece, str):
        return piece
    comma = "," if piece.lone_comma and len(piece.items) == 1 else ""
    return f"{piece.before}{', '.join(map(flat, piece.items))}{comma}{piece.after}"


def lines(piece: Piece, *, indent: str = "", lead: str = "", tail: str = "") -> list[str]:
    """The lines of `lead`, the piece and `tail`: one if it fits, else one for each item."""
    line = f"{indent}{lead}{flat(piece)}{tail}"
    if width(line) <= WIDTH or isinstance(piece, str) or not piece.items:
        return [line]
    inside = [each for item in piece.items for each in lines(item, indent=indent + INDENT, tail=",")]
    return [f"{indent}{lead}{piece.before}", *inside, f"{indent}{piece.after}{tail}"]


def width(line: str) -> int:
    """The columns that the line takes at most: a letter that isn't ASCII may be a wide one.

    An estimate on the safe side, for what is broken without need stays so.
    """
    return len(line) + sum(not character.isascii() for character in line)


def text(value: str) -> str:
    """A text as a constant, with the quotes that need fewer escapes, and all that can't be seen escaped."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join(_character(each, quote) for each in value) + quote


def _character(character: str, quote: str) -> str:
    if character in {quote, "\\"}:
        return "\\" + character
    return character if character.isprintable() else repr(character)[1:-1]


def comment(note: str) -> str:
    """A note as a comment of one line; the dash keeps it from being a directive to some tool."""
    return "# - " + "".join(_character(each, "") for each in note)


def docstring(doc: str, indent: str) -> list[str]:
    """The lines of a docstring; none for a text of nothing but white space."""
    cleaned = inspect.cleandoc("".join(map(_documented, doc))).strip()
    body = [line.rstrip() for line in cleaned.replace("\\", "\\\\").replace('"""', '\\"""').split("\n")]
    if body == [""]:
        return []
    if body[0].startswith('"'):
        body[0] = " " + body[0]
    if len(body) > 1:
        inside = [indent + line if line else "" for line in body[1:]]
        return [f'{indent}"""{body[0]}', *inside, f'{indent}"""']
    space = " " if body[0].endswith('"') else ""
    return [f'{indent}"""{body[0]}{space}"""']


def _documented(character: str) -> str:
    """What can't be seen has no place in documentation."""
    return character if character.isprintable() or character in "\n\t" else " "


def wrapped(names: Iterable[str], head: str) -> Iterator[str]:
    """`from x import a, b`, in parentheses with a line for each name where it is long. `head` is `from x import`."""
    names = tuple(names)
    line = f"{head} {', '.join(names)}"
    if width(line) <= WIDTH:
        yield line
    else:
        yield f"{head} ("
        yield from (f"{INDENT}{name}," for name in names)
        yield ")"

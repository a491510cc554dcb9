r"""Bodies of texts: CSV (RFC 4180, with a row of names first) and forms.

In CSV an unquoted `NULL` is null, as in PostgREST; `"NULL"` is that text, which PostgREST doesn't tell from it. An
empty cell is the empty text. Lines end in `\n` or `\r\n`. In a form each value is a text; there is no null.
"""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import unquote_to_bytes

from backsmith.engine.bodies.problems import cut
from backsmith.errors import BAD_BODY, RequestError

_CELL = re.compile(r'(?:"((?:[^"]|"")*+)"|([^",\r\n]*+))(,|\r\n|\n|\r|\Z)')
NULL = "NULL"
MOST_MEMBERS = 10_000
"""Members of a form, at most."""


def csv_rows(text: str) -> tuple[list[str], list[list[str | None]]]:
    """The names of the first line, and the cells of the others. Raises RequestError BAD_BODY."""
    names, *lines = _lines(text.removeprefix("\ufeff")) or [[]]
    header = [name or "" for name in names]
    if not any(header):
        raise _unreadable("The CSV has no line of names", "Its first line says which field each column is.")
    twice = next((name for name, count in Counter(header).items() if count > 1), None)
    if twice is not None:
        raise _unreadable(f"The CSV has two columns '{cut(twice)}'", None)
    for number, line in enumerate(lines, 2):
        if len(line) != len(header):
            message = "All lines must have same number of fields"
            raise _unreadable(message, None, f"Line {number} has {len(line)}, the first one {len(header)}.")
    return header, lines


def _lines(text: str) -> list[list[str | None]]:
    """The cells of each line, empty lines left out."""
    lines: list[list[str | None]] = []
    line: list[str | None] = []
    position, end = 0, len(text)
    while position < end:
        match = _CELL.match(text, position)
        if match is None:
            number = text.count("\n", 0, position) + 1
            hint = 'A cell that holds quotes, commas or line ends stands in quotes, its own doubled: "a ""b"" c".'
            raise _unreadable("The CSV can't be read", hint, f"The cell that begins in line {number} doesn't end.")
        quoted, plain, mark = match.groups()
        line.append(quoted.replace('""', '"') if quoted is not None else None if plain == NULL else plain)
        position = match.end()
        if mark != ",":
            if line != [""] or quoted is not None:
                lines.append(line)
            line = []
        elif position == end:
            line.append("")
    if line:
        lines.append(line)
    return lines


def form_members(text: str) -> dict[str, str]:
    """The members of `a=1&b=two`. Raises RequestError BAD_BODY."""
    members: dict[str, str] = {}
    pairs = text.split("&") if text else []
    if len(pairs) > MOST_MEMBERS:
        raise _unreadable("The form has too many members", None)
    for pair in pairs:
        if not pair:
            continue
        name, _, value = pair.partition("=")
        name = _unescaped(name)
        if name in members:
            raise _unreadable(f"The form gives '{cut(name)}' more than once", None)
        members[name] = _unescaped(value)
    return members


def _unescaped(text: str) -> str:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode()
    except UnicodeDecodeError:
        raise _unreadable("The form isn't UTF-8", "Encode text as UTF-8 first, as browsers do.") from None


def _unreadable(message: str, hint: str | None, details: str | None = None) -> RequestError:
    return RequestError(BAD_BODY, message, details=details, hint=hint)

"""SQL text -> its tokens, for reading what a database says about itself: CREATE statements, checks, defaults.

Knows both databases' lexical rules: comments, `"x"`, `` `x` ``, `[x]` (SQLite), `E'…'` and `$tag$…$tag$` (PostgreSQL).
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from backsmith.errors import DatabaseError

TokenKind = Literal["name", "quoted", "text", "blob", "number", "symbol"]


class Token(NamedTuple):
    """One token; `value` is a name or text without its quotes, a symbol or number as written."""

    kind: TokenKind
    value: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these keywords (given in upper case)."""
        return self.kind == "name" and self.value.upper() in words

    def is_symbol(self, *symbols: str) -> bool:
        """Whether this is one of these symbols."""
        return self.kind == "symbol" and self.value in symbols

    def is_name(self) -> bool:
        """Whether this can be an identifier, quoted or not."""
        return self.kind in {"name", "quoted"}


_SPACE = re.compile(r"[ \t\n\v\f\r]+|--[^\n]*")
_NAME = re.compile(r"[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*")  # both take any letter beyond ASCII
_NUMBER = re.compile(r"0[xX][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?")
_BLOB = re.compile(r"[xX]'([0-9a-fA-F]*)'")
_DOLLAR = re.compile(r"\$(?:[^\W\d]\w*)?\$")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_SQLITE_OPERATOR = re.compile(r"\|\||->>?|<<|>>|<[=>]?|>=?|==?|!=|.", re.DOTALL)
_POSTGRES_OPERATOR = re.compile(r"::|[-+*/<>=~!@#%^&|?]+|.", re.DOTALL)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def tokens(sql: str, *, brackets: bool) -> list[Token]:
    """The tokens of `sql` without its comments and white space.

    `brackets`: whether `[x]` is a quoted name (SQLite) rather than an array (PostgreSQL).
    Raises DatabaseError where a quote or comment isn't closed.
    """
    found: list[Token] = []
    at = 0
    while at < len(sql):
        end, token = _next(sql, at, brackets)
        if token is not None:
            found.append(token)
        at = end
    return found


def _next(sql: str, at: int, brackets: bool) -> tuple[int, Token | None]:
    if space := _SPACE.match(sql, at):
        return space.end(), None
    if sql.startswith("/*", at):
        return _after_comment(sql, at, nested=not brackets), None
    character = sql[at]
    if blob := _BLOB.match(sql, at):
        return blob.end(), Token("blob", blob[1].lower(), at, blob.end())
    if character in "eE" and sql.startswith("'", at + 1) and not brackets:
        end, value = _quoted(sql, at + 1, "'", backslashes=True)
        return end, Token("text", _ESCAPE.sub(_unescape, value), at, end)
    if character == "'":
        end, value = _quoted(sql, at, "'")
        return end, Token("text", value, at, end)
    if character in '"`':
        end, value = _quoted(sql, at, character)
        return end, Token("quoted", value, at, end)
    if character == "[" and brackets:
        end = _find(sql, "]", at) + 1
        return end, Token("quoted", sql[at + 1 : end - 1], at, end)
    if not brackets and (dollar := _DOLLAR.match(sql, at)):
        close = _find(sql, dollar[0], dollar.end())
        return close + len(dollar[0]), Token("text", sql[dollar.end() : close], at, close + len(dollar[0]))
    for kind, pattern in _PATTERNS:
        if match := pattern.match(sql, at):
            return match.end(), Token(kind, match[0], at, match.end())
    operator = _operator(sql, at, sqlite=brackets)
    return at + len(operator), Token("symbol", operator, at, at + len(operator))


_PATTERNS: tuple[tuple[TokenKind, re.Pattern[str]], ...] = (("name", _NAME), ("number", _NUMBER))


def _operator(sql: str, at: int, *, sqlite: bool) -> str:
    match = (_SQLITE_OPERATOR if sqlite else _POSTGRES_OPERATOR).match(sql, at)
    if match is None:  # `.` matches anything, so only the end of the text gets here
        raise _unclosed(sql, at)
    text = match[0]
    if sqlite:
        return text
    for comment in ("--", "/*"):  # a comment ends an operator
        if comment in text:
            text = text[: text.index(comment)]
    # PostgreSQL's rule: a trailing + or - belongs to the number after it (`x=-1`), unless one of ~!@#%^&|? is there.
    while len(text) > 1 and text[-1] in "+-" and not set(text) & set("~!@#%^&|?"):
        text = text[:-1]
    return text


def _quoted(sql: str, at: int, quote: str, *, backslashes: bool = False) -> tuple[int, str]:
    """End and content of the quoted text at `at`, its doubled quotes made single; escapes are left as they are."""
    parts: list[str] = []
    start = at + 1
    position = start
    while True:
        close = _find(sql, quote, position)
        escape = sql.find("\\", position, close) if backslashes else -1
        if escape >= 0:
            position = escape + 2
        elif sql.startswith(quote, close + 1):
            parts.append(sql[start : close + 1])
            start = position = close + 2
        else:
            parts.append(sql[start:close])
            return close + 1, "".join(parts)


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "uUx" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _ESCAPES.get(code, code)


def _after_comment(sql: str, at: int, *, nested: bool) -> int:
    depth = 1
    position = at + 2
    while depth:
        close = sql.find("*/", position)
        if close < 0:
            return len(sql)  # SQLite lets a comment run to the end of the text
        inner = sql.find("/*", position, close) if nested else -1
        depth += 1 if inner >= 0 else -1
        position = (inner if inner >= 0 else close) + 2
    return position


def _find(sql: str, text: str, start: int) -> int:
    found = sql.find(text, start)
    if found < 0:
        raise _unclosed(sql, start)
    return found


def _unclosed(sql: str, at: int) -> DatabaseError:
    return DatabaseError(f"This SQL of the database's catalogue can't be read, a quote isn't closed: {sql[at:][:80]!r}")

r"""How names are written: patterns, and the reader that walks a text by them and says where it went wrong.

A name is letters, digits, `_`, `$`, inner spaces and single dashes, or anything at all between double quotes, with
`\"` and `\\` inside. A field may go on as a JSON path: `data->a->>b`, `data->0`.
"""

from __future__ import annotations

import re
from typing import NoReturn

from backsmith.engine.grammar.limits import Limits, too_complex
from backsmith.engine.grammar.query import FieldRef, JsonStep
from backsmith.errors import BAD_QUERY, RequestError

MARK = "\0"
"""Stands in a shape where a value stood; never part of a name."""

# Possessive throughout: no text makes these patterns try again what they have read.
QUOTED = r'"(?:[^"\\\0]|\\[^\0])*+"'
_LETTERS = r"[A-Za-z0-9_ $\x80-\U0010FFFF]++"
IDENTIFIER = rf"{_LETTERS}(?:-(?!>){_LETTERS})*+"
NAME = rf"(?>{QUOTED}|{IDENTIFIER})"
_KEY = r'(?!")[^\0(\-:.,>)]++(?:-(?!>)[^\0(\-:.,>)]++)*+'
_INDEX = r"-?[0-9]++(?=->|::|[.,)]|\Z)"
JSON_PATH = rf"(?:->>?(?>{QUOTED}|{_INDEX}|{_KEY}))*+"
WORD = re.compile(r"[A-Za-z0-9_ $\x80-\U0010FFFF]++")

_NAME = re.compile(NAME, re.DOTALL)
_ARROW = re.compile(r"->>?")
_STEP = re.compile(rf"(?P<quoted>{QUOTED})|(?P<index>{_INDEX})|(?P<key>{_KEY})", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BLANK = re.compile(r"[ \t]*+")

NAME_EXPECTED = "field name (* or [a..z0..9_$])"
_INDEX_MAX = 2**31 - 1
_SHOWN_MAX = 1_000


def unquoted(text: str) -> str:
    r"""A double-quoted text without its quotes, `\x` read as x."""
    inner = text[1:-1]
    return _ESCAPE.sub(r"\1", inner) if "\\" in inner else inner


def plain_name(text: str) -> str:
    """The name that a text matching NAME stands for."""
    if text.startswith('"'):
        return unquoted(text)
    if "-" in text:
        return "-".join(part.strip() for part in text.split("-"))
    return text.strip()


class Reader:
    """Walks a text; `subject` names it in messages (`select parameter`), `shown` is how the client wrote it.

    Columns in messages count from 1 in the text as read, like PostgREST's.
    """

    def __init__(self, text: str, subject: str, limits: Limits, *, shown: str | None = None) -> None:
        self.text = text
        self.subject = subject
        self.limits = limits
        self.shown = text if shown is None else shown
        self.position = 0

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """What the pattern matches here, read; None where it doesn't match."""
        match = pattern.match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        return match[0]

    def take_text(self, text: str) -> bool:
        """Read `text` if it comes next."""
        if self.text.startswith(text, self.position):
            self.position += len(text)
            return True
        return False

    def blank(self) -> None:
        """Skip spaces and tabs."""
        self.take(_BLANK)

    def at(self, text: str) -> bool:
        """Whether `text` comes next."""
        return self.text.startswith(text, self.position)

    @property
    def ended(self) -> bool:
        """Whether everything is read."""
        return self.position >= len(self.text)

    def name(self, expected: str = NAME_EXPECTED) -> str:
        """The name that comes next."""
        start = self.position
        text = self.take(_NAME)
        name = "" if text is None else plain_name(text)
        if not name:
            self.position = start
            self.fail(expected)
        if len(name) > self.limits.name_length:
            too_complex("A name is too long", "name_length", self.limits.name_length)
        return name

    def field(self, expected: str = NAME_EXPECTED) -> FieldRef:
        """The field that comes next, with its JSON path."""
        self.blank()
        name = self.name(expected)
        steps: list[JsonStep] = []
        while arrow := self.take(_ARROW):
            steps.append(JsonStep(self._step(), arrow == "->>"))
        if len(steps) > self.limits.path_steps:
            too_complex("A JSON path has too many steps", "path_steps", self.limits.path_steps)
        self.blank()
        return FieldRef(name, tuple(steps))

    def _step(self) -> str | int:
        match = _STEP.match(self.text, self.position)
        if match is None:
            self.fail('"-", digit or any non reserved character different from: .,>()')
        if index := match["index"]:
            # An index beyond PostgreSQL's int4 is an error there; no array is that long.
            digits = index.lstrip("-").lstrip("0")
            if len(digits) > 10 or int(digits or 0) > _INDEX_MAX:
                self.fail("an index of at most 2147483647")
            key: str | int = -int(digits or 0) if index.startswith("-") else int(digits or 0)
        else:
            key = plain_name(match[0])
        self.position = match.end()
        return key

    def fail(self, expected: str, hint: str | None = None) -> NoReturn:
        """Refuse the text: `expected` says what could have stood here."""
        shown = self.shown if len(self.shown) <= _SHOWN_MAX else f"{self.shown[:_SHOWN_MAX]}…"
        found = f'"{self.text[self.position]}"' if not self.ended else "end of input"
        column = self.position + 1
        raise RequestError(
            BAD_QUERY,
            f'"failed to parse {self.subject} ({shown})" (line 1, column {column})',
            details=f"unexpected {found} expecting {expected}",
            hint=hint,
            position=column,
        )

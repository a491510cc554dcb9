"""The mistakes of a body: each with its place, all reported together."""

from __future__ import annotations

from typing import Any, NoReturn

from backsmith.errors import INVALID, Kind, RequestError

MOST = 100
"""Mistakes that a reply lists: a body of thousands of rows must not be answered by one many times as long."""


class Misfit(Exception):  # noqa: N818 - it is a finding that the reader of the row collects
    """A value that can't be: PostgreSQL's or PostgREST's code for the case, what is wrong, what to write instead."""

    def __init__(self, code: str, message: str, hint: str | None = None, at: str = "") -> None:
        """`at` is where in the value it is, as the rest of a JSON pointer: `/2`."""
        super().__init__(message)
        self.code, self.message, self.hint, self.at = code, message, hint, at


class Misfits(Exception):  # noqa: N818 - as Misfit
    """Several of them, of one value."""

    def __init__(self, found: list[Misfit]) -> None:
        super().__init__(found[0].message)
        self.found = found


class Problems:
    """The mistakes found so far."""

    def __init__(self) -> None:
        self._found: list[dict[str, Any]] = []
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    @property
    def count(self) -> int:
        """How many there are."""
        return self._count

    def add(self, pointer: str, code: str, message: str, hint: str | None = None) -> None:
        """Note a mistake."""
        self._count += 1
        if len(self._found) < MOST:
            found = {"pointer": cut(pointer, 1000), "code": code, "message": message}
            self._found.append(found if hint is None else {**found, "hint": hint})

    def add_error(self, pointer: str, error: Misfit | Misfits | RequestError) -> None:
        """Note what a reader of values raised."""
        if isinstance(error, Misfits):
            for each in error.found:
                self.add_error(pointer, each)
        elif isinstance(error, Misfit):
            self.add(pointer + error.at, error.code, error.message, error.hint)
        else:
            self.add(pointer, error.kind.code, error.message, error.hint)

    def refuse(self, kind: Kind = INVALID) -> NoReturn:
        """Raise RequestError INVALID, or of another kind, with all of them; its code, message and hint are those of the
        first."""
        first = self._found[0]
        place = f"At {first['pointer']}." if first["pointer"] else None
        if self._count > 1:
            others = f"There are {self._count} mistakes in all" + (f", {MOST} listed." if self._count > MOST else ".")
            place = f"{place} {others}" if place else others
        raise RequestError(
            kind, first["message"], details=place, hint=first.get("hint"), code=first["code"], errors=self._found
        )


def cut(text: str, most: int = 200) -> str:
    """A name of the body as messages show it: one that nothing has may be of any length."""
    return text if len(text) <= most else f"{text[:most]}…"


def step(name: str) -> str:
    """A name as a step of a JSON pointer (RFC 6901): `/a~1b` for `a/b`."""
    return "/" + name.replace("~", "~0").replace("/", "~1") if "/" in name or "~" in name else f"/{name}"

"""Where in requests and replies a schema stands, and what is said of what was found in it there.

In: an operation, a site of it, findings. Out: differences, with a sentence and a request that breaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backsmith.contract.diff.nouns import Difference, Finding, Level, Place

SiteKind = Literal["body", "reply", "parameter", "header"]


@dataclass(frozen=True)
class Caller:
    """An operation, as differences name it."""

    id: str | None
    method: str
    path: str
    pointer: str

    @property
    def address(self) -> str:
        """`GET /orders/{id}`"""
        return f"{self.method} {self.path}"

    def difference(
        self, kind: str, level: Level, text: str, *, pointer: str | None = None, request: str | None = None
    ) -> Difference:
        """A difference of the operation."""
        place = Place(pointer=pointer or self.pointer, operation=self.id, method=self.method, path=self.path)
        breaks = None if level == "compatible" else request or self.address
        return Difference(kind=kind, level=level, place=place, text=text, request=breaks)


@dataclass(frozen=True)
class Site:
    """Where a value stands."""

    kind: SiteKind
    name: str
    """`the body`, `the reply 200`, `the query parameter status`."""
    parameter: str | None = None
    """The name of a parameter."""
    place: str = ""
    """Of a parameter: query, path, header, cookie."""
    textual: bool = False
    """Values are written as text there, whatever their types."""

    @property
    def _slug(self) -> str:
        return {
            "body": "request-body",
            "reply": "response-body",
            "parameter": "request-parameter",
            "header": "response-header",
        }[self.kind]

    def difference(self, caller: Caller, finding: Finding) -> Difference:
        """A finding in a value that stands here."""
        slug = self._slug
        if finding.path:
            slug = {"request-body": "request-property", "response-body": "response-property"}.get(
                slug, f"{slug}-property"
            )
        subject = f"{spelled(finding.path)} of {self.name}" if finding.path else self.name
        return caller.difference(
            f"{slug}-{finding.kind}",
            finding.level,
            f"{subject[:1].upper() if not finding.path else subject[:1]}{subject[1:]} {finding.words}.",
            pointer=finding.pointer,
            request=self._request(caller, finding),
        )

    def _request(self, caller: Caller, finding: Finding) -> str:
        match self.kind:
            case "body":
                if finding.shown is None:
                    return f"{caller.address} without {spelled(finding.path) or 'a body'}"
                return f"{caller.address} {_wrapped(finding.path, finding.shown)}"
            case "parameter":
                if finding.shown is None:
                    return f"{caller.address} without {self.parameter}"
                value = finding.shown.strip('"')
                if self.place == "query":
                    return f"{caller.address}?{self.parameter}={value}"
                if self.place == "path":
                    return f"{caller.method} {caller.path.replace(f'{{{self.parameter}}}', value)}"
                return f"{caller.address} with {self.parameter}: {value}"
            case _:
                return caller.address


def spelled(path: tuple[str, ...]) -> str:
    """`lines[].total`"""
    text = ""
    for name in path:
        text += name if name.startswith("[") or name == "{}" or not text else f".{name}"
    return text


def _wrapped(path: tuple[str, ...], shown: str) -> str:
    """The value within what leads to it: `{"lines": [{"total": null}]}`."""
    for name in reversed(path):
        shown = (
            f"[{shown}]" if name.startswith("[") else f'{{"…": {shown}}}' if name == "{}" else f'{{"{name}": {shown}}}'
        )
    return shown

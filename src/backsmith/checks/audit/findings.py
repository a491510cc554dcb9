"""The nouns of an audit: a kind of finding, a finding."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")
"""From the least to the most severe."""


class Check(Struct, frozen=True):
    """A kind of finding."""

    code: str
    """`open-writes`: names it in settings, SARIF and documentation."""
    severity: Severity
    title: str
    """What is looked for, half a sentence."""
    risk: str
    """What may happen."""
    owasp: tuple[str, ...]
    """Of the OWASP API Security Top 10 of 2023: `API1`."""
    asvs: tuple[str, ...]
    """Chapters of the OWASP Application Security Verification Standard 5.0: `V8`."""


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something risky."""

    check: str
    """The code of its `Check`."""
    severity: Severity
    subject: str
    """What it is about, by which it can be accepted: `Order.staff`, `cors_origins`, `httpx 0.1`."""
    message: str
    """What is so, a sentence or two."""
    fix: str
    """What to write or do instead."""
    file: str | None = None
    line: int | None = None
    column: int | None = None
    accepted: str | None = None
    """The reason for which it is accepted, by the setting `audit_accept`."""

    @property
    def key(self) -> str:
        """How the setting `audit_accept` names it: `open-writes:Order.staff`."""
        return f"{self.check}:{self.subject}"

    @property
    def place(self) -> str:
        """`shop.py:12`, or what it is about where that stands in no file."""
        return self.subject if self.file is None else f"{self.file}:{self.line}"

"""The nouns of a run: what was tried, and what was found."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Part = Literal["scenarios", "round-trips", "examples", "matrix", "contract"]
"""What is tried: the application's own scenarios, values through write and read, the examples of the documentation, the
rules by everybody, the document by made-up requests."""
PARTS: tuple[Part, ...] = ("scenarios", "round-trips", "examples", "matrix", "contract")
"""In the order in which they are run: what is quick, and what people wrote themselves, first."""


class Finding(Struct, frozen=True):
    """Something that isn't as the contract, a rule or a scenario says."""

    where: str
    """The operation, the field or the scenario: `POST /api/orders`, `scenarios/place.yaml:12`."""
    what: str
    """In words: what was to be and what was."""
    reproduce: str = ""
    """A command that shows it again, where there is one."""


class Result(Struct, frozen=True):
    """What became of one test: of an operation, an entity, a scenario."""

    part: Part
    name: str
    seconds: float
    tried: int = 1
    """Requests."""
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    """Why it wasn't run, where it wasn't."""


class Report(Struct, frozen=True):
    """A whole run."""

    application: str
    database: str
    """`SQLite`, `PostgreSQL`"""
    seed: int
    results: tuple[Result, ...]

    @property
    def findings(self) -> int:
        """How many there are."""
        return sum(len(result.findings) for result in self.results)

    @property
    def tried(self) -> int:
        """Requests."""
        return sum(result.tried for result in self.results)

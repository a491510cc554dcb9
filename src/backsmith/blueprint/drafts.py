"""What the compiler works on between a class and its `Entity`: entities whose names are not all resolved yet.

`Draft` is an entity, `Part` one of its annotated names, `Compilation` all of them with the problems found so far. The
`resolve_*` modules fill the drafts one after the other; `compile` turns them into the blueprint.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from backsmith.blueprint.blueprint import Field, Relation
from backsmith.blueprint.lock import Ids
from backsmith.blueprint.source import FunctionNode, Positioned, Source, Span
from backsmith.errors import ModelError, Problem
from backsmith.model.annotations import Shape
from backsmith.model.declaration import REQUIRED, Declaration
from backsmith.model.entity import Entity

T = TypeVar("T")


@dataclass(slots=True)
class Part:
    """An annotated name of an entity: a field or a relation."""

    entity: str
    name: str
    shape: Shape
    source: Source
    node: ast.AnnAssign | ast.ClassDef
    default: Any = REQUIRED
    doc: str | None = None

    @property
    def path(self) -> str:
        """`Order.customer`."""
        return f"{self.entity}.{self.name}"

    def marker(self, kind: type[Any]) -> Any:
        """The first marker of that class, or None."""
        return next((marker for marker in self.shape.markers if isinstance(marker, kind)), None)

    def problem(self, code: str, message: str, hint: str | None = None, *, at: str | None = None) -> Problem:
        """A mistake in this part, underlined at the name `at` of the annotation, else at the part's own name."""
        place: Positioned = self.node.target if isinstance(self.node, ast.AnnAssign) else name_of(self.node)
        found = None if at is None or not isinstance(self.node, ast.AnnAssign) else find(self.node.annotation, at)
        return self.source.problem(found or place, code, message, hint)

    def default_problem(self, code: str, message: str, hint: str | None = None) -> Problem:
        """A mistake in the default."""
        value = self.node.value if isinstance(self.node, ast.AnnAssign) else None
        return self.source.problem(value or self.node, code, message, hint)


@dataclass(slots=True)
class Draft:
    """An entity on its way from class to blueprint."""

    cls: type[Entity]
    name: str
    declaration: Declaration
    source: Source
    node: ast.ClassDef
    collection: str
    table: str
    private: bool
    parts: dict[str, Part] = field(default_factory=dict[str, Part])
    fields: dict[str, Field] = field(default_factory=dict[str, Field])
    relations: dict[str, Relation] = field(default_factory=dict[str, Relation])
    key: tuple[str, ...] = ()
    broken: set[str] = field(default_factory=set[str])
    """Names whose own mistake is reported: what follows from it isn't."""

    def problem(self, code: str, message: str, hint: str | None = None, *, at: str | None = None) -> Problem:
        """A mistake of the entity, underlined at the class keyword `at`, else at the class's name."""
        keyword = next((each.value for each in self.node.keywords if each.arg == at), None)
        return self.source.problem(keyword or name_of(self.node), code, message, hint)

    def earlier(self, name: str, renamed_from: str | None = None) -> list[str]:
        """The paths that the part `name` may have had before it or its entity were renamed."""
        before = [self.name] + ([self.declaration.renamed_from] if self.declaration.renamed_from else [])
        names = [name] + ([renamed_from] if renamed_from else [])
        return [f"{entity}.{each}" for entity in before for each in names]


class Compilation:
    """All drafts of an application, and the problems found so far."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self.drafts: list[Draft] = []
        self.by_class: dict[type[Entity], Draft] = {}
        self.account: Draft | None = None
        self.verbs: dict[str, list[str]] = {}
        """The names of the actions of each entity, which rules may allow."""
        self.allowed: dict[str, list[tuple[str, ...]]] = {}
        """The verbs of each rule, by entity."""
        self.problems: list[Problem] = []

    def report(self, *problems: Problem) -> None:
        """Remember mistakes; the compilation goes on to find the others."""
        self.problems.extend(problems)

    def names(self) -> list[str]:
        """The entities' names."""
        return [draft.name for draft in self.drafts]

    def finish(self) -> None:
        """Raise ModelError with all problems in the order of their places, if there are any."""
        if self.problems:
            raise ModelError(in_order(self.problems))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Without doubles, by file and place."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda each: (each.file, each.line, each.column, each.message)))


def attributes(draft: Draft, kind: type[T]) -> dict[str, T]:
    """The draft's class attributes of that kind as they stand in their classes, inherited ones first."""
    found: dict[str, Any] = {}
    for base in reversed(draft.cls.__mro__):
        found.update(vars(base))
    return {name: value for name, value in found.items() if isinstance(value, kind)}


def name_of(node: ast.ClassDef | FunctionNode) -> Positioned:
    """Where the name stands in `class Name` or `def name`; of a lambda, all of it."""
    if isinstance(node, ast.Lambda):
        return node
    word = {ast.ClassDef: "class ", ast.FunctionDef: "def ", ast.AsyncFunctionDef: "async def "}[type(node)]
    start = node.col_offset + len(word)
    return Span(node.lineno, start, node.lineno, start + len(node.name.encode()))


def find(tree: ast.AST, word: str) -> Positioned | None:
    """Where the name `word` stands in an annotation, inside quotes too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == word:
            return node
        if isinstance(node, ast.Attribute) and node.attr == word:
            return node
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            match = re.search(rf"\b{re.escape(word)}\b", node.value)
            if match and node.lineno == node.end_lineno:
                start = node.col_offset + 1 + len(node.value[: match.start()].encode())
                return Span(node.lineno, start, node.lineno, start + len(word.encode()))
    return None

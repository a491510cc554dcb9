"""Entities: the classes of an application -> drafts with their names, tables and annotated names.

Besides the application's own classes these are the account, the team and the membership where something relates to
them, and entities of other packages that a relation points at.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any

from backsmith.blueprint.drafts import Compilation, Draft, Part
from backsmith.blueprint.naming import (
    collection_name,
    did_you_mean,
)
from backsmith.blueprint.resolve_types import PLAIN
from backsmith.blueprint.source import Source, SourceMissing, source_of_class
from backsmith.errors import Problem
from backsmith.model.account import Account
from backsmith.model.annotations import Names, NotOneTypeError, Shape, read
from backsmith.model.declaration import REQUIRED, has_implicit_id, lineage
from backsmith.model.entity import Entity, is_entity
from backsmith.model.rules import computed
from backsmith.model.teams import Membership, Team

STANDING: Mapping[type[Entity], tuple[str, str]] = {
    Account: ("account", "accounts"),
    Team: ("team", "teams"),
    Membership: ("membership", "memberships"),
}
"""Entities of Backsmith's own that an application may extend: the class that does takes their place. What to call
one, and several."""


def add_drafts(compilation: Compilation, classes: Iterable[type[Entity]]) -> None:
    """Make a draft of each class and of the entities that they lead to."""
    wanted = [cls for cls in dict.fromkeys(classes) if not cls.__declaration__.abstract and cls not in STANDING]
    by_name: dict[str, type[Entity]] = {cls.__name__: cls for cls in wanted}
    extending = {base: [cls for cls in wanted if issubclass(cls, base)] for base in STANDING}
    standing = {base: found[0] if found else base for base, found in extending.items()}
    for cls in wanted:
        _add(compilation, cls, by_name)
    mentioned = list(_mentioned(compilation, standing))
    while mentioned:
        cls = mentioned.pop(0)
        if cls not in compilation.by_class and not cls.__declaration__.abstract:
            _add(compilation, cls, by_name)
            mentioned += _mentioned(compilation, standing)
    for base, cls in standing.items():
        if cls in compilation.by_class:
            compilation.by_class[base] = compilation.by_class[cls]
    compilation.account = compilation.by_class.get(Account)
    for base, (one, many) in STANDING.items():
        for other in extending[base][1:]:
            if other in compilation.by_class:
                draft = compilation.by_class[other]
                message = f"{draft.name} is a second {one}: {standing[base].__name__} is one already."
                hint = f"An application has one class of {many}."
                compilation.report(draft.problem(f"second-{one}", message, hint))
                if base is not Account:  # the rules that it inherits would be about the first one's rows
                    compilation.drafts.remove(draft)


def _mentioned(compilation: Compilation, standing: Mapping[Any, type[Entity]]) -> Iterator[type[Entity]]:
    """The entities that relations point at."""
    for draft in compilation.drafts:
        for part in draft.parts.values():
            if is_entity(part.shape.base):
                yield standing.get(part.shape.base, part.shape.base)


def _add(compilation: Compilation, cls: type[Entity], by_name: dict[str, type[Entity]]) -> None:
    declaration = cls.__declaration__
    try:
        source, node = source_of_class(declaration.file, cls.__name__, declaration.line)
    except SourceMissing as missing:
        compilation.report(missing.problem)
        return
    collection = declaration.collection or collection_name(cls.__name__)
    draft = Draft(
        cls=cls,
        name=cls.__name__,
        declaration=declaration,
        source=source,
        node=node,
        collection=collection,
        table=declaration.table or collection,
        private=declaration.private,
    )
    compilation.drafts.append(draft)
    compilation.by_class[cls] = draft
    for base in lineage(cls):
        if base is not cls and base not in STANDING and not base.__declaration__.abstract:
            message = f"{draft.name} inherits from the entity {base.__name__}."
            hint = f"Fields are inherited from abstract entities alone: class {base.__name__}(Entity, abstract=True)."
            compilation.report(draft.problem("inherits-entity", message, hint))
    if has_implicit_id(cls):
        draft.parts["id"] = Part(draft.name, "id", Shape(int), source, node)
    for base in lineage(cls):
        _add_parts(compilation, draft, base, by_name)


def _add_parts(compilation: Compilation, draft: Draft, base: type[Entity], by_name: dict[str, type[Entity]]) -> None:
    """Read the annotations that the class `base` gives the draft."""
    try:
        source, node = source_of_class(base.__declaration__.file, base.__name__, base.__declaration__.line)
    except SourceMissing as missing:
        compilation.report(missing.problem)
        return
    statements = {
        statement.target.id: (statement, following)
        for statement, following in zip(node.body, [*node.body[1:], None], strict=True)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }

    def missing_name(name: str) -> Any:
        if name in by_name:
            return by_name[name]
        if name == "Account":
            return Account
        raise NameError(name, name=name)

    names = Names(vars(sys.modules[base.__module__]), missing_name)
    for name, annotation in base.__declaration__.annotations.items():
        statement, following = statements.get(name, (None, None))
        default = base.__declaration__.defaults.get(name, REQUIRED)
        if isinstance(default, computed | FunctionType):
            default = REQUIRED  # two things of one name, which `resolve_names` reports
        part = Part(draft.name, name, Shape(None), source, statement or node, default, _doc(following))
        try:
            part.shape = read(annotation, names)
        except NameError as error:
            compilation.report(_unknown_name(part, error.name or "", by_name))
        except NotOneTypeError as error:
            hint = "Write X or X | None; for any JSON value write Json."
            compilation.report(part.problem("unknown-type", f"{part.path}: {error}.", hint))
        except Exception as error:
            compilation.report(part.problem("unknown-type", f"{part.path}: the type can't be read: {error}."))
        if part.shape.base is None:
            draft.broken.add(name)
        else:
            draft.parts[name] = part
    for problem in _untyped(draft, base, source, node):
        compilation.report(problem)


def _unknown_name(part: Part, name: str, by_name: dict[str, type[Entity]]) -> Problem:
    if name[:1].isupper():
        message = f"{part.path} points at the unknown entity '{name}'.{did_you_mean(name, by_name)}"
        return part.problem("unknown-entity", message, None if by_name else "Write class …(Entity).", at=name)
    return part.problem("unknown-type", unknown_type(part.path, name), at=name)


def unknown_type(path: str, name: str) -> str:
    """What to say of a type that isn't there."""
    return f"{path} has the unknown type '{name}'.{did_you_mean(name, (each.__name__ for each in PLAIN))}"


def _doc(statement: ast.stmt | None) -> str | None:
    """The text that stands alone below a field."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        text = statement.value.value
        return inspect.cleandoc(text) if isinstance(text, str) else None
    return None


def _untyped(draft: Draft, base: type[Entity], source: Source, node: ast.ClassDef) -> Iterator[Problem]:
    """Values in a class without a type, which would be fields in the eyes of their writer."""
    if base in STANDING:
        return
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if not name.startswith("_"):
                message = f"{draft.name}.{name} has a value but no type, so it is no field."
                hint = f"Write {name}: … = {ast.unparse(statement.value)}, or {name}: ClassVar[…] for what is no field."
                yield source.problem(statement.targets[0], "untyped-field", message, hint)

"""Fields: the annotated names with a type of values -> `Field`s, their defaults checked.

Foreign keys are made by `resolve_relations`; computed fields have their declared type here and their expression later.
"""

from __future__ import annotations

import inspect
import sys
from types import FunctionType
from typing import Any

from backsmith.blueprint.blueprint import Default, Field
from backsmith.blueprint.drafts import Compilation, Draft, Part, attributes, name_of
from backsmith.blueprint.naming import LONGEST, did_you_mean, too_long
from backsmith.blueprint.resolve_constants import MisfitError, constant
from backsmith.blueprint.resolve_deprecations import deprecated_part
from backsmith.blueprint.resolve_types import Resolved, TypeMistake, resolve_type
from backsmith.blueprint.source import SourceMissing, source_of_function
from backsmith.blueprint.types import Date, DateTime, Enum, Integer, List, Sealed, Type, Uuid, is_file
from backsmith.errors import Problem
from backsmith.model.annotations import Names, annotations_of, read
from backsmith.model.declaration import REQUIRED, key_of
from backsmith.model.defaults import Generated
from backsmith.model.entity import is_entity
from backsmith.model.markers import (
    Assigned,
    Backfill,
    Column,
    Deprecated,
    Hidden,
    Identity,
    Index,
    Indexed,
    RenamedFrom,
    Secret,
    Unique,
)
from backsmith.model.rules import computed

_GENERATORS: dict[str, type[Type]] = {"now": DateTime, "today": Date, "uuid7": Uuid, "uuid4": Uuid}


def add_fields(compilation: Compilation, draft: Draft) -> None:
    """Resolve the fields that the draft's annotations and computed methods declare."""
    for part in draft.parts.values():
        _check_renamed(compilation, draft, part)
        _check_index(compilation, part)
        if is_entity(part.shape.base):
            _check_deprecated(compilation, part)
        else:
            field = _field(compilation, draft, part)
            if field is None:
                draft.broken.add(part.name)
            else:
                draft.fields[part.name] = field
    for name, function in computed_of(draft).items():
        _add_computed(compilation, draft, name, function)


def _check_renamed(compilation: Compilation, draft: Draft, part: Part) -> None:
    renamed: RenamedFrom | None = part.marker(RenamedFrom)
    if renamed and renamed.name in draft.parts:
        message = f"{part.path} can't be renamed from '{renamed.name}', which is still there."
        compilation.report(part.problem("still-there", message, at="RenamedFrom"))


def _check_index(compilation: Compilation, part: Part) -> None:
    if part.marker(Index):
        message = f"{part.path}: Index is for several fields, in indexes=[…] of the class."
        compilation.report(part.problem("misfit-constraint", message, "Write Indexed here.", at="Index"))


def _check_deprecated(compilation: Compilation, part: Part) -> None:
    if part.marker(Deprecated):
        message = f"{part.path}: Deprecated is for fields, and actions, queries and routes."
        compilation.report(part.problem("misfit-constraint", message, "Leave it out here.", at="Deprecated"))


def computed_of(draft: Draft) -> dict[str, FunctionType]:
    """The functions of the computed fields by name."""
    found: dict[str, Any] = attributes(draft, computed)
    return {name: each.function for name, each in found.items()}


def _field(compilation: Compilation, draft: Draft, part: Part) -> Field | None:
    try:
        resolved = resolve_type(part.path, part.shape)
    except TypeMistake as mistake:
        compilation.report(part.problem(mistake.code, mistake.message, mistake.hint, at=mistake.at))
        return None
    column: Column = part.marker(Column) or Column()
    renamed: RenamedFrom | None = part.marker(RenamedFrom)
    for problem in _marker_problems(draft, part, resolved.type, column, renamed):
        compilation.report(problem)
    identity = _is_identity(draft, part, resolved.type, column)
    default = _default(compilation, part, resolved, column)
    if default is None and not identity and part.name == "id" and isinstance(resolved.type, Uuid):
        default = None if part.marker(Assigned) else Default("uuid7")
    return Field(
        id=compilation.ids.take(part.path, draft.earlier(part.name, renamed.name if renamed else None)),
        name=part.name,
        column=column.names[0] if column.names else part.name,
        type=resolved.type if part.marker(Secret) is None else _sealed(resolved.type),
        nullable=part.shape.nullable,
        default=default,
        bounds=resolved.bounds,
        unique=part.marker(Unique) is not None,
        indexed=part.marker(Indexed) is not None,
        hidden=part.marker(Hidden) is not None,
        identity=identity,
        storage=column.type,
        doc=part.doc,
        renamed_from=renamed.name if renamed else None,
        renamed_values=_renamed_values(compilation, part, resolved.type, renamed),
        backfill=_backfill(compilation, part, resolved),
        deprecation=deprecated_part(compilation, part),
    )


def _sealed(type: Type) -> Type:
    return type if isinstance(type, Sealed) else Sealed(type)


def _renamed_values(
    compilation: Compilation, part: Part, type: Type, renamed: RenamedFrom | None
) -> tuple[tuple[str, str], ...]:
    if renamed is None or not renamed.values:
        return ()
    values = type.values if isinstance(type, Enum) else ()
    for old, new in renamed.values:
        if new not in values or old in values:
            wrong = f"{old!r} is still a value of its own" if old in values else f"{new!r} is no value of the field"
            message = f"{part.path}: {old!r} can't be called {new!r} from now on: {wrong}."
            compilation.report(part.problem("bad-rename", message, at="RenamedFrom"))
            return ()
    return renamed.values


def _backfill(compilation: Compilation, part: Part, resolved: Resolved) -> Default | None:
    marker: Backfill | None = part.marker(Backfill)
    if marker is None:
        return None
    try:
        converted = constant(marker.value, resolved.type, resolved.bounds)
    except MisfitError as error:
        message = f"The Backfill of {part.path} doesn't fit: {marker.value!r} {error}."
        compilation.report(part.problem("bad-default", message, at="Backfill"))
        return None
    return Default("constant", converted)


def _is_identity(draft: Draft, part: Part, type: Type, column: Column) -> bool:
    if not isinstance(type, Integer):
        return False
    if part.marker(Identity):
        return True
    given = part.default is not REQUIRED or column.default is not None or part.marker(Assigned)
    return key_of(draft.cls) == ("id",) and part.name == "id" and not given and not draft.declaration.view


def _marker_problems(
    draft: Draft, part: Part, type: Type, column: Column, renamed: RenamedFrom | None
) -> list[Problem]:
    problems: list[Problem] = []
    if len(column.names) > 1:
        message = f"{part.path} is one value, so it has one column."
        problems.append(part.problem("misfit-constraint", message, at="Column"))
    if (column.names and too_long(column.names[0])) or too_long(part.name):
        message = f"The column of {part.path} has a name of more than {LONGEST} bytes."
        problems.append(part.problem("name-too-long", message, 'Write Annotated[…, Column("…")].'))
    if part.marker(Identity) and not isinstance(type, Integer):
        message = f"{part.path}: Identity doesn't fit: the database hands out whole numbers."
        problems.append(part.problem("misfit-constraint", message, at="Identity"))
    if renamed and renamed.name is None and not renamed.values:
        message = f"{part.path}: RenamedFrom needs its parameters."
        problems.append(part.problem("misfit-constraint", message, "Write RenamedFrom(…).", at="RenamedFrom"))
    if renamed and renamed.name is not None and "." in renamed.name:
        relation = renamed.name.partition(".")[0]
        ones = [each.name for each in draft.parts.values() if is_entity(each.shape.base) and not each.shape.many]
        if relation not in ones:
            message = (
                f"{part.path} can't come from '{renamed.name}': {draft.name} has no relation '{relation}' to one row."
                f"{did_you_mean(relation, ones)}"
            )
            hint = "A relation of this version leads to the entity that had the field."
            problems.append(part.problem("unknown-relation", message, hint, at="RenamedFrom"))
    return problems


def _default(compilation: Compilation, part: Part, resolved: Resolved, column: Column) -> Default | None:
    value = part.default
    if value is REQUIRED:
        return Default("sql", column.default) if column.default is not None else None
    if column.default is not None:
        message = f"{part.path} has two defaults: one here, one in its Column."
        compilation.report(part.default_problem("bad-default", message, "Keep one of them."))
        return None
    if isinstance(value, Generated):
        expected = _GENERATORS.get(value.generator)
        if expected is None or not isinstance(resolved.type, expected):
            message = f"The default of {part.path} is {value.generator}(), which isn't a value of its type."
            compilation.report(part.default_problem("bad-default", message))
        return Default(value.generator)
    if value is None:
        if not part.shape.nullable:
            message = f"The default of {part.path} is None, but its type doesn't allow None."
            hint = f"Write {part.name}: … | None = None, or leave the default out."
            compilation.report(part.default_problem("bad-default", message, hint))
        return None
    if is_file(resolved.type):
        message = f"{part.path} is a file, which has no default but None."
        compilation.report(part.default_problem("bad-default", message))
        return None
    try:
        converted = constant(value, resolved.type, resolved.bounds)
    except MisfitError as error:
        shown = value.value if hasattr(value, "value") else value
        compilation.report(
            part.default_problem("bad-default", f"The default of {part.path} doesn't fit: {shown!r} {error}.")
        )
        return None
    return (
        Default("empty_list") if isinstance(resolved.type, List) and not converted else Default("constant", converted)
    )


def _add_computed(compilation: Compilation, draft: Draft, name: str, function: FunctionType) -> None:
    """The field of a `@computed` method, its expression still to come."""
    try:
        source, node = source_of_function(function)
    except SourceMissing as missing:
        compilation.report(missing.problem)
        return
    place = name_of(node)
    path = f"{draft.name}.{name}"
    annotation = annotations_of(function).get("return")
    if annotation is None:
        message = f"{path} doesn't say the type of its value."
        hint = f"Write def {name}(self) -> Decimal: with the type that it has."
        compilation.report(source.problem(place, "untyped-field", message, hint))
        draft.broken.add(name)
        return
    try:
        shape = read(annotation, Names(vars(sys.modules[function.__module__]), lambda each: None))
        resolved = resolve_type(path, shape)
    except (TypeMistake, TypeError, NameError) as error:
        hint = error.hint if isinstance(error, TypeMistake) else None
        compilation.report(source.problem(getattr(node, "returns", None) or node, "unknown-type", f"{error}", hint))
        draft.broken.add(name)
        return
    if any(marker is Secret or isinstance(marker, Secret) for marker in shape.markers):
        message = f"{path} is computed by the database, which nothing secret can be."
        compilation.report(source.problem(getattr(node, "returns", None) or node, "secret", message))
    draft.fields[name] = Field(
        id=compilation.ids.take(path, draft.earlier(name)),
        name=name,
        column=name,
        type=resolved.type,
        nullable=shape.nullable,
        doc=inspect.getdoc(function),
    )

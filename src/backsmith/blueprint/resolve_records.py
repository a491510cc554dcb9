"""Types of parameters: what a field can hold, and beyond it objects of the application's classes, rows and files."""

from __future__ import annotations

import collections.abc
import dataclasses
import sys
import types
from collections.abc import Mapping
from typing import Any, NamedTuple, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from backsmith.blueprint.blueprint import Bounds, Items, JsonObject, Parameter, Record, RowOf, Upload, ValueType
from backsmith.blueprint.drafts import Compilation
from backsmith.blueprint.resolve_constants import MisfitError, constant
from backsmith.blueprint.resolve_types import TypeMistake, resolve_type
from backsmith.blueprint.types import Json
from backsmith.model.annotations import Names, NotOneTypeError, Shape, read
from backsmith.model.entity import is_entity
from backsmith.model.uploads import UploadFile

MISSING = object()
"""In place of a default: there is none."""


class ValueKind(NamedTuple):
    """What an annotation says about the values of a parameter."""

    type: ValueType
    bounds: Bounds | None = None


def resolve_value_type(compilation: Compilation, path: str, shape: Shape, within: tuple[type, ...] = ()) -> ValueKind:
    """The type of the parameter or member `path` ("place(note)"). Raises TypeMistake.

    `within` are the records around it: none may hold itself.
    """
    base = shape.base
    if base is UploadFile:
        return ValueKind(Upload(many=shape.many))
    if is_entity(base):
        draft = compilation.by_class.get(base)
        if shape.many or draft is None or len(draft.key) != 1:
            hint = "One row of an entity whose key is one field can be: it is given by its key."
            raise TypeMistake("unknown-type", f"{path} can't be of {base.__name__} rows.", hint)
        return ValueKind(RowOf(draft.name))
    if _is_record(base):
        if base in within:
            raise TypeMistake("unknown-type", f"{path}: {base.__name__} holds itself.", "Write Json for the inner one.")
        record = _record(compilation, base, (*within, base))
        return ValueKind(Items(record, shape.item_nullable) if shape.many else record)
    if base in (dict, Mapping) or get_origin(base) in (dict, Mapping, collections.abc.Mapping):
        return ValueKind(JsonObject())
    if base in (Any, object):
        return ValueKind(Json())
    resolved = resolve_type(path, shape)
    return ValueKind(resolved.type, resolved.bounds)


def default_of(value: Any, kind: ValueKind) -> Any:
    """The default as canonical JSON. Raises MisfitError. One of a record isn't told: Python makes it."""
    if isinstance(kind.type, Record | Items | JsonObject | RowOf | Upload):
        if value is None:
            raise MisfitError("needs a type with | None")
        return None
    return constant(value, kind.type, kind.bounds)


def _is_record(base: Any) -> bool:
    return isinstance(base, type) and (dataclasses.is_dataclass(base) or issubclass(base, msgspec.Struct))


def _record(compilation: Compilation, cls: type, within: tuple[type, ...]) -> Record:
    name = f"{cls.__module__}:{cls.__qualname__}"
    if "<locals>" in name:
        raise TypeMistake("unknown-type", f"{cls.__name__} is defined in a function.", "Define it in the module.")
    try:
        hints = get_type_hints(cls, include_extras=True)
    except NameError as error:
        raise TypeMistake("unknown-type", f"{cls.__name__} has the unknown type '{error.name}'.") from error
    members: list[Parameter] = []
    names = Names(vars(sys.modules[cls.__module__]), _unknown)
    for member, key, default in _members(cls):
        path = f"{cls.__name__}.{member}"
        try:
            shape = read(_without_unset(hints[member]), names)
        except NotOneTypeError as error:
            raise TypeMistake("unknown-type", f"{path}: {error}.") from error
        kind = resolve_value_type(compilation, path, shape, within)
        if isinstance(kind.type, Upload | RowOf):
            what = "files" if isinstance(kind.type, Upload) else "rows"
            raise TypeMistake("unknown-type", f"{path}: {what} are parameters of their own.", "Write its key's type.")
        try:
            told = None if default in (None, MISSING, msgspec.UNSET) else default_of(default, kind)
        except MisfitError:
            told = None  # Python makes it as it is
        members.append(
            Parameter(
                name=member,
                type=kind.type,
                nullable=shape.nullable,
                required=default is MISSING,
                default=told,
                bounds=kind.bounds,
                key=key if key != member else None,
            )
        )
    return Record(name, tuple(members))


def _without_unset(annotation: Any) -> Any:
    """The annotation without `msgspec.UnsetType`, which says that the member may be left out."""
    if get_origin(annotation) in (Union, types.UnionType):
        members = tuple(each for each in get_args(annotation) if each is not msgspec.UnsetType)
        return Union[members]  # noqa: UP007 - made at run time
    return annotation


def _unknown(name: str) -> Any:
    raise NameError(name, name=name)


def _members(cls: type) -> list[tuple[str, str, Any]]:
    """Name, name in JSON, and default of each member; None of one that is made anew each time."""
    if issubclass(cls, msgspec.Struct):
        return [
            (
                field.name,
                field.encode_name,
                field.default
                if field.default is not msgspec.NODEFAULT
                else MISSING
                if field.default_factory is msgspec.NODEFAULT
                else None,
            )
            for field in msgspec.structs.fields(cls)
        ]
    return [
        (
            field.name,
            field.name,
            field.default
            if field.default is not dataclasses.MISSING
            else MISSING
            if field.default_factory is dataclasses.MISSING
            else None,
        )
        for field in dataclasses.fields(cast(Any, cls))
        if field.init
    ]

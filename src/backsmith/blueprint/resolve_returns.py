"""What functions return: the annotation of a query, action or route -> `Returned`.

What can't be read is no mistake of the model: nothing depends on it but documents and clients, to which it is any JSON.
Whether a name in it is there at all is what type checkers say.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import sys
import types
import typing
from typing import Annotated, Any, ForwardRef, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

import msgspec

from backsmith.blueprint.blueprint import (
    ListOf,
    MapOf,
    ObjectOf,
    OwnResponse,
    Returned,
    ReturnedMember,
    ReturnType,
    RowOf,
)
from backsmith.blueprint.drafts import Compilation
from backsmith.blueprint.resolve_signatures import Function
from backsmith.blueprint.resolve_types import resolve_type
from backsmith.blueprint.types import Json, Numeric
from backsmith.model.annotations import Names, annotations_of, read
from backsmith.model.entity import is_entity
from backsmith.model.response import Response

ANYTHING = Json()
_LISTS = (list, tuple, set, frozenset, *(getattr(collections.abc, name) for name in ("Sequence", "Set", "Collection")))
_MAPS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_QUALIFIED = (typing.Required, typing.NotRequired)
_PIECES = (collections.abc.AsyncIterator, collections.abc.AsyncIterable, collections.abc.AsyncGenerator)

Told = tuple[ReturnType | None, bool]
"""A type, None for what is None alone; and whether it may be null."""


def returned_by(compilation: Compilation, function: Function) -> Returned | None:
    """What the function says that it returns; None where it doesn't say it."""
    annotations = annotations_of(function.function)
    if "return" not in annotations:
        return None
    reader = _Reader(compilation, function.module)
    annotation = reader.evaluated(annotations["return"])
    if (get_origin(annotation) or annotation) in _PIECES:
        pieces = get_args(annotation)
        type, nullable = reader.type_of(pieces[0]) if pieces else (ANYTHING, False)
        return Returned(type or ANYTHING, nullable, pieces=True)
    return Returned(*reader.type_of(annotation))


class _Reader:
    """Reads annotations in the names of a module."""

    def __init__(self, compilation: Compilation, module: str) -> None:
        self._compilation = compilation
        self._entities = {draft.name: draft.cls for draft in compilation.drafts}
        self._names = Names(vars(sys.modules[module]), self._elsewhere)

    def _elsewhere(self, name: str) -> Any:
        """What a name stands for that the module may know only for type checkers."""
        if name in self._entities:
            return self._entities[name]
        for module in (typing, collections.abc):
            if hasattr(module, name):
                return getattr(module, name)
        raise NameError(name, name=name)

    def evaluated(self, annotation: Any) -> Any:
        """The annotation, evaluated where it is a text; Any where that can't be."""
        if isinstance(annotation, ForwardRef):
            annotation = annotation.__forward_arg__
        if isinstance(annotation, str):
            try:
                return self.evaluated(eval(annotation, {}, self._names))
            except Exception:  # whatever evaluating some text raises
                return Any
        return getattr(annotation, "__value__", annotation)  # of `type Name = …`

    def type_of(self, annotation: Any, within: tuple[type, ...] = ()) -> Told:
        """What it says; `within` are the classes around it, of which none is read into itself."""
        annotation = self.evaluated(annotation)
        origin, arguments = get_origin(annotation), get_args(annotation)
        if annotation in (None, types.NoneType):
            return None, True
        if origin in (Union, types.UnionType):
            return self._union(arguments, within)
        if origin is Annotated and (made := self._made(arguments[0], within)) is not None:
            return made
        made = self._made(annotation, within)
        return (self._value(annotation), False) if made is None else made

    def _union(self, arguments: tuple[Any, ...], within: tuple[type, ...]) -> Told:
        told = [self.type_of(each, within) for each in arguments if each is not msgspec.UnsetType]
        some = list(dict.fromkeys(type for type, _ in told if type is not None))
        nullable = any(null for _, null in told)
        if len(some) == 1:
            return some[0], nullable
        return OwnResponse() if OwnResponse() in some else ANYTHING, nullable

    def _made(self, annotation: Any, within: tuple[type, ...]) -> Told | None:
        """What it is if it is made of others: a list, a map, a row, an object. None: it is a value."""
        annotation = self.evaluated(annotation)
        base, arguments = get_origin(annotation) or annotation, get_args(annotation)
        if base in (Union, types.UnionType):
            return self._union(arguments, within)
        if base in _LISTS:
            whole = base is tuple and (len(arguments) != 2 or arguments[1] is not ...)
            item, nullable = (ANYTHING, False) if whole or not arguments else self.type_of(arguments[0], within)
            return ListOf(item or ANYTHING, nullable and item is not None), False
        if base in _MAPS:
            value, nullable = self.type_of(arguments[1], within) if len(arguments) == 2 else (ANYTHING, False)
            return MapOf(value or ANYTHING, nullable and value is not None), False
        if not isinstance(base, type):
            return None
        cls = cast("type[Any]", base)
        if issubclass(cls, Response):
            return OwnResponse(), False
        if is_entity(cls):
            draft = self._compilation.by_class.get(cls)
            return (ANYTHING if draft is None else RowOf(draft.name)), False
        if dataclasses.is_dataclass(cls) or issubclass(cls, msgspec.Struct) or is_typeddict(cls):
            return (ANYTHING if cls in within else self._object(cls, (*within, cls))), False
        return None

    def _object(self, cls: type[Any], within: tuple[type, ...]) -> ReturnType:
        try:
            own = {name: entity for name, entity in self._entities.items() if not hasattr(_module(cls), name)}
            hints = get_type_hints(cls, localns=own, include_extras=True)
        except Exception:  # whatever evaluating its texts raises
            return ANYTHING
        members: list[ReturnedMember] = []
        reader = _Reader(self._compilation, cls.__module__)
        for name, key, required in _members(cls):
            hint = hints[name]
            said = get_origin(hint)
            inner = get_args(hint)[0] if said in _QUALIFIED else hint
            kind, nullable = reader.type_of(inner, within)
            always = (said is typing.Required if said in _QUALIFIED else required) and (
                msgspec.UnsetType not in get_args(inner)
            )
            members.append(ReturnedMember(name=key, type=kind or ANYTHING, nullable=nullable, always=always))
        return ObjectOf(f"{cls.__module__}:{cls.__qualname__}", tuple(members))

    def _value(self, annotation: Any) -> ReturnType:
        try:
            shape = read(annotation, self._names)
            type = resolve_type("", shape).type
        except Exception:  # what no field could hold, or what isn't a type at all
            return ANYTHING
        # Nothing says how many digits a plain Decimal has that isn't kept anywhere.
        return Numeric(None) if type == Numeric() and not shape.markers else type


def _module(cls: type) -> types.ModuleType:
    return sys.modules[cls.__module__]


def _members(cls: type[Any]) -> list[tuple[str, str, bool]]:
    """Name, name in JSON, and whether it is always there, of each member."""
    if issubclass(cls, msgspec.Struct):
        names = zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True)
        return [(name, key, True) for name, key in names]
    if is_typeddict(cls):
        return [(name, name, name in cast(Any, cls).__required_keys__) for name in cls.__annotations__]
    return [(field.name, field.name, True) for field in dataclasses.fields(cls)]

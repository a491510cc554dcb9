"""msgspec types of our own endpoints -> types of a contract; their structs become named shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import getdoc
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Bounds, Default
from backsmith.blueprint.types import Boolean, Date, DateTime, Duration, Enum, Float, Integer, Json, Text, Type, Uuid
from backsmith.contract.contract import Either, Many, Mapped, Member, Ref, Shape, ShapeType
from backsmith.contract.endpoints import KEYS, SHAPES
from backsmith.contract.names import distinct
from backsmith.contract.struct_docs import member_docs


class Structs:
    """Makes types, and collects the shapes of structs."""

    def __init__(self, shapes: Iterable[Shape], keys: Mapping[str, Type] | None = None) -> None:
        """`shapes` are those there are: their names are taken. `keys` are the types of the application's
        own keys, by the words of `endpoints.KEYS`."""
        self._keys = keys or {}
        self._taken = {shape.name for shape in shapes}
        self._known: dict[tuple[type, bool], str] = {}
        self._shown = False
        self.shapes: list[Shape] = []

    def given(self, annotation: Any) -> ShapeType:
        """The type of a body."""
        self._shown = False
        return self._type(inspect.type_info(annotation))[0]

    def shown(self, annotation: Any) -> ShapeType:
        """The type of a reply; also of several structs without tags, which msgspec itself couldn't tell apart."""
        if get_origin(annotation) in (Union, UnionType):
            return Either(tuple(self.shown(each) for each in get_args(annotation)))
        self._shown = True
        return self._type(inspect.type_info(annotation))[0]

    def _type(self, info: inspect.Type) -> tuple[ShapeType, bool]:
        """The type, and whether it may be null."""
        match info:
            case inspect.Metadata(type=inner):
                return self._type(inner)
            case inspect.UnionType(types=types):
                some = [each for each in types if not isinstance(each, inspect.NoneType)]
                found = tuple(self._type(each)[0] for each in some)
                return found[0] if len(found) == 1 else Either(found), len(some) < len(types)
            case inspect.StructType(cls=cls):
                return Ref(self._struct(cls, info)), False
            case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
                return Many(*self._type(item)), False
            case inspect.DictType(value_type=value):
                return Mapped(self._type(value)[0]), False
            case inspect.LiteralType(values=values):
                return Enum(tuple(map(str, values))), False
            case inspect.StrType():
                return Text(info.max_length, info.min_length, info.pattern), False
            case inspect.AnyType() | inspect.RawType():
                return Json(), True
            case _:
                return _SIMPLE[type(info)], False

    def _struct(self, cls: type[msgspec.Struct], info: inspect.StructType) -> str:
        known = self._known.get((cls, self._shown))
        if known is None:
            wanted = SHAPES.get((cls.__module__.rpartition(".")[2], cls.__name__), cls.__name__.strip("_"))
            known = self._known[cls, self._shown] = distinct(wanted, self._taken)
            self._taken.add(known)
            left_out = not self._shown or cls.__struct_config__.omit_defaults
            docs = member_docs(cls)
            members = tuple(self._with_key(cls, self._member(field, docs, left_out=left_out)) for field in info.fields)
            doc = getdoc(cls) if "__doc__" in vars(cls) else None
            self.shapes.append(
                Shape(name=known, purpose="record", members=members, doc=doc, closed=info.forbid_unknown_fields)
            )
        return known

    def _with_key(self, cls: type, member: Member) -> Member:
        """The member, of the type of the application's own keys where it holds one."""
        of, nullable = KEYS.get((cls.__name__, member.name), ("", False))
        return replace(member, type=self._keys[of], nullable=nullable) if of in self._keys else member

    def _member(self, field: inspect.Field, docs: Mapping[str, str], *, left_out: bool) -> Member:
        """`left_out` says that a member with a default may be."""
        type, nullable = self._type(field.type)
        default = None if field.default is msgspec.NODEFAULT else Default("constant", field.default)
        return Member(
            name=field.encode_name,
            type=type,
            nullable=nullable,
            required=field.required or not left_out,
            default=default,
            bounds=_bounds(field.type),
            doc=docs.get(field.name),
        )


def _bounds(info: inspect.Type) -> Bounds | None:
    if not isinstance(info, inspect.IntType | inspect.FloatType):
        return None
    ends = (info.gt, info.ge, info.lt, info.le)
    return Bounds(*(None if end is None else str(end) for end in ends)) if any(e is not None for e in ends) else None


_SIMPLE: dict[type[inspect.Type], ShapeType] = {
    inspect.BoolType: Boolean(),
    inspect.IntType: Integer(),
    inspect.FloatType: Float(),
    inspect.DateTimeType: DateTime(),
    inspect.DateType: Date(),
    inspect.TimeDeltaType: Duration(),
    inspect.UUIDType: Uuid(),
}

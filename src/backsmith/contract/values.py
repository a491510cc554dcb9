"""Types of the application's functions -> types of a contract. Records become named shapes on the way."""

from __future__ import annotations

from collections.abc import Iterable

from backsmith.blueprint.blueprint import (
    Default,
    Entity,
    Items,
    JsonObject,
    Parameter,
    Record,
    RowOf,
    Upload,
    ValueType,
)
from backsmith.blueprint.types import Json, Type, plain_of
from backsmith.contract.contract import Bytestream, Many, Mapped, Member, Ref, Shape, ShapeType
from backsmith.contract.names import distinct, type_name
from backsmith.contract.visible import Visible


class Values:
    """Makes types, and collects the shapes of records."""

    def __init__(self, visible: Visible, shapes: Iterable[Shape]) -> None:
        """`shapes` are those there are: their names are taken."""
        self._visible = visible
        self._taken = {shape.name for shape in shapes}
        self._known: dict[Record, str] = {}
        self.shapes: list[Shape] = []

    def given(self, type: ValueType) -> ShapeType:
        """The type of what a request gives. A row is given by its key."""
        match type:
            case RowOf(entity):
                target = self._visible.entities[entity]
                return key_type(target)
            case _:
                return self._shape_type(type)

    def shown(self, type: ValueType) -> ShapeType:
        """The type of what a reply holds. A row is shown as a row."""
        match type:
            case RowOf(entity):
                target = self._visible.entities[entity]
                return Ref(target.name) if self._visible.readable(target) else Mapped(Json())
            case Items(item, nullable):
                return Many(self.shown(item), nullable)
            case _:
                return self._shape_type(type)

    def _shape_type(self, type: ValueType) -> ShapeType:
        match type:
            case Record():
                return Ref(self._record(type))
            case Items(item, nullable):
                return Many(self.given(item), nullable)
            case JsonObject():
                return Mapped(Json())
            case Upload(many):
                return Many(Bytestream()) if many else Bytestream()
            case RowOf():
                return self.given(type)
            case _:
                return plain_of(type)

    def member(self, parameter: Parameter) -> Member:
        """A parameter as a member of an object."""
        return Member(
            name=parameter.key or parameter.name,
            type=self.given(parameter.type),
            nullable=parameter.nullable,
            required=parameter.required,
            default=None if parameter.required else Default("constant", parameter.default),
            bounds=parameter.bounds,
        )

    def named(self, wanted: str, members: Iterable[Member], doc: str | None = None) -> Ref:
        """A shape of its own."""
        name = distinct(wanted, self._taken)
        self._taken.add(name)
        self.shapes.append(Shape(name=name, purpose="record", members=tuple(members), doc=doc, closed=True))
        return Ref(name)

    def _record(self, record: Record) -> str:
        known = self._known.get(record)
        if known is None:
            wanted = type_name(record.cls.rpartition(":")[2].replace(".", "_"))
            known = self._known[record] = distinct(wanted, self._taken)
            self._taken.add(known)
            members = tuple(self.member(member) for member in record.members)
            self.shapes.append(Shape(name=known, purpose="record", members=members))
        return known


def key_type(entity: Entity) -> Type:
    """The type of the one field of an entity's key."""
    return next(plain_of(field.type) for field in entity.fields if field.name == entity.key[0])

"""Types of the application's functions -> types of a contract. Records become named shapes on the way."""

from __future__ import annotations

from collections.abc import Iterable

from backsmith.blueprint.blueprint import (
    Blueprint,
    Default,
    Entity,
    Items,
    JsonObject,
    ListOf,
    MapOf,
    ObjectOf,
    OwnResponse,
    Parameter,
    Record,
    ReturnType,
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
        self._returned = returned_classes(visible.blueprint)
        self._known: dict[tuple[str, tuple[Member, ...]], str] = {}
        self.shapes: list[Shape] = []

    def given(self, type: ValueType) -> ShapeType:
        """The type of what a request gives. A row is given by its key."""
        match type:
            case RowOf(entity):
                return key_type(self._visible.entities[entity])
            case Record():
                return Ref(self._record(type))
            case Items(item, nullable):
                return Many(self.given(item), nullable)
            case JsonObject():
                return Mapped(Json())
            case Upload(many):
                return Many(Bytestream()) if many else Bytestream()
            case _:
                return plain_of(type)

    def shown(self, type: ReturnType) -> ShapeType:
        """The type of what a reply holds. Of a row of which this audience may read nothing, nothing is shown."""
        match type:
            case RowOf(entity):
                target = self._visible.entities[entity]
                return Ref(target.name) if self._visible.readable(target) and not target.private else Json()
            case ListOf(item, nullable):
                return Many(self.shown(item), nullable)
            case MapOf(value):
                return Mapped(self.shown(value))
            case ObjectOf():
                return Ref(self._object(type))
            case OwnResponse():
                return Json()
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

    def named(self, wanted: str, members: Iterable[Member], *, closed: bool = True) -> Ref:
        """A shape of its own; one of the same name and members that was made before."""
        members = tuple(members)
        known = next((each for each in self.shapes if each.name == wanted and each.members == members), None)
        if known is not None:
            return Ref(known.name)
        name = distinct(wanted, self._taken)
        self._taken.add(name)
        self.shapes.append(Shape(name=name, purpose="record", members=members, closed=closed))
        return Ref(name)

    def _record(self, record: Record) -> str:
        suffix = "Given" if record.cls in self._returned else ""
        return self._made(record.cls, suffix, tuple(self.member(member) for member in record.members))

    def _object(self, made: ObjectOf) -> str:
        members = (
            Member(name=each.name, type=self.shown(each.type), nullable=each.nullable, required=each.always)
            for each in made.members
        )
        return self._made(made.cls, "", tuple(members))

    def _made(self, cls: str, suffix: str, members: tuple[Member, ...]) -> str:
        """The name of the shape of a class."""
        known = self._known.get((cls, members))
        if known is None:
            known = distinct(type_name(cls.rpartition(":")[2].replace(".", "_")) + suffix, self._taken)
            self._known[cls, members] = known
            self._taken.add(known)
            self.shapes.append(Shape(name=known, purpose="record", members=members))
        return known


def returned_classes(blueprint: Blueprint) -> frozenset[str]:
    """The classes of the application that some function returns. What is given of these has a shape of its own, by a
    name that doesn't hang on which functions an audience may call."""
    found: set[str] = set()

    def look(type: ReturnType | None) -> None:
        match type:
            case ListOf(item):
                look(item)
            case MapOf(value):
                look(value)
            case ObjectOf(cls, members):
                found.add(cls)
                for member in members:
                    look(member.type)
            case _:
                pass

    for function in (*blueprint.queries, *blueprint.actions, *blueprint.routes):
        look(None if function.returns is None else function.returns.type)
    return frozenset(found)


def key_type(entity: Entity) -> Type:
    """The type of the one field of an entity's key."""
    return next(plain_of(field.type) for field in entity.fields if field.name == entity.key[0])

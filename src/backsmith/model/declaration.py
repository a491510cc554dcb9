"""What is remembered of each entity's class, for the compiler and for making objects.

In: the classes. Out: a `Declaration` each, and answers that look at the whole line of inheritance.
"""

from __future__ import annotations

import difflib
import sys
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backsmith.model.annotations import Names, read
from backsmith.model.defaults import Generated
from backsmith.model.markers import Assigned, Index, SqlCheck, Unique

if TYPE_CHECKING:
    from backsmith.model.entity import Entity


class Required:
    """In place of a default: there is none."""


REQUIRED = Required()


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a class statement said."""

    line: int
    """Where the statement begins in its file."""
    file: str
    annotations: dict[str, Any]
    """As written in this class alone; not evaluated."""
    defaults: dict[str, Any]
    """The class values of annotated names."""
    table: str | None
    schema: str | None
    collection: str | None
    key: tuple[str, ...] | None
    unique: tuple[Unique, ...]
    indexes: tuple[Index, ...]
    sql_checks: tuple[SqlCheck, ...]
    view: bool
    private: bool
    log: bool | None
    abstract: bool
    renamed_from: str | None
    family: type[Entity]
    """The first class of its line that isn't abstract: rows of one family are compared by key."""
    attributes: dict[str, Any] = field(default_factory=dict[str, Any], compare=False)
    """Default of each attribute, inherited ones included; filled when the first object is made."""


def lineage(entity: type[Entity]) -> list[type[Entity]]:
    """The classes that give the entity its fields, the base first."""
    return [base for base in reversed(entity.__mro__) if "__declaration__" in base.__dict__]


def key_of(entity: type[Entity]) -> tuple[str, ...]:
    """Names of the attributes that are the key."""
    for base in reversed(lineage(entity)):
        if base.__declaration__.key is not None:
            return base.__declaration__.key
    declares_id = any("id" in base.__declaration__.annotations for base in lineage(entity))
    return () if entity.__declaration__.view and not declares_id else ("id",)


def log_of(entity: type[Entity]) -> bool:
    """Whether the class, or the nearest of its bases that says, asks for the change log."""
    said = (base.__declaration__.log for base in reversed(lineage(entity)))
    return next((log for log in said if log is not None), False)


def has_implicit_id(entity: type[Entity]) -> bool:
    """Whether the key is an `id: int` that the class doesn't spell out."""
    return key_of(entity) == ("id",) and not any("id" in base.__declaration__.annotations for base in lineage(entity))


def attributes_of(entity: type[Entity]) -> dict[str, Any]:
    """Names of what an object of the class holds, with their defaults, or REQUIRED."""
    known = entity.__declaration__.attributes
    if not known:
        if has_implicit_id(entity):
            known["id"] = None
        for base in lineage(entity):
            names = Names(vars(sys.modules[base.__module__]), placeholder)
            for name, annotation in base.__declaration__.annotations.items():
                known[name] = _default(base, name, annotation, names)
    return known


def _default(entity: type[Entity], name: str, annotation: Any, names: Names) -> Any:
    if name in entity.__declaration__.defaults:
        return entity.__declaration__.defaults[name]
    shape = read(annotation, names)
    if shape.many and not shape.nullable:
        return []
    if name == "id" and getattr(shape.base, "__name__", "") == "UUID":
        return REQUIRED if any(isinstance(marker, Assigned) for marker in shape.markers) else Generated("uuid7")
    return None if shape.nullable or name == "id" else REQUIRED


def placeholder(name: str) -> type:
    """Stands for a class that isn't there yet, or only for type checkers: the shape is all that matters here."""
    return types.new_class(name)


def unknown_attribute(entity: type[Entity], name: str) -> str:
    """What to say of a value for a name that isn't a field."""
    if hasattr(entity, name):
        return f"{entity.__name__}.{name} is computed or a method: it can't be given."
    close = difflib.get_close_matches(name, attributes_of(entity), 1)
    return f"{entity.__name__} has no field '{name}'." + (f" Did you mean '{close[0]}'?" if close else "")

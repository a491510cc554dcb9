"""`Entity`, the base of everything an application keeps.

In: class statements. Out: a `Declaration` a class, which the blueprint's compiler reads; objects that rules, checks and
computed fields run on as ordinary Python; paths for conditions where a field is asked of the class itself.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeGuard

from backsmith.model.annotations import annotations_of, is_class_variable
from backsmith.model.conditions import Path
from backsmith.model.declaration import (
    REQUIRED,
    Declaration,
    attributes_of,
    has_implicit_id,
    key_of,
    lineage,
    unknown_attribute,
)
from backsmith.model.defaults import Generated
from backsmith.model.markers import Index, SqlCheck, Unique

MADE = "_made"
"""Where an object keeps the defaults that were generated for it, to tell them from values that were given."""


class FieldAttribute:
    """What stands on the class for a field: a path for conditions. Objects keep their own value of the name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object | None, owner: type) -> Path[Any]:
        if instance is None:
            return Path(owner, (self.name,))
        raise AttributeError(f"This {owner.__name__} was made without '{self.name}'.", name=self.name, obj=instance)


class Entity:
    """The base of an entity: a class whose annotated names are fields and relations.

    Class keywords: `table`, `schema`, `collection` where the names are not to be the plural of the class's; `key`, the
    name or names of the key's fields or relations, `()` for none; `unique` and `indexes` over several fields;
    `sql_checks`, checks of an existing database; `view` for a view, which is only read; `private` for an entity that
    no path leads to; `log` for the change log, which a base lends too; `abstract` for a base that only lends its
    fields; `renamed_from`, the class's name before.
    """

    __declaration__: ClassVar[Declaration]

    if TYPE_CHECKING:
        id: Any
        """The key, where the class declares none: an int that the database hands out."""

    def __init_subclass__(
        cls,
        *,
        table: str | None = None,
        schema: str | None = None,
        collection: str | None = None,
        key: str | Sequence[str] | None = None,
        unique: Sequence[Unique | tuple[str, ...]] = (),
        indexes: Sequence[Index | tuple[str, ...]] = (),
        sql_checks: Sequence[SqlCheck] = (),
        view: bool = False,
        private: bool = False,
        log: bool | None = None,
        abstract: bool = False,
        renamed_from: str | None = None,
    ) -> None:
        super().__init_subclass__()
        frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage] - tells two classes of one name apart
        annotations = {name: a for name, a in annotations_of(cls).items() if not is_class_variable(a)}
        defaults = {name: cls.__dict__[name] for name in annotations if name in cls.__dict__}
        parents = [base.__declaration__ for base in lineage(cls)]
        families = [parent.family for parent in parents if not parent.abstract]
        cls.__declaration__ = Declaration(
            line=frame.f_lineno,
            file=frame.f_code.co_filename,
            annotations=annotations,
            defaults=defaults,
            table=table,
            schema=schema,
            collection=collection,
            key=(key,) if isinstance(key, str) else None if key is None else tuple(key),
            unique=tuple(each if isinstance(each, Unique) else Unique(*each) for each in unique),
            indexes=tuple(each if isinstance(each, Index) else Index(*each) for each in indexes),
            sql_checks=tuple(sql_checks),
            view=view,
            private=private,
            log=log,
            abstract=abstract,
            renamed_from=renamed_from,
            family=families[0] if families else cls,
        )
        for name in annotations:
            setattr(cls, name, FieldAttribute(name))
        if has_implicit_id(cls) and "id" not in cls.__dict__:
            cls.id = FieldAttribute("id")

    def __init__(self, **values: Any) -> None:
        attributes = attributes_of(type(self))
        for name in values:
            if name not in attributes:
                raise TypeError(unknown_attribute(type(self), name))
        own = self.__dict__
        for name, default in attributes.items():
            if name in values:
                own[name] = values[name]
            elif isinstance(default, Generated):
                own[name] = own.setdefault(MADE, {})[name] = default.make()
            elif default is not REQUIRED:
                own[name] = copy.copy(default)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Entity):
            return NotImplemented
        mine = _identity(self)
        return mine is not None and mine == _identity(other)

    def __hash__(self) -> int:
        return hash(_identity(self) or id(self))

    def __repr__(self) -> str:
        shown = (
            f"{name}={value!r}"
            for name, value in self.__dict__.items()
            if name[0] != "_" and not isinstance(value, Entity | list)
        )
        return f"{type(self).__name__}({', '.join(shown)})"


def is_entity(thing: object) -> TypeGuard[type[Entity]]:
    """Whether it is the class of an entity."""
    return isinstance(thing, type) and issubclass(thing, Entity) and thing is not Entity


def _identity(row: Entity) -> tuple[Any, ...] | None:
    """The family and key of a row, None while the key isn't complete."""
    entity = type(row)
    own = row.__dict__
    key = tuple(own.get(name) for name in key_of(entity))
    return None if not key or None in key else (entity.__declaration__.family, *key)

"""What an adopted model will say, decided before any of it is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from backsmith.blueprint.blueprint import Bounds, Default, OnDelete
from backsmith.blueprint.types import Type
from backsmith.databases.schema import CheckConstraint, Column, ForeignKey, Table


@dataclass(slots=True)
class FieldPlan:
    """A field, on a column of its own."""

    name: str
    column: Column
    type: Type
    nullable: bool
    storage: str | None = None
    bounds: Bounds | None = None
    default: Default | None = None
    unique: bool = False
    indexed: bool = False
    identity: bool = False
    """The database hands it out."""
    assigned: bool = False
    """It is a key that the database doesn't hand out, though one of its type usually is."""


@dataclass(slots=True)
class OnePlan:
    """A relation to one, by a foreign key."""

    name: str
    key: ForeignKey
    target: EntityPlan
    columns: tuple[str, ...]
    """In the order of the target's fields."""
    target_columns: tuple[str, ...]
    nullable: bool
    own_fields: bool = False
    """The key's columns have fields of their own beside the relation."""
    references: bool = False
    """It points at other columns than the target's primary key."""
    storage: str | None = None
    default: str | None = None
    unique: bool = False
    """No two rows point at the same one."""
    marked_unique: bool = False
    """That has to be said by a marker."""
    derived: tuple[str, ...] = ()
    """Names of the fields that the relation makes, where it has none of its own."""
    doc: str | None = None
    on_delete: OnDelete = "no_action"


@dataclass(slots=True)
class ManyPlan:
    """The other end of a relation to one, or one of two lists that face each other."""

    name: str
    target: EntityPlan
    via: str | None = None
    single: bool = False
    through: JoinPlan | None = None
    """Said on one of the two sides."""


@dataclass(slots=True)
class JoinPlan:
    """A join table as one of its sides sees it."""

    table: Table
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    on_delete: OnDelete


Member = FieldPlan | OnePlan | ManyPlan


@dataclass(slots=True, eq=False)
class EntityPlan:
    """An entity, on a table or view."""

    name: str
    table: Table
    members: list[Member] = field(default_factory=list[Member])
    key: tuple[str, ...] | None = None
    """Names of the key's fields and relations; None for an `id`, empty for no key."""
    uniques: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    indexes: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    checks: list[CheckConstraint] = field(default_factory=list[CheckConstraint])
    notes: list[str] = field(default_factory=list[str])
    """What the table has and the entity can't say."""

    def fields(self) -> list[FieldPlan]:
        """The fields with columns of their own."""
        return [member for member in self.members if isinstance(member, FieldPlan)]

    def ones(self) -> list[OnePlan]:
        """The relations to one."""
        return [member for member in self.members if isinstance(member, OnePlan)]

    def names(self) -> set[str]:
        """The names that are taken."""
        return {member.name for member in self.members}


@dataclass(slots=True)
class ModelPlan:
    """The whole model."""

    entities: list[EntityPlan]
    notes: list[str]
    """What the database has and no entity can say."""

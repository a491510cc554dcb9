"""The shapes of an entity: a row, a new row, a change of one. In: an entity, what is visible of it. Out: `Shape`s."""

from __future__ import annotations

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Default, Entity, Field
from backsmith.blueprint.types import is_file, plain_of
from backsmith.contract.contract import Member, Shape
from backsmith.contract.names import shape_name
from backsmith.contract.visible import Visible


def row_shape(entity: Entity, visible: Visible) -> Shape:
    """What a reply shows of a row where no `select` asks for something else."""
    readable = visible.readable(entity)
    members = tuple(_shown(field, entity) for field in entity.fields if field.name in readable)
    return Shape(
        name=shape_name(entity.name, "row"), purpose="row", members=members, entity=entity.name, doc=entity.doc
    )


def create_shape(entity: Entity, visible: Visible) -> Shape | None:
    """What a new row takes; None where this audience makes none."""
    if entity.view or not visible.may(entity, "create"):
        return None
    writable = visible.writable(entity, "create")
    given = [field for field in entity.fields if _takes(field) and field.name in writable]
    return Shape(
        name=shape_name(entity.name, "create"),
        purpose="create",
        members=tuple(_given(field, entity, new=True) for field in given),
        entity=entity.name,
        doc=entity.doc,
        closed=True,
    )


def update_shape(entity: Entity, visible: Visible) -> Shape | None:
    """What a change of a row takes; None where this audience changes none."""
    if entity.view or not visible.may(entity, "update"):
        return None
    writable = visible.writable(entity, "update")
    given = [field for field in entity.fields if _takes(field) and field.name in writable]
    return Shape(
        name=shape_name(entity.name, "update"),
        purpose="update",
        members=tuple(_given(field, entity, new=False) for field in given),
        entity=entity.name,
        doc=entity.doc,
        closed=True,
    )


def _takes(field: Field) -> bool:
    """Whether a JSON body can have it. A file is uploaded; in JSON it can be emptied alone."""
    return field.computed is None and not field.identity and (field.nullable or not is_file(field.type))


def _shown(field: Field, entity: Entity) -> Member:
    return Member(
        name=field.name,
        type=plain_of(field.type),
        nullable=field.nullable or field.deprecated is not None,
        bounds=field.bounds,
        doc=field.doc,
        deprecated=field.deprecated,
        computed=field.computed is not None,
        key=field.name in entity.key,
        unique=field.unique or entity.key == (field.name,),
        relation=field.relation,
    )


def _given(field: Field, entity: Entity, *, new: bool) -> Member:
    default = field.default if new else None
    nullable = field.nullable and field.relaxed not in ("required", "added")
    member = replace(_shown(field, entity), nullable=nullable)
    required = new and not (field.nullable or field.deprecated) and field.default is None
    return replace(member, required=required, default=default or (Default("constant") if new and nullable else None))

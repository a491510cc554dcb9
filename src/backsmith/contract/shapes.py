"""The shapes of an entity: a row, a new row, a change of one. In: an entity, what is visible of it. Out: `Shape`s."""

from __future__ import annotations

from collections.abc import Container, Iterator

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Default, Entity, Field
from backsmith.blueprint.types import Json, is_file, plain_of
from backsmith.contract.contract import Bytestream, Member, Purpose, Shape
from backsmith.contract.names import distinct, shape_name
from backsmith.contract.visible import Visible
from backsmith.evolution.api_changes.fields import needed


def row_shape(entity: Entity, visible: Visible) -> Shape:
    """What a reply shows of a row where no `select` asks for something else."""
    readable = visible.readable(entity)
    members = tuple(
        replace(shown, nullable=True) if visible.may_be_hidden(entity, field.name) else shown
        for field in entity.fields
        if field.name in readable and (shown := _shown(field, entity))
    )
    return _shape(entity, visible, "row", members, closed=False)


def create_shape(entity: Entity, visible: Visible) -> Shape | None:
    """What a new row takes; None where this audience makes none."""
    if entity.view or not visible.may(entity, "create"):
        return None
    return _shape(entity, visible, "create", tuple(_written(entity, visible.writable(entity, "create"), new=True)))


def update_shape(entity: Entity, visible: Visible) -> Shape | None:
    """What a change of a row takes; None where this audience changes none."""
    if entity.view or not visible.may(entity, "update"):
        return None
    return _shape(entity, visible, "update", tuple(_written(entity, visible.writable(entity, "update"), new=False)))


def replace_shape(entity: Entity, visible: Visible, create: Shape | None) -> Shape | None:
    """What a PUT takes, which is a whole row whose key may be left out; None where this audience makes none by it.

    `create` is what a new row takes: where that is the same, it is that shape.
    """
    may_create, may_update = (visible.may(entity, verb) for verb in ("create", "update"))
    numbered = any(field.identity for field in entity.fields)
    if entity.view or not entity.key or not (may_update or (may_create and not numbered)):
        return None
    writable = visible.writable(entity, "create") | visible.writable(entity, "update")
    members = tuple(
        replace(member, required=False) if member.key else member for member in _written(entity, writable, new=True)
    )
    if create is not None and members == create.members:
        return create
    return replace(_shape(entity, visible, "create", members), name=distinct(f"{entity.name}Replace", visible.entities))


def form_shape(shape: Shape, entity: Entity, visible: Visible, *, new: bool) -> Shape | None:
    """What a form may hold instead, which can bring files; None where the entity has none that may be written."""
    files = {field.name: field for field in entity.fields if is_file(field.type)}
    given = {member.name for member in shape.members}
    members = [
        replace(member, type=_stream(files[member.name])) if member.name in files else member
        for member in shape.members
    ]
    if new:  # a file that a row has to have can be given in no other way
        members += [
            replace(_given(field, entity, new=True), type=_stream(field))
            for name, field in files.items()
            if name not in given and not field.nullable
        ]
    if all(member.name not in files for member in members):
        return None
    return replace(shape, name=distinct(f"{shape.name}Form", visible.entities), members=tuple(members))


def _shape(
    entity: Entity, visible: Visible, purpose: Purpose, members: tuple[Member, ...], *, closed: bool = True
) -> Shape:
    name = shape_name(entity.name, purpose)
    return Shape(
        name=name if purpose == "row" else distinct(name, visible.entities),  # an entity may have that name
        purpose=purpose,
        members=_side_by_side(entity, visible, members),
        entity=entity.name,
        doc=entity.doc,
        closed=closed,
    )


def _side_by_side(entity: Entity, visible: Visible, members: tuple[Member, ...]) -> tuple[Member, ...]:
    """The members while an older version is answered too: a field with two names is given by either of them, and shown
    by both."""
    expansion = visible.blueprint.expansion
    pairs = () if expansion is None else [pair for pair in expansion.pairs if pair.entity == entity.name]
    if not pairs:
        return members
    old, new = {name for pair in pairs for name in pair.old}, {name for pair in pairs for name in pair.new}
    nullable = {field.name for field in entity.fields if field.nullable}
    return tuple(
        replace(
            member,
            nullable=member.nullable and (member.name not in old or member.name in nullable),
            required=member.required and member.name not in new,
        )
        for member in members
    )


def _written(entity: Entity, writable: Container[str], *, new: bool) -> Iterator[Member]:
    return (_given(field, entity, new=new) for field in entity.fields if _takes(field) and field.name in writable)


def _takes(field: Field) -> bool:
    """Whether a JSON body can have it. A file is uploaded; in JSON it can be emptied alone."""
    return field.computed is None and not field.identity and (field.nullable or not is_file(field.type))


def _stream(field: Field) -> Bytestream:
    assert isinstance(field.type, Json)
    return Bytestream(field.type.accept, field.type.max_size)


def _shown(field: Field, entity: Entity) -> Member:
    return Member(
        name=field.name,
        type=plain_of(field.type),
        nullable=field.nullable or field.deprecated is not None,
        bounds=field.bounds,
        doc=field.doc,
        deprecated=field.deprecated or (field.deprecation.use if field.deprecation else None),
        sunset=field.deprecation.sunset if field.deprecation else None,
        computed=field.computed is not None,
        key=field.name in entity.key,
        unique=field.unique or entity.key == (field.name,),
        relation=field.relation,
        personal=field.personal is not None,
    )


def _given(field: Field, entity: Entity, *, new: bool) -> Member:
    default = field.default if new else None
    nullable = field.nullable and field.relaxed not in ("required", "added")
    if new and nullable and default is None:
        default = Default("constant")
    member = replace(_shown(field, entity), nullable=nullable)
    return replace(member, required=new and needed(field), default=default)

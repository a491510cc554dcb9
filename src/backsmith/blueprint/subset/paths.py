"""Attribute paths: fields and relations of rows, `self.order.customer.account`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, cast

from backsmith.blueprint.blueprint import Entity, Relation, leads_to_one
from backsmith.blueprint.expressions import AFTER, CurrentUser, FieldOf, Follow, Node, Row, Variable
from backsmith.blueprint.subset import refusals
from backsmith.blueprint.subset.kinds import name as kind_name
from backsmith.blueprint.subset.places import Failed, Many, Place
from backsmith.blueprint.trees import is_row, root, type_of, walk

if TYPE_CHECKING:
    from backsmith.blueprint.subset.reader import Reader

MOST_NAMES = 12


def attribute(reader: Reader, node: ast.Attribute, place: Place) -> Node | Many:
    """A field, the row a relation leads to, or the rows of one that leads to many."""
    base = reader.present(node.value, place)
    if not is_row(base):
        type = type_of(base)
        what = kind_name(type) if type else "None"
        instead = refusals.METHODS.get(node.attr)
        raise reader.refuse(node, f"`.{node.attr}` of {what}", instead)
    row = cast(Row, base)
    if isinstance(row, CurrentUser) and node.attr == "roles":
        text = reader.text(node)
        raise reader.fail(node, "wrong-type", f"'{text}' can only be searched.", f'Write `"staff" in {text}`.')
    if row.entity not in reader.context.entities:
        raise reader.fail(
            node,
            "unknown-field",
            f"Nothing is kept of the user but the key and the roles: there is no '{node.attr}'.",
            "Write a class that extends Account, or compare the user with a row: `self.account == user`.",
        )
    entity = reader.entity(row)
    for field in entity.fields:
        if field.name == node.attr and field.relation is not None:
            raise _foreign_key(reader, node, entity, field.name, field.relation)
        if field.name == node.attr and field.secret:
            raise reader.fail(
                node,
                "secret",
                f"{entity.name}.{field.name} is secret, and encrypted in the database, "
                "which works out what stands here.",
                "Keep what has to be asked about it in a field of its own.",
            )
        if field.name == node.attr:
            return FieldOf(row, field.name, field.type, field.nullable)
    for relation in entity.relations:
        if relation.name == node.attr and not relation.implicit:
            if leads_to_one(relation):
                return Follow(row, relation.name, relation.entity)
            return Many(row, relation)
    known = [relation.name for relation in entity.relations if not relation.implicit]
    known += [field.name for field in entity.fields if field.relation is None]
    more = ", …" if len(known) > MOST_NAMES else ""
    hint = reader.similar(node.attr, known) or f"{entity.name} has {', '.join(known[:MOST_NAMES])}{more}."
    raise reader.fail(node, "unknown-field", f"{entity.name} has no field '{node.attr}'.", hint)


def _foreign_key(reader: Reader, node: ast.Attribute, entity: Entity, field: str, name: str) -> Failed:
    """A foreign key is the database's: the objects that Python sees have the row itself."""
    relation = next(relation for relation in entity.relations if relation.name == name)
    there = relation.target_fields[relation.fields.index(field)]
    message = f"{entity.name} keeps '{field}' for its relation '{name}'; objects don't have it."
    return reader.fail(node, "unknown-field", message, f"Write `{reader.text(node.value)}.{name}.{there}`.")


def as_many(reader: Reader, value: Node | Many) -> Node | Many:
    """The other end of a one-to-one relation as rows, for it may be declared as a list; else `value` itself."""
    if isinstance(value, Follow):
        relation = reader.relation(value.of, value.relation)
        if relation.kind == "to_many":
            return Many(value.of, relation)
    return value


def is_optional(relation: Relation) -> bool:
    """Whether there may be no row at the other end of a relation that leads to one."""
    return relation.nullable or relation.kind == "to_many"


def guard(reader: Reader, value: Node, text: str) -> str:
    """What to write so that a value that may be None is ruled out."""
    variables = {part.name for part in walk(value) if isinstance(part, Variable)} - {AFTER}
    of = root(value if isinstance(value, Follow) else value.of) if isinstance(value, Follow | FieldOf) else None
    if isinstance(of, Variable) and of.name != AFTER:
        return f"Write `if {text} is not None` at the end of the generator."
    if reader.gives_condition or variables:
        return f"Write `{text} is not None and …`."
    return f"Write `… if {text} is not None else …`."

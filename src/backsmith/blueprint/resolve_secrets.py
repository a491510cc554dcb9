"""Secret fields: what a field that is encrypted can't be, each mistake reported at its place.

In: drafts whose fields, relations, keys and indexes are resolved; `resolve_fields` has given such a field its type
`Sealed`. That rules, checks and computed fields don't look into one is for the reader of expressions to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.drafts import Compilation, Draft, Part
from backsmith.blueprint.types import is_file, plain_of
from backsmith.model.entity import is_entity
from backsmith.model.markers import Backfill, Column, Indexed, Secret, Unique

CODE = "secret"
UNREADABLE = "the database doesn't know what is in it."


def check_secrets(compilation: Compilation, entities: Mapping[str, Entity]) -> None:
    """Report every mistake with secret fields."""
    for draft in compilation.drafts:
        for part in draft.parts.values():
            if part.marker(Secret) is not None and part.name not in draft.broken:
                for message, hint in _mistakes(draft, part, entities[draft.name]):
                    compilation.report(part.problem(CODE, f"{part.path} {message}", hint, at="Secret"))
        _check_targets(compilation, draft, entities)


def _mistakes(draft: Draft, part: Part, entity: Entity) -> Iterator[tuple[str, str | None]]:
    if is_entity(part.shape.base) or part.name not in draft.fields:
        yield "is a relation, and Secret is for fields.", "Mark the fields of the other entity."
        return
    field = draft.fields[part.name]
    column: Column | None = part.marker(Column)
    if is_file(plain_of(field.type)):
        yield "is a file, which is kept beside the database as it is.", "Encrypt the disk or bucket that files is on."
    if draft.declaration.view:
        yield "is a field of a view, and only values that Backsmith wrote can be opened.", None
    if field.name in draft.key:
        yield f"is the key, and can't be secret: {UNREADABLE}", "Keep what is secret in another field."
    if part.marker(Unique) is not None or any(field.name in each.fields for each in entity.uniques):
        yield (
            f"can't be both secret and unique: {UNREADABLE}",
            "Keep a keyed hash of it in a second field, and let that be unique.",
        )
    indexed = {name.removeprefix("-") for each in entity.indexes for name in each.fields}
    if part.marker(Indexed) is not None or field.name in indexed:
        yield f"can't be both secret and indexed: {UNREADABLE}", None
    if column is not None and (column.type is not None or column.default is not None):
        yield "is secret, so its column holds bytes and has no default.", "Write Column with names only."
    if field.renamed_from is not None and "." in field.renamed_from:
        yield "is secret, and an encrypted value stays with the field that it is of.", None
    if field.renamed_values:
        yield f"is secret, so its values can't get other names: {UNREADABLE}", None
    if part.marker(Backfill) is not None:
        yield (
            "is secret, so the database can't fill it in.",
            "Let it be None, and fill it by an action of the application.",
        )


def _check_targets(compilation: Compilation, draft: Draft, entities: Mapping[str, Entity]) -> None:
    """Report relations that point at a secret field."""
    for relation in entities[draft.name].relations:
        part = draft.parts.get(relation.name)
        if relation.kind != "to_one" or part is None or relation.entity not in entities:
            continue
        secret = {field.name for field in entities[relation.entity].fields if field.secret}
        for name in secret.intersection(relation.target_fields):
            message = f"{part.path} points at {relation.entity}.{name}, which is secret: {UNREADABLE}"
            compilation.report(part.problem(CODE, message))

"""Relations to one: an annotation that is an entity -> a `Relation` and the fields of its foreign key; and all keys.

A field that the entity declares itself, in the column of a foreign key, is that key's field: foreign keys may share
columns, and a key's value can have a name of its own.
"""

from __future__ import annotations

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Default, Field, Relation
from backsmith.blueprint.drafts import Compilation, Draft, Part
from backsmith.blueprint.naming import did_you_mean, foreign_key_field
from backsmith.model.declaration import REQUIRED, key_of
from backsmith.model.defaults import Generated
from backsmith.model.entity import is_entity
from backsmith.model.markers import Column, Hidden, Indexed, OnDelete, References, RenamedFrom, Unique, Via

KEY = "(key)"
"""Stands for the key among an entity's broken names."""


def add_to_one(compilation: Compilation) -> None:
    """Resolve the keys and the relations to one of all drafts."""
    for draft in compilation.drafts:
        _resolve_key(compilation, draft, [])
    for draft in compilation.drafts:
        for part in to_one_parts(draft):
            _resolve(compilation, draft, part, [])
    for draft in compilation.drafts:
        draft.fields = _in_order(draft)


def to_one_parts(draft: Draft) -> list[Part]:
    """The parts that have a foreign key here."""
    return [
        part
        for part in draft.parts.values()
        if is_entity(part.shape.base) and not part.shape.many and not part.marker(Via)
    ]


def _resolve_key(compilation: Compilation, draft: Draft, path: list[str]) -> tuple[str, ...]:
    """The names of the key's fields; empty where the draft has none, or none that could be resolved."""
    names = key_of(draft.cls)
    if draft.key or not names or KEY in draft.broken:
        return draft.key
    if draft.name in path:
        message = f"The key of {draft.name} contains itself, by way of {' and '.join(path)}."
        compilation.report(draft.problem("bad-key", message, "A key leads to fields with values.", at="key"))
        draft.broken.add(KEY)
        return ()
    fields: list[str] = []
    for name in names:
        part = draft.parts.get(name)
        if part is None or part.shape.many or (name not in draft.fields and not is_entity(part.shape.base)):
            if name not in draft.broken:
                known = [each.name for each in draft.parts.values() if not each.shape.many]
                message = f"The key of {draft.name} names '{name}', which is no field.{did_you_mean(name, known)}"
                hint = "A relation goes by its own name, such as 'order', not 'order_id'." if "_" in name else None
                compilation.report(draft.problem("bad-key", message, hint, at="key"))
            draft.broken.add(KEY)
            return ()
        if part.shape.nullable:
            message = f"The key of {draft.name} contains '{name}', which may be None."
            compilation.report(draft.problem("bad-key", message, f"Write {name}: … without None.", at="key"))
        if name in draft.fields:
            fields.append(name)
        else:
            relation = _resolve(compilation, draft, part, [*path, draft.name])
            fields += relation.fields if relation else ()
    draft.key = tuple(fields)
    return draft.key


def _resolve(compilation: Compilation, draft: Draft, part: Part, path: list[str]) -> Relation | None:
    if part.name in draft.relations or part.name in draft.broken:
        return draft.relations.get(part.name)
    draft.broken.add(part.name)  # until it is resolved
    target = compilation.by_class.get(part.shape.base)
    if target is None:
        return None
    targets = _targets(compilation, draft, part, target, path)
    column: Column = part.marker(Column) or Column()
    if targets and column.names and len(column.names) != len(targets):
        message = f"{part.path} needs {len(targets)} columns, for {_words(targets)} of {target.name}."
        compilation.report(part.problem("bad-key", message, at="Column"))
        return None
    if not targets:
        return None
    fields = [
        _foreign_key_field(compilation, draft, part, target, each, column.names[number : number + 1])
        for number, each in enumerate(targets)
    ]
    draft.broken.discard(part.name)
    renamed: RenamedFrom | None = part.marker(RenamedFrom)
    on_delete: OnDelete = part.marker(OnDelete) or OnDelete("no_action")
    if on_delete.action == "set_null" and not part.shape.nullable:
        message = f"{part.path} can't become None when the {target.name} is deleted: its type doesn't allow None."
        compilation.report(part.problem("misfit-constraint", message, f"Write {target.name} | None.", at="OnDelete"))
    relation = Relation(
        id=compilation.ids.take(part.path, draft.earlier(part.name, renamed.name if renamed else None)),
        name=part.name,
        kind="to_one",
        entity=target.name,
        fields=tuple(field.name for field in fields),
        target_fields=tuple(field.name for field in targets),
        nullable=part.shape.nullable,
        unique=part.marker(Unique) is not None,
        on_delete=on_delete.action,
        doc=part.doc,
        renamed_from=renamed.name if renamed else None,
    )
    draft.relations[part.name] = relation
    return relation


def _targets(compilation: Compilation, draft: Draft, part: Part, target: Draft, path: list[str]) -> list[Field]:
    """The fields of the target that the foreign key holds values of."""
    references: References | None = part.marker(References)
    if references is None:
        key = _resolve_key(compilation, target, path)
        if not key and not target.broken:
            message = f"{part.path} points at {target.name}, which has no key."
            hint = f'Write class {target.name}(Entity, key="…"), or Annotated[{target.name}, References("…")].'
            compilation.report(part.problem("bad-key", message, hint, at=target.name))
        return [target.fields[name] for name in key]
    found: list[Field] = []
    for name in references.fields:
        if name not in target.fields:
            message = f"{part.path}: {target.name} has no field '{name}'.{did_you_mean(name, target.fields)}"
            compilation.report(part.problem("bad-key", message, at="References"))
            return []
        found.append(target.fields[name])
    names = {field.name for field in found}
    uniques = [set(each.fields) for each in target.declaration.unique] + [set(target.key)]
    if not (len(found) == 1 and found[0].unique) and names not in uniques:
        message = f"{part.path}: {_words(found)} of {target.name} {'is' if len(found) == 1 else 'are'} not unique."
        compilation.report(part.problem("bad-key", message, "Mark it as Unique there.", at="References"))
    return found


def _foreign_key_field(
    compilation: Compilation, draft: Draft, part: Part, target: Draft, key: Field, columns: tuple[str, ...]
) -> Field:
    name = foreign_key_field(part.name, target.name, key.name)
    column_name = columns[0] if columns else name
    own = next((each for each in draft.fields.values() if each.column == column_name), None)
    if own is not None:
        if own.type != key.type:
            message = f"{part.path} shares the column of {draft.name}.{own.name}, which has another type than its key."
            compilation.report(part.problem("bad-key", message, f"Write the type of {target.name}.{key.name} there."))
        draft.fields[own.name] = own = replace(own, relation=own.relation or part.name)
        return own
    if name in draft.fields or name in draft.parts:
        message = f"{part.path} has a foreign key '{name}', which is the name of another field."
        compilation.report(part.problem("duplicate-name", message, "Rename one of them."))
    column: Column = part.marker(Column) or Column()
    renamed: RenamedFrom | None = part.marker(RenamedFrom)
    before = foreign_key_field(renamed.name, target.name, key.name) if renamed and renamed.name else None
    alone = len(target.key) == 1
    field = Field(
        id=compilation.ids.take(f"{draft.name}.{name}", draft.earlier(name, before)),
        name=name,
        column=column_name,
        type=key.type,
        nullable=part.shape.nullable,
        default=_default(compilation, part, target, column) if alone else None,
        unique=alone and part.marker(Unique) is not None,
        indexed=alone and part.marker(Indexed) is not None,
        hidden=part.marker(Hidden) is not None,
        storage=column.type if alone else None,
        relation=part.name,
        renamed_from=before,
    )
    draft.fields[name] = field
    return field


def _default(compilation: Compilation, part: Part, target: Draft, column: Column) -> Default | None:
    """The default of a foreign key: whoever asks, or what the database's column says."""
    value = part.default
    if isinstance(value, Generated) and value.generator == "current_user" and target is compilation.account:
        return Default("current_user")
    if value is not REQUIRED and (value is not None or not part.shape.nullable):
        message = f"The default of the relation {part.path} can be None where its type allows that."
        hint = "To the account it can also be current_user()."
        compilation.report(part.default_problem("bad-default", message, hint))
    return Default("sql", column.default) if column.default is not None else None


def _in_order(draft: Draft) -> dict[str, Field]:
    """The fields in the order of the annotations that made them, computed ones last."""
    names: list[str] = []
    for part in draft.parts.values():
        relation = draft.relations.get(part.name)
        names += relation.fields if relation else [part.name] if part.name in draft.fields else []
    return {name: draft.fields[name] for name in dict.fromkeys([*names, *draft.fields])}


def _words(fields: list[Field]) -> str:
    return " and ".join(f"'{field.name}'" for field in fields)

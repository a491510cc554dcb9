"""Relations of many to many: two lists that face each other -> two `Relation`s through one join table."""

from __future__ import annotations

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Relation
from backsmith.blueprint.blueprint import Through as JoinTable
from backsmith.blueprint.drafts import Compilation, Draft, Part
from backsmith.blueprint.naming import LONGEST, foreign_key_field, free_name, join_table, singular, snake, too_long
from backsmith.model.markers import RenamedFrom, Through


def add_many_to_many(compilation: Compilation, end: tuple[Draft, Part], other: tuple[Draft, Part | None]) -> None:
    """Add the relation of the list `end`, and that of the list facing it, which is made where nobody declared it."""
    (draft, part), (target, facing) = end, other
    if not draft.key or not target.key:
        draft.broken.add(part.name)
        if not draft.broken and not target.broken:
            message = f"{part.path} needs a key on both sides: {(target if draft.key else draft).name} has none."
            compilation.report(part.problem("bad-key", message))
        return
    plain = f"{draft.collection}_by_{part.name}" if target is draft else draft.collection
    taken = {*target.relations, *target.fields, *target.parts}
    name = facing.name if facing else free_name([plain, f"{draft.collection}_by_{part.name}"], taken)
    through = _join_table(compilation, end, (target, facing), name)
    if through is None:
        draft.broken.add(part.name)
        return
    back = replace(through, columns=through.target_columns, target_columns=through.columns)
    draft.relations[part.name] = _relation(compilation, draft, part, target, through, name)
    target.relations[name] = (
        _relation(compilation, target, facing, draft, back, part.name)
        if facing
        else Relation(
            id=compilation.ids.take(f"{target.name}.{name}", target.earlier(name)),
            name=name,
            kind="many_to_many",
            entity=draft.name,
            fields=target.key,
            target_fields=draft.key,
            through=back,
            inverse=part.name,
            implicit=True,
        )
    )


def back_name(collection: str, one: Relation) -> str:
    """The name of an other end that says which relation it belongs to."""
    return f"{collection}_by_{one.name}"


def _relation(
    compilation: Compilation, draft: Draft, part: Part, target: Draft, through: JoinTable, inverse: str
) -> Relation:
    renamed: RenamedFrom | None = part.marker(RenamedFrom)
    return Relation(
        id=compilation.ids.take(part.path, draft.earlier(part.name, renamed.name if renamed else None)),
        name=part.name,
        kind="many_to_many",
        entity=target.name,
        fields=draft.key,
        target_fields=target.key,
        through=through,
        inverse=inverse,
        doc=part.doc,
        renamed_from=renamed.name if renamed else None,
    )


def _join_table(
    compilation: Compilation, end: tuple[Draft, Part], other: tuple[Draft, Part | None], name: str
) -> JoinTable | None:
    """The join table as the list `end` sees it; None when it can't be, which is reported."""
    (draft, part), (target, facing) = end, other
    own: Through | None = part.marker(Through)
    its: Through | None = facing.marker(Through) if facing else None
    turned = Through(its.table, its.target_columns, its.columns, its.schema, its.on_delete) if its else None
    if own and turned and own != turned:
        message = f"{part.path} and {target.name}.{name} say different things about their join table."
        compilation.report(part.problem("bad-relation", message, "Write Through(…) in one of them.", at="Through"))
        return None
    said = own or turned or Through(join_table(draft.table, target.table, part.name), schema=draft.declaration.schema)
    here, there = (singular(name), singular(part.name)) if target is draft else (snake(draft.name), snake(target.name))
    columns = said.columns or tuple(foreign_key_field(here, draft.name, each) for each in draft.key)
    target_columns = said.target_columns or tuple(foreign_key_field(there, target.name, each) for each in target.key)
    if (len(columns), len(target_columns)) != (len(draft.key), len(target.key)):
        message = f"{part.path}: the columns of Through don't match the keys of {draft.name} and {target.name}."
        hint = f"Their keys have {len(draft.key)} and {len(target.key)} fields."
        compilation.report(part.problem("bad-key", message, hint, at="Through"))
        return None
    holder = _holder(compilation, said)
    if holder is not None:
        message = f"{part.path} needs the join table '{said.table}', which is {holder}."
        hint = f'Write {part.name}: Annotated[list["{target.name}"], Through("another_name")].'
        compilation.report(part.problem("duplicate-table", message, hint))
        return None
    if too_long(said.table):
        message = f"The join table of {part.path} has a name of more than {LONGEST} bytes."
        hint = f'Write {part.name}: Annotated[list["{target.name}"], Through("shorter_name")].'
        compilation.report(part.problem("name-too-long", message, hint))
        return None
    return JoinTable(said.table, columns, target_columns, said.schema, said.on_delete)


def _holder(compilation: Compilation, said: Through) -> str | None:
    """What else has the table, in words."""
    for draft in compilation.drafts:
        if (draft.table, draft.declaration.schema) == (said.table, said.schema):
            return f"the table of {draft.name}"
        for relation in draft.relations.values():
            through = relation.through
            if through and (through.table, through.schema) == (said.table, said.schema):
                return f"the join table of {draft.name}.{relation.name}"
    return None

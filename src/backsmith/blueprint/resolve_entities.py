"""Entities: a draft whose fields and relations are resolved -> the blueprint's `Entity`, its rules still to come."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FunctionType

from backsmith.blueprint.blueprint import Entity, Index, RawCheck, UniqueKey
from backsmith.blueprint.drafts import Compilation, Draft, attributes
from backsmith.blueprint.naming import did_you_mean
from backsmith.model.account import Account
from backsmith.model.declaration import log_of
from backsmith.model.markers import Indexed, Unique
from backsmith.model.rules import RULES


def entity_of(compilation: Compilation, draft: Draft) -> Entity:
    """The entity that the draft has become."""
    _check_columns(compilation, draft)
    uniques = [*_marked_uniques(draft), *_class_uniques(compilation, draft)]
    indexes = [*_marked_indexes(draft), *_class_indexes(compilation, draft)]
    declaration = draft.declaration
    return Entity(
        id=compilation.ids.take(draft.name, [declaration.renamed_from] if declaration.renamed_from else []),
        name=draft.name,
        collection=draft.collection,
        table=draft.table,
        schema=declaration.schema,
        key=draft.key,
        fields=tuple(draft.fields.values()),
        relations=tuple(draft.relations.values()),
        raw_checks=tuple(RawCheck(check.name, check.sql) for check in declaration.sql_checks),
        uniques=tuple(uniques),
        indexes=tuple(indexes),
        view=declaration.view,
        private=_is_private(compilation, draft),
        logged=_is_logged(compilation, draft),
        doc=inspect.getdoc(draft.cls) if draft.cls.__dict__.get("__doc__") else None,
        renamed_from=declaration.renamed_from,
        location=draft.source.location(draft.node),
    )


def _is_private(compilation: Compilation, draft: Draft) -> bool:
    """Whether no path leads to the entity. Reports one that nobody can read and that doesn't say so."""
    rules = [getattr(each, RULES) for each in attributes(draft, FunctionType).values() if hasattr(each, RULES)]
    if draft.private or (issubclass(draft.cls, Account) and not rules):
        return True  # the rules of a private one hold for `Data`, in the application's own functions
    if not any("read" in said.verbs for each in rules for said in each):
        message = f"Nobody can read {draft.name}: none of its rules allows it."
        hint = (
            'Write @allow("read") above def everyone(self) -> bool: return True, or whoever may; '
            f"for no way in at all: class {draft.name}(Entity, private=True)."
        )
        compilation.report(draft.problem("unreadable", message, hint))
    return False


def _is_logged(compilation: Compilation, draft: Draft) -> bool:
    """Whether changes of the entity's rows go to the change log. Here, and only here, it is decided; whatever needs the
    log of an entity makes it so. Reports what can't be logged."""
    if not log_of(draft.cls):
        return False
    if draft.declaration.view:
        compilation.report(draft.problem("not-logged", f"{draft.name} is a view: nothing of it is ever changed.", None))
    elif not draft.key and not draft.broken:
        message = f"{draft.name} has no key, so the log couldn't say which of its rows was changed."
        compilation.report(draft.problem("not-logged", message, 'Give it one: key="number", say.'))
    return True


def _check_columns(compilation: Compilation, draft: Draft) -> None:
    """Report fields that share a column without being one foreign key's field."""
    columns: dict[str, str] = {}
    for field in draft.fields.values():
        if not field.computed and field.column in columns and field.name in draft.parts:
            message = f"{draft.name}.{field.name} and '{columns[field.column]}' share the column '{field.column}'."
            part = draft.parts[field.name]
            compilation.report(part.problem("duplicate-column", message, 'Write Annotated[…, Column("…")].'))
        columns.setdefault(field.column, field.name)


def _marked_uniques(draft: Draft) -> Iterator[UniqueKey]:
    """Unique markers that a field can't hold: of several columns, or with a name."""
    for part in draft.parts.values():
        marker: Unique | None = part.marker(Unique)
        fields = _fields_of(draft, part.name)
        if marker and fields and (len(fields) > 1 or marker.name):
            yield UniqueKey(fields, marker.name)


def _marked_indexes(draft: Draft) -> Iterator[Index]:
    for part in draft.parts.values():
        marker: Indexed | None = part.marker(Indexed)
        fields = _fields_of(draft, part.name)
        if marker and fields and (len(fields) > 1 or marker.name):
            yield Index(fields, marker.name)


def _class_uniques(compilation: Compilation, draft: Draft) -> Iterator[UniqueKey]:
    for said in draft.declaration.unique:
        fields = _named(compilation, draft, "unique", said.fields)
        if fields:
            yield UniqueKey(fields, said.name)


def _class_indexes(compilation: Compilation, draft: Draft) -> Iterator[Index]:
    for said in draft.declaration.indexes:
        fields = _named(compilation, draft, "indexes", said.fields)
        if fields:
            yield Index(fields, said.name)


def _named(compilation: Compilation, draft: Draft, keyword: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The stored fields meant by names, a relation standing for its foreign key; "-" in front stays."""
    fields: list[str] = []
    for name in names:
        plain = name.removeprefix("-") if keyword == "indexes" else name
        own = _fields_of(draft, plain)
        if not own and plain not in draft.broken:
            message = f"{keyword} of {draft.name} names '{plain}', which is no stored field."
            message += did_you_mean(
                plain, [each for each in {**draft.parts, **draft.fields} if _fields_of(draft, each)]
            )
            compilation.report(draft.problem("unknown-field", message, at=keyword))
        fields += [f"-{each}" for each in own] if name != plain else own
    return tuple(fields)


def _fields_of(draft: Draft, name: str) -> tuple[str, ...]:
    relation = draft.relations.get(name)
    if relation is not None:
        return relation.fields if relation.kind == "to_one" else ()
    part = draft.parts.get(name)
    stored = name in draft.fields and (part is not None or draft.fields[name].relation is not None)
    return (name,) if stored else ()

"""An existing database's schema -> a model file. Pure: what comes out is text; nothing is read or written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from backsmith.adoption.annotations import Imports
from backsmith.adoption.decide import decide
from backsmith.adoption.plan import EntityPlan, FieldPlan, ManyPlan, Member, ModelPlan, OnePlan
from backsmith.adoption.python_text import (
    INDENT,
    WIDTH,
    Brackets,
    Piece,
    call,
    comment,
    docstring,
    lines,
    list_of,
    subscript,
    text,
    tuple_of,
    width,
)
from backsmith.blueprint.naming import collection_name
from backsmith.databases.dialect import Dialect
from backsmith.databases.own_tables import without_own
from backsmith.databases.schema import Schema

Files = dict[str, str]
"""Paths and their texts."""


def write_model(schema: Schema, dialect: Dialect, *, open: Literal["read"] | None, name: str) -> Files:
    """The model of a database, as the file `{name}.py`.

    `open="read"` lets everyone read everything; None opens nothing, and the file says how to.
    """
    plan = decide(without_own(schema), dialect.ddl)
    return {f"{name}.py": _Writer(plan, dialect, reads=open == "read").file(name)}


class _Writer:
    def __init__(self, plan: ModelPlan, dialect: Dialect, *, reads: bool) -> None:
        self.plan = plan
        self.fold = dialect.ddl.fold
        self.reads = reads
        self.members = {name for entity in plan.entities for name in entity.names()}
        self.imports = Imports(self.members)
        self.written: set[str] = set()
        """Classes above the one that is being written, which it can name without quotes."""

    def file(self, name: str) -> str:
        """The whole file."""
        classes = [list(self.entity(entity)) for entity in self.plan.entities]
        base = list(self.open_base()) if self.reads and classes else []
        if classes:
            self.imports.name("Entity")
        body = [[*self.head(name)], *([base] if base else []), *classes]
        notes = [[*self.notes()]] if self.plan.notes else []
        return "\n\n\n".join("\n".join(part) for part in (*body, *notes)) + "\n"

    def head(self, name: str) -> Iterator[str]:
        """The file's documentation and imports."""
        yield from docstring(f"The model of {name}, adopted from its database.", "")
        imports = list(self.imports.lines())
        if imports:
            yield ""
            yield from imports
        if not self.reads and self.plan.entities:
            yield ""
            yield "# Nothing is open: private=True says so. To open an entity, replace that by a rule:"
            yield "#"
            yield '#     @allow("read")'
            yield "#     def everyone(self) -> bool:"
            yield "#         return True"

    def open_base(self) -> Iterator[str]:
        """The class with the rule that all entities share."""
        rule = next(name for name in ("everyone", "anyone", "everyone_may_read") if name not in self.members)
        yield f"class Open({self.imports.name('Entity')}, abstract=True):"
        yield from docstring("What everyone may read.", INDENT)
        yield ""
        yield f'{INDENT}@{self.imports.name("allow")}("read")'
        yield f"{INDENT}def {rule}(self) -> bool:"
        yield f"{INDENT * 2}return True"

    def notes(self) -> Iterator[str]:
        """What the database has and no entity can say."""
        yield "# The database also has, and keeps:"
        yield from map(comment, self.plan.notes)

    # An entity
    def entity(self, plan: EntityPlan) -> Iterator[str]:
        """The lines of a class."""
        self.imports.in_class = plan.names()
        body: list[str] = []
        if plan.notes:
            body.append(f"{INDENT}# The {'view' if plan.table.view else 'table'} also has, and keeps:")
            body += [INDENT + comment(note) for note in plan.notes]
        for member in plan.members:
            body += self.member(plan, member)
        doc = docstring(plan.table.comment or "", INDENT)
        header = Brackets(f"class {plan.name}(", tuple(self.keywords(plan)), "):")
        yield from lines(header)
        yield from doc
        if doc and body:
            yield ""
        yield from body or ([] if doc else [f"{INDENT}pass"])
        self.written.add(plan.name)

    def keywords(self, plan: EntityPlan) -> Iterator[Piece]:
        """The base and keywords of the class statement."""
        table = plan.table
        yield "Open" if self.reads else "Entity"
        if self.fold(table.name) != self.fold(collection_name(plan.name)):
            yield f"table={text(table.name)}"
        if table.schema is not None:
            yield f"schema={text(table.schema)}"
        match plan.key:
            case None:
                pass
            case (name,):
                yield f"key={text(name)}"
            case names:
                yield tuple_of(map(text, names), "key=")
        for keyword, groups in (("unique=", plan.uniques), ("indexes=", plan.indexes)):
            if groups:
                yield list_of((tuple_of(map(text, names)) for names in groups), keyword)
        if plan.checks:
            checks = (
                call(self.imports.name("SqlCheck"), "None" if check.name is None else text(check.name), text(check.sql))
                for check in plan.checks
            )
            yield list_of(checks, "sql_checks=")
        if table.view:
            yield "view=True"
        if not self.reads:
            yield "private=True"

    def member(self, entity: EntityPlan, member: Member) -> Iterator[str]:
        """The lines of a field or relation; none for the `id` that a class has anyway."""
        match member:
            case FieldPlan():
                if entity.key is None and self.is_implicit(member):
                    return
                default = self.imports.default(member)
                sql = member.column.default if member.default is not None and default is None else None
                annotation = self.field(member, sql)
                if default is not None and not _breaks_well(f"{INDENT}{member.name}: ", annotation, default):
                    # No formatter agrees with another on how to break this; as SQL it can be broken like the rest.
                    default, annotation = None, self.field(member, member.column.default)
                tail = "" if default is None else f" = {default}"
                yield from lines(annotation, indent=INDENT, lead=f"{member.name}: ", tail=tail)
                yield from docstring(member.column.comment or "", INDENT)
            case OnePlan():
                yield from lines(self.one(entity, member), indent=INDENT, lead=f"{member.name}: ")
                yield from docstring(member.doc or "", INDENT)
            case ManyPlan():
                yield from lines(self.many(member), indent=INDENT, lead=f"{member.name}: ")

    def is_implicit(self, field: FieldPlan) -> bool:
        """Whether the field is the `id: int` that an entity has without saying so."""
        annotation = self.field(field, None)
        return (
            field.name == "id"
            and annotation == "int"
            and not field.assigned
            and not (field.column.comment or "").strip()
        )

    def field(self, plan: FieldPlan, sql_default: str | None) -> Piece:
        """The annotation of a field."""
        name = self.imports.name
        markers = [*self.imports.constraints(plan.type), *self.imports.bounds(plan)]
        flags = {"Unique": plan.unique, "Indexed": plan.indexed, "Identity": plan.identity, "Assigned": plan.assigned}
        markers += [name(flag) for flag, holds in flags.items() if holds]
        columns = [] if self.fold(plan.column.name) == self.fold(plan.name) else [plan.column.name]
        markers += self.column(columns, plan.storage, sql_default)
        return self.annotated(self.imports.type(plan.type, nullable=plan.nullable), markers)

    def one(self, entity: EntityPlan, plan: OnePlan) -> Piece:
        """The annotation of a relation to one."""
        name = self.imports.name
        written = f"{plan.target.name} | None" if plan.nullable else plan.target.name
        markers: list[Piece] = [name("Unique")] if plan.marked_unique else []
        columns = [self.column_of(entity, column) if plan.own_fields else column for column in plan.columns]
        differ = any(self.fold(mine) != self.fold(its) for mine, its in zip(columns, plan.derived, strict=True))
        markers += self.column(columns if differ else [], plan.storage, plan.default)
        if plan.references:
            fields = (self.field_name(plan.target, column) for column in plan.target_columns)
            markers.append(call(name("References"), *map(text, fields)))
        if plan.on_delete != "no_action":
            markers.append(call(name("OnDelete"), text(plan.on_delete)))
        return self.annotated(written if plan.target.name in self.written else text(written), markers)

    def many(self, plan: ManyPlan) -> Piece:
        """The annotation of a list, or of the one at the other end."""
        target = plan.target.name if plan.target.name in self.written else text(plan.target.name)
        base: Piece = text(f"{plan.target.name} | None") if plan.single else f"{self.imports.builtin('list')}[{target}]"
        markers: list[Piece] = [] if plan.via is None else [call(self.imports.name("Via"), text(plan.via))]
        if plan.through is not None:
            join = plan.through
            parts: list[Piece] = [
                text(join.table.name),
                *(tuple_of(map(text, names)) for names in (join.columns, join.target_columns)),
            ]
            if join.table.schema is not None:
                parts.append(f"schema={text(join.table.schema)}")
            if join.on_delete != "cascade":
                parts.append(f"on_delete={text(join.on_delete)}")
            markers.append(call(self.imports.name("Through"), *parts))
        return self.annotated(base, markers)

    def column(self, columns: list[str], storage: str | None, default: str | None) -> list[Piece]:
        """The Column marker, where there is something for it to say."""
        parts: list[Piece] = [*map(text, columns)]
        if storage is not None:
            parts.append(f"type={text(storage)}")
        if default is not None:
            parts.append(f"default={text(default)}")
        return [call(self.imports.name("Column"), *parts)] if parts else []

    def annotated(self, base: Piece, markers: list[Piece]) -> Piece:
        """`Annotated[…]`, where there are markers."""
        return subscript(self.imports.name("Annotated"), base, *markers) if markers else base

    def column_of(self, entity: EntityPlan, column: str) -> str:
        """A column with a field of its own, as the model writes it."""
        name = self.field_name(entity, column)
        return name if self.fold(name) == self.fold(column) else column

    def field_name(self, entity: EntityPlan, column: str) -> str:
        """The name of the field on a column."""
        return next(field.name for field in entity.fields() if field.column.name == column)


def _breaks_well(lead: str, annotation: Piece, default: str) -> bool:
    """Whether the line fits, or does when the annotation's brackets are opened."""
    last = f"{INDENT}] = {default}" if isinstance(annotation, Brackets) else f"{lead}{annotation} = {default}"
    return width(last) <= WIDTH

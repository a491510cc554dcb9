"""The operations of an entity's collection and of its rows. In: an entity. Out: `Collection` and `Operation`s."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Entity, Relation, leads_to_one
from backsmith.blueprint.types import Sealed, Text, is_file
from backsmith.contract.addresses import Addresses
from backsmith.contract.contract import (
    Answer,
    Bytestream,
    Collection,
    Content,
    Input,
    Many,
    Operation,
    Ref,
    Relationship,
    Shape,
)
from backsmith.contract.file_operations import file_operations
from backsmith.contract.grants import checks_of, grants_of
from backsmith.contract.inputs import (
    AFTER,
    CONTENT_RANGE,
    CSV,
    ETAG,
    IDEMPOTENCY,
    IF_MATCH,
    IF_NONE_MATCH,
    JSON,
    LIMIT,
    LINK,
    LOGIC,
    OBJECT,
    OFFSET,
    ORDER,
    PARTS,
    PREFER,
    SELECT,
)  # fmt: skip
from backsmith.contract.names import with_article, words
from backsmith.contract.shapes import create_shape, form_shape, replace_shape, row_shape, update_shape
from backsmith.contract.visible import Visible


class Described:
    """An entity as an audience sees it: its collection, shapes and operations."""

    def __init__(self, entity: Entity, visible: Visible, prefix: str, former: str | None = None) -> None:
        """The entity is one that is served and of which the audience may do something. `former` is a name that its
        collection had in an older version, to describe what is still answered under that."""
        self._entity = entity
        self._visible = visible
        self._at = Addresses(entity, visible, prefix, former)
        self._row = row_shape(entity, visible)
        self._create = create_shape(entity, visible)
        self._update = update_shape(entity, visible)
        self._replace = replace_shape(entity, visible, self._create)
        self._forms = {
            shape.name: form
            for shape in (self._create, self._update, self._replace)
            if shape is not None
            and (form := form_shape(shape, entity, visible, new=shape is not self._update)) is not None
        }
        self._readable = visible.readable(entity)
        self._filters = tuple(self._made_filters())

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Its shapes. One that nothing is shown of is there for what is written alone."""
        found = (self._row, self._create, self._update, self._replace, *self._forms.values())
        return tuple({shape.name: shape for shape in found if shape is not None}.values())

    @property
    def collection(self) -> Collection:
        """The collection."""
        entity = self._entity
        return Collection(
            name=self._at.name,
            entity=entity.name,
            key=entity.key,
            row=self._row.name,
            create=None if self._create is None else self._create.name,
            update=None if self._update is None else self._update.name,
            relationships=tuple(self._relationships()),
            grants=grants_of(entity, self._visible),
            checks=checks_of(entity),
            uniques=tuple(unique.fields for unique in entity.uniques),
            view=entity.view,
            doc=entity.doc,
            deprecated=self._at.deprecated,
        )

    def operations(self) -> Iterator[Operation]:
        """What can be asked of it, in the order that people read it in."""
        yield from self._reading()
        if not self._entity.view:
            yield from self._writing()
            for field in self._entity.fields if self._entity.key else ():
                if is_file(field.type):
                    yield from file_operations(self._at, field)

    def _relationships(self) -> Iterator[Relationship]:
        for relation in self._entity.relations:
            if not self._visible.follows(self._entity, relation):
                continue
            target = self._visible.entities[relation.entity]
            yield Relationship(
                name=relation.name,
                kind=relation.kind,
                target=target.collection,
                many=not leads_to_one(relation),
                nullable=relation.nullable or relation.kind != "to_one" or self._link_may_be_hidden(relation),
                may_be_hidden=not self._visible.reads_all_rows(target),
                fields=relation.fields,
                target_fields=relation.target_fields,
                through=None if relation.through is None else relation.through.table,
                one_to_one=relation.unique,
                writable=self._is_written(relation),
                implicit=relation.implicit,
                doc=relation.doc,
                deprecated=relation.deprecated,
            )

    def _link_may_be_hidden(self, relation: Relation) -> bool:
        return any(self._visible.may_be_hidden(self._entity, name) for name in relation.fields)

    def _is_written(self, relation: Relation) -> bool:
        """Whether rows can be given for the relation in a body."""
        visible, entity = self._visible, self._entity
        target = visible.entities[relation.entity]
        if relation.implicit or entity.view or target.view:
            return False
        if relation.kind == "to_many":
            made = visible.writable(target, "create")
            return self._create is not None and visible.may(target, "create") and set(relation.target_fields) <= made
        written = visible.writable(entity, "create") | visible.writable(entity, "update")
        return relation.name in written if relation.kind == "many_to_many" else set(relation.fields) <= written

    def _reading(self) -> Iterator[Operation]:
        entity = self._entity
        if not self._readable:
            return
        row = Ref(self._row.name)
        contents = (
            Content(media_type=JSON, type=Many(row)),
            Content(media_type=CSV, type=Text()),
            Content(media_type=OBJECT, type=row),
        )
        found = Answer(status=200, doc=f"The {words(self._at.name)} that were asked for.", contents=contents,
                       headers=(CONTENT_RANGE, LINK, ETAG))  # fmt: skip
        some = replace(found, status=206, doc="Some of them; `Content-Range` says which.")
        yield self._at.operation(
            "list",
            "GET",
            f"List {words(self._at.name)}",
            inputs=(*self._filters, SELECT, ORDER, LIMIT, OFFSET, AFTER, PREFER, IF_NONE_MATCH),
            answers=(found, some),
        )
        if entity.key:
            contents = (Content(media_type=JSON, type=row),)
            one = Answer(status=200, doc=f"The {words(entity.name)}.", contents=contents, headers=(ETAG,))
            yield self._at.operation(
                "get", "GET", f"Get {with_article(entity.name)}", inputs=(SELECT, IF_NONE_MATCH), answers=(one,)
            )

    def _writing(self) -> Iterator[Operation]:
        entity, row = self._entity, Ref(self._row.name)
        noun, nouns = with_article(entity.name), words(self._at.name)
        minimal = Answer(status=204, doc="Done. Nothing is shown without `Prefer: return=representation`.")
        shown = Answer(status=200, doc="Done, as the row is now.", contents=(Content(media_type=JSON, type=row),))
        rows = replace(shown, doc="Done, as the rows are now.", contents=(Content(media_type=JSON, type=Many(row)),))
        if self._create is not None:
            yield self._creating(self._create, row)
        if self._update is not None and entity.key:
            yield self._at.operation(
                "update_many",
                "PATCH",
                f"Change all {nouns} that a query finds",
                inputs=(*self._filters, SELECT, ORDER, LIMIT, OFFSET, PREFER, IDEMPOTENCY),
                body=self._bodies(self._update),
                answers=(minimal, rows),
            )
            inputs = (SELECT, PREFER, IF_MATCH, IDEMPOTENCY)
            yield self._at.operation(
                "update",
                "PATCH",
                f"Change {noun}",
                inputs=inputs,
                body=self._bodies(self._update),
                answers=(minimal, shown),
            )
        if self._replace is not None:
            made = replace(shown, status=201, doc="It wasn't there, and is now.")
            makes = self._create is not None and not self._numbered
            none = replace(IF_NONE_MATCH, doc="`*`: it is made, or refused where it is there.")
            yield self._at.operation(
                "replace",
                "PUT",
                f"Create {noun}, or replace it" if makes else f"Replace {noun}",
                inputs=(SELECT, PREFER, IF_MATCH, none, IDEMPOTENCY),
                body=self._bodies(self._replace),
                answers=(minimal, shown, made) if makes else (minimal, shown),
            )
        if self._visible.may(entity, "delete") and entity.key:
            yield self._at.operation(
                "delete_many",
                "DELETE",
                f"Delete all {nouns} that a query finds",
                inputs=(*self._filters, SELECT, ORDER, LIMIT, OFFSET, PREFER, IDEMPOTENCY),
                answers=(minimal, rows),
            )
            inputs = (SELECT, PREFER, IF_MATCH, IDEMPOTENCY)
            yield self._at.operation("delete", "DELETE", f"Delete {noun}", inputs=inputs, answers=(minimal, shown))

    def _creating(self, new: Shape, row: Ref) -> Operation:
        contents = (Content(media_type=JSON, type=Many(row)),)
        doc = "Made. With `Prefer: return=representation` a list of the new rows."
        location = Input(name="Location", place="header", type=Text(), doc="The address of the one row that was made.")
        created = Answer(status=201, doc=doc, contents=contents, headers=(location,) if self._entity.key else ())
        merged = replace(created, status=200, doc="Merged into rows that were there.")
        names = Input(name="columns", place="query", type=Text(), kind="columns", doc="The members that count.")
        by = "The unique fields by which rows that are there are found, in an upsert."
        on_conflict = Input(name="on_conflict", place="query", type=Text(), kind="on_conflict", doc=by)
        upserts = self._update is not None and bool(self._entity.key)
        return self._at.operation(
            "create",
            "POST",
            f"Create {with_article(self._entity.name)}, or several",
            inputs=(names, *((on_conflict,) if upserts else ()), SELECT, PREFER, IDEMPOTENCY),
            body=(*self._bodies(new), Content(media_type=CSV, type=Text())),
            answers=(created, merged) if upserts else (created,),
        )

    def _bodies(self, shape: Shape) -> tuple[Content, ...]:
        """The media types of a row that is written: JSON, and a form where that may bring files."""
        form = self._forms.get(shape.name)
        forms = () if form is None else (Content(media_type=PARTS, type=Ref(form.name)),)
        files = form is not None and any(
            member.required and isinstance(member.type, Bytestream) for member in form.members
        )
        return forms if files else (Content(media_type=JSON, type=Ref(shape.name)), *forms)

    @property
    def _numbered(self) -> bool:
        return any(field.identity for field in self._entity.fields)

    def _made_filters(self) -> Iterator[Input]:
        for field in self._entity.fields:
            if field.name in self._readable and not isinstance(field.type, Sealed):
                yield Input(
                    name=field.name,
                    place="query",
                    type=field.type,
                    kind="filter",
                    field=field.name,
                    nullable=field.nullable,
                    doc=field.doc,
                    deprecated=field.deprecated or (field.deprecation.use if field.deprecation else None),
                    sunset=field.deprecation.sunset if field.deprecation else None,
                )
        yield from LOGIC

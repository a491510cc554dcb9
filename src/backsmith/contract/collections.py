"""The operations of an entity's collection and of its rows. In: an entity. Out: `Collection` and `Operation`s."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Entity, Field, leads_to_one
from backsmith.blueprint.types import Integer, Sealed, Text, is_file
from backsmith.contract.contract import (
    Answer,
    Bytestream,
    Collection,
    Content,
    Input,
    Many,
    Operation,
    OperationKind,
    Ref,
    Relationship,
    Shape,
)
from backsmith.contract.grants import access_to, checks_of, grants_of
from backsmith.contract.names import operation_id, with_article, words
from backsmith.contract.refusals import refusals_of
from backsmith.contract.shapes import create_shape, row_shape, update_shape
from backsmith.contract.visible import Visible

JSON, CSV, OBJECT = "application/json", "text/csv", "application/vnd.pgrst.object+json"
SELECT = Input(name="select", place="query", type=Text(), kind="select", doc="What a row shows; `*` unless given.")
ORDER = Input(name="order", place="query", type=Text(), kind="order", doc="What rows are ordered by.")
LIMIT = Input(name="limit", place="query", type=Integer(), kind="limit", doc="So many rows at most.")
OFFSET = Input(name="offset", place="query", type=Integer(), kind="offset", doc="So many rows are passed over.")
AFTER = Input(
    name="after", place="query", type=Text(), kind="cursor", doc="The cursor that the header `Link` of a page has."
)
PREFER = Input(
    name="Prefer", place="header", type=Text(), kind="prefer", doc="`return=representation`, `count=exact` and others."
)
IDEMPOTENCY = Input(
    name="Idempotency-Key", place="header", type=Text(max_length=255), doc="Sent again, nothing is done twice."
)
IF_MATCH = Input(name="If-Match", place="header", type=Text(), doc="The ETag that the row has to have still; else 412.")
IF_NONE_MATCH = Input(
    name="If-None-Match", place="header", type=Text(), doc="An ETag; where it is still the row's, the reply is 304."
)


class Described:
    """An entity as an audience sees it: its collection, shapes and operations."""

    def __init__(self, entity: Entity, visible: Visible, prefix: str) -> None:
        """The entity is one that is served and of which the audience may do something."""
        self._entity = entity
        self._visible = visible
        self._path = f"{prefix}/{entity.collection}"
        self._row = row_shape(entity, visible)
        self._create = create_shape(entity, visible)
        self._update = update_shape(entity, visible)
        self._readable = visible.readable(entity)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Its shapes."""
        return tuple(shape for shape in (self._row, self._create, self._update) if shape is not None)

    @property
    def collection(self) -> Collection:
        """The collection."""
        entity = self._entity
        return Collection(
            name=entity.collection,
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
            deprecated=entity.deprecated,
        )

    def operations(self) -> Iterator[Operation]:
        """What can be asked of it, in the order that people read it in."""
        yield from self._reading()
        if not self._entity.view:
            yield from self._writing()
            yield from self._files()

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
                nullable=relation.nullable or relation.kind != "to_one",
                fields=relation.fields,
                target_fields=relation.target_fields,
                through=None if relation.through is None else relation.through.table,
                one_to_one=relation.unique,
                writable=not relation.implicit and not self._entity.view and not target.view,
                implicit=relation.implicit,
                doc=relation.doc,
                deprecated=relation.deprecated,
            )

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
        found = Answer(status=200, doc=f"The {words(entity.collection)} that were asked for.", contents=contents)
        some = replace(found, status=206, doc="Some of them; `Content-Range` says which.")
        yield self._operation(
            "list",
            "GET",
            f"List {words(entity.collection)}",
            inputs=(*self._filters(), SELECT, ORDER, LIMIT, OFFSET, AFTER, PREFER, IF_NONE_MATCH),
            answers=(found, some),
        )
        if entity.key:
            one = Answer(status=200, doc=f"The {words(entity.name)}.", contents=(Content(media_type=JSON, type=row),))
            yield self._operation(
                "get", "GET", f"Get {with_article(entity.name)}", inputs=(SELECT, IF_NONE_MATCH), answers=(one,)
            )

    def _writing(self) -> Iterator[Operation]:
        entity, row = self._entity, Ref(self._row.name)
        noun, nouns = with_article(entity.name), words(entity.collection)
        minimal = Answer(status=204, doc="Done. Nothing is shown without `Prefer: return=representation`.")
        shown = Answer(status=200, doc="Done, as the row is now.", contents=(Content(media_type=JSON, type=row),))
        rows = replace(shown, doc="Done, as the rows are now.", contents=(Content(media_type=JSON, type=Many(row)),))
        if self._create is not None:
            new = Ref(self._create.name)
            created = Answer(status=201, doc="Made. With `Prefer: return=representation` a list of the new rows.",
                             contents=(Content(media_type=JSON, type=Many(row)),))  # fmt: skip
            merged = replace(created, status=200, doc="Merged into rows that were there.")
            yield self._operation(
                "create",
                "POST",
                f"Create {noun}, or several",
                inputs=(
                    Input(name="columns", place="query", type=Text(), kind="columns", doc="The members that count."),
                    Input(
                        name="on_conflict",
                        place="query",
                        type=Text(),
                        kind="on_conflict",
                        doc="The unique fields by which rows that are there are found, in an upsert.",
                    ),
                    SELECT,
                    PREFER,
                    IDEMPOTENCY,
                ),
                body=(Content(media_type=JSON, type=new), Content(media_type=CSV, type=Text())),
                answers=(created, merged),
            )
        if self._update is not None:
            change = (Content(media_type=JSON, type=Ref(self._update.name)),)
            yield self._operation(
                "update_many",
                "PATCH",
                f"Change all {nouns} that a query finds",
                inputs=(*self._filters(), SELECT, ORDER, LIMIT, OFFSET, PREFER, IDEMPOTENCY),
                body=change,
                answers=(minimal, rows),
            )
            if entity.key:
                inputs = (SELECT, PREFER, IF_MATCH, IDEMPOTENCY)
                yield self._operation("update", "PATCH", f"Change {noun}", inputs=inputs, body=change,
                                      answers=(minimal, shown))  # fmt: skip
                if self._create is not None:
                    made = replace(shown, status=201, doc="It wasn't there, and is now.")
                    yield self._operation(
                        "replace",
                        "PUT",
                        f"Replace {noun}" if self._numbered else f"Create {noun}, or replace it",
                        inputs=(*inputs, replace(IF_NONE_MATCH, doc="`*`: it is made, or refused where it is there.")),
                        body=(Content(media_type=JSON, type=Ref(self._create.name)),),
                        answers=(minimal, shown) if self._numbered else (minimal, shown, made),
                    )
        if self._visible.may(entity, "delete"):
            yield self._operation(
                "delete_many",
                "DELETE",
                f"Delete all {nouns} that a query finds",
                inputs=(*self._filters(), SELECT, ORDER, LIMIT, OFFSET, PREFER, IDEMPOTENCY),
                answers=(minimal, rows),
            )
            if entity.key:
                yield self._operation("delete", "DELETE", f"Delete {noun}",
                                      inputs=(SELECT, PREFER, IF_MATCH, IDEMPOTENCY),
                                      answers=(minimal, shown))  # fmt: skip

    def _files(self) -> Iterator[Operation]:
        entity = self._entity
        for field in entity.fields if entity.key else ():
            if not is_file(field.type):
                continue
            noun = f"the {words(field.name)} of {with_article(entity.name)}"
            stream = _bytes_of(field)
            if field.name in self._readable:
                given = Answer(status=200, doc="Its bytes.", contents=(Content(media_type="*/*", type=stream),))
                part = replace(given, status=206, doc="The part that `Range` asks for.")
                inputs = (Input(name="Range", place="header", type=Text(), doc="Bytes from to."), IF_NONE_MATCH)
                yield self._operation("file_get", "GET", f"Download {noun}", inputs=inputs, answers=(given, part),
                                      below=field.name)  # fmt: skip
            if self._update is not None and field.name in self._visible.writable(entity, "update"):
                kept = Answer(status=200, doc="Kept.", contents=(Content(media_type=JSON, type=field.type),))
                made = replace(kept, status=201, doc="Kept where there was none.")
                yield self._operation("file_put", "PUT", f"Upload {noun}", inputs=(IF_MATCH,),
                                      body=(Content(media_type="*/*", type=stream),), answers=(kept, made),
                                      below=field.name)  # fmt: skip
                if field.nullable:
                    gone = Answer(status=204, doc="It is gone.")
                    yield self._operation("file_delete", "DELETE", f"Remove {noun}", inputs=(IF_MATCH,),
                                          answers=(gone,), below=field.name)  # fmt: skip

    @property
    def _numbered(self) -> bool:
        return any(field.identity for field in self._entity.fields)

    def _filters(self) -> Iterator[Input]:
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
                    deprecated=field.deprecated,
                )
        for name in ("and", "or", "not.and", "not.or"):
            yield Input(name=name, place="query", type=Text(), kind="logic", doc="Conditions in parentheses.")

    def _operation(
        self,
        kind: OperationKind,
        method: str,
        summary: str,
        *,
        inputs: tuple[Input, ...],
        answers: tuple[Answer, ...],
        body: tuple[Content, ...] = (),
        below: str | UnsetType = UNSET,
    ) -> Operation:
        entity = self._entity
        one = kind in ("get", "update", "replace", "delete", "create") or below is not UNSET
        path, keys = self._path, tuple[Input, ...]()
        if one and kind != "create":
            path, keys = self.item
        if below is not UNSET:
            path = f"{path}/{below}"
        verb = VERBS[kind]
        name = operation_id(NAMES[kind], entity.collection, one=one) + ("" if below is UNSET else f"_{below}")
        return Operation(
            id=name,
            kind=kind,
            tag=entity.collection,
            method=method,  # pyright: ignore[reportArgumentType]
            path=path,
            summary=summary,
            inputs=(*keys, *inputs),
            body=body,
            answers=answers,
            refusals=refusals_of(kind),
            access=access_to(entity, verb, self._visible),
            anonymous=self._visible.anonymously(entity, verb),
            collection=entity.collection,
            idempotent=IDEMPOTENCY in inputs,
            deprecated=entity.deprecated,
        )

    @property
    def item(self) -> tuple[str, tuple[Input, ...]]:
        """The path of a row, and the segments of it that a request gives. Several parts of a key are one segment."""
        entity = self._entity
        fields = {field.name: field for field in entity.fields}
        if len(entity.key) == 1:
            field = fields[entity.key[0]]
            key = Input(name=field.name, place="path", type=field.type, required=True, doc=field.doc)
            return f"{self._path}/{{{field.name}}}", (key,)
        doc = f"{', '.join(entity.key)} with commas between."
        return f"{self._path}/{{key}}", (Input(name="key", place="path", type=Text(), required=True, doc=doc),)


NAMES: dict[OperationKind, str] = {
    "list": "list",
    "get": "get",
    "create": "create",
    "update": "update",
    "update_many": "update",
    "replace": "replace",
    "delete": "delete",
    "delete_many": "delete",
    "file_get": "download",
    "file_put": "upload",
    "file_delete": "remove",
}
"""What an operation's id begins with."""
VERBS: dict[OperationKind, str] = {
    "list": "read",
    "get": "read",
    "create": "create",
    "update": "update",
    "update_many": "update",
    "replace": "update",
    "delete": "delete",
    "delete_many": "delete",
    "file_get": "read",
    "file_put": "update",
    "file_delete": "update",
}
"""The verb that a rule has to open."""


def _bytes_of(field: Field) -> Bytestream:
    type = field.type
    assert is_file(type)
    return Bytestream(getattr(type, "accept", ()), getattr(type, "max_size", None))

"""What stands on the pages, as names and sentences: templates only place it.

In: a `Site`. Out: views of fields, relations, rights and requests; links are left to who makes the pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from backsmith import errors
from backsmith.contract.contract import Collection, Content, Grant, Input, Member, Operation, Shape
from backsmith.contract.docs.examples import Example, example_request
from backsmith.contract.docs.site import Site
from backsmith.contract.docs.spellings import JSON_WORDS, spellings, value_text
from backsmith.contract.docs.view import (
    AnswerView,
    BodyView,
    FieldView,
    GrantView,
    OperationView,
    RefusalView,
    RelationView,
    TryField,
    TryView,
)
from backsmith.contract.docs.words import default_in_words, deprecation, limits_in_words, shapes_in, type_in_words

_KINDS = {kind.slug: kind for kind in errors.KINDS}
_VERBS = {"create": "make", "read": "read", "update": "change", "delete": "delete"}
_ROWS = frozenset({"list", "update_many", "delete_many"})
_OWN_SELECT = frozenset({"select", "order", "limit"})
"""Parameters of rows that have a field of their own in the form to try a request; the others share a line."""


def fields_of(collection: Collection, site: Site) -> tuple[FieldView, ...]:
    """The fields of an entity: those that are read, and those that can only be given."""
    row, create, update = (
        site.shapes.get(name or "") for name in (collection.row, collection.create, collection.update)
    )
    given = {name: shape for name, shape in (("made", create), ("changed", update)) if shape is not None}
    shown = {member.name: member for member in (row.members if row is not None else ())}
    only = {member.name: member for shape in given.values() for member in shape.members if member.name not in shown}
    links = {name: each.name for each in collection.relationships if each.kind == "to_one" for name in each.fields}
    found: list[FieldView] = []
    for member in [*shown.values(), *only.values()]:
        if member.name in {each.name for each in collection.relationships}:
            continue
        ways = [way for way, shape in given.items() if any(each.name == member.name for each in shape.members)]
        new = next((each for each in create.members if each.name == member.name), None) if create is not None else None
        marks = [*_marks(member), *(["needed"] if new is not None and new.required else [])]
        if member.name in only:
            marks.append("never shown")
        elif given and not ways and not member.computed:
            marks.append("only read")
        elif given and len(ways) < len(given):
            marks.append(f"given only when {ways[0]}" if ways else "")
        view = _field(member, [mark for mark in marks if mark])
        default = default_in_words(new.default) if new is not None else None
        found.append(view._replace(relation=links.get(member.name), default=default))
    return tuple(found)


def _marks(member: Member) -> Iterator[str]:
    if member.key:
        yield "key"
    if member.unique and not member.key:
        yield "unique"
    if member.computed:
        yield "computed"
    if member.personal:
        yield "personal"
    if member.nullable:
        yield "may be null"


def _field(given: Member | Input, marks: Sequence[str]) -> FieldView:
    return FieldView(
        name=given.name,
        type=type_in_words(given.type),
        shapes=tuple(dict.fromkeys(shapes_in(given.type))),
        marks=tuple(marks),
        limits=tuple(limits_in_words(given)),
        default=default_in_words(given.default),
        doc=given.doc,
        deprecated=deprecation(given.deprecated, given.sunset),
    )


def members_of(shape: Shape) -> tuple[FieldView, ...]:
    """The members of an object."""
    return tuple(
        _field(member, [*(["required"] if member.required else []), *_marks(member)]) for member in shape.members
    )


def relations_of(collection: Collection, site: Site) -> tuple[RelationView, ...]:
    """The relations of an entity."""
    return tuple(
        RelationView(
            each.name,
            each.target,
            _relation_sentence(collection, each.name, site),
            each.doc,
            each.deprecated,
        )
        for each in collection.relationships
    )


def _relation_sentence(collection: Collection, name: str, site: Site) -> str:
    found = next(each for each in collection.relationships if each.name == name)
    target = site.collections.get(found.target)
    entity = found.target if target is None else target.entity
    said = f"many {found.target}" if found.many else f"one {entity}, or none" if found.nullable else f"one {entity}"
    if found.kind == "many_to_many":
        said += ", each of which may have many of these"
    if found.fields and found.kind == "to_one":
        said += f", by {', '.join(found.fields)}"
    if found.may_be_hidden:
        said += "; what you may not read isn't shown"
    return said


def grants_of(collection: Collection) -> tuple[GrantView, ...]:
    """Who may do what."""
    return tuple(map(_grant, collection.grants))


def _grant(grant: Grant) -> GrantView:
    verbs = ", ".join(_VERBS.get(verb, verb) for verb in grant.verbs)
    return GrantView(verbs, grant.text, grant.fields, grant.doc)


def operation_view(operation: Operation, site: Site, server: str) -> OperationView:
    """A request, with an example sent to that server."""
    example = example_request(operation, site.contract, site.shapes)
    rows = operation.kind in _ROWS
    inputs = [each for each in operation.inputs if each.kind not in ("filter", "logic")]
    filters = [each.name for each in operation.inputs if each.kind == "filter"] if rows else []
    return OperationView(
        id=operation.id,
        method=operation.method,
        path=operation.path,
        summary=operation.summary,
        doc=operation.doc,
        access=operation.access,
        anonymous=operation.anonymous,
        idempotent=operation.idempotent,
        deprecated=deprecation(operation.deprecated, operation.sunset),
        filters=tuple(filters),
        inputs=tuple(_input(each) for each in inputs),
        bodies=_bodies(operation.body, site),
        body_required=operation.body_required,
        answers=tuple(_answers(operation, site)),
        refusals=() if site.contract.own_errors else refusals_of(operation.refusals),
        spellings=spellings(example, server),
        trial=_trial(operation, example),
    )


def _answers(operation: Operation, site: Site) -> Iterator[AnswerView]:
    """The replies; what one holds as the one before it isn't said again."""
    before: AnswerView | None = None
    for each in operation.answers:
        headers = tuple(_field(header, ()) for header in each.headers)
        view = AnswerView(each.status, each.doc, _bodies(each.contents, site), headers)
        same = before is not None and (before.bodies, before.headers) == (view.bodies, view.headers)
        yield view._replace(bodies=(), headers=()) if same else view
        before = view


def refusals_of(slugs: Sequence[str]) -> tuple[RefusalView, ...]:
    """The kinds of refusals of these names."""
    return tuple(RefusalView(slug, _KINDS[slug].status, _KINDS[slug].title) for slug in slugs)


def _input(given: Input) -> FieldView:
    marks = [{"path": "in the path", "query": "in the query"}.get(given.place, given.place)]
    return _field(given, [*marks, *(["required"] if given.required else [])])


def _bodies(contents: Sequence[Content], site: Site) -> tuple[BodyView, ...]:
    """Contents of one type together, with the members of an object that isn't described elsewhere."""
    by_type: dict[str, list[Content]] = {}
    for content in contents:
        said = type_in_words(content.type) + (", or null" if content.nullable else "")
        by_type.setdefault(said, []).append(content)
    found: list[BodyView] = []
    for said, each in by_type.items():
        names = tuple(dict.fromkeys(shapes_in(each[0].type)))
        fields = tuple(
            field for name in names[:1] if site.shapes[name].purpose != "row" for field in members_of(site.shapes[name])
        )
        found.append(BodyView(tuple(dict.fromkeys(one.media_type for one in each)), said, names, fields))
    return tuple(found)


def _trial(operation: Operation, example: Example) -> TryView:
    values = {("query", name): value for name, value in example.query}
    values |= {("header", name): value for name, value in example.headers}
    rows = operation.collection is not None and operation.kind not in ("action", "file_get", "file_put", "file_delete")
    fields, more = list[TryField](), list[TryField]()
    segments = dict(zip(operation.path.split("/"), example.path.split("/"), strict=False))
    for each in operation.inputs:
        if each.kind in ("filter", "logic") or each.place == "cookie":
            continue
        value = values.pop((each.place, each.name), "")
        if each.place == "path":
            value = segments.get(f"{{{each.name}}}", "")
        field = TryField(each.name, each.place, value, each.required)
        usual = each.required or value or (each.place == "query" and (not rows or each.name in _OWN_SELECT))
        (fields if usual else more).append(field)
    fields += [TryField(name, place, value, required=False) for (place, name), value in values.items()]
    return TryView(
        fields=tuple(fields),
        more=tuple(more),
        free=operation.kind in _ROWS,
        body=None if example.body is UNSET else value_text(example.body, JSON_WORDS),
        media_type=example.upload,
        file=example.upload is not None,
        parts=example.parts or example.form,
        writes=operation.method != "GET" and operation.kind != "query",
    )

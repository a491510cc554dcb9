"""The operations of an application's functions: actions, queries and routes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from backsmith import errors
from backsmith.blueprint.blueprint import (
    Action,
    Items,
    JsonObject,
    OwnResponse,
    Parameter,
    Query,
    Record,
    Returned,
    Route,
    Upload,
)
from backsmith.blueprint.types import Bytes, Enum, Json, List, Text
from backsmith.contract.addresses import Addresses
from backsmith.contract.contract import Answer, Bytestream, Content, Input, Operation, Place, Shape
from backsmith.contract.examples import example_value
from backsmith.contract.grants import access_to
from backsmith.contract.inputs import IDEMPOTENCY, JSON, PARTS
from backsmith.contract.names import operation_id, type_name, words
from backsmith.contract.refusals import BODY, CHANGING, refusals_of
from backsmith.contract.sentences import sentence
from backsmith.contract.values import Values
from backsmith.contract.visible import Visible

FORM = "application/x-www-form-urlencoded"
PLAIN, LINES, BYTES = "text/plain", "application/x-ndjson", "application/octet-stream"
_PLACES: dict[str, Place] = {"path": "path", "rest": "path", "query": "query", "header": "header", "cookie": "cookie"}
_SAID_NOTHING = Returned(Json(), nullable=True)
"""What a function returns that doesn't say it."""


def function_operations(visible: Visible, prefix: str, shapes: Sequence[Shape]) -> tuple[list[Operation], list[Shape]]:
    """The operations, and the shapes that they need beside those there are."""
    values = Values(visible, shapes)
    operations: list[Operation] = []
    for action in visible.blueprint.actions:
        operations += _action(action, visible, prefix, values)
    for query in visible.blueprint.queries:
        operations += _query(query, visible, prefix, values)
    named: set[str] = set()
    for route in visible.blueprint.routes:
        # A function may be at several addresses: the method tells the others apart from the first.
        id = f"{route.method.lower()}_{route.name}" if route.name in named else route.name
        named.add(route.name)
        operations += _route(id, route, visible, values)
    return operations, values.shapes


def _action(action: Action, visible: Visible, prefix: str, values: Values) -> Iterator[Operation]:
    if action.entity is None:
        if visible.calls(action.name, action.allow, needs_user=action.needs_user):
            anonymous = visible.called_anonymously(action.allow, needs_user=action.needs_user)
            made = _called(action, f"{prefix}/rpc/{action.name}", values)
            yield replace(made, access=_access(action), anonymous=anonymous)
        return
    entity = visible.entities[action.entity]
    if entity.private or not visible.acts(entity, action):
        return
    for former in (None, *entity.former_collections):
        path, keys = Addresses(entity, visible, prefix, former).item
        made = _called(action, f"{path}/{action.name}", values)
        collection = former or entity.collection
        yield replace(
            made,
            id=operation_id(action.name, collection, one=True),
            tag=collection,
            inputs=(*keys, *made.inputs),
            access=access_to(entity, (action.name,), visible),
            anonymous=not action.needs_user and visible.anonymously(entity, action.name),
            collection=collection,
            deprecated=f"Use {entity.collection}." if former else entity.deprecated or made.deprecated,
        )


def _use(function: Action | Query | Route) -> str | None:
    return None if function.deprecation is None else function.deprecation.use


def _sunset(function: Action | Query | Route) -> str | None:
    return None if function.deprecation is None else function.deprecation.sunset


def _called(action: Action, path: str, values: Values) -> Operation:
    return Operation(
        id=action.name,
        kind="action",
        tag="rpc",
        method="POST",
        path=path,
        summary=_summary(action),
        doc=action.doc,
        inputs=(IDEMPOTENCY,) if action.transaction else (),
        body=_contents(f"{action.entity or ''}_{action.name}", action.parameters, values),
        body_required=any(parameter.required for parameter in action.parameters),
        answers=tuple(_answers(action.returns or _SAID_NOTHING, 200, values)),
        refusals=refusals_of("action"),
        function=action.name,
        deprecated=_use(action),
        sunset=_sunset(action),
        idempotent=action.transaction,
    )


def _query(query: Query, visible: Visible, prefix: str, values: Values) -> Iterator[Operation]:
    if not visible.calls(query.name, query.allow, needs_user=query.needs_user):
        return
    returned = query.returns or _SAID_NOTHING
    type = Json() if returned.type is None else values.shown(returned.type)
    content = Content(media_type=JSON, type=type, nullable=returned.nullable)
    by_get = Operation(
        id=query.name,
        kind="query",
        tag="rpc",
        method="GET",
        path=f"{prefix}/rpc/{query.name}",
        summary=_summary(query),
        doc=query.doc,
        inputs=tuple(_in_text(each, values) for each in query.parameters if _has_text(each)),
        answers=(Answer(status=200, doc="What it returns.", contents=(content,)),),
        refusals=refusals_of("query"),
        access=_access(query),
        anonymous=visible.called_anonymously(query.allow, needs_user=query.needs_user),
        function=query.name,
        deprecated=_use(query),
        sunset=_sunset(query),
    )
    # A record has no spelling in a query string: what needs one is called by POST alone.
    if all(_has_text(each) for each in query.parameters if each.required):
        yield by_get
    yield Operation(
        id=f"post_{query.name}",
        kind="query",
        tag=by_get.tag,
        method="POST",
        path=by_get.path,
        summary=f"{by_get.summary} (parameters in the body)",
        doc=query.doc,
        body=_contents(query.name, query.parameters, values),
        body_required=any(parameter.required for parameter in query.parameters),
        answers=by_get.answers,
        refusals=by_get.refusals,
        access=by_get.access,
        anonymous=by_get.anonymous,
        function=query.name,
        deprecated=_use(query),
        sunset=_sunset(query),
    )


def _route(id: str, route: Route, visible: Visible, values: Values) -> Iterator[Operation]:
    if not visible.calls(route.name, route.allow, needs_user=route.needs_user):
        return
    beside = [each for each in route.parameters if each.source in _PLACES]
    within = [each for each in route.parameters if each.source not in _PLACES]
    idempotent = (IDEMPOTENCY,) if route.transaction else ()
    yield Operation(
        id=id,
        kind="route",
        tag=route.path.strip("/").partition("/")[0].strip("{}").partition(":")[0] or "root",
        method=route.method,
        path=route.path.replace(":path}", "}"),
        summary=_summary(route),
        doc=route.doc,
        inputs=(*(_input(each, _PLACES[each.source], values) for each in beside), *idempotent),
        body=_contents(route.name, within, values),
        body_required=any(parameter.required for parameter in within),
        answers=tuple(_answers(route.returns or _SAID_NOTHING, route.status, values, streams=route.streams)),
        refusals=refusals_of("route", () if route.method == "GET" else (*BODY, *CHANGING, errors.BAD_FORM)),
        access=_access(route),
        anonymous=visible.called_anonymously(route.allow, needs_user=route.needs_user),
        function=route.name,
        deprecated=_use(route),
        sunset=_sunset(route),
        idempotent=bool(idempotent),
    )


def _contents(name: str, parameters: Sequence[Parameter], values: Values) -> tuple[Content, ...]:
    """The media types of a body, by where its parameters stand in it."""
    if not parameters:
        return ()
    first = parameters[0]
    match first.source:
        case "raw":
            return (Content(media_type="*/*", type=Bytestream()),)
        case "body":
            return (Content(media_type=JSON, type=values.given(first.type), nullable=first.nullable),)
        case "form" | "form_field":
            return _form(name, parameters, values)
        case _:
            ref = values.named(f"{type_name(name)}Body", map(values.member, parameters))
            return (Content(media_type=JSON, type=ref),)


def _form(name: str, parameters: Sequence[Parameter], values: Values) -> tuple[Content, ...]:
    files = any(isinstance(each.type, Upload) for each in parameters)
    kinds = (PARTS,) if files else (FORM, PARTS)
    fields: list[Parameter] = []
    for parameter in parameters:
        if parameter.source == "form" and isinstance(parameter.type, Record):
            fields += parameter.type.members
        elif parameter.source == "form" and isinstance(parameter.type, JsonObject):
            return tuple(Content(media_type=kind, type=values.given(parameter.type)) for kind in kinds)
        else:
            fields.append(parameter)
    ref = values.named(f"{type_name(name)}Form", map(values.member, fields), closed=False)
    return tuple(Content(media_type=kind, type=ref) for kind in kinds)


def _answers(returned: Returned, status: int, values: Values, *, streams: bool = False) -> Iterator[Answer]:
    """The replies of an action or a route: 204 where it gives nothing, unless the route says another status."""
    nothing = Answer(status=204, doc="Done; there is nothing to show.")
    type = returned.type
    if returned.pieces or streams:
        yield Answer(status=status, doc="What it yields, piece by piece.", contents=tuple(_pieces(returned, values)))
        return
    if isinstance(type, OwnResponse):
        contents = (Content(media_type="*/*", type=Bytestream()),)
        yield Answer(status=status, doc="What it makes of it.", contents=contents, own=True)
        return
    if type is None and status == 200:
        yield nothing
        return
    content = Content(
        media_type=JSON,
        type=Json() if type is None else values.shown(type),
        nullable=returned.nullable and status != 200,
    )
    yield Answer(status=status, doc="What it returns.", contents=(content,))
    if returned.nullable and status == 200:
        yield nothing


def _pieces(returned: Returned, values: Values) -> Iterator[Content]:
    match returned.type:
        case None | Json(format=None):
            yield Content(media_type=LINES, type=Json())
            yield Content(media_type=BYTES, type=Bytestream())
        case Bytes():
            yield Content(media_type=BYTES, type=Bytestream())
        case Text() | Enum():
            yield Content(media_type=PLAIN, type=Text())
            return
        case type:
            yield Content(media_type=LINES, type=values.shown(type), nullable=returned.nullable)
    yield Content(media_type=PLAIN, type=Text())  # of nothing at all


def _has_text(parameter: Parameter) -> bool:
    """Whether a parameter can be given in a query string."""
    return not isinstance(parameter.type, Record | Items)


def _in_text(parameter: Parameter, values: Values) -> Input:
    """A parameter of a query by GET, which is spelled as in filters."""
    made = _input(parameter, "query", values)
    if not isinstance(parameter.type, List):
        return made
    item = example_value(parameter.type.item, made.name, None, {})
    shown = item if isinstance(item, str) else json.dumps(item, default=str)
    doc = "A list, `{a,b}`."
    return Input(name=made.name, place="query", type=Text(), required=made.required, doc=doc, example=f"{{{shown}}}")


def _input(parameter: Parameter, place: Place, values: Values) -> Input:
    member = values.member(parameter)
    return Input(
        name=member.name,
        place=place,
        type=member.type,
        nullable=member.nullable,
        required=place == "path" or member.required,
        default=member.default,
        bounds=member.bounds,
    )


def _access(function: Action | Query | Route) -> str | None:
    return None if function.allow is None else sentence(function.allow, needs_user=function.needs_user)


def _summary(function: Action | Query | Route) -> str:
    first = (function.doc or words(function.name)).strip().partition("\n")[0].rstrip(".")
    return first[:1].upper() + first[1:]

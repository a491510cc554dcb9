"""The operations of an application's functions: actions, queries, routes, and the batch that takes several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backsmith.blueprint.blueprint import Action, Parameter, Query, Route
from backsmith.blueprint.types import Json
from backsmith.contract.collections import IDEMPOTENCY, JSON, Described
from backsmith.contract.contract import Answer, Content, Input, Operation, Place, Shape
from backsmith.contract.grants import access_to, sentence
from backsmith.contract.names import operation_id, type_name, words
from backsmith.contract.refusals import refusals_of
from backsmith.contract.values import Values
from backsmith.contract.visible import Visible

_PLACES: dict[str, Place] = {"path": "path", "rest": "path", "query": "query", "header": "header", "cookie": "cookie"}


def function_operations(visible: Visible, prefix: str, shapes: Sequence[Shape]) -> tuple[list[Operation], list[Shape]]:
    """The operations, and the shapes that they need beside those there are."""
    values = Values(visible, shapes)
    operations: list[Operation] = []
    for action in visible.blueprint.actions:
        operations += _action(action, visible, prefix, values)
    for query in visible.blueprint.queries:
        operations += _query(query, visible, prefix, values)
    for route in visible.blueprint.routes:
        operations += _route(route, visible, values)
    return operations, values.shapes


def _action(action: Action, visible: Visible, prefix: str, values: Values) -> Iterator[Operation]:
    keys: tuple[Input, ...] = ()
    if action.entity is None:
        if not visible.calls(action.allow, needs_user=action.needs_user):
            return
        path, tag, access = f"{prefix}/rpc/{action.name}", "rpc", _access(action)
        name, anonymous = action.name, not action.needs_user
    else:
        entity = visible.entities[action.entity]
        if entity.private or not visible.may(entity, action.name):
            return
        path, keys = Described(entity, visible, prefix).item
        path, tag = f"{path}/{action.name}", entity.collection
        access, anonymous = access_to(entity, action.name, visible), visible.anonymously(entity, action.name)
        name = operation_id(action.name, entity.collection, one=True)
    yield Operation(
        id=name,
        kind="action",
        tag=tag,
        method="POST",
        path=path,
        summary=_summary(action),
        doc=action.doc,
        inputs=(*keys, IDEMPOTENCY),
        body=_members(action, values),
        body_required=any(parameter.required for parameter in action.parameters),
        answers=_answers(),
        refusals=refusals_of("action"),
        access=access,
        anonymous=anonymous,
        collection=tag if action.entity else None,
        function=action.name,
        idempotent=True,
    )


def _query(query: Query, visible: Visible, prefix: str, values: Values) -> Iterator[Operation]:
    if not visible.calls(query.allow, needs_user=query.needs_user):
        return
    yield Operation(
        id=query.name,
        kind="query",
        tag="rpc",
        method="GET",
        path=f"{prefix}/rpc/{query.name}",
        summary=_summary(query),
        doc=query.doc,
        inputs=tuple(_input(each, "query", values) for each in query.parameters),
        answers=_answers(),
        refusals=refusals_of("query"),
        access=_access(query),
        anonymous=not query.needs_user,
        function=query.name,
    )


def _route(route: Route, visible: Visible, values: Values) -> Iterator[Operation]:
    if not visible.calls(route.allow, needs_user=route.needs_user):
        return
    beside = [each for each in route.parameters if each.source in _PLACES]
    within = [each for each in route.parameters if each.source not in _PLACES]
    yield Operation(
        id=route.name,
        kind="route",
        tag=route.path.strip("/").partition("/")[0] or "root",
        method=route.method,
        path=route.path.replace(":path}", "}"),
        summary=_summary(route),
        doc=route.doc,
        inputs=tuple(_input(each, _PLACES[each.source], values) for each in beside),
        body=_contents(route.name, within, values),
        answers=(Answer(status=route.status, doc="Done.", contents=(Content(media_type=JSON, type=Json()),)),),
        refusals=refusals_of("route"),
        access=_access(route),
        anonymous=not route.needs_user,
        function=route.name,
    )


def _members(function: Action, values: Values) -> tuple[Content, ...]:
    return _contents(function.name, function.parameters, values)


def _contents(name: str, parameters: Sequence[Parameter], values: Values) -> tuple[Content, ...]:
    if not parameters:
        return ()
    whole = next((each for each in parameters if each.source == "body"), None)
    if whole is not None:
        return (Content(media_type=JSON, type=values.given(whole.type), nullable=whole.nullable),)
    ref = values.named(f"{type_name(name)}Body", map(values.member, parameters))
    return (Content(media_type=JSON, type=ref),)


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


def _answers() -> tuple[Answer, ...]:
    return (Answer(status=200, doc="Done.", contents=(Content(media_type=JSON, type=Json()),)),)


def _access(function: Action | Query | Route) -> str | None:
    return None if function.allow is None else sentence(function.allow, needs_user=function.needs_user)


def _summary(function: Action | Query | Route) -> str:
    first = (function.doc or words(function.name)).strip().partition("\n")[0].rstrip(".")
    return first[:1].upper() + first[1:]

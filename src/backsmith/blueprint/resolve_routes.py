"""Routes and the error format: the `@route` and `@error_format` functions of an application -> `Route`s and a name."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from types import FunctionType
from typing import Any, cast

from msgspec.structs import replace

from backsmith.blueprint.blueprint import (
    Action,
    Entity,
    Items,
    JsonObject,
    Parameter,
    Record,
    Route,
    Source,
    Upload,
)
from backsmith.blueprint.drafts import Compilation, name_of
from backsmith.blueprint.functions import Context
from backsmith.blueprint.naming import did_you_mean, listed
from backsmith.blueprint.resolve_deprecations import deprecated_function
from backsmith.blueprint.resolve_returns import returned_by
from backsmith.blueprint.resolve_signatures import Function, Signature, allowed, located, signature_of
from backsmith.blueprint.route_paths import PathMistake, Segment, hides, paths_of_backsmith, same, segments_of
from backsmith.blueprint.types import Bytes, Json
from backsmith.model.annotations import Shape
from backsmith.model.request import Body, Cookie, Form, Header, QueryString
from backsmith.model.routes import ROUTES, Routed

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
WHOLE: frozenset[Source] = frozenset({"body", "raw"})
_SOURCES: dict[type, Source] = {Header: "header", Cookie: "cookie", QueryString: "query"}


def resolve_routes(
    compilation: Compilation,
    functions: Iterable[FunctionType],
    context: Context,
    entities: Sequence[Entity],
    actions: Sequence[Action],
    prefix: str,
) -> tuple[Route, ...]:
    """The routes in the order given; `prefix` is where Backsmith's own API lies."""
    taken = list(paths_of_backsmith(entities, actions, prefix))
    routes: list[tuple[Route, tuple[Segment, ...]]] = []
    for each in functions:
        function = located(compilation, each, "route")
        if function is None:
            continue
        said: list[Routed] = getattr(each, ROUTES)
        for one in said:
            segments = _segments(compilation, function, one)
            route = None if segments is None else _route(compilation, function, one, segments, context)
            if route is None or segments is None:
                continue
            _check_taken(compilation, function, route, segments, taken)
            other = next((r for r, s in routes if r.method == route.method and same(s, segments)), None)
            if other is not None:
                place = f"{other.location.file}, line {other.location.line}" if other.location else other.function
                message = f"{route.method} {route.path} is answered twice; the other is in {place}."
                compilation.report(function.problem("duplicate-route", message))
            else:
                routes.append((route, segments))
    return tuple(route for route, _ in routes)


def resolve_error_format(compilation: Compilation, functions: Iterable[FunctionType]) -> str | None:
    """The function that makes the responses to what is refused."""
    found = [function for each in functions if (function := located(compilation, each, "route"))]
    for function in found:
        if len(inspect.signature(function.function).parameters) != 1:
            message = f"The error format {function.name} takes the error alone."
            hint = f"Write def {function.name}(error: RequestError) -> Response."
            compilation.report(function.problem("error-format", message, hint))
        if inspect.iscoroutinefunction(function.function):
            message = f"The error format {function.name} is async, but it has nothing to wait for."
            compilation.report(function.problem("error-format", message, f"Write def {function.name}(…)."))
    for function in found[1:]:
        message = f"{function.name} is a second error format: {found[0].name} is one already."
        compilation.report(function.problem("error-format", message, "An application has one."))
    return found[0].path if found else None


def _segments(compilation: Compilation, function: Function, said: Routed) -> tuple[Segment, ...] | None:
    # The decorator takes anything at run time: whoever has no type checker hears of it here.
    method, path = cast("tuple[Any, Any]", (said.method, said.path))
    if method not in METHODS or not isinstance(path, str):
        message = f"The route {function.name} doesn't say which requests it answers."
        hint = f'Write @route("GET", "/path", allow=…). Methods are {listed(METHODS, "and")}; GET is HEAD too.'
        compilation.report(function.problem("bad-route", message, hint))
        return None
    try:
        return segments_of(path)
    except PathMistake as mistake:
        compilation.report(function.problem("bad-route", f"The path {path} {mistake}."))
        return None


def _check_taken(
    compilation: Compilation,
    function: Function,
    route: Route,
    segments: tuple[Segment, ...],
    taken: Iterable[tuple[str, tuple[Segment, ...], int]],
) -> None:
    other = next((path for path, own, anchor in taken if hides(segments, own, anchor)), None)
    if other is not None:
        message = f"{route.path} would hide {other}, which Backsmith answers."
        hint = "Choose another path, or another place for the API: prefix in the settings. private=True serves none."
        compilation.report(function.problem("route-collides", message, hint))


def _route(
    compilation: Compilation, function: Function, said: Routed, segments: tuple[Segment, ...], context: Context
) -> Route | None:
    allow, needs_user = allowed(compilation, function, said.allow, context)
    signature = signature_of(compilation, function, None)
    streams = inspect.isasyncgenfunction(function.function)
    if inspect.isgeneratorfunction(function.function):
        message = f"The route {function.name} is a generator that blocks the server between its pieces."
        compilation.report(function.problem("bad-route", message, f"Write async def {function.name}(…)."))
    if type(cast(Any, said.status)) is not int or not 200 <= said.status <= 599:
        compilation.report(function.problem("bad-route", f"The route {function.name} has no status {said.status!r}."))
    parameters = tuple(_parameters(compilation, function, signature, segments, said))
    return Route(
        id=compilation.ids.take(f"{said.method} {said.path}"),
        name=function.name,
        method=cast(Any, said.method),
        path=said.path,
        function=function.path,
        parameters=parameters,
        injected=tuple(signature.injected),
        allow=allow,
        needs_user=needs_user or signature.needs_user,
        status=said.status,
        retry=said.retry,
        transaction=said.transaction and said.method != "GET" and not streams,
        streams=streams,
        doc=function.doc,
        location=function.source.location(name_of(function.node)),
        returns=returned_by(compilation, function),
        deprecation=deprecated_function(compilation, function),
    )


def _parameters(
    compilation: Compilation, function: Function, signature: Signature, segments: tuple[Segment, ...], said: Routed
) -> Iterator[Parameter]:
    in_path = {each.text: each.kind for each in segments if each.kind != "literal"}
    bodies: list[Parameter] = []
    for parameter in signature.given:
        shape = signature.shapes[parameter.name]
        if parameter.name in in_path:
            kind = in_path.pop(parameter.name)
            if isinstance(parameter.type, Record | Items | JsonObject | Upload | Json | Bytes) or parameter.nullable:
                message = f"{function.name}({parameter.name}) can't be read from a path by its type."
                place = function.place(parameter.name)
                compilation.report(function.problem("route-parameters", message, "Write str or int.", at=place))
            yield replace(parameter, source="rest" if kind == "rest" else "path", required=True, default=None)
            continue
        made = _sourced(parameter, shape)
        if made.source not in ("query", "header", "cookie"):
            bodies.append(made)
        _check_source(compilation, function, made)
        yield made
    for name in in_path:
        message = f"The path {said.path} has {{{name}}}, which {function.name} doesn't take."
        message += did_you_mean(name, (each.name for each in signature.given))
        compilation.report(function.problem("route-parameters", message, f"Write {function.name}({name}: str, …)."))
    _check_bodies(compilation, function, said, bodies)


def _sourced(parameter: Parameter, shape: Shape) -> Parameter:
    """The parameter with where it stands in a request: what its annotation says, or what suits its type."""
    for marker in shape.markers:
        kind = marker if isinstance(marker, type) else type(marker)
        own = None if isinstance(marker, type) else marker
        if kind in _SOURCES:
            source = _SOURCES[kind]
            name = own.name if own is not None else None
            return replace(parameter, source=source, key=name or _key(parameter.name, source))
        if kind is Form:
            field = own.name if isinstance(own, Form) else None
            whole = isinstance(parameter.type, Record | JsonObject) and field is None
            return replace(parameter, source="form" if whole else "form_field", key=field)
        if kind is Body:
            member = own.member if isinstance(own, Body) else None
            return replace(parameter, source="body" if member is None else "member", key=member)
    match parameter.type:
        case Upload():
            return replace(parameter, source="form_field")
        case Bytes():
            return replace(parameter, source="raw")
        case Record() | Items() | JsonObject() | Json():
            return replace(parameter, source="body")
        case _:
            return replace(parameter, source="query")


def _key(name: str, source: Source) -> str | None:
    return name.replace("_", "-").lower() if source == "header" else None


def _check_source(compilation: Compilation, function: Function, parameter: Parameter) -> None:
    """Report what can't be read from where it stands."""
    place = function.place(parameter.name)
    texts = parameter.source in ("query", "header", "cookie", "form_field")
    if texts and isinstance(parameter.type, Record | Items | Bytes):
        message = f"{function.name}({parameter.name}) can't be read from a text by its type."
        compilation.report(function.problem("route-parameters", message, at=place))
    if isinstance(parameter.type, Upload) and parameter.source != "form_field":
        message = f"{function.name}({parameter.name}) is a file, which comes as a field of a form."
        compilation.report(function.problem("route-parameters", message, at=place))


def _check_bodies(compilation: Compilation, function: Function, said: Routed, bodies: list[Parameter]) -> None:
    """Report bodies that contradict one another, or that a method doesn't have."""
    if bodies and said.method in ("GET", "DELETE"):
        message = f"{function.name}({bodies[0].name}) would stand in the body, which a {said.method} doesn't have."
        place = function.place(bodies[0].name)
        compilation.report(function.problem("route-parameters", message, at=place))
        return
    kinds = {"form" if each.source == "form_field" else each.source for each in bodies}
    whole = [each for each in bodies if each.source in WHOLE]
    if len(whole) > 1 or len(kinds) > 1:
        second = whole[1] if len(whole) > 1 else bodies[-1]
        message = f"{function.name}({second.name}) is a second body: a request has one."
        hint = 'Members of one JSON body are written Annotated[…, Body("name")].'
        compilation.report(function.problem("route-parameters", message, hint, at=function.place(second.name)))

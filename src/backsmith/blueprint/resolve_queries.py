"""Queries: the `@query` functions of an application -> `Query`s."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from backsmith.blueprint.blueprint import Parameter, Query
from backsmith.blueprint.drafts import Compilation, name_of
from backsmith.blueprint.expressions import TRUE, Node
from backsmith.blueprint.functions import Context
from backsmith.blueprint.resolve_constants import MisfitError, constant
from backsmith.blueprint.resolve_drafts import unknown_type
from backsmith.blueprint.resolve_functions import compiled
from backsmith.blueprint.resolve_types import TypeMistake, resolve_type
from backsmith.blueprint.source import FunctionNode, Positioned, Source, SourceMissing, source_of_function
from backsmith.model.account import Account
from backsmith.model.annotations import Names, Shape, annotations_of, read
from backsmith.model.data import Data
from backsmith.model.queries import QUERY, Offered


def resolve_queries(compilation: Compilation, functions: Iterable[FunctionType], context: Context) -> tuple[Query, ...]:
    """The queries in the order given."""
    queries: dict[str, Query] = {}
    for function in functions:
        try:
            source, node = source_of_function(function)
        except SourceMissing as missing:
            compilation.report(missing.problem)
            continue
        query = _query(compilation, function, source, node, context)
        if query.name in queries:
            other = queries[query.name].location
            place = f"{other.file}, line {other.line}" if other else queries[query.name].function
            message = f"There are two queries called '{query.name}'; the other is in {place}."
            compilation.report(source.problem(name_of(node), "duplicate-name", message, "Rename one of them."))
        queries.setdefault(query.name, query)
    return tuple(queries.values())


def _query(
    compilation: Compilation, function: FunctionType, source: Source, node: FunctionNode, context: Context
) -> Query:
    name = function.__name__
    allow, needs_user = _allow(compilation, function, source, node, context)
    parameters: list[Parameter] = []
    annotations = annotations_of(function)
    places = {each.arg: each for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for parameter in inspect.signature(function).parameters.values():
        place: Positioned = places.get(parameter.name) or name_of(node)
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            message = f"The query {name} takes its parameters by name: '{parameter.name}' can't be."
            compilation.report(source.problem(place, "query-parameters", message))
            continue
        shape = _shape(compilation, function, parameter.name, annotations, source, place)
        if shape is None or shape.base is Data:
            continue
        if isinstance(shape.base, type) and issubclass(shape.base, Account):
            needs_user = needs_user or not shape.nullable
            continue
        resolved = _parameter(compilation, name, parameter, shape, source, place)
        if resolved is not None:
            parameters.append(resolved)
    return Query(
        id=compilation.ids.take(f"{name}()"),
        name=name,
        function=f"{function.__module__}:{function.__qualname__}",
        parameters=tuple(parameters),
        allow=allow,
        needs_user=needs_user,
        doc=inspect.getdoc(function),
        location=source.location(name_of(node)),
    )


def _allow(
    compilation: Compilation, function: FunctionType, source: Source, node: FunctionNode, context: Context
) -> tuple[Node | None, bool]:
    """Who may call the query, and whether they have to be signed in."""
    offered: Offered = getattr(function, QUERY)
    if offered.allow in ("everyone", "signed_in"):
        return TRUE, offered.allow == "signed_in"
    if isinstance(offered.allow, FunctionType):
        return compiled(compilation, offered.allow, None, context)
    message = f"The query {function.__name__} doesn't say who may call it."
    hint = '@query(allow=…) takes "everyone", "signed_in", or a function: def staff(user: Account) -> bool.'
    compilation.report(source.problem(name_of(node), "query-without-allow", message, hint))
    return None, False


def _shape(
    compilation: Compilation,
    function: FunctionType,
    name: str,
    annotations: dict[str, Any],
    source: Source,
    place: Positioned,
) -> Shape | None:
    path = f"{function.__name__}({name})"
    if name not in annotations:
        message = f"The parameter {path} has no type."
        compilation.report(source.problem(place, "untyped-field", message, f"Write {name}: int, or what it is."))
        return None

    def missing(unknown: str) -> Any:
        if unknown in ("Data", "Account"):
            return Data if unknown == "Data" else Account
        raise NameError(unknown, name=unknown)

    try:
        return read(annotations[name], Names(vars(sys.modules[function.__module__]), missing))
    except NameError as error:
        compilation.report(source.problem(place, "unknown-type", unknown_type(path, error.name or "")))
    except Exception as error:
        compilation.report(source.problem(place, "unknown-type", f"The type of {path} can't be read: {error}."))
    return None


def _parameter(
    compilation: Compilation,
    query: str,
    parameter: inspect.Parameter,
    shape: Shape,
    source: Source,
    place: Positioned,
) -> Parameter | None:
    path = f"{query}({parameter.name})"
    try:
        resolved = resolve_type(path, shape)
    except TypeMistake as mistake:
        compilation.report(source.problem(place, mistake.code, mistake.message, mistake.hint))
        return None
    required = parameter.default is parameter.empty
    default = None
    if not required and not (parameter.default is None and shape.nullable):
        try:
            default = constant(parameter.default, resolved.type, resolved.bounds)
        except MisfitError as error:
            message = f"The default of {path} doesn't fit: {parameter.default!r} {error}."
            compilation.report(source.problem(place, "bad-default", message))
    return Parameter(
        name=parameter.name, type=resolved.type, nullable=shape.nullable, required=required, default=default
    )

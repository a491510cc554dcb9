"""Queries: the `@query` functions of an application -> `Query`s."""

from __future__ import annotations

from collections.abc import Iterable
from types import FunctionType

from backsmith.blueprint.blueprint import Action, Query, Upload
from backsmith.blueprint.drafts import Compilation, name_of
from backsmith.blueprint.functions import Context
from backsmith.blueprint.resolve_deprecations import deprecated_function
from backsmith.blueprint.resolve_returns import returned_by
from backsmith.blueprint.resolve_signatures import Function, allowed, located, signature_of
from backsmith.model.queries import QUERY, Offered


def resolve_queries(compilation: Compilation, functions: Iterable[FunctionType], context: Context) -> tuple[Query, ...]:
    """The queries in the order given."""
    queries: dict[str, Query] = {}
    for each in functions:
        function = located(compilation, each, "query")
        if function is None:
            continue
        query = _query(compilation, function, context)
        if query.name in queries:
            message = f"There are two queries called '{query.name}'; the other is in {place_of(queries[query.name])}."
            compilation.report(function.problem("duplicate-name", message, "Rename one of them."))
        queries.setdefault(query.name, query)
    return tuple(queries.values())


def place_of(other: Query | Action) -> str:
    """Where a function stands, for a message."""
    return f"{other.location.file}, line {other.location.line}" if other.location else other.function


def _query(compilation: Compilation, function: Function, context: Context) -> Query:
    said: Offered = getattr(function.function, QUERY)
    allow, needs_user = allowed(compilation, function, said.allow, context)
    signature = signature_of(compilation, function, None)
    for parameter in signature.given:
        if isinstance(parameter.type, Upload):
            message = f"The query {function.name} takes a file, which no query can."
            place = function.place(parameter.name)
            compilation.report(function.problem("query-parameters", message, "Write @route.", at=place))
    return Query(
        id=compilation.ids.take(f"{function.name}()"),
        name=function.name,
        function=function.path,
        parameters=tuple(signature.given),
        injected=tuple(signature.injected),
        allow=allow,
        needs_user=needs_user or signature.needs_user,
        doc=function.doc,
        location=function.source.location(name_of(function.node)),
        returns=returned_by(compilation, function),
        deprecation=deprecated_function(compilation, function),
    )

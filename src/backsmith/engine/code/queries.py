"""`@query` functions: GET or POST /api/rpc/{name}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from backsmith import errors
from backsmith.blueprint.blueprint import Query
from backsmith.databases.transaction import Transaction
from backsmith.engine.access import AskerKind
from backsmith.engine.bodies.problems import Problems
from backsmith.engine.catalogue import did_you_mean
from backsmith.engine.code.arguments import Arguments
from backsmith.engine.code.functions import Function, refuse_others
from backsmith.engine.code.replies import json_reply
from backsmith.engine.code.results import json_of
from backsmith.engine.code.runtime import Runtime, with_rows
from backsmith.engine.exchange import Exchange
from backsmith.engine.grammar.accept import negotiate
from backsmith.errors import RequestError, UsageError
from backsmith.http.reply import Reply
from backsmith.http.request import Request


class QueryCall:
    """Answers requests for one query."""

    streams = False
    methods = "GET, HEAD, POST, OPTIONS"

    def __init__(self, query: Query, runtime: Runtime) -> None:
        self.query = query
        self.label = f"{runtime.prefix}/rpc/{query.name}"
        self._runtime = runtime
        self._function = Function(query.function, query.injected)
        self._arguments = Arguments(query.parameters, runtime.services.catalogue.entities, runtime.limits)
        self._parameters = {parameter.name: parameter for parameter in query.parameters}

    def refuse_others(self, kind: AskerKind) -> None:
        """Raises RequestError UNAUTHENTICATED or FORBIDDEN where that kind of asker may not call it."""
        refuse_others(self.query.name, self.query.allow, kind, needs_user=self.query.needs_user)

    async def answer(self, exchange: Exchange, parameters: Mapping[str, str]) -> Reply:
        """The reply; there are no parameters in the path. Raises RequestError."""
        return await self._answer(exchange, None)

    async def within(self, transaction: Transaction, exchange: Exchange, parameters: Mapping[str, str]) -> Reply:
        """The reply to a call that sees what a transaction has done so far. Raises RequestError."""
        return await self._answer(exchange, transaction)

    async def _answer(self, exchange: Exchange, transaction: Transaction | None) -> Reply:
        request = exchange.request
        form = negotiate(request.header("accept"))
        values = self._values(request)
        exchange.plan_made()
        _, data = self._runtime.session(exchange, transaction, reads=self._writes)
        result = await self._function(await with_rows(values, data), self._runtime.handed(exchange, data))
        body = await json_of(result, data, self._runtime.hidden)
        exchange.ran()
        return json_reply(request, exchange.asker, body, form)

    def _writes(self) -> UsageError:
        return UsageError(
            f"The query {self.query.name} writes, or begins a transaction: a query reads. What writes is an @action."
        )

    def _values(self, request: Request) -> dict[str, Any]:
        texts, members = self._texts(request), _members(request)
        known = self._parameters
        for name in (*texts, *members):
            if name not in known:
                raise self._unfit(f"it has no parameter '{name}'", did_you_mean(name, known))
        for parameter in self.query.parameters:
            if parameter.required and parameter.name not in texts and parameter.name not in members:
                raise self._unfit(f"the parameter '{parameter.name}' is missing", None)
        problems = Problems()
        values = self._arguments.members([known[name] for name in members], members, problems)
        for name, given in texts.items():
            if name not in members:
                values |= self._arguments.literal(known[name], given, problems)
        if problems:
            problems.refuse(errors.BAD_VALUE)
        return values

    def _texts(self, request: Request) -> dict[str, str]:
        """The parameters of the query string."""
        try:
            most = self._runtime.limits.filters
            pairs = parse_qsl(request.query, keep_blank_values=True, errors="strict", max_num_fields=most)
        except ValueError:
            raise RequestError(errors.BAD_QUERY, "The query string isn't a list of name=value") from None
        return dict(pairs)

    def _unfit(self, why: str, hint: str | None) -> RequestError:
        return RequestError(
            errors.UNKNOWN_FUNCTION,
            f"Could not call the function {self.query.name}: {why}",
            hint=hint or f"Its parameters are: {', '.join(self._parameters) or 'none'}.",
        )


def _members(request: Request) -> dict[str, msgspec.Raw]:
    """The members of a POST's JSON body."""
    if request.method != "POST" or not request.body:
        return {}
    try:
        return msgspec.json.decode(request.body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError(
            errors.BAD_VALUE, "The body isn't a JSON object", details=str(error), hint='Send {"name": value, …}.'
        ) from None

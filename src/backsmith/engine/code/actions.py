"""`@action` functions: POST /api/{collection}/{key}/{action}, and POST /api/rpc/{name} for those without a row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from backsmith import errors
from backsmith.blueprint.blueprint import Action
from backsmith.databases.transaction import Transaction
from backsmith.engine.access import AskerKind
from backsmith.engine.bodies.opening import opened
from backsmith.engine.bodies.problems import Problems, step
from backsmith.engine.bodies.sources import JSON
from backsmith.engine.code.arguments import REPEATED, Arguments
from backsmith.engine.code.functions import Function, refuse_others, unauthenticated
from backsmith.engine.code.replies import empty_reply, json_reply
from backsmith.engine.code.results import json_of
from backsmith.engine.code.rows import HeldRow
from backsmith.engine.code.runtime import Runtime, with_rows
from backsmith.engine.exchange import Exchange
from backsmith.engine.grammar.accept import Representation, negotiate
from backsmith.engine.grammar.keys import key_of
from backsmith.engine.writing.idempotency import identity_of
from backsmith.errors import RequestError
from backsmith.http.reply import Reply
from backsmith.http.request import Request


class ActionCall:
    """Answers requests for one action."""

    streams = False
    methods = "POST, OPTIONS"

    def __init__(self, action: Action, runtime: Runtime) -> None:
        self.action = action
        self._runtime = runtime
        self._function = Function(action.function, action.injected)
        catalogue = runtime.services.catalogue
        self._arguments = Arguments(action.parameters, catalogue.entities, runtime.limits)
        self._row: HeldRow | None = None
        self.label = f"{runtime.prefix}/rpc/{action.name}"
        self._key: tuple[str, ...] = ()
        if action.entity is not None:
            resource = catalogue.resources[action.entity]
            self._row = HeldRow(resource, action.name)
            self._key = resource.entity.key
            self.label = f"{runtime.prefix}/{resource.entity.collection}/{{id}}/{action.name}"

    def refuse_others(self, kind: AskerKind) -> None:
        """Raises RequestError UNAUTHENTICATED or FORBIDDEN where that kind of asker may not use it on any row."""
        if self._row is None:
            refuse_others(self.action.name, self.action.allow, kind, needs_user=self.action.needs_user)
            return
        if self.action.needs_user and kind.anonymous:
            raise unauthenticated(f"permission denied for action {self.action.name}")
        self._row.refuse_without_rule(self._runtime.services.authorizer, kind)

    async def answer(self, exchange: Exchange, parameters: Mapping[str, str]) -> Reply:
        """The reply, once all is kept that the action did. Raises RequestError."""
        request = exchange.request
        if request.method != "POST":
            allow = (("allow", self.methods),)
            raise RequestError(errors.METHOD_NOT_ALLOWED, f"{request.method} isn't allowed here", headers=allow)
        run = self._read(exchange, parameters)

        if self.action.transaction:
            identity = identity_of(request, exchange.asker)
            reply = await self._runtime.idempotency.run(identity, run, retry=self.action.retry)
        else:
            reply = await run(None)
        exchange.ran()
        return reply

    async def within(self, transaction: Transaction, exchange: Exchange, parameters: Mapping[str, str]) -> Reply:
        """The reply to a call that is a part of a transaction. Raises RequestError."""
        if not self.action.transaction:
            message = f"The action {self.action.name} has transactions of its own, so it can't be part of one"
            raise RequestError(errors.BAD_BATCH, message)
        return await self._read(exchange, parameters)(transaction)

    def _read(
        self, exchange: Exchange, parameters: Mapping[str, str]
    ) -> Callable[[Transaction | None], Awaitable[Reply]]:
        """What is to be done for a request, all of it read. Raises RequestError."""
        request = exchange.request
        form = negotiate(request.header("accept"))
        key = key_of(parameters["key"], self._key) if self._row is not None else ()
        values = self._values(request)
        exchange.plan_made()

        async def run(transaction: Transaction | None) -> Reply:
            return await self._run(exchange, transaction, key, values, form)

        return run

    async def _run(
        self,
        exchange: Exchange,
        transaction: Transaction | None,
        key: tuple[str, ...],
        values: Mapping[str, Any],
        form: Representation,
    ) -> Reply:
        session, data = self._runtime.session(exchange, transaction, self.action.name)
        try:
            row = None if self._row is None else await self._row.load(session, transaction, key)
            arguments = await with_rows(values, data)
            result = await self._function(arguments, self._runtime.handed(exchange, data, row))
            if result is None:
                return empty_reply()
            body = await json_of(result, data, self._runtime.hidden)
            return json_reply(exchange.request, exchange.asker, body, form)
        finally:
            session.end()

    def _values(self, request: Request) -> dict[str, Any]:
        """The arguments that the body gives. Raises RequestError BAD_BODY, INVALID."""
        problems = Problems()
        members = members_of(request.body, request.header("content-type"), problems)
        self._arguments.refuse_unknown(members, problems)
        values = self._arguments.members(self.action.parameters, members, problems)
        if problems:
            problems.refuse()
        return values


def members_of(body: bytes, content_type: str | None, problems: Problems) -> Mapping[str, msgspec.Raw]:
    """The members of the JSON object that a body is; none of an empty one. Raises RequestError BAD_BODY."""
    if not body.strip():
        return {}
    found = opened(body, content_type)
    if found.source is not JSON or found.many or JSON.shape(found.rows[0]) != "object":
        raise RequestError(errors.BAD_BODY, "The body isn't a JSON object", hint='Send {"name": value, …}.')
    members, repeated = JSON.members(found.rows[0])
    for name in repeated:
        problems.add(step(name), REPEATED, f"{name} is there more than once")
    return members

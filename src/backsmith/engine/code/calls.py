"""Calls of the application's functions over HTTP: GET or POST /api/rpc/{name}."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec

from backsmith import errors
from backsmith.blueprint.asker import Asker
from backsmith.databases.database import Database
from backsmith.engine.access import Authorizer
from backsmith.engine.catalogue import Catalogue, did_you_mean
from backsmith.engine.code.data import ReadData
from backsmith.engine.code.functions import Served, encode
from backsmith.engine.code.objects import Objects
from backsmith.engine.exchange import Exchange
from backsmith.engine.formats import not_single, without_nulls
from backsmith.engine.grammar.accept import Representation, negotiate
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.reply import Reply
from backsmith.engine.request import Request
from backsmith.engine.serving.security import CACHE_PRIVATE, CACHE_SHARED
from backsmith.errors import RequestError
from backsmith.model.account import Account
from backsmith.model.entity import Entity


class Calls:
    """Answers requests for functions."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        authorizer: Authorizer,
        limits: Limits,
        classes: Mapping[str, type[Entity]],
        prefix: str,
    ) -> None:
        """`classes` are the application's entities by name, to make their objects."""
        self._database = database
        self._catalogue = catalogue
        self._authorizer = authorizer
        self._limits = limits
        self._prefix = prefix
        self._objects = Objects(catalogue.entities, classes)
        self._account = next((c for c in classes.values() if issubclass(c, Account)), Account)
        hidden = {name: resource.hidden for name, resource in catalogue.resources.items()}
        self._functions = {query.name: Served(query, hidden) for query in catalogue.blueprint.queries}

    async def answer(self, exchange: Exchange, identify: Callable[..., Any]) -> Reply:
        """The reply to a call. Raises RequestError."""
        request = exchange.request
        function = self._find(request)
        exchange.route = f"{self._prefix}/rpc/{function.query.name}"
        form = negotiate(request.header("accept"))
        texts, members = self._read(request)
        exchange.was_read = perf_counter()

        exchange.asker = asker = await identify(request.header("authorization"), request.header("x-api-key"))
        function.authorize(self._authorizer.kind(asker))
        exchange.who = perf_counter()

        values = function.arguments(texts, members)
        exchange.planned = perf_counter()

        data = ReadData(self._database, self._catalogue, self._authorizer, self._objects, asker)
        result = await function.call(values, data, self._user(asker))
        exchange.run_at = perf_counter()

        body = _formed(result, form)
        cache = CACHE_SHARED if asker.id is None else CACHE_PRIVATE
        headers = [("content-type", form.content_type), ("content-length", str(len(body))), cache]
        return Reply(200, headers, b"" if request.method == "HEAD" else body)

    def _find(self, request: Request) -> Served:
        name = request.path[1] if len(request.path) == 2 else ""
        function = self._functions.get(name)
        if function is None:
            raise RequestError(
                errors.UNKNOWN_FUNCTION,
                f"Could not find the function '{name}'",
                hint=did_you_mean(name, self._functions),
            )
        if request.method not in ("GET", "HEAD", "POST"):
            raise RequestError(
                errors.METHOD_NOT_ALLOWED,
                f"{request.method} isn't allowed here",
                headers=(("allow", "GET, HEAD, POST, OPTIONS"),),
            )
        return function

    def _read(self, request: Request) -> tuple[Mapping[str, str], Mapping[str, Any]]:
        """The parameters of the query string, and those of a POST's JSON body."""
        try:
            pairs = parse_qsl(
                request.query, keep_blank_values=True, errors="strict", max_num_fields=self._limits.filters
            )
        except ValueError:
            raise RequestError(errors.BAD_QUERY, "The query string isn't a list of name=value") from None
        texts = dict(pairs)
        if request.method != "POST" or not request.body:
            return texts, {}
        try:
            return texts, msgspec.json.decode(request.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RequestError(
                errors.BAD_VALUE, "The body isn't a JSON object", details=str(error), hint='Send {"name": value, …}.'
            ) from None

    def _user(self, asker: Asker) -> Account | None:
        if asker.id is None:
            return None
        return self._account(id=asker.id, roles=asker.roles)


def _formed(result: Any, form: Representation) -> bytes:
    """What a function returned, as the request wants it. Raises RequestError NOT_SINGLE, NOT_ACCEPTABLE."""
    if form.form == "csv":
        raise RequestError(errors.NOT_ACCEPTABLE, "Functions answer in JSON", hint="Send Accept: application/json.")
    if form.form == "object" and isinstance(result, list):
        rows = cast("list[Any]", result)
        if len(rows) != 1:
            raise not_single(len(rows))
        result = rows[0]
    body = encode(result)
    return without_nulls(body) if form.strip_nulls else body

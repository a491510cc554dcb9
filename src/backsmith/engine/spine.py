"""The spine: read -> authorize -> plan -> run -> reply. Every request for data goes this way, and only this way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Protocol

from msgspec.structs import replace

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.database import Database, Row
from backsmith.engine.access import AskerKind, Authorizer
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.code.calls import Calls
from backsmith.engine.cursor import read_cursor
from backsmith.engine.estimates import reads_everything
from backsmith.engine.exchange import Exchange
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.planning.plans import Plan, PlanKey, Planner
from backsmith.engine.reading import Asked, read
from backsmith.engine.replies import Result, reply_item, reply_list
from backsmith.engine.reply import Reply
from backsmith.engine.serving.metrics import Metrics
from backsmith.engine.spelling.binding import Inputs, Statement
from backsmith.model.entity import Entity
from backsmith.settings import Settings


class Identify(Protocol):
    """Who asks, by the headers Authorization and X-API-Key. Raises RequestError for what isn't valid."""

    async def __call__(self, authorization: str | None, api_key: str | None) -> Asker:
        """The one who asks."""
        ...


class Engine:
    """Answers requests for the data of one application."""

    def __init__(
        self,
        blueprint: Blueprint,
        classes: Mapping[str, type[Entity]],
        database: Database,
        identify: Identify,
        settings: Settings,
        metrics: Metrics,
    ) -> None:
        """`classes` are the application's entities by name, for its own functions."""
        self.catalogue = Catalogue(blueprint)
        self.authorizer = Authorizer(blueprint)
        self.limits = Limits(
            query_length=settings.max_url,
            embed_depth=settings.max_depth,
            filters=settings.max_filters,
            select_items=settings.max_select,
            list_items=settings.max_list,
        )
        self.planner = Planner(
            self.catalogue, self.authorizer, database.dialect, self.limits, max_rows=settings.max_rows
        )
        self._calls = Calls(database, self.catalogue, self.authorizer, self.limits, classes, settings.prefix)
        self._database = database
        self._identify = identify
        self._metrics = metrics
        self._prefix = settings.prefix

    async def answer(self, exchange: Exchange) -> Reply:
        """The reply to a request. Raises RequestError for one that is refused."""
        request = exchange.request
        if request.path[0] == "rpc":
            return await self._calls.answer(exchange, self._identify)
        asked = read(request, self.catalogue, self.limits)
        exchange.route = f"{self._prefix}/{asked.resource.entity.collection}{'/{id}' if asked.key_parts else ''}"
        exchange.was_read = perf_counter()

        exchange.asker = await self._identify(request.header("authorization"), request.header("x-api-key"))
        kind = self.authorizer.kind(exchange.asker)
        exchange.who = perf_counter()

        key, plan, inputs = self._plan(asked, kind, exchange)
        exchange.planned = perf_counter()

        result = await self._run(asked, key, plan, inputs)
        exchange.run_at = perf_counter()

        reply = reply_item if asked.key_parts else reply_list
        return reply(request, asked, plan, result, inputs)

    def _plan(self, asked: Asked, kind: AskerKind, exchange: Exchange) -> tuple[PlanKey, Plan, Inputs]:
        """The plan for what is asked, and what the request brings to it."""
        key = PlanKey(
            asked.resource.entity.collection,
            asked.shape,
            kind,
            asked.key_parts,
            asked.prefer.count == "exact",
            asked.range is not None,
        )
        plan, remembered = self.planner.plan(key, asked.resource, asked.query_texts)
        values = asked.values
        if asked.range is not None:
            values = (*values, *plan.range_values(values, asked.range))
        if plan.query.after is not None and not asked.key_parts:
            place = read_cursor(values[plan.query.after], [term.value.type for term in plan.read.order])
            key = replace(key, after=tuple(value is not None for value in place))
            plan, remembered = self.planner.plan(key, asked.resource, asked.query_texts)
            values = (*values, *(value or "" for value in place))
        exchange.remembered = remembered
        if remembered:
            self._metrics.plan_hits += 1
        else:
            self._metrics.plan_misses += 1
        return key, plan, Inputs(values, exchange.asker, datetime.now(UTC))

    async def _run(self, asked: Asked, key: PlanKey, plan: Plan, inputs: Inputs) -> Result:
        rows = await self._fetch(plan.statement, inputs)
        wanted = asked.prefer.count
        if wanted is None or asked.key_parts:
            return Result(rows, None)
        if wanted == "exact" and rows:
            return Result(rows, rows[0][len(rows[0]) - 1])
        if wanted != "exact" and reads_everything(plan.read):
            statement = self.planner.rows(key, asked.resource, asked.query_texts)
            estimate = await self._database.estimate(statement.sql, statement.parameters(inputs))
            if estimate is not None and (wanted == "planned" or estimate > self.planner.max_rows):
                return Result(rows, estimate)
        counting = self.planner.count(key, asked.resource, asked.query_texts)
        return Result(rows, (await self._fetch(counting, inputs))[0][0])

    async def _fetch(self, statement: Statement, inputs: Inputs) -> Sequence[Row]:
        parameters = statement.parameters(inputs)
        rows = self._database.fetch_now(statement.sql, parameters)
        if rows is not None:
            self._metrics.reads_inline += 1
            return rows
        self._metrics.reads_thread += 1
        return await self._database.fetch(statement.sql, parameters)

"""The spine of reading: read -> authorize -> plan -> run -> reply. Every request that reads rows goes this way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from time import perf_counter

from msgspec.structs import replace

from backsmith.databases.database import Database, Row
from backsmith.databases.transaction import Transaction
from backsmith.engine.access import AskerKind, Authorizer
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.cursor import read_cursor
from backsmith.engine.estimates import reads_everything
from backsmith.engine.exchange import Exchange, Identify
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.planning.plans import Plan, PlanKey, Planner
from backsmith.engine.reading import Asked, read
from backsmith.engine.replies import Result, reply_item, reply_list
from backsmith.engine.sealed.opening import Opening
from backsmith.engine.served.counting import Counts
from backsmith.engine.serving.metrics import Metrics
from backsmith.engine.spelling.binding import Inputs, Statement
from backsmith.engine.writing.planning import WriteKey
from backsmith.http.reply import Reply

Fetch = Callable[[Statement, Inputs], Awaitable[Sequence[Row]]]


class Reads:
    """Answers requests that read."""

    def __init__(
        self,
        catalogue: Catalogue,
        authorizer: Authorizer,
        database: Database,
        limits: Limits,
        metrics: Metrics,
        *,
        max_rows: int,
        prefix: str,
        counts: Counts[PlanKey | WriteKey],
        opening: Opening,
    ) -> None:
        self.planner = Planner(catalogue, authorizer, database.dialect, limits, max_rows=max_rows)
        self._catalogue = catalogue
        self._authorizer = authorizer
        self._database = database
        self._limits = limits
        self._metrics = metrics
        self._counts = counts
        self._opening = opening
        self._prefix = prefix

    async def answer(self, exchange: Exchange, identify: Identify) -> Reply:
        """The reply to a request. Raises RequestError for one that is refused."""
        request = exchange.request
        asked = read(request, self._catalogue, self._limits)
        exchange.route = f"{self._prefix}/{asked.resource.entity.collection}{'/{id}' if asked.key_parts else ''}"
        exchange.was_read = perf_counter()

        exchange.asker = await identify(request)
        kind = self._authorizer.kind(exchange.asker)
        exchange.who = perf_counter()

        key, plan, inputs = self._plan(asked, kind, exchange)
        exchange.deprecated = plan.deprecated
        exchange.planned = perf_counter()

        result = await self._run(asked, key, plan, inputs, self._fetch)
        exchange.run_at = perf_counter()
        self._counts.add(key, plan.tally, exchange.run_at - exchange.planned, len(result.rows))

        reply = reply_item if asked.key_parts else reply_list
        return reply(request, asked, plan, result, inputs)

    async def within(self, transaction: Transaction, exchange: Exchange, kind: AskerKind) -> Reply:
        """The reply to a request of somebody of that kind that reads what a transaction sees. Raises RequestError."""

        async def fetch(statement: Statement, inputs: Inputs) -> Sequence[Row]:
            return await transaction.fetch(statement.sql, statement.parameters(inputs), heavy=True)

        asked = read(exchange.request, self._catalogue, self._limits)
        key, plan, inputs = self._plan(asked, kind, exchange)
        exchange.deprecated = plan.deprecated
        result = await self._run(asked, key, plan, inputs, fetch)
        reply = reply_item if asked.key_parts else reply_list
        return reply(exchange.request, asked, plan, result, inputs)

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

    async def _run(self, asked: Asked, key: PlanKey, plan: Plan, inputs: Inputs, fetch: Fetch) -> Result:
        rows = await fetch(plan.statement, inputs)
        if plan.sealed is not None:
            rows = await self._opening.rows(plan.sealed, rows)
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
        return Result(rows, (await fetch(counting, inputs))[0][0])

    async def _fetch(self, statement: Statement, inputs: Inputs) -> Sequence[Row]:
        parameters = statement.parameters(inputs)
        rows = self._database.fetch_now(statement.sql, parameters)
        if rows is not None:
            self._metrics.reads_inline += 1
            return rows
        self._metrics.reads_thread += 1
        return await self._database.fetch(statement.sql, parameters)

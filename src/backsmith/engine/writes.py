"""The spine of writing: read -> authorize, then the body arrives -> plan -> run -> reply. The same five as of reading.

Who may not do at all what the request asks for hears so before the body is read. `prepare` and `perform` are the steps
of one operation, for those who do several in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from time import perf_counter

from msgspec import Struct

from backsmith.blueprint.blueprint import Entity
from backsmith.databases.database import Database
from backsmith.databases.transaction import Transaction
from backsmith.engine.access import AskerKind, Authorizer, covered_names
from backsmith.engine.bodies import Bodies
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.exchange import Exchange, Identify
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.planning.plans import PlanKey
from backsmith.engine.sealed.opening import Opening
from backsmith.engine.served.counting import Counts
from backsmith.engine.writing import nested, preconditions
from backsmith.engine.writing.idempotency import Idempotency, UndoneError, identity_of
from backsmith.engine.writing.planning import WriteKey, WritePlan, WritePlanner
from backsmith.engine.writing.put import replacing
from backsmith.engine.writing.reading import AskedWrite, read_write
from backsmith.engine.writing.refusals import closed
from backsmith.engine.writing.replies import refuse_excess, reply_write
from backsmith.engine.writing.upserting import refuse_assigned
from backsmith.engine.writing.work import Given, Rows, Show, Verb, Work, Written
from backsmith.engine.writing.writer import Writer
from backsmith.http.reply import Reply
from backsmith.http.request import Request
from backsmith.model.entity import Entity as Model
from backsmith.secrets import Secrets


class Prepared(Struct, frozen=True):
    """An operation that has been planned: everything about it that needs no database."""

    asked: AskedWrite
    kind: AskerKind
    plan: WritePlan
    rows: tuple[Given, ...]
    """Rows to be created, or the one with the changes; none of a DELETE."""
    many: bool
    """The body was a list."""
    deprecated: tuple[str, ...] = ()
    """What it uses of an older version."""


class Writes:
    """Answers requests that write."""

    def __init__(
        self,
        catalogue: Catalogue,
        authorizer: Authorizer,
        database: Database,
        limits: Limits,
        classes: Mapping[str, type[Model]],
        *,
        max_rows: int,
        prefix: str,
        counts: Counts[PlanKey | WriteKey],
        opening: Opening,
        secrets: Secrets | None,
        remembers: bool,
    ) -> None:
        """`classes` are the application's entities by name, for their checks; `remembers` requests that were done."""
        self.writer = Writer(catalogue, authorizer, database.dialect, opening=opening)
        self._opening = opening
        self.bodies = Bodies(catalogue, limits, classes)
        self._planner = WritePlanner(catalogue, authorizer, database.dialect, limits, max_rows=max_rows)
        self.idempotency = Idempotency(database, secrets, keeps=remembers)
        self._catalogue = catalogue
        self._authorizer = authorizer
        self._database = database
        self._limits = limits
        self._prefix = prefix
        self._counts = counts

    async def admit(self, exchange: Exchange, identify: Identify) -> None:
        """Read and authorize a request whose body is still to come. Raises RequestError for one that is refused."""
        request = exchange.request
        asked = read_write(request, self._catalogue, self._limits)
        exchange.route = f"{self._prefix}/{asked.resource.entity.collection}{'/{id}' if asked.key_parts else ''}"
        exchange.was_read = perf_counter()

        exchange.asker = await identify(request)
        kind = self._authorizer.kind(exchange.asker)
        self.refuse_without_rule(asked, kind)
        exchange.admitted = (asked, kind)
        exchange.who = perf_counter()

    def refuse_without_rule(self, asked: AskedWrite, kind: AskerKind) -> None:
        """Raise RequestError UNAUTHENTICATED or FORBIDDEN where no rule for what is asked can hold for that kind."""
        entity = asked.resource.entity
        if not any(self._authorizer.permissions(entity, kind, verb) for verb in asked.verbs):
            raise closed(entity, kind, asked.verbs[0])

    async def answer(self, exchange: Exchange) -> Reply:
        """The reply to a request that has been admitted and has its body. Raises RequestError."""
        assert exchange.admitted is not None
        asked, kind = exchange.admitted
        prepared, exchange.remembered = self.prepare(exchange.request, asked, kind)
        exchange.deprecated = prepared.deprecated
        exchange.planned = perf_counter()

        reply = await self._run(exchange, prepared)
        exchange.run_at = perf_counter()
        plan = prepared.plan
        self._counts.add(plan.name, plan.tally, exchange.run_at - exchange.planned, exchange.written or 0)
        return reply

    def read(self, request: Request, kind: AskerKind) -> Prepared:
        """One operation of several that somebody of that kind asks for. Raises RequestError."""
        asked = read_write(request, self._catalogue, self._limits)
        self.refuse_without_rule(asked, kind)
        return self.prepare(request, asked, kind)[0]

    def prepare(self, request: Request, asked: AskedWrite, kind: AskerKind) -> tuple[Prepared, bool]:
        """The plan of an operation with its body read, and whether the plan was remembered. Raises RequestError."""
        key = WriteKey(
            asked.method,
            asked.resource.entity.collection,
            asked.shape,
            kind,
            asked.key_parts,
            asked.shows,
            asked.conditional,
            asked.on_conflict,
        )
        plan, remembered = self._planner.plan(key, asked)
        if asked.method == "DELETE":
            return Prepared(asked, kind, plan, (), False, plan.deprecated), remembered
        body = self.bodies.read(
            asked.resource,
            request.body,
            request.header("content-type"),
            "update" if asked.method == "PATCH" else "upsert" if asked.on_conflict else "create",
            columns=plan.columns,
            missing=asked.prefer.missing,
            writable=lambda entity: self._writable(entity, asked.verbs, kind),
            known=frozenset(asked.resource.entity.key) if asked.method == "PUT" else frozenset(),
            files=request.files,
        )
        rows = tuple(body.rows)
        if asked.method == "PUT":
            rows = (replacing(asked, plan, rows, self._writable(asked.resource.entity, asked.verbs, kind)),)
        deprecated = (*plan.deprecated, *sorted(body.deprecated)) if body.deprecated else plan.deprecated
        return Prepared(asked, kind, plan, rows, body.many, deprecated), remembered

    def _writable(self, entity: Entity, verbs: Sequence[Verb], kind: AskerKind) -> frozenset[str]:
        """The names that some rule lets that kind of asker write."""
        permissions = [each for verb in verbs for each in self._authorizer.permissions(entity, kind, verb)]
        return frozenset(name for name in covered_names(entity) if any(each.covers(name) for each in permissions))

    async def perform(self, work: Work, prepared: Prepared, *, alone: bool = False) -> Written:
        """Do it, within the transaction of `work`; `alone`: nothing else is done in it.

        Raises RequestError, upon which nothing of it is to be kept.
        """
        asked, plan = prepared.asked, prepared.plan
        exists = await preconditions.check(work, asked, plan, self._opening) if plan.current else None
        new = exists is False and asked.if_none_match == "*"
        written = await self._write(work, prepared, new=new, last=alone and asked.final)
        refuse_excess(asked, written)
        return written

    async def _write(self, work: Work, prepared: Prepared, *, new: bool, last: bool) -> Written:
        """Write it; `new`: a PUT that is to create a row and to change none, also where another request creates it."""
        asked, plan = prepared.asked, prepared.plan
        show = None if plan.show is None else Show(plan.show, asked.values, plan.name)
        if plan.rows is not None:
            rows = Rows(plan.rows, asked.values, plan.name, item=bool(asked.key_parts))
            if asked.method == "DELETE":
                return await self.writer.delete(work, rows, show=show, last=last)
            if not (asked.key_parts or prepared.rows[0].values or prepared.rows[0].related):
                return Written([], [])  # nothing is to be set, and as in PostgREST nothing is what was changed
            return await nested.update(self.writer, work, rows, prepared.rows[0], show=show, last=last)
        if asked.on_conflict and not new:
            return await self.writer.upsert(
                work, asked.resource, prepared.rows, on=plan.on, duplicates=asked.on_conflict, show=show
            )
        if new:
            refuse_assigned(asked.resource, prepared.rows)
        return await nested.create(self.writer, work, asked.resource, prepared.rows, show=show, last=last)

    async def _run(self, exchange: Exchange, prepared: Prepared) -> Reply:
        now = datetime.now(UTC)
        identity = identity_of(exchange.request, exchange.asker)

        async def done(transaction: Transaction) -> Reply:
            work = Work(transaction, exchange.asker, prepared.kind, now, exchange.request_id)
            written = await self.perform(work, prepared, alone=identity is None)
            reply = reply_write(exchange.request, prepared.asked, prepared.plan, written)
            if prepared.asked.prefer.tx == "rollback":
                raise UndoneError(reply)
            exchange.written = len(written.keys)
            return reply

        return await self.idempotency.run(identity, done, retry=True)

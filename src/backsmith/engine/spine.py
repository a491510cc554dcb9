"""The engine: which way a request goes. Each way is read -> authorize -> plan -> run -> reply, with those names.

`reads` and `writes` are the ways of rows, `batch` does several of them in one transaction, `code` calls the
application's functions, `files` takes and gives files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.database import Database
from backsmith.databases.own_tables import can_write, has_secret_fields
from backsmith.engine.access import Authorizer
from backsmith.engine.batch.batch import Batches, Charge
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.code.calls import Calls
from backsmith.engine.code.session import Services
from backsmith.engine.exchange import Exchange, Identify
from backsmith.engine.files.addresses import METHODS as FILE_METHODS
from backsmith.engine.files.files import Files
from backsmith.engine.files.requests import FileRequests
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.methods import allowed_methods
from backsmith.engine.planning.plans import PlanKey
from backsmith.engine.reads import Reads
from backsmith.engine.sealed.opening import Opening
from backsmith.engine.sealed.seals import Seals
from backsmith.engine.served.counting import Counts
from backsmith.engine.serving.metrics import Metrics
from backsmith.engine.writes import Writes
from backsmith.engine.writing.planning import WriteKey
from backsmith.engine.writing.work import Observer
from backsmith.errors import RequestError
from backsmith.http.reply import Reply
from backsmith.http.request import Request
from backsmith.model.entity import Entity
from backsmith.secrets import Secrets
from backsmith.settings import Settings


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
        files: Files | None = None,
        observers: Sequence[Observer] = (),
        counts: Counts[PlanKey | WriteKey] | None = None,
        secrets: Secrets | None = None,
        charge: Charge | None = None,
    ) -> None:
        """`classes` are the application's entities by name, for its own functions; `files` where entities have some;
        `observers` hear of writes before the application's own hooks do; `counts` counts requests by shape;
        `secrets`, which are started, are needed where fields are encrypted; `charge` counts what a batch is more
        than one request."""
        self.catalogue = Catalogue(blueprint)
        self.authorizer = Authorizer(blueprint)
        self.limits = Limits(
            query_length=settings.max_url,
            embed_depth=settings.max_depth,
            filters=settings.max_filters,
            select_items=settings.max_select,
            list_items=settings.max_list,
            rows=settings.max_body_rows,
        )
        counts = Counts[PlanKey | WriteKey]() if counts is None else counts
        if secrets is None or not has_secret_fields(blueprint):
            secrets = None
        seals = None if secrets is None else Seals(secrets)
        self.opening = opening = Opening(seals)
        if seals is not None:
            database.dialect.stores.sealing = seals
        self._reads = Reads(
            self.catalogue,
            self.authorizer,
            database,
            self.limits,
            metrics,
            max_rows=settings.max_rows,
            prefix=settings.prefix,
            counts=counts,
            opening=opening,
        )
        self.planner = self._reads.planner
        self.writes = Writes(
            self.catalogue,
            self.authorizer,
            database,
            self.limits,
            classes,
            max_rows=settings.max_rows,
            prefix=settings.prefix,
            counts=counts,
            opening=opening,
            secrets=secrets,
            remembers=can_write(blueprint),
        )
        self._calls = Calls(
            database,
            self.catalogue,
            self.authorizer,
            self.limits,
            classes,
            settings.prefix,
            writer=self.writes.writer,
            bodies=self.writes.bodies,
            identify=lambda: self._identify,
            idempotency=self.writes.idempotency,
            opening=opening,
        )
        self._batches = Batches(
            self.writes,
            self._reads.within,
            self._calls.find,
            self.authorizer,
            prefix=settings.prefix,
            most=settings.max_operations,
            longest_path=settings.max_url,
            largest_reply=settings.max_reply,
            charge=charge,
        )
        self.writes.writer.observers[:0] = observers
        self._files: FileRequests | None = None
        if files is not None:
            self.writes.writer.observers.append(files.keeper)
            self._files = FileRequests(
                self.catalogue, self.authorizer, database, files, self.answer, self.admit, settings.prefix
            )
        self._identify = identify

    @property
    def code(self) -> Services:
        """What the application's own functions work with."""
        return self._calls.services

    def methods(self, request: Request) -> str:
        """The value of Allow for an address: what it can be asked for by somebody."""
        called = self._calls.find(request)
        if called is not None:
            return called.call.methods
        if request.path[0] == "batch":
            return "POST, OPTIONS"
        if self._files is not None and self._files.is_file(request):
            return FILE_METHODS
        resource = self.catalogue.collections.get(request.path[0])
        if resource is None:
            return "GET, HEAD, OPTIONS"
        return allowed_methods(resource, item=len(request.path) > 1)

    async def admit(self, exchange: Exchange) -> None:
        """Read and authorize a request before its body is there. Raises RequestError for one that can't be meant."""
        called = self._calls.find(exchange.request)
        if called is not None:
            await self._calls.admit(exchange, called)
        elif exchange.request.path[0] == "batch":
            await self._batches.admit(exchange, self._identify)
        elif exchange.request.path[0] != "":
            await self.writes.admit(exchange, self._identify)

    def streams(self, request: Request) -> bool:
        """Whether the body of the request is read while it is answered (`Request.stream`), not before."""
        return self._calls.streams(request) or (self._files is not None and self._files.streams(request))

    def serves(self, request: Request) -> bool:
        """Whether an address beside the API's is one of the application's own."""
        return self._calls.serves(request)

    def refused(self, error: RequestError, request: Request) -> Reply | None:
        """The reply to what is refused, where the application has a format of its own for that."""
        return self._calls.refused(error, request)

    async def answer(self, exchange: Exchange) -> Reply:
        """The reply to a request. Raises RequestError for one that is refused."""
        request = exchange.request
        if self._files is not None and self._files.is_for(request):
            return await self._files.answer(exchange)
        called = exchange.call or self._calls.find(request)
        if called is not None:
            return await self._calls.answer(exchange, called)
        if request.path[0] == "batch":
            return await self._batches.answer(exchange)
        if exchange.admitted is not None:
            return await self.writes.answer(exchange)
        return await self._reads.answer(exchange, self._identify)

    def deprecated(self, exchange: Exchange) -> tuple[str, ...]:
        """What a request that was answered uses of an older version: `customers.surname`, `clients`."""
        former = self.catalogue.former
        if former and exchange.request.path[0] in former:
            return (exchange.request.path[0], *exchange.deprecated)
        return exchange.deprecated

"""`asgi(model)`: a model becomes an ASGI application; everything Backsmith is made of is put together here."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, Literal
from urllib.parse import urlsplit

from backsmith.accounts import Authenticator
from backsmith.accounts.accounts import Accounts, keeps_accounts
from backsmith.accounts.emails import NormalForm, OwnAddress
from backsmith.accounts.forgetting import Forgetting
from backsmith.accounts.limits.gate import Gate
from backsmith.accounts.limits.rates import Rates
from backsmith.accounts.limits.requests import RequestLimits
from backsmith.accounts.owners import Owners
from backsmith.accounts.requirements import check_production
from backsmith.blueprint import Application, application_of, load, lock_text, read_lock
from backsmith.blueprint import compile as compile_model
from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.types import Type
from backsmith.contract.serving import ContractPages, Pages
from backsmith.databases import Database, open_database
from backsmith.databases.own_tables import has_files, has_log, has_secret_fields
from backsmith.databases.transaction import Transaction
from backsmith.engine.files.files import Files
from backsmith.engine.files.stores import storage_of
from backsmith.engine.people import AccountRows
from backsmith.engine.personal import PersonalRows, Touched
from backsmith.engine.planning.deprecated import EVERYTHING
from backsmith.engine.planning.plans import PlanKey
from backsmith.engine.sealed.seals import unlock
from backsmith.engine.served.counting import Counts
from backsmith.engine.served.keeping import ShapeKeeper
from backsmith.engine.serving.carriers import (
    Message,
    Receive,
    RsgiProtocol,
    RsgiScope,
    Scope,
    Send,
    answer_asgi,
    answer_rsgi,
)
from backsmith.engine.serving.clients import Clients
from backsmith.engine.serving.deprecations import Deprecations, called_of, ends_of, older_of
from backsmith.engine.serving.health import Readiness
from backsmith.engine.serving.http import HttpApplication
from backsmith.engine.serving.logs import AccessLog, configure_logging
from backsmith.engine.serving.metrics import Metrics
from backsmith.engine.spine import Engine
from backsmith.engine.teams import TeamRows
from backsmith.engine.writing.planning import WriteKey
from backsmith.engine.writing.work import Observer
from backsmith.evolution.calls import USE, Calls
from backsmith.evolution.create import create_missing
from backsmith.evolution.servers import Server
from backsmith.evolution.usage import Usage
from backsmith.log import Log
from backsmith.model.account import Account
from backsmith.model.entity import Entity, is_entity
from backsmith.model.teams import Membership, Team
from backsmith.secrets import Secrets
from backsmith.settings import Settings, read_settings

_OPEN = 0.01
"""Seconds between two looks whether requests have been answered."""
_log = logging.getLogger("backsmith")


class Backsmith:
    """An application, as ASGI and as RSGI.

    It opens its database at start-up, or at the first request where the server has no start-up.
    """

    def __init__(
        self, application: Application, blueprint: Blueprint, settings: Settings, *, shared: str | None = None
    ) -> None:
        """`shared` is a folder for the counts of the workers of one server."""
        self._classes = classes_of(application)
        self.blueprint = blueprint
        self.settings = settings
        self.metrics = Metrics(shared)
        self.database = database_of(settings)
        self.files = Files(self.database, storage_of(settings), settings.max_file) if has_files(blueprint) else None
        self.change_log = change_log_of(self.database, blueprint, settings)
        self.authenticator = Authenticator(settings, account_key(blueprint))
        self.readiness = Readiness(self.database.ping)
        self.server = Server(self.database, blueprint, self._take_up, self._settled)
        self._before: list[HttpApplication] = []
        self._usage: Usage | None = None
        self.calls = Calls(self.database) if settings.usage else None
        self._counts = Counts[PlanKey | WriteKey]()
        self.shapes = ShapeKeeper(self.database, self._counts)
        self._log = AccessLog(log_form(settings)) if settings.access_log else None
        self.secrets = Secrets(settings)
        self.teams = None if blueprint.team is None else TeamRows(lambda: self.engine.code, blueprint, self._classes)
        self.accounts = self._kept_accounts()
        self.authenticator.own = None if self.accounts is None else self.accounts.credentials
        rates = Rates(settings.limits) if settings.limits else None
        self.limits = None if rates is None else RequestLimits(rates, self.database, settings.workers)
        throttle = None if self.accounts is None else self.accounts.services.throttle
        self.gate = Gate(self.authenticator.of, self.limits, throttle)
        limited = self.limits is not None or throttle is not None
        self._identify = self.gate.of if limited else self.authenticator.of
        self.engine, self._http = self._served(blueprint)
        self._clients = Clients()
        self._starting: asyncio.Task[None] | None = None
        self._started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection as ASGI 3 says."""
        if scope["type"] == "http":
            if not self._started:
                await self.start()
            await answer_asgi(self._http, scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def __rsgi__(self, scope: RsgiScope, protocol: RsgiProtocol) -> None:
        """Serve a request as Granian's RSGI says."""
        if not self._started:
            await self.start()
        await answer_rsgi(self._http, self._clients, scope, protocol)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start before the first request."""
        loop.run_until_complete(self.start())

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """End after the last request."""
        loop.run_until_complete(self.close())

    async def start(self) -> None:
        """Open the database and begin to log. Raises DatabaseError. Starting twice does no harm."""
        if self._starting is None or (self._starting.done() and not self._started):
            self._starting = asyncio.ensure_future(self._start())
        await asyncio.shield(self._starting)

    async def _start(self) -> None:
        configure_logging(log_form(self.settings), self.settings.log_level)
        check_production(self.settings, self.blueprint)
        await self.database.open()
        if self.settings.development and is_own(self.settings.database):
            from backsmith.evolution.developing import former_blueprints, keep_in_step  # noqa: PLC0415  all of planning

            await unlock(self.secrets, self.database, self.blueprint, *await former_blueprints(self.database))
            for change in await keep_in_step(self.database, self.blueprint):
                _log.info("%s.", change)
        blueprint = await self.server.begin()
        if blueprint is not self.blueprint:
            await self._take_up(blueprint)
        made = await create_missing(self.database, blueprint)
        if made:
            what = "table" if made == 1 else "tables"
            _log.info("Made %d %s in %s.", made, what, without_password(self.settings.database))
        await self._begin_secrets(blueprint)
        if self.files is not None:
            await self.files.start()
        if self.change_log is not None:
            self.change_log.start()
        self.shapes.start()
        if self.calls is not None:
            self.calls.start()
        await self.authenticator.start()
        if self.limits is not None:
            await self.limits.start()
        if self.accounts is not None:
            await self.accounts.start()
        self.server.start()
        self.metrics.start()
        if self._log is not None:
            self._log.start()
        for name in self._http.hidden_files():
            _log.warning("The front end's file %s is never served: the API answers at /%s.", name, name)
        self._started = True

    async def close(self) -> None:
        """Say no to new work, close the database and write what is left of the log."""
        self.readiness.drain()
        await self.server.close()
        if self._usage is not None:
            await self._usage.close()
            self._usage = None
        if self.accounts is not None:
            await self.accounts.close()
        await self.authenticator.close()
        if self.limits is not None:
            await self.limits.close()
        if self.files is not None:
            await self.files.close()
        if self.change_log is not None:
            await self.change_log.close()
        await self.shapes.close()
        if self.calls is not None:
            await self.calls.close()
        await self.secrets.close()
        await self.database.close()
        self.metrics.close()
        if self._log is not None:
            self._log.close()
        self._started, self._starting = False, None

    def _served(self, blueprint: Blueprint) -> tuple[Engine, HttpApplication]:
        """What answers requests by a blueprint: that of the model, or one in which an older version works too."""
        log = self.change_log
        observers: list[Observer] = []
        if log is not None:
            observers.append(log.writer if blueprint is self.blueprint else log.writer_of(blueprint))
        if self.accounts is not None:
            observers.append(Forgetting(self.accounts.services))
            observers.append(OwnAddress(self.blueprint))
        if self.teams is not None:
            observers.append(Owners(self.teams, self.blueprint))
        engine = Engine(
            blueprint,
            self._classes,
            self.database,
            self._identify,
            self.settings,
            self.metrics,
            self.files,
            observers,
            self._counts,
            self.secrets,
            None if self.limits is None else self.limits.charge,
        )
        if self.accounts is not None:
            engine.code.writer.observers.append(NormalForm(self.blueprint))  # behind the application's hooks
        noted: Deprecations | None = None
        prefix = self.settings.prefix.rstrip("/")
        ends, called = ends_of(blueprint), called_of(blueprint, prefix)
        if ends or called or (self._usage is not None and engine.catalogue.deprecates):
            count = self._counted(blueprint, ends)
            noted = Deprecations(lambda: self.server.since, engine.catalogue.former, prefix, count, ends, called)
        contract = ContractPages(blueprint, self.settings, self._identify, engine.authorizer.kind)
        contract.open_pages = lambda: self._pages(blueprint)
        http = HttpApplication(
            engine,
            self.settings,
            readiness=self.readiness,
            metrics=self.metrics,
            access_log=self._log,
            deprecations=noted,
            renewed=self._renewed,
            beside=(contract,) if self.accounts is None else (self.accounts.endpoints, contract),
            limits=self.limits,
            denied=None if self.accounts is None else self.accounts.denials.add,
            cookies=self.accounts is not None,
            calls=None if self.calls is None else self.calls.count,
        )
        return engine, http

    def _counted(self, blueprint: Blueprint, ends: Container[str]) -> Callable[[Iterable[str], str], None]:
        """What is told of uses: of an older version's names those who end it, of the model's own marks the calls."""
        older, usage, calls = older_of(blueprint), self._usage, self.calls

        def count(things: Iterable[str], client: str) -> None:
            for thing in things:
                own = thing in ends or " " in thing or (thing.endswith(EVERYTHING) and thing[:-2] not in older)
                if usage is not None and not own:
                    usage.count((thing,), client)
                elif calls is not None and own:
                    calls.count(client, USE, thing)

        return count

    def _pages(self, blueprint: Blueprint) -> Pages:
        """The documentation, made when somebody first asks for it."""
        from backsmith.contract.docs import DocumentationPages  # noqa: PLC0415  slow to import
        from backsmith.evolution.changelog import changelog  # noqa: PLC0415  only where it is shown

        return DocumentationPages(blueprint, self.settings, lambda: changelog(self.database))

    def _kept_accounts(self) -> Accounts | None:
        """What lets people sign in here."""
        if not keeps_accounts(self.settings, self.blueprint):
            return None
        entity = next(each for each in self.blueprint.entities if each.name == self.blueprint.account)
        account = self._classes[entity.name]
        assert issubclass(account, Account)
        people = AccountRows(lambda: self.engine.code, entity, account)
        personal = PersonalRows(lambda: self.engine.code, self.blueprint, self._classes, self._erased)
        return Accounts(
            self.settings,
            self.blueprint,
            self.database,
            people,
            personal,
            lambda request: self.gate.of(request),  # noqa: PLW0108  it is made of these accounts, later
            self.secrets,
            self.teams,
        )

    async def _erased(self, transaction: Transaction, row: Touched) -> None:
        """What was erased in a row is erased in the change log too."""
        if self.change_log is not None:
            await self.change_log.erase(transaction, row.entity, row.key, row.values)

    async def _begin_secrets(self, blueprint: Blueprint) -> None:
        """Read the keys, or make them, where anything is sealed."""
        if self.accounts is not None or has_secret_fields(blueprint):
            await self.secrets.start(self.database)
            self.secrets.watch()

    async def _take_up(self, blueprint: Blueprint) -> None:
        """Serve another blueprint from the next request on."""
        usage, self._usage = self._usage, None
        if blueprint.expansion is not None:
            self._usage = Usage(self.database, blueprint.expansion.target)
            self._usage.start()
        await self._begin_secrets(blueprint)
        self._before.append(self._http)
        self.engine, self._http = self._served(blueprint)
        if usage is not None:
            await usage.close()

    async def _settled(self) -> None:
        """Return once no request is answered by a blueprint that was served before."""
        while any(http.open for http in self._before):
            await asyncio.sleep(_OPEN)
        self._before.clear()

    async def _renewed(self) -> HttpApplication | None:
        """What is to answer a request for which a table or column wasn't there; None: nothing has changed."""
        return self._http if await self.server.renew() else None

    async def _live(self, receive: Receive, send: Send) -> None:
        message: Message = await receive()
        try:
            await self.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        while message["type"] != "lifespan.shutdown":
            message = await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})


def asgi(model: str | Path | ModuleType, *, shared: str | None = None, **flags: Any) -> Backsmith:
    """The ASGI application of a model.

    Arguments:
        model: A Python file, a package's folder, a dotted name, or the module itself.
        shared: A folder in which the workers of one server share their counts.
        flags: Settings (`backsmith.settings.Settings`) that go before those of the environment and pyproject.toml.

    Raises:
        ModelError: The model has mistakes; it lists them all.
        UsageError: There is no such model, or a setting is wrong.
    """
    application = application_of(model) if isinstance(model, ModuleType) else load(str(model))
    settings = read_settings(application.path, flags=flags)
    blueprint = compile_application(application, write_lock=settings.development, prefix=settings.prefix)
    return Backsmith(application, blueprint, settings, shared=shared)


def log_form(settings: Settings) -> Literal["json", "human"]:
    """How log lines are written."""
    if settings.log_format == "auto":
        return "human" if settings.development else "json"
    return settings.log_format


def is_own(url: str) -> bool:
    """Whether the database is most likely this developer's alone: a file, or the embedded server."""
    return url.startswith(("sqlite:", "postgresql:embedded"))


def without_password(url: str) -> str:
    """The address of a database as it may be shown."""
    parts = urlsplit(url)
    return url if parts.password is None else url.replace(f":{parts.password}@", ":…@", 1)


def database_of(settings: Settings, *, read_only: bool = False) -> Database:
    """The database that the settings name, not yet open."""
    return open_database(
        settings.database,
        read_only=read_only,
        statement_timeout=settings.statement_timeout,
        transaction_timeout=settings.transaction_timeout,
        isolation=settings.isolation,
        wait_timeout=settings.queue_timeout,
        inline_budget=settings.inline_budget / 1000,
        pool_size=settings.pool_size,
        max_reply=settings.max_reply,
        embedded_folder=Path(settings.folder) / ".backsmith" / "postgres",
    )


def change_log_of(database: Database, blueprint: Blueprint, settings: Settings) -> Log | None:
    """The change log, where the changes of any entity are logged."""
    keep = timedelta(days=settings.log_retention) if settings.log_retention else None
    return Log(database, blueprint, keep=keep) if has_log(blueprint) else None


def account_key(blueprint: Blueprint) -> Type | None:
    """The type of the key of the application's accounts; None where it keeps none."""
    entity = next((entity for entity in blueprint.entities if entity.name == blueprint.account), None)
    if entity is None:
        return None
    return next(field.type for field in entity.fields if field.name == entity.key[0])


def compile_application(application: Application, *, write_lock: bool = False, prefix: str = "/api") -> Blueprint:
    """The blueprint of an application by the ids of its lock file; with `write_lock` the file is brought up to date.

    `prefix` is where its API will be served.

    Raises ModelError with all mistakes of the model.
    """
    path = application.lock_path
    before = read_lock(path)
    blueprint, lock = compile_model(application, before, prefix=prefix)
    if write_lock and lock != before:
        path.write_text(lock_text(lock), encoding="utf-8")
    return blueprint


def classes_of(application: Application) -> Mapping[str, type[Entity]]:
    """The entities of an application by name: its own, those it imports, and those of the modules they come from, to
    which relations may lead. Account, Team and Membership are among them."""
    found: dict[str, type[Entity]] = {}
    modules = list(application.modules)
    for module in modules:
        for thing in vars(module).values():
            if is_entity(thing) and thing.__name__ not in found:
                found[thing.__name__] = thing
                home = sys.modules.get(thing.__module__)
                if home is not None and home not in modules:
                    modules.append(home)
    return {"Account": Account, "Team": Team, "Membership": Membership, **found}

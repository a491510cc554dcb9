"""What calls of the application's functions have in common: who is handed what, and the rows that were given by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from backsmith.blueprint.asker import Asker
from backsmith.databases.transaction import Transaction
from backsmith.engine.bodies.problems import Problems
from backsmith.engine.code.arguments import RowKey
from backsmith.engine.code.data import ServerData
from backsmith.engine.code.functions import Handed
from backsmith.engine.code.plain import Hidden
from backsmith.engine.code.session import Services, Session
from backsmith.engine.exchange import Exchange
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.writing.idempotency import Idempotency
from backsmith.engine.writing.refusals import missing_row
from backsmith.errors import BacksmithError
from backsmith.model.request import Request

REFERENCE = "23503"


class Runtime(NamedTuple):
    """What calls need, the same for all of an application."""

    services: Services
    limits: Limits
    hidden: Hidden
    """Names that no row shows, by entity."""
    idempotency: Idempotency
    prefix: str

    def session(
        self,
        exchange: Exchange,
        transaction: Transaction | None = None,
        action: str | None = None,
        reads: Callable[[], BacksmithError] | None = None,
    ) -> tuple[Session, ServerData]:
        """The session of a call, and the data of who asks; `reads` as in Session."""
        session = Session(
            self.services,
            exchange.asker,
            request_id=exchange.request_id,
            action=action,
            transaction=transaction,
            reads=reads,
        )
        return session, ServerData(session, exchange.asker)

    def handed(self, exchange: Exchange, data: ServerData, row: Any = None) -> Handed:
        """What a function is handed."""
        return Handed(data, self.user(exchange.asker), request_of(exchange), row)

    def user(self, asker: Asker) -> Any:
        """Who asks, as a row of the application's accounts."""
        return self.services.objects.account(asker)


def request_of(exchange: Exchange) -> Request:
    """The request as the application sees it."""
    asked = exchange.request
    return Request(
        asked.method, asked.target, asked.query, asked.headers, ip=ip_of(asked.client), id=exchange.request_id
    )


def ip_of(client: str) -> str:
    """The address alone, of `10.0.0.7:51234`, `[::1]:51234` or `::1`."""
    if client.startswith("["):
        return client[1:].partition("]")[0]
    return client.partition(":")[0] if client.count(":") == 1 else client


async def with_rows(values: Mapping[str, Any], data: ServerData) -> dict[str, Any]:
    """The arguments with rows in place of their keys.

    Raises RequestError INVALID where one isn't there to be seen, NOT_FOUND where its key stood in the path.
    """
    found = dict(values)
    problems = Problems()
    for name, value in values.items():
        if isinstance(value, RowKey):
            entity = data.class_of(value.entity)
            found[name] = await data.get(entity, value.key)
            if found[name] is None and value.pointer is None:
                raise missing_row(data.noun_of(value.entity), (str(value.key),))
            if found[name] is None:
                problems.add(value.pointer or "", REFERENCE, f"There is no row {value.key} of {value.entity}")
    if problems:
        problems.refuse()
    return found

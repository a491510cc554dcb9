"""The row that an action is about: found by its key, held until the transaction ends, if a rule allows the action."""

from __future__ import annotations

from typing import Any, cast

from backsmith.blueprint.expressions import FALSE, TRUE, Node
from backsmith.databases.transaction import Transaction
from backsmith.engine.access import AskerKind, Authorizer, either
from backsmith.engine.catalogue import Resource
from backsmith.engine.code.loading import outputs_of
from backsmith.engine.code.session import Session
from backsmith.engine.planning.plan import Read
from backsmith.engine.spelling.binding import Inputs, Statement
from backsmith.engine.spelling.statement import ReadWriter
from backsmith.engine.writing.refusals import closed, missing_row, unmet


class HeldRow:
    """Reads rows of one entity for one action."""

    def __init__(self, resource: Resource, verb: str) -> None:
        self._resource = resource
        self._verb = verb

    def refuse_without_rule(self, authorizer: Authorizer, kind: AskerKind) -> None:
        """Raise RequestError UNAUTHENTICATED or FORBIDDEN where no rule can allow that kind of asker the action."""
        if not authorizer.permissions(self._resource.entity, kind, self._verb):
            raise closed(self._resource.entity, kind, cast(Any, self._verb))

    async def load(self, session: Session, transaction: Transaction | None, key: tuple[str, ...]) -> Any:
        """The row; held where there is a transaction.

        Raises RequestError NOT_FOUND where there is none that the asker may read, FORBIDDEN where no rule holds for it.
        """
        services, entity = session.services, self._resource.entity
        kind = services.authorizer.kind(session.asker)
        if services.authorizer.read(entity, kind).rows == FALSE:
            raise missing_row(entity, key)
        permissions = services.authorizer.permissions(entity, kind, self._verb)
        condition = either(tuple(permission.condition for permission in permissions))
        name = ("held", entity.name, self._verb, kind, transaction is not None)
        read = self._read(session, kind)
        statement = services.statements.get(name, lambda: self._statement(session, read, condition, transaction))
        parameters = statement.parameters(Inputs(key, session.asker, session.now))
        if transaction is None:
            rows = await services.database.fetch(statement.sql, parameters)
        else:
            rows = await transaction.fetch(statement.sql, parameters)
        if not rows:
            raise missing_row(entity, key)
        if not rows[0][1]:
            raise unmet(entity, kind, cast(Any, self._verb), ())
        rows = await services.opening.read(read, rows)
        return services.objects.read(entity, rows[0][0])

    def _read(self, session: Session, kind: AskerKind) -> Read:
        services, entity = session.services, self._resource.entity
        access = services.authorizer.read(entity, kind)
        outputs = outputs_of(entity, {}, lambda each: services.authorizer.read(each, kind), services.catalogue.entities)
        return Read(entity, access.rows, outputs, key_slots=tuple(range(len(entity.key))))

    @staticmethod
    def _statement(session: Session, read: Read, condition: Node, transaction: Transaction | None) -> Statement:
        services = session.services
        speller = RowHolder(services.database.dialect, services.catalogue.entities)
        return speller.held(read, condition, lock=transaction is not None)


class RowHolder(ReadWriter):
    """Writes one statement. Use once."""

    def hold(self, read: Read) -> Statement | None:
        """Holds the rows of a read until the transaction ends; None where transactions that write come one by one."""
        row = self.speller.alias("t")
        held = self.dialect.stores.lock(row, key=False)
        if not held:
            return None
        where = self.where(read, row, None)
        terms = ", ".join(self._term(self._order_value(read, term, row), term) for term in read.order)
        by = f" ORDER BY {terms}" if terms else ""
        source = f"{self.speller.table(read.entity)} AS {row}{where}{by}{self._limit(read)}"
        return self._statement(f"SELECT 1 FROM {source}{held}")

    def held(self, read: Read, condition: Node, *, lock: bool) -> Statement:
        """At most one row of (JSON object text, whether the condition holds), held until the transaction ends."""
        self.speller.keyed = True
        row = self.speller.alias("t")
        shown = self._object(read, row)
        test = "TRUE" if condition == TRUE else self.speller.condition(condition, row)
        held = self.dialect.stores.lock(row, key=False) if lock else ""
        source = f"{self.speller.table(read.entity)} AS {row}{self.where(read, row, None)}"
        return self._statement(f"SELECT {shown}, CASE WHEN {test} THEN TRUE ELSE FALSE END FROM {source}{held}")

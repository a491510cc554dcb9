"""What a database refuses of statements that the Writer didn't spell: SQL of the application's own, and the end of a
transaction that went on after a refusal. A ViolationError in, a RequestError out."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from backsmith import errors
from backsmith.databases.transaction import ViolationError
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.writing.violations import Violations
from backsmith.errors import RequestError


class Refusals:
    """Says what a database refuses."""

    def __init__(self, catalogue: Catalogue, violations: Violations) -> None:
        self._tables = {entity.table: entity for entity in catalogue.entities.values()}
        self._violations = violations

    @contextmanager
    def said(self) -> Generator[None]:
        """Raises a RequestError in place of a ViolationError."""
        try:
            yield
        except ViolationError as error:
            raise self._said(error) from error

    def _said(self, error: ViolationError) -> RequestError:
        entity = self._tables.get(error.table or "")
        if entity is not None:
            pointing = [relation for relation in entity.relations if relation.kind == "to_one"]
            return self._violations.of_row(error, entity, pointing, None)
        if error.broken == "unique":
            return RequestError(errors.DUPLICATE, "Another row has the same")
        if error.broken == "foreign_key":
            return RequestError(errors.REFERENCE, "A row points at one that isn't there, or would")
        return RequestError(errors.INVALID, "A row breaks a rule of the database", errors=[])

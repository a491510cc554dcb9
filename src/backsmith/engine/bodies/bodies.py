"""A body -> its rows as `Given`, all its mistakes at once.

Reading goes in three steps: `opening` takes the bytes apart, `Columns` decides which members count, `RowReader` reads
each row; then the checks of the model that a row alone decides are asked of it (`checks`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct

from backsmith.engine.bodies.checks import RowChecks
from backsmith.engine.bodies.columns import Columns, same_names
from backsmith.engine.bodies.opening import Opened, opened, too_deep
from backsmith.engine.bodies.relations import object_members
from backsmith.engine.bodies.rows import Reading, RowReader, Uploaded, Verb, Writable
from backsmith.engine.bodies.sources import JSON, PYTHON
from backsmith.engine.catalogue import Catalogue, Resource
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.writing.work import Given
from backsmith.errors import BAD_BODY, RequestError
from backsmith.model.entity import Entity as Model

NO_FILES: Mapping[str, Uploaded | None] = MappingProxyType({})


class Body(Struct):
    """What a body says."""

    rows: list[Given]
    many: bool
    """It was a list, or CSV; an object is one row."""
    deprecated: frozenset[str] = frozenset()
    """What it gives under names of an older version."""


class Bodies:
    """Reads the bodies of requests that write."""

    def __init__(self, catalogue: Catalogue, limits: Limits, classes: Mapping[str, type[Model]] | None = None) -> None:
        """`classes` are the application's entities by name: their own checks are asked before the database is."""
        self._catalogue = catalogue
        self._limits = limits
        self._classes = classes or {}
        self._readers: dict[str, RowReader] = {}
        self._checks: dict[str, RowChecks] = {}

    def read(
        self,
        resource: Resource,
        body: bytes,
        content_type: str | None,
        verb: Verb,
        *,
        columns: tuple[str, ...] | None = None,
        missing: Literal["default", "null"] | None = None,
        writable: Writable | None = None,
        known: frozenset[str] = frozenset(),
        files: Mapping[str, Uploaded | None] = NO_FILES,
    ) -> Body:
        """The rows of a body.

        `columns` are the names that count, others are passed over; `missing` says what a name stands for that one of
        many rows lacks. `writable` gives the names of an entity that some rule lets the asker write: hidden ones
        outside of it don't exist. `known` are fields that the row's address gives, `files` members of the one row whose
        files have been kept. Raises RequestError BAD_BODY, UNSUPPORTED_BODY, UNKNOWN_FIELD (of `columns`), TOO_COMPLEX,
        or INVALID with `errors`.
        """
        found = opened(body, content_type)
        reading = Reading(found.source, verb, self._limits, writable, known)
        reader = self.reader(resource.entity.name)
        try:
            rows = _members(found, reading, files)
            if columns is not None or (missing is not None and found.many):
                rows = Columns(reader, found.source, verb, columns, missing).applied(rows)
            elif found.many and verb != "update":
                same_names(rows)
            given = [
                reader.read(reading, members, f"/{number}" if found.many else "") for number, members in enumerate(rows)
            ]
        except RecursionError:  # what `opened` only just had the depth for
            raise too_deep() from None
        self._finish(reading, resource, given)
        return Body(given, found.many, frozenset(reading.deprecated))

    def validated(self, resource: Resource, values: Mapping[str, Any], verb: Verb) -> Given:
        """The row that application code gives: fields and relations by name, as Python values.

        A relation to one takes a row, a key, or a mapping of what is to be made. Raises RequestError INVALID.
        """
        reading = Reading(PYTHON, verb, self._limits, None)
        given = self.reader(resource.entity.name).read(reading, values, "")
        self._finish(reading, resource, [given])
        return given

    def reader(self, entity: str) -> RowReader:
        """The reader of an entity's rows."""
        known = self._readers.get(entity)
        if known is None:
            resource = self._catalogue.resources[entity]
            known = self._readers[entity] = RowReader(resource, self._limits, self.reader)
        return known

    def _finish(self, reading: Reading, resource: Resource, rows: Sequence[Given]) -> None:
        """Ask the checks of rows without mistakes; refuse the body where anything is wrong."""
        if reading.problems:
            reading.problems.refuse()
        for row in rows:
            self._check(reading, resource.entity.name, row)
        if reading.problems:
            reading.problems.refuse()

    def _check(self, reading: Reading, entity: str, row: Given) -> None:
        checks = self._checks.get(entity)
        if checks is None:
            checks = self._checks[entity] = RowChecks(self.reader(entity), self._classes.get(entity))
        checks.ask(reading, row)
        for name, children in row.related.items():
            relation = self.reader(entity).relations[name]
            keys = set(relation.target_fields) if relation.kind == "many_to_many" else None
            for child in children:
                if child.values.keys() != keys:
                    self._check(reading, relation.entity, child)


def _members(found: Opened, reading: Reading, files: Mapping[str, Uploaded | None]) -> Sequence[Mapping[str, Any]]:
    """The members of each row. Raises RequestError BAD_BODY."""
    rows = found.rows if found.source is not JSON else _objects(reading, found.rows, found.many)
    if reading.verb == "update":
        _only_one(rows)
    return [{**row, **files} for row in rows] if files else rows


def _objects(reading: Reading, rows: Sequence[Any], many: bool) -> list[Mapping[str, Any]]:
    """The members of JSON objects. Raises RequestError BAD_BODY where one is none."""
    found: list[Mapping[str, Any]] = []
    for number, row in enumerate(rows):
        if JSON.shape(row) != "object":
            raise RequestError(
                BAD_BODY,
                "All object keys must match" if many else "Empty or invalid json",
                details=f"Row {number + 1} isn't an object." if many else "The body is neither an object nor a list.",
                hint='Send {"name": value} or a list of such objects.',
            )
        found.append(object_members(reading, row, f"/{number}" if many else ""))
    return found


def _only_one(rows: Sequence[Mapping[str, Any]]) -> None:
    if len(rows) != 1:
        raise RequestError(
            BAD_BODY,
            "An update takes one object: the fields to change",
            details=f"The body has {len(rows)} rows.",
            hint="To change rows each in its own way, send an upsert: POST with Prefer: resolution=merge-duplicates.",
        )

"""One row: its members -> `Given`, with every mistake noted. `RowReader` is made once for an entity, when it is first
written to.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Entity, Field, Relation
from backsmith.blueprint.types import is_file
from backsmith.engine.bodies.constraints import checks_of
from backsmith.engine.bodies.problems import MOST, Misfit, Misfits, Problems, cut, step
from backsmith.engine.bodies.readers import Reader
from backsmith.engine.bodies.relations import read_relation
from backsmith.engine.bodies.sources import Source
from backsmith.engine.catalogue import Resource, did_you_mean
from backsmith.engine.grammar.limits import Limits, too_complex
from backsmith.engine.writing.work import Given
from backsmith.errors import RequestError

Verb = Literal["create", "update", "upsert"]
Writable = Callable[[Entity], Container[str]]

NOT_NULL, GENERATED, UNKNOWN = "23502", "428C9", "PGRST204"


class Reading:
    """The reading of one body."""

    __slots__ = ("deprecated", "known", "limits", "problems", "rows", "source", "verb", "writable")

    def __init__(
        self,
        source: Source,
        verb: Verb,
        limits: Limits,
        writable: Writable | None,
        known: frozenset[str] = frozenset(),
    ) -> None:
        self.source = source
        self.verb: Verb = verb
        self.limits = limits
        self.writable = writable
        """Names that some rule lets the asker write: others that are hidden don't exist for them."""
        self.known = known
        """Fields that the address of the row gives, so that the body may leave them out."""
        self.problems = Problems()
        self.rows = 0
        self.deprecated: set[str] = set()
        """What is given under names of an older version: `customers.surname`."""

    def count(self) -> None:
        """One more row, nested ones included. Raises RequestError TOO_COMPLEX."""
        self.rows += 1
        if self.rows > self.limits.rows:
            too_complex("The body has too many rows", "max_body_rows", self.limits.rows)


class RowReader:
    """Reads rows of one entity."""

    def __init__(self, resource: Resource, limits: Limits, others: Callable[[str], RowReader]) -> None:
        """`others` gives the reader of another entity by name."""
        entity = resource.entity
        self.entity = entity
        self.hidden = resource.hidden
        self.others = others
        self.fields: Mapping[str, Field] = {
            field.name: replace(field, nullable=False) if field.relaxed in ("required", "added") else field
            for field in entity.fields
            if field.computed is None
        }
        self.computed = frozenset(field.name for field in entity.fields if field.computed is not None)
        self.identity = frozenset(field.name for field in entity.fields if field.identity)
        self.relations: Mapping[str, Relation] = {relation.name: relation for relation in entity.relations}
        self.required = {
            field.name: None
            for field in self.fields.values()
            if not (field.nullable or field.identity or field.deprecated) and field.default is None
        }.keys()
        self._shapes = resource.shapes
        self._limits = limits
        self._readers: dict[str, dict[str, Reader]] = {}

    def readers(self, source: Source) -> Mapping[str, Reader]:
        """The functions that read the members of a source, by field name."""
        known = self._readers.get(source.name)
        if known is None:
            known = self._readers[source.name] = {
                name: _whole(field, source, self._limits) for name, field in self.fields.items()
            }
        return known

    def read(
        self,
        reading: Reading,
        members: Mapping[str, Any],
        pointer: str,
        *,
        parent: frozenset[str] = frozenset(),
        depth: int = 0,
    ) -> Given:
        """The row. `parent` are the fields that the row around it fills in."""
        reading.count()
        values: dict[str, Any] = {}
        readers = self.readers(reading.source)
        refused = self._refused(reading, members, parent)
        others: list[str] = []
        for name, member in members.items():
            read = readers.get(name)
            if read is None or name in refused:
                others.append(name)
                continue
            try:
                values[name] = read(member)
            except (Misfit, Misfits, RequestError) as error:
                reading.problems.add_error(pointer + step(name), error)
        related: dict[str, Sequence[Given]] = {}
        for name in others:
            if name in refused or name not in self.relations:
                self._refuse(reading, name, pointer, parent)
            else:
                relation = self.relations[name]
                read_relation(self, reading, relation, members, pointer, values, related, parent=parent, depth=depth)
        if self._shapes.deprecated and not self._shapes.deprecated.isdisjoint(members):
            self._of_today(reading, members, pointer, values, related)
        if reading.verb != "update" and not self.required <= values.keys():
            self._require(reading, members, values, parent if depth else parent | reading.known, pointer)
        return Given(values, related, pointer) if related else Given(values, {}, pointer)

    def _of_today(
        self,
        reading: Reading,
        members: Mapping[str, Any],
        pointer: str,
        values: dict[str, Any],
        related: dict[str, Sequence[Given]],
    ) -> None:
        """Take what is given under names of an older version as given under those of today."""
        shapes, problems = self._shapes, reading.problems
        reading.deprecated |= {f"{self.entity.collection}.{name}" for name in shapes.deprecated if name in members}
        for old, new in shapes.aliases.items():
            if old in values:
                value = values.pop(old)
                if values.setdefault(new, value) != value:
                    _contradicts(problems, pointer, old, new)
        for old, new in shapes.relation_aliases.items():
            if old in related:
                rows = related.pop(old)
                if new in members:
                    _contradicts(problems, pointer, old, new)
                related[new] = rows
        for pair in shapes.apart:
            given = [name for name in pair.old if name in members]
            for name in pair.new if given else ():
                if name in members:
                    _contradicts(problems, pointer, given[0], name)
            for name in pair.old if given and reading.verb != "update" else ():
                if name not in members and not self.fields[name].nullable:
                    problems.add(pointer + step(name), NOT_NULL, f"{name} is missing")

    def _refused(self, reading: Reading, members: Mapping[str, Any], parent: frozenset[str]) -> frozenset[str]:
        """Names that can't be given here, though they are those of fields or relations."""
        refused = parent if reading.verb == "upsert" else self.identity | parent if parent else self.identity
        if reading.writable is not None and self.hidden and not self.hidden.isdisjoint(members):
            refused = refused | self._secret(reading.writable(self.entity))
        return refused

    def _secret(self, writable: Container[str]) -> frozenset[str]:
        """The hidden names that don't exist for somebody who may write these; a relation goes with its foreign key."""

        def may(name: str) -> bool:
            relation = self.relations.get(name)
            return all(map(may, relation.fields)) if relation and relation.kind == "to_one" else name in writable

        return frozenset(name for name in self.hidden if not may(name))

    def _refuse(self, reading: Reading, name: str, pointer: str, parent: frozenset[str]) -> None:
        """Note that a name can't be given, and why."""
        hint: str | None = None
        if name in self.hidden and reading.writable is not None and name in self._secret(reading.writable(self.entity)):
            code, message = UNKNOWN, f"{self.entity.collection} has no field '{cut(name)}'"
        elif name in parent:
            code, message = GENERATED, f"{name} is filled in by the row around it"
            hint = "Leave it out."
        elif name in self.computed:
            code, message, hint = GENERATED, f"{name} is computed, so it can't be given", "Leave it out."
        elif name in self.identity:
            code, message = GENERATED, f"{name} is numbered by the database, so it can't be given"
            hint = "Leave it out. For keys that the client gives, the model says Assigned."
        else:
            code, message = UNKNOWN, f"{self.entity.collection} has no field '{cut(name)}'"
            if reading.problems.count < MOST:
                hint = did_you_mean(name, self.known())
        reading.problems.add(pointer + step(name), code, message, hint)

    def known(self) -> list[str]:
        """The names that may be given and aren't hidden."""
        return [name for name in (*self.fields, *self.relations) if name not in self.hidden]

    def _require(
        self,
        reading: Reading,
        members: Mapping[str, Any],
        values: Mapping[str, Any],
        parent: frozenset[str],
        pointer: str,
    ) -> None:
        """Note the fields that a new row needs and nobody gave."""
        otherwise = self._shapes.others(members).union(self._shapes.today(name for name in members))
        for name in self.required:
            if name in values or name in members or name in parent or name in otherwise:
                continue
            relation = self.fields[name].relation
            if relation is None:
                reading.problems.add(pointer + step(name), NOT_NULL, f"{name} is missing")
            elif not any(each in members for each in self.names_of(name)):
                hint = f"Give {name}, or {relation}."
                reading.problems.add(pointer + step(name), NOT_NULL, f"{name} is missing", hint)

    def names_of(self, field: str) -> list[str]:
        """The to-one relations that a field is part of the foreign key of."""
        return [each.name for each in self.relations.values() if each.kind == "to_one" and field in each.fields]


def _contradicts(problems: Problems, pointer: str, old: str, new: str) -> None:
    message = f"{old} is an older name of what {new} holds, and both are given"
    problems.add(pointer + step(old), "22023", message, f"Give {new} alone.")


def _whole(field: Field, source: Source, limits: Limits) -> Reader:
    """The function that reads a field's value: its type, null, and what else the field asks."""
    name, nullable = field.name, field.nullable
    if is_file(field.type) and source.name != "python":
        return _no_file(name, nullable, source)
    read, checks = source.reader(field.type, limits, name), checks_of(field.type, field.bounds, name)
    if nullable and not checks:
        return read

    def whole(member: Any) -> Any:
        value = read(member)
        if value is None:
            if nullable:
                return None
            raise Misfit(NOT_NULL, f"{name} can't be null")
        for check in checks:
            check(value)
        return value

    return whole


class Uploaded(Struct, frozen=True):
    """A member of a form that is a file: what is known of it, now that its bytes are kept."""

    json: msgspec.Raw
    sha256: str


def _no_file(name: str, nullable: bool, source: Source) -> Reader:
    """A file's own name says where its bytes are: whoever could write it could take another's file."""

    def read(member: Any) -> msgspec.Raw | None:
        if isinstance(member, Uploaded):
            return member.json
        if source.shape(member) != "null":
            raise Misfit("22023", f"{name} is a file, which isn't given by its name", "Upload it.")
        if not nullable:
            raise Misfit(NOT_NULL, f"{name} can't be null")
        return None

    return read

"""`@check` functions that a row alone decides, asked of it before the database is.

A check is asked when all the fields it reads are known: given, or of a new row filled in by a constant default or
absent and null. The rest is held by the database: as a CHECK constraint, or after the write (`checks_after`).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from backsmith.blueprint.blueprint import Check, Entity, Field
from backsmith.blueprint.expressions import (
    Aggregate,
    CurrentUser,
    FieldOf,
    Follow,
    HasRole,
    Node,
    Now,
    This,
    Variable,
)
from backsmith.blueprint.trees import walk
from backsmith.blueprint.types import Json
from backsmith.databases.dialect import Dialect
from backsmith.databases.row_checks import row_check
from backsmith.engine.bodies.constraints import CHECK
from backsmith.engine.bodies.problems import step
from backsmith.engine.bodies.sources import JSON
from backsmith.engine.writing.work import Given
from backsmith.model.entity import Entity as Model

if TYPE_CHECKING:
    from backsmith.engine.bodies.rows import Reading, RowReader

_UNKNOWN = (AttributeError, TypeError, ValueError, ArithmeticError, LookupError)
"""What a function may raise of a row that no condition of it was made for: the database's own check decides then."""


def checks_after(entity: Entity, entities: Mapping[str, Entity], dialect: Dialect) -> tuple[Check, ...]:
    """The checks that no CHECK constraint holds, since they follow relations, ask for the time or need functions that
    the database lacks: their conditions have to hold for each row that was written, at the end of the transaction."""
    return tuple(check for check in entity.checks if row_check(check, entity, entities, dialect) is None)


def breakable(checks: Iterable[Check], changes: Container[str]) -> tuple[Check, ...]:
    """Those that who changes these fields of a row, or its links by these relations, can break."""
    return tuple(
        check for check in checks if check.changed_by is None or any(name in changes for name in check.changed_by)
    )


def message_of(check: Check) -> str:
    """What to say of a row that doesn't meet the check."""
    return check.message or f"The check {check.name} doesn't hold"


class RowChecks:
    """The checks of one entity."""

    def __init__(self, reader: RowReader, entity: type[Model] | None) -> None:
        """Without the entity's class nothing is checked here."""
        self._class: Any = entity
        self._fields = reader.fields
        self._checks: list[tuple[Check, Callable[[Any], bool], frozenset[str]]] = []
        for check in reader.entity.checks if entity is not None else ():
            needed = fields_needed(check.condition, reader.entity)
            if needed is not None:
                self._checks.append((check, getattr(entity, check.name), needed))
        names = frozenset[str]().union(*(needed for _, _, needed in self._checks))
        self._filled = dict(_filled(reader, names)) if names else {}

    def ask(self, reading: Reading, row: Given) -> None:
        """Note the checks that the row doesn't meet."""
        if not self._checks:
            return
        known = {**self._filled, **row.values} if reading.verb == "create" else row.values
        made: Any = None
        for check, function, needed in self._checks:
            if not needed <= known.keys():
                continue
            if made is None:
                made = object.__new__(self._class)
                made.__dict__.update({name: self._plain(name, value) for name, value in known.items()})
            try:
                holds = bool(function(made))
            except _UNKNOWN:
                continue
            if not holds:
                pointer = row.pointer + step(next(iter(needed))) if len(needed) == 1 else row.pointer
                reading.problems.add(pointer, CHECK, message_of(check))

    def _plain(self, name: str, value: Any) -> Any:
        return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value


def fields_needed(condition: Node, entity: Entity) -> frozenset[str] | None:
    """The stored fields that a condition reads, by way of computed ones too; None where it needs more than the row."""
    computed = {field.name: field.computed for field in entity.fields if field.computed is not None}
    found: set[str] = set()
    waiting, seen = [condition], set[str]()
    while waiting:
        for node in walk(waiting.pop()):
            match node:
                case Follow() | Aggregate() | Variable() | CurrentUser() | HasRole() | Now():
                    return None
                case FieldOf(This(), name) if name in computed:
                    if name not in seen:
                        seen.add(name)
                        waiting.append(computed[name])
                case FieldOf(This(), name):
                    found.add(name)
                case This():
                    pass
                case _:
                    pass
    return frozenset(found)


def _filled(reader: RowReader, names: frozenset[str]) -> list[tuple[str, Any]]:
    """The values that a new row has in fields nobody gives, as far as they are known."""
    return [(name, value) for name in names for value in _default(reader, reader.fields[name])]


def _default(reader: RowReader, field: Field) -> list[Any]:
    default = field.default
    if default is None:
        return [None] if field.nullable else []
    match default.kind:
        case "empty_list":
            return [[]]
        case "constant" if default.value is None or isinstance(field.type, Json):
            return [default.value]
        case "constant":
            return [reader.readers(JSON)[field.name](msgspec.Raw(msgspec.json.encode(default.value)))]
        case _:
            return []

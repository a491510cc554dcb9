"""PUT: the row of the address becomes what the body says, the fields it leaves out their defaults.

Three kinds of fields stay as they are where the body leaves them out. Those that are hidden or that no rule lets the
asker write, of whom a whole row has to be given without them. And those whose default is made with the row: a moment,
a new UUID, or who asks (an owner must not change hands because somebody else left the field out), and what the
database alone decides.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from backsmith import errors
from backsmith.blueprint.blueprint import Field
from backsmith.engine.values import converter
from backsmith.engine.writing.defaults import constant
from backsmith.engine.writing.planning import WritePlan
from backsmith.engine.writing.reading import AskedWrite
from backsmith.engine.writing.work import Given
from backsmith.errors import RequestError


def replacing(asked: AskedWrite, plan: WritePlan, rows: Sequence[Given], writable: Container[str]) -> Given:
    """The whole row that a PUT gives: the one of the body, with the key of the address and what it leaves out.

    `writable` are the names that some rule lets the asker write. Raises RequestError KEY_MISMATCH, or BAD_BODY for
    several rows.
    """
    if len(rows) != 1:
        raise RequestError(errors.BAD_BODY, f"A PUT takes one row, and the body has {len(rows)}")
    given = rows[0]
    entity = asked.resource.entity
    values: dict[str, Any] = dict(given.values)
    for field, slot in zip(asked.resource.key, plan.key, strict=True):
        addressed = converter(field.type, "eq")(asked.values[slot])
        if values.setdefault(field.name, addressed) != addressed:
            raise RequestError(
                errors.KEY_MISMATCH,
                "Payload values do not match URL in primary key column(s)",
                details=f"The body has another {field.name}.",
            )
    given_otherwise = asked.resource.shapes.others(values)
    for field in entity.fields:
        if field.deprecated is not None or field.name in given_otherwise:
            continue  # who writes one shape of a field leaves the others to the database
        if field.name not in values and is_reset(field) and field.name in writable:
            values[field.name] = _default(field)
    return Given(values, given.related, given.pointer)


def is_reset(field: Field) -> bool:
    """Whether a PUT that leaves the field out sets it to its default, which is null where none is declared."""
    if field.computed is not None or field.identity or field.hidden:
        return False
    return field.nullable if field.default is None else field.default.kind in ("constant", "empty_list")


def _default(field: Field) -> Any:
    if field.default is None:
        return None
    return [] if field.default.kind == "empty_list" else constant(field.default.value, field.type)

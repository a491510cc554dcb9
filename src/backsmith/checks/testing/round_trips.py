"""Every field of the application, written and read again at the edges of its type: by JSON and as a table.

In: the application with every door open, and rows in it. Out: a `Result` for each entity. Each write is undone
(`Prefer: tx=rollback`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from time import perf_counter
from typing import Any

from backsmith.blueprint.blueprint import Entity, Field
from backsmith.blueprint.types import Bytes, Json, List, Numeric, Text
from backsmith.checks.matrix.serving import Question, Served
from backsmith.checks.testing import exact
from backsmith.checks.testing.comparing_values import same_value, table_value
from backsmith.checks.testing.edges import edges
from backsmith.checks.testing.results import Finding, Result

_WRITE = {"prefer": "return=representation, tx=rollback"}
_TABLE = {**_WRITE, "accept": "text/csv"}
_REFUSED = frozenset({"22023", "23514", "23505", "23503", "23502"})
"""Codes of what the application's own constraints say of a value: it is one that they don't take."""


async def round_trips(served: Served) -> AsyncIterator[Result]:
    """What became of each entity's values."""
    for entity in served.blueprint.entities:
        if entity.view or not entity.key or entity.private:
            continue
        started, before = perf_counter(), served.asked
        findings: list[Finding] = []
        row = await _some_row(served, entity)
        if row is None:
            yield Result("round-trips", entity.name, 0.0, 0, skipped="no row could be made up")
            continue
        for field in entity.fields:
            if _is_tried(field, entity):
                findings += [found async for found in _field(served, entity, field, row)]
        yield Result("round-trips", entity.name, perf_counter() - started, served.asked - before, tuple(findings))


def _is_tried(field: Field, entity: Entity) -> bool:
    return field.computed is None and field.name not in entity.key and field.relation is None


async def _some_row(served: Served, entity: Entity) -> str | None:
    """The address of a row, or None where there is none."""
    names = ",".join(entity.key)
    answer = await served.ask(Question(f"{served.prefix}/{entity.collection}?select={names}&limit=1"))
    rows: Any = exact.decoded(answer.body) if answer.done else []
    if not rows:
        return None
    return f"{served.prefix}/{entity.collection}/{','.join(str(rows[0][name]) for name in entity.key)}"


async def _field(served: Served, entity: Entity, field: Field, row: str) -> AsyncIterator[Finding]:
    where = f"{entity.name}.{field.name}"
    for value in edges(field):
        question = Question(
            f"{row}?select={field.name}", method="PATCH", body=exact.encoded({field.name: value}), headers=_WRITE
        )
        answer = await served.ask(question)
        if not answer.done:
            if answer.code not in _REFUSED:
                yield Finding(where, f"{value!r} was refused: {answer.body.decode(errors='replace')}", str(question))
            continue
        shown: Any = exact.decoded(answer.body)
        got = shown[field.name]
        if not same_value(value, got):
            yield Finding(where, f"{value!r} was written, and {got!r} was read", str(question))
        # A table doesn't tell null from a text without characters (docs/api.md, "Representations").
        if value not in (None, "") and isinstance(field.type, Json | List | Bytes | Numeric | Text):
            async for found in _as_table(served, field, value, question, where):
                yield found


async def _as_table(served: Served, field: Field, value: Any, question: Question, where: str) -> AsyncIterator[Finding]:
    answer = await served.ask(Question(question.target, method="PATCH", body=question.body, headers=_TABLE))
    got = table_value(answer.body.decode(), field.type) if answer.done else answer.body.decode(errors="replace")
    if not answer.done or not same_value(value, got):
        yield Finding(where, f"{value!r} was written, and {got!r} stands in the table", str(question))

"""Values that stand in for those of requests: taken from the rows, a typical one and the most frequent one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from backsmith.blueprint.blueprint import Entity, Field
from backsmith.databases.dialect import Dialect
from backsmith.databases.served import Sample, Served
from backsmith.databases.trials import Trial
from backsmith.errors import DatabaseError, RequestError

LOOKED_AT = 100_000
"""Rows whose values are looked at, at most."""
MOST = 10_000
"""Different values that are told apart, at most."""
Which = Literal["typical", "most frequent"]


class Values:
    """Values of fields, as texts of requests."""

    def __init__(self, trial: Trial, dialect: Dialect) -> None:
        self._trial = trial
        self._dialect = dialect
        self._known: dict[tuple[str, str], list[str]] = {}

    async def parameters(self, served: Served, which: Which) -> Sequence[Any] | None:
        """What is bound to the statement; None where the rows have no values to try."""
        try:
            texts = [await self._text(sample, which) for sample in served.values]
            user = None if served.user is None else await self._text(served.user, which)
            return served.parameters(texts, user)
        except (LookupError, ValueError, RequestError, DatabaseError):
            return None

    async def _text(self, sample: Sample, which: Which) -> str:
        """Raises LookupError where there is no value."""
        if sample.entity is None or sample.field is None:
            return sample.form
        values = await self._values(sample.entity, sample.field)
        if sample.pick == "middle":
            values = sorted(values, key=_order)
            return sample.form.replace("{}", values[len(values) // 2])
        return sample.form.replace("{}", values[len(values) // 2 if which == "typical" else 0])

    async def _values(self, entity: Entity, field: Field) -> list[str]:
        """The field's values, the most frequent first."""
        key = entity.name, field.name
        if key not in self._known:
            dialect = self._dialect
            column = f"t.{dialect.quote(field.column)}"
            shown = dialect.json(dialect.load(column, field), field.type, nullable=False, column=True)
            table = dialect.ddl.table_name(entity.table, entity.schema)
            rows = await self._trial.fetch(
                f"SELECT v FROM (SELECT {shown} AS v FROM {table} AS t WHERE {column} IS NOT NULL LIMIT {LOOKED_AT})"
                f" AS part GROUP BY v ORDER BY count(*) DESC, v LIMIT {MOST}"
            )
            self._known[key] = [_plain(str(row[0])) for row in rows]
        return self._known[key]


def _plain(text: str) -> str:
    """A value as a request writes it: without the quotation marks of JSON."""
    return json.loads(text) if text.startswith('"') else text


def _order(text: str) -> tuple[float, str]:
    try:
        return float(text), text
    except ValueError:
        return 0.0, text

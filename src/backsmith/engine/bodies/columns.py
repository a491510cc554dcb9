"""Which members of a body count: `columns=…`, `Prefer: missing=…`, and rows that must be alike without them.

As in PostgREST: rows of one body have the same names, unless `columns` (or `missing`) says which. What a row lacks of
them is null, or with missing=default what the model says. Names that `columns` lacks are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from backsmith.engine.bodies.problems import cut
from backsmith.engine.bodies.sources import Source
from backsmith.engine.catalogue import did_you_mean
from backsmith.errors import BAD_BODY, UNKNOWN_FIELD, RequestError

if TYPE_CHECKING:
    from backsmith.engine.bodies.rows import RowReader, Verb

Members = Mapping[str, Any]


def same_names(rows: Sequence[Members]) -> None:
    """Raises RequestError BAD_BODY where rows have different names."""
    if not rows:
        return
    first = rows[0].keys()
    for number, row in enumerate(rows, 1):
        if row.keys() != first:
            other = sorted(row.keys() ^ first)[0]
            raise RequestError(
                BAD_BODY,
                "All object keys must match",
                details=f"Of rows 1 and {number} only one has '{cut(other)}'.",
                hint="Name those that count by columns=…, or send Prefer: missing=default.",
            )


class Columns:
    """The names that count in one body."""

    def __init__(
        self,
        reader: RowReader,
        source: Source,
        verb: Verb,
        columns: tuple[str, ...] | None,
        missing: Literal["default", "null"] | None,
    ) -> None:
        self._reader = reader
        self._source = source
        self._verb = verb
        self._columns = columns
        self._missing = missing

    def applied(self, rows: Sequence[Members]) -> list[Members]:
        """The rows with the names that count. Raises RequestError UNKNOWN_FIELD, BAD_BODY."""
        names = self._columns
        if names is None:
            names = tuple(dict.fromkeys(name for row in rows for name in row))
        else:
            self._check(names)
        absent = self._absent(names)
        return [{name: row[name] if name in row else absent[name] for name in names if name in row or name in absent}
                for row in rows]  # fmt: skip

    def _check(self, names: tuple[str, ...]) -> None:
        reader = self._reader
        for name in names:
            if name not in reader.fields and name not in reader.relations and name not in reader.computed:
                raise RequestError(
                    UNKNOWN_FIELD,
                    f"Could not find the '{cut(name)}' column of '{reader.entity.collection}'",
                    hint=did_you_mean(name, reader.known()),
                    code="PGRST204",
                )

    def _absent(self, names: tuple[str, ...]) -> Members:
        """What a name stands for in a row that lacks it; names that are left out then aren't there."""
        reader = self._reader
        if self._missing != "default":
            to_one = {name for name, relation in reader.relations.items() if relation.kind == "to_one"}
            nullable = (reader.fields.keys() - reader.identity) | to_one
            return {name: self._source.null for name in names if name in nullable}
        if self._verb != "update":
            return {}
        raise RequestError(
            BAD_BODY,
            "An update can't set fields to their defaults",
            hint="Leave out Prefer: missing=default, or columns=….",
        )

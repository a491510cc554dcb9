"""How findings speak: names of the model, Python types, and SQL that can be run on the database as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Sealed,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases.changes import TableName
from backsmith.evolution.data_checks.present import Present

Names = Mapping[tuple[str, str], str]
"""(table, column), of before or after the change -> `Customer.phone`."""


class Words:
    """The names of one plan."""

    def __init__(self, present: Present, names: Names) -> None:
        self.present = present
        self._names = names
        self._ddl = present.dialect.ddl

    def about(self, table: TableName, columns: Iterable[str] = ()) -> str:
        """`Customer.phone`; `Customer.first_name, last_name`; what the model has no name for by the database's."""
        found = [self._names.get((table.name, column), f"{table}.{column}") for column in columns]
        if not found:
            return self.entity(table)
        return ", ".join([found[0], *(each.rpartition(".")[2] for each in found[1:])])

    def entity(self, table: TableName) -> str:
        """`Customer`."""
        found = (model.partition(".")[0] for (name, _), model in self._names.items() if name == table.name)
        return next(found, str(table))

    def field(self, table: TableName, column: str) -> str:
        """`phone`."""
        return self._names.get((table.name, column), column).rpartition(".")[2]

    def column(self, table: TableName, column: str) -> str:
        """The column's present name, quoted."""
        return self._ddl.quote(self.present.old_column.get((table, column), column))

    def look(self, table: TableName, columns: Iterable[str], where: str) -> str:
        """A SELECT of the rows."""
        shown = dict.fromkeys([*self.present.key(table), *columns])
        listed = ", ".join(self.column(table, each) for each in shown if (table, each) in self.present.old_column)
        return f"SELECT {listed or '*'} FROM {self.present.old_name(table)} WHERE {where};"

    def update(self, table: TableName, column: str, where: str, value: str = "…") -> str:
        """An UPDATE that mends rows."""
        return f"UPDATE {self.present.old_name(table)} SET {self.column(table, column)} = {value} WHERE {where};"

    def is_one_of(self, table: TableName, samples: Iterable[Mapping[str, Any]]) -> str | None:
        """A condition that is true for these rows; None where the table has no key of one column."""
        key = self.present.key(table)
        if len(key) != 1:
            return None
        values = [self._constant(each[key[0]]) for each in samples if key[0] in each]
        return f"{self.column(table, key[0])} IN ({', '.join(values)})" if values else None

    def _constant(self, value: Any) -> str:
        return self._ddl.text(value) if isinstance(value, str) else str(value)


def python_type(type: Type) -> str:
    """The type as the model has it."""
    match type:
        case Text():
            return "str"
        case Integer():
            return "int"
        case Float():
            return "float"
        case Boolean():
            return "bool"
        case Numeric():
            return "Decimal"
        case Date():
            return "date"
        case DateTime():
            return "datetime"
        case Time():
            return "time"
        case Duration():
            return "timedelta"
        case Uuid():
            return "UUID"
        case Bytes():
            return "bytes"
        case Json():
            return "Json"
        case Enum(values):
            return f"Literal[{', '.join(map(repr, values))}]"
        case List(item):
            return f"list[{python_type(item)}]"
        case Sealed(of):
            return f"Annotated[{python_type(of)}, Secret]"


def example(type: Type) -> str:
    """A value of the type as Python has it, to stand in for one that is missing."""
    match type:
        case Text():
            return '""'
        case Integer():
            return "0"
        case Float():
            return "0.0"
        case Boolean():
            return "False"
        case Numeric():
            return 'Decimal("0")'
        case List():
            return "[]"
        case Enum(values):
            return repr(values[0]) if values else "…"
        case _:
            return "…"

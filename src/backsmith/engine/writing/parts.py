"""The parts of statements that write: values that are set, keys, rights, the row as it will be, what is told of it.

The row that a statement writes goes by its table's name, which is all that SQLite's RETURNING knows it by. A row that
is about to be written stands in a derived table, with the columns that rules need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Entity, Field, Relation
from backsmith.blueprint.expressions import TRUE, Node
from backsmith.blueprint.types import Type
from backsmith.databases.dialect import Dialect
from backsmith.databases.parameters import Brought
from backsmith.databases.stores import Cell
from backsmith.engine.planning.plan import Read
from backsmith.engine.spelling.statement import ReadWriter
from backsmith.engine.writing.needs import followed, may_fail, own_fields
from backsmith.engine.writing.rights import Choice, Rights
from backsmith.engine.writing.sought import AT, Flag, Sought


class PartSpeller(ReadWriter):
    """Spells parts of one statement about an entity's rows. Use once."""

    def __init__(self, dialect: Dialect, entities: Mapping[str, Entity], entity: Entity) -> None:
        super().__init__(dialect, entities)
        self.entity = entity
        self.stores = dialect.stores
        self.table = self.speller.table(entity)
        self.row = dialect.quote(entity.table)
        self.fields: Mapping[str, Field] = {field.name: field for field in entity.fields}
        self.speller.keyed = True

    def _ordered(self, read: Read | None) -> list[str]:
        """The terms of the order that a plan asks for; none where it asks for none."""
        if read is None:
            return []
        return [self._term(self._order_value(read, term, self.row), term) for term in read.order]

    def _bind(self, label: str, take: Callable[[Any], Any], type: Type | None) -> str:
        return self.speller.bind(Brought(label, take), type)

    def _cells(self, names: Iterable[str]) -> list[Cell]:
        return [Cell(name, self.fields[name], self.fields[name].column) for name in names]

    def _key_cells(self) -> list[Cell]:
        return [Cell(AT + name, self.fields[name], AT + name) for name in self.entity.key]

    def _names(self, names: Sequence[str]) -> str:
        return ", ".join(self.dialect.quote(self.fields[name].column) for name in names)

    def _same_key(self, given: str, by: Sequence[str] | None = None) -> str:
        return " AND ".join(
            f"{self._column(self.entity, name, self.row)} = {given}.{self.dialect.quote(AT + name)}"
            for name in (self.entity.key if by is None else by)
        )

    def _among_keys(self) -> str:
        given, at = self.stores.keys(self._key_cells(), self._bind, self.dialect.quote), self.speller.alias("at")
        own = ", ".join(self._column(self.entity, name, self.row) for name in self.entity.key)
        keys = ", ".join(f"{at}.{self.dialect.quote(AT + name)}" for name in self.entity.key)
        left = own if len(self.entity.key) == 1 else f"({own})"
        return f"{left} IN (SELECT {keys} FROM ({given}) AS {at})"

    def _meant(self, read: Read, allowed: str) -> str:
        """WHERE with what says which rows are meant, and that they may be written. Where asking that may fail, it is
        asked of rows only that the asker may read."""
        where = self.where(read, self.row)
        if allowed and read.access != TRUE and self._may_fail:
            allowed = f"CASE WHEN {self.speller.condition(read.access, self.row)} THEN {allowed} ELSE FALSE END"
        return f"{where} AND {allowed}" if where and allowed else f" WHERE {allowed}" if allowed else where

    _may_fail = False

    def _values(self, names: Sequence[str]) -> Mapping[str, str]:
        return Values(self._cells(names), lambda cell: self.stores.cell(cell, self._bind))

    def _leads(self, relation: Relation, value: Callable[[str], str]) -> str:
        """That a relation leads to a row, or nowhere; `value` gives its foreign key's fields."""
        target, there = self.entities[relation.entity], self.speller.alias("there")
        pairs = [(value(name), self._column(target, there_name, there)) for name, there_name in zip(
            relation.fields, relation.target_fields, strict=True
        )]  # fmt: skip
        nowhere = "".join(f"{own} IS NULL OR " for own, _ in pairs) if relation.nullable else ""
        same = " AND ".join(f"{column} = {own}" for own, column in pairs)
        return f"{nowhere}EXISTS (SELECT 1 FROM {self.speller.table(target)} AS {there} WHERE {same})"

    def _allowed(self, rights: Rights, values: Mapping[str, str], leading: Sequence[Relation] = ()) -> str:
        """That the rights are there to set `values` in the row, and relations lead to rows; nothing where that is
        always so."""
        groups = [
            f"({self._leads(relation, lambda name: values.get(name) or self._column(self.entity, name, self.row))})"
            for relation in leading
        ]
        for group in rights:
            choices = [self._choice(choice, values) for choice in group]
            groups.append(choices[0] if len(choices) == 1 else f"({' OR '.join(choices)})")
            self._may_fail = self._may_fail or any(may_fail(choice.before, self.entities) for choice in group)
        return " AND ".join(groups)

    def _choice(self, choice: Choice, values: Mapping[str, str]) -> str:
        parts: list[str] = []
        rule = choice.permission.condition
        if choice.paired:
            parts.append(self._of_after(choice.before, values, paired=True, rule=rule))
        elif choice.before != TRUE:
            parts.append(self._decided(choice.before, self.row, rule))
        if choice.after != TRUE:
            parts.append(self._of_after(choice.after, values, paired=False, rule=rule))
        return f"({' AND '.join(parts) or 'TRUE'})"

    def _decided(self, node: Node, row: str, rule: Node, *, after: str | None = None) -> str:
        """A condition that decides what is written; the rows that the `rule` in it follows to are locked."""
        return self.speller.condition(node, row, after=after, held=followed(rule, self.entities))

    def _of_after(self, node: Node, values: Mapping[str, str], *, paired: bool, rule: Node = TRUE) -> str:
        """A condition on the row as it will be, or on that and the row as it is."""
        after = self.speller.alias("after")
        self._may_fail = self._may_fail or may_fail(node, self.entities)
        needed = own_fields(node, self.entity, self.entities)
        if paired:
            needed = frozenset(field.name for field in self.entity.fields if field.computed is None)
        columns = [
            f"{values.get(name) or self._column(self.entity, name, self.row)} AS {self._column_name(self.entity, name)}"
            for name in sorted(needed)
        ]
        row, other = (self.row, after) if paired else (after, None)
        condition = self._decided(node, row, rule, after=other)
        return f"EXISTS (SELECT 1 FROM (SELECT {', '.join(columns) or '1 AS one'}) AS {after} WHERE {condition})"

    def _told(self, sought: Sought, values: Mapping[str, str]) -> str:
        told = [self.speller.field(self.entity, self.fields[name], self.row) for name in self.entity.key]
        told.extend(truth(self._flag(flag, values)) for flag in sought.flags)
        told.extend(self.speller.field(self.entity, field, self.row) for field in sought.fields)
        if sought.show is not None:
            told.append(self.shown(sought.show))
        return ", ".join(told) or "1"

    def _flag(self, flag: Flag, values: Mapping[str, str]) -> str:
        if not flag.after and not flag.paired:
            return self._decided(flag.node, self.row, flag.rule)
        text = self._of_after(flag.node, values, paired=flag.paired, rule=flag.rule)
        if flag.also != TRUE:
            text = f"({text} AND {self._of_after(flag.also, values, paired=False)})"
        return f"({text} OR {self._of_after(flag.node, {}, paired=True, rule=flag.rule)})" if flag.tried else text

    def _returning(self, show: Read | None) -> str:
        return f" RETURNING {self._told(Sought(show=show), {})}"

    def shown(self, read: Read) -> str:
        """The JSON of the row where it may be read, else null."""
        where = self.where(replace(read, key_slots=(), after=None), self.row)
        shown = self._object(read, self.row)
        return f"CASE WHEN {where.removeprefix(' WHERE ')} THEN {shown} END" if where else shown


class Values(Mapping[str, str]):
    """What fields are set to, bound when it is used: PostgreSQL takes no parameter that a statement doesn't use."""

    def __init__(self, cells: Iterable[Cell], spell: Callable[[Cell], str]) -> None:
        self._cells = {cell.name: cell for cell in cells}
        self._spell = spell

    def __getitem__(self, name: str) -> str:
        return self._spell(self._cells[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)


def truth(condition: str) -> str:
    """1 where the condition holds, else 0."""
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"

"""Spell what writes: rows, rights and what is shown in; INSERT, UPDATE and DELETE out, with how to bind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import TRUE, Node
from backsmith.databases.dialect import Dialect
from backsmith.databases.stores import ORDINAL
from backsmith.engine.planning.plan import Read
from backsmith.engine.spelling.binding import Statement
from backsmith.engine.writing.looks import LookSpeller
from backsmith.engine.writing.needs import own_fields
from backsmith.engine.writing.rights import Rights


class WriteSpeller(LookSpeller):
    """Writes one statement. Use once."""

    # Insert -----------------------------------------------------------------------------------------------------

    def insert(
        self,
        names: Sequence[str],
        condition: Node,
        rule: Node,
        leading: Sequence[Relation],
        show: Read | None,
        *,
        many: bool,
    ) -> Statement | None:
        """Rows of (key …[, JSON]) for the new rows that meet the condition; None where there is no way to bring `many`.

        `rule`: the part of the condition whose rows are locked. `leading`: relations that have to lead to a row, or
        nowhere.
        """
        needed = [] if condition == TRUE else sorted(own_fields(condition, self.entity, self.entities) - {*names})
        if not many and condition == TRUE and not leading:
            values = ", ".join(self.stores.cell(cell, self._bind) for cell in self._cells(names))
            source = f"({self._names(names)}) VALUES ({values})" if names else "DEFAULT VALUES"
        else:
            cells, quote = self._cells([*names, *needed]), self.dialect.quote
            given = self.stores.many(cells, self._bind, quote) if many else self.stores.one(cells, self._bind, quote)
            if given is None:
                return None
            new = self.speller.alias("new")
            values = ", ".join(f"{new}.{quote(self.fields[name].column)}" for name in names)
            tests = [self._leads(relation, lambda name: self._column(self.entity, name, new)) for relation in leading]
            if condition != TRUE:
                tests.append(self._decided(condition, new, rule))
            where = " AND ".join(f"({test})" for test in tests) or "TRUE"
            by = f" ORDER BY {new}.{quote(ORDINAL)}" if many else ""
            source = f"({self._names(names)}) SELECT {values} FROM ({given}) AS {new} WHERE {where}{by}"
        returning = self._returning(show)
        return self._statement(f"INSERT INTO {self.table} {source}{returning}")

    # Update -----------------------------------------------------------------------------------------------------

    def update(
        self,
        read: Read,
        names: Sequence[str],
        rights: Rights,
        leading: Sequence[Relation],
        checks: Sequence[Node],
        show: Read | None,
    ) -> Statement:
        """Sets `Inputs.row` in the rows that a plan means, if they will meet the checks. Rows of (key …[, JSON])."""
        self.speller.keyed = bool(read.key_slots)
        values = self._values(names)
        met = [self._of_after(check, values, paired=False, rule=check) for check in checks]
        where = self._meant(read, " AND ".join(filter(None, [self._allowed(rights, values, leading), *met])))
        sets = ", ".join(f"{self.dialect.quote(self.fields[name].column)} = {value}" for name, value in values.items())
        return self._statement(f"UPDATE {self.table} SET {sets}{where}{self._returning(show)}")

    def update_keys(self, names: Sequence[str], rights: Rights, leading: Sequence[Relation]) -> Statement:
        """Sets `Inputs.row` in the rows with the keys of `Inputs.rows`. A row of (1) for each."""
        values = self._values(names)
        sets = ", ".join(f"{self.dialect.quote(self.fields[name].column)} = {value}" for name, value in values.items())
        where = " AND ".join([self._among_keys(), *filter(None, [self._allowed(rights, values, leading)])])
        return self._statement(f"UPDATE {self.table} SET {sets} WHERE {where} RETURNING 1")

    def update_each(
        self, names: Sequence[str], rights: Rights, leading: Sequence[Relation], *, many: bool
    ) -> Statement | None:
        """Sets in each of the rows with the keys of `Inputs.rows` (or `Inputs.row`) what stands beside its key."""
        quote, keys = self.dialect.quote, self._key_cells()
        cells = [*self._cells(names), *keys]
        given = self.stores.many(cells, self._bind, quote) if many else self.stores.one(cells, self._bind, quote)
        if given is None:
            return None
        new = self.speller.alias("new")
        values = {name: f"{new}.{quote(self.fields[name].column)}" for name in names}
        sets = ", ".join(f"{quote(self.fields[name].column)} = {value}" for name, value in values.items())
        where = " AND ".join([self._same_key(new), *filter(None, [self._allowed(rights, values, leading)])])
        return self._statement(f"UPDATE {self.table} SET {sets} FROM ({given}) AS {new} WHERE {where} RETURNING 1")

    # Delete -----------------------------------------------------------------------------------------------------

    def delete(self, read: Read, rights: Rights, show: Read | None) -> Statement:
        """Deletes the rows that a plan means. Rows of (key …[, JSON])."""
        self.speller.keyed = bool(read.key_slots)
        where = self._meant(read, self._allowed(rights, {}))
        return self._statement(f"DELETE FROM {self.table}{where}{self._returning(show)}")

    def delete_keys(self, rights: Rights) -> Statement:
        """Deletes the rows with the keys of `Inputs.rows`. A row of (1) for each."""
        where = " AND ".join([self._among_keys(), *filter(None, [self._allowed(rights, {})])])
        return self._statement(f"DELETE FROM {self.table} WHERE {where} RETURNING 1")


def shown_inline(dialect: Dialect, entities: Mapping[str, Entity], read: Read, *, alone: bool) -> bool:
    """Whether the row that a statement writes can be shown by that statement itself.

    Not where that asks other rows of its table, which a statement may see as they were. `alone`: nor any other rows,
    which a deleted row may have taken along.
    """
    writer = WriteSpeller(dialect, entities, read.entity)
    text = writer.shown(read)
    return f"{writer.table} AS " not in text and not (alone and "SELECT " in text)

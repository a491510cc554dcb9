"""Spell what looks at rows within a transaction: those that a plan means, or keys; as they are and will be."""

from __future__ import annotations

from collections.abc import Sequence

from backsmith.blueprint.blueprint import Relation
from backsmith.blueprint.expressions import TRUE, Node
from backsmith.databases.stores import ORDINAL, Cell
from backsmith.engine.planning.plan import Read
from backsmith.engine.spelling.binding import Statement
from backsmith.engine.writing.needs import own_fields
from backsmith.engine.writing.parts import PartSpeller, truth
from backsmith.engine.writing.sought import AT, Sought


class LookSpeller(PartSpeller):
    """Writes one statement that looks at rows. Use once."""

    def find(self, read: Read, names: Sequence[str], sought: Sought, *, lock: bool, key: bool) -> Statement:
        """What is sought of the rows that a plan means, locked if so asked. `names` are the fields that will be set to
        `Inputs.row`."""
        self.speller.keyed = bool(read.key_slots)
        if not lock:  # they are looked at only to say why
            sought = sought._replace(flags=[flag._replace(rule=TRUE) for flag in sought.flags])
        told = self._told(sought, self._values(names))
        paged = read.limit is not None or read.offset is not None or read.skip or read.most is not None
        by = self._ordered(read) if paged else self._ordered(sought.show)
        by = by or [
            self.operators.ordered(self.speller.field(self.entity, self.fields[name], self.row), self.fields[name].type)
            for name in self.entity.key
        ]
        ordered = f" ORDER BY {', '.join(by)}" if by else ""
        limit = self._limit(read)
        locked = self.stores.lock(self.row, key=key) if lock else ""
        return self._statement(f"SELECT {told} FROM {self.table}{self._meant(read, '')}{ordered}{limit}{locked}")

    def look(self, sought: Sought, *, by: Sequence[str] | None = None, lock: bool = False) -> Statement:
        """What is sought of the rows with the keys of `Inputs.rows` (or with their values of the fields `by`), each
        after its number: in the order that what is shown has, else in that of `Inputs.rows`."""
        quote = self.dialect.quote
        cells = self._key_cells() if by is None else [Cell(AT + n, self.fields[n], AT + n) for n in by]
        given, at = self.stores.keys(cells, self._bind, quote), self.speller.alias("at")
        told = self._told(sought, {})
        same = self._same_key(at, by)
        ordinal = f"{at}.{quote(ORDINAL)}"
        locked = self.stores.lock(self.row, key=False) if lock else ""
        return self._statement(
            f"SELECT {ordinal}, {told} FROM ({given}) AS {at} JOIN {self.table} ON {same}"
            f" ORDER BY {', '.join([*self._ordered(sought.show), ordinal])}{locked}"
        )

    def weigh(self, names: Sequence[str], sought: Sought, *, many: bool) -> Statement | None:
        """What is sought of the rows with the keys of `Inputs.rows` (or `Inputs.row`), which will have the values that
        stand beside the keys."""
        quote, keys = self.dialect.quote, self._key_cells()
        cells = [*self._cells(names), *keys]
        given = self.stores.many(cells, self._bind, quote) if many else self.stores.one(cells, self._bind, quote)
        if given is None:
            return None
        new = self.speller.alias("new")
        told = self._told(sought, {name: f"{new}.{quote(self.fields[name].column)}" for name in names})
        by = f" ORDER BY {new}.{quote(ORDINAL)}" if many else ""
        return self._statement(f"SELECT {told} FROM ({given}) AS {new} JOIN {self.table} ON {self._same_key(new)}{by}")

    def judge(self, nodes: Sequence[Node], leading: Sequence[Relation]) -> Statement:
        """Whether conditions hold of `Inputs.row`, a row that isn't there, and relations of it lead to rows: one row
        of (0 or 1 …)."""
        needed = {name for relation in leading for name in relation.fields}
        needed = needed.union(*(own_fields(node, self.entity, self.entities) for node in nodes))
        given = self.stores.one(self._cells(sorted(needed)), self._bind, self.dialect.quote)
        new = self.speller.alias("new")
        told = [truth(self.speller.condition(node, new)) for node in nodes]
        told += [
            truth(self._leads(relation, lambda name: self._column(self.entity, name, new))) for relation in leading
        ]
        return self._statement(f"SELECT {', '.join(told)} FROM ({given}) AS {new}")

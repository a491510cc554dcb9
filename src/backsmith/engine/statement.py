"""Spell a plan: engine.plan.Read in, one SQL statement out, with how to bind its parameters from a request.

A list is read in two levels: the inner finds the page (filter, order, limit), the outer makes JSON of just those rows.
Related rows are correlated subqueries of the same form.
"""

from __future__ import annotations

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.types import Text
from backsmith.databases.parameters import Constant
from backsmith.engine.binding import Binder, Statement, binder
from backsmith.engine.fragments import Piece, concat, fixed, member, separated, sql
from backsmith.engine.plan import Embed, Key, Order, Output, Read
from backsmith.engine.row_speller import Link, RowSpeller


class ReadWriter(RowSpeller):
    """Writes one statement. Use once."""

    def page(self, read: Read, *, counted: bool = False) -> Statement:
        """Rows of (JSON object text[, cursor text][, total]), in the plan's order."""
        total = f", ({self._count(read)})" if counted else ""
        if read.grouped:
            row = self.speller.alias("t")
            cursor = ", NULL" if read.cursor else ""
            return self._statement(f"SELECT {self._object(read, row)}{cursor}{total} {self._grouped(read, row, None)}")
        inner, row, order = self._inner(read, None)
        cursor = f", {self._cursor(read, order)}" if read.cursor else ""
        by = f" ORDER BY {', '.join(order.spelled)}" if order.spelled else ""
        return self._statement(f"SELECT {self._object(read, row)}{cursor}{total} FROM ({inner}) AS {row}{by}")

    def item(self, read: Read) -> Statement:
        """At most one row of (JSON object text)."""
        row = self.speller.alias("t")
        where = self.where(read, row, None)
        return self._statement(
            f"SELECT {self._object(read, row)} FROM {self.speller.table(read.entity)} AS {row}{where}"
        )

    def rows(self, read: Read) -> Statement:
        """A row of nothing for each row, whatever the limit."""
        return self._statement(self._rows(read))

    def count(self, read: Read) -> Statement:
        """One row of (number of rows, whatever the limit)."""
        return self._statement(self._count(read))

    def _count(self, read: Read) -> str:
        return f"SELECT count(*) FROM ({self._rows(read)}) AS r"

    def _rows(self, read: Read) -> str:
        row = self.speller.alias("t")
        if read.grouped:
            return f"SELECT 1 {self._grouped(read, row, None, paged=False)}"
        where = self.where(read, row, None, paged=False)
        return f"SELECT 1 FROM {self.speller.table(read.entity)} AS {row}{where}"

    def _statement(self, text: str) -> Statement:
        binders: list[Binder] = [binder(p, self.dialect, self.encoders) for p in self.speller.parameters]
        return Statement(text, tuple(binders))

    def _inner(self, read: Read, link: Link | None) -> tuple[str, str, Ordering]:
        """The page's rows as a subquery, with the alias and the order by which it is to be read from outside."""
        row, page = self.speller.alias("t"), self.speller.alias("p")
        inside: list[str] = []
        outside = Ordering([], [])
        shown = f"{row}.*"
        for number, term in enumerate(read.order):
            value = self._order_value(read, term, row)
            if self._is_column(read.entity, term):
                outer = self._order_value(read, term, page)
            else:
                outer = f'{page}."~{number}"'
                shown += f', {value} AS "~{number}"'
            inside.append(self._term(value, term))
            outside.spelled.append(self._term(outer, term))
            outside.values.append(outer)
        by = f" ORDER BY {', '.join(inside)}" if inside else ""
        where = self.where(read, row, link)
        source = self._source(read.entity, row, link)
        return f"SELECT {shown} FROM {source}{where}{by}{self._limit(read)}", page, outside

    def _grouped(self, read: Read, row: str, link: Link | None, *, paged: bool = True) -> str:
        """FROM … GROUP BY … of an aggregating read."""
        keys: list[str] = []
        for output in read.outputs:
            if isinstance(output, Embed):
                relation = output.relation
                keys.extend(self._column(read.entity, name, row) for name in relation.fields)
            elif output.value.aggregate is None:
                keys.append(self._plain(output.value, read.entity, row))
        keys = list(dict.fromkeys(keys))
        group = f" GROUP BY {', '.join(keys)}" if keys else ""
        order = [self._term(self._order_value(read, term, row), term) for term in read.order] if paged else []
        by = f" ORDER BY {', '.join(order)}" if order else ""
        limit = self._limit(read) if paged else ""
        return (
            f"FROM {self._source(read.entity, row, link)}{self.where(read, row, link, paged=False)}{group}{by}{limit}"
        )

    def _is_column(self, entity: Entity, term: Order) -> bool:
        value = term.value
        return (
            not term.through
            and value.field is not None
            and value.field.computed is None
            and value.guard is None
            and (not value.path and value.cast is None)
        )

    def _cursor(self, read: Read, order: Ordering) -> str:
        parts = [
            [sql(self.dialect.json(value, term.value.type, nullable=True, column=False))]
            for value, term in zip(order.values, read.order, strict=True)
        ]
        return self._concat([fixed("["), *separated(parts), fixed("]")])

    def _embedded(self, embed: Embed, entity: Entity, row: str) -> str:
        """The JSON text of an embed: an object or null, or an array."""
        read, link = embed.read, self._link(embed, entity, row)
        if is_single(embed.relation):
            there = self.speller.alias("t")
            if read.grouped:
                rows = self._grouped(read, there, link)
            else:
                rows = f"FROM {self._source(read.entity, there, link)}{self.where(read, there, link)}"
            return f"coalesce((SELECT {self._object(read, there)} {rows}), 'null')"
        if read.grouped:
            there = self.speller.alias("t")
            rows = f"SELECT {self._object(read, there)} AS j {self._grouped(read, there, link)}"
            return f"(SELECT coalesce('[' || string_agg(g.j, ',') || ']', '[]') FROM ({rows}) AS g)"
        inner, there, order = self._inner(read, link)
        joined = self._joined(self._object(read, there), order)
        return f"(SELECT coalesce('[' || {joined} || ']', '[]') FROM ({inner}) AS {there})"

    @staticmethod
    def _joined(value: str, order: Ordering) -> str:
        by = f" ORDER BY {', '.join(order.spelled)}" if order.spelled else ""
        return f"string_agg({value}, ','{by})"

    def _spread(self, embed: Embed, entity: Entity, row: str) -> list[Piece]:
        """Members of the related row as members of this one; of several rows, an array a member."""
        read, link = embed.read, self._link(embed, entity, row)
        if is_single(embed.relation):
            there = self.speller.alias("t")
            rows = f"FROM {self._source(read.entity, there, link)}{self.where(read, there, link)}"
            missing = separated([[member(k.text, chosen=k.chosen), fixed("null")] for k in member_keys(read)])
            found = self._concat(self._members(read, there))
            return [sql(f"coalesce((SELECT {found} {rows}), {self._concat(missing)})")]
        inner, there, order = self._inner(read, link)
        arrays = [
            [
                name,
                fixed("["),
                sql(f"coalesce({self._joined(self._concat(pieces), order)}, '')"),
                fixed("]"),
            ]
            for name, *pieces in self._member_list(read, there)
        ]
        return [sql(f"(SELECT {self._concat(separated(arrays))} FROM ({inner}) AS {there})")]

    def _object(self, read: Read, row: str) -> str:
        return self._concat([fixed("{"), *self._members(read, row), fixed("}")])

    def _members(self, read: Read, row: str) -> list[Piece]:
        return separated(self._member_list(read, row))

    def _member_list(self, read: Read, row: str) -> list[list[Piece]]:
        members: list[list[Piece]] = []
        for output in read.outputs:
            if isinstance(output, Output):
                key = member(output.key.text, chosen=output.key.chosen)
                members.append([key, sql(self._json(output.value, read.entity, row))])
            elif output.spread and not output.silent:
                members.append(self._spread(output, read.entity, row))
            elif not output.silent:
                key = member(output.key.text, chosen=output.key.chosen)
                members.append([key, sql(self._embedded(output, read.entity, row))])
        return members

    def _concat(self, pieces: list[Piece]) -> str:
        return concat(pieces, self._literal, lambda text: self.speller.bind(Constant(text, Text()), Text()))

    @staticmethod
    def _literal(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"


class Ordering:
    """The order of a subquery's rows as seen from outside: terms as spelled, and their values."""

    def __init__(self, spelled: list[str], values: list[str]) -> None:
        self.spelled = spelled
        self.values = values


def is_single(relation: Relation) -> bool:
    """Whether there is at most one row at the other end."""
    return relation.kind == "to_one" or (relation.kind == "to_many" and relation.unique)


def member_keys(read: Read) -> list[Key]:
    """The members that the read's objects have, spreads resolved."""
    keys: list[Key] = []
    for output in read.outputs:
        if isinstance(output, Embed) and output.spread:
            keys.extend(member_keys(output.read))
        elif isinstance(output, Output) or not output.silent:
            keys.append(output.key)
    return keys

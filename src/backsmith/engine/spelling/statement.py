"""Spell a plan: engine.planning.plan.Read in, one SQL statement out, with how to bind its parameters from a request.

A list is read in two levels: the inner finds the page (filter, order, limit), the outer makes JSON of just those rows.
Related rows are correlated subqueries of the same form as the whole.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Entity, leads_to_one
from backsmith.blueprint.expressions import Node
from backsmith.blueprint.types import Text
from backsmith.databases.parameters import Constant
from backsmith.engine.planning.plan import Embed, Key, Order, Output, Read, Value
from backsmith.engine.spelling.binding import Binder, Statement, binder
from backsmith.engine.spelling.fragments import Piece, concat, fixed, member, separated, sql
from backsmith.engine.spelling.row_speller import Link, RowSpeller


class ReadWriter(RowSpeller):
    """Writes one statement. Use once."""

    def page(self, read: Read, *, counted: bool = False) -> Statement:
        """Rows of (JSON object text[, cursor text][, total]), in the plan's order."""
        total = f", ({self._count(read)})" if counted else ""
        if read.grouped:
            shown, rows = self._grouped(read, None)
            return self._statement(f"SELECT {shown}{total} {rows}")
        inner, row, order = self._inner(read, None)
        cursor = f", {self._cursor(read, order)}" if read.cursor else ""
        by = f" ORDER BY {', '.join(order.spelled)}" if order.spelled else ""
        return self._statement(f"SELECT {self._object(read, row)}{cursor}{total} FROM ({inner}) AS {row}{by}")

    def item(self, read: Read) -> Statement:
        """At most one row of (JSON object text)."""
        self.speller.keyed = True
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
        if read.grouped:
            shown, rows = self._grouped(replace(read, order=(), limit=None, offset=None, most=None), None)
            return f"SELECT {shown} AS j {rows}"  # with what is bound for it
        row = self.speller.alias("t")
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

    def _grouped(self, read: Read, link: Link | None) -> tuple[str, str]:
        """An aggregating read: the JSON object of a group, and FROM … GROUP BY … ORDER BY … LIMIT.

        In two levels, too: the inner gives every value a name, because a group is compared with what is shown of it.
        """
        row, group = self.speller.alias("t"), self.speller.alias("g")
        inner: list[str] = []
        keys: list[str] = []
        named: dict[Value, str] = {}
        members: list[list[Piece]] = []
        inner.extend(self._linking_columns(read, row))
        for output in read.outputs:
            if isinstance(output, Embed):
                keys.extend(f"{group}.{self._column_name(read.entity, name)}" for name in output.relation.fields)
                members.extend(self._embed_members(replace(output, guard=None), read.entity, group))
                continue
            value = output.value
            column = f'"~{len(inner)}"'
            if value.field is not None:
                inner.append(f"{self._plain(value, read.entity, row)} AS {column}")
            if value.aggregate is None:
                keys.append(f"{group}.{column}")
            shown = named[value] = self._aggregated(value, f"{group}.{column}")
            json = self.dialect.json(shown, value.type, nullable=value.nullable, column=False)
            members.append([member(output.key.text, chosen=output.key.chosen), sql(json)])
        where = self.where(read, row, link, paged=False)
        source = (
            f"FROM (SELECT {', '.join(dict.fromkeys(inner)) or '1'} FROM {self._source(read.entity, row, link)}{where})"
        )
        by = [
            self._term(
                self._order_value(read, unguarded(term), group)
                if term.through or term.value not in named
                else named[term.value],
                term,
            )
            for term in read.order
        ]
        grouped = f" GROUP BY {', '.join(dict.fromkeys(keys))}" if keys else ""
        ordered = f" ORDER BY {', '.join(by)}" if by else ""
        shown = self._concat([fixed("{"), *separated(members), fixed("}")])
        return shown, f"{source} AS {group}{grouped}{ordered}{self._limit(read)}"

    def _linking_columns(self, read: Read, row: str) -> list[str]:
        """The foreign keys by which the rows' embeds are grouped, each null where a guard of an embed doesn't hold."""
        guards: dict[str, list[Node]] = {}
        for embed in read.outputs:
            if isinstance(embed, Embed):
                for name in embed.relation.fields:
                    guards.setdefault(name, []).extend(() if embed.guard is None else (embed.guard,))
        columns: list[str] = []
        for name, conditions in guards.items():
            column = self._column_name(read.entity, name)
            when = " AND ".join(f"({self.speller.condition(each, row)})" for each in dict.fromkeys(conditions))
            value = f"{row}.{column}"
            columns.append(f"{f'CASE WHEN {when} THEN {value} END' if when else value} AS {column}")
        return columns

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
            [sql(self.dialect.json(value, term.value.type, nullable=True, column=self._is_column(read.entity, term)))]
            for value, term in zip(order.values, read.order, strict=True)
        ]
        return self._concat([fixed("["), *separated(parts), fixed("]")])

    def _embedded(self, embed: Embed, entity: Entity, row: str) -> str:
        """The JSON text of an embed: an object or null, or an array."""
        read, link = embed.read, self._link(embed, entity, row)
        if read.grouped:
            shown, rows = self._grouped(read, link)
            if leads_to_one(embed.relation):
                return f"coalesce((SELECT {shown} {rows}), 'null')"
            return f"(SELECT coalesce('[' || string_agg(r.j, ',') || ']', '[]') FROM (SELECT {shown} AS j {rows}) AS r)"
        if leads_to_one(embed.relation):
            return self._one(embed, link, "'null'", lambda there: self._object(read, there))
        inner, there, order = self._inner(read, link)
        rows = self._in_order(self._object(read, there), order)
        return f"(SELECT coalesce('[' || {rows} || ']', '[]') FROM ({inner}) AS {there})"

    def _one(self, embed: Embed, link: Link, missing: str, shown: Callable[[str], str]) -> str:
        """What is `shown` of the row a to-one relation leads to, or `missing`."""
        there = self.speller.alias("t")
        source, where = self._source(embed.read.entity, there, link), self.where(embed.read, there, link)
        return f"coalesce((SELECT {shown(there)} FROM {source}{where}), {missing})"

    @staticmethod
    def _in_order(value: str, order: Ordering) -> str:
        by = f" ORDER BY {', '.join(order.spelled)}" if order.spelled else ""
        return f"string_agg({value}, ','{by})"

    def _spread(self, embed: Embed, entity: Entity, row: str) -> list[Piece]:
        """Members of the related row as members of this one; of several rows, an array a member."""
        read, link = embed.read, self._link(embed, entity, row)
        if leads_to_one(embed.relation):
            missing = separated([[member(k.text, chosen=k.chosen), fixed("null")] for k in member_keys(read)])
            return [
                sql(
                    self._one(
                        embed, link, self._concat(missing), lambda there: self._concat(self._members(read, there))
                    )
                )
            ]
        inner, there, order = self._inner(read, link)
        arrays = [
            [name, fixed("["), sql(f"coalesce({self._in_order(self._concat(pieces), order)}, '')"), fixed("]")]
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
            if isinstance(output, Embed):
                members.extend(self._embed_members(output, read.entity, row))
            else:
                key = member(output.key.text, chosen=output.key.chosen)
                members.append([key, sql(self._json(output.value, read.entity, row))])
        return members

    def _embed_members(self, embed: Embed, entity: Entity, row: str) -> list[list[Piece]]:
        """The members that an embed gives the row's object: none, one, or those spread into it."""
        if embed.silent or (embed.spread and not member_keys(embed.read)):
            return []
        if embed.spread:
            return [self._spread(embed, entity, row)]
        key = member(embed.key.text, chosen=embed.key.chosen)
        return [[key, sql(self._embedded(embed, entity, row))]]

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


def unguarded(term: Order) -> Order:
    """The term on rows whose foreign keys are null already where the link isn't to be seen."""
    return replace(term, through=tuple(replace(embed, guard=None) for embed in term.through))


def member_keys(read: Read) -> list[Key]:
    """The members that the read's objects have, spreads resolved."""
    keys: list[Key] = []
    for output in read.outputs:
        if isinstance(output, Embed) and output.spread:
            keys.extend(member_keys(output.read))
        elif isinstance(output, Output) or not output.silent:
            keys.append(output.key)
    return keys

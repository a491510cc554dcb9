"""Reaching rows: how the fields of `self.order.customer` are spelled in a statement.

`RowSpeller` knows the rows that a statement has at hand (`Scope`), takes values that are there already (the key of
`self.order` is the foreign key of `self`), and joins or looks up the others. It also hands out aliases and
placeholders.

Rows that decide what is written are locked where they are looked up (`held`), so that nobody changes them before the
transaction ends.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Set

from backsmith.blueprint.blueprint import Entity, Field, Relation
from backsmith.blueprint.expressions import CurrentUser, Follow, Row
from backsmith.blueprint.types import Type
from backsmith.databases.dialect import Dialect
from backsmith.databases.parameters import Parameter, UserKey
from backsmith.databases.scopes import Frame, Link, Place, Scope, equal


class RowSpeller(ABC):
    """Spells rows and fields; collects the statement's parameters."""

    share = ""
    """What a SELECT ends with, before aliases, to lock their rows; nothing where those who write wait for one another
    anyway."""

    def __init__(self, dialect: Dialect, entities: Mapping[str, Entity]) -> None:
        self.dialect = dialect
        self.entities = entities
        self.parameters: list[Parameter] = []
        """What the placeholders stand for, in the order of their numbers."""
        self._aliases = 0
        self._held: Set[Row] = frozenset()
        """The rows that are to be locked."""

    def alias(self, hint: str = "t") -> str:
        """A table alias that the statement doesn't have yet."""
        self._aliases += 1
        return f"{re.sub('[^a-z_]', '', hint.lower())[:40] or 't'}_{self._aliases}"

    def bind(self, parameter: Parameter, type: Type | None) -> str:
        """The placeholder of a parameter; the same parameter has one."""
        if parameter not in self.parameters:
            self.parameters.append(parameter)
        return self.dialect.placeholder(self.parameters.index(parameter) + 1, type)

    def table(self, entity: Entity) -> str:
        """The entity's table, quoted, with its schema where it has one."""
        return self._named(entity.schema, entity.table)

    def field(self, entity: Entity, field: Field, row: str) -> str:
        """A field of the row with the alias `row`, in the internal form of its type."""
        return self._read(field, Place(Frame(open=False), row))

    @abstractmethod
    def computed(self, field: Field, place: Place) -> str:
        """A computed field of the row at `place`."""

    # Fields -----------------------------------------------------------------------------------------------------

    def _read(self, field: Field, place: Place) -> str:
        if field.computed is not None:
            return self.computed(field, place)
        return self.dialect.load(f"{place.table()}.{self.dialect.quote(field.column)}", field)

    def _field(self, row: Row, name: str, scope: Scope) -> str:
        """A field of any row: of one at hand, one that can be joined, or one to look up."""
        entity, here = self.entities[row.entity], scope.place(row)
        if here is None:
            if isinstance(row, Follow) and (near := self._near(row, name)) is not None:
                return self._field(row.of, near, scope)
            if isinstance(row, CurrentUser) and (name,) == entity.key:
                return self._user_key(row)
        found = field_named(entity, name)
        if here is not None:
            return here.at_hand[name] if name in here.at_hand else self._read(found, here)
        missing = self._missing(row, name, scope)
        if missing is not None:
            return self._looked_up(missing, row, name, scope)
        assert isinstance(row, Follow)
        return self._read(found, self._joined(row, scope))

    def _near(self, row: Follow, name: str) -> str | None:
        """The field of `row.of` that holds the same value as field `name` of `row`: its foreign key."""
        relation = self._relation(row)
        if relation.kind != "to_one" or name not in relation.target_fields:
            return None
        return relation.fields[relation.target_fields.index(name)]

    def _missing(self, row: Row, name: str, scope: Scope) -> Row | None:
        """The first row on the way to a field whose table is neither at hand nor can be joined."""
        if scope.place(row) is not None:
            return None
        if isinstance(row, CurrentUser):
            return None if (name,) == self.entities[row.entity].key else row
        assert isinstance(row, Follow), f"{row} is out of scope"
        near = self._near(row, name)
        return self._missing_row(row, scope) if near is None else self._missing(row.of, near, scope)

    def _missing_row(self, row: Row, scope: Scope) -> Row | None:
        """The same, for the row as a whole."""
        if scope.place(row) is not None:
            return None
        if not isinstance(row, Follow):
            return row
        for name in self._relation(row).fields:
            if (missing := self._missing(row.of, name, scope)) is not None:
                return missing
        # An outer join locks nothing, so a row that may not be there is looked up by itself where it is to be locked.
        joinable = self._frame(row, scope).open and (not self._is_held(row) or self._certain(row, scope))
        return None if joinable else row

    def _frame(self, row: Row, scope: Scope) -> Frame:
        """The frame that a row is in, or would be joined to."""
        while True:
            if (place := scope.place(row)) is not None:
                return place.frame
            if not isinstance(row, Follow):
                return Frame(open=False)
            row = row.of

    def _joined(self, row: Row, scope: Scope) -> Place:
        """The row, joined to the frame it belongs to."""
        if (place := scope.place(row)) is not None:
            return place
        assert isinstance(row, Follow)
        frame, target = self._frame(row, scope), self.entities[row.entity]
        relation = self._relation(row)
        here = tuple(self._column(row.of, name, scope) for name in relation.fields)
        key = here, f"{target.name}.{relation.target_fields}"
        if key not in frame.joined:
            alias = frame.joined[key] = self.alias(row.relation)
            on = equal(self._columns(target, relation.target_fields, alias, here))
            kind = "JOIN" if self._certain(row, scope) else "LEFT JOIN"
            frame.joins.append(f" {kind} {self.table(target)} AS {alias} ON {on}")
        return self._placed(row, frame, frame.joined[key])

    def _placed(self, row: Row, frame: Frame, alias: str) -> Place:
        """A row in the frame of a SELECT, which is to lock it if it is held."""
        if self._is_held(row) and alias not in frame.locked:
            frame.locked.append(alias)
        return Place(frame, alias)

    def _is_held(self, row: Row) -> bool:
        return row in self._held and not self.entities[row.entity].view  # not all views have rows to lock

    def _lock(self, frame: Frame) -> str:
        """The end of a SELECT from a frame that is finished."""
        return f"{self.share}{', '.join(frame.locked)}" if frame.locked else ""

    def _certain(self, row: Row, scope: Scope) -> bool:
        """Whether the row is there for every row that it is joined to."""
        if scope.place(row) is not None or not isinstance(row, Follow):
            return True
        relation = self._relation(row)
        return relation.kind == "to_one" and not relation.nullable and self._certain(row.of, scope)

    def _looked_up(self, missing: Row, row: Row, name: str, scope: Scope) -> str:
        """The field by a subquery that begins at the first missing row."""
        frame = Frame(open=True)
        alias = self.alias(missing.relation if isinstance(missing, Follow) else "user")
        value = self._field(row, name, scope.having(missing, self._placed(missing, frame, alias)))
        link = equal(self._link(missing, alias, scope))
        source = f"{self.table(self.entities[missing.entity])} AS {alias}{frame}"
        return f"(SELECT {value} FROM {source} WHERE {link}{self._lock(frame)})"

    # Links ------------------------------------------------------------------------------------------------------

    def _link(self, row: Row, alias: str, scope: Scope) -> Link:
        """What puts the table with that alias at `row`."""
        target = self.entities[row.entity]
        if isinstance(row, CurrentUser):
            return self._columns(target, target.key, alias, (self._user_key(row),))
        assert isinstance(row, Follow)
        relation = self._relation(row)
        here = tuple(self._column(row.of, name, scope) for name in relation.fields)
        return self._columns(target, relation.target_fields, alias, here)

    def _columns(self, entity: Entity, names: tuple[str, ...], alias: str, values: tuple[str, ...]) -> Link:
        return [(self._stored(entity, name, alias), value) for name, value in zip(names, values, strict=True)]

    def _column(self, row: Row, name: str, scope: Scope) -> str:
        """A stored field for a comparison with another column: as it is kept, so that indexes serve."""
        place = scope.place(row)
        if place is None:
            if isinstance(row, Follow) and (near := self._near(row, name)) is not None:
                return self._column(row.of, near, scope)
            if self._missing(row, name, scope) is not None or not isinstance(row, Follow):
                return self._field(row, name, scope)
            place = self._joined(row, scope)
        if name in place.at_hand:
            return place.at_hand[name]
        return self._stored(self.entities[row.entity], name, place.table())

    def _stored(self, entity: Entity, name: str, alias: str) -> str:
        return f"{alias}.{self.dialect.quote(field_named(entity, name).column)}"

    def _user_key(self, row: CurrentUser) -> str:
        entity = self.entities[row.entity]
        type = field_named(entity, entity.key[0]).type
        return self.bind(UserKey(type), type)

    def _relation(self, row: Follow) -> Relation:
        return relation_named(self.entities[row.of.entity], row.relation)

    def _named(self, schema: str | None, table: str) -> str:
        quote = self.dialect.quote
        return quote(table) if schema is None else f"{quote(schema)}.{quote(table)}"


def field_named(entity: Entity, name: str) -> Field:
    """The field of that name."""
    return next(field for field in entity.fields if field.name == name)


def relation_named(entity: Entity, name: str) -> Relation:
    """The relation of that name."""
    return next(relation for relation in entity.relations if relation.name == name)

"""Rows that a condition speaks of and that are not at hand: they are brought in by EXISTS, once for all conditions on
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import cast

from backsmith.blueprint.expressions import (
    Aggregate,
    And,
    Compare,
    CurrentUser,
    FieldOf,
    Follow,
    If,
    IsNull,
    Node,
    Not,
    Or,
    Row,
)
from backsmith.blueprint.subset.facts import NOTHING, Facts
from backsmith.blueprint.trees import is_row, parts, root
from backsmith.databases.rows import field_named, relation_named
from backsmith.databases.scopes import Frame, Link, Scope, equal
from backsmith.databases.selectivity import is_about, is_own
from backsmith.databases.spelling import Item, Spelling


class MissingRows(Spelling):
    """Finds the rows to bring in, and spells conditions on them."""

    def _exists_at(self, missing: Row, items: list[Item], conjunctive: bool, scope: Scope) -> str:
        """Conditions on a row that is not at hand: it exists, and they hold with it."""
        assert isinstance(missing, Follow)
        frame = Frame(open=True)
        alias = self.alias(missing.relation)
        link = self._link(missing, alias, scope)
        inner = scope.having(missing, self._placed(missing, frame, alias))
        if len(items) == 1:
            condition = self._condition(items[0][0], inner, items[0][1])
        else:
            condition = self._junction(items, conjunctive, inner, bare=conjunctive)
        source = f"{self.table(self.entities[missing.entity])} AS {alias}{frame}"
        if frame.locked:
            return self._locked_at(source, link, condition, frame, either_way=scope.either_way)
        few = self._is_few(items, conjunctive, missing)
        return self._exists(source, link, condition, few=few)

    def _locked_at(self, source: str, link: Link, condition: str, frame: Frame, *, either_way: bool) -> str:
        """That the row exists and the condition holds, locking it: where that is so, or `either_way`."""
        if either_way:
            return f"coalesce((SELECT {condition} FROM {source} WHERE {equal(link)}{self._lock(frame)}), FALSE)"
        return f"EXISTS (SELECT 1 FROM {source} WHERE {equal(link)} AND {condition}{self._lock(frame)})"

    def _is_few(self, items: list[Item], conjunctive: bool, row: Row) -> bool:
        """Whether the rows for which the conditions hold are the user's own, whatever the row they are asked from."""
        alone = all(is_about(node, row) for node, _ in items)
        return alone and (any if conjunctive else all)(is_own(node, negated) for node, negated in items)

    def _missing_in(self, node: Node, scope: Scope) -> Row | None:
        """The first row that must be brought in before the condition can be spelled; every evaluation needs it."""
        for row, name in self._needed(node):
            if not isinstance(root(row), CurrentUser) and (missing := self._missing(row, name, scope)) is not None:
                return missing
        return None

    def _needed(self, node: Node) -> Iterator[tuple[Row, str]]:
        """The fields that are read whenever the node is evaluated."""
        match node:
            case FieldOf(of, name):
                yield of, name
            case Compare(_, left, right) if is_row(left):
                a, b = cast(Row, left), cast(Row, right)
                for key in chain(self._key(a, b), self._key(b, a)):
                    yield from self._needed_key(key)
            case IsNull(Follow() as row):
                yield from ((row.of, name) for name in self._relation(row).fields)
            case Aggregate(of=of, relation=name, default=default):
                relation = relation_named(self.entities[of.entity], name)
                yield from ((of, field) for field in relation.fields)
                if default is not None:
                    yield from self._needed(default)
            case If(condition=first) | And((first, *_)) | Or((first, *_)):
                yield from self._needed(first)
            case _ if not is_row(node):
                for part in parts(node):
                    yield from self._needed(part)
            case _:
                return

    def _needed_key(self, key: FieldOf) -> Iterator[tuple[Row, str]]:
        """The same for the key of a row that is compared: there may be no such row, which is no reason to stop."""
        row = key.of
        if isinstance(row, Follow) and key.nullable and self._near(row, key.field) is None:
            yield from ((row.of, name) for name in self._relation(row).fields)
        else:
            yield row, key.field

    def _shared_missing(self, node: Node, scope: Scope) -> Row | None:
        """The missing row that all parts of a condition need, if there is one."""
        match node:
            case Not(of):
                return self._shared_missing(of, scope)
            case And(items) | Or(items) if items:
                rows = {self._shared_missing(item, scope) for item in items}
                return rows.pop() if len(rows) == 1 else None
            case If():
                return None
            case _:
                return self._missing_in(node, scope)

    def _key(self, row: Row, other: Row, facts: Facts = NOTHING) -> Iterator[FieldOf]:
        """The fields that tell the row from others of its entity."""
        entity = self.entities[row.entity]
        names = entity.key
        for each in (row, other):
            if not names and isinstance(each, Follow):  # a view without a key: what leads to it tells its rows apart
                names = self._relation(each).target_fields
        nullable = self._optional(row) and not facts.is_present(row)
        for name in names:
            yield FieldOf(row, name, field_named(entity, name).type, nullable)

    def _optional(self, row: Row) -> bool:
        return isinstance(row, Follow) and (self._relation(row).nullable or self._relation(row).kind != "to_one")

"""What an asker is shown of the values that a condition of `Data.find` names: what no rule shows counts as None.

Application code may compare with a value that a request brought. So a condition tells no more than reading would: a
field that may not be read is None there, and so is everything of a row that may not be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import (
    TRUE,
    FieldOf,
    Follow,
    If,
    IsNull,
    Literal,
    Node,
    Not,
    Or,
    Row,
    This,
    Variable,
)
from backsmith.blueprint.trees import changed
from backsmith.databases.rows import relation_named
from backsmith.engine.access import Access, every, linking_fields


class Shown:
    """Spells values of rows as one kind of asker is shown them."""

    def __init__(self, entities: Mapping[str, Entity], access: Callable[[Entity], Access]) -> None:
        """`access` says what the asker may read of an entity."""
        self.entities = entities
        self.access = access

    def value(self, value: FieldOf) -> Node:
        """The value, None where it isn't shown."""
        condition = every(self._conditions(value.of, value.field))
        return value if condition is None else If(condition, value, Literal(None, None), value.type, True)

    def is_null(self, row: Follow) -> Node:
        """Whether a relation leads nowhere, as far as is shown."""
        condition = every(self._link(row))
        return IsNull(row) if condition is None else Or((Not(condition), IsNull(row)))

    def rows_of(self, row: Row, relation: Relation, variable: Variable) -> Node | None:
        """Under which conditions `variable` is shown as one of the rows that a to-many relation leads to."""
        here, there = linking_fields(relation)
        near = [condition for name in here for condition in self._conditions(row, name)]
        access = self.access(self.entities[relation.entity])
        far = (access.rows, *(access.guards[name] for name in there if name in access.guards))
        return every((*near, *(about(condition, variable) for condition in far if condition != TRUE)))

    def _conditions(self, row: Row, name: str) -> Iterator[Node]:
        """Under which conditions a field of the row is shown."""
        access = self.access(self.entities[row.entity])
        if not isinstance(row, Follow):
            yield from (about(access.guards[each], row) for each in (name,) if each in access.guards)
            return
        yield from self._link(row)
        target_fields = relation_named(self.entities[row.of.entity], row.relation).target_fields
        if name not in target_fields:  # which hold what the foreign key does
            there = (access.rows, *(access.guards[each] for each in (*target_fields, name) if each in access.guards))
            yield from (about(condition, row) for condition in there if condition != TRUE)

    def _link(self, row: Follow) -> Iterator[Node]:
        for name in relation_named(self.entities[row.of.entity], row.relation).fields:
            yield from self._conditions(row.of, name)


def about(node: Node, row: Row) -> Node:
    """A condition on a row, asked of another one that a path leads to."""
    return row if isinstance(node, This) else changed(node, lambda part: about(part, row))

"""Expression trees as SQL: `Speller` is what a statement is written with; each database has its own.

Python's meaning is the law (docs/architecture.md, "Expressions"). A condition comes out true or not true, null counting
as not true, so `not` is taken down to the comparisons, where each operator has its opposite. What Python would not have
evaluated may come out as anything, errors apart: a divisor that may be zero is guarded.

Trees come simplified for the kind of asker (`blueprint.simplify`): a `CurrentUser` that is left is not null.

Conditions on rows that a path leads to become `EXISTS (SELECT 1 FROM orders … WHERE …)`, those on the same path one of
them; values on a path become a lookup. Within a subquery of our own the tables of a path are joined instead.

What both databases share is in `rows` (tables, joins, aliases, placeholders), `missing_rows`, `relation_speller`,
`value_speller` and `condition_speller`, each a class on top of the one before; what they spell differently is named in
`spelling`.
"""

from __future__ import annotations

from collections.abc import Set

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.expressions import Node, Row
from backsmith.blueprint.trees import compared
from backsmith.databases.condition_speller import ConditionSpeller
from backsmith.databases.scopes import Frame, Place, Scope


class Speller(ConditionSpeller):
    """Spells the expressions of one statement."""

    keyed = False
    """Whether the statement finds its rows by their keys, so that conditions are asked of very few."""

    def condition(
        self, node: Node, row: str, *, negated: bool = False, after: str | None = None, held: Set[Row] = frozenset()
    ) -> str:
        """SQL of a condition on the row with the alias `row`: true, or not true (which may be null).

        Of a rule that compares the row before and after an update, `after` is the alias of the row after. `held` are
        rows that the condition leads to which nobody may change any more until the transaction ends, if it holds.
        """
        scope = Scope(Place(Frame(open=False), row))
        if after is not None:
            for each in compared(node):
                scope = scope.having(each, Place(Frame(open=False), after))
        self._held = held if self.share else frozenset()
        text = self._condition(node, scope, negated)
        self._held = frozenset()
        return text

    def value(self, node: Node, row: str) -> str:
        """SQL of a value, in the internal form of its type; conditions give true or false, never null."""
        return self._value(node, Scope(Place(Frame(open=False), row)))

    def computed(self, field: Field, place: Place) -> str:
        """A computed field of the row at `place`: its tree, in the internal form of the field's type."""
        assert field.computed is not None
        return self._typed(field.computed, field.type, Scope(place))

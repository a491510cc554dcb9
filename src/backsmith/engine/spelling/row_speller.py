"""Spell which rows a plan means: sources, links between rows, conditions, order and the place after a cursor."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.expressions import TRUE, FieldOf, Node
from backsmith.blueprint.trees import walk
from backsmith.blueprint.types import Json, Text, Type
from backsmith.databases.operators import COMPARISONS, PATTERNS, RANGES, SEARCHES
from backsmith.databases.parameters import Constant, Slot
from backsmith.databases.rows import field_named
from backsmith.engine.planning.plan import Condition, Embed, Exists, Junction, Order, Predicate, Read, Test
from backsmith.engine.spelling.value_speller import ValueSpeller
from backsmith.engine.values import converter

EVERY_ROW = 2**62
"""A limit above any number of rows: an offset needs one on SQLite."""


MAY_FAIL = frozenset({"match", "imatch"}) | SEARCHES | RANGES
"""Operators that a database reads their right side for when it comes to a row."""


def may_fail(test: Test) -> bool:
    """Whether the test may be an error, depending on the row: of calculations, and of JSON that others wrote."""
    field = test.value.field
    calculated = field is not None and (field.computed is not None or isinstance(field.type, Json))
    return calculated or test.operator in MAY_FAIL


class Link:
    """How related rows hang on a row: a join, conditions on their columns, and a guard on the row itself."""

    def __init__(self, joined: str, columns: list[tuple[str, str]], fixed_columns: list[str], guard: str) -> None:
        self._joined = joined
        self._columns = columns
        self._fixed = fixed_columns
        self._guard = guard

    def join(self, row: str) -> str:
        """The JOIN of a many-to-many relation's table, or nothing."""
        return f"{self._joined}{self._pairs(row)}" if self._joined else ""

    def condition(self, row: str) -> str:
        """That `row` is related."""
        return (" AND ".join(self._fixed) if self._joined else self._pairs(row)) + self._guard

    def _pairs(self, row: str) -> str:
        return " AND ".join(f"{row}.{column} = {value}" for column, value in self._columns)


class RowSpeller(ValueSpeller):
    """Spells FROM, WHERE, ORDER BY and LIMIT."""

    def _source(self, entity: Entity, row: str, link: Link | None) -> str:
        table = f"{self.speller.table(entity)} AS {row}"
        return f"{table}{link.join(row)}" if link else table

    def where(self, read: Read, row: str, link: Link | None = None, *, paged: bool = True) -> str:
        """WHERE with everything that decides whether `row` is read: the link, the key, the rule, the filters."""
        parts = [link.condition(row)] if link else []
        if read.key_slots:
            parts.extend(
                f"{self._column(read.entity, name, row)} = {self._slot(slot, self._type(read.entity, name), 'eq')}"
                for name, slot in zip(read.entity.key, read.key_slots, strict=True)
            )
        if read.access != TRUE:
            parts.append(f"({self.speller.condition(read.access, row)})")
        parts.extend(self._condition(condition, read, row) for condition in read.where)
        if read.after is not None and paged:
            parts.append(self._beyond(read, row))
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _limit(self, read: Read) -> str:
        text = ""
        if read.limit is not None and read.limit.slot is not None:
            text = f" LIMIT {self._limit_slot(read.limit.slot, read.most)}"
        elif read.most is not None or read.skip or read.offset is not None:
            text = f" LIMIT {EVERY_ROW if read.most is None else read.most}"
        if read.offset is not None and read.offset.slot is not None:
            text += f" OFFSET {self._offset_slot(read.offset.slot)}"
        elif read.skip:
            text += f" OFFSET {read.skip}"
        return text

    def _link(self, embed: Embed, entity: Entity, row: str) -> Link:
        relation, target = embed.relation, embed.read.entity
        guard = "" if embed.guard is None else f" AND ({self.speller.condition(embed.guard, row)})"
        here = [self._column(entity, name, row) for name in relation.fields]
        if relation.through is None:
            pairs = zip(relation.target_fields, here, strict=True)
            columns = [(self._column_name(target, name), value) for name, value in pairs]
            return Link("", columns, [], guard)
        joined = self.speller.alias("j")
        through, quote = relation.through, self.dialect.quote
        table = quote(through.table) if through.schema is None else f"{quote(through.schema)}.{quote(through.table)}"
        fixed_columns = [f"{joined}.{quote(c)} = {value}" for c, value in zip(through.columns, here, strict=True)]
        columns = [
            (self._column_name(target, name), f"{joined}.{quote(column)}")
            for name, column in zip(relation.target_fields, through.target_columns, strict=True)
        ]
        return Link(f" JOIN {table} AS {joined} ON ", columns, fixed_columns, guard)

    def _condition(self, condition: Condition, read: Read, row: str) -> str:
        match condition:
            case Predicate(node):
                text = f"({self.speller.condition(node, row)})"
                return self._of_readable(text, read, row) if self._calculates(node) else text
            case Junction(operator, items, negated):
                text = f" {operator.upper()} ".join(self._condition(item, read, row) for item in items)
                return f"NOT ({text})" if negated else f"({text})"
            case Exists(embed, negated):
                link = self._link(embed, read.entity, row)
                there = self.speller.alias("t")
                source = self._source(embed.read.entity, there, link)
                text = f"EXISTS (SELECT 1 FROM {source}{self.where(embed.read, there, link)})"
                return f"NOT {text}" if negated else text
            case Test():
                text = self._test(condition, read.entity, row)
                text = f"NOT ({text})" if condition.negated else f"({text})"
                return self._of_readable(text, read, row) if may_fail(condition) else text

    def _of_readable(self, text: str, read: Read, row: str) -> str:
        """A condition that is asked of rows only that may be read. A database is free to ask it before the rule; where
        it may fail, the error would tell of a row that isn't to be seen."""
        if read.access == TRUE:
            return text
        return f"CASE WHEN {self.speller.condition(read.access, row)} THEN {text} END"

    def _calculates(self, node: Node) -> bool:
        """Whether the condition needs a computed field."""
        fields = (part for part in walk(node) if isinstance(part, FieldOf))
        return any(field_named(self.entities[field.of.entity], field.field).computed for field in fields)

    def _test(self, test: Test, entity: Entity, row: str) -> str:
        left = self._value(test.value, entity, row)
        type = test.value.type
        if test.operator == "is":
            word = {"null": "NULL", "not_null": "NOT NULL", "true": "TRUE", "false": "FALSE", "unknown": "NULL"}
            return f"{left} IS {word[test.operand.word or 'null']}"
        slot = test.operand.slot
        assert slot is not None
        if test.operator == "in":
            return self.operators.one_of(left, self._items(slot, type, "in"), type)
        if test.quantifier is not None:
            items = self._items(slot, type, test.operator)
            return self.operators.quantified(
                test.quantifier, items, lambda item: self._compared(test.operator, left, item, type), type
            )
        if test.operator in PATTERNS:
            read, encode = converter(type, test.operator), self.operators.pattern_encoder(test.operator)
            self.encoders[slot] = lambda text: encode(read(text))
            return self._compared(test.operator, left, self.speller.bind(Slot(slot, Text()), Text()), type)
        if test.operator in SEARCHES:
            self.encoders[slot] = self.operators.search_encoder(test.operator, test.language)
            language = test.language and self.speller.bind(Constant(test.language, Text()), Text())
            query = self.speller.bind(Slot(slot, Text()), Text())
            return self.operators.search(test.operator, left, query, language)
        if test.operator in RANGES:
            # Ranges are shown as text, but compared as what they are.
            assert test.value.field is not None
            column = self._guarded(test.value, self._column(entity, test.value.field.name, row), row)
            return self.operators.range(
                test.operator, column, f"{self._slot(slot, type, 'eq')}::{test.value.field.storage}"
            )
        return self._compared(test.operator, left, self._slot(slot, type, test.operator), type)

    def _compared(self, operator: str, left: str, right: str, type: Type) -> str:
        if operator in COMPARISONS:
            return self.operators.compare(operator, left, right, type)
        if operator in PATTERNS:
            return self.operators.pattern(operator, left, right)
        if operator == "isdistinct":
            return self.operators.distinct(left, right, type)
        return self.operators.contains(operator, left, right, type)

    def _order_value(self, read: Read, term: Order, row: str) -> str:
        if not term.through:
            return self._value(term.value, read.entity, row)
        embed, *rest = term.through
        link = self._link(embed, read.entity, row)
        there = self.speller.alias("t")
        value = self._order_value(embed.read, Order(term.value, through=tuple(rest)), there)
        return (
            f"(SELECT {value} FROM {self._source(embed.read.entity, there, link)}{self.where(embed.read, there, link)})"
        )

    def _term(self, value: str, term: Order) -> str:
        direction = " DESC" if term.descending else ""
        nulls = (" NULLS FIRST" if term.nulls_first else " NULLS LAST") if term.value.nullable or term.through else ""
        return f"{self.operators.ordered(value, term.value.type)}{direction}{nulls}"

    def _beyond(self, read: Read, row: str) -> str:
        """Rows after the cursor's: those that differ from it first in a term in which they come later."""
        assert read.after is not None
        terms = list(zip(read.order, read.after, strict=True))
        values = [self.operators.ordered(self._order_value(read, term, row), term.value.type) for term, _ in terms]
        slots = [
            None if slot is None else self.operators.ordered(self._slot(slot, term.value.type, "eq"), term.value.type)
            for term, slot in terms
        ]
        plain = None not in slots and all(not (term.value.nullable or term.through) for term, _ in terms)
        if plain and len({term.descending for term, _ in terms}) == 1:
            sign = "<" if terms[0][0].descending else ">"
            return f"({', '.join(values)}) {sign} ({', '.join(map(str, slots))})"
        choices: list[str] = []
        equal: list[str] = []
        for (term, _), value, slot in zip(terms, values, slots, strict=True):
            later = self._later(term, value, slot)
            if later:
                choices.append(" AND ".join([*equal, later]))
            equal.append(f"{value} IS NULL" if slot is None else f"{value} = {slot}")
        return f"({' OR '.join(choices) or '1 = 0'})"

    @staticmethod
    def _later(term: Order, value: str, slot: str | None) -> str | None:
        if slot is None:
            return f"{value} IS NOT NULL" if term.nulls_first else None
        beyond = f"{value} {'<' if term.descending else '>'} {slot}"
        if (term.value.nullable or term.through) and not term.nulls_first:
            return f"({beyond} OR {value} IS NULL)"
        return beyond

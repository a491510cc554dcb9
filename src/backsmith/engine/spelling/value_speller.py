"""Spell the values of a plan: fields, paths, casts, aggregates, and the operands that a request brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.types import Integer, Json, Text, Type
from backsmith.databases.dialect import Dialect
from backsmith.databases.operators import PATTERNS
from backsmith.databases.parameters import Constant, Slot
from backsmith.engine.grammar.ranges import limit_of, offset_of
from backsmith.engine.planning.plan import Value
from backsmith.engine.values import converter


class ValueSpeller:
    """Spells values and operands; collects how each operand is encoded."""

    def __init__(self, dialect: Dialect, entities: Mapping[str, Entity]) -> None:
        self.dialect = dialect
        self.entities = entities
        self.operators = dialect.operators()
        self.speller = dialect.speller(entities)
        self.encoders: dict[int, Callable[[str], object]] = {}

    def _value(self, value: Value, entity: Entity, row: str) -> str:
        """The whole value in the internal form of its type."""
        plain = "" if value.field is None else self._plain(value, entity, row)
        return self._aggregated(value, plain)

    def _aggregated(self, value: Value, plain: str) -> str:
        """The whole value, of which `plain` is what stands before any aggregate."""
        if value.aggregate is None:
            return plain
        if value.field is None:
            sql, type = "count(*)", Integer()
        else:
            of = plain_type(value)
            sql = self.operators.aggregate(value.aggregate, plain, of)
            type = self.operators.aggregate_type(value.aggregate, of)
        return sql if value.aggregate_cast is None else self.operators.cast(sql, type, value.aggregate_cast)

    def _plain(self, value: Value, entity: Entity, row: str) -> str:
        """The value before any aggregate."""
        assert value.field is not None
        sql: str = self.speller.field(entity, value.field, row)
        type: Type = value.field.type
        for step in value.path:
            is_index = isinstance(step.key, int)
            kind = Integer() if is_index else Text()
            key = self.speller.bind(Constant(step.key, kind), kind)
            sql = self.operators.step(sql, key, as_text=step.as_text, is_index=is_index)
            type = Text() if step.as_text else Json()
        if value.cast is not None:
            sql = self.operators.cast(sql, type, value.cast)
        return self._guarded(value, sql, row)

    def _guarded(self, value: Value, sql: str, row: str) -> str:
        """`sql` of the value where its guard holds, else null."""
        return sql if value.guard is None else f"CASE WHEN {self.speller.condition(value.guard, row)} THEN {sql} END"

    def _json(self, value: Value, entity: Entity, row: str) -> str:
        field = value.field
        plain = field is not None and field.computed is None and field.storage is None and value.guard is None
        column = plain and not value.path and value.cast is None and value.aggregate is None
        return self.dialect.json(self._value(value, entity, row), value.type, nullable=value.nullable, column=column)

    def _column(self, entity: Entity, name: str, row: str) -> str:
        return f"{row}.{self._column_name(entity, name)}"

    def _column_name(self, entity: Entity, name: str) -> str:
        return self.dialect.quote(next(field.column for field in entity.fields if field.name == name))

    @staticmethod
    def _type(entity: Entity, name: str) -> Type:
        return next(field.type for field in entity.fields if field.name == name)

    def _slot(self, slot: int, type: Type, operator: str) -> str:
        convert, encode = converter(type, operator), self.dialect.encoder(type)
        self.encoders[slot] = lambda text: encode(convert(text))
        return self.speller.bind(Slot(slot, type), type)

    def _items(self, slot: int, type: Type, operator: str) -> str:
        """A list operand: of `in`, or of a quantified operator."""
        encode_list = self.operators.list_encoder(None if operator in PATTERNS else type)
        if operator in PATTERNS:
            pattern, texts = self.operators.pattern_encoder(operator), converter(Text(), "any")
            self.encoders[slot] = lambda text: encode_list([pattern(item) for item in texts(text)])
        else:
            convert = converter(type, "in" if operator == "in" else "any")
            self.encoders[slot] = lambda text: encode_list(convert(text))
        bound = self.operators.list_type(None if operator in PATTERNS else type)
        return self.speller.bind(Slot(slot, bound), bound)

    def _limit_slot(self, slot: int, most: int | None) -> str:
        def encode(text: str) -> int | None:
            limit = limit_of(text)
            return most if limit is None or (most is not None and limit > most) else limit

        self.encoders[slot] = encode
        return self.speller.bind(Slot(slot, Integer()), Integer())

    def _offset_slot(self, slot: int) -> str:
        self.encoders[slot] = offset_of
        return self.speller.bind(Slot(slot, Integer()), Integer())


def plain_type(value: Value) -> Type:
    """The type of a value before any aggregate."""
    assert value.field is not None
    if value.cast is not None:
        return value.cast
    if value.path:
        return Text() if value.path[-1].as_text else Json()
    return value.field.type

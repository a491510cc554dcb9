"""What a read looks rows up by: filters, orders, embeds, and what the rules look at.

In: a resolved `Read`. Out: for each entity whose rows it looks for, which fields are compared, and the order. Only
conditions that all have to hold count: of `a or b` neither narrows the rows by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import (
    Aggregate,
    And,
    Compare,
    CurrentUser,
    FieldOf,
    Follow,
    In,
    IsNull,
    Literal,
    Node,
    Not,
    This,
    Variable,
)
from backsmith.blueprint.trees import walk
from backsmith.blueprint.types import Boolean
from backsmith.databases.served import Wanted
from backsmith.engine.planning.plan import Condition, Embed, Exists, Junction, Order, Predicate, Read, Test, Value

EQUAL = frozenset({"eq", "in", "is"})
SPAN = frozenset({"gt", "gte", "lt", "lte", "like"})


def wanted_by(read: Read, entities: Mapping[str, Entity]) -> tuple[Wanted, ...]:
    """The ways to rows that the read takes, each once."""
    found = _Finder(entities).read(read, ())
    return tuple(dict.fromkeys(each for each in found if each.equal or each.ranged or each.order))


class _Finder:
    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._entities = entities

    def read(self, read: Read, joined: tuple[str, ...]) -> Iterator[Wanted]:
        """Of a read whose rows are tied to others by the fields `joined`."""
        equal, ranged = set(joined), dict[str, None]()
        for condition in read.where:
            self._condition(condition, equal, ranged)
        equal.update(self.equal_by_rule(read.access, This(read.entity.name), read.entity))
        if not read.key_slots:
            order = () if read.grouped else _order(read.order)
            stored = _stored(read.entity)
            yield Wanted(
                entity=read.entity.name,
                equal=tuple(sorted(equal & stored)),
                ranged=tuple(name for name in ranged if name in stored and name not in equal),
                order=order if {name.removeprefix("-") for name in order} <= stored else (),
            )
        yield from self._within(read.access)
        for condition in read.where:
            yield from self._embeds(condition)
        for output in read.outputs:
            if isinstance(output, Embed):
                yield from self._embed(output)

    def _embed(self, embed: Embed) -> Iterator[Wanted]:
        joined = embed.relation.target_fields if embed.relation.kind == "to_many" else ()
        if embed.relation.kind == "to_many":
            yield from self.read(embed.read, joined)
            return
        for output in embed.read.outputs:
            if isinstance(output, Embed):
                yield from self._embed(output)
        yield from self._within(embed.read.access)

    def _embeds(self, condition: Condition) -> Iterator[Wanted]:
        match condition:
            case Exists(embed):
                yield from self._embed(embed)
            case Junction(items=items):
                for item in items:
                    yield from self._embeds(item)
            case Predicate(node):
                yield from self._within(node)
            case Test():
                pass

    def _condition(self, condition: Condition, equal: set[str], ranged: dict[str, None]) -> None:
        match condition:
            case Test(value, operator, negated=False, quantifier=None) if name := _plain(value):
                if operator in EQUAL:
                    equal.add(name)
                elif operator in SPAN:
                    ranged[name] = None
            case Junction("and", items, negated=False):
                for item in items:
                    self._condition(item, equal, ranged)
            case _:
                pass

    # Rules ------------------------------------------------------------------------------------------------------------

    def equal_by_rule(self, node: Node, row: This | Variable, entity: Entity) -> Iterator[str]:
        """The fields of the row that a condition compares with one value."""
        match node:
            case And(items):
                for item in items:
                    yield from self.equal_by_rule(item, row, entity)
            case Compare("eq", left, right):
                for one, other in ((left, right), (right, left)):
                    if isinstance(other, Literal | CurrentUser):
                        yield from self._fields(one, row, entity)
            case In(item, options) if all(isinstance(option, Literal) for option in options):
                yield from self._fields(item, row, entity)
            case IsNull(of):
                yield from self._fields(of, row, entity)
            case FieldOf(type=Boolean()):
                yield from self._fields(node, row, entity)
            case Not(FieldOf(type=Boolean()) as field):
                yield from self._fields(field, row, entity)
            case _:
                pass

    def _fields(self, node: Node, row: This | Variable, entity: Entity) -> Iterator[str]:
        match node:
            case FieldOf(of=of, field=field) if of == row:
                yield field
            case Follow(of, relation) if of == row:
                yield from _relation(entity, relation).fields
            case _:
                pass

    def _within(self, node: Node) -> Iterator[Wanted]:
        """The rows of other entities that a condition looks at."""
        for part in walk(node):
            match part:
                case Aggregate(of=of, relation=relation, variable=variable, where=where, value=value):
                    here = self._entities[of.entity]
                    there = self._entities[variable.entity]
                    found = _relation(here, relation)
                    if found.kind != "to_many":
                        continue
                    equal = set(found.target_fields)
                    for condition in (where, value if part.function == "any" else None):
                        if condition is not None:
                            equal.update(self.equal_by_rule(condition, variable, there))
                    yield Wanted(entity=there.name, equal=tuple(sorted(equal & _stored(there))))
                case Compare("eq", Follow(Follow(entity=name), relation), CurrentUser()):
                    yield Wanted(entity=name, equal=tuple(sorted(_relation(self._entities[name], relation).fields)))
                case _:
                    pass


def _order(terms: tuple[Order, ...]) -> tuple[str, ...]:
    """The fields of the order; nothing where one of its terms isn't a field as it is."""
    found: list[str] = []
    for term in terms:
        name = None if term.through else _plain(term.value)
        if name is None:
            return ()
        found.append(f"-{name}" if term.descending else name)
    return tuple(found)


def _plain(value: Value) -> str | None:
    """The field whose value is taken as it is."""
    if value.field is None or value.path or value.cast or value.aggregate or value.guard is not None:
        return None
    return value.field.name


def _stored(entity: Entity) -> set[str]:
    return {field.name for field in entity.fields if field.computed is None}


def _relation(entity: Entity, name: str) -> Relation:
    return next(relation for relation in entity.relations if relation.name == name)

"""Random pairs of rules of two versions: nothing is readable in the expanded blueprint that neither version allows.

BACKSMITH_EXPANSION_PAIRS sets how many pairs there are.
"""

from __future__ import annotations

import operator
import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity, Rule
from backsmith.blueprint.expressions import FALSE, And, Compare, FieldOf, Literal, Node, Not, Or, This
from backsmith.blueprint.types import Integer
from backsmith.engine.access import AskerKind, Authorizer, covered_names
from backsmith.evolution.expansion import expand
from tests.evolution.expansion.conftest import EVERYONE, people_of

PAIRS = int(os.environ.get("BACKSMITH_EXPANSION_PAIRS", "200"))
ANYBODY = AskerKind(anonymous=True, roles=frozenset())
OPERATORS = {"eq": operator.eq, "lt": operator.lt, "ge": operator.ge}
OLD = f"class Person(Entity):\n    name: str\n    town: int\n    age: int\n    gone: int\n{EVERYONE}"
NEW = (
    "class Person(Entity):\n    first: str\n    last: str\n"
    f'    city: Annotated[int, RenamedFrom("town")]\n    age: int\n    added: int\n{EVERYONE}'
)
VERBS = ("read", "update", "create")


def holds(node: Node, row: Mapping[str, Any]) -> bool:
    """Whether a condition of these tests holds for a row."""
    match node:
        case Literal(value):
            return bool(value)
        case And(items):
            return all(holds(item, row) for item in items)
        case Or(items):
            return any(holds(item, row) for item in items)
        case Not(of):
            return not holds(of, row)
        case Compare(how, FieldOf(This(), name), Literal(value)):
            return OPERATORS[how](row[name], value)
        case _:
            raise NotImplementedError(node)


class Rights:
    """What anybody may do by a blueprint of one entity."""

    def __init__(self, blueprint: Blueprint) -> None:
        (entity,) = blueprint.entities
        authorizer = Authorizer(blueprint)
        self._access = authorizer.read(entity, ANYBODY)
        self._given = {verb: authorizer.permissions(entity, ANYBODY, verb) for verb in VERBS}

    def sees(self, row: Mapping[str, Any]) -> bool:
        """Whether they see the row at all."""
        return holds(self._access.rows, row)

    def may(self, verb: str, name: str, row: Mapping[str, Any]) -> bool:
        """Whether they may read, or write, that field of the row."""
        if verb != "read":
            return any(each.covers(name) and holds(each.condition, row) for each in self._given[verb])
        guard = self._access.guards.get(name)
        return self.sees(row) and (guard is None or (guard != FALSE and holds(guard, row)))


def ruled(chance: random.Random, blueprint: Blueprint) -> Blueprint:
    """The blueprint with other rules."""
    (entity,) = blueprint.entities
    return replace(blueprint, entities=(replace(entity, rules=tuple(rules(chance, entity))),))


def rules(chance: random.Random, entity: Entity) -> list[Rule]:
    names = [name for name in covered_names(entity) if name != "id"]
    numbers = [field.name for field in entity.fields if isinstance(field.type, Integer)]
    found: list[Rule] = []
    for number in range(chance.randint(1, 3)):
        tests = tuple(
            Compare(
                chance.choice(["eq", "lt", "ge"]),
                FieldOf(This(entity.name), chance.choice(numbers), Integer(), nullable=False),
                Literal(chance.randint(0, 3), Integer()),
            )
            for _ in range(chance.randint(1, 2))
        )
        condition = chance.choice([And, Or])(tests)
        fields = None if chance.random() < 0.4 else tuple(chance.sample(names, chance.randint(1, len(names))))
        verbs = tuple(chance.sample(VERBS, chance.randint(1, 3)))
        id = f"{chance.random()}"
        found.append(Rule(id=id, name=f"rule{number}", verbs=verbs, condition=condition, fields=fields))
    return found


def test_nothing_may_be_done_that_neither_version_allows(tmp_path: Path) -> None:
    before, after = people_of(tmp_path, OLD, NEW)
    chance = random.Random(11)
    allowed = 0
    for _ in range(PAIRS):
        old, new = ruled(chance, before.blueprint), ruled(chance, after.blueprint)
        both = expand(old, new)
        assert isinstance(both, Blueprint)
        by_old, by_new, by_both = Rights(old), Rights(new), Rights(both)
        for _ in range(4):
            row = {name: chance.randint(0, 3) for name in ("id", "age", "town", "gone", "added")}
            row["city"] = row["town"]
            assert by_both.sees(row) == by_new.sees(row)
            for verb in VERBS:
                for name in ("first", "last", "city", "age", "added"):
                    assert by_both.may(verb, name, row) == by_new.may(verb, name, row)
                assert by_both.may(verb, "town", row) == by_new.may(verb, "city", row)
                for name, instead in (("gone", ()), ("name", ("first", "last"))):
                    if by_both.may(verb, name, row):
                        allowed += 1
                        assert by_old.may(verb, name, row)
                        assert all(by_new.may(verb, each, row) for each in instead)
    assert allowed > PAIRS / 4

"""Whether a world's rows meet and miss each rule and each of its conditions, for some asker: branch coverage of rules.

A condition is covered when there are a row and an asker for whom the rule's outcome hangs on it, once where it holds
and once where it doesn't. In: what is expected in a world, and askers. Out: what isn't covered, in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Blueprint, Entity, Rule
from backsmith.blueprint.english import english
from backsmith.blueprint.expressions import AFTER, FALSE, TRUE, CurrentUser, IsNull, Node
from backsmith.blueprint.simplify import mentioned_roles, simplify
from backsmith.blueprint.trees import changed, compared, shape
from backsmith.checks.matrix.expecting import Expecting
from backsmith.checks.matrix.ties import leaves, plainly
from backsmith.checks.matrix.world import Maker, World
from backsmith.evolution.access_changes.meaning import Place, UndefinedError, WorldRow, holds

SIZE = 8
"""Rows of each entity to begin with."""
WORLDS = 3
"""Worlds that are tried."""
CANDIDATES = 60
"""Further rows that are looked at, for each entity and each time round."""


class Found(NamedTuple):
    """A world, who asks in it, and what it doesn't cover."""

    world: World
    askers: tuple[Asker, ...]
    missing: tuple[Goal, ...]


def covering(blueprint: Blueprint, seed: int = 1) -> Found:
    """The world that was found to cover most: each condition of each rule, where no other rule allows the same, so that
    it alone decides. It grows by rows that cover something that no row before them does."""
    best: Found | None = None
    least = 0
    for number in range(WORLDS):
        maker = Maker(blueprint, seed * 1000 + number, SIZE)
        askers = tuple(askers_of(blueprint, maker.world))
        weak = _grow(maker, askers)
        covered = Covered(Expecting(blueprint, maker.world), askers)
        missing = [goal for goal in weak if goal.condition is not None and not covered.covers(goal, alone=False)]
        score = 100 * len(missing) + len(weak)
        if best is None or score < least:
            best, least = Found(maker.world, askers, tuple(missing)), score
        if score == 0:
            return best
    assert best is not None  # there are worlds to be tried
    return best


def _grow(maker: Maker, askers: Sequence[Asker]) -> list[Goal]:
    """Add rows that reach goals which none reaches; gives the goals that are left."""
    world = maker.world
    for _ in range(2):
        covered = Covered(Expecting(world.blueprint, world), askers)
        left = [goal for goal in covered.goals() if not covered.covers(goal)]
        for name in dict.fromkeys(goal.entity for goal in left):
            wanted = [goal for goal in left if goal.entity == name]
            for _ in range(CANDIDATES if world.rows[name] else 0):
                row = maker.candidate(world.entities[name]) if wanted else None
                if row is None:
                    continue
                reached = [goal for goal in wanted if covered.covers(goal, row)]
                if reached:
                    maker.keep(row)
                    wanted = [goal for goal in wanted if goal not in reached]
    covered = Covered(Expecting(world.blueprint, world), askers)
    return [goal for goal in covered.goals() if not covered.covers(goal)]


def askers_of(blueprint: Blueprint, world: World) -> Iterator[Asker]:
    """Who asks: nobody, accounts without a role, and each role by one who owns much and one who owns little."""
    yield NOBODY
    if blueprint.account is None:
        return
    entity = world.entities[blueprint.account]
    keys = [row.values[entity.key[0]] for row in world.rows[blueprint.account]]
    roles = sorted(
        frozenset[str]().union(*(mentioned_roles(rule.condition) for each in blueprint.entities for rule in each.rules))
    )
    pointed = {id(row): _pointed(world, row) for row in world.rows[blueprint.account]}
    order = [id(row) for row in world.rows[blueprint.account]]
    keys.sort(key=lambda key: -pointed[order[[r.values[entity.key[0]] for r in world.rows[entity.name]].index(key)]])
    for key in [*keys[:3], *keys[-1:]]:
        yield Asker(key, frozenset(), "token")
    for number, role in enumerate(roles):
        for key in dict.fromkeys((keys[number % min(2, len(keys))], keys[-1])):  # who has a part in much, and in little
            yield Asker(key, frozenset({role}), "token")
    if len(roles) > 1:
        yield Asker(keys[0], frozenset(roles), "token")


def _pointed(world: World, account: object) -> int:
    return sum(there is account for rows in world.rows.values() for row in rows for there in row.links.values())

"""Whether a world's rows meet and miss each rule and each of its conditions, for some asker: branch coverage of rules.

A condition is covered when there are a row and an asker for whom the rule's outcome hangs on it, once where it holds
and once where it doesn't. In: what is expected in a world, and askers. Out: what isn't covered, in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.expressions import Follow, Variable
from backsmith.blueprint.simplify import mentioned_roles
from backsmith.blueprint.trees import walk
from backsmith.checks.matrix.expecting import Expecting
from backsmith.checks.matrix.goals import Covered, Decided, Goal
from backsmith.checks.matrix.world import Maker, World

SIZE = 8
"""Rows of each entity to begin with."""
WORLDS = 3
"""Worlds that are tried."""
CANDIDATES = 60
"""Further rows that are looked at, for each entity and each time round."""


PATIENCE = 20
"""How often so many are looked at for a condition that decides about no row at all."""


class Found(NamedTuple):
    """A world, who asks in it, and what it doesn't cover."""

    world: World
    askers: tuple[Asker, ...]
    missing: tuple[Decided, ...]


def covering(blueprint: Blueprint, seed: int = 1) -> Found:
    """The world that was found to cover most: each condition of each rule, where no other rule allows the same, so that
    it alone decides. It grows by rows that cover something that no row before them does."""
    best: tuple[Maker, tuple[Asker, ...], Covered] | None = None
    least: tuple[int, ...] = ()
    for number in range(WORLDS):
        maker = Maker(blueprint, seed * 1000 + number, SIZE)
        askers = tuple(askers_of(blueprint, maker.world))
        covered = Covered(Expecting(blueprint, maker.world), askers)
        left = _grow(maker, covered)
        score = len(_missing(left, covered)), sum(isinstance(goal, Decided) for goal in left), len(left)
        if best is None or score < least:
            best, least = (maker, askers, covered), score
        if not left:
            break
    assert best is not None  # there are worlds to be tried
    maker, askers, covered = best
    _seek(maker, covered)
    return Found(maker.world, askers, _missing(covered.goals(), covered))


def _grow(maker: Maker, covered: Covered) -> list[Goal]:
    """Add rows that reach goals which none reaches, first where nothing but the goal's rule decides, and where there is
    no such row, wherever the condition matters to the rule. Gives the goals that are left."""
    left = [goal for goal in covered.goals() if not covered.covers(goal)]
    for _ in range(2):
        _add(maker, covered, left, alone=True)
        left = [goal for goal in left if not covered.covers(goal)]
    _add(maker, covered, _missing(left, covered), alone=False)
    return [goal for goal in left if not covered.covers(goal)]


def _seek(maker: Maker, covered: Covered) -> None:
    """Look further for rows about which a condition decides, and for rows of what its rule looks at: members of teams,
    say, of whom there is none with the role that it asks for."""
    entities = maker.world.entities
    for _ in range(PATIENCE):
        _add(maker, covered, _missing(covered.goals(), covered), alone=False)
    for goal in _missing(covered.goals(), covered):
        written = covered.expecting.written(goal.entity, goal.rule)
        looked_at = (part.entity for part in walk(written) if isinstance(part, Follow | Variable))
        for name in dict.fromkeys(each for each in looked_at if each != goal.entity and maker.world.rows[each]):
            for _ in range(CANDIDATES):
                row = None if covered.covers(goal, alone=False) else maker.candidate(entities[name])
                if row is not None:
                    maker.keep(row)
                    covered.forget()
                    if not covered.covers(goal, alone=False):
                        maker.drop(row)
                        covered.forget()


def _add(maker: Maker, covered: Covered, left: Sequence[Goal], *, alone: bool) -> None:
    entities = maker.world.entities
    for name in dict.fromkeys(goal.entity for goal in left):
        wanted = [goal for goal in left if goal.entity == name]
        for _ in range(CANDIDATES if maker.world.rows[name] else 0):
            row = maker.candidate(entities[name]) if wanted else None
            if row is None:
                continue
            reached = [goal for goal in wanted if covered.covers(goal, row, alone=alone)]
            if reached:
                maker.keep(row)
                covered.forget()
                wanted = [goal for goal in wanted if goal not in reached]


def _missing(goals: Iterable[Goal], covered: Covered) -> tuple[Decided, ...]:
    """Conditions that don't decide about any row, nor together with other rules; each once, whatever the verb."""
    conditions = (goal for goal in goals if isinstance(goal, Decided) and goal.told)
    missing = (goal for goal in conditions if not covered.covers(goal, alone=False))
    return tuple({(goal.entity, goal.rule.id, goal.condition, goal.instead): goal for goal in missing}.values())


def askers_of(blueprint: Blueprint, world: World) -> Iterator[Asker]:
    """Who asks: nobody, four without a role, two with each role, one with all. First who owns most, then who owns
    least, then always whoever covers most of what none before them does."""
    yield NOBODY
    if blueprint.account is None:
        return
    keys = _by_part(world, blueprint.account)
    roles = sorted(
        frozenset[str]().union(*(mentioned_roles(rule.condition) for each in blueprint.entities for rule in each.rules))
    )
    chosen = [Asker(key, frozenset(), "token") for key in dict.fromkeys((*keys[:1], *keys[-1:]))]
    slots = [(), (), *((role,) for role in roles for _ in range(2)), *([roles] if len(roles) > 1 else [])]
    covered = Covered(Expecting(blueprint, world), chosen)
    left = [goal for goal in covered.goals() if not covered.covers(goal)]

    def reached(asker: Asker) -> list[Goal]:
        return [goal for goal in left if covered.covers(goal, askers=(asker,))]

    for number, acting in enumerate(slots):
        askers = (Asker(key, frozenset(acting), "token") for key in (keys if number % 2 else reversed(keys)))
        gains = {asker: reached(asker) for asker in askers if asker not in chosen}
        if gains:
            best = max(gains, key=lambda asker: len(gains[asker]))
            chosen.append(best)
            left = [goal for goal in left if goal not in gains[best]]
    yield from chosen


def _by_part(world: World, account: str) -> list[Any]:
    """The keys of the accounts, those first that most rows point at."""
    pointed = Counter(id(there) for rows in world.rows.values() for row in rows for there in row.links.values())
    key = world.entities[account].key[0]
    return [row.values[key] for row in sorted(world.rows[account], key=lambda row: -pointed[id(row)])]

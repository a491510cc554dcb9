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


class Goal(NamedTuple):
    """A condition of a rule that should once be met and once be missed, with the rule's outcome hanging on it."""

    entity: str
    rule: Rule
    verb: str
    condition: Node | None
    """None: what the rule says holds for nobody too, so that it hangs on somebody being signed in."""
    met: bool

    def __str__(self) -> str:
        if self.condition is None:
            return f"{self.entity}.{self.rule.name}: no row for which it would hold for nobody"
        said = english(self.condition, compares=bool(compared(self.condition)))
        return f"{self.entity}.{self.rule.name}: no row where {'' if self.met else 'not '}({said}) decides"


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
        covered = _Covered(Expecting(blueprint, maker.world), askers)
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
        covered = _Covered(Expecting(world.blueprint, world), askers)
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
    covered = _Covered(Expecting(world.blueprint, world), askers)
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


class _Covered:
    """What rows and askers of a world cover."""

    def __init__(self, expecting: Expecting, askers: Sequence[Asker]) -> None:
        self._expecting = expecting
        self._askers = askers
        self._now = datetime.now(UTC)
        self._conditions: dict[tuple[str, str, Node | None], tuple[Node, Node, Node]] = {}

    def goals(self) -> Iterator[Goal]:
        """What there is to cover."""
        for entity in self._expecting.entities.values():
            if entity.view or entity.private:
                continue
            for rule in entity.rules:
                found = dict.fromkeys(leaves(self._expecting.written(entity.name, rule)))
                for verb in rule.verbs:
                    for leaf in found:
                        if not isinstance(leaf, IsNull) or not isinstance(leaf.of, CurrentUser):
                            yield from (Goal(entity.name, rule, verb, leaf, met) for met in (True, False))
                    if rule.needs_user and self._may_hold_for_nobody(entity, rule):
                        yield Goal(entity.name, rule, verb, None, True)

    def _may_hold_for_nobody(self, entity: Entity, rule: Rule) -> bool:
        written = self._expecting.written(entity.name, rule)
        return simplify(written, anonymous=True, roles=frozenset()) != FALSE

    def _of(self, goal: Goal) -> tuple[Node, Node, Node]:
        """The rule's condition as it is, and with the goal's taken to hold and not to hold."""
        key = goal.entity, goal.rule.id, goal.condition
        if key not in self._conditions:
            written = plainly(self._expecting.written(goal.entity, goal.rule))
            leaf = goal.condition
            self._conditions[key] = (
                (written, written, written)
                if leaf is None
                else (written, _with(written, leaf, TRUE), _with(written, leaf, FALSE))
            )
        return self._conditions[key]

    def covers(self, goal: Goal, row: WorldRow | None = None, *, alone: bool = True) -> bool:
        """Whether a row, or any of the world's, covers a goal; `alone`: where no other rule allows the same."""
        rows = self._expecting.world.rows[goal.entity] if row is None else [row]
        askers = [NOBODY] if goal.condition is None else self._askers
        return any(
            self._decides(goal, asker, each) and (not alone or self._alone(goal, asker, each))
            for asker in askers
            for each in rows
        )

    def _decides(self, goal: Goal, asker: Asker, row: WorldRow) -> bool:
        """Whether the condition is `met` or not for an asker and a row, and the rule hangs on it."""
        rule, leaf = goal.rule, goal.condition
        user = self._expecting.user(asker)
        written, so, not_so = self._of(goal)
        rows = self._expecting.world.rows[goal.entity] if rule.after else [row]
        for after in rows:
            place = Place(row, user, asker.roles, self._now, {AFTER: after})
            try:
                if leaf is None:
                    return holds(written, place)
                if user is None and rule.needs_user:
                    return False
                if holds(leaf, place) is goal.met and holds(so, place) != holds(not_so, place):
                    return True
            except UndefinedError:
                continue
        return False

    def _alone(self, goal: Goal, asker: Asker, row: WorldRow) -> bool:
        """Whether no other rule allows the same, and the row is there to be changed."""
        rules = self._expecting.entities[goal.entity].rules
        others = [
            each
            for each in rules
            if each is not goal.rule
            and goal.verb in each.verbs
            and (each.fields is None or set(goal.rule.fields or ("",)) <= set(each.fields))
        ]
        if any(self._expecting.holds(each, asker, row) for each in others):
            return False
        return goal.verb in ("read", "create") or self._expecting.visible(asker, row)


def _with(condition: Node, leaf: Node, value: Node) -> Node:
    def put(node: Node) -> Node:
        return value if isinstance(node, type(leaf)) and shape(node) == leaf else changed(node, put)

    return put(condition)

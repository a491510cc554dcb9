"""Which of two conditions holds for more: proved where it can be, else shown by a row for which one holds and not the
other.

In: two conditions in the same names, for the same kind of asker. Out: a `Comparison`. What could neither be proved nor
shown is said to be unknown, never to be the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.expressions import FALSE, TRUE, And, Compare, FieldOf, If, In, Node, Not, Or
from backsmith.blueprint.expressions import Literal as Constant
from backsmith.blueprint.trees import parts, type_of, walk
from backsmith.blueprint.types import Enum, Text
from backsmith.evolution.access_changes.meaning import Place, UndefinedError, holds, value_at
from backsmith.evolution.access_changes.proofs import conjuncts, disjuncts, implies
from backsmith.evolution.access_changes.worlds import places

WORLDS = 150
MOST_SAID = 5
"""Conditions of which an example says whether they hold."""


@dataclass(frozen=True)
class Comparison:
    """What became of a condition."""

    kind: Literal["same", "wider", "narrower", "other", "unknown"]
    gained: tuple[Node, ...] = ()
    """What is so of an example for which it holds newly."""
    lost: tuple[Node, ...] = ()
    """What is so of an example for which it holds no longer."""
    more: Node | None = None
    """What was added to it as a further way."""
    less: Node | None = None
    """The way that was taken from it."""


@dataclass(frozen=True)
class Ground:
    """Where conditions are compared: the entities of both sides, and which of them is the accounts'."""

    entities: Mapping[str, Entity]
    account: str | None
    mentioned: frozenset[str] = frozenset()
    """Roles that conditions ask for."""


def compare(
    old: Node,
    new: Node,
    *,
    about: str,
    ground: Ground,
    roles: frozenset[str] | None,
    checks: Sequence[Node] = (),
    alike: bool = True,
) -> Comparison:
    """What became of `old`, which is now `new`, for those who ask with these roles (None: nobody is signed in).

    `alike` False says that the two speak of fields whose values aren't of one kind, so that only equality can be told.
    """
    if old == new:
        return Comparison("same")
    kept, held = implies(old, new), implies(new, old)
    if kept and held:
        return Comparison("same")
    if not alike and FALSE not in (old, new) and TRUE not in (old, new):
        return Comparison("unknown")
    gained, lost = _examples(old, new, about, ground, roles, checks, seek=(not held, not kept))
    more = _rest(new, old) if kept and gained else None
    less = _rest(old, new) if held and lost else None
    if gained and lost:
        return Comparison("other", gained, lost)
    if kept and (gained is not None or _surely(old, new)):
        return Comparison("wider", gained or (), more=more)
    if held and (lost is not None or _surely(new, old)):
        return Comparison("narrower", lost=lost or (), less=less)
    return Comparison("unknown", gained or (), lost or ())


def _surely(less: Node, more: Node) -> bool:
    """Whether one allows nothing and the other something, as far as it says: a change even where no row was found."""
    return less == FALSE and more != FALSE


def _rest(larger: Node, smaller: Node) -> Node | None:
    """The ways of `larger` that `smaller` hasn't, where it has all of the others."""
    theirs = set(disjuncts(smaller))
    own = disjuncts(larger)
    if not theirs <= set(own):
        return None
    rest = tuple(each for each in own if each not in theirs)
    return Or(rest) if len(rest) > 1 else rest[0] if rest else None


def _examples(
    old: Node,
    new: Node,
    about: str,
    ground: Ground,
    roles: frozenset[str] | None,
    checks: Sequence[Node],
    *,
    seek: tuple[bool, bool],
) -> tuple[tuple[Node, ...] | None, tuple[Node, ...] | None]:
    """What is so of a row that is gained and of one that is lost; None where there was none."""
    gained: tuple[Node, ...] | None = None
    lost: tuple[Node, ...] | None = None
    found = places(
        ground.entities,
        about,
        (old, new),
        account=ground.account,
        roles=roles,
        mentioned=ground.mentioned,
        checks=checks,
        count=WORLDS,
    )
    for place in found:
        if (gained is not None or not seek[0]) and (lost is not None or not seek[1]):
            break
        try:
            was, now = holds(old, place), holds(new, place)
        except UndefinedError:
            continue
        if now and not was and gained is None:
            gained = said_of(place, old, new)
        if was and not now and lost is None:
            lost = said_of(place, old, new)
    return gained, lost


def said_of(place: Place, *conditions: Node) -> tuple[Node, ...]:
    """The single conditions within `conditions` that hold at the place, and those that don't as their opposite."""
    found: dict[Node, Node] = {}
    shared = set[Node]()
    if len(conditions) == 2:
        shared = set(conjuncts(conditions[0])) & set(conjuncts(conditions[1]))
    for leaf in (leaf for condition in conditions for leaf in _leaves(condition)):
        if leaf in found or leaf in shared:
            continue
        try:
            found[leaf] = _value_of(leaf, place) or (leaf if holds(leaf, place) else Not(leaf))
        except UndefinedError:
            continue
    known = {leaf.left for leaf in found.values() if isinstance(leaf, Compare) and leaf.operator == "eq"}
    plain = [each for each in found.values() if not (isinstance(each, Not) and _is_other_value(each.of, known))]
    return tuple(dict.fromkeys(plain))[:MOST_SAID]


def _value_of(leaf: Node, place: Place) -> Node | None:
    """Which value it is, where the condition is about one of a few."""
    item = leaf.left if isinstance(leaf, Compare) else leaf.item if isinstance(leaf, In) else None
    if item is None or not isinstance(type_of(item), Enum):
        return None
    value = value_at(item, place)
    return None if value is None else Compare("eq", item, Constant(value, Text()))


def _is_other_value(node: Node, known: set[Node]) -> bool:
    """Whether it says of a value that is known that it is another one."""
    return isinstance(node, Compare) and node.operator == "eq" and node.left in known


def _leaves(node: Node) -> list[Node]:
    match node:
        case And(items) | Or(items):
            return [leaf for item in items for leaf in _leaves(item)]
        case Not(of):
            return _leaves(of)
        case If():
            return [leaf for part in parts(node) for leaf in _leaves(part)]
        case Constant():
            return []
        case _:
            return [node]


def speaks_of(condition: Node, names: set[tuple[str, str]]) -> bool:
    """Whether the condition reads one of these fields, by entity and name."""
    return any((part.of.entity, part.field) in names for part in walk(condition) if isinstance(part, FieldOf))

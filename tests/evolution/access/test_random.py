"""Random pairs of rules: what is said of them is never contradicted by a world in which both are asked."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.expressions import Node
from backsmith.evolution.access_changes import access_changes
from backsmith.evolution.access_changes.comparing import Ground, compare
from backsmith.evolution.access_changes.meaning import UndefinedError, holds
from backsmith.evolution.access_changes.names import Names
from backsmith.evolution.access_changes.proofs import implies
from backsmith.evolution.access_changes.rights import Roles, decided
from backsmith.evolution.access_changes.worlds import places
from backsmith.evolution.api_changes import api_changes
from tests.evolution.versions import Versions

PAIRS = int(os.environ.get("BACKSMITH_ACCESS_PAIRS", "150"))
ATOMS = [
    'self.status == "draft"', 'self.status != "placed"', 'self.status in ("draft", "sent")', "self.total > 3",
    "self.total >= 4", "self.total < 3", "self.total == 3", "self.owner == user", "self.owner != user", "self.open",
    "self.note is None", '(self.note is not None and self.note == "a")', "self.buyer is None", "self.buyer == user",
    '"staff" in user.roles', '"admin" in user.roles', "any(line.amount > 1 for line in self.lines)",
    "len(self.lines) > 0", "all(line.amount > 1 for line in self.lines)", "self.total * 2 > 6", "user.level > 2",
    "(self.buyer is not None and self.buyer.level > 2)", "self.cheap",
]  # fmt: skip
MODEL = """
class User(Account):
    level: int = 0


class Order(Entity):
    owner: User
    buyer: User | None
    status: Literal["draft", "placed", "sent"] = "draft"
    total: int = 0
    open: bool = False
    note: str | None
    lines: list["Line"]

    @computed
    def cheap(self) -> bool:
        return self.total < 5

{rules}

class Line(Entity, private=True):
    order: Order
    amount: int
"""
KINDS: tuple[Roles, ...] = (
    frozenset(), frozenset({"staff"}), frozenset({"admin"}), frozenset({"staff", "admin"}),
)  # fmt: skip


def expression(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.3:
        return chance.choice(ATOMS)
    parts = [expression(chance, depth - 1) for _ in range(chance.randint(2, 3))]
    word = chance.choice(("and", "or"))
    joined = f"({f' {word} '.join(parts)})"
    return f"not {joined}" if chance.random() < 0.2 else joined


def mutated(chance: random.Random, condition: str) -> str:
    """A condition that is like another one, so that often one implies the other."""
    draw = chance.random()
    if draw < 0.3:
        return f"({condition} and {expression(chance, 1)})"
    if draw < 0.6:
        return f"({condition} or {expression(chance, 1)})"
    return expression(chance, 2) if draw < 0.8 else f"not not ({condition})"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Blueprint, list[tuple[Node, Node]]]:
    chance = random.Random(4)
    rules: list[str] = []
    for number in range(PAIRS):
        old = expression(chance, 2)
        for name, condition in (("old", old), ("new", mutated(chance, old))):
            rules.append(
                f"    @allow('read')\n    def {name}_{number}(self, user: User) -> bool:\n        return {condition}\n"
            )
    blueprint = Versions(tmp_path_factory.mktemp("random")).next(MODEL.format(rules="\n".join(rules)))
    order = next(entity for entity in blueprint.entities if entity.name == "Order")
    found = {rule.name: rule.condition for rule in order.rules}
    return blueprint, [(found[f"old_{number}"], found[f"new_{number}"]) for number in range(PAIRS)]


def test_no_world_contradicts_what_is_said(compiled: tuple[Blueprint, list[tuple[Node, Node]]]) -> None:
    blueprint, pairs = compiled
    names = Names(blueprint, blueprint)
    ground = Ground(names.world(), blueprint.account, frozenset({"staff", "admin"}))
    said: dict[str, int] = {}
    for number, (old, new) in enumerate(pairs):
        roles = KINDS[number % len(KINDS)]
        before, after = decided(names.before(old), roles), decided(names.after(new), roles)
        found = compare(before, after, about="Order", ground=ground, roles=roles)
        said[found.kind] = said.get(found.kind, 0) + 1
        gained, lost = asked(before, after, ground, roles, seed=1000 + number)
        assert not (gained and found.kind in ("same", "narrower")), (found, old, new)
        assert not (lost and found.kind in ("same", "wider")), (found, old, new)
    assert said["same"] >= 5 and said["wider"] >= 5 and said["narrower"] >= 5 and said["other"] >= 5
    assert said.get("unknown", 0) <= PAIRS // 5


def asked(before: Node, after: Node, ground: Ground, roles: Roles, seed: int) -> tuple[int, int]:
    """In how many places the right is new, and in how many it is lost, in worlds that the verdict wasn't found by."""
    gained = lost = 0
    for place in places(
        ground.entities, "Order", (before, after), account=ground.account, roles=roles, mentioned=ground.mentioned,
        count=60, seed=seed,
    ):  # fmt: skip
        try:
            was, now = holds(before, place), holds(after, place)
        except UndefinedError:
            continue
        gained += now and not was
        lost += was and not now
    return gained, lost


def test_what_is_proved_to_follow_holds_in_every_world(compiled: tuple[Blueprint, list[tuple[Node, Node]]]) -> None:
    blueprint, pairs = compiled
    names = Names(blueprint, blueprint)
    ground = Ground(names.world(), blueprint.account, frozenset({"staff", "admin"}))
    proved = 0
    for number, (one, other) in enumerate(pairs):
        first, second = names.after(one), names.after(other)
        for less, more in ((first, second), (second, first)):
            if implies(less, more):
                proved += 1
                gained, _ = asked(more, less, ground, KINDS[number % len(KINDS)], seed=number)
                assert gained == 0, (less, more)
    assert proved >= PAIRS // 3


def test_many_entities_that_did_not_change_take_no_time(tmp_path: Path) -> None:
    rules = "    @allow('read')\n    def every(self) -> bool:\n        return self.cheap\n"
    one = Versions(tmp_path).next(MODEL.format(rules=rules))
    order = next(entity for entity in one.entities if entity.name == "Order")
    many = tuple(
        replace(order, id=f"{order.id}{n}", name=f"Order{n}", collection=f"orders{n}", relations=()) for n in range(500)
    )
    old = replace(one, entities=(*one.entities, *many))
    changed = replace(many[0], deprecated="gone soon")
    new = replace(one, entities=(*one.entities, changed, *many[1:]))
    begun = time.perf_counter()
    assert access_changes(old, new) == []
    assert len(api_changes(old, new)) == 1
    assert time.perf_counter() - begun < 1

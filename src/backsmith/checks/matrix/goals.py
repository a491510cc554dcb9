"""What a world's rows are to cover: branch coverage of rules, and of what they don't say.

A condition, also one within `any(…)` or one of the options of `in`, is covered when there are a row and an asker for
whom the rule's outcome hangs on it, once where it holds and once where it doesn't. And each rule should hold somewhere
where none of those does that allow what it doesn't: only there would it show that it had become wider. In: what is
expected in a world, and askers. Out: goals, and whether rows reach them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec.structs import replace

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Entity, Rule
from backsmith.blueprint.english import english
from backsmith.blueprint.expressions import (
    AFTER,
    FALSE,
    TRUE,
    Aggregate,
    And,
    Compare,
    CurrentUser,
    FieldOf,
    If,
    In,
    IsNull,
    Literal,
    Node,
    Not,
    Or,
)
from backsmith.blueprint.simplify import simplify
from backsmith.blueprint.trees import changed, compared, parts, shape, walk
from backsmith.blueprint.types import Enum
from backsmith.checks.matrix.computing import may_be_written
from backsmith.checks.matrix.expecting import Expecting
from backsmith.checks.matrix.ties import plainly
from backsmith.engine.access import covered_names
from backsmith.evolution.access_changes.meaning import Place, UndefinedError, WorldRow, holds

VERBS = ("read", "create", "update", "delete")


class Decided(NamedTuple):
    """A condition of a rule on which the rule's outcome should hang somewhere."""

    entity: str
    rule: Rule
    verb: str
    condition: Node | None
    """None: what the rule says holds for nobody too, so that it hangs on somebody being signed in."""
    instead: Node
    """What would make a difference in its place: FALSE where it is met, TRUE where it is missed, or a wider one."""

    @property
    def told(self) -> bool:
        """Whether it is a lack if no row covers it: the rule could be put in simpler words, or isn't tried."""
        return self.condition is not None and self.instead in (TRUE, FALSE)

    def __str__(self) -> str:
        if self.condition is None:
            return f"{self.entity}.{self.rule.name}: no row for which it would hold for nobody"
        said = english(self.condition, compares=bool(compared(self.condition)))
        return f"{self.entity}.{self.rule.name}: no row where {'not ' if self.instead == TRUE else ''}({said}) decides"


class Beyond(NamedTuple):
    """A rule that should hold somewhere where none of those does that allow what it doesn't."""

    entity: str
    rule: Rule
    verb: str
    beside: tuple[Rule, ...]
    relation: str
    """The relation of many to many that it doesn't show, which should lead to something there; empty for fields."""


Goal = Decided | Beyond


class Covered:
    """What rows and askers of a world cover."""

    def __init__(self, expecting: Expecting, askers: Sequence[Asker]) -> None:
        self.expecting = expecting
        self._askers = askers
        self._now = datetime.now(UTC)
        self._conditions: dict[tuple[str, str, Node | None, Node], tuple[Node, Node]] = {}
        self._held: dict[tuple[str, Asker, int], tuple[WorldRow, bool]] = {}

    def forget(self) -> None:
        """To be called when rows of the world have changed."""
        self._held.clear()
        self.expecting.forget()

    def goals(self) -> Iterator[Goal]:
        """What there is to cover."""
        for entity in self.expecting.entities.values():
            if entity.view or entity.private:
                continue
            for rule in entity.rules:
                written = _spread(self.expecting.written(entity.name, rule))
                found = dict.fromkeys(_conditions(written))
                for verb in rule.verbs:
                    for leaf in found:
                        if not isinstance(leaf, IsNull) or not isinstance(leaf.of, CurrentUser):
                            for instead in (FALSE, TRUE, *_wider(leaf, written)):
                                yield Decided(entity.name, rule, verb, leaf, instead)
                    if rule.needs_user and self._may_hold_for_nobody(entity, rule):
                        yield Decided(entity.name, rule, verb, None, TRUE)
                yield from dict.fromkeys(self._beyond(entity, rule))

    def _may_hold_for_nobody(self, entity: Entity, rule: Rule) -> bool:
        written = self.expecting.written(entity.name, rule)
        return simplify(written, anonymous=True, roles=frozenset()) != FALSE

    def _beyond(self, entity: Entity, rule: Rule) -> Iterator[Beyond]:
        actions = [each.name for each in self.expecting.blueprint.actions if each.entity == entity.name]
        linked = {relation.name for relation in entity.relations if relation.kind == "many_to_many"}
        for verb in (*VERBS, *actions):
            for name in self._names(entity, verb):
                allowing = [
                    each for each in entity.rules if verb in each.verbs and (each.fields is None or name in each.fields)
                ]
                if name in ("", *(rule.fields or (name,))) and verb not in rule.verbs:
                    yield Beyond(entity.name, rule, verb, tuple(allowing), "")
                elif rule not in allowing:
                    relation = name if name in linked and verb == "read" else ""
                    yield Beyond(entity.name, rule, verb, tuple(allowing), relation)

    @staticmethod
    def _names(entity: Entity, verb: str) -> list[str]:
        """What of a row a verb is about; an empty name where it is about the whole."""
        if verb not in ("read", "create", "update"):
            return [""]
        closed = {
            field.name for field in entity.fields if field.hidden or (verb != "read" and not may_be_written(field))
        }
        return [name for name in covered_names(entity) if name not in closed]

    def covers(
        self, goal: Goal, row: WorldRow | None = None, *, alone: bool = True, askers: Sequence[Asker] | None = None
    ) -> bool:
        """Whether a row, or any of the world's, covers a goal; `alone`: where no other rule allows the same."""
        rows = self.expecting.world.rows[goal.entity] if row is None else [row]
        askers = self._askers if askers is None else askers
        if isinstance(goal, Beyond):
            return any(self._goes_beyond(goal, asker, each) for asker in askers for each in rows)
        if goal.condition is None:
            askers = [NOBODY]
        return any(
            self._decides(goal, asker, each) and (not alone or self._alone(goal, asker, each))
            for asker in askers
            for each in rows
        )

    def _decides(self, goal: Decided, asker: Asker, row: WorldRow) -> bool:
        """Whether the rule's outcome hangs on a condition, for an asker and a row."""
        rule, leaf = goal.rule, goal.condition
        user = self.expecting.user(asker)
        if leaf is not None and user is None and rule.needs_user:
            return False
        written, other = self._of(goal)
        rows = self.expecting.world.rows[goal.entity] if rule.after else [row]
        for after in rows:
            place = Place(row, user, asker.roles, self._now, {AFTER: after})
            try:
                held = holds(written, place)
                if held if leaf is None else held != holds(other, place):
                    return True
            except UndefinedError:
                continue
        return False

    def _of(self, goal: Decided) -> tuple[Node, Node]:
        """The rule's condition as it is, and with something else in place of the goal's."""
        key = goal.entity, goal.rule.id, goal.condition, goal.instead
        if key not in self._conditions:
            written = _spread(self.expecting.written(goal.entity, goal.rule))
            other = written if goal.condition is None else _with(written, goal.condition, goal.instead)
            self._conditions[key] = written, other
        return self._conditions[key]

    def _alone(self, goal: Decided, asker: Asker, row: WorldRow) -> bool:
        """Whether no other rule allows the same, and nothing else speaks against it."""
        rules = self.expecting.entities[goal.entity].rules
        others = [
            each
            for each in rules
            if each is not goal.rule
            and goal.verb in each.verbs
            and (each.fields is None or set(goal.rule.fields or ("",)) <= set(each.fields))
        ]
        return self._in_reach(goal, asker, row) and not any(self._holds(each, asker, row) for each in others)

    def _goes_beyond(self, goal: Beyond, asker: Asker, row: WorldRow) -> bool:
        return (
            self._holds(goal.rule, asker, row)
            and not any(self._holds(each, asker, row) for each in goal.beside)
            and self._in_reach(goal, asker, row)
            and (not goal.relation or self._leads_on(goal, asker, row))
        )

    def _holds(self, rule: Rule, asker: Asker, row: WorldRow) -> bool:
        key = rule.id, asker, id(row)  # the row is kept beside it, so that no other comes to lie where it is
        if key not in self._held:
            self._held[key] = row, self.expecting.holds(rule, asker, row)
        return self._held[key][1]

    def _in_reach(self, goal: Goal, asker: Asker, row: WorldRow) -> bool:
        """Whether the row is there to be changed, or such a one points only at what can be pointed at."""
        if goal.verb == "create":
            return self.expecting.leads(goal.rule, asker, row)
        return goal.verb == "read" or self.expecting.visible(asker, row)

    def _leads_on(self, goal: Beyond, asker: Asker, row: WorldRow) -> bool:
        entity = self.expecting.entities[goal.entity]
        relation = next(each for each in entity.relations if each.name == goal.relation)
        shown = (self.expecting.shown(asker, there) for there in row.links[relation.name])
        return any(names is not None and (not relation.inverse or relation.inverse in names) for names in shown)


def _conditions(node: Node) -> Iterator[Node]:
    """The single conditions that a condition is put together from, those that are asked of the rows of lists too."""
    match node:
        case And() | Or() | Not() | If():
            for part in parts(node):
                yield from _conditions(part)
        case Literal():
            return
        case _:
            yield shape(node)
            for part in walk(node):
                if isinstance(part, Aggregate):
                    asked = (part.where, part.value if part.function in ("any", "all") else None)
                    for condition in asked:
                        if isinstance(condition, And | Or | Not | If):
                            yield from _conditions(condition)


def _wider(leaf: Node, condition: Node) -> Iterator[Node]:
    """A comparison of a field with one of few values, with each further value that isn't named beside it."""
    match leaf:
        case Compare("eq", FieldOf(type=Enum(values)) as field, Literal() as literal):
            named = [
                part.right.value
                for part in walk(condition)
                if isinstance(part, Compare) and part.left == field and isinstance(part.right, Literal)
            ]
            for value in values:
                if value not in named:
                    yield Or((leaf, Compare("eq", field, replace(literal, value=value))))
        case _:
            return


def _spread(condition: Node) -> Node:
    """The condition with `x in (a, b)` as `x == a or x == b`."""

    def spread(node: Node) -> Node:
        node = changed(node, spread)
        return Or(tuple(Compare("eq", node.item, each) for each in node.options)) if isinstance(node, In) else node

    return spread(plainly(condition))


def _with(condition: Node, leaf: Node, value: Node) -> Node:
    def put(node: Node) -> Node:
        return value if isinstance(node, type(leaf)) and shape(node) == leaf else changed(node, put)

    return put(condition)

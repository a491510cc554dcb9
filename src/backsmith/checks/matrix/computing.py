"""Computes the matrix from the rules alone: a blueprint goes in, who can do what comes out.

For everybody who stands to a row in the same way (signed in or not, roles, ties) a rule says the same about it. So each
rule is asked for each of these standings, and what is left of it is a condition on the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product

from backsmith.blueprint.blueprint import Action, Blueprint, Entity, Field, Query, Route, Rule
from backsmith.blueprint.expressions import FALSE, TRUE, Node
from backsmith.blueprint.simplify import mentioned_roles
from backsmith.blueprint.types import is_file
from backsmith.checks.matrix.matrix import Call, Cell, Matrix, Part, Right, Standing, Telling
from backsmith.checks.matrix.ties import Tie, assumed, ties_of
from backsmith.engine.access import covered_names
from backsmith.evolution.access_changes.names import written_out
from backsmith.evolution.access_changes.proofs import implies
from backsmith.evolution.access_changes.rights import either

VERBS = ("read", "create", "update", "delete")
OF_FIELDS = frozenset({"read", "create", "update"})
MOST_TIES, MOST_PAIRS = 3, 8
"""Up to so many ties and roles all ways to have them together are looked at, and all pairs of them; of more, one at a
time."""
READING = ("list", "filter", "sort", "embed", "aggregate", "csv")
WRITING = ("bulk", "batch", "upsert", "nested write")


def matrix_of(blueprint: Blueprint) -> Matrix:
    """The access matrix of an application."""
    return Matrix(
        blueprint.name, tuple(part_of(blueprint, each) for each in blueprint.entities), tuple(_calls(blueprint))
    )


def part_of(blueprint: Blueprint, entity: Entity) -> Part:
    """The part of the matrix that is about one entity."""
    entities = {each.name: each for each in blueprint.entities}
    return _Entity(blueprint, entity, lambda condition: written_out(condition, entities)).part()


def channels_of(entity: Entity) -> tuple[str, ...]:
    """The ways by which the API leads to rows of the entity."""
    if entity.private:
        return ("change log",) if entity.logged else ()
    found: list[str] = ["item", *READING] if entity.key else [*READING]
    if not entity.view:
        found += WRITING if entity.key else ["batch"]
    if any(is_file(field.type) and not field.hidden for field in entity.fields):
        found.append("file")
    return (*found, "change log") if entity.logged else tuple(found)


def may_be_written(field: Field) -> bool:
    """Whether requests can bring a value: not of what is calculated, nor of keys that the database numbers."""
    return field.computed is None and not field.identity


class _Entity:
    def __init__(self, blueprint: Blueprint, entity: Entity, written: Callable[[Node], Node]) -> None:
        self._blueprint = blueprint
        self._entity = entity
        self._written = written
        self._ties = ties_of(entity, written)
        rules = [rule.condition for rule in entity.rules]
        self._roles = frozenset[str]().union(*map(mentioned_roles, rules))
        self._standings = tuple(standings(self._roles, self._ties))

    def part(self) -> Part:
        entity = self._entity
        rights = [right for verb in self._verbs() for right in self._of_verb(verb)]
        hidden = tuple(field.name for field in entity.fields if field.hidden)
        return Part(entity.name, entity.collection, channels_of(entity), tuple(rights), tuple(self._tells()), hidden)

    def _verbs(self) -> Iterator[str]:
        if self._entity.private:
            return
        yield from VERBS[:1] if self._entity.view else VERBS
        yield from (action.name for action in self._blueprint.actions if action.entity == self._entity.name)

    def _of_verb(self, verb: str) -> Iterator[Right]:
        if verb not in OF_FIELDS:
            yield Right(verb, (), False, self._cells(self._rules(verb)))
            return
        groups: dict[tuple[Cell, ...], list[str]] = {}
        names = self._names(verb)
        for name in names:
            groups.setdefault(self._cells(self._rules(verb, name)), []).append(name)
        for cells, some in groups.items():
            yield Right(verb, tuple(some), len(some) == len(names), cells)

    def _names(self, verb: str) -> list[str]:
        """The fields that a verb can be about, and relations of many to many."""
        entity = self._entity
        out = {field.name for field in entity.fields if (field.hidden if verb == "read" else not may_be_written(field))}
        return [name for name in covered_names(entity) if name not in out]

    def _rules(self, verb: str, name: str | None = None) -> list[Rule]:
        rules = [rule for rule in self._entity.rules if verb in rule.verbs]
        key = verb == "read" and name in self._entity.key  # which goes with the row
        return [rule for rule in rules if rule.fields is None or name is None or key or name in rule.fields]

    def _cells(self, rules: Sequence[Rule]) -> tuple[Cell, ...]:
        found: dict[Standing, Node] = {standing: self._condition(rules, standing) for standing in self._standings}
        return tuple(Cell(who, what) for who, what in found.items() if not _follows(who, what, found))

    def _condition(self, rules: Sequence[Rule], who: Standing) -> Node:
        ties = {tie.condition: tie.name in who.ties for tie in self._ties}
        ties |= {each: True for tie in self._ties if tie.name in who.ties for each in tie.also}
        return either(
            FALSE
            if rule.needs_user and who.anonymous
            else assumed(self._written(rule.condition), ties, anonymous=who.anonymous, roles=who.roles)
            for rule in rules
        )

    def _tells(self) -> Iterator[Telling]:
        entity = self._entity
        uniques = [(field.name,) for field in entity.fields if field.unique]
        uniques += [each.fields for each in entity.uniques]
        uniques += [each.fields for each in entity.relations if each.kind == "to_one" and each.unique]
        for fields in dict.fromkeys(uniques):
            who = tuple(
                standing.name for standing in self._standings if self._writes(fields, standing, strangers=standing)
            )
            if who and not entity.private and not entity.view:
                yield Telling(fields, who)

    def _writes(self, fields: tuple[str, ...], who: Standing, *, strangers: Standing) -> bool:
        """Whether somebody may write the fields and not read them of every row, those of strangers among them."""
        if len(who.roles) + len(who.ties) > 1:
            return False
        stranger = Standing(strangers.anonymous, strangers.roles)
        reads = all(self._condition(self._rules("read", name), stranger) == TRUE for name in fields)
        hidden = any(each.hidden for each in entity_fields(self._entity, fields))
        writes = any(
            all(self._condition(self._rules(verb, name), who) != FALSE for name in fields)
            for verb in ("create", "update")
        )
        return writes and (hidden or not reads)


def entity_fields(entity: Entity, names: Sequence[str]) -> list[Field]:
    """The fields of these names."""
    return [field for field in entity.fields if field.name in names]


def standings(roles: frozenset[str], ties: Sequence[Tie]) -> Iterator[Standing]:
    """All ways to stand to a row: nobody, somebody without roles and ties, each role, each tie, and several at once."""
    names = tuple(dict.fromkeys(tie.name for tie in ties))
    yield Standing(anonymous=True)
    yield Standing(others=tuple(dict.fromkeys(tie.stranger for tie in ties)))
    singles = [((), (tie,)) for tie in names] + [((role,), ()) for role in sorted(roles)]
    count = len(names) + len(roles)
    most = count if count <= MOST_TIES else 2 if count <= MOST_PAIRS else 1
    implied = {tie.name: {each.name for each in ties if each.condition in tie.also} for tie in ties}
    several = [
        pair
        for pair in product(_subsets(sorted(roles)), _subsets(names))
        if 1 < len(pair[0]) + len(pair[1]) <= most and not any(implied[name] & set(pair[1]) for name in pair[1])
    ]
    for some_roles, some_ties in (*singles, *sorted(several, key=lambda pair: len(pair[0]) + len(pair[1]))):
        yield Standing(roles=frozenset(some_roles), ties=some_ties)


def _subsets(names: Sequence[str]) -> list[tuple[str, ...]]:
    return [some for size in range(len(names) + 1) for some in combinations(names, size)]


def _follows(who: Standing, what: Node, known: dict[Standing, Node]) -> bool:
    """Whether the cell is what those with fewer roles and ties may do together, so that it needn't be said."""
    if len(who.roles) + len(who.ties) < 2:
        return False
    fewer = [
        condition
        for other, condition in known.items()
        if not other.anonymous
        and other.roles <= who.roles
        and set(other.ties) <= set(who.ties)
        and (other.roles, other.ties) != (who.roles, who.ties)
    ]
    together = either(fewer)
    return implies(what, together) and implies(together, what)


def _calls(blueprint: Blueprint) -> Iterator[Call]:
    calls: list[tuple[str, Query | Action | Route]] = [
        (f"GET /api/rpc/{each.name}", each) for each in blueprint.queries
    ]
    calls += [(f"POST /api/rpc/{each.name}", each) for each in blueprint.actions if each.entity is None]
    calls += [(f"{each.method} {each.path}", each) for each in blueprint.routes]
    for about, call in calls:
        allow = FALSE if call.allow is None else call.allow
        cells = [
            Cell(
                who,
                FALSE
                if call.needs_user and who.anonymous
                else assumed(allow, {}, anonymous=who.anonymous, roles=who.roles),
            )
            for who in standings(mentioned_roles(allow), ())
        ]
        found = {cell.standing: cell.condition for cell in cells}
        yield Call(about, tuple(cell for cell in cells if not _follows(cell.standing, cell.condition, found)))

"""Entities of a team: their rules narrowed to members of the row's team, and the checks that keep relations within it.

In: entities with their rules, as they were written. Out: the same, where whoever asks a rule of an entity of a team has
to be a member of that team, but for rules that say `across_teams`. An update's rule is asked of the row before and
after, so a row can't be moved to a team of others either. What would tell one team of another in spite of that, unique
values over all teams, is a mistake of the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Check, Entity, Rule, UniqueKey
from backsmith.blueprint.drafts import Compilation, Draft
from backsmith.blueprint.expressions import (
    AFTER,
    FALSE,
    TRUE,
    Aggregate,
    And,
    Compare,
    CurrentUser,
    Follow,
    IsNull,
    Node,
    Or,
    Row,
    This,
    Variable,
)
from backsmith.blueprint.memberships import MEMBERSHIPS, ROLE, member_of, speaks_to_members
from backsmith.blueprint.naming import listed
from backsmith.blueprint.trees import walk
from backsmith.blueprint.types import Boolean, Enum, Integer, Text, Uuid
from backsmith.model.markers import Unique
from backsmith.model.teams import ADMIN, MEMBER, OWNER, Membership, Team, TeamEntity

TEAM = "team"
CODE = "team"


def belongs_to_team(draft: Draft) -> bool:
    """Whether the rows of an entity belong to teams."""
    return issubclass(draft.cls, TeamEntity)


def check_teams(compilation: Compilation) -> bool:
    """Whether the application has teams that can be kept apart. Reports what doesn't fit."""
    team = compilation.by_class.get(Team)
    return team is not None and _teams_fit(compilation, team, compilation.by_class.get(Membership))


def add_teams(compilation: Compilation, entities: Mapping[str, Entity]) -> dict[str, Entity]:
    """The entities, those of teams kept apart. `check_teams` found that they can be."""
    found = dict(entities)
    team, membership = compilation.by_class[Team], compilation.by_class[Membership]
    found[membership.name] = _one_each(found[membership.name])
    teams = {draft.name: draft for draft in compilation.drafts if belongs_to_team(draft)}
    for draft in teams.values():
        if _team_fits(compilation, draft, team):
            _check_uniques(compilation, draft, found[draft.name], teams)
            entity = found[draft.name]
            rules = tuple(narrowed(rule, entity, found[membership.name]) for rule in entity.rules)
            checks = (*entity.checks, *_checks(compilation, draft, entity, teams))
            found[draft.name] = replace(entity, rules=rules, checks=checks, team=TEAM)
    return found


def narrowed(rule: Rule, entity: Entity, membership: Entity) -> Rule:
    """The rule, for members of the row's team alone."""
    if rule.across_teams or rule.condition == FALSE:
        return rule
    to_team = next(relation for relation in entity.relations if relation.name == TEAM)
    to_account = next(relation for relation in membership.relations if relation.name == "account")
    rows: list[Row] = [This(entity.name), *([Variable(AFTER, entity.name)] if rule.after else [])]
    condition, taken = rule.condition, _variables(rule.condition)
    members: list[Node] = []
    for row in rows:
        team = Follow(row, TEAM, to_team.entity)
        if not speaks_to_members(condition, team):
            variable = next(name for number in range(len(taken) + 1) if (name := _name(number)) not in taken)
            taken.add(variable)
            members.append(member_of(team, CurrentUser(to_account.entity), membership, variable))
    own = condition.items if isinstance(condition, And) else () if condition == TRUE else (condition,)
    items = (*members, *own)
    return replace(rule, condition=items[0] if len(items) == 1 else And(items), needs_user=True)


def _name(number: int) -> str:
    return f"member{number + 1}" if number else "member"


def _variables(node: Node) -> set[str]:
    return {part.variable.name for part in walk(node) if isinstance(part, Aggregate)} | {AFTER}


# What has to fit ----------------------------------------------------------------------------------------------------


def _teams_fit(compilation: Compilation, team: Draft, membership: Draft | None) -> bool:
    """Whether what extends teams and memberships still is one. Where not, something is reported: without them nothing
    would keep teams apart."""
    before = len(compilation.problems)
    if len(team.key) != 1 or not isinstance(team.fields[team.key[0]].type, Integer | Text | Uuid):
        message = f"The key of {team.name} has to be one field: a whole number, a text or a UUID."
        compilation.report(team.problem(CODE, message, at="key"))
    many = team.relations.get(MEMBERSHIPS)
    if membership is None or many is None or (many.kind, many.entity) != ("to_many", membership.name):
        message = f"{team.name}.memberships has to be the list of memberships that Team declares."
        compilation.report(team.problem(CODE, message, "Leave it to Team."))
        return False
    for name, other in ((TEAM, team), ("account", compilation.account)):
        one = membership.relations.get(name)
        if other is None or one is None or (one.kind, one.entity, one.nullable) != ("to_one", other.name, False):
            message = f"{membership.name}.{name} has to be the relation that Membership declares."
            compilation.report(membership.problem(CODE, message, "Leave it to Membership."))
    role, wanted = membership.fields.get(ROLE), (OWNER, ADMIN, MEMBER)
    if role is None or not isinstance(role.type, Enum) or not set(wanted) <= set(role.type.values):
        message = f"{membership.name}.role has to know {listed(wanted, 'and')}."
        hint = 'Write role: Literal["owner", "admin", "member", …].'
        compilation.report(membership.parts[ROLE].problem(CODE, message, hint))
    return len(compilation.problems) == before


def _one_each(membership: Entity) -> Entity:
    """Memberships of a class that extends Backsmith's, which has no keywords of its class: once for each account."""
    relations = {relation.name: relation for relation in membership.relations}
    fields = (*relations[TEAM].fields, *relations["account"].fields)
    if any(each.fields == fields for each in membership.uniques):
        return membership
    return replace(membership, uniques=(*membership.uniques, UniqueKey(fields)))


def _team_fits(compilation: Compilation, draft: Draft, team: Draft) -> bool:
    """Whether the relation to the team is one; reports where not."""
    one = draft.relations.get(TEAM)
    if one is not None and (one.kind, one.entity, one.nullable) == ("to_one", team.name, False):
        return True
    if TEAM not in draft.broken or not compilation.problems:
        message = f"{draft.name}.team has to be the team that each row belongs to."
        compilation.report(draft.problem(CODE, message, f"Leave team to TeamEntity, or write team: {team.name}."))
    return False


def _check_uniques(compilation: Compilation, draft: Draft, entity: Entity, teams: Mapping[str, Draft]) -> None:
    """Report values that are unique over all teams: whoever gives one that another team has would be told so."""
    within = [
        set(relation.fields)
        for relation in entity.relations
        if relation.kind == "to_one" and (relation.name == TEAM or relation.entity in teams)
    ]

    def is_within(fields: tuple[str, ...]) -> bool:
        return any(each <= set(fields) for each in within)

    for field in entity.fields:
        if field.unique and not is_within((field.name,)):
            name = field.relation or field.name
            part = draft.parts[name]
            at = "Unique" if part.marker(Unique) else None
            compilation.report(part.problem(CODE, *_over_all(draft, (name,)), at=at))
    for unique in entity.uniques:
        if not is_within(unique.fields):
            compilation.report(draft.problem(CODE, *_over_all(draft, unique.fields), at="unique"))
    given = [field for field in entity.fields if field.name in entity.key and not field.identity]
    if given and not is_within(entity.key) and not any(isinstance(field.type, Uuid) for field in given):
        message = f"The key of {draft.name} is given by who makes a row, and the same for all teams."
        hint = f'Write key=("team", "{given[0].name}"), or id: UUID: nobody guesses that of another team.'
        compilation.report(draft.problem(CODE, message, hint, at="key"))


def _over_all(draft: Draft, names: tuple[str, ...]) -> tuple[str, str]:
    one = f"{draft.name}.{names[0]} is" if len(names) == 1 else f"{listed(names, 'and')} of {draft.name} are"
    message = f"{one} unique over all teams, which tells one team what another has."
    within = ", ".join(f'"{name}"' for name in (TEAM, *names))
    return message, f"Write class {draft.name}(TeamEntity, unique=[({within})])."


# Checks -------------------------------------------------------------------------------------------------------------


def _checks(compilation: Compilation, draft: Draft, entity: Entity, teams: Mapping[str, Draft]) -> Iterator[Check]:
    """That what a row is related to is of the same team."""
    this = This(entity.name)
    to_team = next(relation for relation in entity.relations if relation.name == TEAM)
    own = Follow(this, TEAM, to_team.entity)
    for relation in entity.relations:
        if relation.entity not in teams:
            continue
        to_one = relation.kind == "to_one"
        there = Follow(this, relation.name, relation.entity) if to_one else Variable("row", relation.entity)
        same: Node = Compare("eq", Follow(there, TEAM, to_team.entity), own)
        if not to_one:
            same = Aggregate("all", this, relation.name, cast(Variable, there), None, same, None, Boolean())
        elif relation.nullable:
            same = Or((IsNull(there), same))
        changed_by = (*(relation.fields if to_one else ()), *to_team.fields)
        links = (relation.name,) if relation.kind == "many_to_many" else ()
        name = f"{relation.name}_of_the_same_team"
        yield Check(
            id=compilation.ids.take(f"{draft.name}.{name}", draft.earlier(name)),
            name=name,
            condition=same,
            message=f"{relation.name} has to be of the same team",
            changed_by=(*dict.fromkeys(changed_by), *links),
            of_new=to_one,
        )

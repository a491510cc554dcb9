"""What rules open further than their authors may have meant.

In: a blueprint. Out: findings, each at the rule or field that brings it about. A rule is looked at for two askers:
nobody (not signed in), and somebody with no role at all, which is whoever makes an account.
"""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.blueprint.blueprint import Blueprint, Entity, Field, Location, Rule
from backsmith.blueprint.expressions import FALSE, TRUE, CurrentUser, FieldOf, Node
from backsmith.blueprint.simplify import simplify, uses_user
from backsmith.blueprint.trees import walk
from backsmith.checks.audit.catalogue import BY_CODE
from backsmith.checks.audit.findings import Finding, Severity

WRITES = ("create", "update", "delete")
_LONGEST_WAY = 3


def rights(blueprint: Blueprint) -> Iterator[Finding]:
    """What is risky about who may do what."""
    entities = {entity.name: entity for entity in blueprint.entities}
    for entity in blueprint.entities:
        if entity.private:
            continue  # no path leads to it
        for rule in entity.rules:
            yield from _open(entity, rule)
            yield from _of_others(entity, rule, blueprint, entities)
            yield from _across_teams(entity, rule, entities)
    yield from _own_rights(blueprint, entities)


def finding(
    code: str, subject: str, message: str, fix: str, location: Location | None, severity: Severity | None = None
) -> Finding:
    """A finding at a place of the model."""
    return Finding(
        check=code,
        severity=severity or BY_CODE[code].severity,
        subject=subject,
        message=message,
        fix=fix,
        file=None if location is None else location.file,
        line=None if location is None else location.line,
        column=None if location is None else location.column,
    )


def held(rule: Rule, *, anonymous: bool) -> Node:
    """The rule's condition for nobody, or for somebody without roles."""
    if anonymous and rule.needs_user:
        return FALSE
    return simplify(rule.condition, anonymous=anonymous, roles=frozenset())


def covered(entity: Entity, rule: Rule) -> list[Field]:
    """The fields that the rule is for."""
    return [field for field in entity.fields if not field.hidden and (rule.fields is None or field.name in rule.fields)]


def _open(entity: Entity, rule: Rule) -> Iterator[Finding]:
    condition = held(rule, anonymous=True)
    if condition == FALSE:
        return
    subject, limited = f"{entity.name}.{rule.name}", "" if condition == TRUE else " some of"
    verbs = [verb for verb in WRITES if verb in rule.verbs]
    if verbs:
        yield finding(
            "open-writes",
            subject,
            f"Anybody may {_listed(verbs)}{limited} the rows of {entity.name} without signing in.",
            "Give the rule a parameter user: Account, and say whose rows it is about.",
            rule.location,
        )
    if "read" not in rule.verbs:
        return
    personal = [field.name for field in covered(entity, rule) if field.personal is not None]
    if personal:
        yield finding(
            "open-personal",
            subject,
            f"Anybody may read {_listed(personal)} of{limited} the rows of {entity.name}, which is personal.",
            "Let the rule be for the other fields only: fields=[…], or for who is signed in: user: Account.",
            rule.location,
        )
    elif condition == TRUE:
        yield finding(
            "open-reads",
            subject,
            f"Anybody may read all rows of {entity.name}.",
            "Nothing, where it is meant to be public; accept the finding with audit_accept.",
            rule.location,
        )


def _of_others(entity: Entity, rule: Rule, blueprint: Blueprint, entities: dict[str, Entity]) -> Iterator[Finding]:
    if held(rule, anonymous=False) != TRUE or held(rule, anonymous=True) != FALSE:
        return
    subject = f"{entity.name}.{rule.name}"
    verbs = [verb for verb in ("read", *WRITES) if verb in rule.verbs and verb != "create"]
    ways = list(ways_to_account(entity.name, blueprint.account, entities))
    personal = [field.name for field in covered(entity, rule) if field.personal is not None]
    if "read" in verbs and personal:
        yield finding(
            "others-personal",
            subject,
            f"Everybody who is signed in may read {_listed(personal)} of all rows of {entity.name}.",
            f"Say whose rows these are: return {_own(ways)} == user; or leave these fields out: fields=[…].",
            rule.location,
        )
    changes = [verb for verb in verbs if verb != "read"]
    if changes or ("read" in verbs and ways and not personal):
        yield finding(
            "others-rows",
            subject,
            f"Everybody who is signed in may {_listed(changes or ['read'])} all rows of {entity.name}"
            + (", which belong to accounts." if ways else "."),
            f"Say whose rows these are: return {_own(ways)} == user; or which role it takes: "
            'return "editor" in user.roles.',
            rule.location,
            None if changes else "low",
        )


def _across_teams(entity: Entity, rule: Rule, entities: dict[str, Entity]) -> Iterator[Finding]:
    subject = f"{entity.name}.{rule.name}"
    condition = held(rule, anonymous=False)
    if rule.across_teams:
        by_role = condition == FALSE
        yield finding(
            "across-teams",
            subject,
            f"{subject} holds for the rows of all teams, "
            + ("for those who have its role." if by_role else "whether or not who asks is a member."),
            "Leave out across_teams, or accept the finding where it is meant for your own staff.",
            rule.location,
            "low" if by_role else None,
        )
        return
    owners = [
        relation
        for relation in entity.relations
        if relation.kind == "to_one" and not relation.implicit and entities[relation.entity].team is not None
    ]
    if entity.team is None and owners and condition != FALSE and not uses_user(condition):
        yield finding(
            "across-teams",
            subject,
            f"Rows of {entity.name} belong to {owners[0].entity}, which belongs to a team, and {subject} doesn't ask "
            "who is a member of it.",
            f"Let {entity.name} belong to the team too: class {entity.name}(TeamEntity).",
            rule.location,
        )


def ways_to_account(
    entity: str, account: str | None, entities: dict[str, Entity], so_far: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """The ways over to-one relations from an entity to the accounts, the shortest first."""
    if entity == account:
        yield so_far
    elif len(so_far) < _LONGEST_WAY:
        for relation in entities[entity].relations:
            if relation.kind == "to_one" and not relation.implicit and relation.entity != entity:
                yield from ways_to_account(relation.entity, account, entities, (*so_far, relation.name))


def _own_rights(blueprint: Blueprint, entities: dict[str, Entity]) -> Iterator[Finding]:
    """Fields of the account that rules look at and that the account itself may change."""
    account = entities.get(blueprint.account or "")
    if account is None or account.private:
        return
    deciding: dict[str, str] = {}
    for entity in blueprint.entities:
        for rule in entity.rules:
            for node in walk(rule.condition):
                if isinstance(node, FieldOf) and isinstance(node.of, CurrentUser) and node.field not in account.key:
                    deciding.setdefault(node.field, f"{entity.name}.{rule.name}")
    for rule in account.rules:
        if "update" not in rule.verbs or held(rule, anonymous=False) == FALSE:
            continue
        for field in covered(account, rule):
            if field.name in deciding:
                yield finding(
                    "own-rights",
                    f"{account.name}.{field.name}",
                    f"{deciding[field.name]} decides by user.{field.name}, which people may change themselves by "
                    f"{account.name}.{rule.name}.",
                    f"Leave {field.name} out of that rule: fields=[…].",
                    rule.location,
                )


def _own(ways: list[tuple[str, ...]]) -> str:
    return ".".join(("self", *(ways[0] if ways else ("owner",))))


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

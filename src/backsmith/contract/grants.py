"""Rules and checks in English. In: an entity. Out: sentences, for the documentation and the document."""

from __future__ import annotations

from collections.abc import Iterable

from backsmith.blueprint.blueprint import Entity, Rule
from backsmith.blueprint.english import english
from backsmith.blueprint.english_values import listed
from backsmith.blueprint.expressions import FALSE, TRUE, Node
from backsmith.contract.contract import Grant
from backsmith.contract.visible import Visible
from backsmith.engine.access import decided


def grants_of(entity: Entity, visible: Visible) -> tuple[Grant, ...]:
    """The rules that can let this audience do something, in English."""
    kind = visible.audience.kind
    found: list[Grant] = []
    for rule in entity.rules:
        if kind is not None and decided(rule, kind) == FALSE:
            continue
        found.append(
            Grant(
                name=rule.name,
                verbs=rule.verbs,
                text=sentence(rule.condition, needs_user=rule.needs_user),
                fields=rule.fields,
                doc=rule.doc,
            )
        )
    return tuple(found)


def checks_of(entity: Entity) -> tuple[str, ...]:
    """What every row has to be: the message of each check, or its condition in English."""
    return tuple(check.message or f"{_begun(english(check.condition))}." for check in entity.checks)


def access_to(entity: Entity, verb: str, visible: Visible) -> str:
    """Who may do that to a row, in English."""
    kind = visible.audience.kind
    ways: Iterable[Rule] = (
        rule for rule in entity.rules if verb in rule.verbs and (kind is None or decided(rule, kind) != FALSE)
    )
    return " ".join(dict.fromkeys(_way(rule) for rule in ways))


def _way(rule: Rule) -> str:
    text = sentence(rule.condition, needs_user=rule.needs_user)
    return text if rule.fields is None else f"{text[:-1]} (only {listed(rule.fields)})."


def sentence(condition: Node, *, needs_user: bool) -> str:
    """Who meets a condition: "Anyone.", "Whoever is signed in, if the row's account is you."."""
    who = "Whoever is signed in" if needs_user else "Anyone"
    return f"{who}." if condition == TRUE else f"{who}, if {english(condition)}."


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]

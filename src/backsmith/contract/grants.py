"""Rules and checks in English. In: an entity. Out: sentences, for the documentation and the document."""

from __future__ import annotations

from collections.abc import Iterable

from backsmith.blueprint.blueprint import Entity, Rule
from backsmith.blueprint.english import english
from backsmith.blueprint.english_values import listed
from backsmith.contract.contract import Grant
from backsmith.contract.visible import Visible


def grants_of(entity: Entity, visible: Visible) -> tuple[Grant, ...]:
    """The rules that can let this audience do something, in English."""
    found: list[Grant] = []
    for rule in entity.rules:
        if not visible.opens(entity, rule):
            continue
        found.append(
            Grant(
                name=rule.name,
                verbs=rule.verbs,
                text=visible.said(rule),
                fields=rule.fields,
                doc=rule.doc,
            )
        )
    return tuple(found)


def checks_of(entity: Entity) -> tuple[str, ...]:
    """What every row has to be: the message of each check, or its condition in English."""
    return tuple(check.message or f"{_begun(english(check.condition))}." for check in entity.checks)


def access_to(entity: Entity, verbs: Iterable[str], visible: Visible) -> str:
    """Who may do one of these to a row, in English."""
    ways = (rule for verb in verbs for rule in entity.rules if verb in rule.verbs and visible.opens(entity, rule))
    return " ".join(dict.fromkeys(_way(rule, visible) for rule in ways))


def _way(rule: Rule, visible: Visible) -> str:
    text = visible.said(rule)
    return text if rule.fields is None else f"{text[:-1]} (only {listed(rule.fields)})."


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]

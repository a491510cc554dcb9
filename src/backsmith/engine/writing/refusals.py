"""The refusals of writing that rules are the reason of: what is said, and which rule would have allowed it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backsmith import errors
from backsmith.blueprint.blueprint import Entity, Rule
from backsmith.blueprint.english import english
from backsmith.blueprint.simplify import uses_user
from backsmith.engine.access import AskerKind
from backsmith.engine.writing.work import Verb
from backsmith.errors import RequestError


def closed(entity: Entity, kind: AskerKind, verb: Verb) -> RequestError:
    """No rule lets this kind of asker do it to any row."""
    message = f"permission denied to {verb} {entity.collection}"
    if not kind.reaches(entity, verb):
        return RequestError(errors.FORBIDDEN, message, hint=_out_of_scope(entity, verb))
    rules = [rule for rule in entity.rules if verb in rule.verbs]
    if kind.anonymous and rules:
        return RequestError(
            errors.UNAUTHENTICATED,
            message,
            hint=f"No rule lets everyone {verb} {entity.collection}. Send a token: Authorization: Bearer …",
            headers=(("www-authenticate", "Bearer"),),
        )
    return RequestError(errors.FORBIDDEN, message, hint=_hint(entity, verb, rules), rules=_names(rules))


def uncovered(entity: Entity, kind: AskerKind, verb: Verb, name: str) -> RequestError:
    """No rule lets this kind of asker write the field."""
    if not kind.reaches(entity, verb):
        return closed(entity, kind, verb)
    rules = [rule for rule in entity.rules if verb in rule.verbs and (rule.fields is None or name in rule.fields)]
    if kind.anonymous and rules:
        return closed(entity, kind, verb)
    return RequestError(
        errors.FORBIDDEN,
        f"permission denied to {verb} {entity.collection}.{name}",
        hint=_hint(entity, verb, rules, name) if rules else f"No rule lets anybody {verb} {name}. Leave it out.",
        rules=_names(rules),
    )


def unmet(
    entity: Entity,
    kind: AskerKind,
    verb: Verb,
    names: Sequence[str],
    *,
    after: bool = False,
    pointer: str | None = None,
) -> RequestError:
    """No rule that covers what is written holds for the row. `after`: for the row as it would be."""
    if not kind.reaches(entity, verb):
        return closed(entity, kind, verb)
    covering = [
        rule
        for rule in entity.rules
        if verb in rule.verbs and (rule.fields is None or not names or any(name in rule.fields for name in names))
    ]
    if kind.anonymous and any(rule.needs_user or uses_user(rule.condition) for rule in covering):
        return closed(entity, kind, verb)
    message = f"No rule lets you {verb} this row of {entity.collection}"
    if verb == "create" or after:
        message = f"No rule lets you {verb} {entity.collection} that are like this"
    refusal = RequestError(errors.FORBIDDEN, message, hint=_hint(entity, verb, covering), rules=_names(covering))
    if pointer is not None:
        refusal.members["pointer"] = pointer
    return refusal


def missing_row(entity: Entity, key: Iterable[str]) -> RequestError:
    """There is no row of that key, or none that the asker may see."""
    return RequestError(errors.NOT_FOUND, f"There is no row {','.join(key)} in {entity.collection}")


def nobody(entity: Entity, name: str) -> RequestError:
    """A field is filled with whoever asks, and nobody is signed in."""
    return RequestError(
        errors.UNAUTHENTICATED,
        f"{entity.collection}.{name} is whoever makes the row",
        hint="Send a token: Authorization: Bearer …",
        headers=(("www-authenticate", "Bearer"),),
    )


def _out_of_scope(entity: Entity, verb: str) -> str:
    return f"The API key's scopes leave it out; {verb}:{entity.collection} would let it in."


def _hint(entity: Entity, verb: Verb, rules: Sequence[Rule], name: str | None = None) -> str:
    what = f"{verb} {name}" if name else f"{verb} {entity.collection}"
    if not rules:
        return f"No rule lets anybody {what}."
    return f"It is allowed to {what} {'; or '.join(_said(rule) for rule in rules)}."


def _said(rule: Rule) -> str:
    """`if the order's customer's account is you (rule own)`."""
    return f"if {english(rule.condition)} (rule {rule.name})"


def _names(rules: Iterable[Rule]) -> list[str]:
    return [rule.name for rule in rules]

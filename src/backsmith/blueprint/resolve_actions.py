"""Actions: the `@action` methods and functions of an application -> `Action`s.

Which verbs they are has to be known before rules are read, so they are found first and resolved last.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from types import FunctionType

from backsmith.blueprint.blueprint import Action, Query, Upload
from backsmith.blueprint.drafts import Compilation, Draft, attributes, name_of
from backsmith.blueprint.functions import Context
from backsmith.blueprint.naming import VERBS, listed
from backsmith.blueprint.resolve_deprecations import deprecated_function
from backsmith.blueprint.resolve_queries import place_of
from backsmith.blueprint.resolve_returns import returned_by
from backsmith.blueprint.resolve_signatures import Function, Signature, allowed, located, row_of, signature_of
from backsmith.model.actions import ACTION, Acting


def find_actions(compilation: Compilation, functions: Iterable[FunctionType]) -> list[tuple[Function, Draft | None]]:
    """The actions, with the entity that each is about; the verbs they make are noted in the compilation."""
    found: list[tuple[Function, Draft | None]] = []
    for draft in compilation.drafts:
        for each in attributes(draft, FunctionType).values():
            if hasattr(each, ACTION) and (function := located(compilation, each, "action", draft)):
                found.append((function, draft))
    for each in functions:
        if (function := located(compilation, each, "action")) is not None:
            found.append((function, row_of(compilation, each)))
    for function, draft in found:
        if draft is not None:
            compilation.verbs.setdefault(draft.name, []).append(function.name)
    return found


def resolve_actions(
    compilation: Compilation,
    found: Iterable[tuple[Function, Draft | None]],
    context: Context,
    queries: Iterable[Query],
) -> tuple[Action, ...]:
    """The actions: those of entities in the order of the entities, then the others."""
    known: dict[tuple[str | None, str], Action | Query] = {(None, query.name): query for query in queries}
    actions: list[Action] = []
    for function, draft in found:
        action = _action(compilation, function, draft, context)
        key = (action.entity, action.name)
        if key in known:
            of = f" of {action.entity}" if action.entity else ""
            message = f"'{action.name}'{of} is taken: the other is in {place_of(known[key])}."
            compilation.report(function.problem("duplicate-name", message, "Rename one of them."))
        else:
            known[key] = action
            actions.append(action)
    return tuple(actions)


def _action(compilation: Compilation, function: Function, draft: Draft | None, context: Context) -> Action:
    said: Acting = getattr(function.function, ACTION)
    allow, needs_user = (None, False)
    if draft is None:
        allow, needs_user = allowed(compilation, function, said.allow, context)
    else:
        _check_of_entity(compilation, function, draft, said)
    signature = signature_of(compilation, function, draft)
    _check_function(compilation, function, signature)
    path = f"{draft.name}.{function.name}()" if draft else f"{function.name}()"
    return Action(
        id=compilation.ids.take(path, [f"{each}()" for each in draft.earlier(function.name)] if draft else ()),
        name=function.name,
        function=function.path,
        entity=draft.name if draft else None,
        parameters=tuple(signature.given),
        injected=tuple(signature.injected),
        allow=allow,
        needs_user=needs_user or signature.needs_user,
        retry=said.retry,
        transaction=said.transaction,
        doc=function.doc,
        location=function.source.location(name_of(function.node)),
        returns=returned_by(compilation, function),
        deprecation=deprecated_function(compilation, function),
    )


def _check_function(compilation: Compilation, function: Function, signature: Signature) -> None:
    if inspect.isgeneratorfunction(function.function) or inspect.isasyncgenfunction(function.function):
        message = f"The action {function.name} yields, but what it gives is sent as a whole."
        compilation.report(function.problem("action-yields", message, "Return a list, or write @route to stream."))
    for parameter in signature.given:
        if isinstance(parameter.type, Upload):
            message = f"The action {function.name} takes a file, which its JSON body can't hold."
            place = function.place(parameter.name)
            compilation.report(function.problem("action-parameters", message, "Write @route.", at=place))


def _check_of_entity(compilation: Compilation, function: Function, draft: Draft, said: Acting) -> None:
    """Report what can't be an action of the entity, or that nobody could use."""
    name = f"{draft.name}.{function.name}"
    declaration = draft.declaration
    if said.allow is not None:
        message = f"Who may use the action {name} is said by rules of {draft.name}."
        hint = f'Write @allow("{function.name}") above a rule, and no allow= here.'
        compilation.report(function.problem("action-with-allow", message, hint))
    if function.name in VERBS:
        message = f"The action {name} can't be called '{function.name}': {listed(VERBS, 'and')} are verbs already."
        compilation.report(function.problem("reserved-name", message, "Rename it."))
    elif function.name in draft.fields or function.name in draft.relations:
        message = f"The action {name} has the name of a field or relation."
        compilation.report(function.problem("duplicate-name", message, "Rename one of them."))
    elif declaration.view or draft.private or not draft.key:
        why = "a view" if declaration.view else "private" if draft.private else "without a key"
        message = f"The action {name} has no address: {draft.name} is {why}."
        hint = "Write @route, or a free action that takes what it needs."
        compilation.report(function.problem("action-without-address", message, hint))
    elif not any(function.name in verbs for verbs in compilation.allowed.get(draft.name, ())):
        message = f"Nobody may use the action {name}: no rule of {draft.name} allows '{function.name}'."
        hint = f'Write @allow("{function.name}") above the rule of those who may.'
        compilation.report(function.problem("action-without-rule", message, hint))

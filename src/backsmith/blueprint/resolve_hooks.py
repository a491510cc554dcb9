"""Hooks: the `@before` and `@after` methods and functions of an application -> `Hook`s."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Any, cast

from backsmith.blueprint.blueprint import Hook
from backsmith.blueprint.drafts import Compilation, Draft, attributes, find, name_of
from backsmith.blueprint.naming import did_you_mean, listed
from backsmith.blueprint.resolve_signatures import Function, Signature, located, row_of, signature_of
from backsmith.model.hooks import HOOKS, Hooked

VERBS = ("create", "update", "delete")


def resolve_hooks(compilation: Compilation, functions: Iterable[FunctionType]) -> tuple[Hook, ...]:
    """The hooks: methods in the order of the entities, then the functions."""
    hooks: list[Hook] = []
    for draft in compilation.drafts:
        for each in attributes(draft, FunctionType).values():
            if hasattr(each, HOOKS) and (function := located(compilation, each, "hook", draft)):
                hooks += _hooks(compilation, function, draft)
    for each in functions:
        function = located(compilation, each, "hook")
        if function is None:
            continue
        draft = row_of(compilation, each)
        if draft is None:
            message = f"The hook {function.name} doesn't say of which entity: its first parameter is no row."
            hint = f"Write def {function.name}(order: Order), or make it a method."
            compilation.report(function.problem("hook-parameters", message, hint))
        else:
            hooks += _hooks(compilation, function, draft)
    return tuple(hooks)


def _hooks(compilation: Compilation, function: Function, draft: Draft) -> Iterator[Hook]:
    said: list[Hooked] = getattr(function.function, HOOKS)
    signature = signature_of(compilation, function, draft)
    requests = [each.name for each in signature.injected if each.what == "request"]
    for name in (*(parameter.name for parameter in signature.given), *requests):
        message = f"The hook {function.name} can't be given '{name}'."
        hint = f"Hooks take the row, old: {draft.name}, data: Data and user: Account | None."
        compilation.report(function.problem("hook-parameters", message, hint, at=function.place(name)))
    if inspect.isgeneratorfunction(function.function) or inspect.isasyncgenfunction(function.function):
        message = f"The hook {function.name} yields, which has no meaning."
        compilation.report(function.problem("hook-parameters", message))
    for number, each in enumerate(said, 1):
        _check_verbs(compilation, function, draft, each)
        _check_nullable(compilation, function, signature, each)
        name = function.name if number == 1 else f"{function.name}/{number}"
        earlier = [f"{before}@hook" for before in draft.earlier(name)]
        yield Hook(
            id=compilation.ids.take(f"{draft.name}.{name}@hook", earlier),
            name=function.name,
            function=function.path,
            entity=draft.name,
            when=each.when,
            verbs=cast(Any, each.verbs),
            injected=tuple(signature.injected),
            doc=function.doc,
            location=function.source.location(name_of(function.node)),
        )


def _check_verbs(compilation: Compilation, function: Function, draft: Draft, said: Hooked) -> None:
    if not said.verbs:
        message = f"The hook {function.name} doesn't say {said.when} what."
        compilation.report(function.problem("unknown-verb", message, f'Write @{said.when}("create") or other verbs.'))
    for verb in said.verbs:
        if verb not in VERBS:
            message = f"The hook {function.name} is {said.when} '{verb}', which is no way to write."
            found = _decorated(function, verb)
            hint = f"Hooks are of {listed(VERBS, 'and')}."
            problem = function.problem("unknown-verb", message + did_you_mean(verb, VERBS), hint, at=found)
            compilation.report(problem)
    if draft.declaration.view:
        message = f"The hook {function.name} is of a view, which is never written."
        compilation.report(function.problem("unknown-verb", message))


def _check_nullable(compilation: Compilation, function: Function, signature: Signature, said: Hooked) -> None:
    """Report parameters that would be None although their type says no."""
    why = {"user": "nobody is signed in"}
    if "create" in said.verbs:
        why["old"] = "a row is created"
    for each in signature.injected:
        shape = signature.shapes.get(each.name)
        if each.what in why and shape is not None and not shape.nullable:
            message = f"The hook {function.name} is also run where {why[each.what]}: '{each.name}' is None then."
            hint = f"Write {each.name}: {shape.base.__name__} | None."
            compilation.report(function.problem("hook-parameters", message, hint, at=function.place(each.name)))


def _decorated(function: Function, word: str) -> Any:
    decorators: list[Any] = getattr(function.node, "decorator_list", [])
    return next((found for each in decorators if (found := find(each, word))), None)

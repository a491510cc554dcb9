"""The parameters of a rule: the row, perhaps the row as an update leaves it (`after`), perhaps who asks."""

from __future__ import annotations

import ast
import sys
import typing
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from backsmith.blueprint.drafts import Draft, find, name_of
from backsmith.blueprint.expressions import AFTER
from backsmith.blueprint.naming import listed
from backsmith.blueprint.source import FunctionNode, Source
from backsmith.errors import Problem
from backsmith.model.account import Account
from backsmith.model.annotations import Names, annotations_of, read
from backsmith.model.entity import Entity, is_entity
from backsmith.model.rules import Allowed

_HINT = "Write def name(self, user: Account) -> bool, or def name(self) -> bool where it doesn't matter who asks."


def takes_after(node: FunctionNode) -> bool:
    """Whether a rule sees the row before and after an update: its second parameter is named so."""
    plain = node.args.posonlyargs + node.args.args
    return len(plain) > 1 and plain[1].arg == AFTER


def parameter_problems(
    draft: Draft, path: str, function: FunctionType, source: Source, node: FunctionNode
) -> Iterator[Problem]:
    """What is wrong with the parameters of the rule `path` ("Order.own")."""
    arguments = node.args
    plain = arguments.posonlyargs + arguments.args
    others = [each for number, each in enumerate(plain) if number != 1 or each.arg != AFTER]
    extra = arguments.vararg or arguments.kwarg or bool(arguments.kwonlyargs or arguments.defaults)
    mistaken = len(plain) == 1 and plain[0].annotation is not None
    misplaced = next((each for each in others if each.arg == AFTER), None)
    if misplaced is not None:
        message = f"The rule {path} gets the row as an update leaves it as its second parameter."
        hint = f'Write def name(self, after: "{draft.name}", user: Account) -> bool.'
        yield source.problem(misplaced, "rule-parameters", message, hint)
    elif not 1 <= len(others) <= 2 or extra or mistaken or isinstance(node, ast.AsyncFunctionDef):
        message = f"The rule {path} takes a row, self, and perhaps who asks: user: Account."
        yield source.problem(name_of(node), "rule-parameters", message, _HINT)
    else:
        if takes_after(node) and not _is_row_of(draft, _type_of(function, AFTER)):
            message = f"The rule {path} gets the row as an update leaves it as 'after', so its type is {draft.name}."
            yield source.problem(plain[1], "rule-parameters", message, f'Write after: "{draft.name}".')
        if len(others) == 2:
            user, base = others[1], _type_of(function, others[1].arg)
            if not (isinstance(base, type) and issubclass(base, Account)):
                message = f"The rule {path} gets who asks as '{user.arg}', so its type is Account or Account | None."
                yield source.problem(user, "rule-parameters", message, f"Write {user.arg}: Account.")


def after_problems(path: str, said: Allowed, source: Source, node: FunctionNode) -> Iterator[Problem]:
    """What is wrong with the verbs of a rule that sees the row before and after: only an update has both."""
    others = tuple(dict.fromkeys(verb for verb in said.verbs if verb != "update"))
    if not others:
        return
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    place = next((found for each in decorators if (found := find(each, others[0]))), None) or name_of(node)
    message = f"The rule {path} compares the row before and after, which {listed(others, 'and')} doesn't have."
    yield source.problem(place, "rule-after", message, 'Write @allow("update"), and a rule of its own for the rest.')


def _type_of(function: FunctionType, parameter: str) -> Any:
    """What a parameter is annotated with; a name that can't be found stands for itself as text."""
    annotation = annotations_of(function).get(parameter)
    names = Names(vars(sys.modules[function.__module__]), lambda each: Account if each == "Account" else None)
    if isinstance(annotation, str) and annotation.strip("'\"").isidentifier() and annotation.strip("'\"") not in names:
        return annotation.strip("'\"")
    try:
        return None if annotation is None else read(annotation, names).base
    except Exception:
        return None


def _is_row_of(draft: Draft, base: Any) -> bool:
    """Whether a parameter of that type takes rows of the entity: its class, one that lends it the rule, or Self."""
    if isinstance(base, str):
        return base in {each.__name__ for each in draft.cls.__mro__ if is_entity(each)}
    its_own = base is typing.Self  # pyright: ignore[reportUnknownMemberType] - as a value it has no type
    return its_own or (isinstance(base, type) and issubclass(base, Entity) and issubclass(draft.cls, base))

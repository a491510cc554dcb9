"""`@before` and `@after`: what the application does whenever a row is written, within the same transaction.

They are methods of the entity, or functions whose first parameter is a row of it. Whoever writes, by the API, an
action or `Data`, they run; what the database itself changes by a cascade, only `after` hears of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
Verb = Literal["create", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Hooked:
    """What one `@before` or `@after` said."""

    when: Literal["before", "after"]
    verbs: tuple[str, ...]


def before(*verbs: Verb) -> Callable[[Function], Function]:
    """Run before a row is written, and before rules and checks are asked of it.

    It may change the row's attributes, or raise to undo all. Parameters: the row; `old: Order` (`Order | None` with
    "create"), the row as it is, of the same type; `data: Data` and `user: Account | None`. A plain `def` is called
    where the row is written, so it should not take its time.
    """
    return _marked("before", verbs)


def after(*verbs: Verb) -> Callable[[Function], Function]:
    """Run after a row was written, before that is committed; the parameters are those of `before`.

    It may read and write by `data`, or raise to undo all. A row that was deleted comes as it was.
    """
    return _marked("after", verbs)


def _marked(when: Literal["before", "after"], verbs: tuple[Any, ...]) -> Callable[[Function], Function]:
    if any(callable(verb) for verb in verbs):
        raise TypeError(f'{when} takes the verbs in brackets: @{when}("create").')

    def mark(function: Function) -> Function:
        setattr(function, HOOKS, [Hooked(when, verbs), *getattr(function, HOOKS, ())])
        return function

    return mark


HOOKS = "__backsmith_hooks__"

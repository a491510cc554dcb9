"""`@allow`, `@check` and `@computed`: functions of an entity that are compiled into SQL.

They stay ordinary functions of ordinary objects, which is how they are tested.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast, overload

from backsmith.model.conditions import Path

T = TypeVar("T")
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one `@allow` said."""

    verbs: tuple[str, ...]
    fields: tuple[str, ...] | None
    across_teams: bool = False


def allow(
    *verbs: str, fields: Sequence[str] | None = None, across_teams: bool = False
) -> Callable[[Function], Function]:
    """Let someone do `verbs` (read, create, update, delete, names of actions) where the method says so.

    The method takes `self` and, where it asks who they are, `user: Account`, or `user: Account | None` to hear of
    people who haven't signed in too. With `fields` the permission is for these alone. An update has to satisfy its
    rule on the row before and after. Of what belongs to a team (`TeamEntity`) rules speak to members of that team
    alone, unless `across_teams` says that this one doesn't.
    """

    if any(callable(verb) for verb in verbs):
        raise TypeError('allow takes the verbs in brackets: @allow("read").')

    def mark(function: Function) -> Function:
        named = None if fields is None else (fields,) if isinstance(fields, str) else tuple(fields)
        said = Allowed(verbs, named, across_teams)
        setattr(function, RULES, [said, *getattr(function, RULES, ())])
        return function

    return mark


def check(function: Function) -> Function:
    """A condition that every row meets; the docstring is the message for one that doesn't."""
    setattr(function, CHECK, True)
    return function


class computed(Generic[T]):  # noqa: N801 - it stands where `property` would
    """A field that is calculated from others whenever it is read."""

    def __init__(self, function: Callable[[Any], T]) -> None:
        self.function = function
        self.name = cast("Callable[[Any], Any]", function).__name__
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> T: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...
    def __get__(self, instance: object | None, owner: type | None = None) -> Any:
        if instance is None:
            return Path[Any](cast(type, owner), (self.name,))
        loaded = instance.__dict__  # what the database calculated, where it was asked to
        return loaded[self.name] if self.name in loaded else self.function(instance)

    def __set__(self, instance: object, value: Any) -> None:
        raise AttributeError(f"{type(instance).__name__}.{self.name} is computed: it can't be set.")


RULES = "__backsmith_rules__"
CHECK = "__backsmith_check__"

"""The two sides of a change, and what requests about a collection look like."""

from __future__ import annotations

from dataclasses import dataclass, field

from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.evolution.access_changes.comparing import Ground
from backsmith.evolution.access_changes.names import Names
from backsmith.evolution.plan import ApiChange


@dataclass
class Sides:
    """Both blueprints, and what was found."""

    old: Blueprint
    new: Blueprint
    names: Names
    ground: Ground
    found: list[ApiChange] = field(default_factory=list[ApiChange])

    def breaks(self, about: str, text: str, *requests: str) -> None:
        """Requests break."""
        self.found.append(ApiChange(breaking=True, about=about, text=text, requests=requests))

    def risks(self, about: str, text: str, *requests: str) -> None:
        """Requests work, and clients may not be ready for their replies."""
        self.found.append(ApiChange(breaking=False, about=about, text=text, requests=requests, risky=True))

    def works(self, about: str, text: str) -> None:
        """What worked works, and something is new."""
        self.found.append(ApiChange(breaking=False, about=about, text=text))


def served(entity: Entity | None) -> bool:
    """Whether there are paths to it."""
    return entity is not None and not entity.private


def verbs(entity: Entity) -> frozenset[str]:
    """What rules let somebody do by the API."""
    found = frozenset(verb for rule in entity.rules for verb in rule.verbs) if served(entity) else frozenset[str]()
    return found - {"create", "update", "delete"} if entity.view else found


def writable(entity: Entity) -> bool:
    """Whether rows of it can be written by the API."""
    return bool(verbs(entity) & {"create", "update"})


def path(entity: Entity) -> str:
    """The address of the collection."""
    return f"/api/{entity.collection}"


def item(entity: Entity) -> str:
    """The address of a row."""
    return f"/api/{entity.collection}/{','.join(f'{{{name}}}' for name in entity.key)}"


def writes(entity: Entity, name: str, value: str) -> tuple[str, ...]:
    """Requests that write that value."""
    found: list[str] = []
    if "create" in verbs(entity):
        found.append(f'POST {path(entity)} {{"{name}": {value}}}')
    if "update" in verbs(entity):
        found.append(f'PATCH {item(entity) if entity.key else path(entity)} {{"{name}": {value}}}')
    return tuple(found)

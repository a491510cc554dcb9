"""What two versions can't be served for at once: each with what to do instead."""

from __future__ import annotations

from msgspec import Struct

from backsmith.blueprint.blueprint import Entity

DIRECT = "Apply it at once, without --expand."


class Refusal(Struct, frozen=True):
    """A change that can't be expanded."""

    about: str
    """`Customer.phone`."""
    text: str
    ways: tuple[str, ...] = (DIRECT,)


class RefusedError(Exception):
    """A refusal on its way out of the making of one entity."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal


def refused(entity: Entity, name: str | None, text: str, *ways: str) -> RefusedError:
    """To be raised: what is the matter with an entity, or a field or relation of it."""
    about = entity.name if name is None else f"{entity.name}.{name}"
    return RefusedError(Refusal(about, text, (*ways, DIRECT)))

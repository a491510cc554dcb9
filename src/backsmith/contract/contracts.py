"""From a blueprint to the contract of an audience: what it may reach, as operations and shapes."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from backsmith.accounts.endpoint import Endpoint
from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.blueprint.canonical import encode
from backsmith.contract.accounts import auth_operations
from backsmith.contract.audience import EVERYBODY, Audience
from backsmith.contract.collections import Described
from backsmith.contract.contract import Collection, Contract, Operation, Shape
from backsmith.contract.functions import function_operations
from backsmith.contract.visible import Visible


def contract_of(
    blueprint: Blueprint,
    audience: Audience = EVERYBODY,
    *,
    prefix: str = "/api",
    endpoints: Sequence[Endpoint] = (),
    limited: bool = False,
) -> Contract:
    """What is served to an audience.

    Arguments:
        blueprint: The application.
        audience: Whose contract it is.
        prefix: Where collections lie (the setting `prefix`).
        endpoints: Those of accounts, where the application keeps them.
        limited: Requests are counted (the setting `limits`).
    """
    visible = Visible(blueprint, audience)
    prefix = prefix.rstrip("/")
    collections: list[Collection] = []
    shapes: list[Shape] = []
    operations: list[Operation] = []
    for entity in blueprint.entities:
        if not is_served(entity, visible):
            continue
        described = Described(entity, visible, prefix)
        collections.append(described.collection)
        shapes += described.shapes
        operations += described.operations()
    for made, added in (
        function_operations(visible, prefix, shapes),
        auth_operations(endpoints, audience, shapes),
    ):
        operations += made
        shapes += added
    return Contract(
        name=blueprint.name,
        audience=audience.name,
        prefix=prefix,
        collections=tuple(collections),
        shapes=tuple(shapes),
        operations=tuple(operations),
        roles=visible.roles,
        accounts=bool(endpoints),
        limited=limited,
        doc=blueprint.doc,
        version=sha256(encode(blueprint)).hexdigest()[:12],
    )


def is_served(entity: Entity, visible: Visible) -> bool:
    """Whether the audience may do anything with it."""
    if entity.private:
        return False
    verbs = {verb for rule in entity.rules for verb in rule.verbs}
    return any(visible.may(entity, verb) for verb in verbs)

"""From a blueprint to the contract of an audience: what it may reach, as operations and shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from msgspec.structs import replace

from backsmith import errors
from backsmith.accounts.endpoint import Endpoint
from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.blueprint.canonical import encode
from backsmith.contract.accounts import auth_operations
from backsmith.contract.audience import EVERYBODY, Audience
from backsmith.contract.collections import Described
from backsmith.contract.contract import Collection, Contract, Operation, Shape
from backsmith.contract.functions import function_operations
from backsmith.contract.names import distinct
from backsmith.contract.system import system_operations
from backsmith.contract.visible import Visible


def contract_of(
    blueprint: Blueprint,
    audience: Audience = EVERYBODY,
    *,
    prefix: str = "/api",
    endpoints: Sequence[Endpoint] = (),
    limited: bool = False,
    metrics: bool = True,
) -> Contract:
    """What is served to an audience.

    Arguments:
        blueprint: The application.
        audience: Whose contract it is.
        prefix: Where collections lie (the setting `prefix`).
        endpoints: Those of accounts, where the application keeps them.
        limited: Requests are counted (the setting `limits`).
        metrics: `/metrics` is answered (the setting `metrics`).
    """
    visible = Visible(blueprint, audience)
    prefix = prefix.rstrip("/")
    collections: list[Collection] = []
    shapes: list[Shape] = []
    operations: list[Operation] = []
    for entity in blueprint.entities:
        if not is_served(entity, visible):
            continue
        for former in (None, *entity.former_collections):
            described = Described(entity, visible, prefix, former)
            collections.append(described.collection)
            shapes += described.shapes if former is None else ()
            operations += described.operations()
    made, added = function_operations(visible, prefix, shapes)
    operations, shapes = [*operations, *made], [*shapes, *added]
    made, added = auth_operations(endpoints, visible, shapes)
    operations, shapes = [*operations, *made], [*shapes, *added]
    made, added = system_operations(visible, prefix, shapes, accounts=bool(endpoints), metrics=metrics)
    operations, shapes = [*operations, *made], [*shapes, *added]
    return Contract(
        name=blueprint.name,
        audience=audience.name,
        prefix=prefix,
        collections=tuple(collections),
        shapes=tuple(shapes),
        operations=tuple(_with_own_ids(_counted(operations) if limited else operations)),
        roles=visible.roles,
        accounts=bool(endpoints),
        limited=limited,
        doc=blueprint.doc,
        own_errors=blueprint.error_format is not None,
        version=sha256(encode(blueprint)).hexdigest()[:12],
    )


def _counted(operations: Iterable[Operation]) -> Iterator[Operation]:
    """The operations of a server that counts requests: any of them, but for what operators ask, can be one too many."""
    for operation in operations:
        if operation.kind == "system" or errors.TOO_MANY.slug in operation.refusals:
            yield operation
        else:
            yield replace(operation, refusals=(*operation.refusals, errors.TOO_MANY.slug))


def _with_own_ids(operations: Iterable[Operation]) -> Iterator[Operation]:
    """The operations, each with an id of its own: a function can have the name that another one's id is made of."""
    taken: set[str] = set()
    for operation in operations:
        own = distinct(operation.id, taken)
        taken.add(own)
        yield operation if own == operation.id else replace(operation, id=own)


def is_served(entity: Entity, visible: Visible) -> bool:
    """Whether the audience may do anything with it."""
    if entity.private:
        return False
    verbs = {verb for rule in entity.rules for verb in rule.verbs}
    return any(visible.may(entity, verb) for verb in verbs)

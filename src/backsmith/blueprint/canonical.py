"""The blueprint as canonical JSON: the same blueprint gives the same bytes, on every machine and day.

Places in the source are left out, so that a comment added to the model changes nothing.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity

_decoder = msgspec.json.Decoder(Blueprint)
_encoder = msgspec.json.Encoder(order="deterministic")


def encode(blueprint: Blueprint) -> bytes:
    """Canonical JSON, compact, in UTF-8."""
    return _encoder.encode(without_locations(blueprint))


def decode(text: bytes | str) -> Blueprint:
    """The blueprint that was encoded, without places. Raises msgspec.DecodeError."""
    return _decoder.decode(text)


def without_locations(blueprint: Blueprint) -> Blueprint:
    """The blueprint without its places in the source."""
    return replace(
        blueprint,
        entities=tuple(map(_entity, blueprint.entities)),
        queries=tuple(replace(query, location=None) for query in blueprint.queries),
        actions=tuple(replace(action, location=None) for action in blueprint.actions),
        hooks=tuple(replace(hook, location=None) for hook in blueprint.hooks),
        routes=tuple(replace(route, location=None) for route in blueprint.routes),
        migrations=tuple(replace(migration, location=None) for migration in blueprint.migrations),
    )


def _entity(entity: Entity) -> Entity:
    return replace(
        entity,
        location=None,
        rules=tuple(replace(rule, location=None) for rule in entity.rules),
        checks=tuple(replace(check, location=None) for check in entity.checks),
    )

"""What was applied to a database: blueprints and their hashes, runs and their steps, in tables of Backsmith's own.

`backsmith_blueprints` has a row for each blueprint that was applied, the newest one is the *head*; `backsmith_runs` a
row for each plan that was begun, `backsmith_steps` one for each of its steps that was begun.
"""

from __future__ import annotations

import hashlib
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Field
from backsmith.blueprint.canonical import encode
from backsmith.evolution.plan import Plan


class Head(Struct, frozen=True, kw_only=True):
    """The blueprint that a database has the shape of.

    While it is expanded, that is the blueprint in which both shapes stand (`expansion`), and `target` the hash of the
    new one alone; `previous` the hash of the old one.
    """

    hash: str
    blueprint: Blueprint
    state: Literal["applied", "expanded", "contracting"] = "applied"
    previous: str | None = None
    target: str | None = None


class StepRecord(Struct, frozen=True, kw_only=True):
    """A step that was begun."""

    number: int
    """From 1."""
    done: bool
    cursor: tuple[str, ...] | None = None
    """Key of the last row that was gone through, as `Session.key_text` gives it."""
    rows: int = 0
    """Rows that were gone through."""


class Run(Struct, frozen=True, kw_only=True):
    """A plan that was begun and came to no end yet."""

    id: int
    plan: Plan
    blueprint: Blueprint
    """The one whose shape the database has at its end."""
    steps: tuple[StepRecord, ...] = ()
    """Those that were begun, in their order."""


def fingerprint(blueprint: Blueprint) -> str:
    """The hash of all that a blueprint means, 16 hexadecimal digits: places, docs, what functions say that they return
    and how it came about make no difference."""
    return hashlib.sha256(encode(_bare(blueprint))).hexdigest()[:16]


def _bare(blueprint: Blueprint) -> Blueprint:
    return replace(
        blueprint,
        doc=None,
        migrations=(),
        entities=tuple(
            replace(
                entity,
                doc=None,
                renamed_from=None,
                fields=tuple(map(_bare_field, entity.fields)),
                relations=tuple(replace(each, doc=None, renamed_from=None) for each in entity.relations),
                rules=tuple(replace(each, doc=None) for each in entity.rules),
            )
            for entity in blueprint.entities
        ),
        queries=tuple(replace(each, doc=None, returns=None) for each in blueprint.queries),
        actions=tuple(replace(each, doc=None, returns=None) for each in blueprint.actions),
        hooks=tuple(replace(each, doc=None) for each in blueprint.hooks),
        routes=tuple(replace(each, doc=None, returns=None) for each in blueprint.routes),
    )


def _bare_field(field: Field) -> Field:
    return replace(field, doc=None, renamed_from=None, renamed_values=(), backfill=None)
